"""Payloads on the air: OMA TLV, plain text, link format.

TLV is LwM2M 1.0, 6.4.3, with the value encodings of its appendix C; plain text is 6.4.1; the
link format is RFC 6690, as far as registrations and discovery use it.
"""

from __future__ import annotations

import base64
import binascii
import struct
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import Enum, IntEnum
from typing import TypeAlias

from lwm2m import InvalidValue, Kind, Path, Value


class ContentFormat(IntEnum):
    """CoAP content formats (RFC 7252 12.3; 11542 is LwM2M 1.0's)."""

    TEXT = 0
    LINKS = 40
    OPAQUE = 42
    TLV = 11542


class InvalidContent(ValueError):
    """A payload is not what its format says."""


class Level(Enum):
    """What a TLV stands for; the number is that of its type field."""

    OBJECT_INSTANCE = 0
    RESOURCE_INSTANCE = 1
    MULTIPLE_RESOURCE = 2
    RESOURCE = 3


_INSIDE = {
    Level.OBJECT_INSTANCE: (Level.RESOURCE, Level.MULTIPLE_RESOURCE),
    Level.MULTIPLE_RESOURCE: (Level.RESOURCE_INSTANCE,),
}
_LONGEST = 2**24 - 1


@dataclass(frozen=True, slots=True)
class Tlv:
    """One type-length-value.

    Attributes:
        level: what it stands for.
        id: its identifier, 0..65535.
        content: the value's bytes; for object instances and multiple resources the TLVs inside.
    """

    level: Level
    id: int
    content: bytes | tuple[Tlv, ...]


def encode_tlv(tlvs: Iterable[Tlv]) -> bytes:
    """The bytes of these TLVs, one after the other.

    Raises:
        InvalidContent: an identifier or a length is out of range.
    """
    return b"".join(_encode_one(tlv) for tlv in tlvs)


def _encode_one(tlv: Tlv) -> bytes:
    content = tlv.content if isinstance(tlv.content, bytes) else encode_tlv(tlv.content)
    length = len(content)
    if not 0 <= tlv.id <= 0xFFFF or length > _LONGEST:
        raise InvalidContent(f"TLV {tlv.id} with {length} bytes: over 65535 or {_LONGEST}")
    wide = tlv.id > 0xFF
    length_size = 0 if length < 8 else (length.bit_length() + 7) // 8
    return b"".join(
        (
            bytes([tlv.level.value << 6 | wide << 5 | (length_size << 3 or length)]),
            tlv.id.to_bytes(1 + wide, "big"),
            length.to_bytes(length_size, "big") if length_size else b"",
            content,
        )
    )


def decode_tlv(payload: bytes) -> tuple[Tlv, ...]:
    """The TLVs that a payload holds.

    Raises:
        InvalidContent: the bytes end too soon, or a TLV stands where it must not.
    """
    return _decode(payload, tuple(Level))


def _decode(payload: bytes, allowed: Sequence[Level]) -> tuple[Tlv, ...]:
    tlvs = []
    at = 0
    while at < len(payload):
        head = payload[at]
        level = Level(head >> 6)
        if level not in allowed:
            raise InvalidContent(f"TLV: {level.name.lower()} at byte {at} is out of place")
        id_end = at + 2 + (head >> 5 & 1)
        length_end = id_end + (head >> 3 & 3)
        length = (
            int.from_bytes(payload[id_end:length_end], "big") if length_end > id_end else head & 7
        )
        end = length_end + length
        if end > len(payload):
            raise InvalidContent(f"TLV: {end} bytes are announced and {len(payload)} are there")
        content = payload[length_end:end]
        inside = _INSIDE.get(level)
        tlvs.append(
            Tlv(
                level,
                int.from_bytes(payload[at + 1 : id_end], "big"),
                content if inside is None else _decode(content, inside),
            )
        )
        at = end
    return tuple(tlvs)


def encode_value(value: Value) -> bytes:
    """A value's bytes inside a TLV: the shortest that hold it whole."""
    match value.content:
        case bool() as content:
            return bytes([content])
        case int() as content:
            size = next(
                size for size in (1, 2, 4, 8) if -(1 << size * 8 - 1) <= content < 1 << size * 8 - 1
            )
            return content.to_bytes(size, "big", signed=True)
        case float() as content:
            return _encode_float(content)
        case bytes() as content:
            return content
        case str() as content:
            return content.encode()


def _encode_float(number: float) -> bytes:
    try:
        short = struct.pack(">f", number)
    except OverflowError:
        return struct.pack(">d", number)
    return short if _shortest(short) == number else struct.pack(">d", number)


def _shortest(short: bytes) -> float:
    """The number with the fewest digits that these 32 bits stand for: 0.1, not 0.10000000149."""
    (number,) = struct.unpack(">f", short)
    for digits in range(1, 10):
        candidate = float(f"{number:.{digits}g}")
        try:
            if struct.pack(">f", candidate) == short:
                return candidate
        except OverflowError:
            continue
    return float(number)


def decode_value(kind: Kind, content: bytes) -> Value:
    """The value that the bytes inside a TLV stand for.

    Raises:
        InvalidContent: the bytes do not fit the kind.
    """
    try:
        match kind, len(content):
            case Kind.INTEGER, 1 | 2 | 4 | 8:
                return Value(kind, int.from_bytes(content, "big", signed=True))
            case Kind.FLOAT, 4:
                return Value(kind, _shortest(content))
            case Kind.FLOAT, 8:
                return Value(kind, struct.unpack(">d", content)[0])
            case Kind.BOOLEAN, 1 if content[0] <= 1:
                return Value(kind, bool(content[0]))
            case Kind.OPAQUE, _:
                return Value(kind, content)
            case Kind.STRING, _:
                return Value(kind, content.decode())
    except (InvalidValue, UnicodeDecodeError) as error:
        raise InvalidContent(f"{content.hex()} is no {kind.name.lower()}: {error}") from None
    raise InvalidContent(f"{content.hex()}, {len(content)} bytes, is no {kind.name.lower()}")


def encode_text(value: Value) -> bytes:
    """A value as plain text; opaque content in Base64."""
    if isinstance(value.content, bytes):
        return base64.b64encode(value.content)
    return value.text.encode()


def decode_text(kind: Kind, payload: bytes) -> Value:
    """The value that a plain text stands for.

    Raises:
        InvalidContent: the text does not fit the kind.
    """
    try:
        if kind is Kind.OPAQUE:
            return Value(kind, base64.b64decode(payload, validate=True))
        return Value.parse(kind, payload.decode())
    except (InvalidValue, UnicodeDecodeError, binascii.Error) as error:
        raise InvalidContent(f"{payload!r} is no {kind.name.lower()}: {error}") from None


Attributes: TypeAlias = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Link:
    """One link: a target such as `/3303/0` and its attributes, values as they are written."""

    target: str
    attributes: Attributes = ()


def encode_links(links: Iterable[Link | Path]) -> bytes:
    """Links as link format: `</>;rt="oma.lwm2m",</1/0>,</3303/0>`."""
    return ",".join(_encode_link(link) for link in links).encode()


def _encode_link(link: Link | Path) -> str:
    if isinstance(link, Path):
        return f"<{link}>"
    return f"<{link.target}>" + "".join(f";{name}={text}" for name, text in link.attributes)
