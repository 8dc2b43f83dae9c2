"""What was seen of one row of the table of profiles."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum

from sim7028 import Line

_HEAD = re.compile(rb"[+*]?[A-Za-z0-9]+ *: *")


class Seen(Enum):
    """How a row of the table stands after the module was studied."""

    AS_ASSUMED = "as assumed"
    OTHER = "other"
    NOT_TRIED = "not tried"


@dataclass(frozen=True, slots=True)
class Observation:
    """What a module showed of one row.

    Attributes:
        row: the switch, or the meaning of a row that has none.
        value: what it showed: a switch's text, a number in s, whether a row without a switch holds.
            None: it was tried, and what came is none of the values that the row knows.
        told: what was seen, for a person.
    """

    row: str
    value: str | float | bool | None
    told: str


@dataclass(frozen=True, slots=True)
class Untried:
    """A row that was not tried.

    Attributes:
        row: as in an `Observation`.
        why: why not.
    """

    row: str
    why: str


def by_answer(row: str, accepted: bool, command: str) -> Observation:
    """What is shown by whether the module says OK to a command."""
    return Observation(row, accepted, answered(command, accepted))


def answered(command: str, accepted: bool) -> str:
    """How a command was answered, for a person."""
    return f"{command} was answered by {'OK' if accepted else 'an error'}"


def spelling(row: str, line: Line) -> Observation:
    """How a URC begins, up to its first field."""
    head = _HEAD.match(line.content)
    return Observation(row, head[0].decode() if head else None, f"{line.text!r} came")
