"""What can go wrong at the server, and whose fault it is.

A device that answers 4.xx or 5.xx is no error here: that is an `Answer` with its code.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar


@dataclass(eq=False)
class LeshanError(Exception):
    """Something about the server did not go as asked.

    Attributes:
        asked: what was asked of it, as a person would say it.
        came: what came instead, in the server's own words where it said any.
        after: how long that took, in seconds.
        remedy: what to do about it; each kind of error has one of its own where none is given.
    """

    asked: str
    came: str
    after: float
    remedy: str = field(default="", kw_only=True)

    usual_remedy: ClassVar[str] = ""

    def __str__(self) -> str:
        said = f"{self.asked}: {self.came.rstrip('.')} (after {self.after:.1f} s)."
        return " ".join(filter(None, (said, self.remedy or self.usual_remedy)))


class NoAnswer(LeshanError):
    """The device is wrong: it did not answer within the operation's limit."""

    usual_remedy = "The server sent the request; see whether the device got it."


class InvalidAnswer(LeshanError):
    """The device is wrong: what it answered is no answer to this request in LwM2M."""

    usual_remedy = "The server is well; look at the device's response code, format and payload."


class ServerRefused(LeshanError):
    """The server is wrong, or was asked wrongly: it did not do what it was asked."""


@dataclass(eq=False)
class ServerLimit(LeshanError):
    """Nobody is wrong: this release of the server cannot show what was asked for.

    Its dialect lists what a release cannot show, and raises this for nothing else.

    Attributes:
        limit: what cannot be shown, by its name in that list.
        reason: why not.
    """

    limit: str = field(kw_only=True)
    reason: str = field(kw_only=True)


class ServerLost(LeshanError):
    """The server is wrong: it is not there any more, or its connection broke."""

    usual_remedy = "See the end of the server's log; its registrations are gone with it."


class ServerUnavailable(LeshanError):
    """The server could not be built, started or reached in the first place."""


class UnknownDialect(LeshanError):
    """What answers is no Leshan, or one whose REST API is not known here."""

    usual_remedy = "Known are Leshan 2.0.0-M4 and 2.0.0-M18; is this the server's REST address?"


class EventMissing(LeshanError):
    """The server sent no such event in time."""

    usual_remedy = "Its stream is well; look at what the device sent."
