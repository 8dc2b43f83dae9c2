*** Settings ***
Documentation    Before any LwM2M command: signal, network and address (note 4.1).

Resource         ../resources/scenario.resource

Test Tags        network


*** Test Cases ***
The Network Is Heard
    [Documentation]    The module measures the signal of a cell, and the way to the server is open.
    [Tags]    NET-SIGNAL
    Network Should Be Heard
    Registration Succeeds

The Module Is In The Network
    [Documentation]    The network has accepted the module, at home or roaming, and the way to the server is open.
    [Tags]    NET-STATUS
    Network Should Have Registered Module
    Registration Succeeds

The Module Has An Address
    [Documentation]    The network has given the module the IP address that it speaks from.
    [Tags]    NET-ADDRESS
    Network Should Have Given Address
    Registration Succeeds

All Is In Order Before The Service Starts
    [Documentation]    Signal, network and address are there first, and then a registration succeeds at once.
    [Tags]    NET-CHECKS-FIRST
    Network Should Be Heard
    Network Should Have Registered Module
    Network Should Have Given Address
    Registration Succeeds

Without Its Radio The Module Knows Of No Network
    [Documentation]    With the radio off, signal, network and address are not there; with the radio they come back.
    [Tags]    NET-SIGNAL-UNKNOWN    NET-STATUS-OFF
    Module Leaves Network
    Network Should Not Be Heard
    Network Should Not Have Registered Module
    Network Should Not Have Given Address
    Module Joins Network
    Network Should Be Heard
    Network Should Have Registered Module
    Registration Succeeds
