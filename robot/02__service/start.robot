*** Settings ***
Documentation    The LwM2M service is started before anything else (note 2.2.1).

Resource         ../resources/scenario.resource

Test Tags        service


*** Test Cases ***
The Start Command Is Known
    [Documentation]    Asked whether it knows the command, the module says yes; the open session is not disturbed.
    [Tags]    LWSTART-TEST
    Registration Succeeds
    Module Should Explain    Start
    Server Should List Module

The Service Starts
    [Documentation]    The service starts, the module has an address, and a registration succeeds.
    [Tags]    LWSTART-EXECUTE    LWSTART-ADDRESS    LWSTART-TIME
    Module Starts Service
    Network Should Have Given Address
    Module Configures Server
    Module Registers
    Server Should List Module

A Second Start Does No Harm
    [Documentation]    Whether the module takes a second start or refuses it, a registration succeeds after it.
    [Tags]    LWSTART-TWICE
    Module Points At Server
    Module Should Answer    AT+LWSTART
    Module Registers
    Server Should List Module

A Second Start Does Not Disturb A Session
    [Documentation]    Whether the module takes a second start or refuses it, the server still reaches the application.
    [Tags]    LWSTART-TWICE
    [Setup]    Registered Module    /3340/0/5521
    Module Should Answer    AT+LWSTART
    Server Should List Module
    Server Reads What Module Answers    /3340/0/5521    F    21.5

Without A Network The Service Does Not Start
    [Documentation]    Off the network the start is refused and the server hears nothing; back in it, all is well.
    [Tags]    LWSTART-OFFLINE    LWSTART-TIME
    Module Leaves Network
    Module Should Refuse    AT+LWSTART
    Server Should Not List Module
    Module Joins Network
    Registration Succeeds

A Restart Ends The Service
    [Documentation]    The start is not remembered: after a restart nothing can be opened, and the server hears nothing.
    [Tags]    LWSTART-NO-SAVE
    Module Points At Server
    Module Restarts
    Module Should Refuse    AT+LWOPEN
    Server Should Not List Module
