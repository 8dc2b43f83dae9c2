*** Settings ***
Documentation    The example of the application note's chapter 4, step by step, in one session.

Resource         ../resources/scenario.resource

Test Tags        interoperability    chapter-4


*** Test Cases ***
From The First Command To The Deregistration
    [Documentation]    A module finds the network, registers, is read, written and executed, and takes its leave.
    [Tags]    FLOW-REGISTER    FLOW-EXCHANGE    FLOW-ARGUMENT    FLOW-LEAVE
    Network Should Be Heard
    Network Should Have Registered Module
    Network Should Have Given Address
    Registered With A Power Meter
    Server Reads What Module Answers    /3303/0/5601    F    12.5
    Module Receives What Server Writes    /3303/0/5750    S    123456
    Module Carries Out What Server Executes    /3303/0/5605    123456
    Module Deregisters
    Server Should No Longer List Module


*** Keywords ***
Registered With A Power Meter
    [Documentation]    The session and the object of the example; 5750 stands in for its writable resource.
    Module Points At Server    lifetime=800
    Module Registers
    Server Should List Module
    Module Adds    /3303/0/5518    /3303/0/5601    /3303/0/5602    /3303/0/5605    /3303/0/5750
    Server Should List Object    /3303/0
