*** Settings ***
Documentation    Answers that nobody asked for, and answers given twice (note 2.2.8 to 2.2.10).

Resource         ../resources/scenario.resource

Test Setup       Registered Module    /3340/0/5521    /3340/0/5534    /3340/0/5523

Test Tags        order


*** Variables ***
${WARM}    AT+LWREADRSP={session},3340,0,1,5521,"F",4,"21.5"


*** Test Cases ***
A Read That Never Came Cannot Be Answered
    [Documentation]    The unasked value is refused; the next read gets its own.
    [Tags]    SEQUENCE-LWREADRSP-UNASKED
    Module Should Refuse    ${WARM}
    Server Reads What Module Answers    /3340/0/5521    F    4.5

A Read Is Answered Once
    [Documentation]    The second value is refused: the server has the first, and the next read gets its own.
    [Tags]    SEQUENCE-LWREADRSP-TWICE
    Server Starts Reading    /3340/0/5521
    Module Should Report Read    /3340/0/5521
    Module Should Accept    ${WARM}
    Module Should Refuse    AT+LWREADRSP={session},3340,0,1,5521,"F",4,"99.5"
    Server Should Receive    F    21.5
    Server Reads What Module Answers    /3340/0/5521    F    4.5

A Write That Never Came Cannot Be Answered
    [Documentation]    The unasked result is refused; the next write gets its own.
    [Tags]    SEQUENCE-LWWRITERSP-UNASKED
    Module Should Refuse    AT+LWWRITERSP={session},128
    Module Receives What Server Writes    /3340/0/5534    I    7

A Write Is Answered Once
    [Documentation]    The second result is refused: the server has the first, and the next write gets its own.
    [Tags]    SEQUENCE-LWWRITERSP-TWICE
    Server Starts Writing    /3340/0/5534    I    7
    Module Should Report Write    /3340/0/5534    I    7
    Module Answers Write    Changed
    Module Should Refuse    AT+LWWRITERSP={session},128
    Server Should Be Told    Changed
    Module Receives What Server Writes    /3340/0/5534    I    8

A Command That Never Came Cannot Be Answered
    [Documentation]    The unasked result is refused; the next command of the server gets its own.
    [Tags]    SEQUENCE-LWEXECUTERSP-UNASKED
    Module Should Refuse    AT+LWEXECUTERSP={session},128
    Module Carries Out What Server Executes    /3340/0/5523    123456

A Command Is Answered Once
    [Documentation]    The second result is refused: the server has the first, and its next command gets its own.
    [Tags]    SEQUENCE-LWEXECUTERSP-TWICE
    Server Starts Executing    /3340/0/5523
    Module Should Report Execute    /3340/0/5523
    Module Answers Execute    Changed
    Module Should Refuse    AT+LWEXECUTERSP={session},128
    Server Should Be Told    Changed
    Module Carries Out What Server Executes    /3340/0/5523    123456
