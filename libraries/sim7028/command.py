"""What a command is: a line to send, which lines answer it, and what they mean."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Generic, TypeVar

from sim7028.framing import Line
from sim7028.syntax import Malformed, UnsafeValue, after_prefix, refuse_unencodable

R = TypeVar("R")


class Command(ABC, Generic[R]):
    """A command whose answer is an `R`.

    Attributes:
        prefix: how the lines of its answer begin, such as `+CESQ`; empty when it has none.
        max_lines: how many such lines it may have before the final result code. What comes
            beyond is no part of the answer.
        limit: how long the module may take to give a final result code, in s. The note says
            9 s for each of its commands (chapter 2).
        finals: the whole lines that end it well. ERROR and +CME ERROR end every command.
    """

    prefix: str = ""
    max_lines: int = 0
    limit: float = 9.0
    finals: ClassVar[frozenset[bytes]] = frozenset({b"OK"})

    @abstractmethod
    def render(self) -> str:
        """The line to send, without its CR.

        Raises:
            UnsafeValue: a value would break the line.
        """

    @abstractmethod
    def parse(self, lines: Sequence[Line]) -> R:
        """What the lines of the answer mean; the final result code is not among them.

        Raises:
            ValueError: they are not written as they should be.
        """

    def owns(self, line: Line) -> bool:
        """Whether a line that comes while this command is pending belongs to its answer."""
        return bool(self.prefix) and line.content.startswith(f"{self.prefix}:".encode())

    @property
    def shown(self) -> str:
        """The line as messages may tell it: `render` with secrets masked."""
        return self.render()

    def only_payload(self, lines: Sequence[Line]) -> bytes:
        """What follows the prefix in the answer's only line.

        Raises:
            Malformed: there is no line.
        """
        if not lines:
            raise Malformed(f"a line that begins with {self.prefix}: is missing")
        return after_prefix(lines[0].content, self.prefix)


class Order(Command[None]):
    """A command that is answered by its final result code alone."""

    def parse(self, lines: Sequence[Line]) -> None:
        """Nothing."""


@dataclass(frozen=True)
class Raw(Command[tuple[Line, ...]]):
    """A line that is sent as it stands, for what no typed command would say.

    Attributes:
        text: the line, without its CR.
        prefix: how the lines of its answer begin; empty: all are taken for URCs.
        limit: how long the module may take, in s.
        max_lines: how many lines its answer may have.
    """

    text: str
    prefix: str = ""
    limit: float = 9.0
    max_lines: int = 16

    def render(self) -> str:
        """The text.

        Raises:
            UnsafeValue: it holds CR or LF, so it would be two commands, or is no Unicode text.
        """
        if "\r" in self.text or "\n" in self.text:
            raise UnsafeValue(
                f"{self.text!r} was not sent: a command is one line, without CR or LF"
            )
        refuse_unencodable(self.text)
        return self.text

    def parse(self, lines: Sequence[Line]) -> tuple[Line, ...]:
        """The lines as they came."""
        return tuple(lines)


@dataclass(frozen=True)
class At(Order):
    """AT: are you there?"""

    def render(self) -> str:
        """AT."""
        return "AT"
