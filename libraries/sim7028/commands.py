"""The application note's ten commands, in all their forms.

Numbers are sent as they are given: whether they are in range is for the module to judge, and for
scenarios to ask.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum

from lwm2m import Kind, Value
from sim7028.command import Command, Order
from sim7028.dialect import NOTE_103, Dialect, Name, Parameter
from sim7028.framing import Line
from sim7028.syntax import Malformed, quote

OWN_OBJECTS = range(8)
"""The objects that the module keeps to itself (note 2.2.6)."""


class Result(IntEnum):
    """What the application says of a write or an execute (note 2.3).

    All but the first two are the CoAP response code's own byte, class * 32 + detail.
    """

    NO_ERROR = 0
    IGNORE = 1
    CREATED = 65
    DELETED = 66
    CHANGED = 68
    CONTENT = 69
    CONTINUE = 95
    BAD_REQUEST = 128
    UNAUTHORIZED = 129
    BAD_OPTION = 130
    NOT_FOUND = 132
    METHOD_NOT_ALLOWED = 133
    NOT_ACCEPTABLE = 134
    REQUEST_ENTITY_INCOMPLETE = 136
    PRECONDITION_FAILED = 140
    ENTITY_TOO_LARGE = 141
    INTERNAL_SERVER_ERROR = 160
    NOT_IMPLEMENTED = 161
    SERVICE_UNAVAILABLE = 163


@dataclass(frozen=True)
class SupportedForms:
    """What a test command tells.

    Attributes:
        parameters: for each form the command has, its parameters as the module writes them;
            empty when it answers a bare OK, as the note has it for some and other firmwares for
            most.
        lines: the lines it came in.
    """

    parameters: tuple[str, ...]
    lines: tuple[Line, ...]


@dataclass(frozen=True)
class SupportTest(Command[SupportedForms]):
    """AT+<name>=?, the test form of each of the ten (note 2.2).

    The note's examples break the answer after the prefix; both shapes are read.
    """

    name: Name
    max_lines = 12  # AT+LWCNF=? has six, each may be broken in two

    def render(self) -> str:
        """AT+<name>=?."""
        return f"AT+{self.name.value}=?"

    def owns(self, line: Line) -> bool:
        """Lines with the prefix, and the parameters that stand on a line of their own."""
        return line.content.startswith((f"+{self.name.value}:".encode(), b"<"))

    def parse(self, lines: Sequence[Line]) -> SupportedForms:
        """The parameters of each form."""
        prefix = f"+{self.name.value}:"
        parameters: list[str] = []
        for line in lines:
            text = line.text.strip()
            if text.startswith(prefix):
                parameters.append(text.removeprefix(prefix).strip())
            elif not parameters:
                raise Malformed(f"{text!r} stands before {prefix}")
            else:
                parameters[-1] += text
        return SupportedForms(tuple(parameters), tuple(lines))


@dataclass(frozen=True)
class Start(Order):
    """AT+LWSTART: start the service by activating the PDP context (note 2.2.1)."""

    def render(self) -> str:
        """AT+LWSTART."""
        return "AT+LWSTART"


@dataclass(frozen=True)
class Stop(Order):
    """AT+LWSTOP: stop the service by deactivating the PDP context (note 2.2.2)."""

    def render(self) -> str:
        """AT+LWSTOP."""
        return "AT+LWSTOP"


@dataclass(frozen=True)
class Configure(Order):
    """AT+LWCNF: set one parameter for sessions to come (note 2.2.3).

    Attributes:
        parameter: which one.
        value: a text goes in quotes; a number as the dialect has it. Ports are in 0..65535, the
            lifetime in s is at most 65535, the connection type is 4 or 6.
        dialect: how the firmware wants it written.
    """

    parameter: Parameter
    value: str | int
    dialect: Dialect = NOTE_103

    def render(self) -> str:
        """AT+LWCNF="<parameter>",<value>."""
        value = (
            quote(self.value) if isinstance(self.value, str) else self.dialect.number(self.value)
        )
        return f'AT+LWCNF="{self.dialect.keyword(self.parameter)}",{value}'


@dataclass(frozen=True)
class Open(Order):
    """AT+LWOPEN: register with the server (note 2.2.4).

    OK says that it begins. That it succeeded is told by the URC `Registered`; that it failed, by
    nothing.
    """

    def render(self) -> str:
        """AT+LWOPEN."""
        return "AT+LWOPEN"


@dataclass(frozen=True)
class Close(Order):
    """AT+LWCLOSE: deregister from the server (note 2.2.5).

    Attributes:
        session: the session's id, 0 or 1.
    """

    session: int

    def render(self) -> str:
        """AT+LWCLOSE=<session>."""
        return f"AT+LWCLOSE={self.session}"


@dataclass(frozen=True)
class AddObject(Order):
    """AT+LWADDOBJ: declare resources of an object instance (note 2.2.6).

    Attributes:
        session: the session's id, 0 or 1.
        object: in 8..65535; 0 to 7 are the module's own.
        instance: in 0..65535.
        resources: 1 to 15 ids, each in 0..65535. Their count is sent in front of them.
    """

    session: int
    object: int
    instance: int
    resources: Sequence[int]

    def render(self) -> str:
        """AT+LWADDOBJ=<session>,<object>,<instance>,<count>,<resource>[,...]."""
        ids = (self.session, self.object, self.instance, len(self.resources), *self.resources)
        return "AT+LWADDOBJ=" + ",".join(map(str, ids))


@dataclass(frozen=True)
class DeleteObject(Order):
    """AT+LWDELOBJ: take back an object with all its instances (note 2.2.7).

    Attributes:
        session: the session's id, 0 or 1.
        object: in 0..65535.
    """

    session: int
    object: int

    def render(self) -> str:
        """AT+LWDELOBJ=<session>,<object>."""
        return f"AT+LWDELOBJ={self.session},{self.object}"


@dataclass(frozen=True)
class ReadResponse(Order):
    """AT+LWREADRSP: answer a `ReadRequest` (note 2.2.8).

    The length of a value counts its bytes in UTF-8. An opaque value goes as lower-case hex digits
    with the number of bytes for a length, so half of what stands in the quotes: any byte can go,
    and which encoding it is can be told from the length.

    Attributes:
        session: the session's id, as in the request.
        object: as in the request.
        instance: as in the request.
        values: resources with their values; their count is sent in front of them.
    """

    session: int
    object: int
    instance: int
    values: Sequence[tuple[int, Value]]

    def render(self) -> str:
        """AT+LWREADRSP=<session>,<object>,<instance>,<count>,<resource>,"<type>",<length>,"<value>"[,...].

        Raises:
            UnsafeValue: a string holds what would break the line.
        """
        answered = "".join(
            f',{resource},"{value.kind.value}",{_length(value)},{quote(value.text)}'
            for resource, value in self.values
        )
        head = (self.session, self.object, self.instance, len(self.values))
        return "AT+LWREADRSP=" + ",".join(map(str, head)) + answered


def _length(value: Value) -> int:
    digits = len(value.text.encode("utf-8", "replace"))  # what cannot be encoded, quote refuses
    return digits // 2 if value.kind is Kind.OPAQUE else digits


@dataclass(frozen=True)
class WriteResponse(Order):
    """AT+LWWRITERSP: answer a `WriteRequest` (note 2.2.9).

    Attributes:
        session: the session's id, as in the request.
        result: what becomes of the write.
    """

    session: int
    result: Result

    def render(self) -> str:
        """AT+LWWRITERSP=<session>,<result>."""
        return f"AT+LWWRITERSP={self.session},{self.result.value}"


@dataclass(frozen=True)
class ExecuteResponse(Order):
    """AT+LWEXECUTERSP: answer an `ExecuteRequest` (note 2.2.10).

    Attributes:
        session: the session's id, as in the request.
        result: what becomes of the execution.
    """

    session: int
    result: Result

    def render(self) -> str:
        """AT+LWEXECUTERSP=<session>,<result>."""
        return f"AT+LWEXECUTERSP={self.session},{self.result.value}"
