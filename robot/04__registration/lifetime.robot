*** Settings ***
Documentation    A registration lives as long as the module keeps it alive (note 2.2.3, 2.2.4).

Resource         ../resources/scenario.resource

Test Tags        registration


*** Variables ***
# Short, for a module that is near its server. Over the air: -v SHORT_LIFETIME:60 -v AFTER_LIFETIME:90s
${SHORT_LIFETIME}    2
${AFTER_LIFETIME}    7s


*** Test Cases ***
The Module Keeps Its Registration Alive
    [Documentation]    Before its lifetime ends the module renews its registration by itself, and stays listed.
    [Tags]    LWOPEN-UPDATE
    Module Points At Server    lifetime=${SHORT_LIFETIME}
    Module Registers
    Server Should List Module
    Server Should See Update    within=${SHORT_LIFETIME} s
    Server Should List Lifetime    ${SHORT_LIFETIME}

A Lost Module Leaves The List And Comes Back
    [Documentation]    Off the network the module is forgotten when its lifetime ends; back in it, it registers anew.
    [Tags]    LWOPEN-EXPIRY    LWOPEN-RETURN    slow
    Module Points At Server    lifetime=${SHORT_LIFETIME}
    Module Registers
    Server Should List Module
    Module Leaves Network
    Server Should No Longer List Module    within=${AFTER_LIFETIME}
    Module Joins Network
    Server Should List Module Anew
