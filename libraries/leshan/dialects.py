"""The shapes of the REST API's JSON, one small class for each release that differs.

Nobody else knows them. A dialect does no I/O: it makes sense of what came, and of what shall be
sent makes what the server understands.
"""

from __future__ import annotations

import json
import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any, ClassVar

from leshan.events import (
    CoapMessage,
    Deregistered,
    MessageType,
    Notification,
    Other,
    Registered,
    ServerEvent,
    Updated,
)
from leshan.limits import Limit
from leshan.models import DataType, ObjectModel, ResourceModel, TypeOf
from leshan.operation import Answer, Link
from leshan.registration import Registration
from leshan.reply import Reply
from lwm2m import Code, InvalidPath, InvalidValue, Kind, Path, Value

_STATUS = re.compile(r"\w+\(([2-5])([0-9]{2})\)", re.ASCII)
_OBJECT_LINK = re.compile(r"([0-9]+):([0-9]+)", re.ASCII)
_HEX = re.compile(r"(?:[0-9a-f]{2})*", re.ASCII)

_CALENDAR_PERIOD = 146_097 * 86_400
"""Seconds in 400 years."""

TypesOf = Callable[[str], TypeOf]
"""Gives the types of an endpoint's resources."""


class NotExpressible(ValueError):
    """The server's REST API has no way to say this, or would say something else."""


class Dialect(ABC):
    """How one release of Leshan speaks JSON.

    JSON is taken to have the release's shape; where it has another, whatever that trips is raised,
    and `Reply.understood` says so.
    """

    name: ClassVar[str]
    """The release that this was proven on."""
    events_path: ClassVar[str]
    """Where the stream of events is."""
    limits: ClassVar[tuple[Limit, ...]]
    """What the release cannot show. Only what was seen of it stands here."""

    def checked(self, reply: Reply) -> Reply:
        """`reply`, if it holds what the device said.

        Raises:
            ServerLimit: the release cannot show that.
            LeshanError: as from `Reply.checked`.
        """
        for limit in self.limits:
            if limit.fits(reply):
                raise limit.error(reply)
        return reply.checked()

    def registration(self, data: Any) -> Registration:
        """A registration, as it stands in lists and in events."""
        root = data["rootPath"]
        return Registration(
            endpoint=data["endpoint"],
            id=data["registrationId"],
            address=data["address"],
            lifetime=data["lifetime"],
            lwm2m_version=data["lwM2mVersion"],
            binding=data["bindingMode"],
            registered=self._moment(data["registrationDate"]),
            updated=self._moment(data["lastUpdate"]),
            objects=tuple(_objects(data["objectLinks"], root)),
            root=root,
        )

    def models(self, data: Any) -> dict[int, ObjectModel]:
        """The models of an endpoint's objects, by their numbers."""
        return {
            model["id"]: ObjectModel(
                id=model["id"],
                name=model["name"],
                version=model["version"],
                resources={
                    resource["id"]: ResourceModel(
                        id=resource["id"],
                        name=resource["name"],
                        type=DataType(resource["type"]),
                        operations=resource["operations"],
                        multiple=resource["instancetype"] == "multiple",
                    )
                    for resource in model["resourcedefs"]
                },
            )
            for model in data
        }

    def answer(
        self, asked: str, path: Path, data: Any, raw: str, elapsed: float, type_of: TypeOf
    ) -> Answer:
        """What the device said to a request for `path`."""
        return Answer(
            asked=asked,
            code=_code(data["status"]),
            values=self._values(data.get("content"), path, type_of),
            links=tuple(
                Link(link["url"], {name: str(text) for name, text in link["attributes"].items()})
                for link in data.get("objectLinks", ())
            ),
            location=_location(data.get("location")),
            elapsed=elapsed,
            raw=raw,
        )

    def event(self, name: str, data: Any, t: float, types_of: TypesOf) -> ServerEvent:
        """What the server told at `t` under this name."""
        match name:
            case "REGISTRATION":
                registration = self.registration(data)
                return Registered(t, registration.endpoint, registration)
            case "UPDATED":
                registration = self.registration(data["registration"])
                return Updated(t, registration.endpoint, registration)
            case "DEREGISTRATION":
                registration = self.registration(data)
                return Deregistered(t, registration.endpoint, registration)
            case "COAPLOG":
                return CoapMessage(
                    t,
                    data["ep"],
                    incoming=data["incoming"],
                    type=MessageType(data["type"]),
                    code=data.get("code", ""),
                    mid=data["mId"],
                    token=data["token"],
                    options=data.get("options", ""),
                    payload=data.get("payload", ""),
                    server_time=_from_milliseconds(data["timestamp"]),
                )
            case "NOTIFICATION" if "res" in data:
                path = Path.parse(data["res"])
                values = self._values(data["val"], path, types_of(data["ep"]))
                return Notification(t, data["ep"], path, values)
        return Other(t, data["ep"], name, json.dumps(data, ensure_ascii=False))

    def instance(
        self, path: Path, instance: int | None, values: Mapping[int, Value], type_of: TypeOf
    ) -> dict[str, Any]:
        """The body that writes or creates an instance.

        Args:
            path: of the object, or of its instance.
            instance: its number; None leaves it to the device.
            values: of its resources, by their numbers.
            type_of: tells their types.

        Raises:
            NotExpressible: one of the values cannot be said.
        """
        above = path if path.instance is not None else path / (instance or 0)
        resources = [
            self.resource(above / number, value, type_of(above / number))
            for number, value in values.items()
        ]
        number = {} if instance is None else {"id": instance}
        return {**number, "resources": resources}

    @abstractmethod
    def resource(self, path: Path, value: Value, type_: DataType | None) -> dict[str, Any]:
        """The body that writes a resource.

        Whether `value` is of the right kind is left to the server, which refuses it or converts
        it, as long as it can see the kind.

        Args:
            path: of the resource.
            value: what to write.
            type_: of the resource; None if it is in no model.

        Raises:
            NotExpressible: the server would take it for something else.
        """

    @abstractmethod
    def _moment(self, raw: Any) -> datetime:
        """A date of a registration, in UTC."""

    @abstractmethod
    def _value(self, raw: Any, node: Mapping[str, Any], type_: DataType | None) -> Value:
        """A value, from its JSON and the node that it stands in."""

    def _values(self, content: Any, path: Path, type_of: TypeOf) -> dict[Path, Value]:
        return dict(self._walk(content, path, type_of)) if content else {}

    def _walk(
        self, node: Mapping[str, Any], path: Path, type_of: TypeOf
    ) -> Iterator[tuple[Path, Value]]:
        match node:
            case {"instances": below} | {"resources": below}:
                for child in below:
                    yield from self._walk(child, path / child["id"], type_of)
            case {"values": instances}:
                for number, raw in instances.items():
                    yield path / int(number), self._value(raw, node, type_of(path))
            case _:
                yield path, self._value(node["value"], node, type_of(path))


