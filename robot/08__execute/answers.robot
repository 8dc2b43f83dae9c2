*** Settings ***
Documentation    The command that answers an execute: what it takes and what it refuses (note 2.2.10).

Resource         ../resources/scenario.resource

Test Setup       Registered Module    /3340/0/5523

Test Tags        execute


*** Test Cases ***
The Module Says How A Command Is Answered
    [Documentation]    Asked in the middle of a command, the module says that it knows how, and the command goes on.
    [Tags]    LWEXECUTERSP-TEST    LWEXECUTERSP-WRITE    LWEXECUTERSP-TIME
    Server Starts Executing    /3340/0/5523    1
    Module Should Report Execute    /3340/0/5523    1
    Module Should Explain    Execute Response
    Module Answers Execute    Changed
    Server Should Be Told    Changed

An Impossible Session Is Refused
    [Documentation]    There are the sessions 0 and 1; the refused answers never reach the server.
    [Tags]    LWEXECUTERSP-SESSION-OUTSIDE    LWEXECUTERSP-TIME
    Server Starts Executing    /3340/0/5523    1
    Module Should Report Execute    /3340/0/5523    1
    Module Should Refuse    AT+LWEXECUTERSP=-1,128    AT+LWEXECUTERSP=2,128
    Module Answers Execute    Changed
    Server Should Be Told    Changed

A Command Is Forgotten Over A Restart
    [Documentation]    What the server commanded before the restart cannot be answered after it.
    [Tags]    LWEXECUTERSP-NO-SAVE
    Server Starts Executing    /3340/0/5523    1
    Module Should Report Execute    /3340/0/5523    1
    Module Comes Back    /3340/0/5523
    Module Should Refuse    AT+LWEXECUTERSP={session},68
    Server Should Get No Answer
    Module Carries Out What Server Executes    /3340/0/5523    2
