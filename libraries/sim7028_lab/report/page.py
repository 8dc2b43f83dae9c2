"""The summary as a page: one file, opened from disk, read without script, nothing loaded."""

from __future__ import annotations

import itertools
import os
import shlex
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from statistics import median
from urllib.parse import quote

from jinja2 import Environment
from markupsafe import Markup, escape

from sim7028_lab.report.charts import shares, strips, trend_chart
from sim7028_lab.report.coverage import Area, State
from sim7028_lab.report.diagnosis import Diagnosis, diagnose
from sim7028_lab.report.findings import FindingSeen
from sim7028_lab.report.journal import ModuleKind, Outcome
from sim7028_lab.report.markup import environment
from sim7028_lab.report.requirements import Basis, Requirement
from sim7028_lab.report.run import Run
from sim7028_lab.report.summary import BenchPart, Summary
from sim7028_lab.report.timing import LIMIT
from sim7028_lab.report.trend import PastRun
from sim7028_lab.report.verdicts import Verdict
from sim7028_lab.report.weighed import Weighed
from sim7028_lab.report.words import count, day, duration, percent, visible

_SLOWEST = 5
_LONGEST_MESSAGE = 1500

_ORDER = (
    Verdict.PASS,
    Verdict.FAIL,
    Verdict.FLAKY,
    Verdict.BENCH,
    Verdict.SERVER_LIMIT,
    Verdict.NOT_RUN,
)
_SEVERITIES = {"error": "fail", "warning": "flaky"}


@dataclass(frozen=True)
class Case:
    """A scenario that did not pass, as the page shows it.

    Attributes:
        id: its place on the page.
        weighed: the scenario.
        since: since when it is so; empty when there is nothing to compare it with.
        marks: how it came out in the last runs.
        log, evidence: where to look; empty when there is nothing.
        requirements: the ids of those that it claims.
        step: the keyword that failed, as written; empty when none is known.
        repeat: the command line that runs it again.
        meaning: what a verdict other than FAIL means.
        diagnosis: what its evidence tells of the failure; None when it tells nothing.
        words: the message, as far as the diagnosis does not say the same.
    """

    id: str
    weighed: Weighed
    since: str
    marks: tuple[Verdict | None, ...]
    log: str
    evidence: str
    requirements: tuple[str, ...]
    step: str
    repeat: str
    meaning: str
    diagnosis: Diagnosis | None
    words: str


@dataclass(frozen=True)
class FindingShown:
    """A finding, and the number of the run that saw it first; None when it is new."""

    finding: FindingSeen
    since: int | None

    @property
    def css(self) -> str:
        """The class of its weight."""
        return _SEVERITIES.get(self.finding.severity, "none")


def templates() -> Environment:
    """The report's templates, with what the pages need to write numbers and names."""
    env = environment()
    env.filters |= {
        "cited": _cited,
        "day": day,
        "duration": duration,
        "events": _events,
        "first_lines": _first_lines,
        "passed": _passed,
        "percent": percent,
        "share": _share,
        "tell_states": _tell_states,
        "title_of": _title_of,
    }
    return env


def render(summary: Summary, folder: Path, others: Mapping[str, str]) -> str:
    """The page.

    Args:
        summary: what it says.
        folder: where the page will be; links are relative to it.
        others: further pages beside it, title and file name.
    """
    links = _Links(folder)
    cases = list(_cases(summary, links))
    return (
        templates()
        .get_template("summary.html")
        .render(
            summary=summary,
            order=_ORDER,
            counts=summary.counts,
            tally=shares([(verdict, summary.counts[verdict]) for verdict in _ORDER]),
            cases=[c for c in cases if c.weighed.verdict is not Verdict.NOT_RUN],
            unbegun=[c for c in cases if c.weighed.verdict is Verdict.NOT_RUN],
            findings=_findings(summary),
            times=strips(summary.commands),
            late_sentence=_late_sentence(summary),
            trends=[(bench, trend_chart(bench.trend)) for bench in summary.benches],
            groups=list(_groups(summary)),
            named=_Names(summary, cases),
            slowest=_slowest,
            links=links,
            scenario_link=links.scenario,
            others=list(others.items()),
            kinds={bench.facts.kind for bench in summary.benches},
            FAIL=Verdict.FAIL,
            PASS=Verdict.PASS,
            NOT_RUN=Verdict.NOT_RUN,
            VIRTUAL=ModuleKind.VIRTUAL,
            REAL=ModuleKind.REAL,
            LIMIT=LIMIT,
        )
    )


