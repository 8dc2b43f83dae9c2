"""One run, read back from what it left in its folder of results.

Robot's output.xml says how each scenario ended, the evidence what was seen meanwhile, the journal
what was planned and on which bench. Any of them may be missing or cut short after a kill; what
can be known is read, and what cannot is named.
"""

from __future__ import annotations

import html
import re
from collections import Counter, defaultdict, deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import unquote

from robot import result
from robot.api import ExecutionResult
from robot.errors import DataError  # type: ignore[import-untyped]  # it carries no types

from lab_evidence import Event, Source, evidence_file, read_events
from sim7028_lab.report.errors import ReportError
from sim7028_lab.report.journal import (
    JOURNAL,
    OUTPUT,
    BenchFacts,
    Finished,
    ModuleFacts,
    ModuleKind,
    Outcome,
    Planned,
    RunRecord,
    read_journal,
    scenario_id,
    suite_path,
)

_EVIDENCE_LINK = re.compile(r'href="(evidence/[^"]+\.jsonl)"')
_MERGED = re.compile(r'<span class="old-status">[^<]*</span> <span class="(pass|fail|skip)">')
_TAG = re.compile(r"<(?:br|hr|/p|/div|/li|/tr)\b[^>]*>|<[^>]*>", re.IGNORECASE)
_BREAKS = re.compile(r"<(?:br|hr|/p|/div|/li|/tr)\b", re.IGNORECASE)


class NoRunError(ReportError):
    """A folder holds nothing of a run."""


@dataclass(frozen=True, slots=True)
class Step:
    """One keyword of a scenario, as its author wrote it.

    Attributes:
        name: the keyword.
        arguments: as written.
        outcome: how it ended.
        elapsed: s.
    """

    name: str
    arguments: tuple[str, ...]
    outcome: Outcome
    elapsed: float


@dataclass(frozen=True)
class ScenarioResult:
    """How one scenario of a run ended, and what was seen meanwhile.

    Attributes:
        id: what it is called across runs; see `scenario_id`.
        name: its name.
        suite: as `suite_path` gives it.
        sentence: its documentation.
        tags: its tags.
        outcome: what Robot Framework says.
        message: why it did not pass, as text.
        started: when, in UTC; None when it did not run, or a killed run did not say.
        elapsed: s.
        anchor: its place in log.html, empty when that has none.
        diagram: the place of the step there that has the diagram, empty when there is none.
        steps: its keywords.
        evidence: its file, relative to the folder of results; None when there is none.
        events: what was seen, in order of time.
        has_bench: whether a bench was open, so that it says something about the module.
        earlier: how earlier tries ended, oldest first, where `rebot --merge` put them together.
    """

    id: str
    name: str
    suite: str
    sentence: str
    tags: tuple[str, ...]
    outcome: Outcome
    message: str = ""
    started: datetime | None = None
    elapsed: float = 0.0
    anchor: str = ""
    diagram: str = ""
    steps: tuple[Step, ...] = ()
    evidence: Path | None = None
    events: tuple[Event, ...] = field(default=(), repr=False)
    has_bench: bool = True
    earlier: tuple[Outcome, ...] = ()

    @property
    def area(self) -> str:
        """The topmost suite that it belongs to."""
        return self.suite.split(".", maxsplit=1)[0]

    @property
    def stands_alone(self) -> bool:
        """Whether its evidence has its beginning: it took over no registration of another's."""
        texts = {event.text for event in self.events if event.source in (Source.KEYWORD, Source.AT)}
        return "Module Shares Registration" not in texts or "AT+LWOPEN" in texts


