"""What goes into the firmware and what comes out of it: all it has to do with the world.

The firmware does no input or output. An `Input` is handed to it and it returns effects, in
order; whoever runs it performs them. Nothing else passes between the two, so a run can be
replayed, and a defect is a function from effects to effects.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TypeAlias

from lwm2m import Code


class Method(Enum):
    """A CoAP request's method (RFC 7252 12.1.1; the last three RFC 8132)."""

    GET = 1
    POST = 2
    PUT = 3
    DELETE = 4
    FETCH = 5
    PATCH = 6
    IPATCH = 7


@dataclass(frozen=True, slots=True)
class Request:
    """A CoAP request, whole: blocks are put together before and cut up after.

    Attributes:
        method: its method.
        path: the Uri-Path options.
        query: the Uri-Query options.
        content_format: the format of the payload, if it says so.
        accept: the format asked for, if any.
        observe: 0 to begin an observation, 1 to end it (RFC 7641, 2), if either.
        payload: the content.
    """

    method: Method
    path: tuple[str, ...] = ()
    query: tuple[str, ...] = ()
    content_format: int | None = None
    accept: int | None = None
    observe: int | None = None
    payload: bytes = b""


@dataclass(frozen=True, slots=True)
class Response:
    """A CoAP response, whole.

    Attributes:
        code: its code.
        payload: the content.
        content_format: the format of the payload.
        observe: the number of the notification when the request began an observation.
    """

    code: Code
    payload: bytes = b""
    content_format: int | None = None
    observe: int | None = None


class Family(Enum):
    """The address family of a session, by the number that AT+LWCNF takes (note 2.2.3)."""

    IPV4 = 4
    IPV6 = 6


class Wakeup(Enum):
    """What a timer is for."""

    BOOTED = "booted"
    REBOOT_DUE = "reboot due"
    ATTACHED = "attached"
    UPDATE_DUE = "update due"
    ANSWER_OVERDUE = "answer overdue"
    CLOSE_OVERDUE = "close overdue"


@dataclass(frozen=True, slots=True)
class Timer:
    """A timer's name; there is one of each purpose for the module or for a session."""

    wakeup: Wakeup
    session: int | None = None


# Inputs


@dataclass(frozen=True, slots=True)
class PowerOn:
    """The supply is there."""


@dataclass(frozen=True, slots=True)
class Detached:
    """The network has sent the module away, which does not look for it again by itself."""


@dataclass(frozen=True, slots=True)
class OutOfCoverage:
    """The network is out of reach; the module looks for it."""


@dataclass(frozen=True, slots=True)
class CommandLine:
    """A line from the UART, without its CR."""

    text: bytes


class Failure(Enum):
    """Why a session has no socket."""

    UNRESOLVED = "the server's name has no address of the family"
    UNBOUND = "the local port is taken"


@dataclass(frozen=True, slots=True)
class Connected:
    """A session has its socket."""

    session: int


@dataclass(frozen=True, slots=True)
class NotConnected:
    """A session has no socket."""

    session: int
    failure: Failure


@dataclass(frozen=True, slots=True)
class Received:
    """The server asks something; `exchange` is what to name in the answer."""

    session: int
    exchange: int
    request: Request


@dataclass(frozen=True, slots=True)
class Repeated:
    """The server sent the message of an exchange again before it was answered."""

    session: int
    exchange: int


@dataclass(frozen=True, slots=True)
class Answered:
    """What became of a request of the module's own.

    Attributes:
        session: whose request it was.
        exchange: the number that `Send` gave it.
        code: the server's response code; None when nothing came, however often it was repeated.
        location: the Location-Path options.
    """

    session: int
    exchange: int
    code: Code | None
    location: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Elapsed:
    """A timer has run down."""

    timer: Timer


Input: TypeAlias = (
    PowerOn
    | Detached
    | OutOfCoverage
    | CommandLine
    | Connected
    | NotConnected
    | Received
    | Repeated
    | Answered
    | Elapsed
)

# Effects


@dataclass(frozen=True, slots=True)
class Print:
    """Bytes to the UART, with their CR LF."""

    data: bytes


@dataclass(frozen=True, slots=True)
class Connect:
    """Resolve the server and open a session's socket; `Connected` or `NotConnected` follows.

    Attributes:
        session: the session.
        server: a name or an address.
        port: the server's UDP port.
        family: which addresses will do.
        local_port: the socket's own port; 0 for any.
    """

    session: int
    server: str
    port: int
    family: Family
    local_port: int


@dataclass(frozen=True, slots=True)
class Disconnect:
    """Close a session's socket at once; what was under way on it is forgotten."""

    session: int


@dataclass(frozen=True, slots=True)
class Send:
    """Send a confirmable request to the server; `Answered` follows."""

    session: int
    exchange: int
    request: Request


@dataclass(frozen=True, slots=True)
class Respond:
    """Answer a request of the server's."""

    session: int
    exchange: int
    response: Response


@dataclass(frozen=True, slots=True)
class Acknowledge:
    """End an exchange with an empty ACK and no response ever."""

    session: int
    exchange: int


@dataclass(frozen=True, slots=True)
class Ignore:
    """End an exchange with nothing: no response and no ACK."""

    session: int
    exchange: int


@dataclass(frozen=True, slots=True)
class After:
    """Start a timer, or start it anew; `Elapsed` follows after so many seconds."""

    seconds: float
    timer: Timer


@dataclass(frozen=True, slots=True)
class Cancel:
    """Stop a timer if it runs."""

    timer: Timer


@dataclass(frozen=True, slots=True)
class Reset:
    """Forget every socket, exchange, timer, and every byte that waits to be read."""


Effect: TypeAlias = (
    Print | Connect | Disconnect | Send | Respond | Acknowledge | Ignore | After | Cancel | Reset
)
