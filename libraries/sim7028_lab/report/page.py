"""The summary as a page: one file, opened from disk, read without script, nothing loaded."""

from __future__ import annotations

import functools
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

from sim7028_lab.report.charts import Strip, Tick, shares, strips, trend_chart
from sim7028_lab.report.comparison import Row
from sim7028_lab.report.coverage import Area, State
from sim7028_lab.report.diagnosis import Diagnosis, diagnose
from sim7028_lab.report.findings import FindingSeen
from sim7028_lab.report.journal import ModuleKind, Outcome, test_pattern
from sim7028_lab.report.markup import environment
from sim7028_lab.report.parts import BenchPart
from sim7028_lab.report.recoveries import Recovery
from sim7028_lab.report.requirements import Basis, Requirement
from sim7028_lab.report.run import Run
from sim7028_lab.report.summary import Summary
from sim7028_lab.report.timing import CommandTimes
from sim7028_lab.report.trend import PastRun
from sim7028_lab.report.verdicts import Verdict
from sim7028_lab.report.weighed import Weighed
from sim7028_lab.report.words import count, day, duration, percent, visible

_SLOWEST = 5
_LONGEST_MESSAGE = 1000
_LONGEST_PLACE = 160

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
        repeat: the command line that runs it again on its bench.
        replay: the command line that runs it again at a desk, against what its module did; empty
            when too little is left of it.
        recovered: what was done to bring the module back in its time.
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
    replay: str
    recovered: tuple[Recovery, ...]
    meaning: str
    diagnosis: Diagnosis | None
    words: str


@dataclass(frozen=True)
class Alike:
    """Scenarios of several benches that are told together.

    Attributes:
        verdict: what all benches came to that tested them; None where there is no such verdict.
        words: what they have in common, behind the verdict.
        rows: the scenarios.
        differ: whether the benches do not agree on them.
    """

    verdict: Verdict | None
    words: str
    rows: tuple[Row, ...]
    differ: bool = False


@dataclass(frozen=True)
class FindingShown:
    """A finding, and the number of the run that saw it first; None when it is new."""

    finding: FindingSeen
    since: int | None

    @property
    def css(self) -> str:
        """The class of its weight."""
        return _SEVERITIES.get(self.finding.severity, "none")


