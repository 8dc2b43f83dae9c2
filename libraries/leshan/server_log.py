"""What the server's log says: its entries, and what was printed between them.

Leshan's demo servers write an entry as `%d %p %C{0} - %m%n` (Logback), an exception's stack trace
below it, to standard output. What else comes was printed past the log, on standard error.

The rule of what goes on the timeline is here alone:

- An entry of level WARN or ERROR does; what stands below it, such as a stack trace, goes with it.
- A line `org.eclipse.jetty.io.EofException` and its stack trace do not. Jetty's client went away
  while an event was written to it, which is what closing a stream of events looks like from the
  server: the harness does it itself, in every scenario. 2.0.0-M4 prints that, once for each event,
  until Jetty notices; it logs nothing of it. It is no part of the entry that it happens to follow.
- Whatever else is printed without an entry above it does not: it has no level.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from enum import Enum

from lab_evidence import Direction, Event, Json, Source, shortened

_ENTRY = re.compile(
    r"(?P<stamp>[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2},[0-9]{3}) "
    r"(?P<level>TRACE|DEBUG|INFO|WARN|ERROR) (?P<logger>\S+) - (?P<text>.*)",
    re.ASCII,
)
_CLIENT_WENT = "org.eclipse.jetty.io.EofException"

_LONGEST_LINE = 2000
_ENDS_OF_TRACE = 20  # lines at its beginning, where it happened, and at its end, with the cause


class Level(Enum):
    """How serious an entry is, as Logback has it."""

    TRACE = "TRACE"
    DEBUG = "DEBUG"
    INFO = "INFO"
    WARN = "WARN"
    ERROR = "ERROR"

    @property
    def is_for_the_timeline(self) -> bool:
        """Whether it is WARN or above."""
        return self in (Level.WARN, Level.ERROR)


@dataclass(frozen=True, slots=True)
class LogEntry:
    """One entry of the log.

    Attributes:
        t: when it came, in seconds on the monotonic clock of the harness.
        server_time: when it was written, by the server's clock, in UTC: a server that is started
            here is in that zone.
        level: how serious it is.
        logger: the class that wrote it, without its package.
        text: its first line.
        trace: the lines below that.
    """

    t: float
    server_time: datetime
    level: Level
    logger: str
    text: str
    trace: tuple[str, ...] = ()

    def as_event(self) -> Event:
        """The event for the record; what the server stamped is marked as the server's."""
        data: dict[str, Json] = {
            "seen_by": "server",
            "level": self.level.value,
            "logger": self.logger,
            "server_time": self.server_time.isoformat(),
        }
        if self.trace:
            data["trace"] = _both_ends(self.trace)
        text = shortened(self.text, _LONGEST_LINE)
        return Event(Source.SERVER, Direction.NOTED, text, data, self.t)


class LogReader:
    """Makes entries of lines."""

    def __init__(self) -> None:
        self._entry: LogEntry | None = None
        self._below: list[str] = []

    def read(self, line: str, t: float) -> LogEntry | None:
        """The entry that ends before this line, if one does.

        Args:
            line: the next of the log, without its end.
            t: when it came, in seconds on the monotonic clock.
        """
        begun = _begun(line, t)
        if begun is None and line != _CLIENT_WENT:
            self._below.append(line)
            return None
        ended = self.end()
        self._entry = begun
        return ended

    def end(self) -> LogEntry | None:
        """The entry that ends here, if one does; what comes below it now belongs to none."""
        entry, below = self._entry, tuple(self._below)
        self._entry = None
        self._below.clear()
        return replace(entry, trace=below) if entry else None


def _begun(line: str, t: float) -> LogEntry | None:
    """The entry that begins with this line, if one does."""
    parts = _ENTRY.fullmatch(line)
    if not parts:
        return None
    try:
        server_time = datetime.fromisoformat(parts["stamp"].replace(",", ".")).replace(tzinfo=UTC)
    except ValueError:  # no such day
        return None
    return LogEntry(t, server_time, Level(parts["level"]), parts["logger"], parts["text"])


def _both_ends(lines: Sequence[str]) -> str:
    """The lines as one text, without the middle of what is long."""
    shown = [shortened(line, _LONGEST_LINE) for line in lines]
    left_out = len(shown) - 2 * _ENDS_OF_TRACE
    if left_out > 0:
        shown[_ENDS_OF_TRACE:-_ENDS_OF_TRACE] = [f"… ({left_out} lines)"]
    return "\n".join(shown)
