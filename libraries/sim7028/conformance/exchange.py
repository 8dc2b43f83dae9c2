"""A command and all that answered it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from sim7028.conformance.lw_command import LwCommand, parse_lw_command
from sim7028.transcript import Entry


@dataclass(frozen=True)
class Exchange:
    """A command and its answer.

    Attributes:
        command: the line that was sent.
        echo: the same line from the module.
        replies: the lines before the final result code.
        final: the final result code; None when another command went out before one came.
    """

    command: Entry
    echo: Entry | None = None
    replies: tuple[Entry, ...] = ()
    final: Entry | None = None

    @cached_property
    def lw(self) -> LwCommand | None:
        """The command as one of the note's ten; None when it is another."""
        return parse_lw_command(self.command.raw)

    @property
    def accepted(self) -> bool:
        """Whether it was answered by OK."""
        return self.final is not None and self.final.line.content == b"OK"

    @property
    def refused(self) -> bool:
        """Whether it was answered by an error."""
        return self.final is not None and not self.accepted

    @property
    def elapsed(self) -> float | None:
        """How long the final result code took, in s; None if that cannot be told."""
        if self.final is None or self.final.t is None or self.command.t is None:
            return None
        return self.final.t - self.command.t
