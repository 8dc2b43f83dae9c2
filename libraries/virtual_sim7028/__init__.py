"""A stand-in for the SIM7028: AT commands on a serial port, a real LwM2M client on UDP.

Start one with `python -m virtual_sim7028`, or as a subprocess by `command_line(Settings(…))`; its
first line on stdout is a `Ready`. It does what the application note says; where the note is
silent, it does what its firmware profile says: `profile_table()` has all of these choices. What can
go wrong with it, `fault_table()` has.
"""

from virtual_sim7028.control import ControlError, give_order, outcome
from virtual_sim7028.faults import Fault, InvalidFault, PlannedFault, fault_table
from virtual_sim7028.process import Ready, Settings, command_line, main
from virtual_sim7028.profiles import (
    A76XX,
    NOTE_103,
    PROFILES,
    STRICT,
    InvalidSwitch,
    Profile,
    profile_table,
)

__all__ = [
    "A76XX",
    "NOTE_103",
    "PROFILES",
    "STRICT",
    "ControlError",
    "Fault",
    "InvalidFault",
    "InvalidSwitch",
    "PlannedFault",
    "Profile",
    "Ready",
    "Settings",
    "command_line",
    "fault_table",
    "give_order",
    "main",
    "outcome",
    "profile_table",
]
