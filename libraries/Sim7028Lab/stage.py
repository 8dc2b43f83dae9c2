"""What the keywords share: the open bench and the scenario that is running."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from pathlib import Path

from robot.api import logger
from robot.errors import RobotError  # type: ignore[import-untyped]  # a module without types
from robot.libraries.BuiltIn import BuiltIn

from lab_evidence import Direction, Event, Redactor, Source
from leshan import ServerLimit, ServerLost
from sim7028_lab.bench import Bench
from sim7028_lab.benchfile import BenchFile, BenchFileError, find, load
from sim7028_lab.benchsections import VIRTUAL
from sim7028_lab.care import Care
from sim7028_lab.failure import BenchBroken, Failure, ScenarioFailed, ScenarioMisused, Side
from sim7028_lab.probe import Probe
from sim7028_lab.rung import Rung
from sim7028_lab.scenario import Scenario


class Stage:
    """Opens the bench once, whoever needs it first, and gives each test its own scenario.

    After a failure it looks after the bench, and brings the module back where that is needed.

    Attributes:
        evidence_file: of the running test, relative to the folder of evidence.
        last_evidence: of the test that ended last.
        suite: of the running test, as `suite_path` gives it.
        restarted: whether the module restarted by itself before a step of the test failed.
        is_beyond_server: whether the test's first failed step is beyond what the server can show.
        steps_tell: whether each step logs what it made both ends say; see `exchange`.
    """

    def __init__(self) -> None:
        self._bench: Bench | None = None
        self._scenario: Scenario | None = None
        self._carer: Care | None = None
        self._evidence = contextlib.ExitStack()
        self._probe: Probe | None = None
        self._failures: list[str] = []
        self._redactor = Redactor()
        self.evidence_file: Path | None = None
        self.last_evidence: Path | None = None
        self.suite = ""
        self.restarted = False
        self.is_beyond_server = False
        self.steps_tell = True

    @property
    def is_open(self) -> bool:
        """Whether there is a bench, open or broken meanwhile."""
        return self._bench is not None

    @property
    def broken(self) -> BenchBroken | None:
        """Why no test that follows could be believed; None while the bench can be used."""
        return self._carer.broken if self._carer is not None else None

    @property
    def recovered(self) -> Sequence[Rung]:
        """What brought the module back in the running test's time."""
        return self._carer.recovered if self._carer is not None else ()

    @property
    def _care(self) -> Care:
        _ = self.bench
        assert self._carer is not None  # noqa: S101 - made with the bench
        return self._carer

    @property
    def bench(self) -> Bench:
        """The bench, opened now if it is not yet.

        Raises:
            BenchFileError, PortError, PlaceError, AtError, LeshanError, VirtualModuleError: what is
                wrong.
        """
        if self._bench is None:
            variable = BuiltIn().get_variable_value
            results = Path(variable("${OUTPUT DIR}"))
            self._bench = bench = Bench(_bench_file(), results, logger.console, self._redactor)
            self._carer = Care(bench)
            for name, told in ("Module", bench.description), ("Server", bench.server.description):
                BuiltIn().set_suite_metadata(name, told, top=True)
        return self._bench

    @property
    def scenario(self) -> Scenario:
        """The running test's scenario, begun now if nothing did before.

        A file or folder that is run alone has no Test Setup of the suite above it.
        """
        if self._scenario is None:
            self.start_scenario()
        assert self._scenario is not None  # noqa: S101 - start_scenario made it, or raised
        return self._scenario

    def start_scenario(self) -> None:
        """Begin a scenario for the running test; its evidence goes to the test's own file.

        A test that begins anew in its middle goes on in the same file. A module that does not
        answer is brought back first.

        Raises:
            BenchBroken: it could not be, now or before.
            ScenarioMisused: no test is running.
        """
        variable = BuiltIn().get_variable_value
        if (test := variable("${TEST NAME}")) is None:
            remedy = "begin it in a test or its Test Setup, not in a Suite Setup"
            raise ScenarioMisused("a scenario was begun outside a test", remedy)
        bench = self.bench
        self.end_scenario()
        if self.evidence_file is None:
            self.evidence_file = self._evidence.enter_context(
                bench.keeping_evidence(self.redact(self.suite), self.redact(test))
            )
            self.steps_tell = variable("${LOG LEVEL}") in ("TRACE", "DEBUG")
        self._care.begin()
        self._scenario = Scenario(bench)

    def hear_out(self) -> None:
        """Let the server's own word of what was awaited come before whatever follows."""
        if self._scenario is not None:
            self._scenario.hear_out()

    def end_scenario(self) -> None:
        """Drain the scenario and leave module and server clean; without one, do nothing.

        Raises:
            ScenarioFailed: something was left over, or the module restarted by itself.
            AtError, LeshanError: one of the two could not be cleaned.
        """
        if self._scenario is None:
            return
        scenario, self._scenario = self._scenario, None
        is_lost = self._care.is_lost
        if not is_lost and not self.bench.has_restarted:
            scenario.end()
            return
        scenario.abandon()
        if not is_lost:
            came = "it booted, and nobody had asked it to"
            raise ScenarioFailed("the module", "it to run on", came, Side.MODULE)

    def end_left_scenario(self) -> None:
        """End a scenario that no teardown ended, as visibly as *End Scenario* does.

        Raises:
            ScenarioFailed, AtError, LeshanError: as `end_scenario` does.
        """
        if self._scenario is not None:
            self.hear_out()
            step = Event(Source.KEYWORD, Direction.NOTED, "End Scenario", {"arguments": []})
            self.record(step)
            self.end_scenario()

    def end_test(self) -> None:
        """End what the running test left open."""
        try:
            self.end_scenario()
        finally:
            self._evidence.close()
            self.last_evidence, self.evidence_file = self.evidence_file, None
            self.steps_tell = True
            self._probe = None
            self._failures.clear()
            if self._carer is not None:
                self._carer.end_test()
            self.restarted = self.is_beyond_server = False

    def record(self, event: Event) -> None:
        """Put an event on the timeline, once there is one."""
        if self._bench is not None:
            self._bench.timeline.record(event)

    def failed(self, keyword: str, error: BaseException) -> None:
        """Put a failed step on the timeline; the first of a scenario makes the bench be probed."""
        if self._bench is None:
            return
        failure = Failure.of(keyword, error)
        if not self._failures:
            self.is_beyond_server = isinstance(error, ServerLimit)
        self._failures.append(failure.message)
        if self._scenario is not None:
            self._scenario.keep_nothing()
        if self._bench.has_restarted:
            self.restarted = True
            failure = failure.of_a_restart
        self.record(failure.event)
        is_the_scenarios = failure.side is Side.HARNESS and failure.certain
        if self._probe is None and self.broken is None and not is_the_scenarios:
            self._probe = self._look()
            if not isinstance(error, (ServerLost, RobotError)):  # then the run is about to end
                self._care.mend(self._probe)

    def look_after(self) -> None:
        """After a failed test, see to it that the module works, whoever failed it."""
        if self._bench is None or self.broken is not None:
            return
        if self._probe is None and not self._bench.answers:
            self._probe = self._look()
            self._care.mend(self._probe)
        else:
            self._care.check()

    def _look(self) -> Probe:
        if self._scenario is None:
            return self._care.look((), "")
        return self._care.look(self._scenario.given_up, self._scenario.closed_way)

    def failed_elsewhere(self, keyword: str, message: str) -> None:
        """Put a step on the timeline that failed outside the lab, unless it is there already."""
        if not any(known in message for known in self._failures):
            self._failures.append(message)
            self.record(Failure.elsewhere(keyword, message).event)

    def since(self, t: float) -> tuple[Event, ...]:
        """What the timeline saw from the monotonic time `t` on."""
        return self._bench.timeline.since(t) if self._bench is not None else ()

    def learn_secrets(self) -> None:
        """Know the bench file's secrets before the bench is opened.

        A file that cannot be used is complained of when it is needed.
        """
        if self._bench is None:
            with contextlib.suppress(BenchFileError):
                for secret in _bench_file().secrets:
                    self._redactor.add(secret)

    def redact(self, text: str) -> str:
        """`text` without identities and without the bench's secrets."""
        return self._redactor.text(text)

    def close(self) -> None:
        """Close the bench, whatever state it is in."""
        with contextlib.ExitStack() as stack:
            if self._bench is not None:
                stack.callback(self._bench.close)
                self._bench = None
            stack.callback(self.end_test)


def _bench_file() -> BenchFile:
    """The bench file of this run.

    Raises:
        BenchFileError: it cannot be used.
    """
    variable = BuiltIn().get_variable_value
    return load(find(variable("${BENCH}") or VIRTUAL), variable("${LESHAN}"))
