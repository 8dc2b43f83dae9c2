"""One scenario: a fresh endpoint, its sessions, and every exchange between server and module."""

from __future__ import annotations

import contextlib
import itertools
import socket
import time
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from leshan import (
    Address,
    Answer,
    Deregistered,
    Device,
    EventMissing,
    EventStream,
    InvalidAnswer,
    NoAnswer,
    Operation,
    Registration,
    ServerEvent,
    ServerRefused,
    Updated,
)
from leshan import Registered as ServerRegistered
from lwm2m import Code, Path, Value
from sim7028 import (
    AtRefused,
    Configuration,
    ExecuteRequest,
    Line,
    Mark,
    Module,
    Open,
    Raw,
    ReadRequest,
    Registered,
    Session,
    Urc,
    WriteRequest,
)
from sim7028_lab.bench import Bench

_RUN = uuid.uuid4().hex[:8]
_NUMBERS = itertools.count(1)

ServerRequest = ReadRequest | WriteRequest | ExecuteRequest
_R = TypeVar("_R", ReadRequest, WriteRequest, ExecuteRequest)


class ScenarioFailed(AssertionError):
    """One end did not do what the scenario expects; the message says what it did instead."""

    ROBOT_SUPPRESS_NAME = True


@dataclass(eq=False)
class Exchange:
    """A request of the server, from its cause to both ends' accounts of it.

    Attributes:
        path: what the server asked for.
        mark: taken before the server was asked, so that nothing older can stand for the report.
        operation: the server's side.
        report: the URC that the module printed for it, once that is claimed.
    """

    path: Path
    mark: Mark
    operation: Operation[Answer]
    report: ServerRequest | None = None


@dataclass(frozen=True, slots=True)
class OpenSession:
    """A session of the module, and the name it is registered under."""

    session: Session
    endpoint: str


