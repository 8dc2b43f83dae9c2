*** Settings ***
Documentation    The module's own objects (note 2.2.6): the Server object, which holds the terms of the registration.
...              Which of its own objects a module answers, and with what, the note leaves open.

Resource         ../resources/scenario.resource

Test Tags        own-objects


*** Test Cases ***
The Module Tells The Lifetime
    [Documentation]    The server reads the lifetime that the application configured.
    [Tags]    OWN-LIFETIME-READ    OWN-UNASKED
    Module Points At Server    lifetime=800
    Module Registers
    Server Should List Lifetime    800
    Server Starts Reading    /1/0/1
    Server Should Receive    I    800
    Module Should Not Report Read

The Server Sets The Lifetime
    [Documentation]    The module takes the server's lifetime and updates its registration with it.
    [Tags]    OWN-LIFETIME-WRITE
    Registered Module
    Server Starts Writing    /1/0/1    I    900
    Server Should Be Told    Changed
    Server Should See Update
    Server Should List Lifetime    900
    Server Starts Reading    /1/0/1
    Server Should Receive    I    900
    Module Should Not Report Write
