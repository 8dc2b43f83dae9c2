"""A check of the bench: what it looks at, what it needs, and what came of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum

from leshan import LeshanError
from sim7028 import PortError
from sim7028_lab.doctor.subject import Subject


class Verdict(Enum):
    """What a check came to."""

    GOOD = "ok"
    WARNING = "warning"
    """The bench works; something of it will hurt some day, or could not be told."""
    BAD = "bad"
    """The bench cannot be used like this."""
    NOT_CHECKED = "not checked"
    """It could not be looked at, because of what is bad before it."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a check found.

    Attributes:
        verdict: what it came to.
        found: what is there, as a person would say it.
        remedy: what to do, a command to type where there is one; empty when all is well.
    """

    verdict: Verdict
    found: str
    remedy: str = ""


def good(found: str) -> Outcome:
    """All is well."""
    return Outcome(Verdict.GOOD, found)


def warning(found: str, remedy: str) -> Outcome:
    """The bench works, but."""
    return Outcome(Verdict.WARNING, found, remedy)


def bad(found: str, remedy: str) -> Outcome:
    """The bench cannot be used like this."""
    return Outcome(Verdict.BAD, found, remedy)


def not_checked(found: str) -> Outcome:
    """It could not be looked at."""
    return Outcome(Verdict.NOT_CHECKED, found)


def trouble(error: Exception) -> Outcome:
    """What an error has to say, found and remedy apart where it keeps them apart."""
    match error:
        case PortError():
            return bad(f"{error.url}: {error.reason}", error.remedy)
        case LeshanError():
            return bad(f"{error.asked}: {error.came}", error.remedy or error.usual_remedy)
        case _:
            return bad(str(error) or type(error).__name__, "")


@dataclass(frozen=True)
class Check:
    """One thing that a bench needs.

    Attributes:
        name: what it is called in a line of the report; no two are called alike.
        look: looks at it, and leaves in the subject what it opened. What it raises is bad.
        needs: the checks that must not be bad for this one to make sense.
    """

    name: str
    look: Callable[[Subject], Outcome]
    needs: tuple[Check, ...] = ()


@dataclass(frozen=True, slots=True)
class Result:
    """A check that is over.

    Attributes:
        name: the check's.
        outcome: what it found.
        seconds: how long it took.
    """

    name: str
    outcome: Outcome
    seconds: float
