"""One scenario: a fresh endpoint, its sessions, and every exchange between server and module."""

from __future__ import annotations

import contextlib
import ipaddress
import itertools
import socket
import time
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from lab_evidence import Direction, Event, Json, Source
from leshan import (
    Address,
    Answer,
    CoapMessage,
    Device,
    InvalidAnswer,
    LeshanError,
    Operation,
)
from lwm2m import Code, Kind, Path, Value
from sim7028 import (
    AtError,
    AtRefused,
    Channel,
    Configuration,
    Configure,
    ExecuteRequest,
    Line,
    Mark,
    Module,
    Name,
    Open,
    Parameter,
    PortError,
    PortLost,
    Raw,
    ReadRequest,
    Ready,
    Registered,
    Session,
    SupportTest,
    UnknownLine,
    Urc,
    UrcMissing,
    WriteRequest,
)
from sim7028.basics import Identify
from sim7028_lab.account import Account
from sim7028_lab.answers import (
    expect_no_answer,
    expect_nothing_but,
    expect_refusal,
    expect_values,
    listed,
)
from sim7028_lab.bench import Bench
from sim7028_lab.failure import ScenarioFailed, ScenarioMisused, Side
from sim7028_lab.probe import Asked
from sim7028_lab.relay import Loopback, Relay
from sim7028_lab.report.content import decoded, differ
from sim7028_lab.standing import OpenSession, Standing

_DISCARD = 9
"""The port of a service that never answers (RFC 863)."""
_NEUTRAL = {
    Parameter.CONNECTION_TYPE: 4,
    Parameter.LIFETIME: 3600,
    Parameter.LOCAL_PORT: 0,
}
"""Values that no scenario feels."""
_RUN = uuid.uuid4().hex[:8]
_NUMBERS = itertools.count(1)

ServerRequest = ReadRequest | WriteRequest | ExecuteRequest
# Resources of the Device object, and the commands that tell the same (LwM2M 1.0, E.4; V.250).
_IDENTITY = {
    Path(3, 0, 0): "CGMI",
    Path(3, 0, 1): "CGMM",
    Path(3, 0, 2): "CGSN",
    Path(3, 0, 3): "CGMR",
}
_R = TypeVar("_R", ReadRequest, WriteRequest, ExecuteRequest)


