*** Settings ***
Documentation    The module's own objects (note 2.2.6): the Device object, which tells what the module is.
...              Which of its own objects a module answers, and with what, the note leaves open.

Resource         ../resources/scenario.resource

Test Setup       Registered Module

Test Tags        own-objects


*** Test Cases ***
The Registration Lists The Module's Own Objects
    [Documentation]    Beside what the application adds, the server finds the objects Server and Device.
    [Tags]    OWN-ANNOUNCED
    Server Should List Object    /1/0
    Server Should List Object    /3/0
    Server Should List Only

The Security Object Is Hidden
    [Documentation]    The object that holds keys is neither listed nor readable.
    [Tags]    OWN-SECURITY-HIDDEN
    Server Should Not List Object    /0/0
    Server Starts Reading    /0/0
    Server Should Be Told    Not Found

The Module Answers For Itself
    [Documentation]    The server learns the model from the module; the application is not asked.
    [Tags]    OWN-UNASKED
    Server Starts Reading    /3/0/1
    Server Should Recognise Module
    Module Should Not Report Read

The Module Tells What It Is
    [Documentation]    Manufacturer, model, serial number and firmware are those that the module tells its application.
    [Tags]    OWN-DEVICE-READ
    Server Starts Reading    /3/0
    Server Should Recognise Module

A Read-Only Resource Stays As It Is
    [Documentation]    The server may not rename the module.
    [Tags]    OWN-READ-ONLY
    Server Starts Writing    /3/0/1    S    another
    Server Should Be Told    Method Not Allowed
    Module Should Not Report Write
    Server Starts Reading    /3/0/1
    Server Should Recognise Module

A Resource That Is Not There Is Not Found
    [Documentation]    The module's own object has no such resource, and the application is not asked for it.
    [Tags]    OWN-UNKNOWN
    Server Starts Reading    /3/0/9999
    Server Should Be Told    Not Found
    Module Should Not Report Read

The Server Reboots The Module
    [Documentation]    The module confirms, restarts, and has forgotten its session.
    [Tags]    OWN-REBOOT
    Server Starts Executing    /3/0/4
    Server Should Be Told    Changed
    Module Should Restart
    Module Should Refuse    AT+LWCLOSE=0
    Module Points At Server
    Module Registers
    Server Should List Module Anew