class _Links:
    """Where a scenario's log and evidence are, seen from the page."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder.resolve()
        self._logs: dict[Path, bool] = {}

    def __call__(self, weighed: Weighed) -> tuple[str, str]:
        """Its log and its evidence; empty where there is none."""
        run, scenario = weighed.run, weighed.scenario
        if run.folder not in self._logs:
            self._logs[run.folder] = (run.folder / "log.html").is_file()
        log = f"{self._to(run, Path('log.html'))}#{scenario.anchor}"
        return (
            log if scenario.anchor and self._logs[run.folder] else "",
            self._to(run, scenario.evidence) if scenario.evidence else "",
        )

    def _to(self, run: Run, file: Path) -> str:
        way = os.path.relpath(run.folder.resolve() / file, self._folder)
        return quote(Path(way).as_posix())

    def scenario(self, weighed: Weighed) -> Markup:
        """Its name, as a link to where most can be seen."""
        log, evidence = self(weighed)
        name = escape(visible(weighed.scenario.name))
        target = log or evidence
        return Markup('<a href="{}">{}</a>').format(target, name) if target else name


class _Names:
    """What a scenario is called on the page, by its id."""

    def __init__(self, summary: Summary, cases: list[Case]) -> None:
        self._names = {
            (weighed.bench.name, weighed.scenario.id): weighed.scenario.name
            for weighed in summary.scenarios
        }
        self._places = {(c.weighed.bench.name, c.weighed.scenario.id): c.id for c in cases}

    def __call__(self, bench: BenchPart, scenario: str) -> Markup:
        """Its name, as a link where the page tells more about it."""
        key = bench.facts.name, scenario
        name = escape(visible(self._names.get(key, scenario)))
        place = self._places.get(key)
        return Markup('<a href="#{}">{}</a>').format(place, name) if place else name


def _cases(summary: Summary, links: _Links) -> Iterator[Case]:
    known = {c.requirement.id for area in summary.coverage.areas for c in area.requirements}
    order, numbers = list(Verdict), itertools.count(1)
    for bench in summary.benches:
        for weighed in sorted(bench.scenarios, key=lambda each: order.index(each.verdict)):
            if weighed.verdict is Verdict.PASS:
                continue
            scenario = weighed.scenario
            log, evidence = links(weighed)
            diagnosis = diagnose(scenario.events)
            yield Case(
                id=f"c{next(numbers)}",
                weighed=weighed,
                since=_since(bench, weighed),
                marks=bench.trend.marks(scenario.id),
                log=log,
                evidence=evidence,
                requirements=tuple(tag for tag in scenario.tags if tag in known),
                step=_failed_step(weighed),
                repeat=_repeat(weighed),
                meaning="" if weighed.verdict is Verdict.FAIL else _sentence(weighed),
                diagnosis=diagnosis,
                words=_own_words(scenario.message, diagnosis),
            )


def _since(bench: BenchPart, weighed: Weighed) -> str:
    if bench.trend.before is None:
        return ""
    first = bench.trend.since(weighed.scenario.id)
    return f"{weighed.verdict.value} since run {first}" if first else "New in this run"


def _own_words(message: str, diagnosis: Diagnosis | None) -> str:
    if diagnosis is None:
        return message
    # The log has the diagnosis below the message; here it stands beside it.
    words = message.partition(f"\n\n{diagnosis.text.partition(': ')[0]}: ")[0]
    told = diagnosis.expected and words.strip().endswith(diagnosis.came)
    return "" if told or words.strip() == diagnosis.came else words


def _failed_step(weighed: Weighed) -> str:
    for step in weighed.scenario.steps:
        if step.outcome is Outcome.FAILED:
            return "    ".join([step.name, *step.arguments])
    return ""


def _sentence(weighed: Weighed) -> str:
    meaning = weighed.verdict.look.meaning
    return f"{meaning[0].upper()}{meaning[1:]}."


def _repeat(weighed: Weighed) -> str:
    if not weighed.bench.name:
        return ""
    test = shlex.quote(f"*.{weighed.scenario.suite}.{weighed.scenario.name}")
    return f"robot -v BENCH:{shlex.quote(weighed.bench.name)} -d results -t {test} robot/"


def _findings(summary: Summary) -> list[FindingShown]:
    shown = [FindingShown(finding, summary.since(finding)) for finding in summary.findings]
    return sorted(shown, key=lambda each: (each.finding.accepted, each.since is not None))


def _groups(summary: Summary) -> Iterator[tuple[BenchPart, str, list[Weighed]]]:
    for bench in summary.benches:
        for area, group in groupby(bench.scenarios, key=lambda each: each.scenario.area):
            yield bench, area, list(group)


def _slowest(bench: BenchPart) -> list[tuple[str, float, float | None]]:
    """The slowest commands now, and the median of their worst times in the runs before."""
    *before, now = bench.trend.runs
    ranked = sorted(now.slowest.items(), key=lambda each: -each[1])[:_SLOWEST]
    return [
        (command, worst, median(past) if (past := _worsts(before, command)) else None)
        for command, worst in ranked
    ]


def _worsts(runs: Iterable[PastRun], command: str) -> list[float]:
    return [run.slowest[command] for run in runs if command in run.slowest]


def _late_sentence(summary: Summary) -> str:
    limited = [times for times in summary.commands if times.limit is not None]
    late = [times for times in limited if times.late]
    if late:
        return (
            f"{count(sum(times.late for times in late), 'answer')} did not keep the limit of"
            f" {duration(LIMIT)}, of {len(late)} of {count(len(limited), 'LwM2M command')}."
        )
    if not limited:
        return "No LwM2M command was sent."
    slowest = max(limited, key=lambda times: times.worst or 0)
    return (
        f"All answers of {count(len(limited), 'LwM2M command')} kept the limit of"
        f" {duration(LIMIT)}. The slowest, {slowest.command}, took {duration(slowest.worst or 0)}."
    )


def _tell_states(area: Area) -> str:
    states = [covered.mark for covered in area.requirements]
    return ", ".join(f"{states.count(s)} {s.value.lower()}" for s in State if s in states)


def _title_of(area: str) -> str:
    return area.replace("-", " ").capitalize()


def _cited(requirement: Requirement) -> str:
    match requirement.basis:
        case Basis.OMA:
            return requirement.section
        case Basis.NOTE:
            return f"note {requirement.section}"
        case Basis.ASSUMED:
            return f"assumed, note {requirement.section} is silent"


def _passed(group: list[Weighed]) -> int:
    return sum(weighed.verdict is Verdict.PASS for weighed in group)


def _share(share: float) -> str:
    return "under 1 %" if share < 0.01 else f"{share * 100:,.0f} %"


def _events(run: Run) -> str:
    return f"{sum(len(scenario.events) for scenario in run.scenarios):,}"


def _first_lines(message: str) -> str:
    if len(message) <= _LONGEST_MESSAGE:
        return message
    return f"{message[:_LONGEST_MESSAGE]}… ({len(message):,} characters; all of it is in the log)"
