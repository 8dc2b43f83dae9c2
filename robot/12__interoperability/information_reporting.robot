*** Settings ***
Documentation    OMA's enabler tests of LwM2M that apply: information reporting (OMA-ETS-LightweightM2M, 301).
...              The note promises none of it: what the module does is recorded.

Resource         ../resources/scenario.resource

Test Setup       Registered Module

Test Tags        interoperability


*** Test Cases ***
Observation Of The Module's Own Value
    [Documentation]    The server observes the lifetime and changes it; what comes of it is recorded.
    [Tags]    OMA-301
    Server Starts Observing    /1/0/1
    Server Should Get Some Answer
    Server Starts Writing    /1/0/1    I    600
    Server Should Be Told    Changed
    Server Cancels Observation    /1/0/1
    Server Starts Reading    /1/0/1
    Server Should Receive    I    600

Observation Of An Added Value
    [Documentation]    The server observes a measured value; the application is asked for it as for a read.
    [Tags]    OBSERVE-ADDED
    Module Adds    /3303/0/5700
    Server Should List Object    /3303/0
    Server Starts Observing    /3303/0/5700
    Module Should Report Read    /3303/0/5700
    Module Answers Read    F    21.5
    Server Should Get Some Answer
    Server Cancels Observation    /3303/0/5700
    Server Reads What Module Answers    /3303/0/5700    F    22.5
