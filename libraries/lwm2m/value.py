"""What a resource holds: a kind and a content, equal by meaning."""

from __future__ import annotations

import contextlib
import math
import re
import struct
from dataclasses import dataclass
from enum import Enum
from typing import TypeAlias

Content: TypeAlias = int | float | bool | bytes | str

_INTEGER = re.compile(r"[+-]?[0-9]+", re.ASCII)
_FLOAT = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?", re.ASCII)
_BOOLEANS = {"0": False, "1": True, "false": False, "true": True}


class InvalidValue(ValueError):
    """A content does not fit its kind."""


class Kind(Enum):
    """A resource's data type, by the letter that the AT commands use (note 2.2.8)."""

    INTEGER = "I"
    FLOAT = "F"
    BOOLEAN = "B"
    OPAQUE = "D"
    STRING = "S"


_CONTENT_TYPES: dict[Kind, type] = {
    Kind.INTEGER: int,
    Kind.FLOAT: float,
    Kind.BOOLEAN: bool,
    Kind.OPAQUE: bytes,
    Kind.STRING: str,
}


@dataclass(frozen=True, slots=True, eq=False)
class Value:
    """One value of a resource.

    Attributes:
        kind: its data type (LwM2M 1.0, appendix C).
        content: an `int` of at most 64 bits signed, a finite `float`, a `bool`, `bytes`, or a
            `str`. An `int` is taken for a float.

    Two values are equal when their kinds are and their contents mean the same: floats are
    compared at 32 bits, the least that a device may carry.

    Raises:
        InvalidValue: the content does not fit the kind.
    """

    kind: Kind
    content: Content

    def __post_init__(self) -> None:
        content = self.content
        if self.kind is Kind.FLOAT and type(content) is int:
            content = float(content)
            object.__setattr__(self, "content", content)
        if type(content) is not _CONTENT_TYPES[self.kind]:
            raise InvalidValue(
                f"{content!r} is {type(content).__name__}, not {self.kind.name.lower()}"
            )
        if self.kind is Kind.INTEGER and not -(2**63) <= int(content) < 2**63:
            raise InvalidValue(f"{content!r} does not fit 64 bits, the longest LwM2M integer")
        if self.kind is Kind.FLOAT and not math.isfinite(float(content)):
            raise InvalidValue(f"{content!r} is not a finite number")

    @classmethod
    def parse(cls, kind: Kind, text: str) -> Value:
        """Read a content as text: decimal numbers, 0, 1, true or false, hex digits, or as it is.

        Raises:
            InvalidValue: the text does not fit the kind.
        """
        match kind:
            case Kind.INTEGER if _INTEGER.fullmatch(text):
                return cls(kind, int(text))
            case Kind.FLOAT if _FLOAT.fullmatch(text):
                return cls(kind, float(text))
            case Kind.BOOLEAN if text.lower() in _BOOLEANS:
                return cls(kind, _BOOLEANS[text.lower()])
            case Kind.OPAQUE:
                with contextlib.suppress(ValueError):
                    return cls(kind, bytes.fromhex(text))
            case Kind.STRING:
                return cls(kind, text)
        expected = {
            Kind.INTEGER: "a decimal integer such as 42",
            Kind.FLOAT: "a decimal number such as 21.5",
            Kind.BOOLEAN: "1, 0, true or false",
            Kind.OPAQUE: "pairs of hex digits such as 0102ff",
        }[kind]
        raise InvalidValue(f"{text!r} is not {kind.name.lower()}: write {expected}")

    def _meaning(self) -> tuple[Kind, Content]:
        content = self.content
        if self.kind is Kind.FLOAT:
            with contextlib.suppress(OverflowError):  # beyond 32 bits it stands for itself
                content = struct.unpack("<f", struct.pack("<f", content))[0]
        return self.kind, content

    def __eq__(self, other: object) -> bool:
        return self._meaning() == other._meaning() if isinstance(other, Value) else NotImplemented

    def __hash__(self) -> int:
        return hash(self._meaning())

    @property
    def text(self) -> str:
        """The content as `parse` reads it: booleans as 1 and 0, opaque as lower-case hex."""
        match self.content:
            case bool():
                return str(int(self.content))
            case bytes():
                return self.content.hex()
            case content:
                return str(content)

    def __str__(self) -> str:
        return f"{self.kind.value} {self.text!r}"
