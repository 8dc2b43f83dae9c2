"""The server's account of one endpoint: its registration, and what it heard of the module."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable

from lab_evidence import Direction, Event, Recorder, Source
from leshan import (
    CoapMessage,
    Deregistered,
    EventMissing,
    EventStream,
    Leshan,
    Registration,
    ServerEvent,
    Updated,
)
from leshan import Registered as ServerRegistered
from lwm2m import Code, Path
from sim7028_lab.benchsections import TimingSection
from sim7028_lab.failure import ScenarioFailed

_TELLING = 1.0
"""How long the server takes to tell the harness of what it did, in s."""

Wanted = Callable[[Registration | None], bool]


class Account:
    """What the server knows of an endpoint, from the moment that this is made.

    Make it before the module registers: the server is slow to fill a stream.

    Attributes:
        endpoint: its name.

    Args:
        leshan: the server's REST API.
        endpoint: its name.
        timing: how patient to be; `registration` and `quiet` are looked at.
        recorder: told of what the server did not tell by itself.
    """

    def __init__(
        self, leshan: Leshan, endpoint: str, timing: TimingSection, recorder: Recorder
    ) -> None:
        self.endpoint = endpoint
        self._leshan = leshan
        self._timing = timing
        self._recorder = recorder
        self._registrations: set[str] = set()
        self._is_told = True
        self._events: EventStream = leshan.events(endpoint)

    def close(self) -> None:
        """End the stream of events."""
        self._events.close()

    @property
    def last_heard(self) -> float | None:
        """When the server last heard of the module, in s on the monotonic clock; None if never."""
        heard = (event.t for event in reversed(self._events.events_since(0)) if _is_uplink(event))
        return next(heard, None)

    @property
    def is_registered(self) -> bool:
        """Whether the server lists the endpoint now."""
        return self._leshan.registration(self.endpoint) is not None

    def follow(self, since: float) -> None:
        """Wait for the server's own word of a registration that the module announced.

        Args:
            since: when it began, in s on the monotonic clock.
        """
        try:
            self._events.wait(ServerRegistered, since=since, within=_TELLING)
        except EventMissing:
            # The server answers a stream before it begins to fill it: seldom, that is too late.
            self._events.close()
            self.expect(lambda found: found is not None, "the module is registered")
            registered = f"Registered {self._leshan.registration(self.endpoint)}"
            self._recorder.record(Event(Source.SERVER, Direction.NOTED, registered))
            self._events = self._leshan.events(self.endpoint)

    def expect(self, wanted: Wanted, sentence: str, within: float | None = None) -> None:
        """Wait until what the server lists for this endpoint is as `wanted`.

        Args:
            wanted: decides on the registration, None when there is none.
            sentence: says what is wanted, for the message.
            within: how long to wait, in s; the bench's time for a registration when left out.

        Raises:
            ScenarioFailed: it does not become so in time.
        """
        limit = self._timing.registration if within is None else within
        deadline = time.monotonic() + limit
        while True:
            seen = time.monotonic()
            registration = self._leshan.registration(self.endpoint)
            if wanted(registration):
                self._hear_of(wanted)
                if registration is not None:
                    self._registrations.add(registration.id)
                return
            try:
                self._events.wait(
                    _is_about_registration,
                    since=seen,
                    within=max(0.0, deadline - time.monotonic()),
                )
            except EventMissing:
                listed = registration or f"nothing under the name {self.endpoint}"
                raise ScenarioFailed(
                    f"registration of {self.endpoint}",
                    f"that {sentence} within {limit:g} s",
                    f"the server lists {listed}",
                ) from None

    def hear(self, code: Code, since: float) -> None:
        """Wait for the server's own word of an answer that its REST API has given already.

        Args:
            code: of the answer.
            since: when the server was asked, in s on the monotonic clock.
        """
        if self._events.shows_messages:
            self._await_word(
                lambda event: (
                    isinstance(event, CoapMessage) and event.incoming and event.code == code.dotted
                ),
                since,
            )

    def _hear_of(self, wanted: Wanted) -> None:
        """The same of a registration: what was told last may be older than what is listed."""
        told = [event for event in self._events.events_since(0) if _is_about_registration(event)]
        if told and not wanted(_as_listed(told[-1])):
            self._await_word(
                lambda event: _is_about_registration(event) and wanted(_as_listed(event)),
                told[-1].t,
            )

    def _await_word(self, wanted: Callable[[ServerEvent], bool], since: float) -> None:
        """Wait for what comes a moment later, by another way; once it did not, not any more."""
        if self._is_told:
            try:
                self._events.wait(wanted, since=since, within=_TELLING)
            except EventMissing:
                self._is_told = False

    def late_answer(self, path: Path, since: float) -> CoapMessage | None:
        """What the module answered after all to a request that the server has given up.

        It is waited for during the bench's quiet time; None when nothing comes, or the server does
        not show what it sent.

        Args:
            path: what the request was for.
            since: when the server was asked, in s on the monotonic clock.
        """
        tokens = [
            event.token
            for event in self._events.events_since(since)
            if isinstance(event, CoapMessage) and _asks_for(event, path)
        ]
        if not tokens:
            return None
        try:
            found = self._events.wait(
                lambda event: (
                    isinstance(event, CoapMessage)
                    and event.incoming
                    and event.token == tokens[0]
                    and bool(event.code)
                ),
                since=since,
                within=self._timing.quiet,
            )
        except EventMissing:
            return None
        return found if isinstance(found, CoapMessage) else None

    def expect_anew(self) -> None:
        """The server lists the endpoint under a registration that it did not list before."""
        self.expect(
            lambda registration: (
                registration is not None and registration.id not in self._registrations
            ),
            "the module has registered anew",
        )

    def expect_to_stay(self, wanted: Wanted, sentence: str) -> None:
        """What the server lists for this endpoint is as `wanted` now and for the quiet time.

        Raises:
            ScenarioFailed: it is not, or does not stay so.
        """
        seen = time.monotonic()
        self.expect(wanted, sentence, within=0)
        with contextlib.suppress(EventMissing):
            self._events.wait(_is_about_registration, since=seen, within=self._timing.quiet)
            self.expect(wanted, sentence, within=0)

    def expect_gone(self) -> None:
        """The registration has ended, or does in time."""
        self.expect(lambda registration: registration is None, "no registration stays behind")

    def expect_update(self, since: float, within: float | None = None) -> None:
        """The module renewed its registration.

        Args:
            since: from when on, in s on the monotonic clock.
            within: how long to wait, in s; the bench's time for a registration when left out.

        Raises:
            ScenarioFailed: it did not in time.
        """
        limit = self._timing.registration if within is None else within
        try:
            self._events.wait(Updated, since=since, within=limit)
        except EventMissing:
            raise ScenarioFailed(
                f"registration of {self.endpoint}",
                f"an update within {limit:g} s",
                "the server saw none",
            ) from None

    def expect_no_update(self, since: float) -> None:
        """The module has not renewed its registration since, nor does it in the quiet time."""
        with contextlib.suppress(EventMissing):
            update = self._events.wait(Updated, since=since, within=self._timing.quiet)
            asked = f"registration of {self.endpoint}"
            raise ScenarioFailed(asked, "no update", f"the server saw one: {update}")

    def expect_message(self, text: str) -> None:
        """A CoAP message that holds this text went between the module and the server."""

        def holds(event: ServerEvent) -> bool:
            return isinstance(event, CoapMessage) and text in str(event)

        self._events.wait(holds, since=0, within=self._timing.registration)

    def expect_sent(self, path: Path, asked: str, since: float) -> None:
        """A request for `path` has left the server; the module has it or will in a moment.

        Args:
            path: what it is for.
            asked: the request, for the message.
            since: from when on, in s on the monotonic clock.

        Raises:
            ScenarioFailed: none left in time.
        """
        limit = self._timing.registration
        try:
            self._events.wait(
                lambda event: isinstance(event, CoapMessage) and _asks_for(event, path),
                since=since,
                within=limit,
            )
        except EventMissing:
            expected = f"the server to send it within {limit:g} s"
            raise ScenarioFailed(asked, expected, "it sent nothing") from None


def _asks_for(message: CoapMessage, path: Path) -> bool:
    """Whether it is a request of the server for this."""
    segments = ", ".join(f'"{segment}"' for segment in path.ids)
    return not message.incoming and segments in message.options


def _is_about_registration(event: ServerEvent) -> bool:
    return isinstance(event, (ServerRegistered, Updated, Deregistered))


def _as_listed(event: ServerEvent) -> Registration | None:
    """What the server listed when it told of a registration."""
    return event.registration if isinstance(event, (ServerRegistered, Updated)) else None


def _is_uplink(event: ServerEvent) -> bool:
    if isinstance(event, CoapMessage):
        return event.incoming
    return isinstance(event, (ServerRegistered, Updated))