@dataclass(frozen=True)
class Run:
    """One run.

    Attributes:
        folder: where its results are.
        id: what no other run is called.
        started: when, in UTC; None when nothing tells.
        elapsed: s.
        bench: what it stood on; None when the bench was never opened.
        module_at_end: what the module said it is at the end; None when it did not.
        tools: names of programs, with their versions.
        scenarios: every scenario that was planned or ran, in order.
        missing: what is not there of a run that did not come to its end, a sentence each; empty
            for a complete run.
        remarks: what else a reader must know of it, a sentence each.
        bench_name: what its bench is called, opened or not; the folder's name where nothing tells.
        bench_given: how the run was told to use it, by a name or the path of a bench file.
        began: when, on the monotonic clock that its events have; None when nothing tells.
        budget: how many bytes it may send over the air, both ways; None for as many as it takes.
        broken: why its bench cannot be used, as far as that was found out beside the run; empty
            where nothing speaks against it.
        events: what was seen before, between and after the scenarios, in order of time.
        output: Robot's own account of it; None where that is not whole.
    """

    folder: Path
    id: str
    started: datetime | None
    elapsed: float
    bench: BenchFacts | None
    module_at_end: ModuleFacts | None
    tools: tuple[tuple[str, str], ...]
    scenarios: tuple[ScenarioResult, ...]
    missing: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()
    bench_name: str = ""
    bench_given: str = ""
    began: float | None = None
    budget: int | None = None
    broken: str = ""
    events: tuple[Event, ...] = field(default=(), repr=False)
    output: Path | None = None

    @property
    def facts(self) -> BenchFacts:
        """What it stood on, as far as that is known."""
        return self.bench or unopened(self.bench_name)


def unopened(name: str) -> BenchFacts:
    """What is known of a bench that was never opened: its name."""
    return BenchFacts(name, ModuleKind.UNKNOWN, "", "", ModuleFacts("", ""), "", "")


def empty_run(folder: Path) -> Run:
    """A run that left nothing in its folder."""
    return Run(folder, folder.name, None, 0.0, None, None, (), (), bench_name=folder.name)


def read_run(folder: Path) -> Run:
    """Read what a run left in `folder`.

    Raises:
        NoRunError: there is neither an output of Robot's nor a journal, or it was a dry run.
        JournalError: the journal is none.
    """
    record = read_journal(folder)
    if record is not None and record.is_dry:
        raise NoRunError(
            f"{folder} holds a dry run, in which nothing was carried out: run it without --dryrun"
        )
    evidence = _Evidence(folder)
    output = _output_of(folder, record)
    whole = folder / output if output and (folder / output).is_file() else None
    try:
        robots = ExecutionResult(whole) if whole else None
        why = f"{output} is not there" if output else "output was turned off"
    except DataError:
        robots, why = None, f"{output} is empty or cut short"
    if robots is not None:
        run = replace(_from_output(folder, robots, record, evidence), output=whole)
    elif record is not None:
        run = _from_journal(folder, record, evidence, why)
    else:
        raise NoRunError(
            f"{folder} holds no run: {why}, and there is no {JOURNAL}. Name the folder that"
            " `robot -d` was given"
        )
    if record is not None and record.bench is None:
        run = replace(run, scenarios=tuple(replace(s, has_bench=False) for s in run.scenarios))
    given = record.given if record else ""
    name = run.bench.name if run.bench else Path(given).name.removesuffix(".toml")
    return replace(
        run,
        bench_name=name or folder.resolve().name,
        bench_given=given or name,
        began=record.began if record else None,
        budget=record.budget if record else None,
        events=evidence.events(evidence.between),
        remarks=tuple(evidence.complaints),
    )


def _output_of(folder: Path, record: RunRecord | None) -> str | None:
    """Robot's account that counts: rebot may have merged a later run into the usual one."""
    named = record.output if record else OUTPUT
    if named is None or named == OUTPUT:
        return named
    try:
        is_newer = (folder / OUTPUT).stat().st_mtime > (folder / named).stat().st_mtime
    except OSError:
        return named
    return OUTPUT if is_newer else named


