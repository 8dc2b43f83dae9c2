"""What two places on the way of an exchange can be compared by: values, bytes, a code."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import TypeAlias

from lab_evidence import Event
from lwm2m import Code, InvalidValue, Kind, Value
from sim7028 import ExecuteRequest, ReadRequest, Result, WriteRequest, WrittenResource
from sim7028.conformance.lw_command import LwCommand
from sim7028_lab.report.rows import payload_bytes
from virtual_sim7028.codec import InvalidContent, Tlv, decode_text, decode_tlv, decode_value

Content: TypeAlias = Mapping[int, Value] | bytes | Code | None
"""Values by resource, bytes, a response code; None where only that something came is known."""

Report: TypeAlias = ReadRequest | WriteRequest | ExecuteRequest


def bytes_of(event: Event) -> bytes:
    """The bytes of a line on the UART."""
    digits = event.data.get("hex")
    return bytes.fromhex(digits) if isinstance(digits, str) else event.text.encode()


def of_report(report: Report) -> Content:
    """What a report carries; None for a read, which carries nothing."""
    match report:
        case WriteRequest(values=values):
            return _values(values)
        case ExecuteRequest(arguments=arguments):
            return arguments
        case _:
            return None


def of_answer(command: LwCommand) -> Content:
    """What an answering command tells the server: values, or a response code."""
    if command.values is not None:
        return _values(command.values.values)
    if len(command.numbers) == 2:
        number = command.numbers[1]
        if number in (Result.NO_ERROR, Result.IGNORE):
            return None  # the note does not say which code stands for them
        try:
            return Code(number)
        except ValueError:
            return None
    return None


def _values(written: Sequence[WrittenResource]) -> Content:
    values = {each.id: each.value for each in written}
    known = {number: value for number, value in values.items() if value is not None}
    return known if len(known) == len(values) else None


def decoded(data: Mapping[str, object], like: Content) -> Content:
    """A message's payload, read as the kinds of `like`; None when it cannot be compared."""
    try:
        payload = payload_bytes(data)
    except ValueError:
        return None
    if isinstance(like, bytes) or not isinstance(like, Mapping):
        return payload if isinstance(like, bytes) else None
    options = str(data.get("options", ""))
    if "block" in options.lower():  # a part of it only (RFC 7959)
        return None
    try:
        if "11542" in options or "tlv" in options:
            found = dict(_resources(decode_tlv(payload)))
            return {
                number: decode_value(like[number].kind if number in like else Kind.OPAQUE, raw)
                for number, raw in found.items()
            }
        if len(like) == 1:
            (number,) = like
            kind = like[number].kind
            opaque = kind is Kind.OPAQUE and ("octet" in options or "42" in options)
            return {number: Value(kind, payload) if opaque else decode_text(kind, payload)}
    except (InvalidContent, InvalidValue):
        return payload
    return None


def _resources(tlvs: Sequence[Tlv]) -> Iterator[tuple[int, bytes]]:
    for tlv in tlvs:
        if isinstance(tlv.content, bytes):
            yield tlv.id, tlv.content
        else:
            yield from _resources(tlv.content)


def json_of(text: str) -> dict[str, object] | None:
    """The JSON object at the end of a text; None when there is none, or it was cut."""
    _, brace, rest = text.partition("{")
    try:
        found = json.loads(brace + rest)
    except ValueError:
        return None  # none, or cut
    return found if isinstance(found, dict) else None


def of_json(content: object, like: Content) -> Content:
    """The server's JSON of a value or of several, read as the kinds of `like`."""
    if not isinstance(content, Mapping) or not isinstance(like, Mapping):
        return None
    several = content.get("resources")
    parts = several if isinstance(several, Sequence) else [content]
    values: dict[int, Value] = {}
    for part in parts:
        if not isinstance(part, Mapping) or not isinstance(part.get("id"), int):
            return None
        number, raw = part["id"], part.get("value")
        if number not in like or isinstance(raw, Mapping | list) or raw is None:
            return None
        text = str(int(raw)) if isinstance(raw, bool) else str(raw)
        values[number] = _read_as(text, like[number])
    return values


def _read_as(text: str, like: Value) -> Value:
    """The server shows the bytes of a resource that it has no model of as hex digits."""
    if text == _raw(like).hex():
        return Value(Kind.OPAQUE, _raw(like))
    try:
        return Value.parse(like.kind, text)
    except InvalidValue:
        return Value(Kind.STRING, text)


def parsed(number: int, letter: str, text: str) -> Content:
    """One value of a resource, as a scenario writes it; None when it cannot be read."""
    try:
        return {number: Value.parse(Kind(letter), text)}
    except ValueError:
        return None


def shown(content: Content) -> str:
    """What it is, for people; empty for nothing."""
    match content:
        case Mapping() if len(content) == 1:
            return " ".join(repr(value.text) for value in content.values())
        case Mapping():
            return ", ".join(f"{number} = {value.text!r}" for number, value in content.items())
        case bytes():
            return repr(content.decode("utf-8", "backslashreplace")) if content else ""
        case Code():
            return str(content)
        case _:
            return ""


def differ(one: Content, other: Content) -> bool:
    """Whether the two cannot stand for the same; what was redacted can stand for anything."""
    if one is None or other is None or _is_redacted(one) or _is_redacted(other):
        return False
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        return one.keys() != other.keys() or any(
            not _alike(one[number], other[number]) for number in one
        )
    return one != other


def _alike(one: Value, other: Value) -> bool:
    """Equal, or the same bytes: a place that does not know the kind shows them as opaque."""
    return one == other or (Kind.OPAQUE in (one.kind, other.kind) and _raw(one) == _raw(other))


def _raw(value: Value) -> bytes:
    return value.content if isinstance(value.content, bytes) else value.text.encode()


def _is_redacted(content: Content) -> bool:
    match content:
        case Mapping():
            return any("~" in value.text for value in content.values())
        case bytes():
            return b"~" in content
        case _:
            return False
