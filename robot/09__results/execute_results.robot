*** Settings ***
Documentation    The result that the application gives to an execute is what the server is told (note 2.2.10, 2.3).

Resource         ../resources/scenario.resource

Test Setup       Registered Module    /3340/0/5523
Test Template    Server Is Told Result Of Execute

Test Tags        results


*** Test Cases ***           RESULT    CODE
No Error                     0         2.04
    [Tags]    RESULT-EXECUTE-0
Changed                      68        2.04
    [Tags]    RESULT-EXECUTE-68
Bad Request                  128       4.00
    [Tags]    RESULT-EXECUTE-128
Unauthorized                 129       4.01
    [Tags]    RESULT-EXECUTE-129
Bad Option                   130       4.02
    [Tags]    RESULT-EXECUTE-130
Not Found                    132       4.04
    [Tags]    RESULT-EXECUTE-132
Method Not Allowed           133       4.05
    [Tags]    RESULT-EXECUTE-133
Not Acceptable               134       4.06
    [Tags]    RESULT-EXECUTE-134
Request Entity Incomplete    136       4.08
    [Tags]    RESULT-EXECUTE-136
Precondition Failed          140       4.12
    [Tags]    RESULT-EXECUTE-140
Entity Too Large             141       4.13
    [Tags]    RESULT-EXECUTE-141
Internal Server Error        160       5.00
    [Tags]    RESULT-EXECUTE-160
Not Implemented              161       5.01
    [Tags]    RESULT-EXECUTE-161
Service Unavailable          163       5.03
    [Tags]    RESULT-EXECUTE-163


*** Keywords ***
Server Is Told Result Of Execute
    [Documentation]    The application's result reaches the server as this response code.
    [Arguments]    ${result}    ${code}
    Server Starts Executing    /3340/0/5523
    Module Should Report Execute    /3340/0/5523
    Module Answers Execute    ${result}
    Server Should Be Told    ${code}
