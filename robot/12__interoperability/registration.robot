*** Settings ***
Documentation    OMA's enabler tests of LwM2M that apply: registration (OMA-ETS-LightweightM2M, 101 to 104).

Resource         ../resources/scenario.resource

Test Tags        interoperability


*** Test Cases ***
Initial Registration
    [Documentation]    The module registers with its name, lifetime and objects, and the server lists it so.
    [Tags]    OMA-101
    Module Points At Server    lifetime=800
    Module Registers
    Server Should List Module
    Server Should List Lifetime    800
    Server Should List Object    /1/0
    Server Should List Object    /3/0

Registration Update
    [Documentation]    The server sets a lifetime of 20 seconds, and the module updates its registration with it.
    [Tags]    OMA-102
    Registered Module
    Server Starts Writing    /1/0/1    I    20
    Server Should Be Told    Changed
    Server Should See Update
    Server Should List Lifetime    20

Deregistration
    [Documentation]    The module leaves, and the server removes it from its list.
    [Tags]    OMA-103
    Registered Module
    Module Deregisters
    Server Should No Longer List Module

Registration Update Trigger
    [Documentation]    The server triggers an update, and the module updates its registration.
    [Tags]    OMA-104
    Registered Module
    Server Starts Executing    /1/0/8
    Server Should Be Told    Changed
    Server Should See Update
    Server Should List Module
