"""Repeats all scenarios of a run, round after round, for what only shows after hours."""

from __future__ import annotations

from robot import running


class Rounds:
    """A modifier for `robot --prerunmodifier Sim7028Lab.rounds.Rounds:20`.

    Every suite gets its rounds beside each other as *Round 1*, *Round 2* and so on, below the
    topmost suite, whose setup and teardown, which open and close the bench, happen once.

    Args:
        rounds: how often, at least once.
    """

    def __init__(self, rounds: str) -> None:
        self._rounds = _positive(rounds)

    def visit_suite(self, suite: running.TestSuite) -> None:
        """Multiply what the topmost suite holds: Robot's visitor interface."""
        once = suite.deepcopy()
        once.setup = once.teardown = None
        suite.tests.clear()
        suite.suites.clear()
        for number in range(1, self._rounds + 1):
            suite.suites.append(once.deepcopy(name=f"Round {number}"))


def _positive(text: str) -> int:
    if not text.isdecimal() or int(text) == 0:
        raise ValueError(f"Rounds:{text}: write how many rounds, such as Rounds:20")
    return int(text)
