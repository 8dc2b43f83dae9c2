*** Settings ***
Documentation    The command that answers a read: what it takes and what it refuses (note 2.2.8).

Resource         ../resources/scenario.resource

Test Setup       Registered Module    /3303/0/5700    /3340/0/5750

Test Tags        read


*** Variables ***
${LONG}              ${{ '0123456789abcdef' * 64 }}
${SIXTEEN VALUES}    ${{ ','.join(f'{5700 + n},"F",4,"22.5"' for n in range(16)) }}


*** Test Cases ***
The Module Says How A Read Is Answered
    [Documentation]    Asked in the middle of a read, the module names the fields, and the read goes on.
    [Tags]    LWREADRSP-TEST    LWREADRSP-TIME
    Server Starts Reading    /3303/0/5700
    Module Should Report Read    /3303/0/5700
    Module Should Explain    Read Response    <lwm2mId>    <objectId>    <instanceId>    <resourceCnt>
    ...    <resourceId>    <valuetype>    <valueLen>    <value>
    Module Answers Read    F    21.5
    Server Should Receive    F    21.5

A Number Needs No Decimal Point
    [Documentation]    A number with a fraction may be answered without one.
    [Tags]    READ-F-WHOLE
    Server Starts Reading    /3303/0/5700
    Module Should Report Read    /3303/0/5700
    Module Should Accept    AT+LWREADRSP={session},3303,0,1,5700,"F",2,"21"
    Server Should Receive    F    21

A Value Longer Than A Block Is Never Cut
    [Documentation]    A text of 1,024 bytes reaches the server whole, or not at all.
    [Tags]    READ-S-BLOCK
    Server Starts Reading    /3340/0/5750
    Module Should Report Read    /3340/0/5750
    Module Should Answer    AT+LWREADRSP={session},3340,0,1,5750,"S",1024,"${LONG}"
    Server Should Receive Nothing But    S    ${LONG}

A Value With A Quote Is Never Cut
    [Documentation]    A text with a double quote in it is framed by its length, or refused.
    [Tags]    READ-S-QUOTE
    Server Starts Reading    /3340/0/5750
    Module Should Report Read    /3340/0/5750
    Module Should Answer    AT+LWREADRSP={session},3340,0,1,5750,"S",9,"the "door"
    Server Should Receive Nothing But    S    the "door

An Unknown Type Is Refused
    [Documentation]    A value is an integer, a float, a boolean, bytes or a string, and nothing else.
    [Tags]    LWREADRSP-TYPE-OTHER    LWREADRSP-TIME
    [Template]    Wrong Answers Are Refused And The Right One Is Taken
    AT+LWREADRSP={session},3303,0,1,5700,"X",4,"22.5"
    ...    AT+LWREADRSP={session},3303,0,1,5700,"f",4,"22.5"
    ...    AT+LWREADRSP={session},3303,0,1,5700,0,4,"22.5"

An Impossible Session Is Refused
    [Documentation]    There are the sessions 0 and 1, and no answer is given for another.
    [Tags]    LWREADRSP-SESSION-OUTSIDE
    [Template]    Wrong Answers Are Refused And The Right One Is Taken
    AT+LWREADRSP=-1,3303,0,1,5700,"F",4,"22.5"    AT+LWREADRSP=2,3303,0,1,5700,"F",4,"22.5"

An Answer Without A Value Is Refused
    [Documentation]    An answer holds one value at least.
    [Tags]    LWREADRSP-COUNT-0
    [Template]    Wrong Answers Are Refused And The Right One Is Taken
    AT+LWREADRSP={session},3303,0,0    AT+LWREADRSP={session},3303,0,0,5700,"F",4,"22.5"

An Answer With Sixteen Values Is Refused
    [Documentation]    An answer holds fifteen values at most.
    [Tags]    LWREADRSP-COUNT-16
    [Template]    Wrong Answers Are Refused And The Right One Is Taken
    AT+LWREADRSP={session},3303,0,16,${SIXTEEN VALUES}

No Value Is Kept Over A Restart
    [Documentation]    What was answered before is forgotten: the application is asked again.
    [Tags]    LWREADRSP-NO-SAVE
    Server Reads What Module Answers    /3303/0/5700    F    21.5
    Module Comes Back    /3303/0/5700
    Server Reads What Module Answers    /3303/0/5700    F    22.5


*** Keywords ***
Wrong Answers Are Refused And The Right One Is Taken
    [Documentation]    Neither refusal reaches the server; it gets the answer that follows.
    [Arguments]    @{lines}
    Server Starts Reading    /3303/0/5700
    Module Should Report Read    /3303/0/5700
    Module Should Refuse    @{lines}
    Module Answers Read    F    21.5
    Server Should Receive    F    21.5
