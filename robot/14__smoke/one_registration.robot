*** Settings ***
Documentation     A little of everything over one registration, for a module on the air, where each one costs.
...               The first scenario registers, the next go on with it, the last one takes its leave.

Resource          ../resources/scenario.resource

Suite Teardown    Module Ends Shared Registration
Test Setup        Shared Registration

Test Tags         smoke


*** Test Cases ***
The Way To The Server Is Open
    [Documentation]    The module hears the network, is in it, has an address, and is on the server's list.
    [Tags]    NET-SIGNAL    NET-STATUS    NET-ADDRESS
    Network Should Be Heard
    Network Should Have Registered Module
    Network Should Have Given Address
    Server Should List Module

The Server Lists What The Application Declared
    [Documentation]    Each object is there, and no other beside the module's own.
    Server Should List Only    /3339/0    /3340/0

The Module Tells What It Is
    [Documentation]    The server learns the model from the module; the application is not asked.
    [Tags]    OWN-UNASKED
    Server Starts Reading    /3/0/1
    Server Should Recognise Module
    Module Should Not Report Read

An Integer Is Read
    [Documentation]    The server asks, the application answers, the server gets the number.
    [Tags]    LWREADRSP-I
    Server Reads What Module Answers    /3340/0/5534    I    -42

A Float Is Read
    [Documentation]    The number arrives with its fraction.
    [Tags]    LWREADRSP-F
    Server Reads What Module Answers    /3340/0/5521    F    21.5

A Boolean Is Read
    [Documentation]    True arrives as true.
    [Tags]    LWREADRSP-B    READ-B-TRUE
    Server Reads What Module Answers    /3340/0/5850    B    1

A String Is Read
    [Documentation]    The text arrives whole, with what is special in an AT command.
    [Tags]    READ-S-COMMA
    Server Reads What Module Answers    /3340/0/5750    S    cellar, left

Opaque Data Is Read
    [Documentation]    Bytes that are no text arrive as they are.
    [Tags]    LWREADRSP-D
    Server Reads What Module Answers    /3339/0/5522    D    0102ff

A Resource Never Declared Is Not Found
    [Documentation]    The server learns that it is missing; the application is not disturbed.
    Server Starts Reading    /3340/0/5501
    Server Should Be Told    Not Found
    Module Should Not Report Read

An Integer Is Written
    [Documentation]    The server writes, the application is told the number and takes it.
    [Tags]    LWWRITE-I
    Module Receives What Server Writes    /3340/0/5534    I    42

A Float Is Written
    [Documentation]    The number arrives with its fraction.
    [Tags]    LWWRITE-F
    Module Receives What Server Writes    /3340/0/5521    F    -40.25

A Boolean Is Written
    [Documentation]    False arrives as false.
    [Tags]    LWWRITE-B
    Module Receives What Server Writes    /3340/0/5850    B    0

A String Is Written
    [Documentation]    The text arrives whole.
    [Tags]    LWWRITE-S
    Module Receives What Server Writes    /3340/0/5750    S    cellar

Opaque Data Is Written
    [Documentation]    Bytes that are no text arrive as they are.
    [Tags]    LWWRITE-D
    Module Receives What Server Writes    /3339/0/5522    D    00ff10

A Refused Write Is Told To The Server
    [Documentation]    The application does not take the value, and the server hears so.
    [Tags]    RESULT-WRITE-133
    Server Starts Writing    /3340/0/5534    I    7
    Module Should Report Write    /3340/0/5534    I    7
    Module Answers Write    Method Not Allowed
    Server Should Be Told    Method Not Allowed

An Execute Reaches The Application
    [Documentation]    The server triggers an action without saying more.
    [Tags]    LWEXECUTE-NO-ARGUMENT
    Module Carries Out What Server Executes    /3340/0/5523    ${EMPTY}

An Execute Carries Its Argument
    [Documentation]    What the server passes along arrives whole.
    [Tags]    LWEXECUTE-ARGUMENT
    Module Carries Out What Server Executes    /3340/0/5523    123456

A Refused Execute Is Told To The Server
    [Documentation]    The application cannot do it now, and the server hears so.
    [Tags]    RESULT-EXECUTE-163
    Server Starts Executing    /3340/0/5523
    Module Should Report Execute    /3340/0/5523
    Module Answers Execute    Service Unavailable
    Server Should Be Told    Service Unavailable

An Answer Without A Question Is Refused
    [Documentation]    Nobody asked, so the module takes no answer, and the session goes on.
    Module Should Refuse    AT+LWREADRSP={session},3340,0,1,5534,"I",2,"42"
    Server Reads What Module Answers    /3340/0/5534    I    42

The Module Takes Its Leave
    [Documentation]    The session ends, and the server takes the module off its list.
    [Tags]    LWCLOSE-SESSION-0
    Module Deregisters
    Server Should No Longer List Module


*** Keywords ***
Shared Registration
    [Documentation]    The registration of the scenario before, or the first one, with a resource of each type.
    Start Scenario
    Module Shares Registration
    ...    /3340/0/5523    /3340/0/5534    /3340/0/5521    /3340/0/5850    /3340/0/5750    /3339/0/5522
