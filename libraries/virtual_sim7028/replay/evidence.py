"""Files of evidence, line by line."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from lab_evidence import Direction, Event, Source, read_events

_T = TypeVar("_T")
_BENCH = "bench.jsonl"
"""The file of what happened between the scenarios of a run."""


class RecordingError(Exception):
    """A file cannot be replayed; the message says which line of it, and why."""


@dataclass(frozen=True, slots=True)
class Moment:
    """An event and its line.

    Attributes:
        line: of the file, from 1 on.
        event: the event.
    """

    line: int
    event: Event

    @property
    def is_command(self) -> bool:
        """Whether the module was sent a line."""
        return self.event.source is Source.AT and self.event.direction is Direction.SENT

    @property
    def is_message(self) -> bool:
        """Whether it is a CoAP message that could be read, whoever saw it."""
        return self.event.source is Source.COAP and "mid" in self.event.data

    def read(self, reader: Callable[[Event], _T]) -> _T:
        """What the event tells, as `reader` reads it.

        Raises:
            RecordingError: it tells something else.
        """
        try:
            return reader(self.event)
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            raise RecordingError(
                f"line {self.line}: {self.event.text!r} cannot be read ({error}); if a secret was"
                " taken out of its bytes, they cannot be replayed"
            ) from None

    def is_seen_by(self, end: str) -> bool:
        """Whether `module` or `server` saw it."""
        return self.event.data.get("seen_by") == end


def read_moments(file: Path) -> tuple[Moment, ...]:
    """The lines of a file of evidence.

    Raises:
        RecordingError: it cannot be read, or a line is no event.
    """
    try:
        return tuple(Moment(number, event) for number, event in enumerate(read_events(file), 1))
    except OSError as error:
        raise RecordingError(f"{file}: cannot be read: {error.strerror or error}") from None
    except ValueError as error:
        raise RecordingError(f"{error}. Is it a file of results/evidence?") from None


def read_beside(file: Path) -> tuple[Moment, ...]:
    """What happened between the scenarios of the run that a file is from; empty if not kept.

    Raises:
        RecordingError: it is kept, and cannot be read.
    """
    for folder in file.absolute().parents[:2]:
        beside = folder / _BENCH
        if beside.is_file() and beside != file.absolute():
            return read_moments(beside)
    return ()
