# mypy: allow-untyped-calls
# aiocoap is annotated in part only.
"""CoAP messages as evidence: what a person reads, and what a program reads beside it."""

from __future__ import annotations

from enum import IntEnum

from aiocoap.message import Message
from aiocoap.numbers.codes import Code
from aiocoap.numbers.optionnumbers import OptionNumber
from aiocoap.numbers.types import Type

from lab_evidence import Direction, Event, Json, Source

_FIRST_RESPONSE = 32
"""Codes below are requests, or the empty message (RFC 7252, 12.1)."""


def coap_event(message: Message, direction: Direction) -> Event:
    """A message as the module sees it.

    `data` has `seen_by`, `type`, `code` (`GET`, `2.05`, `EMPTY`), `mid`, `token` and `payload`
    (hex), `path` and `query` where they are, and the other options by name.
    """
    number, kind = Code(message.code or 0), Type(message.mtype or 0).name
    code = _name(number, number.dotted) if number < _FIRST_RESPONSE else number.dotted
    payload: bytes = message.payload or b""  # aiocoap's own RST has an empty str
    path = "/".join(("", *message.opt.uri_path))
    data: dict[str, Json] = {
        "seen_by": "module",
        "type": kind,
        "code": code,
        "mid": message.mid,
        "token": message.token.hex(),
        "payload": payload.hex(),
    }
    if path:
        data["path"] = path
    if message.opt.uri_query:
        data["query"] = list(message.opt.uri_query)
    options = {
        _name(option.number, str(int(option.number))): _plain(option.value)
        for option in message.opt.option_list()
        if option.number not in (OptionNumber.URI_PATH, OptionNumber.URI_QUERY)
    }
    if options:
        data["options"] = options
    size = f"{len(payload)} B" if payload else ""
    return Event(Source.COAP, direction, " ".join(filter(None, (kind, code, path, size))), data)


def _name(number: IntEnum, otherwise: str) -> str:
    """The name of a number that aiocoap has one for."""
    name: str = getattr(number, "name", otherwise)
    return name


def _plain(value: object) -> Json:
    """An option's value: a number, a text, or opaque bytes in hex."""
    match value:
        case int():
            return int(value)
        case bytes():
            return value.hex()
        case _:
            return str(value)


def unreadable_event(datagram: bytes, reason: str) -> Event:
    """A datagram that is no CoAP message."""
    return Event(
        Source.COAP,
        Direction.RECEIVED,
        f"{len(datagram)} B that are no CoAP message: {reason}",
        {"seen_by": "module", "payload": datagram.hex()},
    )
