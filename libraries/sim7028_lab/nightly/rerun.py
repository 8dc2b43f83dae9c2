"""Which benches run again what failed there."""

from __future__ import annotations

from pathlib import Path

from sim7028_lab.nightly.night import BenchRun
from sim7028_lab.report.errors import ReportError
from sim7028_lab.report.journal import OUTPUT
from sim7028_lab.report.run import read_run
from sim7028_lab.report.verdicts import Verdict, judge

_MANY, _SHARE = 5, 0.25
"""Up to so many failures are run again, and more if they are no more than this share of all."""


def rerun_options(first: Path) -> list[str]:
    """What robot is told so that it runs what failed, and nothing else."""
    return ["--rerunfailed", str(first / OUTPUT)]


def wants_rerun(bench: BenchRun) -> bool:
    """Whether something failed on a bench that is worth another try; why not is kept in the bench.

    A bench that broke has nothing to try again, and where much fails, it is not by chance.
    """
    if bench.broken:
        return False
    try:
        run = read_run(bench.first)
    except ReportError as error:
        bench.not_rerun = str(error)
        return False
    verdicts = [judge([scenario]) for scenario in run.scenarios]
    failed = sum(verdict in (Verdict.FAIL, Verdict.BENCH) for verdict in verdicts)
    if not failed:
        return False
    if bench.missing or run.missing:
        bench.not_rerun = "the run did not come to its end"
    elif run.bench is None or Verdict.NOT_RUN in verdicts:
        bench.not_rerun = "the bench broke"
    elif failed > max(_MANY, _SHARE * len(verdicts)):
        bench.not_rerun = f"{failed} of {len(verdicts)} failed, too many for chance"
    return not bench.not_rerun
