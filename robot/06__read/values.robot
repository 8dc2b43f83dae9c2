*** Settings ***
Documentation    What the application answers is what the server receives, for each type of value (note 2.2.8).

Resource         ../resources/scenario.resource

Test Setup       Registered Module    /3340/0/5534    /3340/0/5521    /3340/0/5850    /3340/0/5750    /3339/0/5522
Test Template    Server Reads What Module Answers

Test Tags        read


*** Variables ***
${ALL BYTES}    ${{ bytes(range(256)).hex() }}


*** Test Cases ***         PATH            KIND    VALUE
An Integer                 /3340/0/5534    I       42
    [Tags]    LWREADRSP-I
The Integer Zero           /3340/0/5534    I       0
    [Tags]    READ-I-ZERO
A Negative Integer         /3340/0/5534    I       -1
    [Tags]    READ-I-NEGATIVE
The Largest Of 32 Bits     /3340/0/5534    I       2147483647
    [Tags]    READ-I-MAX
The Smallest Of 32 Bits    /3340/0/5534    I       -2147483648
    [Tags]    READ-I-MIN
The Largest Of 64 Bits     /3340/0/5534    I       9223372036854775807
    [Tags]    READ-I-MAX64
The Smallest Of 64 Bits    /3340/0/5534    I       -9223372036854775808
    [Tags]    READ-I-MIN64
A Float                    /3340/0/5521    F       21.5
    [Tags]    LWREADRSP-F
The Float Zero             /3340/0/5521    F       0.0
    [Tags]    READ-F-ZERO
A Negative Float           /3340/0/5521    F       -40.25
    [Tags]    READ-F-NEGATIVE
A Very Small Float         /3340/0/5521    F       1.5e-38
    [Tags]    READ-F-SMALL
The Largest Float          /3340/0/5521    F       3.4028235e+38
    [Tags]    READ-F-LARGE
True                       /3340/0/5850    B       1
    [Tags]    LWREADRSP-B    READ-B-TRUE
False                      /3340/0/5850    B       0
    [Tags]    READ-B-FALSE
Opaque Data                /3339/0/5522    D       0102ff
    [Tags]    LWREADRSP-D
A Single Byte              /3339/0/5522    D       00
    [Tags]    READ-D-ONE
Every Byte There Is        /3339/0/5522    D       ${ALL BYTES}
    [Tags]    READ-D-ALL
A String                   /3340/0/5750    S       cellar
    [Tags]    LWREADRSP-S
A Single Character         /3340/0/5750    S       a
    [Tags]    READ-S-ONE
An Empty String            /3340/0/5750    S       ${EMPTY}
    [Tags]    READ-S-EMPTY
A String With Commas       /3340/0/5750    S       cellar, left, 2nd door
    [Tags]    READ-S-COMMA
A String Beyond ASCII      /3340/0/5750    S       Küche, 21 °C, 温度
    [Tags]    READ-S-NON-ASCII
