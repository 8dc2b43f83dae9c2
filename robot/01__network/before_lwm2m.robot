*** Settings ***
Documentation    Before any LwM2M command: signal, network and address (note 4.1).

Resource         ../resources/scenario.resource

Test Tags        network


*** Test Cases ***
The Network Is Heard
    [Documentation]    The module measures the signal of a cell.
    Network Should Be Heard

The Module Is In The Network
    [Documentation]    The network has accepted the module, at home or roaming.
    Network Should Have Registered Module

The Module Has An Address
    [Documentation]    The network has given the module the IP address that it speaks from.
    Network Should Have Given Address
