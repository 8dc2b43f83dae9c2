# mypy: allow-untyped-calls
# aiocoap is annotated in part only.
"""CoAP messages as evidence: what a person reads, and what a program reads beside it."""

from __future__ import annotations

from aiocoap.message import Message
from aiocoap.numbers.codes import Code
from aiocoap.numbers.types import Type

from lab_evidence import Direction, Event, Json, Source


def coap_event(message: Message, direction: Direction) -> Event:
    """A message as the module sees it.

    `data` has `seen_by`, `type`, `code` (`GET`, `2.05`, `EMPTY`), `mid`, `token` and `payload`
    (hex), `path` and `query` where they are, and the other options by name.
    """
    number, kind = Code(message.code or 0), Type(message.mtype or 0).name
    code = number.dotted if number.is_response() else number.name
    path = "/".join(("", *message.opt.uri_path))
    data: dict[str, Json] = {
        "seen_by": "module",
        "type": kind,
        "code": code,
        "mid": message.mid,
        "token": message.token.hex(),
        "payload": message.payload.hex(),
    }
    if path:
        data["path"] = path
    if message.opt.uri_query:
        data["query"] = list(message.opt.uri_query)
    options = {
        option.number.name: str(option)
        for option in message.opt.option_list()
        if option.number.name not in ("URI_PATH", "URI_QUERY")
    }
    if options:
        data["options"] = options
    size = f"{len(message.payload)} B" if message.payload else ""
    return Event(Source.COAP, direction, " ".join(filter(None, (kind, code, path, size))), data)


def unreadable_event(datagram: bytes, reason: str) -> Event:
    """A datagram that is no CoAP message."""
    return Event(
        Source.COAP,
        Direction.RECEIVED,
        f"{len(datagram)} B that are no CoAP message: {reason}",
        {"seen_by": "module", "payload": datagram.hex()},
    )
