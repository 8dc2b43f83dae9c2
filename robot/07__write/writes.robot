*** Settings ***
Documentation    The server writes; the application accepts or refuses (note 2.2.9, 3.1).

Resource         ../resources/scenario.resource

Test Setup       Registered Module    /3340/0/5534    /3340/0/5750

Test Tags        write


*** Test Cases ***
A Written Value Reaches The Application
    [Documentation]    The server sets the remaining time, and the application takes it.
    [Tags]    LWWRITE-ONE
    Server Starts Writing    /3340/0/5534    I    90
    Module Should Report Write    /3340/0/5534    I    90
    Module Answers Write    Changed
    Server Should Be Told    Changed

A Refused Write Is Told To The Server
    [Documentation]    The application turns the value down, and the server hears its reason.
    Server Starts Writing    /3340/0/5534    I    7
    Module Should Report Write    /3340/0/5534    I    7
    Module Answers Write    Bad Request
    Server Should Be Told    Bad Request

Several Resources Are Written At Once
    [Documentation]    Two settings that belong together reach the application in one report.
    [Tags]    LWWRITE-SEVERAL
    Server Starts Writing Instance    /3340/0    5534=I 90    5750=S oven, left
    Module Should Report Write Of Instance    /3340/0    5534=I 90    5750=S oven, left
    Module Answers Write    Changed
    Server Should Be Told    Changed

A Whole Instance Is Replaced
    [Documentation]    All settings of a timer are written anew, in one report.
    [Tags]    LWWRITE-SEVERAL
    Server Starts Writing Instance    /3340/0    mode=REPLACE    5534=I 90    5750=S oven, left
    Module Should Report Write Of Instance    /3340/0    5534=I 90    5750=S oven, left
    Module Answers Write    Changed
    Server Should Be Told    Changed

Fifteen Resources Are Written At Once
    [Documentation]    As many settings as one report counts reach the application together.
    [Tags]    LWWRITE-COUNT-15
    [Setup]    Registered Module    @{POWER METER}
    Server Starts Writing Instance    /3305/0    &{POWER VALUES}
    Module Should Report Write Of Instance    /3305/0    &{POWER VALUES}
    Module Answers Write    Changed
    Server Should Be Told    Changed

Each Registration Is Written By Itself
    [Documentation]    One module is registered twice; a write reaches the session that it is meant for.
    [Tags]    LWWRITE-SESSION-1
    Second Session    /3340/0/5534
    Module Receives What Server Writes    /3340/0/5534    I    1
    Module Turns To Session    0
    Module Receives What Server Writes    /3340/0/5534    I    2

An Object Never Added Takes No Write
    [Documentation]    The server learns that the object is missing; the application is not disturbed.
    [Tags]    LWWRITE-UNDECLARED
    Server Starts Writing    /3341/0/5527    S    hello
    Server Should Be Told    Not Found
    Module Should Not Report Write

A Resource Never Added Takes No Write
    [Documentation]    The server learns that the timer has no such setting; the application is not disturbed.
    [Tags]    LWWRITE-UNDECLARED
    Server Starts Writing    /3340/0/5521    F    21.5
    Server Should Be Told    Not Found
    Module Should Not Report Write

A Silent Application Does Not Hang The Server
    [Documentation]    Nobody answers; the server gives up at its limit.
    [Tags]    LWWRITE-UNANSWERED
    Server Starts Writing    /3340/0/5534    I    7    limit=1 s
    Module Should Report Write    /3340/0/5534    I    7
    Server Should Get No Answer
