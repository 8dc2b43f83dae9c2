*** Settings ***
Documentation     The LwM2M commands of a SIM7028 module, from its serial port to a Leshan server and back.
...               The bench is opened once for the whole run and closed whatever happens.

Library           Sim7028Lab

Suite Setup       Open Bench
Suite Teardown    Close Bench
Test Setup        Start Scenario
Test Teardown     End Scenario
