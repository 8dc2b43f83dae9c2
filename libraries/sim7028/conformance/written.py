"""Values with type and length, as +LWWRITE and AT+LWREADRSP carry them (note 2.2.8, 3.1)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from lwm2m import Kind
from sim7028.syntax import HEX_DIGITS
from sim7028.urcs import WriteRequest, WrittenResource

_LETTERS = frozenset(kind.value for kind in Kind)
_FOUR_NUMBERS = re.compile(rb"[^:]*: *(?:\d+ *, *){4}")
_STYLE = re.compile(
    rb' *,? *\d+(?P<separator> *, *| +)(?P<quote>"?)\w"? *, *\d+ *, *(?P<opening>"?)'
)


@dataclass(frozen=True, slots=True)
class Style:
    """How one value was written.

    Attributes:
        has_comma: whether a comma stands before its type.
        type_quoted: whether its type stands in quotes.
        value_quoted: whether it stands in quotes itself.
    """

    has_comma: bool
    type_quoted: bool
    value_quoted: bool


def styles(request: WriteRequest) -> Iterator[Style]:
    """How each of the values was written, in their order."""
    content = request.line.content
    head = _FOUR_NUMBERS.match(content)
    position = head.end() if head else len(content)
    for written in request.values:
        match = _STYLE.match(content, position)
        if match is None:
            return
        quoted = bool(match["opening"])
        yield Style(b"," in match["separator"], bool(match["quote"]), quoted)
        position = match.end() + len(written.raw) + (1 if quoted else 0)


def wrong_lengths(values: Sequence[WrittenResource]) -> list[str]:
    """What is wrong with lengths; the bytes of an opaque value may stand as hex digits."""
    return [
        f"the length of {each.id} is {each.length}, its value has {len(each.raw)} bytes"
        for each in values
        if not _length_fits(each)
    ]


def wrong_types(values: Sequence[WrittenResource]) -> Iterator[str]:
    """Which types are no letter of the note."""
    return (f"the type of {each.id} is {each.type}" for each in values if each.type not in _LETTERS)


def misfits(values: Sequence[WrittenResource]) -> Iterator[str]:
    """Which values are none of their type, though type and length are right."""
    return (
        f"the value of {each.id} is no {Kind(each.type).name.lower()}"
        for each in values
        if each.value is None and each.type in _LETTERS and _length_fits(each)
    )


def _length_fits(written: WrittenResource) -> bool:
    count = len(written.raw)
    return count == written.length or (
        written.type == Kind.OPAQUE.value
        and count == 2 * written.length
        and HEX_DIGITS.fullmatch(written.raw) is not None
    )