def _from_output(
    folder: Path, robots: result.Result, record: RunRecord | None, evidence: _Evidence
) -> Run:
    suite = robots.suite
    sentences = {planned.id: planned.sentence for planned in record.planned} if record else {}
    ended = _Ended(record)
    scenarios = list(
        _told_apart(
            _of_test(test, ended.take(scenario_id(test.source, test.name)), evidence)
            for test in suite.all_tests
        )
    )
    seen = {scenario.id for scenario in scenarios}
    absent = [p for p in record.planned if p.id not in seen] if record else []
    scenarios += [_not_run(planned, "Robot's output does not hold it") for planned in absent]
    missing = [f"{len(absent)} planned scenarios have no result"] if absent else []
    started = _utc(suite.start_time) if suite.start_time else None
    return Run(
        folder=folder,
        id=record.run if record else f"{started:%Y%m%dT%H%M%S.%f}" if started else folder.name,
        started=record.started if record else started,
        elapsed=suite.elapsed_time.total_seconds(),
        bench=record.bench if record else None,
        module_at_end=record.module_at_end if record else None,
        tools=tuple(record.tools.items()) if record else (),
        scenarios=tuple(
            replace(s, sentence=s.sentence or sentences.get(s.id, "")) for s in scenarios
        ),
        missing=tuple(missing),
    )


def _from_journal(folder: Path, record: RunRecord, evidence: _Evidence, why: str) -> Run:
    ended = _Ended(record)
    scenarios = list(
        _told_apart(
            _of_journal(planned, ended.take(planned.id), evidence) for planned in record.planned
        )
    )
    without = sum(scenario.outcome is Outcome.NOT_RUN for scenario in scenarios)
    missing = [f"Robot's {why}, so log.html and report.html are not of this run"]
    if without:
        missing.append(f"{without} of {len(scenarios)} planned scenarios have no result")
    if not record.closed:
        missing.append("The bench was not closed, so the module was not asked again what it is")
    return Run(
        folder=folder,
        id=record.run,
        started=record.started,
        elapsed=record.ended or _seen_for(scenarios),
        bench=record.bench,
        module_at_end=record.module_at_end,
        tools=tuple(record.tools.items()),
        scenarios=tuple(scenarios),
        missing=tuple(missing),
    )


class _Ended:
    """What a journal tells of scenarios that ended; a run may carry out one of them repeatedly."""

    def __init__(self, record: RunRecord | None) -> None:
        self._by_id: defaultdict[str, deque[Finished]] = defaultdict(deque)
        for finished in record.finished if record else ():
            self._by_id[finished.id].append(finished)

    def take(self, name: str) -> Finished | None:
        """How it ended, the first time first; None when that is not told."""
        return self._by_id[name].popleft() if self._by_id[name] else None


def _of_test(
    test: result.TestCase, finished: Finished | None, evidence: _Evidence
) -> ScenarioResult:
    suite = suite_path(test.parent)
    linked = evidence.linked(test)
    file, diagram = linked or (evidence.of(finished, suite, test.name), "")
    earlier = tuple(Outcome(status.upper()) for status in _MERGED.findall(test.message))
    return ScenarioResult(
        id=scenario_id(test.source, test.name),
        name=test.name,
        suite=suite,
        sentence=test.doc,
        tags=tuple(test.tags),
        outcome=Outcome(test.status),
        message=_plain(test.message),
        started=_utc(test.start_time) if test.start_time else None,
        elapsed=test.elapsed_time.total_seconds(),
        anchor=test.id,
        diagram=diagram,
        steps=tuple(_step(keyword) for keyword in test.body if isinstance(keyword, result.Keyword)),
        evidence=file,
        events=evidence.events(file),
        earlier=earlier[::-1],
    )


def _of_journal(planned: Planned, finished: Finished | None, evidence: _Evidence) -> ScenarioResult:
    file = evidence.of(finished, planned.suite, planned.name)
    if finished is None:
        why = "the run ended while it was running" if file else "the run ended before it began"
        return replace(_not_run(planned, why), evidence=file, events=evidence.events(file))
    return ScenarioResult(
        id=planned.id,
        name=planned.name,
        suite=planned.suite,
        sentence=planned.sentence,
        tags=finished.tags,
        outcome=finished.outcome,
        message=_plain(finished.message),
        elapsed=finished.elapsed,
        evidence=file,
        events=evidence.events(file),
    )


