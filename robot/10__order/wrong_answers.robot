*** Settings ***
Documentation    An answer that does not fit its read never makes a wrong value at the server (note 2.2.8).
...              Whether the module refuses it or passes on an error, is left to the module.

Resource         ../resources/scenario.resource

Test Setup       Registered Module    /3340/0/5521    /3340/0/5538    /3340/1/5521    /3341/0/5521
Test Template    Wrong Answer Makes No Wrong Value

Test Tags        order


*** Test Cases ***         WRONG ANSWER
Another Object
    [Tags]    SEQUENCE-LWREADRSP-OBJECT
                           AT+LWREADRSP={session},3341,0,1,5521,"F",4,"99.5"
Another Instance
    [Tags]    SEQUENCE-LWREADRSP-INSTANCE
                           AT+LWREADRSP={session},3340,1,1,5521,"F",4,"99.5"
Another Resource
    [Tags]    SEQUENCE-LWREADRSP-RESOURCE
                           AT+LWREADRSP={session},3340,0,1,5538,"F",4,"99.5"
A Text For A Number
    [Tags]    SEQUENCE-LWREADRSP-TYPE
                           AT+LWREADRSP={session},3340,0,1,5521,"S",4,"99.5"
An Integer For A Float
    [Tags]    SEQUENCE-LWREADRSP-TYPE
                           AT+LWREADRSP={session},3340,0,1,5521,"I",10,"1234567890"
A Value That Was Not Asked For
    [Tags]    SEQUENCE-LWREADRSP-EXTRA
                           AT+LWREADRSP={session},3340,0,2,5521,"F",4,"99.5",5538,"F",4,"98.5"
A Value That Was Not Asked For Comes First
    [Tags]    SEQUENCE-LWREADRSP-EXTRA
                           AT+LWREADRSP={session},3340,0,2,5538,"F",4,"99.5",5521,"F",4,"98.5"
A Length Below The Value's
    [Tags]    SEQUENCE-LWREADRSP-CUT
                           AT+LWREADRSP={session},3340,0,1,5521,"F",2,"99.5"
A Length Above The Value's
    [Tags]    SEQUENCE-LWREADRSP-LONG
                           AT+LWREADRSP={session},3340,0,1,5521,"F",9,"99.5"


*** Keywords ***
Wrong Answer Makes No Wrong Value
    [Documentation]    The wrong answer is tried, then the right one; the server has the right value or none.
    [Arguments]    ${wrong}
    Server Starts Reading    /3340/0/5521    limit=2 s
    Module Should Report Read    /3340/0/5521
    Module Should Answer    ${wrong}
    Module Should Answer    AT+LWREADRSP={session},3340,0,1,5521,"F",4,"21.5"
    Server Should Receive Nothing But    F    21.5
    Server Reads What Module Answers    /3340/0/5521    F    4.5
