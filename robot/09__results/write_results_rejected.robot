*** Settings ***
Documentation    Results that the note allows and that are no answer to a write in LwM2M (note 2.2.9, 2.3).

Resource         ../resources/scenario.resource

Test Setup       Registered Module    /3340/0/5534
Test Template    Server Rejects Result Of Write

Test Tags        results


*** Test Cases ***    RESULT    CODE
Created               65        2.01
    [Tags]    RESULT-WRITE-65
Deleted               66        2.02
    [Tags]    RESULT-WRITE-66
Content               69        2.05
    [Tags]    RESULT-WRITE-69
Continue              95        2.31
    [Tags]    RESULT-WRITE-95


*** Keywords ***
Server Rejects Result Of Write
    [Documentation]    The code goes over the air as it should, and the server does not take it for an answer.
    [Arguments]    ${result}    ${code}
    Server Starts Writing    /3340/0/5534    I    7
    Module Should Report Write    /3340/0/5534    I    7
    Module Answers Write    ${result}
    Server Should Reject Answer
    Evidence Should Show On Air    ${code}
