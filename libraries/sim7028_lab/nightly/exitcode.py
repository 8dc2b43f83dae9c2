"""The one place that decides how a night ends for a program that waits for it."""

from __future__ import annotations

from enum import IntEnum

from sim7028_lab.report.summary import Summary
from sim7028_lab.report.verdicts import Verdict


class ExitCode(IntEnum):
    """What the exit code of a night says."""

    GOOD = 0
    """Every scenario passed on every bench, as far as this server can judge."""
    FAILED = 1
    """A scenario failed, or the run spent more than its budget."""
    BENCH_BROKEN = 2
    """No scenario failed, but a bench could not be used, or broke. Also: the call is wrong."""
    FLAKY = 3
    """Nothing worse than scenarios that passed only when they were run again."""
    INCOMPLETE = 4
    """Something is missing, whatever the rest says: it wins over all others."""


def exit_code(summary: Summary, *, flaky_is_good: bool) -> ExitCode:
    """What a night comes to. The first that fits of: incomplete, failed, bench broken, flaky.

    Args:
        summary: of all benches.
        flaky_is_good: the policy on scenarios that passed only when they were run again.
    """
    counts = summary.counts
    if summary.missing:
        return ExitCode.INCOMPLETE
    if counts[Verdict.FAIL] or summary.over_budget:
        return ExitCode.FAILED
    if counts[Verdict.BENCH] or any(bench.broken for bench in summary.benches):
        return ExitCode.BENCH_BROKEN
    if counts[Verdict.NOT_RUN]:
        return ExitCode.INCOMPLETE
    if counts[Verdict.FLAKY] and not flaky_is_good:
        return ExitCode.FLAKY
    return ExitCode.GOOD
