*** Settings ***
Documentation    What the application adds is what the server lists, at either end of each range (note 2.2.6).

Resource         ../resources/scenario.resource

Test Setup       Registration Succeeds
Test Template    Server Lists What Module Adds

Test Tags        objects


*** Test Cases ***             INSTANCE       RESOURCES
An Object
    [Tags]    LWADDOBJ-WRITE    LWADDOBJ-TIME
                               /3340/0        /3340/0/5521
The First Free Object
    [Tags]    LWADDOBJ-OBJECT-8
                               /8/0           /8/0/1
The Last Object
    [Tags]    LWADDOBJ-OBJECT-MAX
                               /65535/0       /65535/0/1
The First Instance
    [Tags]    LWADDOBJ-INSTANCE-MIN
                               /3303/0        /3303/0/5700
The Last Instance That LwM2M Allows
    [Tags]    LWADDOBJ-INSTANCE-65534
                               /3303/65534    /3303/65534/5700
One Resource
    [Tags]    LWADDOBJ-COUNT-1
                               /3303/0        /3303/0/5700
Fifteen Resources
    [Tags]    LWADDOBJ-COUNT-15
                               /3340/0        /3340/0/1    /3340/0/2    /3340/0/3    /3340/0/4    /3340/0/5
                               ...            /3340/0/6    /3340/0/7    /3340/0/8    /3340/0/9    /3340/0/10
                               ...            /3340/0/11    /3340/0/12    /3340/0/13    /3340/0/14    /3340/0/15
The First And The Last Resource
    [Tags]    LWADDOBJ-RESOURCE-BOUNDS
                               /3303/0        /3303/0/0    /3303/0/65535


*** Keywords ***
Server Lists What Module Adds
    [Documentation]    One instance is added with its resources, and the server lists it and no other.
    [Arguments]    ${instance}    @{resources}
    Module Adds    @{resources}
    Server Should See Update
    Server Should List Only    ${instance}
