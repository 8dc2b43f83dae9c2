"""The scenarios of several benches side by side."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sim7028_lab.report.parts import BenchPart
from sim7028_lab.report.run import ScenarioResult
from sim7028_lab.report.verdicts import Verdict
from sim7028_lab.report.weighed import Weighed

UNTESTED = frozenset({Verdict.BENCH, Verdict.NOT_RUN})
"""What a bench may come to that says nothing about the scenario."""


@dataclass(frozen=True)
class Row:
    """One scenario on all benches.

    Attributes:
        scenario: as the first bench has it that has it.
        cells: how it came out, in the order of the benches; None where it was neither planned nor
            run.
    """

    scenario: ScenarioResult
    cells: tuple[Weighed | None, ...]

    @property
    def verdicts(self) -> frozenset[Verdict]:
        """What it came to on any bench."""
        return frozenset(cell.verdict for cell in self.cells if cell is not None)

    @property
    def told(self) -> frozenset[Verdict]:
        """The same without what only says that it was not tested."""
        return self.verdicts - UNTESTED


def compare(benches: Sequence[BenchPart]) -> tuple[Row, ...]:
    """A row for each scenario, in the order of the first bench that has it."""
    by_bench = [{each.scenario.id: each for each in bench.scenarios} for bench in benches]
    first = {id_: each.scenario for known in reversed(by_bench) for id_, each in known.items()}
    ordered = dict.fromkeys(id_ for known in by_bench for id_ in known)
    return tuple(Row(first[id_], tuple(known.get(id_) for known in by_bench)) for id_ in ordered)
