"""What the module says on its own (note 3.1, and 3GPP 27.007), as typed values.

Spellings that firmwares are known to use are all read. Whatever else comes, and whatever cannot
be read, is an `UnknownLine`: nothing is lost and nothing is raised.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar, overload

from lwm2m import Kind, Path, Value
from sim7028.commands import ExecuteResponse, ReadResponse, Result, WriteResponse
from sim7028.framing import Line
from sim7028.network import RegistrationState
from sim7028.syntax import HEX_DIGITS, Malformed, closes_value, split_fields, value_ends


@dataclass(frozen=True)
class Urc:
    """Something that the module said without being asked.

    Attributes:
        line: the line as it came.
    """

    name: ClassVar[str] = "a URC"
    hint: ClassVar[str] = ""
    """What to look at when it does not come."""

    line: Line


@dataclass(frozen=True)
class Registered(Urc):
    """+LMOPEN, or +LWOPEN: the server has accepted the registration (note 2.2.4).

    Attributes:
        session: the session's id, 0 or 1 by the note.
    """

    name = "+LMOPEN"
    hint = (
        "The module does not say that a registration failed. Can it reach the server's address and"
        " port from its network, and does the server accept the endpoint name?"
    )

    session: int


@dataclass(frozen=True)
class ReadRequest(Urc):
    """+LWREAD: the server reads (note 3.1); answer it with `answer`.

    Attributes:
        session: the session's id.
        object: in 8..65535 by the note.
        instance: in 0..65535.
        count: how many resources it says there are; 0 stands for the whole instance.
        resources: the ids that follow.
    """

    name = "+LWREAD"
    hint = "Is the object declared on an open session? See AddObject."

    session: int
    object: int
    instance: int
    count: int
    resources: tuple[int, ...]

    @property
    def path(self) -> Path:
        """The resource when it is exactly one, otherwise the instance."""
        return _path(self.object, self.instance, self.resources)

    @overload
    def answer(self, *values: Value) -> ReadResponse: ...
    @overload
    def answer(self, values: Mapping[int, Value], /) -> ReadResponse: ...
    def answer(self, *values: Value | Mapping[int, Value]) -> ReadResponse:
        """The command that answers it.

        Args:
            values: a value for each of the resources, in their order; or one mapping from ids to
                values, which alone can answer for a whole instance.

        Raises:
            ValueError: the values do not fit the request. To give a wrong answer on purpose, make
                a `ReadResponse`.
        """
        match values:
            case [Mapping() as by_id]:
                if self.resources and set(by_id) != set(self.resources):
                    raise ValueError(
                        f"the server reads {_ids(self.resources)} of {self.path},"
                        f" the answer has {_ids(sorted(by_id))}"
                    )
                pairs = tuple(by_id.items())
            case _ if not self.resources:
                raise ValueError(
                    f"the server reads the whole instance {self.path}: answer with a mapping from"
                    " resource ids to values"
                )
            case _:
                given = [value for value in values if isinstance(value, Value)]
                if len(given) != len(values) or len(given) != len(self.resources):
                    raise ValueError(
                        f"the server reads {_ids(self.resources)} of {self.path}: answer with"
                        f" {len(self.resources)} values in that order, not {len(values)}"
                    )
                pairs = tuple(zip(self.resources, given, strict=True))
        return ReadResponse(self.session, self.object, self.instance, pairs)


@dataclass(frozen=True)
class WrittenResource:
    """One resource of a write.

    Attributes:
        id: the resource.
        type: the letter that came for its type; I, F, B, D or S by the note.
        length: how many bytes the line says the value has.
        raw: the bytes that came for it, without quotes.
        value: what they mean; None when the type is unknown or they do not fit it. An opaque
            value is taken as it is when `length` counts its bytes, and as hex digits when it
            counts half of them.
    """

    id: int
    type: str
    length: int
    raw: bytes
    value: Value | None


@dataclass(frozen=True)
class WriteRequest(Urc):
    """+LWWRITE, or +LMWRITE: the server writes (note 3.1); answer it with `answer`.

    Attributes:
        session: the session's id.
        object: in 8..65535 by the note.
        instance: in 0..65535.
        count: how many resources it says there are.
        values: the resources that follow.
    """

    name = "+LWWRITE"
    hint = "Is the object declared on an open session, and may the server write it? See AddObject."

    session: int
    object: int
    instance: int
    count: int
    values: tuple[WrittenResource, ...]

    @property
    def path(self) -> Path:
        """The resource when it is exactly one, otherwise the instance."""
        return _path(self.object, self.instance, [written.id for written in self.values])

    def answer(self, result: Result) -> WriteResponse:
        """The command that answers it."""
        return WriteResponse(self.session, result)


@dataclass(frozen=True)
class ExecuteRequest(Urc):
    """+LWEXECUTE: the server executes a resource (note 3.1); answer it with `answer`.

    Attributes:
        session: the session's id.
        path: the resource.
        length: how many bytes the line says the arguments have.
        arguments: the bytes that came for them, empty when there are none.
    """

    name = "+LWEXECUTE"
    hint = "Is the object declared on an open session, and may it be executed? See AddObject."

    session: int
    path: Path
    length: int
    arguments: bytes

    def answer(self, result: Result) -> ExecuteResponse:
        """The command that answers it."""
        return ExecuteResponse(self.session, result)


@dataclass(frozen=True)
class RegistrationChanged(Urc):
    """+CEREG: the network registration has changed (3GPP 27.007, 10.1.22).

    Attributes:
        state: what it is now.
    """

    name = "+CEREG"
    hint = "The module tells it only after AT+CEREG=1 to 5."

    state: RegistrationState


@dataclass(frozen=True)
class Ready(Urc):
    """*ATREADY: the module has started and takes commands."""

    name = "*ATREADY"
    hint = "Did the module restart, and at this baud rate?"


@dataclass(frozen=True)
class UnknownLine(Urc):
    """Something else: kept as it came.

    Attributes:
        reason: why it is nothing else.
    """

    name = "an unknown line"

    reason: str


def parse_urc(line: Line) -> Urc:
    """What a line means that no command waits for. Never raises."""
    head = _HEAD.match(line.content)
    parse = _PARSERS.get(head[1]) if head else None
    if head is None or parse is None:
        return UnknownLine(line, "no URC that is known begins like this")
    try:
        return parse(line, line.content[head.end() :])
    except ValueError as error:
        return UnknownLine(line, f"{head[1].decode()} is not followed by what should: {error}")


_HEAD = re.compile(rb"([+*]?[A-Z]{1,20}) *: *")

_REQUEST = re.compile(rb"(\d{1,10}) *, *(\d{1,10}) *, *(\d{1,10}) *, *(\d{1,10}) *(?:,|\Z) *")
_RESOURCE = re.compile(rb' *(\d{1,10})(?: *, *| +)"?(\w)"? *, *(\d{1,10}) *, *')
_LENGTH = re.compile(rb"(\d{1,10}) *(?:, *|\Z)")
_CLOSING = re.compile(rb'"(?= *(?:,|\Z))')
_BEHIND = re.compile(rb" *(?:, *|\Z)")


def _registered(line: Line, rest: bytes) -> Registered:
    fields = split_fields(rest)
    if len(fields) != 1:
        raise Malformed(f"one number, the session, should stand there, not {len(fields)} fields")
    return Registered(line, fields[0].number)


def _read(line: Line, rest: bytes) -> ReadRequest:
    request, position = _request(rest)
    ids = split_fields(rest[position:]) if position < len(rest) else ()
    resources = tuple(field.number for field in ids)
    for resource in resources:
        request.instance_path / resource
    if request.last and not resources:
        raise Malformed(f"it counts {request.last} resources and names none")
    return ReadRequest(
        line, request.session, request.object, request.instance, request.last, resources
    )


def _write(line: Line, rest: bytes) -> WriteRequest:
    request, position = _request(rest)
    values = []
    while position < len(rest):
        written, position = _written(rest, position)
        request.instance_path / written.id
        values.append(written)
    if not values:
        raise Malformed("it names no resource")
    return WriteRequest(
        line, request.session, request.object, request.instance, request.last, tuple(values)
    )


def _execute(line: Line, rest: bytes) -> ExecuteRequest:
    request, position = _request(rest)
    length = _LENGTH.match(rest, position)
    if length is None:
        raise Malformed("the length of the arguments is missing")
    arguments, position = _value(rest, length.end(), int(length[1]), b"")
    if position < len(rest):
        raise Malformed(f"{_excerpt(rest, position)} stands behind the arguments")
    path = request.instance_path / request.last
    return ExecuteRequest(line, request.session, path, int(length[1]), arguments)


def _registration_changed(line: Line, rest: bytes) -> RegistrationChanged:
    state, *more = split_fields(rest)
    if more and more[0].raw and not more[0].quoted:
        raise Malformed("it reads like the answer to AT+CEREG?, which nobody asked")
    return RegistrationChanged(line, RegistrationState(state.number))


def _ready(line: Line, rest: bytes) -> Ready:
    if rest != b"1":
        raise Malformed(f"{_excerpt(rest, 0)} should be 1")
    return Ready(line)


_PARSERS: Mapping[bytes, Callable[[Line, bytes], Urc]] = {
    b"+LMOPEN": _registered,
    b"LMOPEN": _registered,
    b"+LWOPEN": _registered,
    b"+LWREAD": _read,
    b"+LWWRITE": _write,
    b"+LMWRITE": _write,
    b"+LWEXECUTE": _execute,
    b"+CEREG": _registration_changed,
    b"*ATREADY": _ready,
}


@dataclass(frozen=True)
class _Request:
    """The four numbers that every request begins with; what the last one is, differs."""

    session: int
    object: int
    instance: int
    last: int

    @property
    def instance_path(self) -> Path:
        return Path(self.object, self.instance)


def _request(rest: bytes) -> tuple[_Request, int]:
    """The numbers, and where the line goes on behind them."""
    match = _REQUEST.match(rest)
    if match is None:
        raise Malformed(f"{_excerpt(rest, 0)} does not begin with four numbers")
    request = _Request(*map(int, match.groups()))
    request.instance_path  # noqa: B018 - refuses identifiers that cannot be
    return request, match.end()


def _written(rest: bytes, position: int) -> tuple[WrittenResource, int]:
    """The resource that begins at `position`, and where the line goes on behind it."""
    match = _RESOURCE.match(rest, position)
    if match is None:
        raise Malformed(f"{_excerpt(rest, position)} is not <resource>,<type>,<length>,<value>")
    length = int(match[3])
    raw, position = _value(rest, match.end(), length, match[2])
    letter = match[2].decode()
    value = _meaning(letter, length, raw)
    return WrittenResource(int(match[1]), letter, length, raw, value), position


def _value(rest: bytes, start: int, length: int, type_: bytes) -> tuple[bytes, int]:
    """The value that begins at `start`, by its length if that fits, and where the line goes on."""
    if rest[start : start + 1] == b'"':
        start += 1
        fitting = (
            end
            for end in value_ends(start, length, type_)
            if closes_value(rest, start, end, length)
        )
        end = next(fitting, None)
        if end is None:
            closing = _CLOSING.search(rest, start)
            if closing is None:
                raise Malformed(f"the quote in front of {_excerpt(rest, start)} is not closed")
            end = closing.start()
        position = end + 1
    else:
        fits = start + length <= len(rest) and rest[start + length : start + length + 1] in b","
        end = start + length if fits else _comma_or_end(rest, start)
        position = end
    behind = _BEHIND.match(rest, position)
    if behind is None:
        raise Malformed(f"a comma should stand before {_excerpt(rest, position)}")
    return rest[start:end], behind.end()


def _comma_or_end(rest: bytes, start: int) -> int:
    comma = rest.find(b",", start)
    return len(rest) if comma < 0 else comma


def _meaning(letter: str, length: int, raw: bytes) -> Value | None:
    """The value, or None when the letter is no kind or the bytes do not fit it."""
    try:
        kind = Kind(letter)
        if kind is not Kind.OPAQUE:
            return Value.parse(kind, raw.decode())
        if len(raw) == length:
            return Value(kind, raw)
        if len(raw) == 2 * length and HEX_DIGITS.fullmatch(raw):
            return Value(kind, bytes.fromhex(raw.decode()))
    except ValueError:
        pass
    return None


def _path(object_: int, instance: int, resources: Sequence[int]) -> Path:
    return Path(object_, instance, *resources) if len(resources) == 1 else Path(object_, instance)


def _ids(resources: Sequence[int]) -> str:
    return ", ".join(map(str, resources)) or "nothing"


def _excerpt(rest: bytes, position: int) -> str:
    return repr(rest[position : position + 20].decode("utf-8", "backslashreplace"))