@dataclass(eq=False)
class Exchange:
    """A request of the server, from its cause to both ends' accounts of it.

    Attributes:
        path: what the server asked for.
        mark: taken before the server was asked, so that nothing older can stand for the report.
        operation: the server's side.
        started: when, in s on the monotonic clock.
        uplink_age: how old the module's last message to the server was by then, in s; None when
            the server had not heard of it at all.
        report: the URC that the module printed for it, once that is claimed.
        account: the server's, of whom it asked.
        heard: whether the server's own word of it was waited for.
    """

    path: Path
    mark: Mark
    operation: Operation[Answer]
    account: Account
    started: float
    uplink_age: float | None = None
    report: ServerRequest | None = None
    heard: bool = False


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
        self._strays: list[Urc] = []
        self._boots: list[tuple[float, float]] = []
        self._last_act = time.monotonic()
        self._opening: Mark | None = None
        self._opened_at = self._last_act
        self._exchanges: list[Exchange] = []
        self._accounts: dict[str, Account] = {}
        self._changed: set[Parameter] = set()
        self._off_network = False
        self._paused = False
        self._relays: list[Relay] = []
        self._shared: frozenset[Path] | None = None
        bench.server.check()
        bench.watch.begin()

    # What the module is made to do

    @property
    def module(self) -> Module:
        """The module, about to be made to do something: what its server hears comes after this."""
        self._last_act = time.monotonic()
        return self.bench.module

    def point_at_server(self, lifetime: int | None = None, coap: Address | None = None) -> None:
        """Tell the module server, endpoint name and lifetime.

        Args:
            lifetime: of the registration, in s; when left out, the module's own, or one that ends
                within the bench's `nat_idle`: the module renews its registration before, and so
                keeps the way from the server open.
            coap: another address than the server's own.
        """
        _ = self.account  # long before the cause, for the server is slow to fill it
        server = coap or self.bench.server.coap
        if lifetime is not None:
            self._changed.add(Parameter.LIFETIME)
        elif self._timing.nat_idle is not None:
            lifetime = max(1, int(self._timing.nat_idle))
        self.module.configure(
            Configuration(
                server=server.host,
                server_port=server.port,
                endpoint=self.endpoint,
                lifetime=lifetime,
            )
        )

    def configure(self, parameter: Parameter, value: int | str) -> None:
        """Set one parameter of sessions to come, as the module's firmware wants it written."""
        self._changed.add(parameter)
        self._configure(parameter, value)

    def _configure(self, parameter: Parameter, value: int | str) -> None:
        self.bench.channel.send(Configure(parameter, value, self.module.dialect))

    def refuse_configuration(self, parameter: Parameter, value: int | str) -> None:
        """Give the module a value that it should refuse.

        Raises:
            ScenarioFailed: it takes it.
            AtError: it answers neither.
        """
        try:
            self.configure(parameter, value)
        except AtRefused:
            return
        asked = f"{parameter.value} {value}"
        raise ScenarioFailed(asked, "the module to refuse it", "it was accepted", Side.MODULE)

    def take_another_name(self) -> None:
        """Give the module another endpoint name of this scenario's, for a second session."""
        self.endpoint = f"{self._name}-other"
        self.configure(Parameter.ENDPOINT, self.endpoint)

    def take_local_port(self) -> int:
        """Give the module a UDP port to speak from, which is free on this machine."""
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as free:
            free.bind(("", 0))
            port: int = free.getsockname()[1]
        self.configure(Parameter.LOCAL_PORT, port)
        return port

    def open_session(self) -> None:
        """Let the module begin to register."""
        self._opening, self._opened_at = self.bench.channel.mark(), time.monotonic()
        _ = self.account  # before the cause, so that nothing of it is missed
        self.bench.channel.send(Open())
        self._last_act = time.monotonic()

    def try_to_open_session(self) -> None:
        """Let the module begin to register, or refuse to."""
        with contextlib.suppress(AtRefused):
            self.open_session()

    def expect_session(self) -> Session:
        """Claim the URC of the registration that was begun; watch its CoAP messages from now on.

        Raises:
            UrcMissing: it does not come in time.
        """
        registered = self._begun().next(Registered, within=self._timing.registration)
        session = Session(self.bench.channel, registered)
        self._sessions.append(OpenSession(session, self.endpoint))
        self.account.follow(self._opened_at)
        return session

    def expect_no_session(self, during: float | None = None) -> None:
        """Make sure that the registration that was begun is not reported, now or in a while.

        Args:
            during: how long a while is, in s; the bench's quiet time when left out.
        """
        self._begun().none(Registered, quiet=during or self._timing.quiet)

    def _begun(self) -> Mark:
        if self._opening is None:
            raise ScenarioMisused("no registration was begun", "Module Opens Session does that")
        return self._opening

    @property
    def session(self) -> Session:
        """The open session that steps are about: the youngest, unless turned to another."""
        return self._current.session

    @property
    def _current(self) -> OpenSession:
        if not self._sessions:
            raise ScenarioMisused("no session is open", "the scenario needs Module Registers first")
        return self._sessions[-1]

    def turn_to(self, session_id: int) -> None:
        """Let the steps from here on be about this open session and its endpoint."""
        for opened in self._sessions:
            if opened.session.id == session_id:
                self._sessions.remove(opened)
                self._sessions.append(opened)
                self.endpoint = opened.endpoint
                return
        raise ScenarioMisused(f"session {session_id} is not open", "open it before turning to it")

    def add(self, resources: Sequence[Path]) -> None:
        """Declare resources, those of one object instance with one command."""
        self._last_act = time.monotonic()
        for (obj, instance), group in itertools.groupby(resources, key=lambda p: p.ids[:2]):
            self.session.add(obj, instance, [path.ids[2] for path in group])

    def delete(self, object_id: int) -> None:
        """Take an object back."""
        self._last_act = time.monotonic()
        self.session.delete(object_id)

    def share_registration(self, resources: Sequence[Path]) -> None:
        """Take over the registration that a scenario before left standing, or make one to leave.

        Args:
            resources: those that are declared; others than the standing ones need a new one.
        """
        standing, self.bench.standing = self.bench.standing, None
        if standing is not None and standing.is_sound(resources):
            self._sessions.extend(standing.sessions)
            self._accounts.update(standing.accounts)
            self.endpoint = standing.sessions[-1].endpoint
        else:
            if standing is not None:
                standing.end(self.bench.module)
            self.module.start()
            self.point_at_server()
            self.open_session()
            self.expect_session()
            self.add(resources)
            instances = {Path.of(resource.ids[:2]) for resource in resources}
            self.account.expect(
                lambda found: found is not None and instances.issubset(found.objects),
                f"{', '.join(map(str, sorted(instances)))} are among the module's objects",
            )
        self._shared = frozenset(resources)

    def keep_nothing(self) -> None:
        """Leave no registration to the next scenario: it has ended, or this one went wrong."""
        self._shared = None

    def deregister(self) -> None:
        """Close the session."""
        self._last_act = time.monotonic()
        self.session.close()
        self._sessions.pop()
        self.keep_nothing()

    def restart_module(self) -> None:
        """Restart the module and bring it up again; its sessions and parameters are gone."""
        before, since = self.bench.channel, time.monotonic()
        with contextlib.suppress(PortLost):
            self.module.reset()
        self._come_back(before, since)
        self._changed.clear()

    def _come_back(self, before: Channel, since: float) -> None:
        """After a restart. Where the port was opened anew, marks on the old one see nothing more.

        Args:
            before: the channel that there was before it.
            since: when it was asked for, in s on the monotonic clock.
        """
        self.bench.come_back()
        self._boots.append((since, time.monotonic()))
        self._sessions.clear()
        if self.bench.channel is not before:
            self._strays += self._mark.unclaimed()
            self._mark, self._opening = self.bench.channel.mark(), None
            for exchange in self._exchanges:
                exchange.mark = self._mark

    def expect_restart(self) -> None:
        """Claim the module's report that it restarted, as the server asked, and bring it up again.

        Raises:
            UrcMissing: it does not come in time.
            AtError: it did not come up as it should.
        """
        asked = self._exchanges[-1].mark if self._exchanges else self._mark
        before, since = self.bench.channel, self._last_act
        with contextlib.suppress(PortLost):  # then it has restarted, too
            asked.next(Ready, within=self._timing.attach)
        self._come_back(before, since)

    def leave_network(self) -> None:
        """Turn the radio off; it is on again when the scenario ends, if not before."""
        self._off_network = True
        self.module.radio_off()

    def join_network(self) -> None:
        """Turn the radio on and wait for the network."""
        self.module.radio_on()
        self.bench.await_network()
        self._off_network = False

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
        asked = self._filled(line)
        raise ScenarioFailed(asked, "the module to refuse it", "it was accepted", Side.MODULE)

    def accept_or_refuse(self, line: str) -> None:
        """Send a command line that the module may accept or refuse.

        Raises:
            AtError: it does neither.
        """
        with contextlib.suppress(AtRefused):
            self.accept(line)

    def explain(self, command: Name, parameters: Sequence[str]) -> None:
        """Ask for the parameters of a command; a firmware known not to tell them need not.

        Args:
            command: which.
            parameters: texts that the answer holds, in this order.

        Raises:
            ScenarioFailed: it names others.
            AtError: the module refuses to tell, or does not answer.
        """
        told = " ".join(self.bench.channel.send(SupportTest(command)).parameters)
        expected = () if command in self.module.dialect.bare_tests else parameters
        place = 0
        for parameter in expected:
            place = told.find(parameter, place)
            if place < 0:
                raise ScenarioFailed(
                    f"AT+{command.value}=?",
                    f"{', '.join(expected)}, in this order",
                    f"it told {told or 'OK alone'}",
                    Side.MODULE,
                )
            place += len(parameter)

    def _filled(self, line: str) -> str:
        return line.replace("{session}", str(self.session.id)) if "{session}" in line else line

    # What the server is made to do

    @property
    def account(self) -> Account:
        """What the server knows of the endpoint."""
        if self.endpoint not in self._accounts:
            self._accounts[self.endpoint] = Account(
                self.bench.leshan, self.endpoint, self._timing, self.bench.timeline
            )
        return self._accounts[self.endpoint]

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
        mark = self.bench.channel.mark(f"the server's request for {path}")
        self._last_act = started = time.monotonic()
        heard = self.account.last_heard
        age = None if heard is None else started - heard
        if age is not None:
            told = f"the server last heard of the module {age:.1f} s ago"
            data: dict[str, Json] = {"uplink_age": round(age, 3)}
            self.bench.timeline.record(Event(Source.SERVER, Direction.NOTED, told, data, started))
        exchange = Exchange(path, mark, cause(), self.account, started, age)
        self._exchanges.append(exchange)
        return exchange

    @property
    def closed_way(self) -> str:
        """Why the server's last request may never have reached the module; empty when it must have.

        A network that translates addresses forgets a device that is silent for too long.
        """
        idle = self._timing.nat_idle
        last = self._exchanges[-1] if self._exchanges else None
        if idle is None or last is None or last.uplink_age is None or last.uplink_age <= idle:
            return ""
        heard = self.account.last_heard
        if last.report is not None or (heard is not None and heard > last.started):
            return ""
        return (
            f"the server asked {last.uplink_age:.1f} s after the module's last message, and the"
            f" network keeps the way to it open for {idle:g} s (timing.nat_idle)"
        )

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
                exchange.operation.description,
                f"a report of {path}",
                f"the module reported {report.path}: {report.line.text}",
                Side.MODULE,
            )
        if report.session != self.session.id:
            raise ScenarioFailed(
                exchange.operation.description,
                f"a report for session {self.session.id}, which is {self.endpoint}",
                f"the module reported it for session {report.session}: {report.line.text}",
                Side.MODULE,
            )
        return report

    def expect_report_or_refusal(
        self, kind: type[_R], path: Path, by: Code | None = None
    ) -> _R | None:
        """Claim the URC as `expect_report` does; None when the module told the server an error.

        Args:
            kind: of report.
            path: what the server asked for.
            by: the only error that will do; any when left out.
        """
        operation = self._unreported(path).operation
        try:
            return self.expect_report(kind, path)
        except UrcMissing:
            if not operation.done:
                raise
        expect_refusal(operation, by)
        return None

    def expect_no_report(self, kind: type[Urc], during: float | None = None) -> None:
        """Make sure that the module has said no such thing, nor says it in a while.

        Args:
            kind: of report.
            during: how long a while is, in s; the bench's quiet time when left out.
        """
        marks = [exchange.mark for exchange in self._exchanges if exchange.report is None]
        (marks[0] if marks else self._mark).none(kind, quiet=during or self._timing.quiet)

    def _unreported(self, path: Path) -> Exchange:
        for exchange in self._exchanges:
            if exchange.report is None and exchange.path == path:
                return exchange
            # A read of an object is reported instance by instance.
            if exchange.path.instance is None and path in exchange.path:
                return exchange
        started = ", ".join(f"{exchange.operation.description}" for exchange in self._exchanges)
        raise ScenarioMisused(
            f"no request of the server for {path} is waiting for the module's report; started so"
            f" far: {started or 'none'}",
            f"start one first, such as Server Starts Reading    {path}",
        )

    def reported(self, kind: type[_R]) -> _R:
        """The youngest request of this kind that the module reported, to be answered."""
        for exchange in reversed(self._exchanges):
            if isinstance(exchange.report, kind):
                return exchange.report
        raise ScenarioMisused(
            f"there is nothing to answer, no {kind.name} of the module was claimed",
            "claim it first, such as with Module Should Report Read",
        )

    # What the server should know

    def unawaited(self) -> Operation[Answer]:
        """The oldest request of the server that nobody has awaited yet."""
        return self._unawaited().operation

    def _unawaited(self) -> Exchange:
        for exchange in self._exchanges:
            if not exchange.operation.awaited:
                return exchange
        raise ScenarioMisused(
            "the server was not asked to do anything that is still open",
            "start it first, such as with Server Starts Reading",
        )

    def hear_out(self) -> None:
        """Wait for the server's own word of the answers that were awaited.

        It comes by another way than the answer and a moment later, when the next step would
        already be running.
        """
        for exchange in self._exchanges:
            if exchange.operation.awaited and not exchange.heard:
                exchange.heard = True
                with contextlib.suppress(LeshanError):  # told where it was awaited
                    exchange.account.hear(exchange.operation.wait().code, exchange.started)

    def expect_on_air(self, path: Path) -> None:
        """The server's last request for `path` has left it; the module has it in a moment."""
        exchange = self._unreported(path)
        self.account.expect_sent(path, exchange.operation.description, exchange.started)

    def expect_no_answer(self) -> None:
        """The server got no answer, nor does one come later, in the bench's quiet time."""
        exchange = self._unawaited()
        expect_no_answer(exchange.operation)
        if late := exchange.account.late_answer(exchange.path, exchange.started):
            raise ScenarioFailed(exchange.operation.description, "no answer", f"{late} came late")

    def expect_nothing_but(self, expected: Value) -> None:
        """The server got this value, or an error, or nothing; nor does another come later."""
        exchange = self._unawaited()
        if expect_nothing_but(exchange.operation, expected):
            return
        late = exchange.account.late_answer(exchange.path, exchange.started)
        if late is None or not late.code.startswith("2."):
            return
        if _carries_other(late, exchange.path.resource, expected):
            wanted = f"{expected} or nothing"
            raise ScenarioFailed(exchange.operation.description, wanted, f"{late} came late")

    def expect_values_as_before(self, changed: Mapping[Path, Value]) -> None:
        """The server got what it got when it last read the same path, but for these changes."""
        operation = self.unawaited()
        asked = next(e.path for e in self._exchanges if e.operation is operation)
        for exchange in reversed(self._exchanges):
            if exchange.operation.awaited and exchange.path == asked:
                before = exchange.operation.wait().values
                if before:
                    expect_values(operation, {**before, **changed})
                    return
        raise ScenarioMisused(
            f"the server has not read {asked} before in this scenario, so there is nothing to"
            " compare with",
            "read it first",
        )

    def expect_identity(self, or_told: Code | None = None) -> None:
        """What the server read of the Device object is what the module says at its serial port.

        Args:
            or_told: this answer will do as well.
        """
        operation = self.unawaited()
        answer = operation.wait()
        if answer.code is or_told:
            return
        asked = next(e.path for e in self._exchanges if e.operation is operation)
        for path, command in _IDENTITY.items():
            if path not in asked:
                continue
            value = answer.values.get(path)
            if value is None:
                raise ScenarioFailed(
                    operation.description,
                    f"{path}, which tells which module this is",
                    f"the server was told {answer.code} with {listed(answer.values)}",
                )
            own = self.bench.channel.send(Identify(command)).text
            if value != Value(Kind.STRING, own):
                raise ScenarioFailed(
                    operation.description,
                    f"{own!r} as {path}, which the module answers to AT+{command}",
                    f"the server received {value}",
                )

    def expect_any_answer(self, assumed: Code | None = None) -> None:
        """The server got an answer, whichever; one that is not as assumed is a finding."""
        operation = self.unawaited()
        try:
            came = str(operation.wait().code)
        except InvalidAnswer as error:
            came = f"what is no answer to it: {error.came}"
        if assumed is not None and came != str(assumed):
            difference = (
                f"{operation.description}: {assumed} is assumed, the module answered {came}"
            )
            self.bench.timeline.record(Event(Source.FINDING, Direction.NOTED, difference))

    def expect_update(self, within: float | None = None) -> None:
        """The module renewed its registration since it was last made to do something.

        Args:
            within: how long to wait, in s; the bench's time for a registration when left out.
        """
        self.account.expect_update(self._last_act, within)

    def expect_no_update(self) -> None:
        """It has not renewed its registration since, nor does it in the quiet time."""
        self.account.expect_no_update(self._last_act)

    # Other ways to the server

    @property
    def deaf_address(self) -> Address:
        """A UDP port of the server's host that never answers."""
        return Address(self.bench.server.coap.host, _DISCARD)

    @property
    def named_address(self) -> Address:
        """The server's address with a host name.

        Raises:
            ScenarioMisused: it has none.
        """
        coap = self.bench.server.coap
        # The bench file's name is one that the network knows; this machine's may be its own.
        for name in (coap.host, socket.getfqdn(coap.host)):
            try:
                ipaddress.ip_address(name)
            except ValueError:
                return Address(name, coap.port)
        raise ScenarioMisused(
            f"no name is known for the server's address {coap.host}",
            f"write one as leshan.coap_host into {self.bench.file.path}",
        )

    def open_relay(self, loopback: Loopback) -> Address:
        """A relay to the server that only a virtual module can reach; it ends with the scenario.

        Raises:
            ScenarioMisused: the module is a real one, or this machine has no such loopback address.
        """
        if self.bench.file.module.is_in_the_field:
            raise ScenarioMisused(
                f"a relay at {loopback.value} is out of reach of a real module",
                "leave these scenarios out with --exclude virtual-only",
            )
        try:
            relay = Relay(loopback, self.bench.server.coap, self.bench.timeline)
        except OSError as error:
            raise ScenarioMisused(
                f"no relay can listen at {loopback.value} ({error})",
                "give this machine that loopback address, or --exclude these scenarios",
            ) from error
        self._relays.append(relay)
        return relay.address

    def pause_server(self) -> None:
        """Let the server stand still; it goes on when the scenario ends, if not before."""
        self._paused = True
        self.bench.server.pause()

    def resume_server(self) -> None:
        """Let the server go on."""
        self.bench.server.resume()
        self._paused = False

    @property
    def given_up(self) -> frozenset[Asked]:
        """What the scenario itself took away from the bench and has not given back yet."""
        radio = {Asked.NETWORK, Asked.SIGNAL, Asked.ADDRESS} if self._off_network else set()
        return frozenset(radio | ({Asked.SERVER} if self._paused else set()))

    # The end

    def end(self) -> None:
        """Drain, and leave module and server clean.

        Raises:
            ScenarioFailed: something was left over: a request that nobody awaited, a URC that
                nobody claimed, a registration that stayed.
            AtError, LeshanError: one of the two could not be cleaned.
        """
        unawaited = [
            f"nobody awaited the server's {exchange.operation.description}"
            for exchange in self._exchanges
            if not exchange.operation.awaited
        ]
        if unawaited:
            self.keep_nothing()
        with contextlib.ExitStack() as stack:
            accounts = stack.enter_context(contextlib.ExitStack())
            for account in self._accounts.values():
                accounts.callback(account.close)
            for relay in self._relays:
                stack.callback(relay.close)
            if self._paused:
                self.resume_server()
            if self._off_network:
                self.join_network()
            self._unset_parameters()
            if self._shared is None:
                self.bench.module.release()
                for account in self._accounts.values():
                    account.expect_gone()
            else:
                # A fence: what the module still has to say of this scenario comes before it.
                self.bench.channel.resynchronise(within=self._timing.urc)
                sessions, shared = tuple(self._sessions), self._shared
                self.bench.standing = Standing(sessions, dict(self._accounts), shared)
                accounts.pop_all()
            unclaimed = [
                f"nobody claimed the module's {urc.line.text!r}"
                for urc in (*self._strays, *self._mark.unclaimed())
                if not (self._is_of_boot(urc) or self.bench.watch.passes_over(urc))
            ]
        difference = self._new_difference()
        if left := unawaited + unclaimed:
            came = f"it left something over: {'; '.join(left)}"
            came = f"{came}\n\n{difference}" if difference else came
            # A URC that nobody claimed may be one that should not have come.
            side = None if unclaimed else Side.HARNESS
            raise ScenarioFailed("the scenario's end", "nothing to be left over", came, side)
        self._conform(difference)

    def _is_of_boot(self, urc: Urc) -> bool:
        """Whether it is what a module says of itself when it boots, after a restart asked for."""
        is_chatter = isinstance(urc, UnknownLine)
        return is_chatter and any(begin <= urc.line.t <= end for begin, end in self._boots)

    def abandon(self) -> None:
        """End without a word on what was left over: the module was lost, and all that with it.

        Raises:
            ServerLost: the server is gone, too.
        """
        self.keep_nothing()
        with contextlib.ExitStack() as stack:
            for account in self._accounts.values():
                stack.callback(account.close)
            for relay in self._relays:
                stack.callback(relay.close)
            if self._paused:
                self.resume_server()
            if self._changed and not self.bench.has_restarted:
                # Not every way to bring a module back makes it forget.
                with contextlib.suppress(AtError, PortError):
                    self._unset_parameters()
                    self.bench.module.release()

    # What the note says of the module

    def expect_conformance(self) -> None:
        """The module has done nothing yet that is neither documented nor in the baseline."""
        self._conform(self._new_difference())

    @staticmethod
    def _conform(difference: str) -> None:
        if difference:
            expected = "nothing but what is documented or in the baseline"
            raise ScenarioFailed("the module", expected, difference, Side.MODULE)

    def _new_difference(self) -> str:
        """What the baseline does not accept, each said once; empty when there is nothing."""
        found = self.bench.watch.take_new()
        if not found:
            return ""
        module = self.bench.file.module
        told = "\n".join(
            f"    {finding}\n        in {finding.entry.text!r}\n        {finding.rule.fix}"
            for finding in found
        )
        return self.bench.redactor.text(
            "the module differs from what is documented in a way that the baseline of"
            f" {module.firmware} does not accept:\n{told}\nIf that is how this firmware is, say so"
            f" with the reason in {module.baseline_file}"
        )

    def _unset_parameters(self) -> None:
        """Take back what would be felt by the scenarios that follow.

        Only a restart makes the module forget a parameter (note, parameter saving mode).
        """
        # In the same order in every run, so that a recording of one fits the next.
        changed = [parameter for parameter in _NEUTRAL if parameter in self._changed]
        if changed:
            with contextlib.suppress(AtRefused):  # it runs already
                self.bench.module.start()
        for parameter in changed:
            neutral = _NEUTRAL[parameter]
            if parameter is Parameter.CONNECTION_TYPE and ":" in self.bench.server.coap.host:
                neutral = 6
            self._configure(parameter, neutral)


def _carries_other(late: CoapMessage, resource: int | None, expected: Value) -> bool:
    """Whether a message certainly has another value than this, or more than this one."""
    carried = {"options": late.options, "payload": late.payload}
    found = decoded(carried, {resource or 0: expected})
    if not isinstance(found, Mapping):
        return found is not None
    if len(found) != 1:
        return True
    (number,) = found if resource is None else (resource,)
    like = {number: expected}
    return differ(decoded(carried, like), like)
