"""How long the module took to answer each command, against its limit."""

from __future__ import annotations

import re
import statistics
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from lab_evidence import Direction, Event, Source

LIMIT = 9.0
"""How long the module may take for any LwM2M command, in s (note 2.1)."""

_NAME = re.compile(r"AT(?:[+&*#]?[A-Z0-9]*)")


@dataclass(frozen=True, slots=True)
class CommandTimes:
    """The times of one command, whatever its parameters.

    Attributes:
        command: its name, such as AT+LWOPEN.
        limit: s; None where nobody sets one.
        seconds: from the command to its final result code, in ascending order; empty
            when it was never answered.
        unanswered: how often no final result code came.
    """

    command: str
    limit: float | None
    seconds: tuple[float, ...]
    unanswered: int

    @property
    def count(self) -> int:
        """How often it was sent."""
        return len(self.seconds) + self.unanswered

    @property
    def median(self) -> float | None:
        """Half of the times are shorter, in s; None when it was never answered."""
        return statistics.median(self.seconds) if self.seconds else None

    @property
    def worst(self) -> float | None:
        """The longest, in s; None when it was never answered."""
        return self.seconds[-1] if self.seconds else None

    @property
    def share(self) -> float | None:
        """The longest as a part of the limit: 1 is the limit itself."""
        return self.worst / self.limit if self.worst and self.limit else None

    @property
    def late(self) -> int:
        """How often the limit was not kept."""
        over = 0 if self.limit is None else sum(s > self.limit for s in self.seconds)
        return over + self.unanswered


def time_commands(timelines: Iterable[Sequence[Event]]) -> tuple[CommandTimes, ...]:
    """The times of every command in these timelines, those nearest to their limit first."""
    seconds: defaultdict[str, list[float]] = defaultdict(list)
    unanswered: defaultdict[str, int] = defaultdict(int)
    for events in timelines:
        for command, taken in _exchanges(events):
            if taken is None:
                unanswered[command] += 1
            else:
                seconds[command].append(taken)
    times = [
        CommandTimes(command, _limit(command), tuple(sorted(seconds[command])), unanswered[command])
        for command in seconds.keys() | unanswered.keys()
    ]
    return tuple(sorted(times, key=_urgency))


def _urgency(times: CommandTimes) -> tuple[bool, bool, float, str]:
    return times.limit is None, not times.late, -(times.worst or 0), times.command


def _limit(command: str) -> float | None:
    return LIMIT if command.startswith("AT+LW") else None


def _exchanges(events: Iterable[Event]) -> Iterator[tuple[str, float | None]]:
    """Each command and how long it took; None when no final result code came for it."""
    pending: Event | None = None
    for event in events:
        if event.source is not Source.AT:
            continue
        if event.direction is Direction.SENT:
            if pending is not None:
                yield _name(pending), None
            pending = event
        elif pending is not None and event.data.get("final"):
            yield _name(pending), event.t - pending.t
            pending = None
    if pending is not None:
        yield _name(pending), None


def _name(sent: Event) -> str:
    match = _NAME.match(sent.text.upper())
    return match[0] if match else sent.text
