*** Settings ***
Documentation    The server executes; the application carries it out or refuses (note 2.2.10, 3.1).

Resource         ../resources/scenario.resource

Test Setup       Registered Module    /3340/0/5523

Test Tags        execute


*** Test Cases ***
An Execute Reaches The Application
    [Documentation]    The server triggers an action without saying more.
    Server Starts Executing    /3340/0/5523
    Module Should Report Execute    /3340/0/5523
    Module Answers Execute    Changed
    Server Should Be Told    Changed

An Execute Carries Its Argument
    [Documentation]    What the server passes along arrives whole.
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

An Object Never Added Executes Nothing
    [Documentation]    The server learns that the object is missing; the application is not disturbed.
    Server Starts Executing    /3341/0/5523
    Server Should Be Told    Not Found
    Module Should Not Report Execute
