"""The scenarios of one or several runs, each with its verdict, bench by bench."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from sim7028_lab.report.journal import BenchFacts
from sim7028_lab.report.run import Run, ScenarioResult
from sim7028_lab.report.verdicts import Verdict, judge

_LONG_AGO = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True)
class Weighed:
    """One scenario on one bench, whatever the number of tries.

    Attributes:
        scenario: the try that the verdict is about.
        verdict: on all tries together.
        bench: where.
        run: the run that the try belongs to.
        tries: how often it was tried in all.
    """

    scenario: ScenarioResult
    verdict: Verdict
    bench: BenchFacts
    run: Run
    tries: int


def weigh(runs: Iterable[Run]) -> tuple[Weighed, ...]:
    """Put the tries of each scenario on each bench together.

    Runs on benches of the same name are tries of the same; a scenario that one of them did not
    carry out, as in a rerun of those that failed, is taken from the others.
    """
    tries: dict[tuple[str, str], list[tuple[Run, ScenarioResult]]] = {}
    for run in sorted(runs, key=lambda run: run.started or _LONG_AGO):
        for scenario in run.scenarios:
            tries.setdefault((run.bench_name, scenario.id), []).append((run, scenario))
    return tuple(_weigh(each) for each in tries.values())


def _weigh(tries: list[tuple[Run, ScenarioResult]]) -> Weighed:
    verdict = judge([scenario for _, scenario in tries])
    telling = _TELLING.get(verdict, (verdict,))
    # The youngest of those that tell most of the verdict.
    run, scenario = min(tries[::-1], key=lambda each: _place(telling, judge([each[1]])))
    return Weighed(
        scenario,
        verdict,
        run.facts,
        run,
        sum(1 + len(scenario.earlier) for _, scenario in tries),
    )


_TELLING = {Verdict.FLAKY: (Verdict.FAIL, Verdict.FLAKY, Verdict.BENCH)}
"""What a try has come to by itself that tells most of a verdict on several; else the same."""


def _place(telling: Sequence[Verdict], verdict: Verdict) -> int:
    return telling.index(verdict) if verdict in telling else len(telling)
