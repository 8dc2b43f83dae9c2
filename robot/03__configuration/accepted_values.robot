*** Settings ***
Documentation    Values at the edge of what may be configured are taken, and the last one counts (note 2.2.3).

Resource         ../resources/scenario.resource

Test Template    Values Are Taken And The Last One Counts

Test Tags        configuration


*** Test Cases ***                  PARAMETER          VALUES
The Lowest And Highest Server Port
    [Tags]    LWCNF-UDP-SERVER-BOUNDS
                                    Server Port        0        65535
The Highest And Lowest Local Port
    [Tags]    LWCNF-UDP-LOCAL-BOUNDS
                                    Local Port         65535    0
Either Connection Type
    [Tags]    LWCNF-CONNECTIONTYPE-4
                                    Connection Type    6        4


*** Keywords ***
Values Are Taken And The Last One Counts
    [Documentation]    The module takes each value; told the server's after that, it registers there.
    [Arguments]    ${parameter}    @{values}
    Module Starts Service
    Module Configures    ${parameter}    @{values}
    Module Configures Server
    Module Registers
    Server Should List Module
