"""The journal of a run: what was planned, on which bench, how each scenario ended.

One JSON object a line in `run.jsonl`, flushed at once, so that a run that was killed has told all
up to the kill. Robot's own output.xml is whole only at the end.
"""

from __future__ import annotations

import json
import os
import platform
import re
import time
import uuid
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from enum import Enum
from importlib.metadata import version
from pathlib import Path
from typing import Any

from robot import model

from lab_evidence import encode_line
from sim7028_lab.report.errors import ReportError

JOURNAL = "run.jsonl"
"""Its name in the folder of results."""
OUTPUT = "output.xml"
"""What Robot calls its own account of a run, unless it is told otherwise."""


class JournalError(ReportError):
    """A file is not the journal of a run."""


class ModuleKind(Enum):
    """What answered the AT commands."""

    VIRTUAL = "virtual"
    REAL = "real"
    UNKNOWN = "unknown"
    """The bench was never opened, or no journal tells."""

    @property
    def words(self) -> str:
        """The first words of a report."""
        return {
            ModuleKind.VIRTUAL: "SIMULATED MODULE",
            ModuleKind.REAL: "REAL MODULE",
            ModuleKind.UNKNOWN: "MODULE NOT KNOWN",
        }[self]


class Outcome(Enum):
    """How Robot Framework ended a scenario."""

    PASSED = "PASS"
    FAILED = "FAIL"
    SKIPPED = "SKIP"
    NOT_RUN = "NOT RUN"


@dataclass(frozen=True, slots=True)
class ModuleFacts:
    """What a module said it is.

    Attributes:
        model: AT+CGMM.
        firmware: AT+CGMR.
    """

    model: str
    firmware: str

    def __str__(self) -> str:
        return f"{self.model}, firmware {self.firmware}"


@dataclass(frozen=True, slots=True)
class BenchFacts:
    """What a run stands on.

    Attributes:
        name: the bench file's, without its ending.
        kind: what answers the AT commands.
        port: where.
        profile: the dialect of its firmware that the bench file names.
        module: what it said it is when the bench was opened.
        server: the server's release and mode.
        server_described: the same with its addresses, in a line for people.
    """

    name: str
    kind: ModuleKind
    port: str
    profile: str
    module: ModuleFacts
    server: str
    server_described: str


@dataclass(frozen=True, slots=True)
class Planned:
    """A scenario that a run means to carry out.

    Attributes:
        id: as `scenario_id` gives it.
        suite: as `suite_path` gives it.
        name: its own.
        sentence: its documentation.
        tags: its tags.
    """

    id: str
    suite: str
    name: str
    sentence: str
    tags: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Finished:
    """How one scenario ended.

    Attributes:
        id: as `scenario_id` gives it.
        outcome: what Robot Framework says.
        message: why, when it did not pass.
        tags: those that it had at its end.
        elapsed: s.
        evidence: its file, seen from the folder of results; empty when there is none.
    """

    id: str
    outcome: Outcome
    message: str
    tags: tuple[str, ...]
    elapsed: float
    evidence: str = ""


@dataclass(frozen=True, slots=True)
class RunRecord:
    """All that a journal tells.

    Attributes:
        run: an id that no other run has.
        started: when, in UTC.
        began: the same on the monotonic clock of the machine, in s.
        tools: names of programs, with their versions.
        planned: what the run meant to carry out, in order.
        given: the bench that it was given, a name or the path of a bench file, whether or not it
            could be opened; empty in journals of old.
        budget: how many bytes it may send over the air, both ways; None for as many as it takes.
        output: where Robot writes how it ended, seen from the folder of results; None when it was
            told not to.
        is_dry: whether nothing was to be carried out.
        bench: None when it was never opened.
        finished: the scenarios that ended, in order.
        module_at_end: None when the bench was never closed, or the module did not say any more.
        closed: whether the bench was closed.
        ended: when the run ended, in s after its start; None when it did not.
    """

    run: str
    started: datetime
    began: float
    tools: Mapping[str, str]
    planned: tuple[Planned, ...]
    given: str
    budget: int | None
    output: str | None
    is_dry: bool
    bench: BenchFacts | None
    finished: tuple[Finished, ...]
    module_at_end: ModuleFacts | None
    closed: bool
    ended: float | None


def scenario_id(source: Path | str | None, name: str) -> str:
    """What a scenario is called across runs, checkouts and machines.

    Its file with the folder above it and its name, however much of the suites a run was given.
    """
    parts = Path(source).parts[-2:] if source else ()
    return ":".join(["/".join(parts), name])


def suite_path(suite: model.TestSuite) -> str:
    """What a suite is called in a run: with those above it but the topmost, joined by dots.

    The topmost tells what the run was given, and stands for itself where it has the tests.
    """
    names: list[str] = []
    while suite.parent is not None:
        names.insert(0, suite.name)
        suite = suite.parent
    return ".".join(names) or str(suite.name)


def test_pattern(path: str) -> str:
    """What `robot --test` finds a test by, whatever suites it is given: no name is a wildcard."""
    return "*." + re.sub(r"([*?\[])", r"[\1]", path)


