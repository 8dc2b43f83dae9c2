"""What the keywords share: the open bench and the scenario that is running."""

from __future__ import annotations

import contextlib
from pathlib import Path

from robot.api import logger
from robot.libraries.BuiltIn import BuiltIn

from lab_evidence import Event, Redactor
from sim7028_lab.bench import Bench
from sim7028_lab.benchfile import find, load
from sim7028_lab.benchsections import VIRTUAL
from sim7028_lab.failure import Failure, Side
from sim7028_lab.probe import Probe, probe
from sim7028_lab.scenario import Scenario


class Stage:
    """Opens the bench once, whoever needs it first, and gives each test its own scenario."""

    def __init__(self) -> None:
        self._bench: Bench | None = None
        self._scenario: Scenario | None = None
        self._evidence = contextlib.ExitStack()
        self._probe: Probe | None = None
        self._failures: list[str] = []
        self._redactor = Redactor()
        self.evidence_file: Path | None = None

    @property
    def bench(self) -> Bench:
        """The bench, opened now if it is not yet.

        Raises:
            BenchFileError, PortError, AtError, LeshanError, VirtualModuleError: what is wrong.
        """
        if self._bench is None:
            variable = BuiltIn().get_variable_value
            file = load(find(variable("${BENCH}") or VIRTUAL), variable("${LESHAN}"))
            results = Path(variable("${OUTPUT DIR}"))
            self._bench = bench = Bench(file, results, logger.console, self._redactor)
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

        A test that begins anew in its middle goes on in the same file.
        """
        bench = self.bench
        self.end_scenario()
        if self.evidence_file is None:
            variable = BuiltIn().get_variable_value
            _, _, suite = variable("${SUITE NAME}").partition(".")
            self.evidence_file = self._evidence.enter_context(
                bench.keeping_evidence(suite or variable("${SUITE NAME}"), variable("${TEST NAME}"))
            )
        self._scenario = Scenario(bench)

    def end_scenario(self) -> None:
        """Drain the scenario and leave module and server clean; without one, do nothing."""
        if self._scenario is not None:
            scenario, self._scenario = self._scenario, None
            scenario.end()

    def end_test(self) -> None:
        """End what the running test left open."""
        try:
            self.end_scenario()
        finally:
            self._evidence.close()
            self.evidence_file = None
            self._probe = None
            self._failures.clear()

    def record(self, event: Event) -> None:
        """Put an event on the timeline, once there is one."""
        if self._bench is not None:
            self._bench.timeline.record(event)

    def failed(self, keyword: str, error: BaseException) -> None:
        """Put a failed step on the timeline; the first of a scenario makes the bench be probed."""
        if self._bench is None:
            return
        failure = Failure.of(keyword, error)
        self._failures.append(failure.message)
        if self._scenario is not None:
            self._scenario.keep_nothing()
        self.record(failure.event)
        if self._probe is None and not (failure.side is Side.HARNESS and failure.certain):
            given_up = self._scenario.given_up if self._scenario else ()
            self._probe = probe(self._bench, given_up)
            self.record(self._probe.event)

    def failed_elsewhere(self, keyword: str, message: str) -> None:
        """Put a step on the timeline that failed outside the lab, unless it is there already."""
        if not any(known in message for known in self._failures):
            self._failures.append(message)
            self.record(Failure.elsewhere(keyword, message).event)

    def since(self, t: float) -> tuple[Event, ...]:
        """What the timeline saw from the monotonic time `t` on."""
        return self._bench.timeline.since(t) if self._bench is not None else ()

    def redact(self, text: str) -> str:
        """`text` without identities and, once there is a bench, without its secrets."""
        return self._redactor.text(text)

    def close(self) -> None:
        """Close the bench, whatever state it is in."""
        with contextlib.ExitStack() as stack:
            if self._bench is not None:
                stack.callback(self._bench.close)
                self._bench = None
            stack.callback(self.end_test)
