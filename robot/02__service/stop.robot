*** Settings ***
Documentation    The LwM2M service is stopped when nobody needs it any more (note 2.2.2).

Resource         ../resources/scenario.resource

Test Tags        service


*** Test Cases ***
The Stop Command Is Known
    [Documentation]    Asked whether it knows the command, the module says yes; the open session is not disturbed.
    [Tags]    LWSTOP-TEST
    Registration Succeeds
    Module Should Explain    Stop
    Server Should List Module

A Stopped Service Takes No Commands
    [Documentation]    After the stop, sessions and objects are refused, and the server hears nothing.
    [Tags]    LWSTOP-EXECUTE    LWSTOP-REFUSES    LWSTOP-TIME
    Module Points At Server
    Module Stops Service
    Module Should Refuse    AT+LWOPEN    AT+LWCLOSE=0    AT+LWADDOBJ=0,3303,0,1,5700    AT+LWDELOBJ=0,3303
    Server Should Not List Module

A Stopped Service Can Be Started Again
    [Documentation]    After stop and start the module registers as if nothing had been.
    [Tags]    LWSTOP-RESTART
    Registration Succeeds
    Module Stops Service
    Server Should No Longer List Module
    Registration Succeeds

A Service That Does Not Run Cannot Be Stopped
    [Documentation]    The stop is refused before the first start, and a registration succeeds after it.
    [Tags]    LWSTOP-IDLE    LWSTOP-TIME
    Module Should Refuse    AT+LWSTOP
    Registration Succeeds

The Stop Takes The Registration Along
    [Documentation]    The service stops with a session open, and no ghost of it stays at the server.
    [Tags]    LWSTOP-SESSION-OPEN
    Registration Succeeds
    Module Stops Service
    Server Should No Longer List Module

The Stop Takes Both Registrations Along
    [Documentation]    The service stops with two sessions open, and neither stays at the server.
    [Tags]    LWSTOP-SESSION-OPEN
    [Setup]    Module With Two Sessions
    Module Stops Service
    Server Should No Longer List Module
    Module Turns To Session    0
    Server Should No Longer List Module

The Stop Answers For An Application That Does Not
    [Documentation]    The service stops while a read waits: the server gets no answer and no ghost stays.
    [Tags]    LWSTOP-SESSION-OPEN
    [Setup]    Registered Module    /3340/0/5521
    Server Starts Reading    /3340/0/5521    limit=1 s
    Module Should Report Read    /3340/0/5521
    Module Stops Service
    Server Should No Longer List Module
    Server Should Get No Answer
