"""What a scenario's tries come to, in a word that is never only a colour."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import Enum

from sim7028_lab.report.journal import Outcome
from sim7028_lab.report.run import ScenarioResult

BENCH_TAG = "verdict:BENCH"
"""On a scenario whose failure a probe of the bench explains."""

SERVER_LIMIT_TAG = "verdict:SERVER-LIMIT"
"""On a scenario that the server's dialect lists as beyond what this server can show."""

RECOVERED_PREFIX = "recovered:"
"""On a scenario in whose time the module had to be recovered; the rung that did it follows."""

_BENCH_PREFIX = "BENCH:"
_NEVER_CAME_TO_ITS_END = re.compile(
    r"((Setup|Teardown) failed:\s)?"
    r"(Parent suite setup failed|Test execution stopped due to|Execution terminated by signal)"
)


class Verdict(Enum):
    """How a scenario came out. Only PASS is a pass."""

    FAIL = "FAIL"
    """Something that it asks for was not seen."""
    FLAKY = "FLAKY"
    """It failed and passed when it was run again, or the module had to be recovered on the way."""
    BENCH = "BENCH"
    """Port, SIM, radio or server was gone, as a probe at the failure showed, or never there."""
    SERVER_LIMIT = "SERVER LIMIT"
    """The server cannot show what the module did."""
    NOT_RUN = "NOT RUN"
    """It was planned, and has no result."""
    PASS = "PASS"  # noqa: S105 - a verdict, no password
    """All that it asks for was seen, at both ends."""

    @property
    def look(self) -> Look:
        """How pages show it."""
        return _LOOKS[self]


@dataclass(frozen=True, slots=True)
class Look:
    """How pages show a verdict.

    Attributes:
        css: the name of its class, whose colour is its own.
        shape: the id of its sign.
        meaning: a phrase for people who read the word for the first time.
    """

    css: str
    shape: str
    meaning: str


_LOOKS = {
    Verdict.PASS: Look(
        "pass", "s-pass", "all that the scenario asks for was seen, at the module and the server"
    ),
    Verdict.FAIL: Look("fail", "s-fail", "something that the scenario asks for was not seen"),
    Verdict.FLAKY: Look(
        "flaky",
        "s-flaky",
        "passed only when run again, or only with a module that had to be recovered; never counted"
        " as a pass",
    ),
    Verdict.BENCH: Look(
        "bench",
        "s-bench",
        "port, SIM, radio or server was gone, as a probe showed; no verdict on the module",
    ),
    Verdict.SERVER_LIMIT: Look(
        "limit", "s-limit", "this server cannot show what the module did; no verdict on the module"
    ),
    Verdict.NOT_RUN: Look("none", "s-none", "planned, but has no result; counted, never dropped"),
}


def judge(tries: Sequence[ScenarioResult]) -> Verdict:
    """The verdict on a scenario, from its tries on one bench.

    The last try decides, but a failure before a pass makes it FLAKY, and so does a module that had
    to be recovered in any of the tries. A try that has no result or that the bench spoiled says
    nothing else about the module; it stands only where no other try says more.

    Args:
        tries: at least one, oldest first.
    """
    singles = [verdict for scenario in tries for verdict in _each(scenario)]
    telling = [v for v in singles if v not in (Verdict.NOT_RUN, Verdict.BENCH)]
    if not telling:
        return Verdict.BENCH if Verdict.BENCH in singles else Verdict.NOT_RUN
    if telling[-1] is Verdict.PASS and (Verdict.FAIL in telling or any(map(rungs, tries))):
        return Verdict.FLAKY
    return telling[-1]


def rungs(scenario: ScenarioResult) -> tuple[str, ...]:
    """What recovered the module in the scenario's time, such as `power`; mostly nothing."""
    tags = [tag.casefold() for tag in scenario.tags]
    return tuple(
        tag.removeprefix(RECOVERED_PREFIX) for tag in tags if tag.startswith(RECOVERED_PREFIX)
    )


def _each(scenario: ScenarioResult) -> Iterable[Verdict]:
    for outcome in scenario.earlier:
        yield Verdict.FAIL if outcome is Outcome.FAILED else _PLAIN[outcome]
    yield _of_one(scenario)


def _of_one(scenario: ScenarioResult) -> Verdict:
    if scenario.outcome is not Outcome.FAILED:
        return _PLAIN[scenario.outcome]
    tags = {tag.casefold() for tag in scenario.tags}
    if "robot:exit" in tags or _NEVER_CAME_TO_ITS_END.match(scenario.message):
        return Verdict.NOT_RUN
    is_told = BENCH_TAG.casefold() in tags or scenario.message.startswith(_BENCH_PREFIX)
    if is_told or not scenario.has_bench:
        return Verdict.BENCH
    if SERVER_LIMIT_TAG.casefold() in tags:
        return Verdict.SERVER_LIMIT
    return Verdict.FAIL


_PLAIN = {
    Outcome.PASSED: Verdict.PASS,
    Outcome.FAILED: Verdict.FAIL,
    Outcome.SKIPPED: Verdict.NOT_RUN,
    Outcome.NOT_RUN: Verdict.NOT_RUN,
}
