*** Settings ***
Documentation    OMA's enabler tests of LwM2M that apply: device management (OMA-ETS-LightweightM2M, 201 to 290, 652).

Resource         ../resources/scenario.resource

Test Setup       Registered Module

Test Tags        interoperability


*** Test Cases ***
Querying Basic Information In Plain Text Format
    [Documentation]    Manufacturer, model and serial number are read one by one as plain text, if that is offered.
    [Tags]    OMA-201
    Server Starts Reading    /3/0/0    accept=TEXT
    Server Should Recognise Module    or_told=Not Acceptable
    Server Starts Reading    /3/0/1    accept=TEXT
    Server Should Recognise Module    or_told=Not Acceptable
    Server Starts Reading    /3/0/2    accept=TEXT
    Server Should Recognise Module    or_told=Not Acceptable

Querying Basic Information In Opaque Format
    [Documentation]    A string of bytes that the application answers is carried as it is, if that is offered.
    [Tags]    OMA-202
    Module Adds    /3339/0/5522
    Server Should List Object    /3339/0
    Server Starts Reading    /3339/0/5522    accept=OPAQUE
    ${reported} =    Module Should Report Read Or Refuse    /3339/0/5522    by=Not Acceptable
    IF    ${reported}
        Module Answers Read    D    0102ff
        Server Should Receive    D    0102ff    or_told=Not Acceptable
    END

Querying Basic Information In TLV Format
    [Documentation]    The Device object is read in the binary format that every module has to offer.
    [Tags]    OMA-203
    Server Starts Reading    /3/0    accept=TLV
    Server Should Recognise Module

Querying Basic Information In JSON Format
    [Documentation]    The Device object is read in the JSON format, if that is offered.
    [Tags]    OMA-204
    Server Starts Reading    /3/0    accept=JSON
    Server Should Recognise Module    or_told=Not Acceptable

Setting Basic Information In Plain Text Format
    [Documentation]    A setting that is written as plain text is read back, if that is offered.
    [Tags]    OMA-205
    Server Starts Writing    /1/0/1    I    600    form=TEXT
    ${written} =    Server Should Be Told    Changed    or_told=Unsupported Content Format
    IF    ${written}
        Server Starts Reading    /1/0/1
        Server Should Receive    I    600
    END

Setting Basic Information In TLV Format
    [Documentation]    Settings that are written in the binary format are read back, and so are the restored ones.
    [Tags]    OMA-215
    Server Settings Should Be Readable
    Settings Should Be Read Back    1=I 600    6=B 1
    Settings Should Be Read Back    1=I 300    6=B 0
    Server Should List Lifetime    300

Read On Object
    [Documentation]    The server reads the whole Device object.
    [Tags]    OMA-222
    Server Starts Reading    /3
    Server Should Recognise Module

Read On Object Instance
    [Documentation]    The server reads the one instance of the Device object.
    [Tags]    OMA-223
    Server Starts Reading    /3/0
    Server Should Recognise Module

Read On Resource
    [Documentation]    The server reads single settings of the Server object; the lifetime is the registration's.
    [Tags]    OMA-224
    Server Starts Writing    /1/0/1    I    600
    Server Should Be Told    Changed
    Server Starts Reading    /1/0/1
    Server Should Receive    I    600
    Server Starts Reading    /1/0/7
    Server Should Receive    S    U

Read On Resource Instance
    [Documentation]    The server reads one of several values of a resource, or learns that the module cannot tell one.
    [Tags]    OMA-225
    Server Starts Reading    /3/0/16/0
    Server Should Get Some Answer    assumed=Not Found

Write Partial Update On Object Instance
    [Documentation]    Two settings are written in one request, and the others stay as they were.
    [Tags]    OMA-226
    Server Settings Should Be Readable
    Settings Should Be Read Back    1=I 600    6=B 1
    Server Should List Lifetime    600

Write Replace On Resource
    [Documentation]    A single setting is written and read back.
    [Tags]    OMA-227
    Server Starts Writing    /1/0/6    B    1
    Server Should Be Told    Changed
    Server Starts Reading    /1/0/6
    Server Should Receive    B    1

Executable Resource Rebooting The Device
    [Documentation]    Told to reboot, the module confirms, restarts, and can register again.
    [Tags]    OMA-241
    Server Starts Executing    /3/0/4
    Server Should Be Told    Changed
    Module Should Restart
    Module Points At Server
    Module Registers
    Server Should List Module Anew

Write Operation Failure
    [Documentation]    A setting that can only be read is not written, and stays as it was.
    [Tags]    OMA-256
    Server Starts Reading    /1/0/0
    Server Should Be Told    Content
    Server Starts Writing    /1/0/0    I    7
    Server Should Be Told    Method Not Allowed
    Server Starts Reading    /1/0/0
    Server Should Receive The Same    /1/0

Discover Command
    [Documentation]    Asked what it has, the Device object lists its resources.
    [Tags]    OMA-260
    Server Starts Discovering    /3
    Server Should Discover    /3/0/0    /3/0/1    /3/0/2    /3/0/3    /3/0/4

Discovering An Added Object
    [Documentation]    The server asks what an added object has; whatever comes is recorded.
    [Tags]    DISCOVER-ADDED
    Module Adds    /3303/0/5700
    Server Should List Object    /3303/0
    Server Starts Discovering    /3303
    Server Should Get Some Answer    assumed=Content
    Module Should Not Report Read

Create Object Instance
    [Documentation]    The server asks for a second sensor; whatever comes is recorded, and the first still answers.
    [Tags]    OMA-270
    Module Adds    /3303/0/5700
    Server Should List Object    /3303/0
    Server Starts Creating    /3303/1    5700=F 1.5
    Server Should Get Some Answer    assumed=Method Not Allowed
    Server Reads What Module Answers    /3303/0/5700    F    21.5

Delete Object Instance
    [Documentation]    The server tries to take a sensor away; whatever comes is recorded, and the session goes on.
    [Tags]    OMA-290
    Module Adds    /3303/0/5700    /3340/0/5534
    Server Should List Objects Of    /3303/0/5700    /3340/0/5534
    Server Starts Deleting    /3303/0
    Server Should Get Some Answer    assumed=Method Not Allowed
    Server Reads What Module Answers    /3340/0/5534    I    42

Querying The Firmware Version
    [Documentation]    The server reads the module's firmware version.
    [Tags]    OMA-652
    Server Starts Reading    /3/0/3
    Server Should Recognise Module


*** Keywords ***
Server Settings Should Be Readable
    [Documentation]    The settings as they are now, to compare with.
    Server Starts Reading    /1/0
    Server Should Be Told    Content

Settings Should Be Read Back
    [Documentation]    The server writes these settings; read again, they are as written, and no other has changed.
    [Arguments]    &{settings}
    Server Starts Writing Instance    /1/0    &{settings}
    Server Should Be Told    Changed
    Server Starts Reading    /1/0
    Server Should Receive The Same    /1/0    &{settings}
