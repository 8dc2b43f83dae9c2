"""What is known of a night: its benches, how far it came, what is missing.

It is kept in the night's folder as `night.json`, which also marks the folder as one that a night
made. Whoever finds a night whose process is gone reads there what there is to report.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import Enum
from pathlib import Path
from typing import Any, Self

from sim7028_lab.report.publish import Attempt

STATE = "night.json"
"""The name of the file, and the mark of a night's folder."""


class Phase(Enum):
    """What a night is at."""

    PLAN = "planning"
    DOCTOR = "examining the benches"
    CAMPAIGN = "running the scenarios"
    RERUN = "running again what failed"
    MERGE = "putting the tries together"
    REPORT = "making its report"
    OVER = "over"


@dataclass
class BenchRun:
    """What happens on one bench.

    Attributes:
        name: of the bench.
        file: its bench file.
        folder: of all that it leaves.
        broken: why it cannot be used, by doctor; empty when it can.
        missing: what is not there though it should be, a sentence each, without full stop.
        not_rerun: why what failed was not run again; empty when it was, or nothing failed.
    """

    name: str
    file: Path
    folder: Path
    broken: str = ""
    missing: list[str] = field(default_factory=list)
    not_rerun: str = ""

    @property
    def first(self) -> Path:
        """The results of the campaign."""
        return self.folder / "run"

    @property
    def second(self) -> Path:
        """The results of the rerun, where there was one."""
        return self.folder / "rerun"

    @property
    def tries(self) -> tuple[Path, ...]:
        """The folders of results that there are."""
        return tuple(each for each in (self.first, self.second) if each.is_dir())

    def miss(self, sentence: str) -> None:
        """Say that something is missing, once."""
        if sentence not in self.missing:
            self.missing.append(sentence)

    def attempts(self, more: Sequence[str] = ()) -> tuple[Attempt, ...]:
        """What the report is made of; what is missing is told with the first."""
        remarks = (f"What failed was not run again: {self.not_rerun}",) if self.not_rerun else ()
        told = Attempt(self.first, self.name, (*self.missing, *more), self.broken, remarks)
        again = (Attempt(self.second, self.name),) if self.second.is_dir() else ()
        return (told, *again)


@dataclass
class Night:
    """A night.

    Attributes:
        folder: its own, dated.
        started: when, in UTC.
        pid: the process that conducts it.
        benches: what happens on each.
        phase: what it is at.
    """

    folder: Path
    started: datetime
    benches: list[BenchRun]
    pid: int = field(default_factory=os.getpid)
    phase: Phase = Phase.PLAN

    def reach(self, phase: Phase) -> None:
        """Begin a phase, and keep that."""
        self.phase = phase
        self.save()

    @property
    def unfinished(self) -> tuple[str, ...]:
        """What its report has to say as long as it is not over, for each bench."""
        if self.phase is Phase.OVER:
            return ()
        return (f"the night did not come to its end: the last thing it did was {self.phase.value}",)

    def attempts(self) -> tuple[Attempt, ...]:
        """What its report is made of, as far as it came."""
        return tuple(each for bench in self.benches for each in bench.attempts(self.unfinished))

    def save(self) -> None:
        """Write what is known; a reader sees all of it or what was there before."""
        text = json.dumps(self._to_json(), indent=1, ensure_ascii=False)
        fresh = self.folder / f"{STATE}.new"
        fresh.write_text(f"{text}\n", encoding="utf-8")
        fresh.replace(self.folder / STATE)

    def _to_json(self) -> dict[str, Any]:
        return {
            "started": self.started.isoformat(timespec="seconds"),
            "pid": self.pid,
            "phase": self.phase.name,
            "benches": [
                {
                    "name": bench.name,
                    "file": str(bench.file),
                    "broken": bench.broken,
                    "missing": bench.missing,
                    "not_rerun": bench.not_rerun,
                }
                for bench in self.benches
            ],
        }

    @classmethod
    def begin(cls, folder: Path, benches: Mapping[str, Path]) -> Self:
        """A night that begins now.

        Args:
            folder: its own, which is there.
            benches: their bench files, by name.
        """
        runs = [BenchRun(name, file, folder / name) for name, file in benches.items()]
        night = cls(folder, datetime.now(UTC), runs)
        for bench in night.benches:
            bench.folder.mkdir()
        night.save()
        return night

    @classmethod
    def load(cls, folder: Path) -> Self:
        """The night that left this folder.

        Raises:
            ValueError: none did.
        """
        try:
            record = json.loads((folder / STATE).read_text("utf-8"))
            return cls(
                folder,
                datetime.fromisoformat(record["started"]),
                [
                    BenchRun(
                        each["name"],
                        Path(each["file"]),
                        folder / each["name"],
                        each["broken"],
                        each["missing"],
                        each["not_rerun"],
                    )
                    for each in record["benches"]
                ],
                record["pid"],
                Phase[record["phase"]],
            )
        except (OSError, KeyError, TypeError, ValueError) as error:
            raise ValueError(f"{folder} is no folder of a night: {error!r}") from None

    @property
    def goes_on(self) -> bool:
        """Whether the process that conducts it is there."""
        if self.phase is Phase.OVER:
            return False
        try:
            os.kill(self.pid, 0)
        except ProcessLookupError:
            return False
        except PermissionError:
            return True
        return True
