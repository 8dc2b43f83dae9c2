"""One Leshan server: its registrations, its devices, its events."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import quote
from weakref import WeakSet

from lab_evidence import Recorder, Silent
from leshan.device import Device, path_of
from leshan.dialects import Dialect, detect
from leshan.errors import ServerRefused, UnknownDialect
from leshan.events import EventStream, Other, Registered, ServerEvent
from leshan.models import Models, ObjectModel
from leshan.operation import Operations
from leshan.registration import Registration
from leshan.reply import Reply
from leshan.rest import Rest, Stream

_SILENT = Silent()


class Leshan:
    """A Leshan server, seen through its REST API.

    Which release's dialect it speaks is found out when it is first asked for something. Any thread
    may use it.

    Args:
        rest_url: such as `http://127.0.0.1:8080`; neither proxies nor redirections are followed.
        auth: user and password of HTTP basic authentication, for a server behind a proxy.
        ca: a file of certificates to trust instead of the usual ones.
        recorder: told of every request, response and event.

    Raises:
        ServerUnavailable: the address is none, or the CA file is not there.
    """

    def __init__(
        self,
        rest_url: str,
        *,
        auth: tuple[str, str] | None = None,
        ca: Path | None = None,
        recorder: Recorder = _SILENT,
    ) -> None:
        self._recorder = recorder
        self._rest = Rest(rest_url, auth=auth, ca=ca, recorder=recorder)
        self._models = Models(self._fetch_models)
        self._operations = Operations()
        self._streams: WeakSet[EventStream] = WeakSet()  # one whose thread is gone may go
        self._dialect: Dialect | None = None
        self._is_practised = False
        self._lock = threading.Lock()

    @property
    def dialect(self) -> Dialect:
        """How this server speaks; asked of it the first time.

        Raises:
            ServerLost: it is not there.
            ServerRefused: it does not let us in.
            UnknownDialect: it is none of the releases that are known here.
        """
        with self._lock:
            if self._dialect is None:
                reply = self._rest.ask("find out what the server is", "GET", "/api/server/endpoint")
                if reply.status == 404:
                    came = f"HTTP 404 {reply.words}"
                    raise UnknownDialect(reply.asked, came, reply.elapsed)
                self._dialect = reply.checked().understood("any release known here", detect)
            return self._dialect

    def registrations(self) -> tuple[Registration, ...]:
        """Every device in the server's registry.

        Raises:
            ServerLost: the server is not there.
            ServerRefused: it did not answer this.
            UnknownDialect: it answered what no known release does.
        """
        dialect = self.dialect
        reply = self._rest.ask("list the registrations", "GET", "/api/clients").checked()
        return reply.understood(
            dialect.name, lambda data: tuple(dialect.registration(one) for one in data)
        )

    def registration(self, endpoint: str) -> Registration | None:
        """The registration of `endpoint`; None if there is none.

        Raises:
            ServerLost: the server is not there.
            ServerRefused: it did not answer this.
            UnknownDialect: it answered what no known release does.
        """
        dialect = self.dialect
        reply = self._rest.ask(f"show the registration of {endpoint}", "GET", path_of(endpoint))
        if reply.status == 400 and reply.text.lower().startswith("no registered client"):
            return None
        return reply.checked().understood(dialect.name, dialect.registration)

    def models(self, endpoint: str) -> Mapping[int, ObjectModel]:
        """What the server knows about the objects that `endpoint` registered, by their numbers.

        Asked of the server once, and again when the device has an object that was not there.

        Raises:
            ServerLost: the server is not there.
            ServerRefused: it did not answer this; the endpoint may not be registered.
            UnknownDialect: it answered what no known release does.
        """
        return self._models.of(endpoint)

    def device(self, endpoint: str) -> Device:
        """The device of this name, registered or not."""
        return Device(
            endpoint,
            rest=self._rest,
            dialect=lambda: self.dialect,
            type_of=self._models.types_of(endpoint),
            operations=self._operations,
        )

    def events(self, endpoint: str | None = None) -> EventStream:
        """What the server tells from now on, about `endpoint` or about every device.

        When this returns, the server delivers, as surely as can be had from outside: see
        `Rest.settle`. Only a stream for one endpoint sees to its CoAP messages: see `EventStream`.
        Close it, or this client.

        Raises:
            ServerLost: the server is not there.
            ServerRefused: it gives no such stream.
            UnknownDialect: it is none of the releases that are known here.
        """
        dialect = self.dialect
        self._practise(dialect)
        description = f"the events of {endpoint or 'every device'}"

        def connect() -> Stream:
            query = {"ep": endpoint} if endpoint else None
            return self._rest.stream(f"follow {description}", dialect.events_path, query=query)

        def decode(name: str, text: str, t: float) -> ServerEvent:
            told = Reply(f"understand {name} among {description}", 200, text, 0.0)
            try:
                event = told.understood(
                    dialect.name, lambda data: dialect.event(name, data, t, self._models.types_of)
                )
            except ServerRefused:  # the device is gone, and the types of its values with it
                return Other(t, endpoint or "", name, text)
            if isinstance(event, Registered):
                self._models.forget(event.endpoint)
            return event

        def look_up() -> str | None:
            registration = self.registration(endpoint) if endpoint else None
            return registration.address if registration else None

        stream = EventStream(
            description,
            connect=connect,
            decode=decode,
            settle=self._rest.settle,
            look_up=look_up,
            recorder=self._recorder,
        )
        with self._lock:
            self._streams.add(stream)
        return stream

    def close(self) -> None:
        """End all streams and operations, which raise then, and every connection."""
        self._rest.close()
        with self._lock:
            streams = list(self._streams)
        for stream in streams:
            stream.close()
        self._operations.join()

    def __enter__(self) -> Leshan:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _practise(self, dialect: Dialect) -> None:
        """Have the server open one stream for nothing: its first takes it long to begin."""
        with self._lock:
            if self._is_practised:
                return
            self._is_practised = True
        self._rest.stream("open a first stream", dialect.events_path).discard()
        self._rest.settle()

    def _fetch_models(self, endpoint: str) -> dict[int, ObjectModel]:
        dialect = self.dialect
        asked = f"show the object models of {endpoint}"
        path = f"/api/objectspecs/{quote(endpoint, safe='')}"
        reply = self._rest.ask(asked, "GET", path).checked()
        return reply.understood(dialect.name, dialect.models)
