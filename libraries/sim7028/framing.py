"""Bytes to lines, without a clock: the same bytes give the same lines, however they are split."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum

from sim7028.syntax import closes_value, value_ends

MAX_LINE = 65_536
"""The longest line that is kept whole, in bytes; what is longer is cut there."""

_MAX_HEAD = 128  # bytes before a value's opening quote; a longer head is none

_RESOURCE = rb'\d+(?: *, *| +)"?(?P<type>\w)"? *, *(?P<length>\d{1,5}) *, *"'
_WRITE = re.compile(rb"[\0 \t]*\+L[WM]WRITE *: *(?:\d+ *, *){4}" + _RESOURCE)
_WRITE_MORE = re.compile(rb" *, *" + _RESOURCE)
_EXECUTE = re.compile(
    rb'[\0 \t]*\+LWEXECUTE *: *(?:\d+ *, *){4}(?P<type>)(?P<length>\d{1,5}) *, *"'
)

_LINE_END_OR_QUOTE = re.compile(rb'[\r\n"]')


class Ending(Enum):
    """How a line came to its end."""

    LINE_END = "line end"
    """By CR or LF, as it should."""
    WRONG_LENGTH = "wrong length"
    """By CR or LF, though a value in it says that it is longer or shorter than it is."""
    QUIET = "quiet"
    """Nothing more came, and no CR or LF either."""
    TOO_LONG = "too long"
    """It was cut after `MAX_LINE` bytes; the rest follows as lines of their own."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line from the module.

    Attributes:
        t: when its last byte came, in seconds on the monotonic clock.
        raw: its bytes as they came, without the CR LF around them.
        ending: how it ended; anything but `LINE_END` is a finding.
    """

    t: float
    raw: bytes
    ending: Ending = Ending.LINE_END

    @property
    def content(self) -> bytes:
        """The bytes that mean something: without blanks and NULs at either end."""
        return self.raw.strip(b"\0 \t")

    @property
    def text(self) -> str:
        """The line for a person; bytes that are no UTF-8 as backslash escapes."""
        return self.raw.decode("utf-8", "backslashreplace")

    def __str__(self) -> str:
        return repr(self.text)


@dataclass(frozen=True, slots=True)
class _Value:
    """A quoted value that is being framed: where it begins, and what its line says of it."""

    start: int
    length: int
    type: bytes


class Framer:
    """Cuts a stream of bytes into lines.

    A line ends at CR or LF; empty lines are dropped. A quoted value of +LWWRITE, +LMWRITE or
    +LWEXECUTE is framed by the length in front of it, so it may hold CR, LF, commas and quotes
    (note 3.1). A length is believed only if a quote stands in front of that many bytes and behind
    them; if not, the line ends at its first CR or LF, or with `flush`.

    Time is linear in the number of bytes; at most `MAX_LINE` bytes and what one `feed` brings are
    held.
    """

    def __init__(self) -> None:
        self._buffer = bytearray()  # from the first byte of the unfinished line on
        self._begin_line()

    def _begin_line(self) -> None:
        self._heads: tuple[re.Pattern[bytes], ...] = (_WRITE, _EXECUTE)
        self._head_start = 0
        self._scanned = 0
        self._value: _Value | None = None
        self._ending = Ending.LINE_END

    @property
    def in_value(self) -> bool:
        """Whether more of a value is expected, so that quiet means something: see `flush`."""
        return self._value is not None

    def feed(self, data: bytes, t: float) -> list[Line]:
        """Take bytes that came at `t`; give the lines that they complete."""
        self._buffer += data
        return self._lines(t)

    def flush(self, t: float) -> list[Line]:
        """The module has been quiet while a value was unfinished: end it.

        A line without a quoted value waits on: it is whole or it is no line.
        """
        lines = []
        while self._value is not None:
            self._distrust(self._value)
            lines += self._lines(t) or self._cut(len(self._buffer), Ending.QUIET, t)
        return lines

    def finish(self, t: float) -> list[Line]:
        """Nothing more comes, or nobody waits for it: give everything that is left."""
        return self.flush(t) + self._cut(len(self._buffer), Ending.QUIET, t)

    def _lines(self, t: float) -> list[Line]:
        lines: list[Line] = []
        while True:
            if self._value is not None and not self._pass_value(self._value):
                return lines
            found = _LINE_END_OR_QUOTE.search(self._buffer, self._scanned, MAX_LINE + 1)
            if found is not None and found[0] == b'"':
                self._scanned = found.end()
                self._value = self._value_at(found.start())
            elif found is not None:
                lines += self._cut(found.start(), self._ending, t, drop=1)
            elif len(self._buffer) > MAX_LINE:
                lines += self._cut(MAX_LINE, Ending.TOO_LONG, t)
            else:
                self._scanned = len(self._buffer)
                return lines

    def _value_at(self, quote: int) -> _Value | None:
        """The value that the quote at this index opens, if its length stands in front of it."""
        if quote - self._head_start > _MAX_HEAD:
            return None
        for head in self._heads:
            if match := head.fullmatch(self._buffer, self._head_start, quote + 1):
                self._heads = () if head is _EXECUTE else (_WRITE_MORE,)
                return _Value(quote + 1, int(match["length"]), match["type"])
        return None

    def _pass_value(self, value: _Value) -> bool:
        """Move behind the value, or give its length up; False while more bytes must decide."""
        for end in value_ends(value.start, value.length, value.type):
            if end >= MAX_LINE:
                break
            if len(self._buffer) < end + 2:  # its closing quote and what follows that
                return False
            if closes_value(self._buffer, value.start, end, value.length):
                self._value = None
                self._scanned = self._head_start = end + 1
                return True
        self._distrust(value)
        return True

    def _distrust(self, value: _Value) -> None:
        """The value's length is wrong: look for the end of the line where the value begins."""
        self._value = None
        self._scanned = value.start
        self._heads = ()
        self._ending = Ending.WRONG_LENGTH

    def _cut(self, at: int, ending: Ending, t: float, drop: int = 0) -> list[Line]:
        raw = bytes(self._buffer[:at])
        del self._buffer[: at + drop]
        self._begin_line()
        return [Line(t, raw, ending)] if raw else []
