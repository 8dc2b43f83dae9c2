*** Settings ***
Documentation    The module registers with the server and takes its registration back (note 2.2.4, 2.2.5).

Resource         ../resources/scenario.resource

Test Tags        registration


*** Test Cases ***
A Registration Reaches The Server
    [Documentation]    The module says that it is registered, and the server lists it under its name.
    Module Points At Server
    Module Registers
    Server Should List Module

The Server Learns The Lifetime
    [Documentation]    The lifetime that the application configures is the one that the server goes by.
    Module Points At Server    lifetime=800
    Module Registers
    Server Should List Lifetime    800

A Deregistration Reaches The Server
    [Documentation]    Once the session is closed, the server knows the module no more.
    Module Points At Server
    Module Registers
    Server Should List Module
    Module Deregisters
    Server Should No Longer List Module

The Module Registers Again
    [Documentation]    After a deregistration the same name can be registered again.
    Module Points At Server
    Module Registers
    Module Deregisters
    Server Should No Longer List Module
    Module Registers
    Server Should List Module
