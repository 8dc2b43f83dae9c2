"""Firmware profiles: what the application note leaves open, one field for each choice.

Where the note speaks, the firmware does what it says and there is nothing to choose. Where it is
silent, or says two things, the choice is a field of `Profile` and a row of `profile_table()`,
marked by how sure it is. Breaking an *assumed* row on real hardware is a finding about this table,
not a failure of the hardware.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum
from functools import cache
from math import inf
from typing import Annotated, Any, get_args, get_type_hints

from lwm2m import Code


class Basis(Enum):
    """How sure a row of the table is."""

    NOTE = "note"
    """The application note says or shows it."""
    MEASURED = "measured"
    """Seen on a relation: a Wakaama client."""
    ASSUMED = "assumed"
    """Chosen, until a real module shows it."""


class TestForms(Enum):
    """What the test form (`=?`) of an LwM2M command answers before OK."""

    __test__ = False  # a name that pytest would collect

    EXAMPLES = "examples"
    """As the note's examples: AT+LWEXECUTERSP=? has no line, connecttype has two commas."""
    TABLES = "tables"
    """As the note's tables: a line for every command that has parameters."""
    BARE = "bare"
    """Nothing."""


class Unresolved(Enum):
    """What AT+LWOPEN answers when the server's name has no address."""

    ERROR = "error"
    SILENCE = "silence"
    """OK, and +LMOPEN never comes."""


class Observing(Enum):
    """What becomes of a server's wish to observe; there is no command that notifies."""

    ACCEPTED = "accepted"
    """The read is answered as an observation's first notification; no other ever comes."""
    IGNORED = "ignored"
    """The read is answered, and that is all."""
    REFUSED = "refused"
    """4.05, without the application."""


class InvalidSwitch(ValueError):
    """A profile has no such switch, or the switch does not take that value."""


@dataclass(frozen=True, slots=True)
class Row:
    """What the table says about a field.

    Attributes:
        meaning: what is chosen, with its unit and the note's section.
        basis: how sure it is.
        low, high: the range of a number.
    """

    meaning: str
    basis: Basis
    low: float = -inf
    high: float = inf


