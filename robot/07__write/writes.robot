*** Settings ***
Documentation    The server writes; the application accepts or refuses (note 2.2.9, 3.1).

Resource         ../resources/scenario.resource

Test Setup       Registered Module    /3340/0/5534    /3340/0/5750

Test Tags        write


*** Test Cases ***
A Refused Write Is Told To The Server
    [Documentation]    The application turns the value down, and the server hears its reason.
    Server Starts Writing    /3340/0/5534    I    7
    Module Should Report Write    /3340/0/5534    I    7
    Module Answers Write    Bad Request
    Server Should Be Told    Bad Request

An Object Never Added Takes No Write
    [Documentation]    The server learns that the object is missing; the application is not disturbed.
    Server Starts Writing    /3341/0/5527    S    hello
    Server Should Be Told    Not Found
    Module Should Not Report Write
