"""What can befall the module as a whole, by name, and when: `hang@AT+LWADDOBJ:2`.

None of it is the firmware's doing: it happens to the module, and the firmware reads as if nothing
ever went wrong.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum

_PLANNED = re.compile(r"(?P<name>[^@]*)@(?P<command>.*?)(?::(?P<count>[0-9]{1,6}))?", re.DOTALL)


class InvalidFault(ValueError):
    """A fault is not named, or not planned, as it can be."""


class Remedy(Enum):
    """What ends a fault; the first five grow: each ends what the ones before it end."""

    AT = "`AT`"
    ATZ = "`ATZ`"
    RADIO_OFF = "`AT+CFUN=0`, then `AT+CFUN=1`"
    RESTART = "a restart, by `AT+QCRST` or by itself"
    POWER = "`power-on`, after `power-off`"
    NETWORK = "`network-on`"
    NOTHING = "nothing"

    def ends(self, other: Remedy) -> bool:
        """Whether this helps where the other one would."""
        lesser = _GROWING[: _GROWING.index(self)] if self in _GROWING else ()
        return self is other or other in lesser


_GROWING = (Remedy.AT, Remedy.ATZ, Remedy.RADIO_OFF, Remedy.RESTART, Remedy.POWER)


class Fault(Enum):
    """One thing that can befall the module.

    Attributes:
        meaning: what it is like from outside.
        remedy: the least that ends it.
    """

    GARBLED = (
        "garbled",
        "every command but AT is an ERROR, as if it were the rest of another one",
        Remedy.AT,
    )
    MUDDLED = ("muddled", "every command but AT and ATZ is an ERROR", Remedy.ATZ)
    DETACHED = (
        "detached",
        "the network has sent the module away: `+CEREG: 0`, no address, no packet in or out",
        Remedy.RADIO_OFF,
    )
    WEDGED = (
        "wedged",
        "every command but AT, ATZ, AT+CFUN and AT+QCRST is an ERROR",
        Remedy.RESTART,
    )
    REBOOT = (
        "reboot",
        "the module restarts by itself: `*ATREADY`, all forgotten, the server not told",
        Remedy.RESTART,
    )
    DEAF = (
        "deaf",
        "no byte from the UART is heard, so no command helps; URCs and the air go on",
        Remedy.RESTART,
    )
    HANG = ("hang", "the firmware stands still: nothing heard, printed, sent", Remedy.POWER)
    POWER_OFF = (
        "power-off",
        "the supply is gone; the port stays, as a USB adapter's does, and takes bytes to no avail",
        Remedy.POWER,
    )
    NETWORK_OFF = (
        "network-off",
        "the network is out of reach: `+CEREG: 2`, no address, no packet in or out",
        Remedy.NETWORK,
    )
    DEAD = ("dead", "as `hang`, for good", Remedy.NOTHING)

    _value_: str
    meaning: str
    remedy: Remedy

    def __new__(cls, name: str, meaning: str, remedy: Remedy) -> Fault:
        """The name is the value."""
        fault = object.__new__(cls)
        fault._value_ = name
        fault.meaning = meaning
        fault.remedy = remedy
        return fault

    @classmethod
    def named(cls, name: str) -> Fault:
        """The fault of this name.

        Raises:
            InvalidFault: there is none.
        """
        faults = {fault.value: fault for fault in cls}
        if name not in faults:
            raise InvalidFault(f"no fault is called {name!r}: there are {', '.join(faults)}")
        return faults[name]


@dataclass(frozen=True, slots=True)
class PlannedFault:
    """A fault and the command line that it comes with.

    It comes just before that line would be handled, once in the life of the process.

    Attributes:
        fault: what is to happen.
        command: how the command line begins, whatever its capitals: `AT+LWADDOBJ`.
        count: which of the lines that begin so, from 1.
    """

    fault: Fault
    command: str
    count: int = 1

    @classmethod
    def parse(cls, text: str) -> PlannedFault:
        """Read `NAME@COMMAND`, or `NAME@COMMAND:COUNT`.

        Raises:
            InvalidFault: it is not written so.
        """
        match = _PLANNED.fullmatch(text)
        if match is None:
            raise InvalidFault(f"{text!r} does not say when: {_WRITE}")
        command, count = match["command"], int(match["count"] or 1)
        if not command.upper().startswith("AT"):
            raise InvalidFault(f"{text!r} waits for no command, which begins with AT: {_WRITE}")
        if count == 0:
            raise InvalidFault(f"{text!r} counts from 0, and the first is 1: {_WRITE}")
        return cls(Fault.named(match["name"]), command, count)

    def __str__(self) -> str:
        return f"{self.fault.value}@{self.command}:{self.count}"

    def is_begun_by(self, line: bytes) -> bool:
        """Whether a command line begins as `command` does; what stands before AT is noise."""
        start = max(line.upper().find(b"AT"), 0)
        return line[start:].upper().startswith(self.command.encode().upper())


_WRITE = "write NAME@COMMAND or NAME@COMMAND:COUNT, such as hang@AT+LWADDOBJ:2"


def fault_table() -> str:
    """Every fault, as a Markdown table."""
    rows: Iterable[tuple[str, str, str]] = (
        ("fault", "what it is like", "what ends it"),
        ("---", "---", "---"),
        *((f"`{fault.value}`", fault.meaning, fault.remedy.value) for fault in Fault),
    )
    return "".join(f"| {' | '.join(cells)} |\n" for cells in rows)
