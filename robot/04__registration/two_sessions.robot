*** Settings ***
Documentation    The module keeps two sessions at a time (note 2.2.4).

Resource         ../resources/scenario.resource

Test Tags        registration


*** Test Cases ***
Two Names Are Two Registrations
    [Documentation]    Under two endpoint names the module is listed twice, as sessions 0 and 1.
    [Tags]    LWOPEN-SESSION-1    LWOPEN-TWO-NAMES
    Registration Succeeds
    Module Should Have Session    0
    Module Takes Another Name
    Module Registers
    Module Should Have Session    1
    Server Should List Module
    Module Turns To Session    0
    Server Should List Module

There Is No Third Session
    [Documentation]    With two sessions open a third is refused, and both registrations stay.
    [Tags]    LWOPEN-SESSION-ABOVE    LWOPEN-TIME
    [Setup]    Module With Two Sessions
    Module Should Refuse    AT+LWOPEN
    Server Should List Module
    Module Turns To Session    0
    Server Should List Module

Each Session Has Its Own Objects
    [Documentation]    Read under either name, the module answers from the session that the name belongs to.
    [Tags]    LWOPEN-TWO-NAMES
    [Setup]    Module With Two Sessions
    Module Adds    /3340/0/5521
    Server Should List Only    /3340/0
    Server Reads What Module Answers    /3340/0/5521    F    21.5
    Module Turns To Session    0
    Module Adds    /3339/0/5750
    Server Should List Only    /3339/0
    Server Reads What Module Answers    /3339/0/5750    S    bell

The Same Name Twice Is One Registration
    [Documentation]    The later of two registrations under one name takes the place of the earlier.
    [Tags]    LWOPEN-SAME-NAME
    Registration Succeeds
    Module Registers
    Module Should Have Session    1
    Server Should List Module Anew
    Module Adds    /3340/0/5521
    Server Should List Object    /3340/0
    Server Reads What Module Answers    /3340/0/5521    F    21.5
