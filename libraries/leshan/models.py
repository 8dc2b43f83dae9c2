"""What the server knows about objects and the types of their resources.

The server's `objectspecs` are the only place where it tells a resource's type to both sides of its
REST API, so writes and reads of 2.0.0-M4 are typed by them.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import TypeAlias

from lwm2m import Kind, Path


class DataType(Enum):
    """A resource's type in its object's model (LwM2M 1.1 core, appendix C), as Leshan spells it."""

    STRING = "string"
    INTEGER = "integer"
    UNSIGNED_INTEGER = "unsigned_integer"
    FLOAT = "float"
    BOOLEAN = "boolean"
    OPAQUE = "opaque"
    TIME = "time"
    """Seconds since 1970 in UTC."""
    OBJLNK = "objlnk"
    """Object and instance, written `10:3`."""
    CORELINK = "corelink"
    NONE = "none"
    """Nothing to read or write: the resource can be executed."""

    @property
    def kind(self) -> Kind | None:
        """The kind of value that a resource of this type holds; None for `NONE`."""
        return _KINDS.get(self)


_KINDS = {
    DataType.STRING: Kind.STRING,
    DataType.INTEGER: Kind.INTEGER,
    DataType.UNSIGNED_INTEGER: Kind.INTEGER,
    DataType.FLOAT: Kind.FLOAT,
    DataType.BOOLEAN: Kind.BOOLEAN,
    DataType.OPAQUE: Kind.OPAQUE,
    DataType.TIME: Kind.INTEGER,
    DataType.OBJLNK: Kind.STRING,
    DataType.CORELINK: Kind.STRING,
}


@dataclass(frozen=True, slots=True)
class ResourceModel:
    """A resource as its object defines it.

    Attributes:
        id: its number in the object.
        name: what the registry calls it.
        type: what it holds.
        operations: what a server may do, of the letters R, W and E.
        multiple: whether it has instances.
    """

    id: int
    name: str
    type: DataType
    operations: str
    multiple: bool


@dataclass(frozen=True, slots=True)
class ObjectModel:
    """An object as the server knows it.

    Attributes:
        id: its number.
        name: what the registry calls it.
        version: of the object, such as `1.0`.
        resources: by their numbers.
    """

    id: int
    name: str
    version: str
    resources: Mapping[int, ResourceModel]


TypeOf: TypeAlias = Callable[[Path], DataType | None]
"""Tells the type of the resource at a path, or above it; None if it is in no model."""


class Models:
    """The models of each endpoint's objects, fetched once and again when an object is new.

    Args:
        fetch: asks the server for the models of an endpoint's objects.
    """

    def __init__(self, fetch: Callable[[str], Mapping[int, ObjectModel]]) -> None:
        self._fetch = fetch
        self._lock = threading.Lock()
        self._known: dict[str, Mapping[int, ObjectModel]] = {}

    def of(self, endpoint: str) -> Mapping[int, ObjectModel]:
        """The models of the objects that `endpoint` registered, by their numbers."""
        with self._lock:
            known = self._known.get(endpoint)
        return self._refresh(endpoint) if known is None else known

    def types_of(self, endpoint: str) -> TypeOf:
        """Tells the types of the resources of `endpoint`."""

        def type_of(path: Path) -> DataType | None:
            # A device may have added the object since its models were fetched.
            models = self.of(endpoint)
            if path.object not in models:
                models = self._refresh(endpoint)
            if path.object not in models or path.resource is None:
                return None
            resource = models[path.object].resources.get(path.resource)
            return resource.type if resource else None

        return type_of

    def forget(self, endpoint: str) -> None:
        """Fetch anew the next time: the endpoint may have other versions of its objects now."""
        with self._lock:
            self._known.pop(endpoint, None)

    def _refresh(self, endpoint: str) -> Mapping[int, ObjectModel]:
        models = self._fetch(endpoint)
        with self._lock:
            self._known[endpoint] = models
        return models
