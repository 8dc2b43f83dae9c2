*** Settings ***
Documentation    An answer that names the other session is not taken for one (note 2.2.8 to 2.2.10).

Resource         ../resources/scenario.resource

Test Setup       Second Session With A Timer

Test Tags        order


*** Test Cases ***
A Read Is Answered In Its Own Session
    [Documentation]    The value for the other session goes nowhere; the server gets the one for this.
    [Tags]    SEQUENCE-LWREADRSP-SESSION
    Server Starts Reading    /3340/0/5521
    Module Should Report Read    /3340/0/5521
    Module Should Answer    AT+LWREADRSP=0,3340,0,1,5521,"F",4,"99.5"
    Module Answers Read    F    21.5
    Server Should Receive    F    21.5

A Write Is Answered In Its Own Session
    [Documentation]    The result for the other session goes nowhere; the server gets the one for this.
    [Tags]    SEQUENCE-LWWRITERSP-SESSION
    Server Starts Writing    /3340/0/5534    I    7
    Module Should Report Write    /3340/0/5534    I    7
    Module Should Answer    AT+LWWRITERSP=0,128
    Module Answers Write    Changed
    Server Should Be Told    Changed

A Command Is Answered In Its Own Session
    [Documentation]    The result for the other session goes nowhere; the server gets the one for this.
    [Tags]    SEQUENCE-LWEXECUTERSP-SESSION
    Server Starts Executing    /3340/0/5523
    Module Should Report Execute    /3340/0/5523
    Module Should Answer    AT+LWEXECUTERSP=0,128
    Module Answers Execute    Changed
    Server Should Be Told    Changed


*** Keywords ***
Second Session With A Timer
    [Documentation]    Two sessions with the same object; the steps that follow are about the second.
    Module With Two Sessions
    Module Turns To Session    0
    Module Adds    /3340/0/5521    /3340/0/5534    /3340/0/5523
    Module Turns To Session    1
    Module Adds    /3340/0/5521    /3340/0/5534    /3340/0/5523
    Server Should List Object    /3340/0
