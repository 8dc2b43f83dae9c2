*** Settings ***
Documentation    Requests that overlap and answers that come late (note 2.2.8, 3.1).

Resource         ../resources/scenario.resource

Test Setup       Registered Module    /3340/0/5521    /3340/0/5534

Test Tags        order


*** Test Cases ***
A Promised Value Must Be There
    [Documentation]    An answer that promises two values and holds one is refused; the right one reaches the server.
    [Tags]    SEQUENCE-LWREADRSP-MISSING
    Server Starts Reading    /3340/0/5521
    Module Should Report Read    /3340/0/5521
    Module Should Refuse    AT+LWREADRSP={session},3340,0,2,5521,"F",4,"99.5"
    Module Answers Read    F    21.5
    Server Should Receive    F    21.5

A Value Left Out Is Not Made Up
    [Documentation]    Of two values that a timer has, one is answered: the server gets that one or none.
    [Tags]    SEQUENCE-LWREADRSP-MISSING
    Server Starts Reading    /3340/0    limit=2 s
    Module Should Report Read    /3340/0
    Module Should Answer    AT+LWREADRSP={session},3340,0,1,5521,"F",4,"21.5"
    Server Should Receive Nothing But    F    21.5

A Value Never Declared Is Not Told
    [Documentation]    An answer with a value that the timer does not have is refused; the right one reaches the server.
    [Tags]    SEQUENCE-LWREADRSP-EXTRA
    Server Starts Reading    /3340/0
    Module Should Report Read    /3340/0
    Module Should Refuse    AT+LWREADRSP={session},3340,0,3,5521,"F",4,"99.5",5534,"I",2,"99",5538,"F",4,"99.5"
    Module Answers Read Of Instance    5521=F 21.5    5534=I 7
    Server Should Receive Instance    /3340/0    5521=F 21.5    5534=I 7

Two Reads Do Not Cross
    [Documentation]    The server asks a second time before the first is answered, and each gets its own value.
    [Tags]    SEQUENCE-SECOND-READ
    Server Starts Reading    /3340/0/5521
    Module Should Report Read    /3340/0/5521
    Server Starts Reading    /3340/0/5534
    Server Should Have Sent    /3340/0/5534
    Module Answers Read    F    21.5
    Module Should Report Read    /3340/0/5534
    Module Answers Read    I    7
    Server Should Receive    F    21.5
    Server Should Receive    I    7

A Late Answer Does Not Spoil The Next Read
    [Documentation]    An answer that comes after the server gave up is nobody's; the next read gets its own.
    [Tags]    SEQUENCE-TOO-LATE
    Server Starts Reading    /3340/0/5521    limit=1 s
    Module Should Report Read    /3340/0/5521
    Server Should Get No Answer
    Module Should Answer    AT+LWREADRSP={session},3340,0,1,5521,"F",4,"99.5"
    Server Reads What Module Answers    /3340/0/5521    F    4.5

An Answer After Three Seconds Is In Time
    [Documentation]    The server repeats itself meanwhile; the application is asked once and answers once.
    [Tags]    SEQUENCE-AFTER-3S    slow
    Server Starts Reading    /3340/0/5521    limit=15 s
    Module Should Report Read    /3340/0/5521
    Module Should Not Report Read    during=3 s
    Module Answers Read    F    21.5
    Server Should Receive    F    21.5
    Server Reads What Module Answers    /3340/0/5521    F    4.5

An Answer After Eight Seconds Is In Time
    [Documentation]    The server repeats itself meanwhile; the application is asked once and answers once.
    [Tags]    SEQUENCE-AFTER-8S    slow
    Server Starts Reading    /3340/0/5521    limit=15 s
    Module Should Report Read    /3340/0/5521
    Module Should Not Report Read    during=8 s
    Module Answers Read    F    21.5
    Server Should Receive    F    21.5
    Server Reads What Module Answers    /3340/0/5521    F    4.5
