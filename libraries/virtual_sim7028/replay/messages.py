"""CoAP messages as evidence keeps them, whichever end saw them.

The module's own account has every field. The server's log has the options in words and the
payload as text or hex; it names the endpoint instead of the socket.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any

from lab_evidence import Event
from virtual_sim7028.effects import Method

_FIRST_RESPONSE = 32
"""Codes below are requests, or the empty message (RFC 7252, 12.1)."""
_BLOCK = re.compile(
    r"block_number=(?P<number>\d+), more=(?P<more>\w+), size_exponent=(?P<size>\d+)"
    r"|szx[:=](?P<szx>\d)(?:/\d+)?, *m[:=](?P<m>\w+), *num[:=](?P<num>\d+)"
)
_OPTION = re.compile(r"(?:^| - )([A-Z][\w-]*)(?:/[A-Z]+)?: ")
_QUOTED = re.compile(r'"([^"]*)"')
_FORMATS = {
    "text/plain": 0,
    "application/link-format": 40,
    "application/octet-stream": 42,
    "application/cbor": 60,
    "application/senml+json": 110,
    "application/senml+cbor": 112,
    "application/vnd.oma.lwm2m+tlv": 11542,
    "application/vnd.oma.lwm2m+json": 11543,
}
"""Content formats by the media type that a server's log writes for them."""


class MessageType(Enum):
    """A CoAP message's type (RFC 7252, 3)."""

    CON = "CON"
    NON = "NON"
    ACK = "ACK"
    RST = "RST"


@dataclass(frozen=True, slots=True)
class Block:
    """One block of a payload (RFC 7959, 2.2).

    Attributes:
        number: of the block.
        more: whether others follow.
        size_exponent: 0 to 6, for 16 to 1,024 bytes.
    """

    number: int
    more: bool
    size_exponent: int


@dataclass(frozen=True, slots=True)
class AirMessage:
    """A CoAP message.

    Attributes:
        type: its type.
        code: its code's byte; 0 for an empty message.
        mid: its message ID.
        token: its token.
        path: the Uri-Path options.
        query: the Uri-Query options.
        content_format: of the payload, if it says so.
        accept: the format asked for, if any.
        observe: the Observe option, if there.
        block1: which block of a request this is, if it is one.
        block2: which block of a response this is or asks for, if any.
        location: the last Location-Path option.
        payload: the content.
    """

    type: MessageType
    code: int
    mid: int
    token: bytes
    path: tuple[str, ...] = ()
    query: tuple[str, ...] = ()
    content_format: int | None = None
    accept: int | None = None
    observe: int | None = None
    block1: Block | None = None
    block2: Block | None = None
    location: str | None = None
    payload: bytes = b""

    @property
    def is_empty(self) -> bool:
        """Whether it is a bare acknowledgement or reset."""
        return self.code == 0

    @property
    def is_request(self) -> bool:
        """Whether it asks something."""
        return 0 < self.code < _FIRST_RESPONSE

    @property
    def is_response(self) -> bool:
        """Whether it answers a request."""
        return self.code >= _FIRST_RESPONSE

    @property
    def resource(self) -> str:
        """The path as text; empty when there is none."""
        return "".join(f"/{segment}" for segment in self.path)

    def asks_the_same(self, other: AirMessage) -> bool:
        """Whether two requests differ in nothing but what differs from run to run."""
        return self._question == other._question

    @property
    def _question(self) -> tuple[object, ...]:
        blocks = (self.block1, self.block2)
        return (self.code, self.path, self.query, self.accept, self.observe, blocks, self.payload)

    def __str__(self) -> str:
        size = f"with {self.payload.hex()}" if self.payload else ""
        query = "?" + "&".join(self.query) if self.query else ""
        return " ".join(
            filter(None, (self.type.value, _code_name(self.code), self.resource + query, size))
        )


def seen_by_module(event: Event) -> AirMessage:
    """A message in the module's own account.

    Raises:
        ValueError: a field is missing or is not what it should be.
    """
    data: Mapping[str, Any] = event.data
    options: Mapping[str, Any] = data.get("options", {})
    return AirMessage(
        type=MessageType(data["type"]),
        code=_code(data["code"]),
        mid=int(data["mid"]),
        token=bytes.fromhex(data["token"]),
        path=_segments(str(data.get("path", ""))),
        query=tuple(map(str, data.get("query", ()))),
        content_format=options.get("CONTENT_FORMAT"),
        accept=options.get("ACCEPT"),
        observe=options.get("OBSERVE"),
        block1=_block(options.get("BLOCK1")),
        block2=_block(options.get("BLOCK2")),
        location=options.get("LOCATION_PATH"),
        payload=bytes.fromhex(data["payload"]),
    )


def seen_by_server(event: Event) -> AirMessage:
    """A message in the server's log.

    Raises:
        ValueError: a field is missing or is not what it should be.
    """
    data: Mapping[str, Any] = event.data
    options = _options(str(data.get("options", "")))
    payload = str(data.get("payload", ""))
    observe = options.get("Observe")
    return AirMessage(
        type=MessageType(data["type"]),
        code=_code(data["code"]),
        mid=int(data["mid"]),
        token=bytes.fromhex(data["token"]),
        path=_texts(options.get("Uri-Path")),
        query=_texts(options.get("Uri-Query")),
        content_format=_format(options.get("Content-Format")),
        accept=_format(options.get("Accept")),
        observe=int(observe.strip('"')) if observe is not None else None,
        block1=_block(options.get("Block1")),
        block2=_block(options.get("Block2")),
        location=(_texts(options.get("Location-Path")) or (None,))[-1],
        payload=(
            bytes.fromhex(payload[4:]) if payload.startswith("Hex:") else payload.encode("utf-8")
        ),
    )


def _segments(path: str) -> tuple[str, ...]:
    return tuple(path.split("/")[1:]) if path else ()


def _code(name: str) -> int:
    """A code by its name: `GET`, `2.05`, and nothing or `EMPTY` for none."""
    if name in ("", "EMPTY"):
        return 0
    if name in Method.__members__:
        return Method[name].value
    group, _, detail = name.partition(".")
    return int(group) * 32 + int(detail)


def _code_name(code: int) -> str:
    if code >= _FIRST_RESPONSE:
        return f"{code >> 5}.{code & 31:02}"
    return Method(code).name if code in {method.value for method in Method} else "EMPTY"


def _options(text: str) -> dict[str, str]:
    """The server's words for options, by name: `Uri-Path: "3303", "0" - Observe: 0`."""
    parts = _OPTION.split(text)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def _texts(option: str | None) -> tuple[str, ...]:
    return tuple(_QUOTED.findall(option)) if option is not None else ()


def _format(option: str | None) -> int | None:
    if option is None:
        return None
    name = option.strip('"')
    if name in _FORMATS:
        return _FORMATS[name]
    return int("".join(filter(str.isdecimal, name)))


def _block(option: str | None) -> Block | None:
    if option is None:
        return None
    found = _BLOCK.search(option)
    if found is None:
        raise ValueError(f"{option!r} is no block option")
    number, more, size = found.group("number", "more", "size")
    if number is None:
        number, more, size = found.group("num", "m", "szx")
    return Block(int(number), more.lower() == "true", int(size))
