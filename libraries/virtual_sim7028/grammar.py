"""The command line, as V.250 and the application note have it.

A line is `AT`, a name, and what makes its form: `AT+LWOPEN` executes, `AT+CEREG?` reads,
`AT+LWCNF=…` writes, `AT+LWOPEN=?` tests. Values are read one by one by a `Fields`, since a quoted
value that is framed by its length may hold anything, quotes and commas too.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum

from lwm2m import InvalidValue, Kind, Value

_EXTENDED = re.compile(
    rb"(\+[A-Z][A-Z0-9]*)( *)(\?|=\?|=.*)?", re.ASCII | re.IGNORECASE | re.DOTALL
)
_BASIC = re.compile(rb"(&?[A-Z])([0-9]*)(\?|=.*)?", re.ASCII | re.IGNORECASE | re.DOTALL)
_DIGITS = re.compile(rb"[0-9]+", re.ASCII)
_HEX = re.compile(rb"(?:[0-9A-Fa-f]{2})*", re.ASCII)


class Form(Enum):
    """What is asked of a command."""

    EXECUTE = "execute"
    READ = "read"
    WRITE = "write"
    TEST = "test"


class Malformed(ValueError):
    """A line or a field of it is not of the form that its command has."""


@dataclass(frozen=True, slots=True)
class Command:
    """One command.

    Attributes:
        name: in capitals, with its plus sign, without AT: `+LWOPEN`; `E` for a basic command.
        form: what is asked.
        arguments: what stands after the equals sign; for a basic command its number.
    """

    name: str
    form: Form
    arguments: bytes = b""


def parse_command(line: bytes) -> Command | None:
    """Read a command line, without its CR.

    What stands before `AT` is noise; capitals do not matter in the name.

    Returns:
        None when there is no `AT` in the line, so that nothing is to be answered.

    Raises:
        Malformed: what follows `AT` is no command.
    """
    start = line.upper().find(b"AT")
    if start < 0:
        return None
    body = line[start + 2 :].strip(b" ")
    if not body:
        return Command("", Form.EXECUTE)
    if match := _EXTENDED.fullmatch(body):
        name, blanks, rest = match.groups(b"")
        form, arguments = _form(rest)
        # A blank before the equals sign is one more thing that a profile may refuse.
        return Command(name.decode().upper(), form, blanks + arguments if arguments else b"")
    if match := _BASIC.fullmatch(body):
        name, number, rest = match.groups(b"")
        form, arguments = _form(rest)
        if number and form is Form.EXECUTE:
            arguments = number
        elif number:  # an S-register: ATS3?
            name += number
        return Command(name.decode().upper(), form, arguments)
    raise Malformed(f"{line!r} is no command")


def _form(rest: bytes) -> tuple[Form, bytes]:
    match rest:
        case b"":
            return Form.EXECUTE, b""
        case b"?":
            return Form.READ, b""
        case b"=?":
            return Form.TEST, b""
        case _:
            return Form.WRITE, rest[1:]


class Fields:
    """Reads the fields of a write command, left to right.

    Args:
        arguments: what stands after the equals sign.
        blanks: whether blanks around a field are passed over.
    """

    def __init__(self, arguments: bytes, *, blanks: bool) -> None:
        self._rest = arguments
        self._blanks = blanks
        self._first = True

    def integer(self, low: int, high: int) -> int:
        """A decimal number in low..high.

        Raises:
            Malformed: something else stands there.
        """
        self._next()
        match = _DIGITS.match(self._rest)
        if not match:
            raise Malformed(f"a number is expected at {self._rest!r}")
        self._take(match.end())
        return _in_range(match[0], low, high)

    def number(self, low: int, high: int) -> int:
        """A decimal number in low..high, bare or in quotes.

        Raises:
            Malformed: something else stands there.
        """
        if not self._quoted():
            return self.integer(low, high)
        text = self.text()
        if not _DIGITS.fullmatch(text):
            raise Malformed(f"a number is expected at {text!r}")
        return _in_range(text, low, high)

    def text(self) -> bytes:
        """A text in quotes, up to the next quote.

        Raises:
            Malformed: no quote stands there, or none ends it.
        """
        self._next()
        end = self._rest.find(b'"', 1)
        if not self._rest.startswith(b'"') or end < 0:
            raise Malformed(f"a text in quotes is expected at {self._rest!r}")
        text = self._rest[1:end]
        self._take(end + 1)
        return text

    def word(self) -> bytes:
        """A text in quotes, or without them up to the next comma.

        Raises:
            Malformed: nothing stands there.
        """
        if self._quoted():
            return self.text()
        self._next()
        word = self._rest.partition(b",")[0]
        if not word:
            raise Malformed("a word is expected")
        self._take(len(word))
        return word

    def rest(self) -> bytes:
        """All that is left, as it is."""
        rest, self._rest = self._rest, b""
        return rest

    def kind(self) -> Kind:
        """A value type, in quotes or bare: one of I, F, B, D, S (note 2.2.8).

        Raises:
            Malformed: something else stands there.
        """
        if self._quoted():
            letter = self.text()
        else:
            self._next()
            letter = self._rest[:1]
            self._take(1)
        try:
            return Kind(letter.decode("latin-1"))
        except ValueError:
            raise Malformed(f"{letter!r} is no value type: I, F, B, D or S") from None

    def value(self) -> Value:
        """A type, a length in bytes, and a value in quotes that is that long (note 2.2.8).

        Opaque content is given as hex, twice as long as its length says, or as it is.

        Raises:
            Malformed: the length is not that of the text, or the text does not fit the type.
        """
        kind = self.kind()
        length = self.integer(0, 0xFFFF)
        self._next()
        raw = self._framed(length)
        if raw is None and kind is Kind.OPAQUE:
            digits = self._framed(2 * length)
            if digits is not None and _HEX.fullmatch(digits):
                self._take(2 * length + 2)
                return Value(kind, bytes.fromhex(digits.decode()))
        if raw is None:
            raise Malformed(f"a value of {length} bytes in quotes is expected at {self._rest!r}")
        self._take(length + 2)
        try:
            return Value(kind, raw) if kind is Kind.OPAQUE else Value.parse(kind, raw.decode())
        except (InvalidValue, UnicodeDecodeError) as error:
            raise Malformed(str(error)) from None

    def _framed(self, length: int) -> bytes | None:
        """What stands in quotes here if it is so long; None otherwise."""
        rest = self._rest
        framed = rest.startswith(b'"') and rest[length + 1 : length + 2] == b'"'
        return rest[1 : length + 1] if framed else None

    def end(self) -> None:
        """Make sure that nothing is left.

        Raises:
            Malformed: something is.
        """
        if self._skip(self._rest):
            raise Malformed(f"{self._rest!r} is too much")

    @property
    def more(self) -> bool:
        """Whether something is left."""
        return bool(self._skip(self._rest))

    def _quoted(self) -> bool:
        rest = self._skip(self._rest)
        if not self._first:
            rest = self._skip(rest.removeprefix(b","))
        return rest.startswith(b'"')

    def _next(self) -> None:
        """Step over the comma, if one is due."""
        self._rest = self._skip(self._rest)
        if not self._first:
            if not self._rest.startswith(b","):
                raise Malformed(f"a comma is expected at {self._rest!r}")
            self._rest = self._skip(self._rest[1:])
        self._first = False

    def _skip(self, rest: bytes) -> bytes:
        return rest.lstrip(b" ") if self._blanks else rest

    def _take(self, length: int) -> None:
        self._rest = self._rest[length:]


def _in_range(digits: bytes, low: int, high: int) -> int:
    if len(digits) > 9 or not low <= int(digits) <= high:
        raise Malformed(f"{digits.decode()} is not in {low}..{high}")
    return int(digits)
