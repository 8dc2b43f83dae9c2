*** Settings ***
Documentation    The server reads; the application behind the module answers (note 2.2.8, 3.1).

Resource         ../resources/scenario.resource

Test Setup       Registered Module    /3303/0/5700    /3303/0/5701

Test Tags        read


*** Test Cases ***
A Measured Value Reaches The Server
    [Documentation]    The server asks for the temperature and gets the application's number.
    Server Starts Reading    /3303/0/5700
    Module Should Report Read    /3303/0/5700
    Module Answers Read    F    21.5
    Server Should Receive    F    21.5

A Whole Instance Reaches The Server
    [Documentation]    The server asks for all that a sensor has and gets value and unit at once.
    Server Starts Reading    /3303/0
    Module Should Report Read    /3303/0
    Module Answers Read Of Instance    5700=F 21.5    5701=S Cel
    Server Should Receive Instance    /3303/0    5700=F 21.5    5701=S Cel

An Object Never Added Is Not Found
    [Documentation]    The server learns that the object is missing; the application is not disturbed.
    Server Starts Reading    /3304/0/5700
    Server Should Be Told    Not Found
    Module Should Not Report Read

A Silent Application Does Not Hang The Server
    [Documentation]    Nobody answers; the server gives up at its limit.
    Server Starts Reading    /3303/0/5701    limit=2 s
    Module Should Report Read    /3303/0/5701
    Server Should Get No Answer
