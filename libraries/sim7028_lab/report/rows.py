"""The events of a scenario as the steps and rows of a sequence diagram."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import Enum
from typing import NamedTuple

from lab_evidence import Direction, Event, Source
from lwm2m import Code
from sim7028_lab.failure import Failure
from sim7028_lab.report.words import duration

_PAUSE = 0.5
"""From here on, in s, a pause is a row of its own."""
_SAME_MESSAGE = 2.0
"""How far apart, in s, two ends may tell of one CoAP message."""
_SHORT = 60
_SHORT_REPLY = 160
PROBING = "What the bench says of itself"
"""The step behind a failed one."""
_LONGEST_BODY = 600
"""What is shown of the server's JSON; all of it is in the evidence."""


class Way(Enum):
    """How a row is drawn: its class, and the same in words for those who do not see it."""

    TO_MODULE = "ut"
    FROM_MODULE = "uf"
    UNASKED = "uu"
    COMMAND = "ub"
    TO_SERVER = "at"
    FROM_SERVER = "af"
    TO_REST = "rt"
    FROM_REST = "rf"
    REQUEST = "rb"
    AT_SERVER = "se"
    ON_AIR = "ae"
    REMARK = "he"

    @property
    def words(self) -> str:
        """Who speaks to whom."""
        return _WORDS[self]


_WORDS = {
    Way.TO_MODULE: "harness to module",
    Way.FROM_MODULE: "module to harness",
    Way.UNASKED: "module to harness, unasked",
    Way.COMMAND: "harness to module and back",
    Way.TO_SERVER: "module to server",
    Way.FROM_SERVER: "server to module",
    Way.TO_REST: "harness to server",
    Way.FROM_REST: "server to harness",
    Way.REQUEST: "harness to server and back",
    Way.AT_SERVER: "server",
    Way.ON_AIR: "on the way",
    Way.REMARK: "remark",
}


class Row(NamedTuple):
    """One line of the diagram.

    Attributes:
        t: when, in s on the monotonic clock.
        way: from whom to whom.
        text: what was said; never cut for what was on a wire.
        note: a few words beside it.
        more: what folds away behind `summary`; empty when there is nothing.
        summary: what the fold is called.
        told_by_server: whether only the server tells of it, so that the time is that of its word.
    """

    t: float
    way: Way
    text: str
    note: str = ""
    more: str = ""
    summary: str = ""
    told_by_server: bool = False


@dataclass(frozen=True, slots=True)
class Step:
    """A keyword, and what happened until the next one.

    Attributes:
        name: the keyword; empty for what came before the first.
        arguments: what it was given.
        began: when, in s on the monotonic clock.
        rows: in order of time.
        failure: how it failed; None when it did not.
    """

    name: str
    arguments: tuple[str, ...]
    began: float
    rows: tuple[Row, ...] = ()
    failure: Failure | None = None

    @property
    def asks_server(self) -> bool:
        """Whether an exchange between server and module begins here."""
        return self.name.startswith("Server Starts")


def steps(events: Iterable[Event]) -> tuple[Step, ...]:
    """The scenario, step by step.

    Args:
        events: of one scenario, in any order.
    """
    ordered = sorted(events, key=lambda event: event.t)
    if not ordered:
        return ()
    found = [Step("", (), ordered[0].t)]
    rows: list[Row] = []
    for item in _rows(ordered):
        if isinstance(item, Row):
            rows.append(item)
            continue
        failure = Failure.from_event(item)
        found[-1] = replace(found[-1], rows=tuple(rows), failure=failure)
        rows.clear()
        name, given = (PROBING, ()) if failure else (item.text, _texts(item.data["arguments"]))
        found.append(Step(name, given, item.t))
    found[-1] = replace(found[-1], rows=tuple(rows))
    return tuple(step for step in found if step.rows or step.name not in ("", PROBING))


def pause_before(row: Row, last: float) -> str:
    """How long nothing happened, where that was long; empty where it was not."""
    return duration(row.t - last) if row.t - last >= _PAUSE else ""


def _texts(value: object) -> tuple[str, ...]:
    return tuple(map(str, value)) if isinstance(value, Sequence) else ()


def _rows(events: Sequence[Event]) -> Iterator[Row | Event]:
    """Rows, and as they are the events that a step begins or ends with."""
    waiting = deque(events)
    while waiting:
        event = waiting.popleft()
        match event.source:
            case Source.KEYWORD if event.data.keys() & {"arguments", "failed"}:
                yield event
            case Source.AT if event.direction is Direction.SENT:
                yield _command(event, _taken(waiting, _is_plain_ok(event)))
            case Source.AT if event.direction is Direction.RECEIVED:
                yield Row(event.t, Way.FROM_MODULE, event.text)
            case Source.URC:
                yield Row(event.t, Way.UNASKED, event.text)
            case Source.COAP if event.data.get("seen_by") in ("module", "server"):
                yield _message(event, _other_account(event, waiting))
            case Source.COAP:
                yield Row(event.t, Way.ON_AIR, event.text)
            case Source.REST if event.direction is Direction.SENT:
                yield _request(event, _taken(waiting, _is_reply_to(event)))
            case Source.REST:
                yield _reply(event)
            case Source.SERVER:
                yield Row(event.t, Way.AT_SERVER, event.text, told_by_server=True)
            case _:
                note = "" if event.source is Source.KEYWORD else event.source.value
                yield Row(event.t, Way.REMARK, event.text, note)


