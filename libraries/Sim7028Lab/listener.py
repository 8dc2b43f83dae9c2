"""Ends what a test or a run left open, and says why a test failed."""

from __future__ import annotations

from robot import result, running

from sim7028_lab.report.diagnosis import diagnose
from sim7028_lab.report.verdicts import BENCH_TAG
from Sim7028Lab.stage import Stage


class Listener:
    """Robot's listener of the library."""

    ROBOT_LISTENER_API_VERSION = 3

    def __init__(self, stage: Stage) -> None:
        self._stage = stage

    def end_library_keyword(
        self, _data: running.Keyword, _keyword: object, outcome: result.Keyword
    ) -> None:
        """Know of failures of other libraries too, and of arguments that are none."""
        if outcome.failed and outcome.message:
            self._stage.failed_elsewhere(outcome.name or "", outcome.message)

    def end_test(self, _data: running.TestCase, outcome: result.TestCase) -> None:
        """Fail a test that left something over and did not notice; explain any failure."""
        try:
            self._stage.end_scenario()
        except Exception as error:
            self._stage.failed("End Scenario", error)
            _fail(outcome, error)
        if outcome.failed:
            self._explain(outcome)
        try:
            self._stage.end_test()
        except Exception as error:
            _fail(outcome, error)

    def _explain(self, outcome: result.TestCase) -> None:
        diagnosis = diagnose(self._stage.since(0))
        if diagnosis is None:
            return
        message = outcome.message
        if diagnosis.probe is not None and diagnosis.probe.complaints:
            outcome.tags.add(BENCH_TAG)
            message = f"BENCH: {'; '.join(diagnosis.probe.complaints)}.\n{message}"
        outcome.message = f"{message}\n\n{diagnosis.text}"

    def close(self) -> None:
        """Close the bench when the run is over."""
        self._stage.close()


def _fail(outcome: result.TestCase, error: Exception) -> None:
    outcome.status = "FAIL"
    outcome.message = f"{outcome.message}\n\n{error}".strip()