class M4(Dialect):
    """Leshan 2.0.0-M4: types are not told, so they are looked up in the object models."""

    name = "2.0.0-M4"
    events_path = "/event"
    limits = (
        Limit(
            "a float that is no number",
            "its REST API answers in JSON, which has neither NaN nor infinity",
            500,
            re.compile(r"Unexpected exception:(?:NaN|-?Infinity) is not a valid double value.*"),
        ),
        Limit(
            "the object instance 65535",
            "it is reserved in LwM2M, and the server asks no device for it",
            500,
            re.compile(
                r"Unexpected exception:Invalid object instance id 65535, .*\(65535 is reserved\)"
            ),
        ),
        Limit(
            "the value of a resource instance",
            "its REST API leaves it out; that of the whole resource has it",
            200,
            re.compile(r'\{"status":"CONTENT\(205\)",.*"content":\{"id":[0-9]+\}\}'),
        ),
    )

    def _moment(self, raw: Any) -> datetime:
        return datetime.fromisoformat(raw).astimezone(UTC)

    def resource(self, path: Path, value: Value, type_: DataType | None) -> dict[str, Any]:
        """A value by its JSON type alone, which opaque values and whole floats share with others.

        Raises:
            NotExpressible: the server would take the value for another kind. Also for a resource
                instance, which it would write with the type of another resource.
        """
        if path.resource_instance is not None:
            raise NotExpressible(f"{self.name} writes resources, not their instances")
        wanted = type_.kind if type_ else None
        if value.kind is not wanted:
            taken_for = _seen_in_json(value)
            if taken_for is not value.kind:
                raise NotExpressible(
                    f"{self.name} would take {value} for {taken_for.name.lower()}, because {path}"
                    f" is {f'of type {type_.value}' if type_ else 'in no object model'}"
                )
            if wanted is Kind.OPAQUE and value.kind is Kind.STRING:
                raise NotExpressible(f"{self.name} would take {value} for hex digits of {path}")
        return {"id": path.ids[-1], "value": _json_content(value, type_)}

    def _value(self, raw: Any, node: Mapping[str, Any], type_: DataType | None) -> Value:  # noqa: ARG002
        match type_:
            case None:
                return _untyped(raw)
            case DataType.TIME:
                return Value(Kind.INTEGER, _seconds(raw))
        return _typed(raw, type_)


