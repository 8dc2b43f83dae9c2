*** Settings ***
Documentation    How a parameter may be written on the command line (note 2.2.3, 4.1).

Resource         ../resources/scenario.resource

Test Tags        configuration


*** Test Cases ***
Numbers May Stand In Quotes
    [Documentation]    A number in quotes is taken, and the server goes by it.
    [Tags]    LWCNF-NUMBER-QUOTED    LWCNF-TIME
    Module Points At Server    lifetime=60
    Module Should Accept    AT+LWCNF="lifetime","777"
    Module Registers
    Server Should List Lifetime    777

Numbers May Stand Without Quotes
    [Documentation]    A bare number is taken, and the server goes by it.
    [Tags]    LWCNF-NUMBER-BARE    LWCNF-TIME
    Module Points At Server    lifetime=60
    Module Should Accept    AT+LWCNF="lifetime",778
    Module Registers
    Server Should List Lifetime    778

A Parameter That Does Not Exist Is Refused
    [Documentation]    What the module does not know it refuses, and it registers as it was told before.
    [Tags]    LWCNF-UNKNOWN
    Module Points At Server    lifetime=800
    Module Should Refuse    AT+LWCNF="colour","green"    AT+LWCNF="serverports",5683
    Module Registers
    Server Should List Lifetime    800

A Number That Is None Is Refused
    [Documentation]    Letters where a number belongs are refused, and the number from before still counts.
    [Tags]    LWCNF-TIME
    Module Points At Server    lifetime=800
    Module Should Refuse    AT+LWCNF="lifetime","long"    AT+LWCNF="lifetime",    AT+LWCNF="lifetime"
    Module Registers
    Server Should List Lifetime    800
