"""What is looked at when robot is done, because its exit code does not tell."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from sim7028_lab.benchfile import BenchFile
from sim7028_lab.nightly.leaks import find_leaks
from sim7028_lab.nightly.night import BenchRun
from sim7028_lab.report.errors import ReportError
from sim7028_lab.report.journal import Outcome
from sim7028_lab.report.run import read_run
from sim7028_lab.report.words import count

_NAMED = 3
"""How many files or scenarios a sentence names."""


def check(bench: BenchRun, file: BenchFile, planned: Sequence[str]) -> None:
    """Say of a bench what is missing of its results.

    Args:
        bench: what was run there.
        file: its bench file, for its secrets.
        planned: the ids of the scenarios that were to be run.
    """
    if not bench.broken:
        _check_number(bench, planned)
        for folder in bench.tries:
            _check_evidence(bench, folder)
    if leaks := list(find_leaks(bench.folder, file.secrets)):
        names = [str(path.relative_to(bench.folder)) for path in leaks]
        bench.miss(
            f"a secret of {file.path.name} stands in {_named(names)}: do not give these files away,"
            " and report this as an error of the harness"
        )


def _check_number(bench: BenchRun, planned: Sequence[str]) -> None:
    try:
        run = read_run(bench.first)
        ran = sum(s.outcome is not Outcome.NOT_RUN for s in run.scenarios)
    except ReportError:
        ran = 0
    if ran < len(planned):
        bench.miss(f"{ran} of {count(len(planned), 'expected scenario')} came to a result")


def _check_evidence(bench: BenchRun, folder: Path) -> None:
    try:
        run = read_run(folder)
    except ReportError:  # said by what started it
        return
    if run.bench is None:
        return
    without = [
        scenario.name
        for scenario in run.scenarios
        if scenario.outcome in (Outcome.PASSED, Outcome.FAILED)
        and scenario.evidence is None
        and "robot:exit" not in scenario.tags
    ]
    if without:
        bench.miss(f"{count(len(without), 'scenario')} left no evidence: {_named(without)}")


def _named(names: Sequence[str]) -> str:
    more = len(names) - _NAMED
    return ", ".join(names[:_NAMED]) + (f" and {more} more" if more > 0 else "")
