"""Ends what a test or a run left open, whatever its own teardowns did."""

from __future__ import annotations

from robot import result, running

from Sim7028Lab.stage import Stage


class Listener:
    """Robot's listener of the library."""

    ROBOT_LISTENER_API_VERSION = 3

    def __init__(self, stage: Stage) -> None:
        self._stage = stage

    def end_test(self, _data: running.TestCase, outcome: result.TestCase) -> None:
        """Fail a test that left something over and did not notice."""
        try:
            self._stage.end_test()
        except Exception as error:
            outcome.status = "FAIL"
            outcome.message = f"{outcome.message}\n\n{error}".strip()

    def close(self) -> None:
        """Close the bench when the run is over."""
        self._stage.close()
