*** Settings ***
Documentation    The module takes its registration back (note 2.2.5).

Resource         ../resources/scenario.resource

Test Tags        registration


*** Test Cases ***
The Deregister Command Explains Itself
    [Documentation]    Asked how to deregister, the module names the session; the open one is not disturbed.
    [Tags]    LWCLOSE-TEST
    Registration Succeeds
    Module Should Explain    Close    lwm2mId
    Server Should List Module

A Deregistration Reaches The Server
    [Documentation]    Once the session is closed, the server knows the module no more.
    [Tags]    LWCLOSE-SESSION-0    LWCLOSE-TIME
    Registration Succeeds
    Module Should Have Session    0
    Module Deregisters
    Server Should No Longer List Module

One Session Closes Without The Other
    [Documentation]    Closing session 1 ends its registration alone; session 0 stays registered.
    [Tags]    LWCLOSE-SESSION-1    LWCLOSE-TIME
    [Setup]    Module With Two Sessions
    Module Deregisters
    Server Should No Longer List Module
    Module Turns To Session    0
    Server Should List Module

Sessions That Cannot Be Are Not Closed
    [Documentation]    Session numbers outside 0 and 1 are refused, and the open session stays registered.
    [Tags]    LWCLOSE-SESSION-OUTSIDE    LWCLOSE-TIME
    Registration Succeeds
    Module Should Refuse    AT+LWCLOSE=-1    AT+LWCLOSE=2
    Server Should List Module
