*** Settings ***
Documentation    The command that answers a write: what it takes and what it refuses (note 2.2.9).

Resource         ../resources/scenario.resource

Test Setup       Registered Module    /3340/0/5534

Test Tags        write


*** Test Cases ***
The Module Says How A Write Is Answered
    [Documentation]    Asked in the middle of a write, the module names session and result, and the write goes on.
    [Tags]    LWWRITERSP-TEST    LWWRITERSP-WRITE    LWWRITERSP-TIME
    Server Starts Writing    /3340/0/5534    I    7
    Module Should Report Write    /3340/0/5534    I    7
    Module Should Explain    Write Response    <lwm2mId>    <result>
    Module Answers Write    Changed
    Server Should Be Told    Changed

An Impossible Session Is Refused
    [Documentation]    There are the sessions 0 and 1; the refused answers never reach the server.
    [Tags]    LWWRITERSP-SESSION-OUTSIDE    LWWRITERSP-TIME
    Server Starts Writing    /3340/0/5534    I    7
    Module Should Report Write    /3340/0/5534    I    7
    Module Should Refuse    AT+LWWRITERSP=-1,128    AT+LWWRITERSP=2,128
    Module Answers Write    Changed
    Server Should Be Told    Changed

A Write Is Forgotten Over A Restart
    [Documentation]    What the server wrote before the restart cannot be answered after it.
    [Tags]    LWWRITERSP-NO-SAVE
    Server Starts Writing    /3340/0/5534    I    7
    Module Should Report Write    /3340/0/5534    I    7
    Module Comes Back    /3340/0/5534
    Module Should Refuse    AT+LWWRITERSP={session},68
    Server Should Get No Answer
    Module Receives What Server Writes    /3340/0/5534    I    8
