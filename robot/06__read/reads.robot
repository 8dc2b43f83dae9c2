*** Settings ***
Documentation    The server reads; the application behind the module answers (note 2.2.8, 3.1).

Resource         ../resources/scenario.resource

Test Setup       Registered Module    /3303/0/5700    /3303/0/5701

Test Tags        read


*** Test Cases ***
A Measured Value Reaches The Server
    [Documentation]    The server asks for the temperature and gets the application's number.
    [Tags]    LWREAD-ONE
    Server Starts Reading    /3303/0/5700
    Module Should Report Read    /3303/0/5700
    Module Answers Read    F    21.5
    Server Should Receive    F    21.5

A Whole Instance Reaches The Server
    [Documentation]    The server asks for all that a sensor has and gets value and unit at once.
    [Tags]    LWREAD-INSTANCE
    Server Starts Reading    /3303/0
    Module Should Report Read    /3303/0
    Module Answers Read Of Instance    5700=F 21.5    5701=S Cel
    Server Should Receive Instance    /3303/0    5700=F 21.5    5701=S Cel

Fifteen Values Reach The Server At Once
    [Documentation]    A power meter answers with as many values as one answer holds.
    [Tags]    LWREAD-COUNT-15
    [Setup]    Registered Module    @{POWER METER}
    Server Starts Reading    /3305/0
    Module Should Report Read    /3305/0
    Module Answers Read Of Instance    &{POWER VALUES}
    Server Should Receive Instance    /3305/0    &{POWER VALUES}

Two Instances Reach The Server In One Answer
    [Documentation]    The server asks for all sensors of a kind and gets the values of both.
    [Tags]    LWREAD-OBJECT
    Module Adds    /3303/1/5700
    Server Should List Object    /3303/1
    Server Starts Reading    /3303
    Module Should Report Read    /3303/0
    Module Answers Read Of Instance    5700=F 21.5    5701=S Cel
    Module Should Report Read    /3303/1
    Module Answers Read Of Instance    5700=F -4
    Server Should Receive Instances    /3303/0/5700=F 21.5    /3303/0/5701=S Cel    /3303/1/5700=F -4

Each Registration Is Asked For Its Own Value
    [Documentation]    One module is registered twice; a read reaches the session that it is meant for.
    [Tags]    LWREAD-SESSION-1
    Second Session    /3303/0/5700
    Server Reads What Module Answers    /3303/0/5700    F    1.5
    Module Turns To Session    0
    Server Reads What Module Answers    /3303/0/5700    F    0.5

An Object Never Added Is Not Found
    [Documentation]    The server learns that the object is missing; the application is not disturbed.
    [Tags]    LWREAD-UNDECLARED
    Server Starts Reading    /3304/0/5700
    Server Should Be Told    Not Found
    Module Should Not Report Read

An Instance Never Added Is Not Found
    [Documentation]    The server learns that there is no second sensor; the application is not disturbed.
    [Tags]    LWREAD-UNDECLARED-INSTANCE
    Server Starts Reading    /3303/1/5700
    Server Should Be Told    Not Found
    Module Should Not Report Read

A Resource Never Added Is Not Found
    [Documentation]    The server learns that the sensor keeps no minimum; the application is not disturbed.
    [Tags]    LWREAD-UNDECLARED-RESOURCE
    Server Starts Reading    /3303/0/5601
    Server Should Be Told    Not Found
    Module Should Not Report Read

A Silent Application Does Not Hang The Server
    [Documentation]    Nobody answers; the server gives up at its limit.
    [Tags]    LWREAD-UNANSWERED
    Server Starts Reading    /3303/0/5701    limit=1 s
    Module Should Report Read    /3303/0/5701
    Server Should Get No Answer

A Repeated Question Is Asked Once
    [Documentation]    The application takes its time and the server repeats itself: one report, one answer.
    [Tags]    slow    LWREAD-REPEATED
    Server Starts Reading    /3303/0/5700    limit=20 s
    Module Should Report Read    /3303/0/5700
    Module Should Not Report Read    during=4 s
    Module Answers Read    F    21.5
    Server Should Receive    F    21.5
    Module Should Not Report Read
