*** Settings ***
Documentation    The application takes objects back (note 2.2.7).

Resource         ../resources/scenario.resource

Test Setup       Registered Module    /3303/0/5700    /3303/1/5700    /3340/0/5521

Test Tags        objects


*** Test Cases ***
The Delete Command Explains Itself
    [Documentation]    Asked how to delete an object, the module names what it must be told; the list stays as it is.
    [Tags]    LWDELOBJ-TEST
    Module Should Explain    Delete Object    lwm2mId    objectId
    Server Should List Only    /3303/0    /3303/1    /3340/0

A Deleted Object Is No Longer Listed
    [Documentation]    The server learns that an object is gone; the others and the session stay.
    [Tags]    LWDELOBJ-WRITE    LWDELOBJ-TIME
    Module Deletes    3340
    Server Should See Update
    Server Should List Only    /3303/0    /3303/1

Every Instance Goes With Its Object
    [Documentation]    Deleting an object takes all of its instances off the server's list.
    [Tags]    LWDELOBJ-INSTANCES
    Module Deletes    3303
    Server Should See Update
    Server Should List Only    /3340/0

A Deleted Object Is Not Found
    [Documentation]    A read of an object that was taken back never reaches the application.
    [Tags]    LWDELOBJ-READ
    Module Deletes    3303
    Server Should No Longer List Object    /3303/0
    Server Starts Reading    /3303/0/5700
    Server Should Be Told    Not Found
    Module Should Not Report Read

A Deleted Object Can Be Added Again
    [Documentation]    An object that was taken back can be declared anew, and is read as before.
    [Tags]    LWDELOBJ-WRITE
    Module Deletes    3303
    Module Adds    /3303/0/5700
    Server Should List Only    /3303/0    /3340/0
    Server Reads What Module Answers    /3303/0/5700    F    21.5

The Last Object Can Be Deleted
    [Documentation]    Object 65535, the last there is, is added and taken back.
    [Tags]    LWDELOBJ-OBJECT-MAX
    Module Adds    /65535/0/1
    Server Should List Object    /65535/0
    Module Deletes    65535
    Server Should See Update
    Server Should List Only    /3303/0    /3303/1    /3340/0

The Module's Own Objects Stay
    [Documentation]    Whether the module takes or refuses their deletion, its own objects stay in the server's list.
    [Tags]    LWDELOBJ-OBJECT-OWN
    Server Should List Object    /3/0
    Module Should Answer    AT+LWDELOBJ=0,0    AT+LWDELOBJ=0,3    AT+LWDELOBJ=0,7
    Module Deletes    3340
    Server Should List Only    /3303/0    /3303/1
    Server Should List Object    /3/0

One Session Deletes Without The Other
    [Documentation]    An object of session 1 is taken back; session 0 keeps the one of the same number.
    [Tags]    LWDELOBJ-SESSION-1
    [Setup]    Module With Two Sessions
    Module Adds    /3340/0/5521
    Module Turns To Session    0
    Module Adds    /3340/0/5521
    Module Turns To Session    1
    Module Deletes    3340
    Server Should See Update
    Server Should List Only
    Module Turns To Session    0
    Server Should List Only    /3340/0