@dataclass(frozen=True, slots=True)
class Profile:
    """One firmware's choices; the defaults are those of `note-1.03`.

    `profile_table()` shows every field with its meaning, its values, and how sure it is.

    Raises:
        InvalidSwitch: a value is out of range.
    """

    name: str
    open_urc: Annotated[
        str, Row("+LMOPEN as it is printed, up to its session (2.2.4, 4.1)", Basis.NOTE)
    ] = "+LMOPEN: "
    read_urc: Annotated[str, Row("+LWREAD, likewise (3.1, 4.1)", Basis.NOTE)] = "+LWREAD: "
    write_urc: Annotated[str, Row("+LWWRITE, likewise (2.2.9, 3.1, 4.1)", Basis.NOTE)] = (
        "+LWWRITE: "
    )
    execute_urc: Annotated[str, Row("+LWEXECUTE, likewise (3.1, 4.1)", Basis.NOTE)] = "+LWEXECUTE: "
    empty_buffer: Annotated[
        bool, Row('+LWEXECUTE without an argument ends in `0,""` and not in `0` (3.1)', Basis.NOTE)
    ] = False
    test_forms: Annotated[
        TestForms, Row("what test forms answer: examples, tables, or bare (2.2)", Basis.NOTE)
    ] = TestForms.EXAMPLES
    blanks_accepted: Annotated[
        bool, Row("blanks between fields are passed over (2.2.8, 2.2.9)", Basis.NOTE)
    ] = True
    connecttype_accepted: Annotated[
        bool, Row("AT+LWCNF takes connecttype as well as connectiontype (2.2.3)", Basis.NOTE)
    ] = True
    configure_before_start: Annotated[
        bool, Row("AT+LWCNF works before AT+LWSTART (2.2.1)", Basis.NOTE)
    ] = False
    start_again: Annotated[
        bool, Row("AT+LWSTART while the service runs is OK and not an error", Basis.ASSUMED)
    ] = False
    plain_errors: Annotated[
        bool, Row("LwM2M commands refuse with ERROR, whatever AT+CMEE says (2.2)", Basis.NOTE)
    ] = True
    server_port: Annotated[
        int, Row("the server's port where none is configured", Basis.ASSUMED, 0, 65535)
    ] = 5683
    lifetime: Annotated[
        int, Row("the lifetime where none is configured, s", Basis.ASSUMED, 1, 65535)
    ] = 300
    unresolved: Annotated[
        Unresolved,
        Row("AT+LWOPEN when the server's name has no address: error, or silence", Basis.ASSUMED),
    ] = Unresolved.ERROR
    reopen_urc: Annotated[
        bool, Row("+LMOPEN comes again when a session registers anew by itself", Basis.ASSUMED)
    ] = False
    update_margin: Annotated[
        float,
        Row(
            "an update goes out so long before the lifetime ends, but not before half of it, s",
            Basis.MEASURED,
            0,
        ),
    ] = 93.0
    update_on_lifetime_write: Annotated[
        bool, Row("a lifetime that the server writes is told by an update", Basis.ASSUMED)
    ] = True
    result0: Annotated[
        Code, Row("the code that result 0 goes out as: 2.04 or 2.05 (2.3)", Basis.ASSUMED)
    ] = Code.CHANGED
    ack_on_ignore: Annotated[
        bool, Row("result 1 sends an empty ACK and not nothing at all (2.3)", Basis.ASSUMED)
    ] = False
    ack_delay: Annotated[
        float,
        Row(
            "a request gets an empty ACK when the application has not answered after so long, s;"
            " inf: its answer is the ACK",
            Basis.MEASURED,
            0,
        ),
    ] = inf
    dedup: Annotated[bool, Row("a repeat of one message makes no second URC", Basis.ASSUMED)] = True
    answer_limit: Annotated[
        float,
        Row("a request left unanswered so long is forgotten, s", Basis.ASSUMED, 0.01, 247),
    ] = 93.0
    close_limit: Annotated[
        float,
        Row(
            "AT+LWCLOSE and AT+LWSTOP wait so long for the server, then answer OK without it, s",
            Basis.ASSUMED,
            0,
            9,
        ),
    ] = 3.0
    observing: Annotated[
        Observing,
        Row("an observation is accepted (and never notified), ignored or refused", Basis.MEASURED),
    ] = Observing.ACCEPTED
    plain_formats: Annotated[
        bool,
        Row("a resource is to be had as text or opaque; otherwise 4.06 and 4.15", Basis.MEASURED),
    ] = True
    longest_write: Annotated[
        int,
        Row("a write with a longer payload is answered by 4.13, bytes", Basis.ASSUMED, 1, 65535),
    ] = 65535
    create_code: Annotated[Code, Row("the answer to a create", Basis.ASSUMED)] = (
        Code.METHOD_NOT_ALLOWED
    )
    delete_code: Annotated[Code, Row("the answer to a delete", Basis.ASSUMED)] = (
        Code.METHOD_NOT_ALLOWED
    )
    attributes_code: Annotated[Code, Row("the answer to write-attributes", Basis.ASSUMED)] = (
        Code.METHOD_NOT_ALLOWED
    )
    boot_time: Annotated[
        float, Row("from reset to *ATREADY, deaf meanwhile, s", Basis.ASSUMED, 0, 60)
    ] = 0.1
    attach_time: Annotated[float, Row("from radio on to attached, s", Basis.ASSUMED, 0, 600)] = 0.1

    def __post_init__(self) -> None:
        for name, (_, row) in _rows().items():
            value = getattr(self, name)
            if isinstance(value, (int, float)) and not row.low <= value <= row.high:
                raise InvalidSwitch(
                    f"{name} is {value:g}: it goes from {row.low:g} to {row.high:g}"
                )
        if self.result0 not in (Code.CHANGED, Code.CONTENT):
            raise InvalidSwitch(f"result0 is {self.result0.dotted}: write 2.04 or 2.05")

    def switched(self, switches: Mapping[str, str]) -> Profile:
        """This profile with other values in some fields.

        Args:
            switches: values as text by the field's name: `{"dedup": "false", "result0": "2.05"}`.

        Raises:
            InvalidSwitch: no such field, or not a value of it.
        """
        rows = _rows()
        values: dict[str, Any] = {}
        for name, text in switches.items():
            if name not in rows:
                raise InvalidSwitch(f"no switch is called {name!r}: there are {', '.join(rows)}")
            values[name] = _parse(name, rows[name][0], text)
        return dataclasses.replace(self, **values)


@cache
def _rows() -> Mapping[str, tuple[type, Row]]:
    """The type and the row of every field."""
    hints = get_type_hints(Profile, include_extras=True)
    return {name: get_args(hint) for name, hint in hints.items() if name != "name"}


def _parse(name: str, kind: type, text: str) -> object:
    """A switch's value of this type.

    Raises:
        InvalidSwitch: the text is none.
    """
    read: Callable[[str], object] = {bool: _boolean, Code: Code.parse}.get(kind, kind)
    try:
        return read(text)
    except ValueError as error:
        choices = [str(member.value) for member in kind] if issubclass(kind, Enum) else []
        expected = f"write {' or '.join(choices)}" if choices and kind is not Code else str(error)
        raise InvalidSwitch(f"{name} is {text!r}: {expected}") from None


def _boolean(text: str) -> bool:
    booleans = {"true": True, "false": False}
    if text.lower() not in booleans:
        raise ValueError("write true or false")
    return booleans[text.lower()]


NOTE_103 = Profile("note-1.03")
"""The note's examples to the letter; where they differ, those of its chapter 4."""