class Scenario:
    """What one test does with the bench.

    Attributes:
        bench: the bench it runs on.
        endpoint: the name that the module registers with and that the server is asked about; no
            other scenario, run or bench has it.

    Args:
        bench: an open bench whose module has no sessions.

    Raises:
        ServerLost: the server is gone.
    """

    def __init__(self, bench: Bench) -> None:
        self.bench = bench
        self.endpoint = self._name = f"sim7028-{_RUN}-{next(_NUMBERS)}"
        self._timing = bench.file.timing
        self._sessions: list[OpenSession] = []
        self._mark = bench.channel.mark()
        self._last_act = time.monotonic()
        self._opening: Mark | None = None
        self._opened_at = self._last_act
        self._exchanges: list[Exchange] = []
        self._streams: dict[str, EventStream] = {}
        bench.server.check()

    # What the module is made to do

    @property
    def module(self) -> Module:
        """The module, about to be made to do something: what its server hears comes after this."""
        self._last_act = time.monotonic()
        return self.bench.module

    def point_at_server(
        self, lifetime: int | None = None, coap: Address | None = None, suffix: str = ""
    ) -> None:
        """Start the module's LwM2M service, and tell it server, endpoint name and lifetime.

        Args:
            lifetime: of the registration, in s; the module's own when left out.
            coap: another address than the server's own.
            suffix: makes another endpoint name of the scenario's.
        """
        server = coap or self.bench.server.coap
        self.endpoint = self._name + suffix
        self.module.start()
        self.module.configure(
            Configuration(
                server=server.host,
                server_port=server.port,
                endpoint=self.endpoint,
                lifetime=lifetime,
            )
        )

    def open_session(self) -> None:
        """Let the module begin to register."""
        self._opening, self._opened_at = self.bench.channel.mark(), time.monotonic()
        _ = self._events  # before the cause, so that nothing of it is missed
        self.bench.channel.send(Open())
        self._last_act = time.monotonic()

    def expect_session(self) -> Session:
        """Claim the URC of the registration that was begun; watch its CoAP messages from now on.

        Raises:
            UrcMissing: it does not come in time.
        """
        registered = self._begun().next(Registered, within=self._limit)
        session = Session(self.bench.channel, registered)
        self._sessions.append(OpenSession(session, self.endpoint))
        self._events.wait(ServerRegistered, since=self._opened_at, within=self._limit)
        return session

    def expect_no_session(self) -> None:
        """Make sure that the registration that was begun is not reported, now or in a while."""
        self._begun().none(Registered, quiet=self._timing.quiet)

    def _begun(self) -> Mark:
        if self._opening is None:
            raise ScenarioFailed("no registration was begun: Module Opens Session does that")
        return self._opening

    @property
    def _events(self) -> EventStream:
        """What the server tells of the endpoint."""
        if self.endpoint not in self._streams:
            self._streams[self.endpoint] = self.bench.leshan.events(self.endpoint)
        return self._streams[self.endpoint]

    @property
    def _limit(self) -> float:
        """How long a registration, or the server's notice of one, may take, in s."""
        return self._timing.registration

    @property
    def session(self) -> Session:
        """The open session that steps are about: the youngest, unless turned to another."""
        return self._current.session

    @property
    def _current(self) -> OpenSession:
        if not self._sessions:
            raise ScenarioFailed("no session is open: the scenario needs Module Registers first")
        return self._sessions[-1]

    def turn_to(self, session_id: int) -> None:
        """Let the steps from here on be about this open session and its endpoint."""
        for opened in self._sessions:
            if opened.session.id == session_id:
                self._sessions.remove(opened)
                self._sessions.append(opened)
                self.endpoint = opened.endpoint
                return
        raise ScenarioFailed(f"session {session_id} is not open")

    def add(self, resources: Sequence[Path]) -> None:
        """Declare resources, those of one object instance with one command."""
        self._last_act = time.monotonic()
        for (obj, instance), group in itertools.groupby(resources, key=lambda p: p.ids[:2]):
            self.session.add(obj, instance, [path.ids[2] for path in group])

    def delete(self, object_id: int) -> None:
        """Take an object back."""
        self._last_act = time.monotonic()
        self.session.delete(object_id)

    def deregister(self) -> None:
        """Close the session."""
        self._last_act = time.monotonic()
        self.session.close()
        self._sessions.pop()

    def restart_module(self) -> None:
        """Restart the module and bring it up again; its sessions and parameters are gone."""
        self.module.reset()
        self.bench.bring_up()
        self._sessions.clear()

    def accept(self, line: str) -> tuple[Line, ...]:
        """Send a command line that the module should accept.

        Args:
            line: with `{session}` for the open session's id.

        Raises:
            AtError: it does not.
        """
        text = self._filled(line)
        self._last_act = time.monotonic()
        return self.bench.channel.send(Raw(text, prefix=text[2:].partition("=")[0].rstrip("?")))

    def refuse(self, line: str) -> None:
        """Send a command line that the module should refuse.

        Raises:
            ScenarioFailed: it accepts it.
            AtError: it answers neither.
        """
        try:
            self.accept(line)
        except AtRefused:
            return
        raise ScenarioFailed(f"{self._filled(line)} was accepted; the module should refuse it")

    def _filled(self, line: str) -> str:
        return line.replace("{session}", str(self.session.id)) if "{session}" in line else line

    # What the server is made to do

    @property
    def device(self) -> Device:
        """The module as the server knows it."""
        return self.bench.leshan.device(self.endpoint)

    @property
    def server_limit(self) -> float:
        """How long the server waits for the module's answer, in s."""
        return self._timing.server

    def start(self, path: Path, cause: Callable[[], Operation[Answer]]) -> Exchange:
        """Take a mark, then let the server begin."""
        mark = self.bench.channel.mark()
        self._last_act = time.monotonic()
        exchange = Exchange(path, mark, cause())
        self._exchanges.append(exchange)
        return exchange

    # What the module should say

    def expect_report(self, kind: type[_R], path: Path) -> _R:
        """Claim the URC for the oldest request of the server for `path` that has none yet.

        Raises:
            UrcMissing: it does not come in time.
            ScenarioFailed: it comes for something else.
        """
        exchange = self._unreported(path)
        report = exchange.mark.next(kind, within=self._timing.urc)
        exchange.report = report
        asked = path.ids
        if (report.path.ids if len(asked) == 3 else report.path.ids[:2]) != asked:
            raise ScenarioFailed(
                f"the server asked for {path}, and the module reported it as {report.path}:"
                f" {report.line.text}"
            )
        if report.session != self.session.id:
            raise ScenarioFailed(
                f"the server asked {self.endpoint}, which is session {self.session.id}, and the"
                f" module reported it for session {report.session}: {report.line.text}"
            )
        return report

    def expect_no_report(self, kind: type[Urc]) -> None:
        """Make sure that the module has said no such thing, nor says it in the quiet time."""
        marks = [exchange.mark for exchange in self._exchanges if exchange.report is None]
        (marks[0] if marks else self._mark).none(kind, quiet=self._timing.quiet)

    def _unreported(self, path: Path) -> Exchange:
        for exchange in self._exchanges:
            if exchange.report is None and exchange.path == path:
                return exchange
        started = ", ".join(f"{exchange.operation.description}" for exchange in self._exchanges)
        raise ScenarioFailed(
            f"no request of the server for {path} is waiting for the module's report;"
            f" started so far: {started or 'none'}. Start one first, such as"
            f" Server Starts Reading    {path}"
        )

    def reported(self, kind: type[_R]) -> _R:
        """The youngest request of this kind that the module reported, to be answered."""
        for exchange in reversed(self._exchanges):
            if isinstance(exchange.report, kind):
                return exchange.report
        raise ScenarioFailed(
            f"there is nothing to answer: no {kind.__name__} of the module was claimed;"
            " claim it first, such as with Module Should Report Read"
        )

    # What the server should know

    def answer(self) -> Answer:
        """Wait for the oldest request of the server that nobody has awaited yet.

        Raises:
            NoAnswer, InvalidAnswer, ServerRefused, ServerLost: how it ended instead.
        """
        return self._unawaited().wait()

    def _unawaited(self) -> Operation[Answer]:
        for exchange in self._exchanges:
            if not exchange.operation.awaited:
                return exchange.operation
        raise ScenarioFailed(
            "the server was not asked to do anything that is still open; start it first, such as"
            " with Server Starts Reading"
        )

    def expect_value(self, expected: Value) -> None:
        """The server got this value, and no other."""
        operation = self._unawaited()
        answer = operation.wait()
        if not answer.code.is_success:
            raise ScenarioFailed(
                f"{operation.description}: expected {expected}, the server was told {answer.code}"
            )
        if answer.value != expected:
            raise ScenarioFailed(
                f"{operation.description}: expected {expected}, the server received {answer.value}"
            )

    def expect_values(self, path: Path, expected: Mapping[int, Value]) -> None:
        """The server got exactly these resources of the instance `path`."""
        operation = self._unawaited()
        answer = operation.wait()
        wanted = {path / resource: value for resource, value in expected.items()}
        if not answer.code.is_success or answer.values != wanted:
            came = _listed(answer.values) if answer.code.is_success else str(answer.code)
            raise ScenarioFailed(
                f"{operation.description}: expected {_listed(wanted)}, the server received {came}"
            )

    def expect_code(self, expected: Code) -> None:
        """The server was told this code."""
        operation = self._unawaited()
        try:
            came = str(operation.wait().code)
        except (NoAnswer, InvalidAnswer) as error:
            came = str(error)
        if came != str(expected):
            raise ScenarioFailed(
                f"{operation.description}: expected {expected}, the server was told {came}"
            )

    def expect_no_answer(self) -> None:
        """The server waited to its limit and got nothing."""
        operation = self._unawaited()
        try:
            answer = operation.wait()
        except NoAnswer:
            return
        values = f" with {_listed(answer.values)}" if answer.values else ""
        raise ScenarioFailed(
            f"{operation.description}: expected no answer, the server was told"
            f" {answer.code}{values}"
        )

    def expect_invalid_answer(self) -> None:
        """The server got an answer that it cannot take for one."""
        operation = self._unawaited()
        try:
            answer = operation.wait()
        except InvalidAnswer:
            return
        raise ScenarioFailed(
            f"{operation.description}: expected the server to reject the answer, it took"
            f" {answer.code} {_listed(answer.values)}"
        )

    def expect_refused_request(self) -> None:
        """The server did not even ask the module."""
        operation = self._unawaited()
        try:
            answer = operation.wait()
        except ServerRefused:
            return
        raise ScenarioFailed(
            f"{operation.description}: expected the server to refuse it, it was told {answer.code}"
        )

    def expect_links(self, expected: Sequence[Path]) -> None:
        """The server discovered at least these paths."""
        operation = self._unawaited()
        answer = operation.wait()
        came = [link.target for link in answer.links]
        if missing := [str(path) for path in expected if str(path) not in came]:
            raise ScenarioFailed(
                f"{operation.description}: {', '.join(missing)} should be there, the server was"
                f" told {answer.code} {' '.join(came)}"
            )

    def expect_update(self, within: float | None = None) -> None:
        """The module renewed its registration since it was last made to do something.

        Args:
            within: how long to wait, in s; the bench's time for a registration when left out.
        """
        limit = self._limit if within is None else within
        try:
            self._events.wait(Updated, since=self._last_act, within=limit)
        except EventMissing:
            raise ScenarioFailed(
                f"the server saw no update of {self.endpoint} within {limit:g} s"
            ) from None

    def expect_no_update(self) -> None:
        """The module has not renewed its registration since, nor does it in the quiet time."""
        with contextlib.suppress(EventMissing):
            update = self._events.wait(Updated, since=self._last_act, within=self._timing.quiet)
            raise ScenarioFailed(f"the server saw an update: {update}")

    def expect_registration(
        self,
        wanted: Callable[[Registration | None], bool],
        sentence: str,
        within: float | None = None,
    ) -> None:
        """Wait until what the server lists for this endpoint is as `wanted`.

        Args:
            wanted: decides on the registration, None when there is none.
            sentence: says what is wanted, for the message.
            within: how long to wait, in s; the bench's time for a registration when left out.

        Raises:
            ScenarioFailed: it does not become so in time.
        """
        limit = self._limit if within is None else within
        deadline = time.monotonic() + limit
        while True:
            seen = time.monotonic()
            registration = self.bench.leshan.registration(self.endpoint)
            if wanted(registration):
                return
            try:
                self._events.wait(
                    _is_about_registration,
                    since=seen,
                    within=max(0.0, deadline - time.monotonic()),
                )
            except EventMissing:
                listed = "nothing" if registration is None else _links(registration)
                raise ScenarioFailed(
                    f"{sentence}: expected within {limit:g} s; for"
                    f" {self.endpoint} the server lists {listed}"
                ) from None

    def expect_stays(self, wanted: Callable[[Registration | None], bool], sentence: str) -> None:
        """What the server lists for this endpoint is as `wanted` now and for the quiet time.

        Raises:
            ScenarioFailed: it is not, or does not stay so.
        """
        seen = time.monotonic()
        self.expect_registration(wanted, sentence, within=0)
        with contextlib.suppress(EventMissing):
            self._events.wait(_is_about_registration, since=seen, within=self._timing.quiet)
            self.expect_registration(wanted, sentence, within=0)

    def deaf_address(self) -> Address:
        """A UDP port on the server's host that nobody listens on."""
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as free:
            free.bind((self.bench.server.coap.host, 0))
            return Address(self.bench.server.coap.host, free.getsockname()[1])

    # The end

    def end(self) -> None:
        """Drain, and leave module and server clean.

        Raises:
            ScenarioFailed: something was left over: a request that nobody awaited, a URC that
                nobody claimed, a registration that stayed.
            AtError, LeshanError: one of the two could not be cleaned.
        """
        left = [
            f"nobody awaited the server's {exchange.operation.description}"
            for exchange in self._exchanges
            if not exchange.operation.awaited
        ]
        with contextlib.ExitStack() as stack:
            for stream in self._streams.values():
                stack.callback(stream.close)
            self.bench.module.release()
            left += [
                f"nobody claimed the module's {urc.line.text!r}" for urc in self._mark.unclaimed()
            ]
            for endpoint in self._streams:
                self.endpoint = endpoint
                self.expect_registration(_is_gone, "No registration stays behind")
        if left:
            raise ScenarioFailed("the scenario left something over: " + "; ".join(left))


def _is_about_registration(event: ServerEvent) -> bool:
    return isinstance(event, (ServerRegistered, Updated, Deregistered))


def _is_gone(registration: Registration | None) -> bool:
    return registration is None


def _listed(values: Mapping[Path, Value]) -> str:
    return ", ".join(f"{path} = {value}" for path, value in values.items()) or "nothing"


def _links(registration: Registration) -> str:
    return ", ".join(str(path) for path in registration.objects)
