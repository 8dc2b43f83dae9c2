*** Settings ***
Documentation    Objects, instances and resources at both ends of their ranges can be written (note 3.1).

Resource         ../resources/scenario.resource

Test Setup       Registered Module
Test Template    Server Writes Added Resource

Test Tags        write


*** Test Cases ***               PATH
The First Object That Is Free    /8/0/5750
    [Tags]    LWWRITE-OBJECT-MIN
The Last Object                  /65535/0/5750
    [Tags]    LWWRITE-OBJECT-MAX
The Last Instance                /3340/65534/5750
    [Tags]    LWWRITE-INSTANCE-MAX
The First Resource               /10/0/0
    [Tags]    LWWRITE-RESOURCE-MIN
The Last Resource                /3340/0/65535
    [Tags]    LWWRITE-RESOURCE-MAX


*** Keywords ***
Server Writes Added Resource
    [Documentation]    The one resource that the module declares is written; the module may not know its type.
    [Arguments]    ${path}
    Module Adds    ${path}
    Server Should List Objects Of    ${path}
    Server Starts Writing    ${path}    S    door
    Module Should Report Write Of Unknown Type    ${path}    door
    Module Answers Write    Changed
    Server Should Be Told    Changed
