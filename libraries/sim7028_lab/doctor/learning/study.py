"""A module under study: how to make it do things, and how to see what it did."""

from __future__ import annotations

import contextlib
import time
import uuid
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from leshan import (
    Address,
    CoapMessage,
    Device,
    EventMissing,
    EventStream,
    MessageType,
    ServerEvent,
    Updated,
)
from leshan import Registered as ServerRegistered
from lwm2m import Path
from sim7028 import (
    AtRefused,
    BringUp,
    Channel,
    Command,
    Configuration,
    Module,
    Parameter,
    PortError,
    PortLost,
    Session,
    open_port,
)
from sim7028.commands import Configure
from sim7028.dialect import DIALECTS
from sim7028_lab.benchsections import TimingSection
from sim7028_lab.doctor.subject import Subject

OBJECT = 3340
"""The Timer: of the objects that servers know, one with a resource of every kind to be tried."""
READABLE, WRITABLE, EXECUTABLE = Path(OBJECT, 0, 5521), Path(OBJECT, 0, 5750), Path(OBJECT, 0, 5523)
_RESTART_LIMIT = 60.0
_PORT_PAUSE = 0.2
_TELLING = 1.0
"""How long the server takes to tell the harness of what it did, in s."""


class NotLearnt(Exception):
    """Something kept a lesson from its end; the message says what."""


@dataclass(frozen=True)
class Registration:
    """The module, registered for a study.

    Attributes:
        session: the module's.
        device: the module as the server reaches it.
        events: what the server tells of it.
        lifetime: of the registration, as the server has it, in s.
    """

    session: Session
    device: Device
    events: EventStream
    lifetime: int

    def response(self, since: float) -> CoapMessage | None:
        """The module's first response from the monotonic time `since` on; None if there is none."""

        def wanted(event: ServerEvent) -> bool:
            return isinstance(event, CoapMessage) and event.incoming and event.code[:1].isdigit()

        return self._message(wanted, since, _TELLING)

    def empty_ack(self, since: float, within: float) -> float | None:
        """How long after `since` the module acknowledged a request without answering it.

        Args:
            since: in s on the monotonic clock.
            within: how long to wait for it, from now, in s.

        Returns:
            Seconds; None when it did not.
        """

        def wanted(event: ServerEvent) -> bool:
            return (
                isinstance(event, CoapMessage)
                and event.incoming
                and event.type is MessageType.ACK
                and not event.code
            )

        acknowledgement = self._message(wanted, since, within)
        return acknowledgement.t - since if acknowledgement else None

    def is_updated(self, since: float, within: float) -> bool:
        """Whether the module renews its registration.

        Args:
            since: in s on the monotonic clock.
            within: how long to wait for it, from now, in s.
        """
        try:
            self.events.wait(Updated, since=since, within=within)
        except EventMissing:
            return False
        return True

    def _message(
        self, wanted: Callable[[ServerEvent], bool], since: float, within: float
    ) -> CoapMessage | None:
        with contextlib.suppress(EventMissing):
            found = self.events.wait(wanted, since=since, within=within)
            return found if isinstance(found, CoapMessage) else None
        return None


class Study:
    """A module under study.

    Attributes:
        subject: the bench, with channel, module and server open.
        patience: how long "nothing comes" takes to be believed, in s.

    Args:
        subject: the bench, with channel, module and server open.
    """

    def __init__(self, subject: Subject) -> None:
        self.subject = subject
        self.patience = max(subject.file.timing.quiet, _TELLING)

    @property
    def channel(self) -> Channel:
        """The AT channel."""
        return self.subject.channel

    @property
    def module(self) -> Module:
        """The module."""
        return self.subject.module

    @property
    def timing(self) -> TimingSection:
        """How patient the bench is."""
        return self.subject.file.timing

    def accepts(self, command: Command[Any]) -> bool:
        """Whether the module says OK to a command, and not ERROR.

        Raises:
            AtError: it says neither.
        """
        try:
            self.channel.send(command)
        except AtRefused:
            return False
        return True

    def configure(self, parameter: Parameter, value: str | int) -> None:
        """Set one parameter of sessions to come."""
        self.channel.send(Configure(parameter, value, self.module.dialect))

    def restart(self) -> float:
        """Restart the module, which forgets all that was set, and bring it up again.

        Returns:
            How long it took to become ready, in s.

        Raises:
            AtError, PortError: it did not come back.
        """
        began = time.monotonic()
        try:
            took = self.module.reset(within=_RESTART_LIMIT).line.t - began
        except PortLost:  # a USB port goes with its module
            self._open_again(began + _RESTART_LIMIT)
            took = time.monotonic() - began
        network = self.subject.file.network
        self.module.bring_up(
            BringUp(apn=network.apn, pin=network.pin, attach_limit=self.timing.attach)
        )
        return took

    def _open_again(self, deadline: float) -> None:
        subject = self.subject
        subject.channel.close()
        while True:
            try:
                port = open_port(subject.port, subject.file.module.port_settings)
                break
            except PortError:
                if time.monotonic() >= deadline:
                    raise
                time.sleep(_PORT_PAUSE)
        subject.channel = subject.held.enter_context(
            Channel(port, subject.watch, quiet=self.timing.quiet)
        )
        subject.module = Module(subject.channel, DIALECTS[subject.file.module.firmware])

    @contextlib.contextmanager
    def registered(self, resources: Sequence[int] = ()) -> Iterator[Registration]:
        """A registration, which is taken back at the end.

        Args:
            resources: of /3340/0, to be declared.

        Raises:
            AtError, LeshanError: there is none.
        """
        endpoint = f"sim7028-doctor-{uuid.uuid4().hex[:8]}"
        leshan = self.subject.leshan
        with contextlib.ExitStack() as undo:
            events = undo.enter_context(leshan.events(endpoint))
            self.module.start()
            undo.callback(self.module.release)
            self.point_at(self.subject.server.coap, endpoint)
            began = time.monotonic()
            session = self.module.open(within=self.timing.registration)
            try:
                events.wait(ServerRegistered, since=began, within=_TELLING)
            except EventMissing:
                # The server answers a stream before it begins to fill it: seldom, that is too late.
                events = undo.enter_context(leshan.events(endpoint))
            listed = leshan.registration(endpoint)
            if listed is None:
                came = "the module says that it is registered, the server does not list it"
                raise NotLearnt(came)
            if resources:
                began = time.monotonic()
                session.add(OBJECT, 0, resources)
                events.wait(_tells_of_object, since=began, within=self.timing.registration)
            yield Registration(session, leshan.device(endpoint), events, listed.lifetime)

    def point_at(self, coap: Address, endpoint: str) -> None:
        """Say where the next session goes."""
        self.module.configure(Configuration(coap.host, coap.port, endpoint))


def _tells_of_object(event: ServerEvent) -> bool:
    return isinstance(event, Updated) and Path(OBJECT, 0) in event.registration.objects
