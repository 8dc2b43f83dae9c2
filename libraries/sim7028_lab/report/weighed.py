"""The scenarios of one or several runs, each with its verdict, bench by bench."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from sim7028_lab.report.journal import BenchFacts, ModuleFacts, ModuleKind
from sim7028_lab.report.run import Run, ScenarioResult
from sim7028_lab.report.verdicts import Verdict, judge

NO_BENCH = BenchFacts("", ModuleKind.UNKNOWN, "", "", ModuleFacts("", ""), "", "")
"""Of a run whose bench was never opened."""

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
        bench = run.bench or NO_BENCH
        for scenario in run.scenarios:
            tries.setdefault((bench.name, scenario.id), []).append((run, scenario))
    return tuple(_weigh(each) for each in tries.values())


def _weigh(tries: list[tuple[Run, ScenarioResult]]) -> Weighed:
    verdict = judge([scenario for _, scenario in tries])
    # The youngest try that came to the verdict by itself; of a FLAKY one, the failure.
    wanted = {verdict, Verdict.FAIL} if verdict is Verdict.FLAKY else {verdict}
    alone = [(run, scenario) for run, scenario in tries if judge([scenario]) in wanted]
    failed = [each for each in alone if judge([each[1]]) is Verdict.FAIL]
    run, scenario = (failed or alone or tries)[-1]
    return Weighed(
        scenario,
        verdict,
        run.bench or NO_BENCH,
        run,
        sum(1 + len(scenario.earlier) for _, scenario in tries),
    )
