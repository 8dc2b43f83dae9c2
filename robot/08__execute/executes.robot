*** Settings ***
Documentation    The server executes; the application carries it out or refuses (note 2.2.10, 3.1).

Resource         ../resources/scenario.resource

Test Setup       Registered Module    /3340/0/5523

Test Tags        execute


*** Test Cases ***
An Execute Reaches The Application
    [Documentation]    The server triggers an action without saying more.
    [Tags]    LWEXECUTE-NO-ARGUMENT
    Server Starts Executing    /3340/0/5523
    Module Should Report Execute    /3340/0/5523
    Module Answers Execute    Changed
    Server Should Be Told    Changed

An Execute Carries Its Argument
    [Documentation]    What the server passes along arrives whole.
    [Tags]    LWEXECUTE-ARGUMENT
    Server Starts Executing    /3340/0/5523    123456
    Module Should Report Execute    /3340/0/5523    123456
    Module Answers Execute    Changed
    Server Should Be Told    Changed

A Refused Execute Is Told To The Server
    [Documentation]    The application cannot do it now, and the server hears so.
    Server Starts Executing    /3340/0/5523
    Module Should Report Execute    /3340/0/5523
    Module Answers Execute    Service Unavailable
    Server Should Be Told    Service Unavailable

Each Registration Is Commanded By Itself
    [Documentation]    One module is registered twice; a command reaches the session that it is meant for.
    [Tags]    LWEXECUTE-SESSION-1
    Second Session    /3340/0/5523
    Module Carries Out What Server Executes    /3340/0/5523    1
    Module Turns To Session    0
    Module Carries Out What Server Executes    /3340/0/5523    0

An Object Never Added Executes Nothing
    [Documentation]    The server learns that the object is missing; the application is not disturbed.
    [Tags]    LWEXECUTE-UNDECLARED
    Server Starts Executing    /3341/0/5523
    Server Should Be Told    Not Found
    Module Should Not Report Execute

A Resource Never Added Executes Nothing
    [Documentation]    The server learns that the timer has no such command; the application is not disturbed.
    [Tags]    LWEXECUTE-UNDECLARED
    Server Starts Executing    /3340/0/5530
    Server Should Be Told    Not Found
    Module Should Not Report Execute

A Silent Application Does Not Hang The Server
    [Documentation]    Nobody answers; the server gives up at its limit.
    [Tags]    LWEXECUTE-UNANSWERED
    Server Starts Executing    /3340/0/5523    limit=1 s
    Module Should Report Execute    /3340/0/5523
    Server Should Get No Answer
