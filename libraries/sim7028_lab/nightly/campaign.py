"""The robots of a night while they run: who is followed, told about, and ended in time."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from sim7028_lab.nightly import robots
from sim7028_lab.nightly.console import Console
from sim7028_lab.nightly.interruption import Interruption
from sim7028_lab.nightly.journals import JournalReader, growth
from sim7028_lab.nightly.night import BenchRun

_TICK = 0.2
_LOOK = 2.0
"""Seconds from one look at what a robot has written to the next."""


@dataclass(frozen=True)
class Patience:
    """When robots are ended.

    Attributes:
        until: the time of the monotonic clock when all have had their time.
        limit: how long that was from the beginning, in s.
        stall: how long one may write nothing, in s.
    """

    until: float
    limit: float
    stall: float


@dataclass
class _Followed:
    """A bench whose robot runs."""

    bench: BenchRun
    folder: Path
    journal: JournalReader
    began: float
    mean: float | None
    size: int = 0
    grew: float = field(default_factory=time.monotonic)

    @property
    def left(self) -> float | None:
        """About how many seconds the rest takes: by what was done, or else by earlier nights."""
        rest = self.journal.planned - self.journal.finished
        if self.journal.finished >= 3:
            return rest * (time.monotonic() - self.began) / self.journal.finished
        return rest * self.mean if self.mean is not None and self.journal.planned else None

    def has_stalled(self, limit: float) -> bool:
        """Whether nothing has been written for so many seconds."""
        size, now = growth(self.folder), time.monotonic()
        if size != self.size:
            self.size, self.grew = size, now
        return now - self.grew > limit


def carry_out(
    night: Path,
    runs: Sequence[tuple[BenchRun, Path]],
    patience: Patience,
    means: Mapping[str, float],
    console: Console,
    stop: Interruption,
) -> None:
    """Run the scenarios that the argument files in some folders name, and see robots to their end.

    What becomes known to be missing is said of each bench.

    Args:
        night: the folder of the night.
        runs: on which bench, and into which folder, where the argument file is.
        patience: when they are ended.
        means: how long a scenario took on a bench on earlier nights, in s.
        console: is told of each scenario.
        stop: ends them all.
    """
    started = robots.start(night, [folder for _, folder in runs])
    now = time.monotonic()
    followed = [
        _Followed(bench, folder, JournalReader(folder), now, means.get(bench.name))
        for bench, folder in runs
    ]
    looked = now
    ended = False
    while started.go_on():
        _tell(followed, console)
        if not ended and (why := _why_to_end(patience, stop)):
            ended = True
            for each in followed:
                each.bench.miss(why)
            console.say("", f"ending: {why}")
            started.end([each.folder for each in followed], lambda: stop.times > 1)
        elif time.monotonic() - looked > _LOOK:
            looked = time.monotonic()
            for each in followed:
                _end_if_stalled(each, patience, started, console, stop)
        stop.wait(_TICK) if not stop.by else time.sleep(_TICK)
    started.close()
    _tell(followed, console)
    console.close()
    for each in followed:
        if not each.journal.is_over or started.was_abandoned(each.folder):
            each.bench.miss(started.words_at_end(each.folder))


def _tell(followed: Sequence[_Followed], console: Console) -> None:
    for each in followed:
        for scenario in each.journal.news():
            console.ended(each.bench.name, scenario, each.journal, each.left)
    console.standing(
        {each.bench.name: each.journal for each in followed},
        {each.bench.name: each.left for each in followed},
    )


def _why_to_end(patience: Patience, stop: Interruption) -> str:
    if stop.by:
        return f"the night was stopped ({stop.by})"
    if time.monotonic() > patience.until:
        return (
            f"the night's time limit of {patience.limit / 60:.3g} min was over"
            " (--limit allows more)"
        )
    return ""


def _end_if_stalled(
    each: _Followed,
    patience: Patience,
    started: robots.Robots,
    console: Console,
    stop: Interruption,
) -> None:
    if started.runs(each.folder) and each.has_stalled(patience.stall):
        why = (
            f"robot wrote nothing for {patience.stall / 60:.3g} min and was ended"
            " (--stall allows more)"
        )
        each.bench.miss(why)
        console.say(each.bench.name, why)
        started.end([each.folder], lambda: stop.times > 1)
