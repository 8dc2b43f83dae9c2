*** Settings ***
Documentation    Objects, instances and resources at both ends of their ranges can be read (note 3.1).

Resource         ../resources/scenario.resource

Test Setup       Registered Module
Test Template    Server Reads Added Resource

Test Tags        read


*** Test Cases ***               PATH                KIND    VALUE
The First Object That Is Free    /8/0/0              I       1
    [Tags]    LWREAD-OBJECT-MIN
The Last Object                  /65535/0/1          D       2a
    [Tags]    LWREAD-OBJECT-MAX
The Last Instance                /3303/65534/5700    F       21.5
    [Tags]    LWREAD-INSTANCE-MAX
The First Resource               /10/0/0             S       +4917099
    [Tags]    LWREAD-RESOURCE-MIN
The Last Resource                /3303/0/65535       D       2a
    [Tags]    LWREAD-RESOURCE-MAX


*** Keywords ***
Server Reads Added Resource
    [Documentation]    The one resource that the module declares is read; what the server has no model of is opaque.
    [Arguments]    ${path}    ${kind}    ${value}
    Module Adds    ${path}
    Server Should List Objects Of    ${path}
    Server Reads What Module Answers    ${path}    ${kind}    ${value}