def _taken(waiting: deque[Event], is_wanted: Callable[[Event], bool]) -> Event | None:
    """The next event but findings, if it is wanted; it leaves the list."""
    for place, event in enumerate(waiting):
        if event.source is not Source.FINDING:
            if not is_wanted(event):
                return None
            del waiting[place]
            return event
    return None


def _is_plain_ok(command: Event) -> Callable[[Event], bool]:
    return lambda event: event.text == "OK" and _belongs(event, command, "command")


def _is_reply_to(request: Event) -> Callable[[Event], bool]:
    return lambda event: _belongs(event, request, "path")


def _belongs(event: Event, cause: Event, key: str) -> bool:
    return (
        event.source is cause.source
        and event.direction is not Direction.SENT
        and event.data.get(key) == cause.data.get(key)
    )


def _command(sent: Event, ok: Event | None) -> Row:
    if ok is None:
        return Row(sent.t, Way.TO_MODULE, sent.text)
    return Row(sent.t, Way.COMMAND, sent.text, note=f"OK after {duration(ok.t - sent.t)}")


def _request(sent: Event, reply: Event | None) -> Row:
    if reply is None:
        return Row(sent.t, Way.TO_REST, sent.text)
    answer = _reply(reply)
    note = f"{answer.text} after {duration(reply.t - sent.t)}"
    return Row(sent.t, Way.REQUEST, sent.text, note, answer.more, answer.summary)


def _reply(event: Event) -> Row:
    status, _, body = event.text.removeprefix("HTTP ").partition(" ")
    if len(event.text) <= _SHORT_REPLY:
        return Row(event.t, Way.FROM_REST, event.text.removeprefix("HTTP "))
    shown = body[:_LONGEST_BODY]
    if body != shown:
        shown += f"… ({len(body) - len(shown):,} characters more, in the evidence)"
    return Row(event.t, Way.FROM_REST, status, more=shown, summary="body")


# CoAP: both ends tell of a message; the module's account has the better time and the bytes.


def _other_account(event: Event, waiting: deque[Event]) -> Event | None:
    told = event.data
    for place, other in enumerate(waiting):
        if other.t - event.t > _SAME_MESSAGE:
            return None
        if (
            other.source is Source.COAP
            and other.direction is not event.direction
            and {other.data.get("seen_by"), told.get("seen_by")} == {"module", "server"}
            and all(other.data.get(key) == told.get(key) for key in ("mid", "type", "code"))
        ):
            del waiting[place]
            return other
    return None


def _message(event: Event, other: Event | None) -> Row:
    accounts = [account for account in (event, other) if account is not None]
    best = min(accounts, key=lambda account: account.data.get("seen_by") != "module")
    data = best.data
    by_module = data.get("seen_by") == "module"
    to_server = (best.direction is Direction.SENT) is by_module
    payload = payload_text(data)
    shown = payload if len(payload) <= _SHORT else ""
    text = " ".join(
        filter(None, (str(data.get("type", "")), _code(data), message_path(data), shown))
    )
    more = [f"mid {data.get('mid')}, token {data.get('token') or 'none'}", *_options(data)]
    if payload and not shown:
        more.append(payload)
    return Row(
        best.t,
        Way.TO_SERVER if to_server else Way.FROM_SERVER,
        text or best.text,
        more="\n".join(more),
        summary="message",
        told_by_server=not by_module,
    )


def _code(data: Mapping[str, object]) -> str:
    code = str(data.get("code") or "empty")
    try:
        return str(Code.parse(code))
    except ValueError:
        return "empty" if code == "EMPTY" else code


_URI_PATH = re.compile(r'Uri-Path: ("[^"]*"(?:, "[^"]*")*)')


def message_path(data: Mapping[str, object]) -> str:
    """The path that a CoAP message is about, `/3303/0/5700`; empty for a response."""
    if path := data.get("path"):
        return str(path)
    found = _URI_PATH.search(str(data.get("options", "")))
    return "/" + "/".join(re.findall(r'"([^"]*)"', found[1])) if found else ""


def payload_bytes(data: Mapping[str, object]) -> bytes:
    """What a CoAP message carries, whoever tells of it.

    Raises:
        ValueError: what was told are no bytes any more, since a secret was among them.
    """
    payload = str(data.get("payload", ""))
    if data.get("seen_by") == "module":
        return bytes.fromhex(payload)
    if payload.startswith("Hex:"):
        return bytes.fromhex(payload.removeprefix("Hex:"))
    return payload.encode()


def payload_text(data: Mapping[str, object]) -> str:
    """The payload for people: a text in quotes, or hex digits."""
    try:
        payload = payload_bytes(data)
    except ValueError:
        return str(data.get("payload", ""))
    if payload.isascii() and payload.decode("ascii").isprintable():
        return f'"{payload.decode()}"' if payload else ""
    return payload.hex(" ")


def _options(data: Mapping[str, object]) -> Iterator[str]:
    options = data.get("options")
    if isinstance(options, Mapping):
        yield from (f"{name} {value}" for name, value in options.items())
    elif options:
        yield str(options)
    query = data.get("query")
    if isinstance(query, Sequence) and not isinstance(query, str):
        yield "  ".join(map(str, query))
