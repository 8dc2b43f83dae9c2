*** Settings ***
Documentation    An answer of one kind to a request of another is refused, and the right one still counts (note 2.2.8).

Resource         ../resources/scenario.resource

Test Setup       Registered Module    /3340/0/5521    /3340/0/5534    /3340/0/5523

Test Tags        order


*** Test Cases ***
A Read Is Not Answered As A Write
    [Documentation]    The result of a write is refused while a read waits; the server gets the value that follows.
    [Tags]    SEQUENCE-READ-BY-LWWRITERSP
    Server Starts Reading    /3340/0/5521
    Module Should Report Read    /3340/0/5521
    Module Should Refuse    AT+LWWRITERSP={session},68
    Module Answers Read    F    21.5
    Server Should Receive    F    21.5

A Read Is Not Answered As A Command
    [Documentation]    The result of a command is refused while a read waits; the server gets the value that follows.
    [Tags]    SEQUENCE-READ-BY-LWEXECUTERSP
    Server Starts Reading    /3340/0/5521
    Module Should Report Read    /3340/0/5521
    Module Should Refuse    AT+LWEXECUTERSP={session},68
    Module Answers Read    F    21.5
    Server Should Receive    F    21.5

A Write Is Not Answered As A Read
    [Documentation]    A value is refused while a write waits; the server gets the result that follows.
    [Tags]    SEQUENCE-WRITE-BY-LWREADRSP
    Server Starts Writing    /3340/0/5534    I    7
    Module Should Report Write    /3340/0/5534    I    7
    Module Should Refuse    AT+LWREADRSP={session},3340,0,1,5534,"I",1,"7"
    Module Answers Write    Bad Request
    Server Should Be Told    Bad Request

A Write Is Not Answered As A Command
    [Documentation]    The result of a command is refused while a write waits; the server gets the one that follows.
    [Tags]    SEQUENCE-WRITE-BY-LWEXECUTERSP
    Server Starts Writing    /3340/0/5534    I    7
    Module Should Report Write    /3340/0/5534    I    7
    Module Should Refuse    AT+LWEXECUTERSP={session},68
    Module Answers Write    Bad Request
    Server Should Be Told    Bad Request

A Command Is Not Answered As A Read
    [Documentation]    A value is refused while a command waits; the server gets the result that follows.
    [Tags]    SEQUENCE-EXECUTE-BY-LWREADRSP
    Server Starts Executing    /3340/0/5523
    Module Should Report Execute    /3340/0/5523
    Module Should Refuse    AT+LWREADRSP={session},3340,0,1,5523,"S",2,"ok"
    Module Answers Execute    Service Unavailable
    Server Should Be Told    Service Unavailable

A Command Is Not Answered As A Write
    [Documentation]    The result of a write is refused while a command waits; the server gets the one that follows.
    [Tags]    SEQUENCE-EXECUTE-BY-LWWRITERSP
    Server Starts Executing    /3340/0/5523
    Module Should Report Execute    /3340/0/5523
    Module Should Refuse    AT+LWWRITERSP={session},68
    Module Answers Execute    Service Unavailable
    Server Should Be Told    Service Unavailable
