*** Settings ***
Documentation    The module registers where no server answers, or none can be found (note 2.2.4).

Resource         ../resources/scenario.resource

Test Tags        registration


*** Test Cases ***
A Module That Was Told Nothing Does Not Register
    [Documentation]    Without server and name a session is refused and the server hears nothing; told both, it opens.
    [Tags]    LWOPEN-UNCONFIGURED    LWOPEN-TIME
    Module Restarts
    Module Starts Service
    Module Should Refuse    AT+LWOPEN
    Server Should Not List Module
    Module Configures Server
    Module Registers
    Server Should List Module

A Name That Does Not Exist Opens No Session
    [Documentation]    Whether the module refuses or keeps silent, nothing is announced; a right name puts it right.
    [Tags]    LWOPEN-NAME-UNKNOWN    LWOPEN-TIME
    Module Points At Server
    Module Configures    Server    nowhere.invalid
    Module Tries To Open Session
    Module Should Not Report Registration
    Server Should Not List Module
    Module Configures Server
    Module Registers
    Server Should List Module

Where Nobody Listens No Session Opens
    [Documentation]    The command is confirmed, but no session is ever announced, and the server hears nothing.
    [Tags]    LWOPEN-NO-SERVER    LWOPEN-TIME
    Module Points At Nobody
    Module Opens Session
    Module Should Not Report Registration
    Server Should Not List Module

A Session That Is Not Open Yet Takes No Objects
    [Documentation]    Until the server has accepted it, a session takes no objects; once closed, another opens.
    [Tags]    LWOPEN-NO-SERVER
    Module Points At Nobody
    Module Opens Session
    Module Should Refuse    AT+LWADDOBJ=0,3303,0,1,5700
    Module Should Answer    AT+LWCLOSE=0
    Module Configures Server
    Module Registers
    Server Should List Only

A Slow Server Only Delays The Session
    [Documentation]    A server that takes more than 9 seconds still lists the module, and the module says so.
    [Tags]    LWOPEN-LATE    local-server    slow
    Module Points At Server
    Server Pauses
    Module Opens Session
    Module Should Not Report Registration    during=10 s
    Server Resumes
    Module Should Report Registration
    Server Should List Module
