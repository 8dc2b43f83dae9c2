*** Settings ***
Documentation    A registration lives as long as the module keeps it alive (note 2.2.3, 2.2.4).

Resource         ../resources/scenario.resource

Test Tags        registration


*** Test Cases ***
The Module Keeps Its Registration Alive
    [Documentation]    Before its lifetime ends the module renews its registration by itself, and stays listed.
    [Tags]    LWOPEN-UPDATE
    ${lifetime} =    Bench Short Lifetime
    Module Points At Server    lifetime=${lifetime}
    Module Registers
    Server Should List Module
    Server Should See Update    within=${lifetime} s
    Server Should List Lifetime    ${lifetime}

A Lost Module Leaves The List And Comes Back
    [Documentation]    Off the network the module is forgotten when its lifetime ends; back in it, it registers anew.
    [Tags]    LWOPEN-EXPIRY    LWOPEN-RETURN    slow
    ${lifetime} =    Bench Short Lifetime
    Module Points At Server    lifetime=${lifetime}
    Module Registers
    Server Should List Module
    Module Leaves Network
    # The server looks for what has ended every few seconds.
    Server Should No Longer List Module    within=${{ 1.5 * $lifetime + 4 }} s
    Module Joins Network
    Server Should List Module Anew