class M18(Dialect):
    """Leshan 2.0.0-M18: each value comes and goes with its type, numbers as text."""

    name = "2.0.0-M18"
    events_path = "/api/event"
    limits = (
        Limit(
            "execute arguments in free text",
            "it sends a device nothing but the grammar of LwM2M 1.0, 5.4.5, such as 0='text'",
            400,
            re.compile(
                r"Invalid request: Invalid Execute request : \[Unable to parse Arguments .*\]",
                re.DOTALL,
            ),
        ),
    )

    def _moment(self, raw: Any) -> datetime:
        return _from_milliseconds(raw)

    def instance(
        self, path: Path, instance: int | None, values: Mapping[int, Value], type_of: TypeOf
    ) -> dict[str, Any]:
        """The body that writes or creates an instance."""
        return {"kind": "instance", **super().instance(path, instance, values, type_of)}

    def resource(self, path: Path, value: Value, type_: DataType | None) -> dict[str, Any]:
        """A value with its type: the resource's own if it holds this kind, else the kind's."""
        if type_ is None or type_.kind is not value.kind:
            type_ = DataType[value.kind.name]
        content = _json_content(value, type_)
        if type_ in _NUMBERS_AS_TEXT:
            content = str(content)
        is_instance = path.resource_instance is not None
        return {
            "kind": "resourceInstance" if is_instance else "singleResource",
            "id": path.ids[-1],
            "type": type_.value,
            "value": content,
        }

    def _value(self, raw: Any, node: Mapping[str, Any], type_: DataType | None) -> Value:  # noqa: ARG002
        told = DataType(node["type"].lower())
        if told in _NUMBERS_AS_TEXT:
            return Value.parse(Kind.FLOAT if told is DataType.FLOAT else Kind.INTEGER, raw)
        if told is DataType.TIME:
            return Value(Kind.INTEGER, raw // 1000)
        return _typed(raw, told)


_NUMBERS_AS_TEXT = {DataType.INTEGER, DataType.UNSIGNED_INTEGER, DataType.FLOAT}


def detect(endpoints: Any) -> Dialect:
    """The dialect of a server that describes its CoAP endpoints (`/api/server/endpoint`) like this.

    Raises:
        ValueError: no known release describes them so.
    """
    match endpoints:
        case {"unsecuredEndpointPort": _}:
            return M4()
        case [{"uri": _}, *_]:
            return M18()
    raise ValueError("no known release describes its endpoints so")


def _objects(links: Any, root: str) -> Iterator[Path]:
    for link in links:
        with suppress(InvalidPath):  # the root, or a link to something that is no object
            yield Path.parse(f"/{link['url'].removeprefix(root)}" if root != "/" else link["url"])


def _code(status: str) -> Code:
    digits = _STATUS.fullmatch(status)
    if not digits:
        raise ValueError(f"the status {status!r} holds no code")
    dotted = f"{digits[1]}.{digits[2]}"
    try:
        return Code.parse(dotted)
    except ValueError:
        raise InvalidValue(f"{dotted} is no response code of CoAP") from None


def _location(told: str | None) -> Path | None:
    try:
        return Path.parse(f"/{told.lstrip('/')}") if told else None
    except InvalidPath as error:
        raise InvalidValue(f"the location of the new instance: {error}") from None


def _from_milliseconds(raw: int) -> datetime:
    return datetime.fromtimestamp(raw / 1000, UTC)


def _seconds(date: str) -> int:
    """The seconds from 1970 to a date in ISO text, whose year may be above Python's last, 9999."""
    year, rest = date.split("-", maxsplit=1)
    periods = max(0, (int(year) - 2000) // 400)  # after which the calendar repeats
    alike = datetime.fromisoformat(f"{int(year) - 400 * periods:04}-{rest}")
    return round(alike.timestamp()) + periods * _CALENDAR_PERIOD


def _typed(raw: Any, type_: DataType) -> Value:
    """A value whose JSON type goes with its type."""
    match type_.kind, raw:
        case Kind.FLOAT, int() | float():
            return Value(Kind.FLOAT, raw)
        case Kind.OPAQUE, str():
            return Value.parse(Kind.OPAQUE, raw)
        case Kind.STRING, {"objectId": object_id, "objectInstanceId": instance}:
            return Value(Kind.STRING, f"{object_id}:{instance}")
        case None, _:
            raise ValueError(f"a value {raw!r} of a resource that holds none")
        case kind, _:
            return Value(kind, raw)


def _untyped(raw: Any) -> Value:
    """A value of a resource in no model, which comes in TLV as bytes: hex digits then."""
    match raw:
        case bool():
            return Value(Kind.BOOLEAN, raw)
        case int():
            return Value(Kind.INTEGER, raw)
        case float():
            return Value(Kind.FLOAT, raw)
        case str() if not _HEX.fullmatch(raw):
            return Value(Kind.STRING, raw)
    return Value.parse(Kind.OPAQUE, raw)


def _seen_in_json(value: Value) -> Kind:
    """The kind that a server sees which knows nothing but the JSON of a value."""
    match value.content:
        case bytes():
            return Kind.STRING
        case float() as number if number.is_integer() and -(2**63) <= number < 2**63:
            return Kind.INTEGER
    return value.kind


def _json_content(value: Value, type_: DataType | None) -> Any:
    match type_, value.content:
        case _, bytes():
            return value.text
        case DataType.TIME, int() as seconds if value.kind is Kind.INTEGER:
            return seconds * 1000
        case DataType.OBJLNK, str() as link if match_ := _OBJECT_LINK.fullmatch(link):
            return {"objectId": int(match_[1]), "objectInstanceId": int(match_[2])}
    return value.content
