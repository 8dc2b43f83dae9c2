"""All that the summary of one or several runs says, decided; pages and files only spell it out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from sim7028_lab.report.air import spent
from sim7028_lab.report.comparison import Row, compare
from sim7028_lab.report.coverage import Coverage, cover
from sim7028_lab.report.findings import FindingSeen, collect_findings
from sim7028_lab.report.journal import BenchFacts, ModuleKind, Outcome
from sim7028_lab.report.parts import BenchPart, are, count_verdicts, when_flaky
from sim7028_lab.report.recoveries import recoveries
from sim7028_lab.report.requirements import Requirement
from sim7028_lab.report.run import Run, unopened
from sim7028_lab.report.timing import CommandTimes, time_commands
from sim7028_lab.report.trend import PastRun, changes, keep, trend
from sim7028_lab.report.verdicts import Verdict
from sim7028_lab.report.weighed import Weighed, weigh
from sim7028_lab.report.words import count, listed


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
        return count_verdicts(self.scenarios)

    @property
    def verdict(self) -> Verdict:
        """The most urgent verdict of any bench."""
        found = {bench.verdict for bench in self.benches}
        return next((verdict for verdict in Verdict if verdict in found), Verdict.NOT_RUN)

    @property
    def rows(self) -> tuple[Row, ...]:
        """The scenarios of all benches side by side."""
        return compare(self.benches)

    @property
    def missing(self) -> tuple[str, ...]:
        """What is not there; empty when all runs came to their end."""
        several = len(self.benches) > 1
        return tuple(
            f"{bench.name}: {sentence}" if several else sentence
            for bench in self.benches
            for sentence in bench.missing
        )

    @property
    def over_budget(self) -> tuple[str, ...]:
        """Which runs sent more over the air than they were allowed to, a sentence each."""
        several = len(self.benches) > 1
        return tuple(
            f"About {count(spent.traffic.bytes, 'byte')} went over the air"
            f"{f' on {bench.name}' if several else ''}, and {spent.budget:,} were allowed."
            for bench in self.benches
            for spent in bench.over_budget
        )

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
        return all(bench.is_good for bench in self.benches)

    @property
    def first_words(self) -> tuple[str, ...]:
        """What answered, so that nobody takes a simulated module for a real one."""
        return tuple(dict.fromkeys(_first_words(bench.facts) for bench in self.benches))

    @property
    def sentence(self) -> str:
        """The verdict in one sentence."""
        return self.benches[0].sentence if len(self.benches) == 1 else self._sentence_on_several()

    def _sentence_on_several(self) -> str:
        verdict, total = self.verdict, len(self.benches)
        if all(bench.was_idle for bench in self.benches):
            return "Nothing was tested."
        names = [bench.name for bench in self.benches if bench.verdict is verdict]
        on = f"on {len(names)} of {total} benches: {', '.join(names)}"
        match verdict:
            case Verdict.FAIL:
                return f"Scenarios fail {on}."
            case Verdict.FLAKY:
                return f"No scenario fails, but some passed only {when_flaky(self.scenarios)} {on}."
            case Verdict.BENCH:
                return f"The bench itself broke {on}."
            case Verdict.SERVER_LIMIT:
                return f"All scenarios that the server can judge pass on all {total} benches."
            case Verdict.NOT_RUN:
                return f"Not every scenario was run {on}; the others pass."
            case Verdict.PASS:
                return f"All scenarios pass on all {total} benches."

    @property
    def lead(self) -> tuple[str, ...]:
        """What else must be known before anything is concluded, a sentence each."""
        return (
            *self._about_the_module(),
            *self._about_the_rest(),
            *self.over_budget,
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
            which = f"bench {bench.name}" if len(self.benches) > 1 else "bench"
            if bench.broken and (bench.verdict is not Verdict.BENCH or len(self.benches) > 1):
                said.append(f"The {which} cannot be used: {bench.broken}.")
            elif bench.facts.kind is not ModuleKind.UNKNOWN or not bench.scenarios:
                continue
            elif all(weighed.scenario.has_bench for weighed in bench.scenarios):
                said.append("Nothing tells which module answered, a simulated or a real one.")
            else:
                asked = "its module was not" if len(self.benches) > 1 else "no module was"
                said.append(f"The {which} could not be opened, so {asked} asked anything.")
        said += [
            f"The module on {bench.name} changed during the run: it was"
            f" {bench.facts.module}, and at the end {bench.module_at_end}."
            for bench in self.benches
            if not bench.stayed_itself
        ]
        return said

    def _about_the_rest(self) -> list[str]:
        clauses = {
            Verdict.FLAKY: f"passed only {when_flaky(self.scenarios)}",
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
            f" {virtual or 'none'} {are(virtual)} shown on a simulated module and"
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
    parts = [_Part.of(name, runs, scenarios) for name in dict.fromkeys(r.bench_name for r in runs)]
    # A run that left nothing would tell a later one nothing.
    whole = keep(history, [part.past for part in parts if part.scenarios])
    return Summary(
        made=datetime.now(UTC),
        benches=tuple(part.after(whole) for part in parts),
        coverage=cover(requirements, scenarios),
        findings=collect_findings(scenarios),
        commands=time_commands(weighed.scenario.events for weighed in scenarios),
    )


@dataclass(frozen=True)
class _Part:
    """What belongs to one bench, before it is compared with its history."""

    facts: BenchFacts
    runs: tuple[Run, ...]
    scenarios: tuple[Weighed, ...]
    past: PastRun

    @classmethod
    def of(cls, name: str, runs: Sequence[Run], scenarios: Sequence[Weighed]) -> _Part:
        ours = tuple(sorted((run for run in runs if run.bench_name == name), key=_started))
        opened = [run.bench for run in ours if run.bench is not None]
        facts = opened[-1] if opened else unopened(name)
        weighed = tuple(each for each in scenarios if each.bench.name == name)
        return cls(facts, ours, weighed, _past(facts, ours, weighed))

    def after(self, history: Sequence[PastRun]) -> BenchPart:
        """It, with what is different from the runs before."""
        line = trend(history, self.past)
        return BenchPart(
            self.facts,
            self.runs[-1].module_at_end,
            self.runs,
            self.scenarios,
            line,
            changes(line) if self.scenarios else None,
            tuple(map(spent, self.runs)),
            tuple(each for run in self.runs for each in recoveries(run)),
        )


def _started(run: Run) -> datetime:
    return run.started or datetime.min.replace(tzinfo=UTC)


def _past(bench: BenchFacts, runs: Sequence[Run], scenarios: Sequence[Weighed]) -> PastRun:
    times = time_commands(weighed.scenario.events for weighed in scenarios)
    is_known = bench.kind is not ModuleKind.UNKNOWN
    return PastRun(
        run="+".join(run.id for run in runs),
        started=_started(runs[-1]),
        bench=bench.name,
        module=f"{bench.kind.words.lower()}, {bench.module}" if is_known else "",
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
