"""Rows of the table of profiles that have no switch, by what they say."""

from __future__ import annotations

NO_DEFAULT_SERVER = "no default for server and endpoint name: AT+LWOPEN without them is an error"
CONFIGURED_WHILE_OPEN = "AT+LWCNF works while a session is open, for the next one"
DOUBLE_INSTANCE = "an object with the same instance twice, or a resource twice, is an error"
OWN_OBJECTS = "objects 1 and 3 answer by themselves, 3/0/4 resets, 1/0/8 updates"
LOWEST_SESSION = "AT+LWOPEN takes the lowest free session; without one it is an error"
STOP_UNSTARTED = "AT+LWSTOP deregisters every session; without AT+LWSTART it is an error"
BACK_BY_ITSELF = "off the network sessions stay, and register anew when it is back"
WRONG_ANSWER = "an answer to something else than what was asked last is an error"
WRONG_TYPE = "AT+LWREADRSP with another type than that registry's is an error"
NEVER_ADDED = "what was never added is answered by 4.04, without a URC"
