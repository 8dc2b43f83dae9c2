*** Settings ***
Documentation    The module registers with the server (note 2.2.4).

Resource         ../resources/scenario.resource

Test Tags        registration


*** Test Cases ***
The Register Command Is Known
    [Documentation]    Asked whether it knows the command, the module says yes; the open session is not disturbed.
    [Tags]    LWOPEN-TEST
    Registration Succeeds
    Module Should Explain    Open
    Server Should List Module

A Registration Reaches The Server
    [Documentation]    The module says that it is registered as session 0, and the server lists it under its name.
    [Tags]    LWOPEN-EXECUTE    LWOPEN-SESSION-0    LWOPEN-TIME
    Module Points At Server
    Module Registers
    Module Should Have Session    0
    Server Should List Module

The Module Confirms Before It Announces
    [Documentation]    The command is confirmed at once; the session is announced when the server has accepted it.
    [Tags]    LWOPEN-OK-FIRST    LWOPEN-TIME
    Module Points At Server
    Module Opens Session
    Module Should Report Registration
    Evidence Should Show In Order    AT+LWOPEN    OK    OPEN:
    Server Should List Module

The Module Registers Again
    [Documentation]    After a deregistration the same name can be registered again.
    [Tags]    LWOPEN-AGAIN
    Registration Succeeds
    Module Deregisters
    Server Should No Longer List Module
    Module Registers
    Server Should List Module Anew

A Session Does Not Outlive A Restart
    [Documentation]    After a restart there is no session to close; a new one takes the old one's place at the server.
    [Tags]    LWOPEN-NO-SAVE
    Registration Succeeds
    Module Restarts
    Module Points At Server
    Module Should Refuse    AT+LWCLOSE=0
    Module Registers
    Server Should List Module Anew
