"""All that the summary of one or several runs says, decided; pages and files only spell it out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from sim7028_lab.report.coverage import Coverage, cover
from sim7028_lab.report.findings import FindingSeen, collect_findings
from sim7028_lab.report.journal import BenchFacts, ModuleFacts, ModuleKind, Outcome
from sim7028_lab.report.requirements import Requirement
from sim7028_lab.report.run import Run
from sim7028_lab.report.timing import CommandTimes, time_commands
from sim7028_lab.report.trend import Changes, PastRun, Trend, changes, keep, trend
from sim7028_lab.report.verdicts import Verdict
from sim7028_lab.report.weighed import NO_BENCH, Weighed, weigh
from sim7028_lab.report.words import count, listed


@dataclass(frozen=True)
class BenchPart:
    """What belongs to one bench.

    Attributes:
        facts: what it is.
        module_at_end: what its module said at the end of the youngest run.
        runs: the runs on it, oldest first.
        scenarios: with their verdicts.
        trend: the runs before.
        changes: what is different from the run before; None when there was none.
    """

    facts: BenchFacts
    module_at_end: ModuleFacts | None
    runs: tuple[Run, ...]
    scenarios: tuple[Weighed, ...]
    trend: Trend
    changes: Changes | None

    @property
    def seconds(self) -> float:
        """How long the runs took in all."""
        return sum(run.elapsed for run in self.runs)

    @property
    def stayed_itself(self) -> bool:
        """Whether the module was at the end what it was at the start, as far as it said."""
        return self.module_at_end in (None, self.facts.module)


@dataclass(frozen=True)
class Summary:
    """What one or several runs come to.

    Attributes:
        made: when this was made, in UTC.
        benches: a part for each.
        coverage: of the requirements, by all of them.
        findings: where modules differ from what is documented.
        commands: how long they took.
    """

    made: datetime
    benches: tuple[BenchPart, ...]
    coverage: Coverage
    findings: tuple[FindingSeen, ...]
    commands: tuple[CommandTimes, ...]

    @property
    def runs(self) -> tuple[Run, ...]:
        """All runs."""
        return tuple(run for bench in self.benches for run in bench.runs)

    @property
    def scenarios(self) -> tuple[Weighed, ...]:
        """All scenarios, bench by bench."""
        return tuple(weighed for bench in self.benches for weighed in bench.scenarios)

    @property
    def counts(self) -> Mapping[Verdict, int]:
        """How many scenarios came out in each way."""
        return {
            verdict: sum(weighed.verdict is verdict for weighed in self.scenarios)
            for verdict in Verdict
        }

    @property
    def verdict(self) -> Verdict:
        """The most urgent verdict of any scenario."""
        return next((v for v in Verdict if self.counts[v]), Verdict.NOT_RUN)

    @property
    def missing(self) -> tuple[str, ...]:
        """What is not there; empty when all runs came to their end."""
        return tuple(sentence for run in self.runs for sentence in run.missing)

    def since(self, finding: FindingSeen) -> int | None:
        """The number of the first run that saw a finding; None when it is new on some bench."""
        names = {weighed.bench.name for weighed in finding.scenarios}
        firsts = [
            bench.trend.finding_since(finding.key)
            for bench in self.benches
            if bench.facts.name in names
        ]
        known = [first for first in firsts if first is not None]
        return min(known) if known and len(known) == len(firsts) else None

    @property
    def is_good(self) -> bool:
        """Whether nothing speaks against the module: what a program that waits wants to know."""
        return not self.missing and self.verdict in (Verdict.PASS, Verdict.SERVER_LIMIT)

    @property
    def first_words(self) -> tuple[str, ...]:
        """What answered, so that nobody takes a simulated module for a real one."""
        return tuple(dict.fromkeys(_first_words(bench.facts) for bench in self.benches))

    @property
    def sentence(self) -> str:
        """The verdict in one sentence."""
        total, of = len(self.scenarios), self.counts[self.verdict]
        if self.counts[Verdict.BENCH] + self.counts[Verdict.NOT_RUN] == total:
            return "Nothing was tested."
        if self.verdict is Verdict.FAIL:
            new = sum(len(bench.changes.new) for bench in self.benches if bench.changes)
            news = f"; {new} of them {_are(new)} new since the last run" if new else ""
            return f"{of} of {count(total, 'scenario')} {'fails' if of == 1 else 'fail'}{news}."
        match self.verdict:
            case Verdict.FLAKY:
                return f"No scenario fails, but {of} passed only when run again."
            case Verdict.BENCH:
                return f"The bench broke in {of} of {count(total, 'scenario')}."
            case Verdict.SERVER_LIMIT:
                return f"All {total - of} scenarios that this server can judge pass."
            case Verdict.NOT_RUN if self.missing:
                return f"{total - of} of {count(total, 'scenario')} came to a result; all pass."
            case Verdict.NOT_RUN:
                return f"{of} of {count(total, 'scenario')} {_were(of)} not run; the others pass."
            case _:
                return f"All {total} scenarios pass." if total > 1 else "The one scenario passes."

    @property
    def lead(self) -> tuple[str, ...]:
        """What else must be known before anything is concluded, a sentence each."""
        return (
            *self._about_the_module(),
            *self._about_the_rest(),
            *self._about_coverage(),
            *self._about_completeness(),
        )

    def _about_the_module(self) -> list[str]:
        said = []
        if any(bench.facts.kind is ModuleKind.VIRTUAL for bench in self.benches):
            said.append(
                "A program stood in for the module: this tells about scenarios, harness and server,"
                " and nothing about a real SIM7028."
            )
        for bench in self.benches:
            if bench.facts.kind is not ModuleKind.UNKNOWN:
                continue
            if all(weighed.scenario.has_bench for weighed in bench.scenarios):
                said.append("Nothing tells which module answered, a simulated or a real one.")
            else:
                said.append("The bench could not be opened, so no module was asked anything.")
        said += [
            f"The module on {bench.facts.name} changed during the run: it was"
            f" {bench.facts.module}, and at the end {bench.module_at_end}."
            for bench in self.benches
            if not bench.stayed_itself
        ]
        return said

    def _about_the_rest(self) -> list[str]:
        clauses = {
            Verdict.FLAKY: "passed only when run again",
            Verdict.BENCH: "could not be judged because the bench broke",
            Verdict.SERVER_LIMIT: "could not be judged because the server cannot show the answer",
        }
        said = [
            f"{self.counts[verdict]} {clause}"
            for verdict, clause in clauses.items()
            if self.counts[verdict] and verdict is not self.verdict
        ]
        return [f"{listed(said)}."] if said else []

    def _about_coverage(self) -> list[str]:
        if not self.coverage.testable:
            return []
        virtual, real = map(self.coverage.covered, (ModuleKind.VIRTUAL, ModuleKind.REAL))
        said = (
            f"Of {count(self.coverage.testable, 'requirement')} that can be tested,"
            f" {virtual or 'none'} {_are(virtual)} shown on a simulated module and"
            f" {real or 'none'} on a real one."
        )
        return [said]

    def _about_completeness(self) -> list[str]:
        if self.missing:
            return [f"{sentence}." for sentence in self.missing]
        without = sum(weighed.scenario.evidence is None for weighed in self.scenarios)
        if self.counts[Verdict.NOT_RUN] or not self.scenarios:
            return []
        if without:
            return [f"All planned scenarios have a result; {without} left no evidence."]
        return ["Nothing is missing: every scenario has a result and its evidence."]


def _first_words(bench: BenchFacts) -> str:
    return str(bench.module) if bench.kind is ModuleKind.REAL else bench.kind.words


def _are(number: int) -> str:
    return "is" if number == 1 else "are"


def _were(number: int) -> str:
    return "was" if number == 1 else "were"


def summarise(runs: Sequence[Run], requirements: Sequence[Requirement], history: Path) -> Summary:
    """Put runs together, and into the history of their benches.

    Args:
        runs: at least one.
        requirements: to compute the coverage of.
        history: the file; it is made when it is not there.

    Raises:
        HistoryError: the history that is there cannot be used.
    """
    scenarios = weigh(runs)
    parts = _by_bench(runs, scenarios)
    past = {name: _past(facts, ours, weighed) for name, (facts, ours, weighed) in parts.items()}
    whole = keep(history, tuple(past.values()))
    benches = []
    for name, (facts, ours, weighed) in parts.items():
        line = trend(whole, past[name])
        benches.append(BenchPart(facts, ours[-1].module_at_end, ours, weighed, line, changes(line)))
    return Summary(
        made=datetime.now(UTC),
        benches=tuple(benches),
        coverage=cover(requirements, scenarios),
        findings=collect_findings(scenarios),
        commands=time_commands(weighed.scenario.events for weighed in scenarios),
    )


_Part = tuple[BenchFacts, tuple[Run, ...], tuple[Weighed, ...]]


def _by_bench(runs: Sequence[Run], scenarios: Sequence[Weighed]) -> dict[str, _Part]:
    parts: dict[str, _Part] = {}
    for run in sorted(runs, key=_started):
        name = (run.bench or NO_BENCH).name
        ours = (*parts[name][1], run) if name in parts else (run,)
        weighed = tuple(each for each in scenarios if each.bench.name == name)
        parts[name] = (run.bench or NO_BENCH, ours, weighed)
    return parts


def _started(run: Run) -> datetime:
    return run.started or datetime.min.replace(tzinfo=UTC)


def _past(bench: BenchFacts, runs: Sequence[Run], scenarios: Sequence[Weighed]) -> PastRun:
    times = time_commands(weighed.scenario.events for weighed in scenarios)
    return PastRun(
        run="+".join(run.id for run in runs),
        started=_started(runs[-1]),
        bench=bench.name,
        module=f"{bench.kind.words.lower()}, {bench.module}" if bench is not NO_BENCH else "",
        server=bench.server,
        harness=dict(runs[-1].tools).get("sim7028-lab", ""),
        complete=not any(run.missing for run in runs),
        seconds=sum(run.elapsed for run in runs),
        verdicts={weighed.scenario.id: weighed.verdict for weighed in scenarios},
        findings=tuple(finding.key for finding in collect_findings(scenarios)),
        slowest={each.command: each.worst for each in times if each.worst is not None},
    )


def results_by_outcome(summary: Summary) -> Mapping[Outcome, int]:
    """How many results Robot Framework itself calls passed, failed and so on."""
    return {
        outcome: sum(
            scenario.outcome is outcome for run in summary.runs for scenario in run.scenarios
        )
        for outcome in Outcome
    }