STRICT = Profile(
    "strict",
    open_urc="+LMOPEN:",
    read_urc="+LWREAD:",
    empty_buffer=True,
    test_forms=TestForms.TABLES,
    blanks_accepted=False,
    connecttype_accepted=False,
)
"""The forms in the note's definition tables."""

A76XX = Profile(
    "a76xx",
    open_urc="LMOPEN:",
    read_urc="+LWREAD:",
    write_urc="+LMWRITE:",
    execute_urc="+LWEXECUTE:",
    test_forms=TestForms.BARE,
    configure_before_start=True,
    start_again=True,
    plain_errors=False,
    unresolved=Unresolved.SILENCE,
    ack_on_ignore=True,
    ack_delay=1.0,
)
"""The same commands in the dialect of SIMCom's A76XX manual; on the air the other choices."""

PROFILES: Mapping[str, Profile] = {profile.name: profile for profile in (NOTE_103, STRICT, A76XX)}


FIXED = (
    Row("the order: AT+LWSTART, AT+LWCNF, AT+LWOPEN, the rest; an error otherwise", Basis.NOTE),
    Row("nothing is kept over a reset, nor told to the server (parameter saving mode)", Basis.NOTE),
    Row("AT+LWREADRSP to a count of 0 may tell some of the instance's resources (4.1)", Basis.NOTE),
    Row("a result that is not in the note's list is an error (2.3)", Basis.NOTE),
    Row("a type, a length or a value that do not fit each other are an error (2.2.8)", Basis.NOTE),
    Row("+LWREAD of a whole instance has the count 0 and no resource (4.1)", Basis.NOTE),
    Row(
        "a registration lists its objects; each change of them sends the whole list", Basis.MEASURED
    ),
    Row("reads are answered in TLV unless the server asks for text or opaque", Basis.MEASURED),
    Row("what was never added is answered by 4.04, without a URC", Basis.MEASURED),
    Row("objects 1 and 3 answer by themselves, 3/0/4 resets, 1/0/8 updates", Basis.ASSUMED),
    Row(
        "no default for server and endpoint name: AT+LWOPEN without them is an error", Basis.ASSUMED
    ),
    Row("AT+LWCNF works while a session is open, for the next one", Basis.ASSUMED),
    Row("AT+LWOPEN takes the lowest free session; without one it is an error", Basis.ASSUMED),
    Row("AT+LWOPEN is an error when its local port is taken or the network gone", Basis.ASSUMED),
    Row(
        "a server that refuses the registration, or never answers, ends the session", Basis.ASSUMED
    ),
    Row("an update that is answered by 4.04, or not at all, registers anew", Basis.ASSUMED),
    Row("AT+LWSTOP deregisters every session; without AT+LWSTART it is an error", Basis.ASSUMED),
    Row("off the network sessions stay, and register anew when it is back", Basis.ASSUMED),
    Row("an object with the same instance twice, or a resource twice, is an error", Basis.ASSUMED),
    Row("instance 65535 is taken and not announced: LwM2M reserves it", Basis.ASSUMED),
    Row("AT+LWADDOBJ and AT+LWDELOBJ are OK before the server knows of it", Basis.ASSUMED),
    Row("a second request waits until the first is answered: one URC at a time", Basis.ASSUMED),
    Row("an object with several instances is asked for instance by instance", Basis.ASSUMED),
    Row("an answer to something else than what was asked last is an error", Basis.ASSUMED),
    Row("URCs wait until the command that runs has its final result", Basis.ASSUMED),
    Row("values in URCs are raw, whatever bytes they have; opaque ones are hex", Basis.ASSUMED),
    Row(
        "types come from the registry of reusable resources; unknown ones are opaque", Basis.ASSUMED
    ),
    Row("AT+LWREADRSP with another type than that registry's is an error", Basis.ASSUMED),
    Row("a discover is answered without the application", Basis.MEASURED),
)
"""What is chosen alike in every profile, without a switch."""


def profile_table() -> str:
    """Every choice of every profile, as a Markdown table; the last rows have no switch."""
    profiles = PROFILES.values()
    table = [
        ["switch", "meaning", *(profile.name for profile in profiles), "basis"],
        ["---"] * (3 + len(profiles)),
    ]
    for name, (_, row) in _rows().items():
        values = (f"`{_text(getattr(profile, name))}`" for profile in profiles)
        table.append([f"`{name}`", row.meaning, *values, row.basis.value])
    table += [["", row.meaning, *("" for _ in profiles), row.basis.value] for row in FIXED]
    return "".join(f"| {' | '.join(cells)} |\n" for cells in table)


def _text(value: object) -> str:
    """A value as a switch takes it."""
    match value:
        case Code():
            return value.dotted
        case Enum():
            return str(value.value)
        case bool():
            return str(value).lower()
        case float():
            return f"{value:g}"
        case _:
            return str(value)
