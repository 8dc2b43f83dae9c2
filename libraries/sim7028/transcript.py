"""What application and module said to each other, a line at a time, whoever wrote it down."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from lab_evidence import Direction, Event, Source
from sim7028.framing import Ending, Line

FINALS = frozenset({b"OK", b"ERROR"})
_REPORTED_ERRORS = (b"+CME ERROR:", b"+CMS ERROR:")


class Part(Enum):
    """What a line is in the conversation."""

    COMMAND = "command"
    ECHO = "echo"
    """The module gives the command back."""
    REPLY = "reply"
    """A line of an answer, before its final result code."""
    FINAL = "final"
    """The final result code that ends an answer."""
    URC = "urc"
    """Something that no command asked for."""
    OTHER = "other"
    """Nothing that either of the two said: a note, a prompt, noise."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the conversation.

    Attributes:
        part: what it is.
        raw: its bytes, without the CR LF around them.
        t: when it came, in s on any clock; None if nobody knows.
        number: of the line in the file it was read from, from 1 on; None if there is no file.
        ending: how the line ended.
    """

    part: Part
    raw: bytes
    t: float | None = None
    number: int | None = None
    ending: Ending = Ending.LINE_END

    @property
    def line(self) -> Line:
        """The line as the module's reader has it."""
        return Line(self.t or 0.0, self.raw, self.ending)

    @property
    def text(self) -> str:
        """The line for a person; what cannot be printed stands as a backslash escape."""
        return "".join(
            character if character.isprintable() else ascii(character)[1:-1]
            for character in self.line.text
        )


def is_final(content: bytes) -> bool:
    """Whether a whole line is a final result code (V.250, 5.7; 3GPP 27.007, 9)."""
    return content in FINALS or content.startswith(_REPORTED_ERRORS)


def entry_of(event: Event, number: int | None = None) -> Entry | None:
    """The line that an event of the AT channel tells of; None for events of another kind.

    Args:
        event: as `sim7028.Channel` records it.
        number: of the line in the evidence file that it was read from.
    """
    part = _part(event)
    if part is None:
        return None
    return Entry(part, _raw(event), event.t, number, _ending(event))


def _part(event: Event) -> Part | None:
    match event.source, event.direction:
        case Source.AT, Direction.SENT:
            return Part.COMMAND
        case Source.AT, Direction.RECEIVED:
            parts = (Part.ECHO, Part.REPLY, Part.FINAL)
            return next((part for part in parts if event.data.get(part.value)), Part.OTHER)
        case Source.URC, Direction.RECEIVED:
            return Part.URC
    return None


def _raw(event: Event) -> bytes:
    digits = event.data.get("hex")
    try:
        return bytes.fromhex(digits) if isinstance(digits, str) else event.text.encode()
    except ValueError:
        return event.text.encode("utf-8", "backslashreplace")


def _ending(event: Event) -> Ending:
    try:
        return Ending(event.data.get("ending", Ending.LINE_END.value))
    except ValueError:
        return Ending.LINE_END
