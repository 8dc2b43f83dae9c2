"""What the server tells by itself: registrations, CoAP messages, notifications, as they happen."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from functools import partial
from typing import TypeVar, overload

from lab_evidence import Direction, Event, Json, Recorder, Source
from leshan.errors import EventMissing, LeshanError
from leshan.registration import Registration
from leshan.rest import Stream
from lwm2m import Path, Value

_SHOWN = 8  # events in the message of a wait that failed


@dataclass(frozen=True, slots=True)
class ServerEvent:
    """Something that the server told.

    Attributes:
        t: when it came, in seconds on the monotonic clock of the harness.
        endpoint: which device it is about; empty if about none.
    """

    t: float
    endpoint: str


@dataclass(frozen=True, slots=True)
class Registered(ServerEvent):
    """The device registered (LwM2M 1.0, 5.3.1)."""

    registration: Registration

    def __str__(self) -> str:
        return f"Registered {self.registration}"


@dataclass(frozen=True, slots=True)
class Updated(ServerEvent):
    """The device updated its registration, which is told as it stands now (LwM2M 1.0, 5.3.2)."""

    registration: Registration

    def __str__(self) -> str:
        return f"Updated {self.registration}"


@dataclass(frozen=True, slots=True)
class Deregistered(ServerEvent):
    """The registration ended: by the device, or because its lifetime did (LwM2M 1.0, 5.3.3)."""

    registration: Registration

    def __str__(self) -> str:
        return f"Deregistered {self.registration}"


class MessageType(Enum):
    """A CoAP message's type (RFC 7252, 3)."""

    CON = "CON"
    NON = "NON"
    ACK = "ACK"
    RST = "RST"


@dataclass(frozen=True, slots=True)
class CoapMessage(ServerEvent):
    """A CoAP message between the server and the device, as the server saw it.

    Attributes:
        incoming: whether the device sent it.
        type: of the message.
        code: `GET` and the like for a request, `2.05` and the like for a response, empty for an
            empty message.
        mid: the message id.
        token: in hex digits.
        options: as the server writes them, such as `Uri-Path: "3303", "0"`.
        payload: as text if it is printable ASCII, else `Hex:` and hex digits.
        server_time: when, by the server's clock, in UTC.
    """

    incoming: bool
    type: MessageType
    code: str
    mid: int
    token: str
    options: str
    payload: str
    server_time: datetime

    def __str__(self) -> str:
        parts = (self.type.value, self.code, f"[{self.mid}]", self.options, self.payload)
        return " ".join(part for part in parts if part)


@dataclass(frozen=True, slots=True)
class Notification(ServerEvent):
    """The device notified an observation (LwM2M 1.0, 5.5).

    Attributes:
        path: what is observed.
        values: what the device told of it.
    """

    path: Path
    values: Mapping[Path, Value]

    def __str__(self) -> str:
        values = ", ".join(f"{path} = {value}" for path, value in self.values.items())
        return f"Notification of {self.path}: {values or 'nothing'}"


@dataclass(frozen=True, slots=True)
class Other(ServerEvent):
    """Whatever else the server tells, such as `SLEEPING`, `AWAKE` and `SEND`.

    Attributes:
        name: of the event.
        data: what came with it.
    """

    name: str
    data: str

    def __str__(self) -> str:
        return f"{self.name} {self.data}"


E = TypeVar("E", bound=ServerEvent)


