*** Settings ***
Documentation    The result that the application gives to a write is what the server is told (note 2.2.9, 2.3).

Resource         ../resources/scenario.resource

Test Setup       Registered Module    /3340/0/5534
Test Template    Server Is Told Result Of Write

Test Tags        results


*** Test Cases ***           RESULT    CODE
No Error                     0         2.04
    [Tags]    RESULT-WRITE-0
Changed                      68        2.04
    [Tags]    RESULT-WRITE-68
Bad Request                  128       4.00
    [Tags]    RESULT-WRITE-128
Unauthorized                 129       4.01
    [Tags]    RESULT-WRITE-129
Bad Option                   130       4.02
    [Tags]    RESULT-WRITE-130
Not Found                    132       4.04
    [Tags]    RESULT-WRITE-132
Method Not Allowed           133       4.05
    [Tags]    RESULT-WRITE-133
Not Acceptable               134       4.06
    [Tags]    RESULT-WRITE-134
Request Entity Incomplete    136       4.08
    [Tags]    RESULT-WRITE-136
Precondition Failed          140       4.12
    [Tags]    RESULT-WRITE-140
Entity Too Large             141       4.13
    [Tags]    RESULT-WRITE-141
Internal Server Error        160       5.00
    [Tags]    RESULT-WRITE-160
Not Implemented              161       5.01
    [Tags]    RESULT-WRITE-161
Service Unavailable          163       5.03
    [Tags]    RESULT-WRITE-163


*** Keywords ***
Server Is Told Result Of Write
    [Documentation]    The application's result reaches the server as this response code.
    [Arguments]    ${result}    ${code}
    Server Starts Writing    /3340/0/5534    I    7
    Module Should Report Write    /3340/0/5534    I    7
    Module Answers Write    ${result}
    Server Should Be Told    ${code}
