*** Settings ***
Documentation    The application declares its objects, one instance at a time (note 2.2.6).

Resource         ../resources/scenario.resource

Test Setup       Registered Module    /3303/0/5700

Test Tags        objects


*** Test Cases ***
The Add Command Explains Itself
    [Documentation]    Asked how to add an object, the module names what it must be told; the list stays as it is.
    [Tags]    LWADDOBJ-TEST
    Module Should Explain    Add Object    lwm2mId    objectId    instanceId    resourceCnt    resourceId
    Server Should List Only    /3303/0

A Second Instance Is Listed
    [Documentation]    Two instances of one object are two entries in the server's list.
    [Tags]    LWADDOBJ-INSTANCES    LWADDOBJ-INSTANCE-MIN
    Module Adds    /3303/1/5700
    Server Should List Only    /3303/0    /3303/1

An Added Object Can Be Read
    [Documentation]    What was added during the session is asked for like what was there from the start.
    [Tags]    LWADDOBJ-WRITE
    Module Adds    /3340/0/5521
    Server Should See Update
    Server Should List Only    /3303/0    /3340/0
    Server Reads What Module Answers    /3340/0/5521    F    21.5

The Highest Instance Number Is Taken
    [Documentation]    The serial side takes instance 65535, which LwM2M reserves; the session goes on all the same.
    [Tags]    LWADDOBJ-INSTANCE-MAX
    Module Adds    /3303/65535/5700
    Server Should List Object    /3303/0
    Server Reads What Module Answers    /3303/0/5700    F    21.5

Both Sessions Have Lists Of Their Own
    [Documentation]    An object added to session 1 is listed under that session's name alone.
    [Tags]    LWADDOBJ-SESSION-1
    [Setup]    Module With Two Sessions
    Module Adds    /3340/0/5521
    Server Should See Update
    Server Should List Only    /3340/0
    Module Turns To Session    0
    Server Should List Only

A Restart Takes Added Objects Away
    [Documentation]    Objects are not remembered: after a restart the new registration does not list them.
    [Tags]    LWADDOBJ-NO-SAVE
    Module Restarts
    Registration Succeeds
    Server Should List Only
