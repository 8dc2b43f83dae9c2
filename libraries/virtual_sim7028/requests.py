"""What the server asks, read from its CoAP requests (LwM2M 1.0, 8.2.3 to 8.2.5)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias

from lwm2m import Code, InvalidPath, Kind, Path, Value
from virtual_sim7028.codec import (
    ContentFormat,
    InvalidContent,
    Level,
    Link,
    Tlv,
    decode_text,
    decode_tlv,
    decode_value,
    encode_links,
    encode_text,
    encode_tlv,
    encode_value,
)
from virtual_sim7028.effects import Method, Request, Response
from virtual_sim7028.objects import kind_of
from virtual_sim7028.profiles import Observing, Profile

_SEGMENT = re.compile(r"0|[1-9][0-9]{0,4}", re.ASCII)

Values: TypeAlias = Mapping[int, Value]
"""Values by resource."""


@dataclass(frozen=True, slots=True)
class Read:
    """Tell the values of an object, an instance or a resource.

    Attributes:
        path: where they are.
        content_format: the format to tell them in.
        observed: whether the answer begins an observation.
    """

    path: Path
    content_format: ContentFormat
    observed: bool


@dataclass(frozen=True, slots=True)
class Discover:
    """Tell what is at a path and below it."""

    path: Path


@dataclass(frozen=True, slots=True)
class Write:
    """Set resources of one instance.

    Attributes:
        instance: where they are.
        values: what they become.
    """

    instance: Path
    values: Values


@dataclass(frozen=True, slots=True)
class Execute:
    """Run a resource with an argument, which may be empty."""

    path: Path
    argument: bytes


Operation: TypeAlias = Read | Discover | Write | Execute


class Unanswerable(Exception):
    """A request is answered with an error at once.

    Args:
        code: the answer's code.
    """

    def __init__(self, code: Code) -> None:
        super().__init__(str(code))
        self.code = code


def interpret(request: Request, profile: Profile) -> Operation:
    """What a request asks for.

    Raises:
        Unanswerable: it is none that the module takes.
    """
    path = _path(request.path)
    depth = len(path.ids)
    match request.method:
        case Method.GET if request.accept == ContentFormat.LINKS:
            return Discover(path)
        case Method.GET:
            return Read(path, _readable(request.accept, path, profile), _observed(request, profile))
        case Method.PUT if request.query and not request.payload:
            raise Unanswerable(profile.attributes_code)
        case Method.PUT if depth >= 2:
            return _write(request, path, profile)
        case Method.POST if depth == 1:
            raise Unanswerable(profile.create_code)
        case Method.POST if depth == 2:
            return _write(request, path, profile)
        case Method.POST if depth == 3:
            return Execute(path, request.payload)
        case Method.DELETE:
            raise Unanswerable(profile.delete_code)
    raise Unanswerable(Code.METHOD_NOT_ALLOWED)


def _path(segments: tuple[str, ...]) -> Path:
    """The path that Uri-Path names, at most down to a resource.

    Raises:
        Unanswerable: it names something that is no part of LwM2M 1.0's data model.
    """
    if not 1 <= len(segments) <= 3 or not all(map(_SEGMENT.fullmatch, segments)):
        raise Unanswerable(Code.NOT_FOUND)
    try:
        return Path.of(map(int, segments))
    except InvalidPath:
        raise Unanswerable(Code.NOT_FOUND) from None


def _readable(accept: int | None, path: Path, profile: Profile) -> ContentFormat:
    match accept:
        case None | ContentFormat.TLV:
            return ContentFormat.TLV
        case ContentFormat.TEXT | ContentFormat.OPAQUE if (
            path.resource is not None and profile.plain_formats
        ):
            return ContentFormat(accept)
    raise Unanswerable(Code.NOT_ACCEPTABLE)


def _observed(request: Request, profile: Profile) -> bool:
    match request.observe, profile.observing:
        case 0, Observing.ACCEPTED:
            return True
        case 0, Observing.REFUSED:
            raise Unanswerable(Code.METHOD_NOT_ALLOWED)
    return False


def _write(request: Request, path: Path, profile: Profile) -> Write:
    if len(request.payload) > profile.longest_write:
        raise Unanswerable(Code.REQUEST_ENTITY_TOO_LARGE)
    is_plain = path.resource is not None and profile.plain_formats
    kind = kind_of(path)
    try:
        match request.content_format:
            case ContentFormat.TLV:
                return _write_tlv(decode_tlv(request.payload), path)
            case None | ContentFormat.TEXT if is_plain:
                return _write_one(path, decode_text(kind or Kind.STRING, request.payload))
            case ContentFormat.OPAQUE if is_plain and kind in (None, Kind.OPAQUE):
                return _write_one(path, Value(Kind.OPAQUE, request.payload))
    except InvalidContent:
        raise Unanswerable(Code.BAD_REQUEST) from None
    raise Unanswerable(Code.UNSUPPORTED_CONTENT_FORMAT)


def _write_one(path: Path, value: Value) -> Write:
    *instance, resource_id = path.ids
    return Write(Path.of(instance), {resource_id: value})


def _write_tlv(tlvs: tuple[Tlv, ...], path: Path) -> Write:
    object_id, instance_id, *resource_id = path.ids
    instance = Path(object_id, instance_id)
    match tlvs:
        case [Tlv(Level.OBJECT_INSTANCE, id, tuple() as inside)] if id == instance_id:
            tlvs = inside
    values = {}
    for tlv in tlvs:
        # A resource with several instances cannot be told by +LWWRITE.
        if tlv.level is not Level.RESOURCE or not isinstance(tlv.content, bytes):
            raise InvalidContent(f"{tlv.level.name.lower()} {tlv.id} cannot be written")
        if tlv.id in values or resource_id not in ([], [tlv.id]):
            raise InvalidContent(f"resource {tlv.id} is written twice or in another's place")
        values[tlv.id] = decode_value(kind_of(instance / tlv.id) or Kind.OPAQUE, tlv.content)
    if not values:
        raise InvalidContent("nothing is written")
    return Write(instance, values)


def content(read: Read, values: Mapping[int, Values]) -> Response:
    """The answer to a read.

    Args:
        read: what was asked.
        values: what is there, by instance and resource.
    """
    payload = _payload(read, values)
    if payload is None:
        return Response(Code.NOT_ACCEPTABLE)
    observe = 0 if read.observed else None
    return Response(Code.CONTENT, payload, read.content_format, observe)


def _payload(read: Read, values: Mapping[int, Values]) -> bytes | None:
    """The values in the format asked for; None where they are not to be had in it."""
    if read.content_format is ContentFormat.TLV:
        return encode_tlv(_tlvs(read.path, values))
    ((resources),) = values.values()
    (value,) = resources.values()
    if read.content_format is ContentFormat.TEXT:
        return encode_text(value)
    return value.content if isinstance(value.content, bytes) else None


def _tlvs(path: Path, values: Mapping[int, Values]) -> list[Tlv]:
    instances = [
        Tlv(
            Level.OBJECT_INSTANCE,
            instance_id,
            tuple(
                Tlv(Level.RESOURCE, resource_id, encode_value(value))
                for resource_id, value in resources.items()
            ),
        )
        for instance_id, resources in values.items()
    ]
    if path.instance is None:
        return instances
    return [tlv for instance in instances for tlv in instance.content if isinstance(tlv, Tlv)]


def links(paths: list[Path | Link]) -> Response:
    """The answer to a discover."""
    return Response(Code.CONTENT, encode_links(paths), ContentFormat.LINKS)
