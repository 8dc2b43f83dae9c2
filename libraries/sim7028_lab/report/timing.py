"""How long the module took to answer each command, against its limit."""

from __future__ import annotations

import re
import statistics
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from lab_evidence import Direction, Event, Source

LIMIT = 9.0
"""How long the module may take for any LwM2M command, in s (note 2.1).

Evidence that does not tell the limit of a command is held against it.
"""

_NAME = re.compile(r"AT(?:[+&*#]?[A-Z0-9]*)")


@dataclass(frozen=True, slots=True)
class CommandTimes:
    """The times of one command, whatever its parameters.

    Attributes:
        command: its name, such as AT+LWOPEN.
        limit: s, the longest where it was not always the same; None where nobody sets one.
        seconds: from the command to its final result code, in ascending order; empty
            when it was never answered.
        unanswered: how often no final result code came.
        late: how often a limit was not kept; those without an answer too.
    """

    command: str
    limit: float | None
    seconds: tuple[float, ...]
    unanswered: int
    late: int

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


@dataclass(frozen=True, slots=True)
class _Exchange:
    """One command and its answer.

    Attributes:
        command: its name.
        limit: s; None where nobody sets one.
        seconds: how long it took; None when no final result code came.
    """

    command: str
    limit: float | None
    seconds: float | None

    @property
    def is_late(self) -> bool:
        return self.limit is not None and (self.seconds is None or self.seconds > self.limit)


def time_commands(timelines: Iterable[Sequence[Event]]) -> tuple[CommandTimes, ...]:
    """The times of every command in these timelines, those nearest to their limit first."""
    exchanges: defaultdict[str, list[_Exchange]] = defaultdict(list)
    for events in timelines:
        for exchange in _exchanges(events):
            exchanges[exchange.command].append(exchange)
    times = [_times(command, found) for command, found in exchanges.items()]
    return tuple(sorted(times, key=_urgency))


def _times(command: str, exchanges: Sequence[_Exchange]) -> CommandTimes:
    seconds = sorted(each.seconds for each in exchanges if each.seconds is not None)
    return CommandTimes(
        command,
        limit=max((each.limit for each in exchanges if each.limit is not None), default=None),
        seconds=tuple(seconds),
        unanswered=len(exchanges) - len(seconds),
        late=sum(each.is_late for each in exchanges),
    )


def _urgency(times: CommandTimes) -> tuple[bool, bool, float, str]:
    return times.limit is None, not times.late, -(times.worst or 0), times.command


def _exchanges(events: Iterable[Event]) -> Iterator[_Exchange]:
    """Each command with its answer, if there is one."""
    pending: Event | None = None
    for event in events:
        if event.source is not Source.AT:
            continue
        if event.direction is Direction.SENT:
            if pending is not None:
                yield _Exchange(_name(pending), _limit(pending), None)
            pending = event
        elif pending is not None and event.data.get("final"):
            yield _Exchange(_name(pending), _limit(pending), event.t - pending.t)
            pending = None
    if pending is not None:
        yield _Exchange(_name(pending), _limit(pending), None)


def _limit(sent: Event) -> float | None:
    told = sent.data.get("limit")
    if isinstance(told, int | float):
        return float(told)
    return LIMIT if _name(sent).startswith("AT+LW") else None


def _name(sent: Event) -> str:
    match = _NAME.match(sent.text.upper())
    return match[0] if match else sent.text
