"""What differs between firmwares, as data: how commands are written, and what each promises.

Whatever comes is accepted.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from types import MappingProxyType


class Name(Enum):
    """The ten commands, in the note's order (2.1)."""

    START = "LWSTART"
    STOP = "LWSTOP"
    CONFIGURE = "LWCNF"
    OPEN = "LWOPEN"
    CLOSE = "LWCLOSE"
    ADD_OBJECT = "LWADDOBJ"
    DELETE_OBJECT = "LWDELOBJ"
    READ_RESPONSE = "LWREADRSP"
    WRITE_RESPONSE = "LWWRITERSP"
    EXECUTE_RESPONSE = "LWEXECUTERSP"


class Parameter(Enum):
    """What AT+LWCNF sets (note 2.2.3)."""

    SERVER = "server"
    SERVER_PORT = "serverport"
    ENDPOINT = "endpointname"
    CONNECTION_TYPE = "connectiontype"
    LIFETIME = "lifetime"
    LOCAL_PORT = "localport"


_WITHOUT_PARAMETERS = frozenset({Name.START, Name.STOP, Name.OPEN})


class Numbers(Enum):
    """How the numbers of AT+LWCNF are written."""

    BARE = "{}"
    QUOTED = '"{}"'


@dataclass(frozen=True, slots=True)
class Dialect:
    """How a firmware wants AT+LWCNF to be written, and where it differs from the others.

    Attributes:
        name: the firmware profile it belongs to.
        connection_type: the keyword of the connection type. The note's write form has
            `connectiontype`, its test form `connecttype` (2.2.3).
        numbers: the note writes them in quotes in 2.2.3, and the lifetime without in 4.1.
        bare_tests: the commands whose test form is answered by OK alone. The note's table has
            the parameters of AT+LWEXECUTERSP=?, its example does not (2.2.10).
        configures_before_start: whether AT+LWCNF may come before AT+LWSTART (2.2.1).
    """

    name: str
    connection_type: str = "connectiontype"
    numbers: Numbers = Numbers.BARE
    bare_tests: frozenset[Name] = _WITHOUT_PARAMETERS
    configures_before_start: bool = False

    def keyword(self, parameter: Parameter) -> str:
        """The parameter's name on the wire."""
        return self.connection_type if parameter is Parameter.CONNECTION_TYPE else parameter.value

    def number(self, number: int) -> str:
        """The number on the wire."""
        return self.numbers.value.format(number)


NOTE_103 = Dialect("note-1.03", bare_tests=_WITHOUT_PARAMETERS | {Name.EXECUTE_RESPONSE})
"""As in the examples of the application note, version 1.03."""

STRICT = Dialect("strict")
"""As in the definition tables of the same note."""

A76XX = Dialect(
    "a76xx", numbers=Numbers.QUOTED, bare_tests=frozenset(Name), configures_before_start=True
)
"""As in the examples of the A76XX series' AT manual, where the same commands stand."""

DIALECTS: Mapping[str, Dialect] = MappingProxyType(
    {dialect.name: dialect for dialect in (NOTE_103, STRICT, A76XX)}
)
"""By the name of the firmware profile."""
