*** Settings ***
Documentation    What cannot be added or deleted is refused, and the server's list stays as it is (note 2.2.6, 2.2.7).

Resource         ../resources/scenario.resource

Test Setup       Registered Module    /3303/0/5700
Test Template    Command Is Refused And Changes Nothing

Test Tags        objects


*** Test Cases ***             COMMANDS
Adding To A Session That Cannot Be
    [Tags]    LWADDOBJ-SESSION-OUTSIDE    LWADDOBJ-TIME
                               AT+LWADDOBJ=-1,3341,0,1,5527    AT+LWADDOBJ=2,3341,0,1,5527
Adding The Module's Own Objects
    [Tags]    LWADDOBJ-OBJECT-OWN
                               AT+LWADDOBJ=0,0,1,1,0    AT+LWADDOBJ=0,3,1,1,0    AT+LWADDOBJ=0,7,1,1,0
Adding An Object Above The Last
    [Tags]    LWADDOBJ-OBJECT-ABOVE
                               AT+LWADDOBJ=0,65536,0,1,5527
Adding Instances Outside Their Range
    [Tags]    LWADDOBJ-INSTANCE-OUTSIDE
                               AT+LWADDOBJ=0,3341,-1,1,5527    AT+LWADDOBJ=0,3341,65536,1,5527
Adding No Resource
    [Tags]    LWADDOBJ-COUNT-0
                               AT+LWADDOBJ=0,3341,0,0    AT+LWADDOBJ=0,3341,0,0,5527
Adding Sixteen Resources
    [Tags]    LWADDOBJ-COUNT-16
                               AT+LWADDOBJ=0,3341,0,16,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16
Adding Fewer Resources Than Promised
    [Tags]    LWADDOBJ-COUNT-HIGH
                               AT+LWADDOBJ=0,3341,0,2,5527
Adding More Resources Than Promised
    [Tags]    LWADDOBJ-COUNT-LOW
                               AT+LWADDOBJ=0,3341,0,1,5527,5528
Adding Resources Outside Their Range
    [Tags]    LWADDOBJ-RESOURCE-OUTSIDE
                               AT+LWADDOBJ=0,3341,0,1,-1    AT+LWADDOBJ=0,3341,0,1,65536
Adding An Instance Twice
    [Tags]    LWADDOBJ-DUPLICATE
                               AT+LWADDOBJ=0,3303,0,1,5700    AT+LWADDOBJ=0,3303,0,1,5701
Deleting An Object That Was Never Added
    [Tags]    LWDELOBJ-UNKNOWN    LWDELOBJ-TIME
                               AT+LWDELOBJ=0,3341
Deleting From A Session That Cannot Be
    [Tags]    LWDELOBJ-SESSION-OUTSIDE    LWDELOBJ-TIME
                               AT+LWDELOBJ=-1,3303    AT+LWDELOBJ=2,3303
Deleting Objects Outside Their Range
    [Tags]    LWDELOBJ-OBJECT-OUTSIDE
                               AT+LWDELOBJ=0,-1    AT+LWDELOBJ=0,65536


*** Keywords ***
Command Is Refused And Changes Nothing
    [Documentation]    Each command is refused; the server's list has what was there before and what is added after.
    [Arguments]    @{commands}
    Module Should Refuse    @{commands}
    Module Adds    /3340/0/5521
    Server Should List Only    /3303/0    /3340/0
