*** Settings ***
Documentation    Values outside their range are refused, and what was configured before still counts (note 2.2.3).

Resource         ../resources/scenario.resource

Test Template    Values Are Refused And Change Nothing

Test Tags        configuration


*** Test Cases ***                  PARAMETER          VALUES
Server Ports Outside Their Range
    [Tags]    LWCNF-UDP-SERVER-OUTSIDE
                                    Server Port        -1    65536
Connection Types That Do Not Exist
    [Tags]    LWCNF-CONNECTIONTYPE-OUTSIDE
                                    Connection Type    3    5    7
A Lifetime Above The Longest
    [Tags]    LWCNF-LIFETIME-ABOVE
                                    Lifetime           65536
A Lifetime Below Zero
    [Tags]    LWCNF-LIFETIME-BELOW
                                    Lifetime           -1
Local Ports Outside Their Range
    [Tags]    LWCNF-UDP-LOCAL-OUTSIDE
                                    Local Port         -1    65536


*** Keywords ***
Values Are Refused And Change Nothing
    [Documentation]    The module refuses each value; it registers as it was told before.
    [Arguments]    ${parameter}    @{values}
    Module Points At Server    lifetime=800
    Module Should Refuse To Configure    ${parameter}    @{values}
    Module Registers
    Server Should List Module
    Server Should List Lifetime    800