@functools.cache
def templates() -> Environment:
    """The report's templates, with what the pages need to write numbers and names."""
    env = environment()
    env.filters |= {
        "at_a_place": _at_a_place,
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
            alike=list(_alike(summary)),
            recoveries=[(b, each) for b in summary.benches for each in b.recoveries],
            target=_Targets(links, cases),
            times=_times(summary),
            late_sentence=_late_sentence(summary),
            trends=[(bench, trend_chart(bench.trend)) for bench in summary.benches],
            groups=list(_groups(summary)),
            named=_Names(summary, cases),
            slowest=_slowest,
            links=links,
            scenario_link=links.scenario,
            others=list(others.items()),
            kinds={bench.facts.kind for bench in summary.benches},
            pages=links.pages,
            FAIL=Verdict.FAIL,
            PASS=Verdict.PASS,
            NOT_RUN=Verdict.NOT_RUN,
            VIRTUAL=ModuleKind.VIRTUAL,
            REAL=ModuleKind.REAL,
            UNKNOWN=ModuleKind.UNKNOWN,
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
        # Of a scenario that passed, Robot's log opens nothing by itself.
        place = scenario.diagram if scenario.outcome is Outcome.PASSED else ""
        log = f"{self._to(run, Path('log.html'))}#{place or scenario.anchor}"
        return (
            log if scenario.anchor and self._logs[run.folder] else "",
            self._to(run, scenario.evidence) if scenario.evidence else "",
        )

    def replay(self, weighed: Weighed) -> str:
        """The command line that replays it, seen from the folder of the page."""
        scenario = weighed.scenario
        if scenario.outcome is not Outcome.FAILED or not scenario.stands_alone:
            return ""
        # Without its place in Robot's output nobody knows which test it was.
        if not scenario.evidence or not scenario.anchor:
            return ""
        words = ["sim7028-lab", "replay", "--run"]
        # A bench that comes with the checkout is found by the name that the evidence tells.
        if Path(weighed.run.bench_given).is_absolute():
            words += ["--bench", weighed.run.bench_given]
        return shlex.join([*words, self._way(weighed.run, scenario.evidence)])

    def pages(self, run: Run) -> list[tuple[str, str]]:
        """Robot's own pages of a run that came to its end: name and address."""
        found = ("log.html", "report.html") if not run.missing else ()
        return [
            (name, self._to(run, Path(name))) for name in found if (run.folder / name).is_file()
        ]

    def _to(self, run: Run, file: Path) -> str:
        return quote(self._way(run, file))

    def _way(self, run: Run, file: Path) -> str:
        return Path(os.path.relpath(run.folder.resolve() / file, self._folder)).as_posix()

    def scenario(self, weighed: Weighed) -> Markup:
        """Its name, as a link to where most can be seen."""
        log, evidence = self(weighed)
        name = escape(visible(weighed.scenario.name))
        target = log or evidence
        return Markup('<a href="{}">{}</a>').format(target, name) if target else name


class _Targets:
    """Where most can be seen of a scenario: its place on the page, its log, its evidence."""

    def __init__(self, links: _Links, cases: list[Case]) -> None:
        self._links = links
        self._places = {(c.weighed.bench.name, c.weighed.scenario.id): f"#{c.id}" for c in cases}

    def __call__(self, weighed: Weighed) -> str:
        """The address; empty when there is nothing."""
        place = self._places.get((weighed.bench.name, weighed.scenario.id))
        return place or next(filter(None, self._links(weighed)), "")


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
                replay=links.replay(weighed),
                recovered=tuple(
                    recovery
                    for recovery in bench.recoveries
                    if recovery.scenario and recovery.scenario.id == scenario.id
                ),
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
    return "" if diagnosis.expected and words.strip().endswith(diagnosis.came) else words


def _failed_step(weighed: Weighed) -> str:
    for step in weighed.scenario.steps:
        if step.outcome is Outcome.FAILED:
            return "    ".join([step.name, *step.arguments])
    return ""


def _sentence(weighed: Weighed) -> str:
    meaning = weighed.verdict.look.meaning
    return f"{meaning[0].upper()}{meaning[1:]}."


def _repeat(weighed: Weighed) -> str:
    if not weighed.run.bench_given:
        return ""
    bench = shlex.quote(weighed.run.bench_given)
    test = shlex.quote(test_pattern(f"{weighed.scenario.suite}.{weighed.scenario.name}"))
    return f"robot -v BENCH:{bench} -d results -t {test} robot/"


def _alike(summary: Summary) -> Iterator[Alike]:
    """Where the benches differ, then what each verdict was given to, then what is not tested."""
    rows, all_left_something = summary.rows, all(bench.scenarios for bench in summary.benches)
    if differing := tuple(row for row in rows if len(row.told) > 1):
        yield Alike(None, "The benches differ", differing, differ=True)
    for verdict in Verdict:
        partly: list[Row] = []
        wholly: list[Row] = []
        for row in rows:
            if row.told == {verdict}:
                is_whole = all_left_something and row.told == row.verdicts
                (wholly if is_whole else partly).append(row)
        if partly:
            yield Alike(verdict, "where it was tested, which is not everywhere", tuple(partly))
        if wholly:
            yield Alike(verdict, "on all benches that have it", tuple(wholly))
    if untested := tuple(row for row in rows if not row.told):
        yield Alike(None, "Not tested on any bench", untested)


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


@dataclass(frozen=True)
class Times:
    """The times of all commands on one axis.

    Attributes:
        ticks: of the axis.
        first: the LwM2M commands, and others that were late.
        others: the rest.
    """

    ticks: tuple[Tick, ...]
    first: tuple[Strip, ...]
    others: tuple[Strip, ...]


def _times(summary: Summary) -> Times:
    picture = strips(summary.commands)
    first = tuple(each for each in picture.strips if each.times.late or _is_lwm2m(each.times))
    others = tuple(each for each in picture.strips if each not in first)
    return Times(picture.ticks, first, others)


def _is_lwm2m(times: CommandTimes) -> bool:
    return times.command.startswith("AT+LW")


def _late_sentence(summary: Summary) -> str:
    limited = [times for times in summary.commands if times.limit is not None]
    late = [times for times in limited if times.late]
    if late:
        return (
            f"{count(sum(times.late for times in late), 'answer')} did not keep the limit of"
            f" {'its command' if len(late) == 1 else 'their commands'}, of {len(late)} of"
            f" {count(len(limited), 'command')}."
        )
    if not limited:
        return "No command with a limit was sent."
    nearest = max(limited, key=lambda times: times.share or 0)
    return (
        f"All answers of {count(len(limited), 'command')} kept their limit. Nearest to its own came"
        f" {nearest.command}: {duration(nearest.worst or 0)} of {nearest.limit:g} s."
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


def _first_lines(message: str, longest: int = _LONGEST_MESSAGE) -> str:
    if len(message) <= longest:
        return message
    return f"{message[:longest]}… ({len(message):,} characters; all of it is in the log)"


def _at_a_place(shows: str) -> str:
    return _first_lines(shows, _LONGEST_PLACE)
