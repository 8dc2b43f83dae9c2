"""Ends what a test or a run left open, and says why a test failed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import cast

from robot import result, running
from robot.api import logger
from robot.libraries.BuiltIn import BuiltIn

from sim7028_lab.report.diagnosis import diagnose
from sim7028_lab.report.journal import suite_path
from sim7028_lab.report.verdicts import BENCH_TAG, RECOVERED_PREFIX, SERVER_LIMIT_TAG
from Sim7028Lab.stage import Stage

_VERDICTS = ("verdict:", RECOVERED_PREFIX)
"""How tags begin that tell what a test came to."""


class Listener:
    """Robot's listener of the library."""

    ROBOT_LISTENER_API_VERSION = 3

    def __init__(self, stage: Stage) -> None:
        self._stage = stage

    def start_test(self, data: running.TestCase, outcome: result.TestCase) -> None:
        """Know where the test stands, and end it as visibly as any.

        A file or folder that is run alone has no Test Teardown of the suite above it.
        """
        self._stage.suite = suite_path(outcome.parent)
        libraries = cast("Mapping[str, object]", BuiltIn().get_library_instance(all=True))
        if "Sim7028Lab" in libraries and not data.has_teardown:
            data.teardown.config(name="Sim7028Lab.End Scenario")

    def end_library_keyword(
        self, _data: running.Keyword, _keyword: object, outcome: result.Keyword
    ) -> None:
        """Know of failures of other libraries too, and of arguments that are none."""
        if outcome.failed and outcome.message:
            self._stage.failed_elsewhere(outcome.name or "", outcome.message)

    def end_test(self, _data: running.TestCase, outcome: result.TestCase) -> None:
        """Fail a test that left something over and did not notice; explain any failure."""
        _take_off_verdicts(outcome)
        try:
            self._stage.end_left_scenario()
        except Exception as error:
            self._stage.failed("End Scenario", error)
            _fail(outcome, error)
        if outcome.failed:
            self._stage.look_after()
            self._explain(outcome)
        self._tell_recovery(outcome)
        try:
            self._stage.end_test()
        except Exception as error:
            _fail(outcome, error)

    def _explain(self, outcome: result.TestCase) -> None:
        diagnosis = diagnose(self._stage.since(0))
        if diagnosis is None:
            return
        message = outcome.message
        complaints = diagnosis.probe.complaints if diagnosis.probe is not None else ()
        if self._stage.broken is not None and not complaints:
            complaints = (self._stage.broken.found,)
        if complaints:
            outcome.tags.add(BENCH_TAG)
            message = f"BENCH: {'; '.join(complaints)}.\n{message}"
        elif self._stage.restarted:
            message = f"The module restarted by itself: see *ATREADY below.\n{message}"
        if self._stage.is_beyond_server:
            outcome.tags.add(SERVER_LIMIT_TAG)
        outcome.message = f"{message}\n\n{diagnosis.text}"

    def _tell_recovery(self, outcome: result.TestCase) -> None:
        """Let nobody take a test for a plain pass in whose time the module was brought back."""
        if rungs := [rung.value for rung in self._stage.recovered]:
            outcome.tags.add(f"{RECOVERED_PREFIX}{rung}" for rung in rungs)
            told = f"The module had to be brought back, by: {', '.join(rungs)}."
            outcome.message = f"{outcome.message}\n\n{told}".strip()

    def close(self) -> None:
        """Close the bench when the run is over."""
        self._stage.close()


def _take_off_verdicts(outcome: result.TestCase) -> None:
    """A suite does not say what its tests come to."""
    for prefix in _VERDICTS:
        if outcome.tags.match(f"{prefix}*"):
            logger.warn(f"{outcome.full_name}: a tag {prefix}… is the lab's to give; taken off")
            outcome.tags.remove(f"{prefix}*")


def _fail(outcome: result.TestCase, error: Exception) -> None:
    outcome.status = "FAIL"
    outcome.message = f"{outcome.message}\n\n{error}".strip()
