"""Keywords about the module: what it is made to do, and what it should say."""

from __future__ import annotations

from robot.api.deco import keyword

from lwm2m import Kind, Path, Value
from sim7028 import ExecuteRequest, ReadRequest, Result, WriteRequest
from sim7028_lab.scenario import ScenarioFailed
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
    def module_points_at_server(self, lifetime: int | None = None, suffix: str = "") -> None:
        """Starts the service and configures server, port, endpoint name and lifetime.

        `AT+LWSTART`, `AT+LWCNF` (note 2.2.1, 2.2.3).

        Args:
            lifetime: of the registration, in s; the module's own when left out.
            suffix: makes another endpoint name, for a second session.
        """
        self._stage.scenario.point_at_server(lifetime, suffix=suffix)

    @keyword
    def module_points_at_nobody(self) -> None:
        """The same, with a port of the server's host that nobody listens on."""
        scenario = self._stage.scenario
        scenario.point_at_server(coap=scenario.deaf_address())

    # Sessions

    @keyword
    def module_registers(self) -> None:
        """Registers with the server: `AT+LWOPEN`, then `+LMOPEN` (note 2.2.4)."""
        scenario = self._stage.scenario
        scenario.open_session()
        scenario.expect_session()

    @keyword
    def module_opens_session(self) -> None:
        """Begins to register: `AT+LWOPEN`, answered by OK (note 2.2.4)."""
        self._stage.scenario.open_session()

    @keyword
    def module_should_report_registration(self) -> None:
        """The registration that was begun is printed as `+LMOPEN` (note 2.2.4)."""
        self._stage.scenario.expect_session()

    @keyword
    def module_should_not_report_registration(self) -> None:
        """No `+LMOPEN` came, nor comes within the bench's quiet time."""
        self._stage.scenario.expect_no_session()

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

    # Power and radio

    @keyword
    def module_leaves_network(self) -> None:
        """Turns the radio off: `AT+CFUN=0`."""
        self._stage.scenario.module.radio_off()

    @keyword
    def module_joins_network(self) -> None:
        """Turns the radio on, `AT+CFUN=1`, and waits until the network has the module."""
        self._stage.scenario.module.radio_on()

    @keyword
    def module_restarts(self) -> None:
        """Restarts the module, `AT+QCRST`, and brings it up again; it forgets its sessions."""
        self._stage.scenario.restart_module()

    # Read

    @keyword
    def module_should_report_read(self, path: Path) -> None:
        """The server's read of `path` is printed as `+LWREAD` (note 3.1).

        For a whole instance, `/3303/0`, that is a report without a resource.
        """
        self._stage.scenario.expect_report(ReadRequest, path)

    @keyword
    def module_should_not_report_read(self) -> None:
        """No `+LWREAD` came, nor comes within the bench's quiet time."""
        self._stage.scenario.expect_no_report(ReadRequest)

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
        expected = Value.parse(kind, value)
        report = self._stage.scenario.expect_report(WriteRequest, path)
        came = {written.id: written.value for written in report.values}
        if came != {path.ids[2]: expected}:
            raise ScenarioFailed(
                f"the server wrote {expected} to {path}, the module reported: {report.line.text}"
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
            raise ScenarioFailed(
                f"the server wrote {len(expected)} resources of {path}, the module reported:"
                f" {report.line.text}"
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
                f"the server executed {path} with {arguments!r}, the module reported:"
                f" {report.line.text}"
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
