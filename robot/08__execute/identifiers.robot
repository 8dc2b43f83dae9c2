*** Settings ***
Documentation    Objects, instances and resources at both ends of their ranges can be executed (note 3.1).

Resource         ../resources/scenario.resource

Test Setup       Registered Module
Test Template    Server Executes Added Resource

Test Tags        execute


*** Test Cases ***               PATH
The First Object That Is Free    /8/0/5523
    [Tags]    LWEXECUTE-OBJECT-MIN
The Last Object                  /65535/0/5523
    [Tags]    LWEXECUTE-OBJECT-MAX
The Last Instance                /3340/65534/5523
    [Tags]    LWEXECUTE-INSTANCE-MAX
The First Resource               /3340/0/0
    [Tags]    LWEXECUTE-RESOURCE-MIN
The Last Resource                /3340/0/65535
    [Tags]    LWEXECUTE-RESOURCE-MAX


*** Keywords ***
Server Executes Added Resource
    [Documentation]    The one resource that the module declares is executed.
    [Arguments]    ${path}
    Module Adds    ${path}
    Server Should List Objects Of    ${path}
    Module Carries Out What Server Executes    ${path}    1