class Journal:
    """Writes the journal of a run.

    Args:
        results: the folder of the run.
        redact: takes the secrets out of a text; nothing passes without it.
    """

    def __init__(self, results: Path, redact: Callable[[str], str] = str) -> None:
        self._path = results / JOURNAL
        self._redact = redact

    def begin(
        self,
        planned: Iterable[Planned],
        bench: str = "",
        budget: int | None = None,
        *,
        output: str | None = OUTPUT,
        is_dry: bool = False,
    ) -> None:
        """Start the journal of a new run into this folder; the last one's is forgotten.

        Args:
            planned: what the run means to carry out, in order.
            bench: the bench that it was given: a name, or the path of a bench file.
            budget: how many bytes it may send over the air, both ways.
            output: where Robot writes how it ended, seen from this folder; None for nowhere.
            is_dry: whether nothing is to be carried out.
        """
        self._path.parent.mkdir(parents=True, exist_ok=True)
        self._path.unlink(missing_ok=True)
        self._write(
            "begin",
            {
                "run": uuid.uuid4().hex,
                "started": datetime.now(UTC).isoformat(timespec="milliseconds"),
                "tools": {
                    "sim7028-lab": version("sim7028-lab"),
                    "Robot Framework": version("robotframework"),
                    "Python": platform.python_version(),
                },
                "bench": bench,
                "budget": budget,
                "output": output,
                "is_dry": is_dry,
                "planned": [asdict(scenario) for scenario in planned],
            },
        )

    def opened(self, bench: BenchFacts) -> None:
        """The bench is open."""
        self._write("opened", {**asdict(bench), "kind": bench.kind.value})

    def finished(self, scenario: Finished) -> None:
        """A scenario ended."""
        self._write("finished", {**asdict(scenario), "outcome": scenario.outcome.value})

    def closed(self, module: ModuleFacts | None) -> None:
        """The bench is about to be closed; the module said once more what it is, or did not."""
        self._write("closed", {"module": asdict(module) if module else None})

    def ended(self) -> None:
        """The run is over."""
        self._write("ended", {})

    def _write(self, what: str, record: Mapping[str, Any]) -> None:
        line = encode_line(
            {"what": what, "t": round(time.monotonic(), 6), **_redacted(record, self._redact)}
        )
        # One write each: the bench and the listener append to the same file.
        descriptor = os.open(self._path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
        try:
            os.write(descriptor, line)
        finally:
            os.close(descriptor)


def _redacted(value: Any, redact: Callable[[str], str]) -> Any:
    match value:
        case str():
            return redact(value)
        case Mapping():
            return {key: _redacted(inner, redact) for key, inner in value.items()}
        case list() | tuple():
            return [_redacted(inner, redact) for inner in value]
        case _:
            return value


def read_journal(results: Path) -> RunRecord | None:
    """What the journal of a run tells, None when there is none.

    A last line that a killed run left unfinished is passed over.

    Raises:
        JournalError: it is no journal; the message names file and line.
    """
    path = results / JOURNAL
    if not path.is_file():
        return None
    lines: dict[str, list[dict[str, Any]]] = {}
    with path.open(encoding="utf-8", errors="replace") as file:
        for number, line in enumerate(file, 1):
            try:
                record = json.loads(line)
                lines.setdefault(record["what"], []).append(record)
            except (ValueError, TypeError, KeyError) as error:
                if not line.endswith("\n"):
                    break
                raise JournalError(f"{path}, line {number}: not of a journal: {error}") from None
    if "begin" not in lines:
        return None
    try:
        return _record(lines)
    except (KeyError, TypeError, ValueError) as error:
        raise JournalError(f"{path}: not the journal of a run: {error!r}") from None


def _record(lines: Mapping[str, Sequence[Mapping[str, Any]]]) -> RunRecord:
    begin, opened = lines["begin"][0], lines.get("opened")
    closed, ended = lines.get("closed"), lines.get("ended")
    return RunRecord(
        run=begin["run"],
        started=datetime.fromisoformat(begin["started"]),
        began=float(begin["t"]),
        tools=begin["tools"],
        planned=tuple(
            Planned(p["id"], p["suite"], p["name"], p["sentence"], tuple(p["tags"]))
            for p in begin["planned"]
        ),
        given=begin.get("bench", ""),
        budget=begin.get("budget"),
        output=begin.get("output", OUTPUT),
        is_dry=begin.get("is_dry", False),
        bench=_bench(opened[0]) if opened else None,
        finished=tuple(
            Finished(
                f["id"],
                Outcome(f["outcome"]),
                f["message"],
                tuple(f["tags"]),
                float(f["elapsed"]),
                f.get("evidence", ""),
            )
            for f in lines.get("finished", ())
        ),
        module_at_end=_module(closed[-1]["module"]) if closed else None,
        closed=bool(closed),
        ended=ended[-1]["t"] - begin["t"] if ended else None,
    )


def _bench(line: Mapping[str, Any]) -> BenchFacts:
    module = _module(line["module"])
    if module is None:
        raise ValueError("a bench was opened without a module")
    return BenchFacts(
        line["name"],
        ModuleKind(line["kind"]),
        line["port"],
        line["profile"],
        module,
        line["server"],
        line["server_described"],
    )


def _module(facts: Mapping[str, str] | None) -> ModuleFacts | None:
    return ModuleFacts(facts["model"], facts["firmware"]) if facts else None
