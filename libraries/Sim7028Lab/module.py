"""Keywords about the module: what it is made to do, and what it should say."""

from __future__ import annotations

from datetime import timedelta

from robot.api.deco import keyword

from leshan import Address
from lwm2m import Code, Kind, Path, Value
from sim7028 import ExecuteRequest, Name, Parameter, ReadRequest, Result, WriteRequest
from sim7028_lab.failure import ScenarioFailed, Side
from sim7028_lab.relay import Loopback
from Sim7028Lab.stage import Stage


class ModuleKeywords:
    """The module at its serial port."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage

    # Service and configuration

    @keyword
    def module_starts_service(self) -> None:
        """Starts the LwM2M service: `AT+LWSTART` (note 2.2.1)."""
        self._stage.scenario.module.start()

    @keyword
    def module_stops_service(self) -> None:
        """Stops the LwM2M service: `AT+LWSTOP` (note 2.2.2)."""
        self._stage.scenario.module.stop()

    @keyword
    def module_points_at_server(self, lifetime: int | None = None) -> None:
        """Starts the service and configures server, port, endpoint name and lifetime.

        `AT+LWSTART`, `AT+LWCNF` (note 2.2.1, 2.2.3).

        Args:
            lifetime: of the registration, in s; the module's own when left out.
        """
        self.module_starts_service()
        self.module_configures_server(lifetime)

    @keyword
    def module_points_at_server_by_name(self) -> None:
        """The same, with the server's host name in place of its number."""
        self._points_at(self._stage.scenario.named_address)

    @keyword
    def module_points_at_server_over(self, version: Loopback) -> None:
        """The same, by way of a relay on this machine that listens on `IPv4` or `IPv6`.

        The relay notes each datagram with the address that it came from. Only a virtual module
        can reach it: tag the scenario `virtual-only`.
        """
        self._points_at(self._stage.scenario.open_relay(version))
        self.module_configures(Parameter.CONNECTION_TYPE, version.version)

    @keyword
    def module_points_at_nobody(self) -> None:
        """The same, with a port of the server's host that nobody listens on."""
        self._points_at(self._stage.scenario.deaf_address)

    def _points_at(self, address: Address) -> None:
        self.module_starts_service()
        self._stage.scenario.point_at_server(coap=address)

    @keyword
    def module_configures_server(self, lifetime: int | None = None) -> None:
        """Configures server, port, endpoint name and lifetime of a service that runs."""
        self._stage.scenario.point_at_server(lifetime)

    @keyword
    def module_takes_another_name(self) -> None:
        """Configures a second endpoint name; the steps from here on are about that one."""
        self._stage.scenario.take_another_name()

    @keyword
    def module_takes_local_port(self) -> int:
        """Configures the UDP port that the module speaks from.

        Returns:
            The port.
        """
        return self._stage.scenario.take_local_port()

    @keyword
    def module_configures(self, parameter: Parameter, *values: int | str) -> None:
        """Gives a parameter these values, one after the other: `AT+LWCNF` (note 2.2.3).

        Args:
            parameter: `Server`, `Server Port`, `Endpoint`, `Connection Type`, `Lifetime` or
                `Local Port`.
            values: each of which is answered by OK.
        """
        for value in values:
            self._stage.scenario.configure(parameter, value)

    @keyword
    def module_should_refuse_to_configure(self, parameter: Parameter, *values: int | str) -> None:
        """Gives a parameter these values, each of which is answered by an error."""
        for value in values:
            self._stage.scenario.refuse_configuration(parameter, value)

    # Sessions

    @keyword
    def module_registers(self) -> None:
        """Registers with the server: `AT+LWOPEN`, then `+LMOPEN` (note 2.2.4)."""
        scenario = self._stage.scenario
        scenario.open_session()
        scenario.expect_session()

    @keyword
    def module_shares_registration(self, *resources: Path) -> None:
        """Goes on with the registration of the test before, or makes one with these resources.

        For suites that must spare the air: from the first test to *Module Ends Shared
        Registration*, there is one registration for all, unless a test went wrong.
        """
        self._stage.scenario.share_registration(resources)

    @keyword
    def module_ends_shared_registration(self) -> None:
        """Deregisters what *Module Shares Registration* left; a Suite Teardown."""
        self._stage.bench.end_standing()

    @keyword
    def module_opens_session(self) -> None:
        """Begins to register: `AT+LWOPEN`, answered by OK (note 2.2.4)."""
        self._stage.scenario.open_session()

    @keyword
    def module_tries_to_open_session(self) -> None:
        """Begins to register, or refuses to: `AT+LWOPEN`, answered by OK or an error."""
        self._stage.scenario.try_to_open_session()

    @keyword
    def module_should_report_registration(self) -> None:
        """The registration that was begun is printed as `+LMOPEN` (note 2.2.4)."""
        self._stage.scenario.expect_session()

    @keyword
    def module_should_not_report_registration(self, during: timedelta | None = None) -> None:
        """No `+LMOPEN` came, nor comes during this time; the bench's quiet time when left out."""
        self._stage.scenario.expect_no_session(_seconds(during))

    @keyword
    def module_should_have_session(self, session: int) -> None:
        """The session that was opened last, or turned to, has this number."""
        opened = self._stage.scenario.session
        if opened.id != session:
            came = f"the module announced {opened.registered.line.text}"
            raise ScenarioFailed("the session", str(session), came, Side.MODULE)

    @keyword
    def module_deregisters(self) -> None:
        """Closes the session: `AT+LWCLOSE` (note 2.2.5)."""
        self._stage.scenario.deregister()

    @keyword
    def module_turns_to_session(self, session: int) -> None:
        """The steps from here on are about this open session, 0 or 1, and its endpoint name."""
        self._stage.scenario.turn_to(session)

    # Objects

    @keyword
    def module_adds(self, *resources: Path) -> None:
        """Declares resources, those of one object instance with one `AT+LWADDOBJ` (note 2.2.6)."""
        self._stage.scenario.add(resources)

    @keyword
    def module_deletes(self, object_id: int) -> None:
        """Takes an object back: `AT+LWDELOBJ` (note 2.2.7)."""
        self._stage.scenario.delete(object_id)

    # Any command

    @keyword
    def module_should_accept(self, *lines: str) -> None:
        """Sends command lines, each of which is answered by OK.

        `{session}` in a line stands for the id of the open session.
        """
        for line in lines:
            self._stage.scenario.accept(line)

    @keyword
    def module_should_refuse(self, *lines: str) -> None:
        """Sends command lines, each of which is answered by ERROR or `+CME ERROR`."""
        for line in lines:
            self._stage.scenario.refuse(line)

    @keyword
    def module_should_answer(self, *lines: str) -> None:
        """Sends command lines, each of which is answered by OK or by an error.

        For what is left open; which of the two it is stands in the log and on the timeline.
        """
        for line in lines:
            self._stage.scenario.accept_or_refuse(line)

    @keyword
    def module_should_explain(self, command: Name, *parameters: str) -> None:
        """Asks for the parameters of a command, such as `AT+LWCLOSE=?` (note 2.2).

        Args:
            command: `Start`, `Stop`, `Configure`, `Open`, `Close`, `Add Object`,
                `Delete Object`, `Read Response`, `Write Response` or `Execute Response`.
            parameters: texts that the answer holds, in this order; where the bench's firmware
                is known to answer OK alone, that will do.
        """
        self._stage.scenario.explain(command, parameters)

    @keyword
    def module_should_not_configure_before_start(self) -> None:
        """`AT+LWCNF` is refused before `AT+LWSTART`, unless the bench's firmware is known not to.

        Leaves nothing configured that a session could be opened with.
        """
        scenario = self._stage.scenario
        if scenario.module.dialect.configures_before_start:
            scenario.configure(Parameter.LIFETIME, 800)
        else:
            scenario.refuse_configuration(Parameter.LIFETIME, 800)

    # Power and radio

    @keyword
    def module_leaves_network(self) -> None:
        """Turns the radio off: `AT+CFUN=0`."""
        self._stage.scenario.leave_network()

    @keyword
    def module_joins_network(self) -> None:
        """Turns the radio on, `AT+CFUN=1`, and waits until the network has the module."""
        self._stage.scenario.join_network()

    @keyword
    def module_restarts(self) -> None:
        """Restarts the module, `AT+QCRST`, and brings it up again; it forgets its sessions."""
        self._stage.scenario.restart_module()

    @keyword
    def module_should_restart(self) -> None:
        """The module restarts as the server told it, `*ATREADY`, and is brought up again."""
        self._stage.scenario.expect_restart()

    # Read

    @keyword
    def module_should_report_read(self, path: Path) -> None:
        """The server's read of `path` is printed as `+LWREAD` (note 3.1).

        For a whole instance, `/3303/0`, that is a report without a resource. A read of an object
        is reported, and answered, instance by instance.
        """
        self._stage.scenario.expect_report(ReadRequest, path)

    @keyword
    def module_should_report_read_or_refuse(self, path: Path, by: Code | None = None) -> bool:
        """The server's read of `path` is printed as `+LWREAD`, or answered by an error instead.

        Args:
            path: what the server reads.
            by: the only error that will do; any when left out.

        Returns:
            Whether it was printed, and waits for an answer.
        """
        report = self._stage.scenario.expect_report_or_refusal(ReadRequest, path, by)
        return report is not None

    @keyword
    def module_should_not_report_read(self, during: timedelta | None = None) -> None:
        """No further `+LWREAD` came, nor comes during this time.

        Args:
            during: the bench's quiet time when left out.
        """
        self._stage.scenario.expect_no_report(ReadRequest, _seconds(during))

    @keyword
    def module_answers_read(self, kind: Kind, value: str) -> None:
        """Answers the read that was reported last: `AT+LWREADRSP` (note 2.2.8)."""
        scenario = self._stage.scenario
        request = scenario.reported(ReadRequest)
        scenario.bench.channel.send(request.answer(Value.parse(kind, value)))

    @keyword
    def module_answers_read_of_instance(self, **resources: Value) -> None:
        """Answers the read of a whole instance, such as with `5700=F 21.5    5701=S Cel`."""
        scenario = self._stage.scenario
        request = scenario.reported(ReadRequest)
        answer = request.answer({int(number): value for number, value in resources.items()})
        scenario.bench.channel.send(answer)

    # Write

    @keyword
    def module_should_report_write(self, path: Path, kind: Kind, value: str) -> None:
        """The server's write of this value is printed as `+LWWRITE` (note 3.1)."""
        report = self._stage.scenario.expect_report(WriteRequest, path)
        _expect_written(report, path, Value.parse(kind, value))

    @keyword
    def module_should_report_write_or_refuse(
        self, path: Path, kind: Kind, value: str, by: Code | None = None
    ) -> bool:
        """The server's write of this value is printed as `+LWWRITE`, or answered by an error.

        Args:
            path: of the resource.
            kind: of the value.
            value: what the server writes.
            by: the only error that will do; any when left out.

        Returns:
            Whether it was printed, and waits for an answer.
        """
        report = self._stage.scenario.expect_report_or_refusal(WriteRequest, path, by)
        if report is not None:
            _expect_written(report, path, Value.parse(kind, value))
        return report is not None

    @keyword
    def module_should_report_write_of_unknown_type(self, path: Path, text: str) -> None:
        """The server's write of `text` to a resource whose type the module cannot know.

        Nothing on the air tells it, so the module may print the bytes as text or as hex digits.
        """
        report = self._stage.scenario.expect_report(WriteRequest, path)
        content = text.encode()
        if not any(
            content == written.raw or Value(Kind.OPAQUE, content) == written.value
            for written in report.values
        ):
            raise ScenarioFailed(
                f"the server's write to {path}",
                f"a report of {text!r}, as text or as hex digits",
                f"the module printed {report.line.text}",
            )

    @keyword
    def module_should_report_write_of_instance(self, path: Path, **resources: Value) -> None:
        """The server's write of these resources is printed as one `+LWWRITE` (note 3.1).

        Such as `/3340/0    5534=I 7    5750=S hall`; the count that it prints must be right.
        """
        expected = {int(number): value for number, value in resources.items()}
        report = self._stage.scenario.expect_report(WriteRequest, path)
        came = {written.id: written.value for written in report.values}
        if came != expected or report.count != len(expected):
            listed = ", ".join(f"{number} = {value}" for number, value in expected.items())
            raise ScenarioFailed(
                f"the server's write to {path}",
                f"a report of {len(expected)} resources, {listed}",
                f"the module printed {report.line.text}",
            )

    @keyword
    def module_should_not_report_write(self) -> None:
        """No `+LWWRITE` came, nor comes within the bench's quiet time."""
        self._stage.scenario.expect_no_report(WriteRequest)

    @keyword
    def module_answers_write(self, result: Result) -> None:
        """Answers the write that was reported last: `AT+LWWRITERSP` (note 2.2.9, 2.3)."""
        scenario = self._stage.scenario
        scenario.bench.channel.send(scenario.reported(WriteRequest).answer(result))

    # Execute

    @keyword
    def module_should_report_execute(self, path: Path, arguments: str = "") -> None:
        """The server's execute is printed as `+LWEXECUTE` with these arguments (note 3.1)."""
        report = self._stage.scenario.expect_report(ExecuteRequest, path)
        if report.arguments != arguments.encode():
            raise ScenarioFailed(
                f"the server's execute of {path}",
                f"a report with {arguments!r}",
                f"the module printed {report.line.text}",
            )

    @keyword
    def module_should_not_report_execute(self) -> None:
        """No `+LWEXECUTE` came, nor comes within the bench's quiet time."""
        self._stage.scenario.expect_no_report(ExecuteRequest)

    @keyword
    def module_answers_execute(self, result: Result) -> None:
        """Answers the execute that was reported last: `AT+LWEXECUTERSP` (note 2.2.10, 2.3)."""
        scenario = self._stage.scenario
        scenario.bench.channel.send(scenario.reported(ExecuteRequest).answer(result))


def _expect_written(report: WriteRequest, path: Path, expected: Value) -> None:
    came = {written.id: written.value for written in report.values}
    if came != {path.ids[2]: expected}:
        raise ScenarioFailed(
            f"the server's write to {path}",
            f"a report of {expected}",
            f"the module printed {report.line.text}",
        )


def _seconds(time: timedelta | None) -> float | None:
    return None if time is None else time.total_seconds()
