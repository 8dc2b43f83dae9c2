*** Settings ***
Documentation    Commands that come before what they need (note 2.2.1 to 2.2.7).

Resource         ../resources/scenario.resource

Test Tags        order


*** Test Cases ***
Nothing Is Configured Before The Start
    [Documentation]    Before the service is started it takes no configuration; after the start all goes its way.
    [Tags]    SEQUENCE-START-LWCNF
    Module Should Not Configure Before Start
    Server Should Not List Module
    Registration Succeeds

Nothing Is Opened, Added Or Answered Before The Start
    [Documentation]    Before the service is started every other command is refused; after the start all goes its way.
    [Tags]    SEQUENCE-START-FIRST
    Module Should Refuse    AT+LWOPEN    AT+LWCLOSE=0    AT+LWADDOBJ=0,3303,0,1,5700    AT+LWDELOBJ=0,3303
    Module Should Refuse    AT+LWREADRSP=0,3303,0,1,5700,"F",4,"21.5"
    Module Should Refuse    AT+LWWRITERSP=0,68    AT+LWEXECUTERSP=0,68
    Server Should Not List Module
    Registration Succeeds

A Session That Was Never Opened Cannot Be Closed
    [Documentation]    Before a session is open there is none to close; after that one opens as ever.
    [Tags]    SEQUENCE-OPEN-LWCLOSE
    Module Points At Server
    Module Should Refuse    AT+LWCLOSE=0    AT+LWCLOSE=1
    Module Registers
    Server Should List Module

A Session That Was Closed Cannot Be Closed Again
    [Documentation]    The second deregistration is refused, and the server has nothing left to list.
    [Tags]    SEQUENCE-CLOSE-TWICE
    Registration Succeeds
    Module Deregisters
    Server Should No Longer List Module
    Module Should Refuse    AT+LWCLOSE=0
    Server Should Not List Module

Nothing Is Added Before A Session Is Open
    [Documentation]    An object that is added too early is refused and not in the list of the session that opens then.
    [Tags]    SEQUENCE-OPEN-LWADDOBJ
    Module Points At Server
    Module Should Refuse    AT+LWADDOBJ=0,3303,0,1,5700
    Module Registers
    Server Should List Only

Nothing Is Deleted Before A Session Is Open
    [Documentation]    There is nothing to delete yet, and the session that opens then is as it should be.
    [Tags]    SEQUENCE-OPEN-LWDELOBJ
    Module Points At Server
    Module Should Refuse    AT+LWDELOBJ=0,3303
    Module Registers
    Module Adds    /3303/0/5700
    Server Should List Only    /3303/0
