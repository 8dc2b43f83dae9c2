*** Settings ***
Documentation    What the server writes is what the application is told, for each type of value (note 2.2.9, 3.1).

Resource         ../resources/scenario.resource

Test Setup       Registered Module    /3340/0/5534    /3340/0/5521    /3340/0/5850    /3340/0/5750    /3339/0/5522
Test Template    Module Receives What Server Writes

Test Tags        write


*** Test Cases ***    PATH            KIND    VALUE
An Integer            /3340/0/5534    I       42
A Float               /3340/0/5521    F       21.5
A Boolean             /3340/0/5850    B       1
Opaque Data           /3339/0/5522    D       0102ff
A String              /3340/0/5750    S       cellar, left
