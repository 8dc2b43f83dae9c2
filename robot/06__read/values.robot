*** Settings ***
Documentation    What the application answers is what the server receives, for each type of value (note 2.2.8).

Resource         ../resources/scenario.resource

Test Setup       Registered Module    /3340/0/5534    /3340/0/5521    /3340/0/5850    /3340/0/5750    /3339/0/5522
Test Template    Server Reads What Module Answers

Test Tags        read


*** Test Cases ***    PATH            KIND    VALUE
An Integer            /3340/0/5534    I       42
A Float               /3340/0/5521    F       21.5
A Boolean             /3340/0/5850    B       1
Opaque Data           /3339/0/5522    D       0102ff
A String              /3340/0/5750    S       cellar, left