def _not_run(planned: Planned, why: str) -> ScenarioResult:
    return ScenarioResult(
        planned.id,
        planned.name,
        planned.suite,
        planned.sentence,
        planned.tags,
        Outcome.NOT_RUN,
        message=why,
    )


def _step(keyword: result.Keyword) -> Step:
    return Step(
        keyword.name or "",
        tuple(map(str, keyword.args)),
        Outcome(keyword.status) if keyword.status in ("PASS", "FAIL", "SKIP") else Outcome.NOT_RUN,
        keyword.elapsed_time.total_seconds(),
    )


def _told_apart(scenarios: Iterator[ScenarioResult]) -> Iterator[ScenarioResult]:
    """Scenarios that a run carried out more than once get a number behind their id."""
    seen: Counter[str] = Counter()
    for scenario in scenarios:
        seen[scenario.id] += 1
        number = seen[scenario.id]
        yield scenario if number == 1 else replace(scenario, id=f"{scenario.id} #{number}")


def _utc(naive: datetime) -> datetime:
    """Robot writes the machine's local time."""
    return naive.astimezone(UTC)


def _seen_for(scenarios: Sequence[ScenarioResult]) -> float:
    """How long the events go on, in s."""
    times = [event.t for scenario in scenarios for event in scenario.events]
    return max(times) - min(times) if times else 0.0


def _plain(message: str) -> str:
    """A message of Robot's as text; one that begins with *HTML* loses its markup."""
    if not message.startswith("*HTML*"):
        return message.strip()
    text = _TAG.sub(lambda tag: "\n" if _BREAKS.match(tag[0]) else "", message[len("*HTML*") :])
    return re.sub(r"\n\s*\n+", "\n", html.unescape(text)).strip()


class _Evidence:
    """The files of evidence in a folder of results."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.complaints: list[str] = []

    def linked(self, test: result.TestCase) -> tuple[Path, str] | None:
        """The file that the scenario's own log links to, and the id of the step that does."""
        for keyword in reversed(_keywords(test)):
            for message in keyword.messages:
                if message.html and (link := _EVIDENCE_LINK.search(message.message)):
                    file = self._there(Path(unquote(html.unescape(link[1]))))
                    return (file, keyword.id) if file else None
        return None

    def of(self, finished: Finished | None, suite: str, name: str) -> Path | None:
        """The file that the journal names, or that a scenario of this name would have written."""
        if finished is not None and finished.evidence:
            return self._there(Path(finished.evidence))
        return self._there(evidence_file(Path("evidence"), suite, name))

    @property
    def between(self) -> Path | None:
        """The file of what happened outside of scenarios."""
        return self._there(Path("evidence", "bench.jsonl"))

    def _there(self, file: Path) -> Path | None:
        return file if ".." not in file.parts and (self._folder / file).is_file() else None

    def events(self, file: Path | None) -> tuple[Event, ...]:
        """The events in order of time; what cannot be read is complained about."""
        if file is None:
            return ()
        events: list[Event] = []
        try:
            events.extend(read_events(self._folder / file))
        except (OSError, ValueError) as error:
            self.complaints.append(f"Evidence is damaged: {error}")
        return tuple(sorted(events, key=lambda event: event.t))


def _keywords(test: result.TestCase) -> list[result.Keyword]:
    """The keywords of a test, those of its setup and teardown too, as deep as they go."""
    found = []
    waiting = deque(_parts(test))
    while waiting:
        item = waiting.popleft()
        if isinstance(item, result.Keyword):
            found.append(item)
            waiting += _parts(item)
    return found


def _parts(item: result.TestCase | result.Keyword) -> Iterator[object]:
    # Asking for a setup or a teardown that is none would make one.
    if item.has_setup:
        yield item.setup
    yield from item.body
    if item.has_teardown:
        yield item.teardown
