*** Settings ***
Documentation    The result that tells the server nothing, and what is no result at all (note 2.3).

Resource         ../resources/scenario.resource

Test Setup       Registered Module    /3340/0/5534    /3340/0/5523

Test Tags        results


*** Test Cases ***
An Ignored Write Is Not Answered
    [Documentation]    The application wants the server to hear nothing, and the server gives up.
    [Tags]    RESULT-WRITE-1
    Server Starts Writing    /3340/0/5534    I    7    limit=1 s
    Module Should Report Write    /3340/0/5534    I    7
    Module Answers Write    1
    Server Should Get No Answer

An Ignored Execute Is Not Answered
    [Documentation]    The application wants the server to hear nothing, and the server gives up.
    [Tags]    RESULT-EXECUTE-1
    Server Starts Executing    /3340/0/5523    limit=1 s
    Module Should Report Execute    /3340/0/5523
    Module Answers Execute    1
    Server Should Get No Answer

A Write Takes No Other Result
    [Documentation]    What is not in the table is refused, and the server is told the result that follows.
    [Tags]    RESULT-WRITE-OTHER
    Server Starts Writing    /3340/0/5534    I    7
    Module Should Report Write    /3340/0/5534    I    7
    Module Should Refuse    AT+LWWRITERSP={session},2    AT+LWWRITERSP={session},64    AT+LWWRITERSP={session},67
    ...    AT+LWWRITERSP={session},131    AT+LWWRITERSP={session},164    AT+LWWRITERSP={session},-1
    Module Answers Write    Changed
    Server Should Be Told    Changed

An Execute Takes No Other Result
    [Documentation]    What is not in the table is refused, and the server is told the result that follows.
    [Tags]    RESULT-EXECUTE-OTHER
    Server Starts Executing    /3340/0/5523
    Module Should Report Execute    /3340/0/5523
    Module Should Refuse    AT+LWEXECUTERSP={session},2    AT+LWEXECUTERSP={session},64    AT+LWEXECUTERSP={session},67
    ...    AT+LWEXECUTERSP={session},131    AT+LWEXECUTERSP={session},164    AT+LWEXECUTERSP={session},-1
    Module Answers Execute    Changed
    Server Should Be Told    Changed
