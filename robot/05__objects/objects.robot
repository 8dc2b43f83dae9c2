*** Settings ***
Documentation    The application declares objects and takes them back (note 2.2.6, 2.2.7).

Resource         ../resources/scenario.resource

Test Setup       Registered Module    /3303/0/5700    /3303/0/5701

Test Tags        objects


*** Test Cases ***
An Added Object Is Listed
    [Documentation]    The server learns of an object that is declared while the session is open.
    Module Adds    /3340/0/5521    /3340/0/5534
    Server Should List Object    /3340/0

A Second Instance Is Listed
    [Documentation]    Two instances of one object are two entries in the server's list.
    Module Adds    /3303/1/5700
    Server Should List Object    /3303/1
    Server Should List Object    /3303/0

A Deleted Object Is No Longer Listed
    [Documentation]    The server learns that an object is gone; the session stays.
    Module Deletes    3303
    Server Should No Longer List Object    /3303/0

A Deleted Object Is Not Found
    [Documentation]    A read of an object that was taken back never reaches the application.
    Module Deletes    3303
    Server Should No Longer List Object    /3303/0
    Server Starts Reading    /3303/0/5700
    Server Should Be Told    Not Found
    Module Should Not Report Read
