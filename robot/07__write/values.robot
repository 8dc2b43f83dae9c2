*** Settings ***
Documentation    What the server writes is what the application is told, for each type of value (note 2.2.9, 3.1).

Resource         ../resources/scenario.resource

Test Setup       Registered Module    /3340/0/5534    /3340/0/5521    /3340/0/5850    /3340/0/5750    /3339/0/5522
Test Template    Module Receives What Server Writes

Test Tags        write


*** Variables ***
${ALL BYTES}    ${{ bytes(range(256)).hex() }}
${LONG}         ${{ '0123456789abcdef' * 80 }}


*** Test Cases ***              PATH            KIND    VALUE
An Integer                      /3340/0/5534    I       42
    [Tags]    LWWRITE-I
The Integer Zero                /3340/0/5534    I       0
    [Tags]    WRITE-I-ZERO
A Negative Integer              /3340/0/5534    I       -1
    [Tags]    WRITE-I-NEGATIVE
The Largest Of 32 Bits          /3340/0/5534    I       2147483647
    [Tags]    WRITE-I-MAX
The Smallest Of 32 Bits         /3340/0/5534    I       -2147483648
    [Tags]    WRITE-I-MIN
The Largest Of 64 Bits          /3340/0/5534    I       9223372036854775807
    [Tags]    WRITE-I-MAX64
The Smallest Of 64 Bits         /3340/0/5534    I       -9223372036854775808
    [Tags]    WRITE-I-MIN64
A Float                         /3340/0/5521    F       21.5
    [Tags]    LWWRITE-F
The Float Zero                  /3340/0/5521    F       0.0
    [Tags]    WRITE-F-ZERO
A Negative Float                /3340/0/5521    F       -40.25
    [Tags]    WRITE-F-NEGATIVE
A Very Small Float              /3340/0/5521    F       1.5e-38
    [Tags]    WRITE-F-SMALL
The Largest Float               /3340/0/5521    F       3.4028235e+38
    [Tags]    WRITE-F-LARGE
True                            /3340/0/5850    B       1
    [Tags]    LWWRITE-B    WRITE-B-TRUE
False                           /3340/0/5850    B       0
    [Tags]    WRITE-B-FALSE
Opaque Data                     /3339/0/5522    D       0102ff
    [Tags]    LWWRITE-D
A Single Byte                   /3339/0/5522    D       00
    [Tags]    WRITE-D-ONE
Every Byte There Is             /3339/0/5522    D       ${ALL BYTES}
    [Tags]    WRITE-D-ALL
A String                        /3340/0/5750    S       cellar
    [Tags]    LWWRITE-S
A Single Character              /3340/0/5750    S       a
    [Tags]    WRITE-S-ONE
An Empty String                 /3340/0/5750    S       ${EMPTY}
    [Tags]    WRITE-S-EMPTY
A String With Commas            /3340/0/5750    S       cellar, left, 2nd door
    [Tags]    WRITE-S-COMMA
A String With Quotes            /3340/0/5750    S       the "small" door, "left"
    [Tags]    WRITE-S-QUOTE
A String With Line Ends         /3340/0/5750    S       first\r\nOK\r\nthird
    [Tags]    WRITE-S-LINE-END
A String Beyond ASCII           /3340/0/5750    S       Küche, 21 °C, 温度
    [Tags]    WRITE-S-NON-ASCII
A String Longer Than A Block
    [Documentation]    A text longer than one CoAP block reaches the application whole or is refused, never cut.
    [Tags]    WRITE-S-BLOCK
    [Template]    NONE
    Server Starts Writing    /3340/0/5750    S    ${LONG}
    ${reported} =    Module Should Report Write Or Refuse    /3340/0/5750    S    ${LONG}
    IF    ${reported}
        Module Answers Write    Changed
        Server Should Be Told    Changed
    END
