"""CoAP messages as steps, from the account of the module or from that of the server.

A virtual module tells of every message. Of a real one there is only what its server logged: later
than it happened, and without the registration, which the server tells of as an event. What must
have happened before something else is put before it: a request before the module's report of it,
a response before the REST API tells of it.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from lab_evidence import Direction, Event, Source
from lwm2m import Path
from virtual_sim7028.codec import ContentFormat, Link, encode_links
from virtual_sim7028.effects import Method
from virtual_sim7028.replay.evidence import Moment
from virtual_sim7028.replay.messages import (
    AirMessage,
    MessageType,
    seen_by_module,
    seen_by_server,
)
from virtual_sim7028.replay.steps import Answered, Asked, Timed, Told

_CREATED = 65
_ASKED = re.compile(r"(?P<url>[^?]*?)(/discover|/observe)?(\?.*)?$")
_REPORT = re.compile(r"\+L[WM](READ|WRITE|EXECUTE)\b")
_GAVE_UP = 504
"""The HTTP status for a device that did not answer in time."""
_ROOT = Link("/", (("rt", '"oma.lwm2m"'),))
_STAMP = 1e-3
"""The server's stamps are cut to this, s. What the module sent is taken to be so much later, so
that it does not come before the command that caused it."""
_MOMENT = 1e-6
"""What has to stand before something else stands this much before it, s."""


def air_steps(moments: Sequence[Moment]) -> list[Timed]:
    """The messages between module and server: the module's account where there is one.

    Raises:
        RecordingError: a message cannot be read.
    """
    if any(moment.is_message and moment.is_seen_by("module") for moment in moments):
        return list(_own_account(moments))
    return list(_server_account(moments))


def _own_account(moments: Iterable[Moment]) -> Iterator[Timed]:
    known: set[tuple[int, bytes]] = set()
    for moment in moments:
        if moment.is_message and moment.is_seen_by("module"):
            message = moment.read(seen_by_module)
            t = moment.event.t
            if moment.event.direction is Direction.SENT:
                yield Timed(t, Told(moment.line, message))
            else:
                yield from _received(t, moment.line, message, known)


def _server_account(moments: Sequence[Moment]) -> Iterator[Timed]:
    lag = _least_lag(moments)
    known: set[tuple[int, bytes]] = set()
    told: dict[bytes, float] = {}
    sent: dict[bytes, float] = {}
    for moment in moments:
        event, data = moment.event, moment.event.data
        if data.get("type") == "Registered" and moment.is_seen_by("server"):
            yield from _registration(moment)
        if not (moment.is_message and moment.is_seen_by("server")):
            continue
        message = moment.read(seen_by_server)
        t = min(event.t, moment.read(_server_time) + lag)
        if event.direction is Direction.RECEIVED:
            t = min(event.t, t + _STAMP, told.get(message.token, math.inf))
            sent[message.token] = t
            yield Timed(t, Told(moment.line, message))
            continue
        if message.is_request:
            url = f"/api/clients/{data.get('endpoint')}{message.resource}"
            operation = _operation(url, t, moments)
            told[message.token] = operation.told - _MOMENT
            t = min(t, _first_report(operation.begun, moments) - _MOMENT)
        else:
            t = max(t, sent.get(message.token, -math.inf) + _MOMENT)
        yield from _received(t, moment.line, message, known)


def _received(
    t: float, line: int, message: AirMessage, known: set[tuple[int, bytes]]
) -> Iterator[Timed]:
    """What came to the module: each request once, and no bare acknowledgements."""
    if message.is_response:
        yield Timed(t, Answered(line, message))
    elif message.is_request and (message.mid, message.token) not in known:
        known.add((message.mid, message.token))
        yield Timed(t, Asked(line, message))


def _least_lag(moments: Iterable[Moment]) -> float:
    """How much at least the harness's clock is ahead of the server's stamps, s.

    The rest is how long an event was under way, which differs from event to event.
    """
    return min(
        (
            moment.event.t - moment.read(_server_time)
            for moment in moments
            if moment.is_message and moment.is_seen_by("server")
        ),
        default=0.0,
    )


def _server_time(event: Event) -> float:
    return datetime.fromisoformat(str(event.data["server_time"])).timestamp()


@dataclass(frozen=True, slots=True)
class _Operation:
    """What the server's REST API was asked for, when, and when it told of the response.

    Attributes:
        begun: s; inf if it was not asked.
        told: s; inf if it gave up before, so that a response may come later.
    """

    begun: float = math.inf
    told: float = math.inf


def _operation(url: str, asked_at: float, moments: Iterable[Moment]) -> _Operation:
    """What a request on the air at `asked_at` was sent for: the last that began before it."""
    found = _Operation()
    for event in (moment.event for moment in moments if moment.event.source is Source.REST):
        seconds, asked = event.data.get("seconds"), _ASKED.match(str(event.data.get("path")))
        if isinstance(seconds, float) and asked and asked["url"] == url:
            begun = event.t - seconds
            if begun <= asked_at and not begun <= found.begun < math.inf:
                gave_up = event.data.get("status") == _GAVE_UP
                found = _Operation(begun, math.inf if gave_up else event.t)
    return found


def _first_report(after: float, moments: Iterable[Moment]) -> float:
    """When the module first printed that the server asks something; inf if it did not."""
    return min(
        (
            moment.event.t
            for moment in moments
            if moment.event.source is Source.URC
            and moment.event.t > after
            and _REPORT.match(moment.event.text)
        ),
        default=math.inf,
    )


def _registered(event: Event) -> list[Path]:
    """The object instances of a registration."""
    objects = event.data["objects"]
    if not isinstance(objects, list):
        raise ValueError("its objects are no list")
    return [Path.parse(str(path)) for path in objects]


def _registration(moment: Moment) -> Iterator[Timed]:
    """The registration that the server tells of, as LwM2M 1.0, 5.3.1 has it."""
    data = moment.event.data
    paths = moment.read(_registered)
    token = f"line {moment.line}".encode()
    request = AirMessage(
        MessageType.CON,
        Method.POST.value,
        -moment.line,
        token,
        path=("rd",),
        query=("lwm2m=1.0", f"ep={data.get('endpoint')}", "b=U", f"lt={data.get('lifetime')}"),
        content_format=ContentFormat.LINKS,
        payload=encode_links([_ROOT, *paths]),
    )
    response = AirMessage(
        MessageType.ACK, _CREATED, -moment.line, token, location=str(data.get("registration"))
    )
    yield Timed(moment.event.t, Told(moment.line, request))
    yield Timed(moment.event.t, Answered(moment.line, response))