class EventStream:
    """The events of one endpoint, or of all, from the moment that this is made.

    A thread of its own reads them; every one is recorded. The server shows CoAP messages only of
    devices whose address it was asked for, which a stream for one endpoint sees to: it asks when
    it is opened and whenever the device registers or moves, and tells of the registration only
    after that. What follows `Registered` is shown, then; what came before it is not. A stream for
    all endpoints gets the messages of those that have a stream.

    Args:
        description: what this is, as a person would say it.
        connect: opens a stream of events at the server.
        decode: makes an event of a name, the data and the time that it came.
        settle: gives the server the time to begin a stream whose response it has begun.
        look_up: asks the server where the device is now; None where CoAP messages are not wanted
            or the device is not registered.
        recorder: told of every event.

    Raises:
        ServerLost: the server is not there.
        ServerRefused: it does not give such a stream.
        UnknownDialect: what is there is no Leshan that is known here.
    """

    def __init__(
        self,
        description: str,
        *,
        connect: Callable[[], Stream],
        decode: Callable[[str, str, float], ServerEvent],
        settle: Callable[[], None],
        look_up: Callable[[], str | None],
        recorder: Recorder,
    ) -> None:
        self._description = description
        self._connect = connect
        self._decode = decode
        self._settle = settle
        self._look_up = look_up
        self._recorder = recorder
        self._events: list[ServerEvent] = []
        self._changed = threading.Condition()
        self._failure: Exception | None = None
        self._shown = look_up()
        self._stream = connect()
        try:
            settle()
            self._show_messages()
        except BaseException:
            self._stream.discard()
            raise
        self._reader = threading.Thread(target=self._read, name=description, daemon=True)
        self._reader.start()

    @property
    def shows_messages(self) -> bool:
        """Whether CoAP messages of the device are shown, as far as its address is known."""
        return self._shown is not None

    @overload
    def wait(self, wanted: type[E], *, since: float, within: float) -> E: ...

    @overload
    def wait(
        self, wanted: Callable[[ServerEvent], bool], *, since: float, within: float
    ) -> ServerEvent: ...

    def wait(
        self,
        wanted: type[ServerEvent] | Callable[[ServerEvent], bool],
        *,
        since: float,
        within: float,
    ) -> ServerEvent:
        """The first event from `since` on that is wanted, as soon as it is there.

        Args:
            wanted: a kind of event, or a function that says whether an event is it.
            since: seconds on the monotonic clock; take it before the cause.
            within: seconds from now.

        Raises:
            EventMissing: it did not come, or the stream was closed.
            ServerLost: the server went away.
        """
        is_wanted: Callable[[ServerEvent], bool]
        if isinstance(wanted, type):
            what = wanted.__name__
            is_wanted = partial(_is_a, wanted)
        else:
            is_wanted, what = wanted, "an event"
        asked = f"wait for {what} among {self._description}"
        began = time.monotonic()
        looked_at = 0
        with self._changed:
            while True:
                for event in self._events[looked_at:]:
                    if event.t >= since and is_wanted(event):
                        return event
                looked_at = len(self._events)
                waited = time.monotonic() - began
                if isinstance(self._failure, LeshanError):
                    came = f"{self._failure.came}; before that {self._told(since)}"
                    remedy = self._failure.remedy
                    raise type(self._failure)(asked, came, waited, remedy=remedy)
                if self._failure is not None:
                    raise self._failure
                if waited >= within:
                    raise EventMissing(asked, f"it did not come, {self._told(since)}", waited)
                self._changed.wait(within - waited)

    def events_since(self, t: float) -> tuple[ServerEvent, ...]:
        """What came from the monotonic time `t` on, in the order of its coming."""
        with self._changed:
            return tuple(event for event in self._events if event.t >= t)

    def close(self) -> None:
        """End the stream and its thread; what came can still be asked for."""
        self._stream.close()
        self._reader.join()

    def __enter__(self) -> EventStream:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _told(self, since: float) -> str:
        """What came instead, for a message; the lock is held."""
        told = [str(event) for event in self._events if event.t >= since]
        if not told:
            return "nothing came"
        beginning = f"the last {_SHOWN} of {len(told)} that came" if told[_SHOWN:] else "there came"
        return f"{beginning}: {'; '.join(told[-_SHOWN:])}"

    def _read(self) -> None:
        remedy = "Wait before the stream is closed."
        failure: Exception = EventMissing(
            self._description, "the stream was closed", 0.0, remedy=remedy
        )
        try:
            with closing(self._stream.events()) as events:
                for name, data in events:
                    self._take(self._decode(name, data, time.monotonic()))
        except Exception as error:  # raised by whoever waits
            failure = error
        with self._changed:
            self._failure = failure
            self._changed.notify_all()

    def _take(self, event: ServerEvent) -> None:
        self._recorder.record(_evidence(event))
        match event:
            case Registered() | Updated() if event.registration.address != self._shown:
                self._show_messages()
            case Deregistered():
                self._shown = None
        with self._changed:
            self._events.append(event)
            self._changed.notify_all()

    def _show_messages(self) -> None:
        while (address := self._look_up()) not in (None, self._shown):
            # The server goes on showing them when the stream that asked for them is gone.
            self._connect().discard()
            self._settle()
            self._shown = address


def _is_a(kind: type[ServerEvent], event: ServerEvent) -> bool:
    return isinstance(event, kind)


def _evidence(event: ServerEvent) -> Event:
    """The event for the record; what the server stamped is marked as the server's."""
    source, direction = Source.SERVER, Direction.NOTED
    data: dict[str, Json] = {"seen_by": "server", "endpoint": event.endpoint}
    match event:
        case CoapMessage():
            source = Source.COAP
            direction = Direction.RECEIVED if event.incoming else Direction.SENT
            data |= {
                "type": event.type.value,
                "code": event.code,
                "mid": event.mid,
                "token": event.token,
                "options": event.options,
                "payload": event.payload,
                "server_time": event.server_time.isoformat(),
            }
        case (
            Registered(registration=now)
            | Updated(registration=now)
            | Deregistered(registration=now)
        ):
            data |= {
                "type": type(event).__name__,
                "registration": now.id,
                "address": now.address,
                "lifetime": now.lifetime,
                "objects": [str(path) for path in now.objects],
                "server_time": now.updated.isoformat(),
            }
        case Notification():
            data |= {
                "type": "Notification",
                "path": str(event.path),
                "values": {str(path): str(value) for path, value in event.values.items()},
            }
        case Other():
            data |= {"type": event.name, "data": event.data}
    return Event(source, direction, str(event), data, event.t)
