*** Settings ***
Documentation    Results that the note allows and that are no answer to an execute in LwM2M (note 2.2.10, 2.3).

Resource         ../resources/scenario.resource

Test Setup       Registered Module    /3340/0/5523
Test Template    Server Rejects Result Of Execute

Test Tags        results


*** Test Cases ***    RESULT    CODE
Created               65        2.01
    [Tags]    RESULT-EXECUTE-65
Deleted               66        2.02
    [Tags]    RESULT-EXECUTE-66
Content               69        2.05
    [Tags]    RESULT-EXECUTE-69
Continue              95        2.31
    [Tags]    RESULT-EXECUTE-95


*** Keywords ***
Server Rejects Result Of Execute
    [Documentation]    The code goes over the air as it should, and the server does not take it for an answer.
    [Arguments]    ${result}    ${code}
    Server Starts Executing    /3340/0/5523
    Module Should Report Execute    /3340/0/5523
    Module Answers Execute    ${result}
    Server Should Reject Answer
    Evidence Should Show On Air    ${code}
