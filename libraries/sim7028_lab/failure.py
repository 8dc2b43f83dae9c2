"""What fails a scenario: whose fault it is, as far as the error itself can tell."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import Enum
from typing import ClassVar

from lab_evidence import Direction, Event, EvidenceError, Source
from leshan import (
    EventMissing,
    InvalidAnswer,
    LeshanError,
    NoAnswer,
    ServerLost,
    ServerRefused,
    ServerUnavailable,
    UnknownDialect,
)
from lwm2m import InvalidPath, InvalidValue
from sim7028 import (
    AtError,
    AtRefused,
    AtTimeout,
    AtUnparsable,
    Line,
    NotAttached,
    PortError,
    PortLost,
    SettingLost,
    SimUnavailable,
    UnsafeValue,
    UrcMissing,
    UrcUnexpected,
)

_SHOWN = 4  # lines that came instead


class Side(Enum):
    """Where to look for the cause of a failure."""

    MODULE = "module"
    SERVER = "server"
    HARNESS = "harness"
    """The scenario, or the harness under it."""
    BENCH = "bench"
    """Port, SIM, radio, or a server that is gone."""


@dataclass(eq=False)
class ScenarioFailed(AssertionError):
    """One end did not do what the scenario expects.

    Attributes:
        asked: what was asked, or is looked at.
        expected: what should have come.
        came: what came instead, as a clause: `the server was told 4.04 Not Found`.
        side: whose fault it is, where nothing but that side was involved; None where the traffic
            of the scenario must tell.
    """

    ROBOT_SUPPRESS_NAME: ClassVar[bool] = True

    asked: str
    expected: str
    came: str
    side: Side | None = None

    def __str__(self) -> str:
        return f"{self.asked}: expected {self.expected}; {self.came}"


@dataclass(eq=False)
class ScenarioMisused(Exception):
    """The steps of a scenario do not fit together, so nothing can be said of either end.

    Attributes:
        found: what does not fit.
        remedy: what to write instead.
    """

    ROBOT_SUPPRESS_NAME: ClassVar[bool] = True

    found: str
    remedy: str

    def __str__(self) -> str:
        return f"{self.found}: {self.remedy}"


@dataclass(eq=False)
class BenchBroken(Exception):
    """The module is gone and could not be brought back, so nothing more can be tested.

    Attributes:
        found: what is wrong with it, as a clause.
        tried: what was done, and what came of it.
        remedy: what to do.
    """

    ROBOT_SUPPRESS_NAME: ClassVar[bool] = True

    found: str
    tried: str
    remedy: str

    def __str__(self) -> str:
        return f"The bench is broken: {self.found}, and it stays so. {self.tried}. {self.remedy}."


@dataclass(frozen=True, slots=True)
class Failure:
    """A failed step, as the evidence keeps it.

    Attributes:
        keyword: the step.
        error: the name of the error's class.
        message: the error's own words.
        expected: what should have come.
        came: what came instead.
        side: whose fault that kind of error is; None when it can be several sides'.
        certain: whether that is always so.
    """

    keyword: str
    error: str
    message: str
    expected: str
    came: str
    side: Side | None = None
    certain: bool = False

    @classmethod
    def of(cls, keyword: str, error: BaseException) -> Failure:
        """What there is to say of an error that a step ended with."""
        expected, came = _account(error)
        side, certain = _blame(error)
        return cls(keyword, type(error).__name__, str(error), expected, came, side, certain)

    @classmethod
    def elsewhere(cls, keyword: str, message: str) -> Failure:
        """A step that failed before the lab had a part in it."""
        return cls(keyword, "", message, "", message, Side.HARNESS)

    @property
    def of_a_restart(self) -> Failure:
        """The same, when the module had restarted by itself: the rest came of that."""
        return replace(self, side=Side.MODULE, certain=True)

    @property
    def event(self) -> Event:
        """The failure for the timeline."""
        return Event(
            Source.KEYWORD,
            Direction.NOTED,
            f"{self.keyword} failed: {self.message}",
            {
                "failed": self.keyword,
                "error": self.error,
                "message": self.message,
                "expected": self.expected,
                "came": self.came,
                "side": self.side.value if self.side else None,
                "certain": self.certain,
            },
        )

    @classmethod
    def from_event(cls, event: Event) -> Failure | None:
        """Read what `event` gave; None for any other event."""
        data = event.data
        if event.source is not Source.KEYWORD or "failed" not in data:
            return None
        side = data.get("side")
        return cls(
            keyword=str(data["failed"]),
            error=str(data.get("error", "")),
            message=str(data.get("message", "")),
            expected=str(data.get("expected", "")),
            came=str(data.get("came", "")),
            side=Side(side) if side else None,
            certain=data.get("certain") is True,
        )


def _account(error: BaseException) -> tuple[str, str]:
    """What was expected and what came instead; both may be empty."""
    match error:
        case ScenarioFailed():
            return f"{error.asked}: {error.expected}", error.came
        case ScenarioMisused():
            return error.remedy, error.found
        case AtTimeout():
            return f"a final result code to {error.asked} within {error.limit:g} s", _lines(error)
        case AtRefused():
            return f"OK to {error.asked}", _lines(error)
        case UrcMissing():
            return f"{error.asked} within {error.within:g} s after {error.cause}", _lines(error)
        case UrcUnexpected():
            return f"no {error.asked} after {error.cause}", _lines(error)
        case AtError():
            return f"an answer to {error.asked} that can be used", _lines(error)
        case LeshanError():
            return f"{error.asked}", f"{error.came}, after {error.after:.1f} s"
        case PortError():
            return f"the port {error.url}", error.reason
        case BenchBroken():
            return "a module that works", error.found
        case _:
            return "", str(error)


def _lines(error: AtError) -> str:
    lines: Sequence[Line] = error.came or getattr(error, "late", ())
    return ", ".join(repr(line.text) for line in lines[-_SHOWN:]) or "nothing"


def _blame(error: BaseException) -> tuple[Side | None, bool]:
    match error:
        case ScenarioFailed():
            return error.side, error.side is not None
        case (
            ScenarioMisused()
            | UnsafeValue()
            | InvalidValue()
            | InvalidPath()
            | EvidenceError()
            | TypeError()
            | ValueError()
        ):
            return Side.HARNESS, True
        case BenchBroken() | PortError() | PortLost() | SimUnavailable() | NotAttached():
            return Side.BENCH, True
        case UrcMissing() | NoAnswer() | InvalidAnswer() | EventMissing():
            return None, False
        case UrcUnexpected() | AtUnparsable() | SettingLost():
            return Side.MODULE, True
        case AtRefused() | AtTimeout():
            return Side.MODULE, False
        case ServerLost() | ServerUnavailable() | UnknownDialect():
            return Side.SERVER, True
        case ServerRefused():
            return Side.SERVER, False
        case _:
            return Side.HARNESS, False
