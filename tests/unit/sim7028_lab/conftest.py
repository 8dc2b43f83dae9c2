"""Folders of results as runs leave them, made without a run."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from html import escape
from itertools import count
from pathlib import Path

import pytest
from robot import result

from lab_evidence import Direction, Event, JsonlSink, Source, evidence_file
from sim7028_lab.report.journal import (
    BenchFacts,
    Finished,
    Journal,
    ModuleFacts,
    ModuleKind,
    Outcome,
    Planned,
    scenario_id,
)

VIRTUAL = BenchFacts(
    "virtual",
    ModuleKind.VIRTUAL,
    "virtual",
    "note-1.03",
    ModuleFacts("SIM7028", "VIRTUAL-SIM7028-0.1"),
    "Leshan 2.0.0-M4 (jvm)",
    "Leshan 2.0.0-M4 in Java 25, REST http://127.0.0.1:8080",
)
REAL = BenchFacts(
    "cellar",
    ModuleKind.REAL,
    "/dev/serial/by-id/cellar",
    "note-1.03",
    ModuleFacts("SIM7028", "B07"),
    "Leshan of unknown release (remote)",
    "Leshan run by others",
)


@dataclass(frozen=True)
class Told:
    """A scenario to be: how it ends, and what is seen meanwhile."""

    name: str
    outcome: Outcome = Outcome.PASSED
    message: str = ""
    tags: Sequence[str] = ()
    sentence: str = ""
    events: Sequence[Event] = field(default=())


class Results:
    """Makes the folder of a run in `root`."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._numbers = count(1)

    def __call__(
        self,
        *scenarios: Told,
        bench: BenchFacts | None = VIRTUAL,
        planned: Iterable[str] = (),
        killed: bool = False,
        journal: bool = True,
        module_at_end: ModuleFacts | None = None,
    ) -> Path:
        """A run of these scenarios, which lasted a second each.

        Args:
            scenarios: those that came to their end.
            bench: where; None for one that could not be opened.
            planned: names of scenarios that were planned besides.
            killed: leaves output.xml cut short and the journal without its end.
            journal: whether one is written.
            module_at_end: what it says then; the same as before when left out.
        """
        number = next(self._numbers)
        folder = self._root / f"run-{number}"
        folder.mkdir()
        started = datetime(2026, 11, number, 20, 0, tzinfo=UTC)
        if journal:
            self._write_journal(folder, scenarios, bench, planned, killed, module_at_end)
        for told in scenarios:
            sink = JsonlSink(evidence_file(folder / "evidence", "Read.Reads", told.name))
            for event in told.events:
                sink.write(event)
            sink.close()
        output = folder / "output.xml"
        _result(scenarios, started).save(output)
        if killed:
            output.write_bytes(output.read_bytes()[:-200])
        return folder

    @staticmethod
    def _write_journal(
        folder: Path,
        scenarios: Sequence[Told],
        bench: BenchFacts | None,
        planned: Iterable[str],
        killed: bool,
        module_at_end: ModuleFacts | None,
    ) -> None:
        book = Journal(folder)
        more = [Told(name) for name in planned]
        book.begin(
            Planned(_id(told.name), "Read.Reads", told.name, told.sentence, tuple(told.tags))
            for told in [*scenarios, *more]
        )
        if bench:
            book.opened(bench)
        for told in scenarios:
            book.finished(
                Finished(_id(told.name), told.outcome, told.message, tuple(told.tags), 1.0)
            )
        if not killed:
            if bench:
                book.closed(module_at_end or bench.module)
            book.ended()


def _id(name: str) -> str:
    return scenario_id("/somewhere/robot/06__read/reads.robot", name)


def _result(scenarios: Sequence[Told], started: datetime) -> result.Result:
    top = result.TestSuite("Robot", source=Path("/somewhere/robot"))
    read = top.suites.create("Read", source=Path("/somewhere/robot/06__read"))
    suite = read.suites.create("Reads", source=Path("/somewhere/robot/06__read/reads.robot"))
    local = started.astimezone().replace(tzinfo=None)
    for number, told in enumerate(scenarios):
        file = evidence_file(Path("evidence"), "Read.Reads", told.name)
        test = suite.tests.create(
            told.name,
            told.sentence,
            list(told.tags),
            status=told.outcome.value,
            message=told.message,
            start_time=local + timedelta(seconds=number),
            elapsed_time=timedelta(seconds=1),
        )
        test.body.create_keyword(
            "Server Should Receive", "Sim7028Lab", args=["F", "21.5"], status=told.outcome.value
        )
        test.teardown.config(name="End Scenario", owner="Sim7028Lab", status="PASS")
        test.teardown.body.create_message(
            f'<a href="{escape(file.as_posix())}">Evidence</a>', html=True
        )
    for each in (top, read, suite):
        each.start_time, each.elapsed_time = local, timedelta(seconds=len(scenarios))
    return result.Result(suite=top)


@pytest.fixture
def results(tmp_path: Path) -> Results:
    """Makes folders of results."""
    return Results(tmp_path)


@pytest.fixture
def told() -> type[Told]:
    """A scenario to be."""
    return Told


@pytest.fixture
def virtual() -> BenchFacts:
    """A bench with a virtual module."""
    return VIRTUAL


@pytest.fixture
def real() -> BenchFacts:
    """A bench with a real module."""
    return REAL


@pytest.fixture
def at() -> Callable[..., Event]:
    """An event on the UART: `at(1.5, "AT+LWOPEN")`, or with received=True the module's."""

    def make(t: float, text: str, *, final: bool = False, received: bool = False) -> Event:
        direction = Direction.RECEIVED if received or final else Direction.SENT
        return Event(Source.AT, direction, text, {"final": True} if final else {}, t)

    return make
