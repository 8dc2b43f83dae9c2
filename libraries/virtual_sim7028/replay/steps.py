"""What came to the module, and what it did."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from virtual_sim7028.replay.messages import AirMessage


@dataclass(frozen=True, slots=True)
class Heard:
    """The module was sent a line.

    Attributes:
        line: of the evidence, from 1 on.
        text: the command.
    """

    line: int
    text: str

    def __str__(self) -> str:
        return self.text


@dataclass(frozen=True, slots=True)
class Asked:
    """The module got a request of the server's."""

    line: int
    message: AirMessage

    def __str__(self) -> str:
        return f"the server's {self.message}"


@dataclass(frozen=True, slots=True)
class Answered:
    """The module got the server's response to a request of its own."""

    line: int
    message: AirMessage

    def __str__(self) -> str:
        return f"the server's answer {self.message}"


@dataclass(frozen=True, slots=True)
class Said:
    """The module printed a line.

    Attributes:
        line: of the evidence, from 1 on.
        raw: its bytes, without CR LF around them.
        is_ended: whether CR LF followed.
        is_final: whether it is the final result code of a command.
    """

    line: int
    raw: bytes
    is_ended: bool = True
    is_final: bool = False


@dataclass(frozen=True, slots=True)
class Told:
    """The module sent a message."""

    line: int
    message: AirMessage


Cause: TypeAlias = Heard | Asked | Answered
Deed: TypeAlias = Said | Told
Step: TypeAlias = Cause | Deed


@dataclass(frozen=True, slots=True)
class Timed:
    """A step and when it was, s on the clock of the evidence."""

    t: float
    step: Step
