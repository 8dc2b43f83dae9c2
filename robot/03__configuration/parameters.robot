*** Settings ***
Documentation    What the application configures is what the server gets to see (note 2.2.3).

Resource         ../resources/scenario.resource

Test Tags        configuration


*** Test Cases ***
The Module Explains What Can Be Configured
    [Documentation]    Asked what it can be told, the module lists six parameters; the open session is not disturbed.
    [Tags]    LWCNF-TEST
    Registration Succeeds
    Module Should Explain    Configure    server    serverport    endpointname    connect    lifetime    localport
    Server Should List Module

Address, Port And Name Lead To The Server
    [Documentation]    Told the server's IP address and port, the module registers there under the name it was given.
    [Tags]    LWCNF-SERVER-ADDRESS    LWCNF-UDP-SERVER    LWCNF-ENDPOINTNAME    LWCNF-TIME
    Module Points At Server
    Module Registers
    Server Should List Module

A Host Name Leads To The Server
    [Documentation]    Told the server's host name in place of a number, the module finds it by itself.
    [Tags]    LWCNF-SERVER-NAME
    Module Points At Server By Name
    Module Registers
    Server Should List Module

Another Port Does Not Lead To The Server
    [Documentation]    At another port of the same host nobody answers; put right, the port leads to the server.
    [Tags]    LWCNF-UDP-SERVER
    Module Points At Nobody
    Module Opens Session
    Module Should Not Report Registration
    Server Should Not List Module
    Module Should Answer    AT+LWCLOSE=0
    Module Configures Server
    Module Registers
    Server Should List Module

Another Name Is Another Device
    [Documentation]    Under another endpoint name the module is another entry in the server's list.
    [Tags]    LWCNF-ENDPOINTNAME
    Registration Succeeds
    Module Deregisters
    Server Should No Longer List Module
    Module Takes Another Name
    Module Registers
    Server Should List Module

Connection Type 4 Is IPv4
    [Documentation]    Told to use IPv4, the module registers with the server.
    [Tags]    LWCNF-CONNECTIONTYPE-4
    Module Points At Server
    Module Configures    Connection Type    4
    Module Registers
    Server Should List Module

Connection Type 6 Is IPv6
    [Documentation]    Told to use IPv6, the module speaks to the server from an IPv6 address.
    [Tags]    LWCNF-CONNECTIONTYPE-6    virtual-only
    Module Points At Server Over    IPv6
    Module Registers
    Server Should List Module
    Evidence Should Show Datagram From    [::1]

A Session Over IPv6 Carries Everything
    [Documentation]    Objects, a read and the deregistration go over IPv6 as they do over IPv4.
    [Tags]    LWCNF-CONNECTIONTYPE-6    virtual-only
    Module Points At Server Over    IPv6
    Module Registers
    Module Adds    /3340/0/5521
    Server Should List Object    /3340/0
    Server Reads What Module Answers    /3340/0/5521    F    21.5
    Module Deregisters
    Server Should No Longer List Module

The Other Spelling Of The Connection Type Does No Harm
    [Documentation]    Whether the module takes connecttype for connectiontype or refuses it, a registration succeeds.
    [Tags]    LWCNF-CONNECTTYPE
    Module Points At Server
    Module Should Answer    AT+LWCNF="connecttype",4
    Module Registers
    Server Should List Module

The Server Learns The Lifetime
    [Documentation]    The lifetime that the application configures is the one that the server goes by.
    [Tags]    LWCNF-LIFETIME
    Module Points At Server    lifetime=800
    Module Registers
    Server Should List Lifetime    800

The Longest Lifetime Reaches The Server
    [Documentation]    A lifetime of 65535 seconds, the most there may be, is the one that the server goes by.
    [Tags]    LWCNF-LIFETIME-MAX
    Module Points At Server    lifetime=65535
    Module Registers
    Server Should List Lifetime    65535

The Module Speaks From Its Local Port
    [Documentation]    The module's messages come from the UDP port that it was told to use.
    [Tags]    LWCNF-UDP-LOCAL    virtual-only
    Module Points At Server Over    IPv4
    ${port}    Module Takes Local Port
    Module Registers
    Server Should List Module
    Evidence Should Show Datagram From    127.0.0.1:${port}

An Open Session Keeps Its Configuration
    [Documentation]    Changed while a session is open, the configuration is for the next one; this one goes on.
    [Tags]    LWCNF-SESSION-OPEN
    [Setup]    Registered Module    /3340/0/5521
    Module Configures    Endpoint    somebody-else
    Module Configures    Server    192.0.2.1
    Module Configures    Lifetime    60
    Server Should List Module
    Server Reads What Module Answers    /3340/0/5521    F    21.5

A Restart Takes The Configuration Away
    [Documentation]    After a restart a session opens only once the module is told anew where the server is.
    [Tags]    LWCNF-NO-SAVE
    Module Points At Server
    Module Restarts
    Module Starts Service
    Module Should Refuse    AT+LWOPEN
    Server Should Not List Module
    Module Configures Server
    Module Registers
    Server Should List Module
