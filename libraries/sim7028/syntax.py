"""How parameters are written: fields and quotes (3GPP 27.007, 4; V.250, 5.4.2.2)."""

from __future__ import annotations

import re
from dataclasses import dataclass

HEX_DIGITS = re.compile(rb"(?:[0-9A-Fa-f]{2})*")
"""Bytes written as pairs of hex digits."""

_NUMBER = re.compile(rb"[0-9]{1,10}")
_FIELD = re.compile(
    rb'[ \t]*+(?:"(?P<quoted>[^"]*)"[ \t]*|(?P<bare>[^",]*))(?P<end>,|\Z)', re.DOTALL
)

_UNSAFE = {
    "\r": "CR, which ends the command",
    "\n": "LF, which may end the command",
    "\x1a": "Ctrl-Z, which ends a data entry",
    "\x1b": "ESC, which aborts a data entry",
    "\b": "a backspace, which deletes what was sent before it",
    '"': "a quote, which ends the value",
}


class UnsafeValue(ValueError):
    """A value would break the line it is sent in; nothing was sent."""


class Malformed(ValueError):
    """A line is not written as it should be."""


@dataclass(frozen=True, slots=True)
class Field:
    """One parameter of a line.

    Attributes:
        raw: its bytes, without quotes and the blanks around it.
        quoted: whether quotes stood around it.
    """

    raw: bytes
    quoted: bool

    @property
    def text(self) -> str:
        """The parameter for a person; bytes that are no UTF-8 as backslash escapes."""
        return self.raw.decode("utf-8", "backslashreplace")

    @property
    def number(self) -> int:
        """The parameter as a decimal number, quoted or not.

        Raises:
            Malformed: it is none, or has more than ten digits.
        """
        if not _NUMBER.fullmatch(self.raw):
            raise Malformed(f"{self.text!r} is not a number")
        return int(self.raw)


def split_fields(raw: bytes) -> tuple[Field, ...]:
    """The parameters between commas; a comma in quotes is part of its parameter.

    Raises:
        Malformed: a quote is not closed, or something stands beside a quoted parameter.
    """
    fields = []
    position = 0
    while match := _FIELD.match(raw, position):
        quoted, bare = match["quoted"], match["bare"]
        fields.append(Field(bare.rstrip(b" \t"), False) if quoted is None else Field(quoted, True))
        position = match.end()
        if not match["end"]:
            return tuple(fields)
    rest = raw[position : position + 20].decode("utf-8", "backslashreplace")
    raise Malformed(f"the quotes at {rest!r} do not fit")


def after_prefix(raw: bytes, prefix: str) -> bytes:
    """What follows `prefix` and its colon.

    Raises:
        Malformed: the line begins otherwise.
    """
    head = f"{prefix}:".encode()
    if not raw.startswith(head):
        raise Malformed(f"it does not begin with {prefix}:")
    return raw[len(head) :].strip()


def quote(text: str) -> str:
    """`text` in quotes, as a parameter of a command.

    Raises:
        UnsafeValue: it holds CR, LF, Ctrl-Z, ESC, a backspace or a quote, or is no Unicode text.
    """
    for index, character in enumerate(text):
        if reason := _UNSAFE.get(character):
            raise UnsafeValue(
                f"{text!r} was not sent: its character {index + 1} is {reason}."
                " Take it out, or send the bytes as an opaque value (D), which goes as hex digits."
            )
    refuse_unencodable(text)
    return f'"{text}"'


def refuse_unencodable(text: str) -> None:
    """Make sure that a text can go over the wire.

    Raises:
        UnsafeValue: it is no Unicode text: it holds half of a surrogate pair.
    """
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise UnsafeValue(
            f"{text!r} was not sent: it cannot be written as UTF-8: {error}"
        ) from None


def value_ends(start: int, length: int, type_: bytes) -> tuple[int, ...]:
    """Where the closing quote of a value may stand that begins at `start`.

    `length` counts the value's bytes. Those of an opaque value (D) may be written as they are or
    as two hex digits each; the note does not say which (2.2.8, 3.1).
    """
    raw = start + length
    return (raw, raw + length) if type_ == b"D" and length else (raw,)


def closes_value(raw: bytes | bytearray, start: int, end: int, length: int) -> bool:
    """Whether a quote at `end` closes the value that begins at `start`.

    Behind it must be a comma, a blank, CR, LF or nothing, so that a quote in the value is not
    taken for the last one. A value of another length than `length` must be hex digits.
    """
    return (
        raw[end : end + 1] == b'"'
        and (end + 1 == len(raw) or raw[end + 1] in b", \r\n")
        and (end - start == length or HEX_DIGITS.fullmatch(raw, start, end) is not None)
    )
