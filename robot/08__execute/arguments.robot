*** Settings ***
Documentation    What the server passes along with a command is what the application is told (note 3.1).

Resource         ../resources/scenario.resource

Test Setup       Registered Module    /3340/0/5523
Test Template    Module Carries Out What Server Executes

Test Tags        execute


*** Variables ***
${LONGEST}    ${{ '0123456789abcde' * 17 }}


*** Test Cases ***          PATH            ARGUMENT
Several Arguments           /3340/0/5523    0,1,2='on'
    [Tags]    LWEXECUTE-COMMA
An Argument With Quotes     /3340/0/5523    0='the "small" door',1='"'
    [Tags]    LWEXECUTE-QUOTE
An Argument Of 255 Bytes    /3340/0/5523    ${LONGEST}
    [Tags]    LWEXECUTE-LONG
