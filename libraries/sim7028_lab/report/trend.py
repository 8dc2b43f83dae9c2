"""The history of a bench: one line a run, and what it tells about the youngest."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

from lab_evidence import encode_line
from sim7028_lab.report.errors import ReportError
from sim7028_lab.report.verdicts import Verdict

HISTORY = "history.jsonl"
"""Its usual name in the folder of results, which a run does not clear."""

_ON_THE_MODULE = (Verdict.PASS, Verdict.FAIL, Verdict.FLAKY)

SHOWN = 14
"""How many of the last runs pages show."""


@dataclass(frozen=True)
class PastRun:
    """What is remembered of a run on one bench.

    Attributes:
        run: its id; the ids of several runs that were put together, with + between.
        started: when, in UTC.
        bench: the name of the bench.
        module: what kind, model and firmware.
        server: its description.
        harness: its version.
        complete: whether it came to its end.
        seconds: how long it took.
        verdicts: of each scenario, by its id.
        findings: the rules that were broken.
        slowest: the longest time of each command, in s.
    """

    run: str
    started: datetime
    bench: str
    module: str
    server: str
    harness: str
    complete: bool
    seconds: float
    verdicts: Mapping[str, Verdict]
    findings: tuple[str, ...]
    slowest: Mapping[str, float]

    def count(self, verdict: Verdict) -> int:
        """How many scenarios came out so."""
        return sum(each is verdict for each in self.verdicts.values())

    @property
    def passed(self) -> float:
        """The share of scenarios that passed, 0 to 1."""
        return self.count(Verdict.PASS) / len(self.verdicts) if self.verdicts else 0.0

    def to_json(self) -> dict[str, Any]:
        """One line of the history; `from_json` reads it."""
        ids: dict[str, list[str]] = {}
        for scenario, verdict in self.verdicts.items():
            ids.setdefault(verdict.value, []).append(scenario)
        return {
            "run": self.run,
            "started": self.started.isoformat(timespec="milliseconds"),
            "bench": self.bench,
            "module": self.module,
            "server": self.server,
            "harness": self.harness,
            "complete": self.complete,
            "seconds": round(self.seconds, 3),
            "verdicts": ids,
            "findings": list(self.findings),
            "slowest": {command: round(s, 6) for command, s in self.slowest.items()},
        }

    @classmethod
    def from_json(cls, line: Mapping[str, Any]) -> PastRun:
        """Read what `to_json` gave.

        Raises:
            ValueError: it is something else.
        """
        try:
            return cls(
                run=line["run"],
                started=datetime.fromisoformat(line["started"]),
                bench=line["bench"],
                module=line["module"],
                server=line["server"],
                harness=line["harness"],
                complete=line["complete"],
                seconds=float(line["seconds"]),
                verdicts={
                    scenario: Verdict(word)
                    for word, scenarios in line["verdicts"].items()
                    for scenario in scenarios
                },
                findings=tuple(line["findings"]),
                slowest=dict(line["slowest"]),
            )
        except (KeyError, TypeError, AttributeError) as error:
            raise ValueError(f"not a run of the history: {error!r}") from None


class HistoryError(ReportError):
    """A history file cannot be used; the message says why."""


def read_history(path: Path) -> tuple[PastRun, ...]:
    """All runs of a history, oldest first; none when there is no file yet.

    A last line that a killed report left unfinished is passed over.

    Raises:
        HistoryError: a line is no run; the message names file and line.
    """
    if not path.is_file():
        return ()
    return tuple(sorted(_read(path), key=lambda past: past.started))


def _read(path: Path) -> Iterator[PastRun]:
    with path.open(encoding="utf-8", errors="replace") as file:
        for number, line in enumerate(file, 1):
            try:
                yield PastRun.from_json(json.loads(line))
            except ValueError as error:
                if not line.endswith("\n"):
                    return
                raise HistoryError(
                    f"{path}, line {number}: {error}. Move the file away to begin a new history"
                ) from None


def keep(path: Path, runs: Sequence[PastRun]) -> tuple[PastRun, ...]:
    """Put runs into the history, each once: a report made again replaces what it said before.

    Returns:
        The whole history, oldest first.

    Raises:
        HistoryError: the history that is there cannot be used.
    """
    ours = {(run, past.bench) for past in runs for run in past.run.split("+")}
    others = [
        past
        for past in read_history(path)
        if not ours.issuperset((run, past.bench) for run in past.run.split("+"))
    ]
    history = sorted([*others, *runs], key=lambda past: past.started)
    fresh = path.with_name(f"{path.name}.new")
    fresh.write_bytes(b"".join(encode_line(past.to_json()) for past in history))
    fresh.replace(path)
    return tuple(history)


@dataclass(frozen=True)
class Trend:
    """The last runs on one bench, the one that is reported on last.

    Attributes:
        bench: its name.
        runs: oldest first; never empty, at most as many as pages show.
        numbers: what each is called: the first run on this bench is 1.
    """

    bench: str
    runs: tuple[PastRun, ...]
    numbers: tuple[int, ...]

    @property
    def now(self) -> PastRun:
        """The run that is reported on."""
        return self.runs[-1]

    @property
    def number(self) -> int:
        """What that one is called."""
        return self.numbers[-1]

    @property
    def before(self) -> PastRun | None:
        """The run before it."""
        return self.runs[-2] if len(self.runs) > 1 else None

    def marks(self, scenario: str) -> tuple[Verdict | None, ...]:
        """How a scenario came out in each of the runs; None where it was not there."""
        return tuple(past.verdicts.get(scenario) for past in self.runs)

    def since(self, scenario: str) -> int | None:
        """The number of the run from which on a scenario has not passed; None when it is new.

        A run in which it was not there or did not run is passed over.
        """
        verdict_now, first = self.now.verdicts.get(scenario), None
        for past, number in zip(reversed(self.runs), reversed(self.numbers), strict=True):
            verdict = past.verdicts.get(scenario)
            if verdict in (None, Verdict.NOT_RUN):
                continue
            if verdict is not verdict_now:
                break
            first = number
        return None if first == self.number else first

    def finding_since(self, rule: str) -> int | None:
        """The number of the run from which on a rule was broken; None when it is new."""
        first = self.number
        for past, number in zip(reversed(self.runs), reversed(self.numbers), strict=True):
            if rule in past.findings:
                first = number
        return None if first == self.number else first

    @property
    def unsteady(self) -> tuple[tuple[str, int], ...]:
        """Scenarios that were FLAKY or went back and forth, with how often they changed."""
        found = []
        for scenario in self.now.verdicts:
            told = [verdict for verdict in self.marks(scenario) if verdict in _ON_THE_MODULE]
            turns = sum(one is not other for one, other in pairwise(told))
            if Verdict.FLAKY in told or turns > 1:
                found.append((scenario, turns))
        return tuple(sorted(found, key=lambda each: -each[1]))


def trend(history: Iterable[PastRun], now: PastRun) -> Trend:
    """The trend up to `now` on its bench; runs that are younger are left out."""
    ours = [past for past in history if past.bench == now.bench and past.run != now.run]
    runs = [*(past for past in ours if past.started <= now.started), now]
    numbers = range(1, len(runs) + 1)
    return Trend(now.bench, tuple(runs[-SHOWN:]), tuple(numbers[-SHOWN:]))


@dataclass(frozen=True)
class Changes:
    """What is different from the run before, on the same bench.

    Attributes:
        bench: sentences about module, server and harness; empty when all are the same.
        new, still, fixed: ids of scenarios that FAIL now, did before too, or pass again.
        added, removed: ids of scenarios that the run before did not have, or only it had.
    """

    bench: tuple[str, ...]
    new: tuple[str, ...]
    still: tuple[str, ...]
    fixed: tuple[str, ...]
    added: tuple[str, ...]
    removed: tuple[str, ...]


def changes(trend: Trend) -> Changes | None:
    """What changed since the run before; None when there was none."""
    now, before = trend.now, trend.before
    if before is None:
        return None
    failing = [s for s, verdict in now.verdicts.items() if verdict is Verdict.FAIL]
    return Changes(
        bench=tuple(
            f"{what}: {was or 'none'} → {is_now or 'none'}"
            for what, was, is_now in (
                ("Module", before.module, now.module),
                ("Server", before.server, now.server),
                ("Harness", before.harness, now.harness),
            )
            if was != is_now
        ),
        new=tuple(s for s in failing if before.verdicts.get(s) is not Verdict.FAIL),
        still=tuple(s for s in failing if before.verdicts.get(s) is Verdict.FAIL),
        fixed=tuple(
            s
            for s, verdict in now.verdicts.items()
            if verdict is Verdict.PASS and before.verdicts.get(s) in (Verdict.FAIL, Verdict.FLAKY)
        ),
        added=tuple(s for s in now.verdicts if s not in before.verdicts),
        removed=tuple(s for s in before.verdicts if s not in now.verdicts),
    )
