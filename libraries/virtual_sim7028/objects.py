"""The objects of a session: which instances and resources there are, and of which kind."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from lwm2m import Kind, Path

OWN_OBJECTS = range(8)
"""The objects that the module keeps to itself (note 2.2.6): nobody adds them by AT+LWADDOBJ."""
MOST_RESOURCES = 15
"""How many resources one AT+LWADDOBJ declares at most (note 2.2.6)."""


class ObjectRefused(Exception):
    """The tree stays as it is: what was asked cannot be added or deleted."""


class ObjectTree:
    """The object instances that the application declared in one session."""

    def __init__(self) -> None:
        self._instances: dict[Path, tuple[int, ...]] = {}

    def add(self, instance: Path, resources: Sequence[int]) -> None:
        """Declare an object instance with its resources.

        Raises:
            ObjectRefused: the object is the module's own, the instance is there already, or the
                resources are none, too many, or name one twice.
        """
        if instance.object in OWN_OBJECTS:
            raise ObjectRefused(f"object {instance.object} is the module's own")
        if instance in self._instances:
            raise ObjectRefused(f"{instance} is there already")
        if not 1 <= len(resources) <= MOST_RESOURCES or len(set(resources)) < len(resources):
            raise ObjectRefused(
                f"{instance} with resources {', '.join(map(str, resources))}: declare 1 to"
                f" {MOST_RESOURCES}, each once"
            )
        self._instances[instance] = tuple(resources)

    def delete(self, object_id: int) -> None:
        """Take away every instance of an object.

        Raises:
            ObjectRefused: there is none.
        """
        gone = self.instances(object_id)
        if not gone:
            raise ObjectRefused(f"object {object_id} was never added")
        for instance in gone:
            del self._instances[instance]

    def instances(self, object_id: int) -> tuple[Path, ...]:
        """The instances of an object, in the order of their numbers."""
        return tuple(sorted(path for path in self._instances if path.object == object_id))

    def resources(self, instance: Path) -> tuple[int, ...]:
        """The resources of an instance as they were declared; none where it is not there."""
        return self._instances.get(instance, ())

    def __contains__(self, path: Path) -> bool:
        """Whether an object, an instance or a resource is declared."""
        match path.ids:
            case [object_id]:
                return bool(self.instances(object_id))
            case [object_id, instance_id]:
                return Path(object_id, instance_id) in self._instances
            case [object_id, instance_id, resource_id]:
                return resource_id in self.resources(Path(object_id, instance_id))
        return False

    def __iter__(self) -> Iterator[Path]:
        """The declared instances, in the order of their numbers."""
        return iter(sorted(self._instances))


def _ids(kind: Kind, text: str) -> dict[int, Kind]:
    """Kinds of the identifiers in a text such as `5500 5532-5533`."""
    kinds = {}
    for part in text.split():
        first, _, last = part.partition("-")
        kinds.update(dict.fromkeys(range(int(first), int(last or first) + 1), kind))
    return kinds


# The reusable resources of OMNA's registry: each number has one type in whatever object it is.
# From the models that Leshan 2.0.0-M4 ships.
_REUSABLE = (
    _ids(Kind.BOOLEAN, "5500 5502 5532-5533 5543 5550-5551 5850 6007 6012-6013 6023 6046")
    | _ids(
        Kind.INTEGER,
        "5501 5503-5504 5506 5518 5526 5528-5529 5534 5541-5542 5545-5547 5824-5828 5851-5852 5854"
        " 5903-5904 5910 6000-6001 6003-6006 6011 6015 6017-6021 6024 6028 6030-6038 6041-6042"
        " 6049",
    )
    | _ids(
        Kind.FLOAT,
        "5507-5513 5519-5521 5524-5525 5531 5536-5538 5544 5548 5600-5604 5650 5700 5702-5705"
        " 5800-5806 5810-5816 5820-5821 5900 6014 6016 6039-6040 6043-6045 6047-6048 6050",
    )
    | _ids(Kind.STRING, "5514-5516 5527 5701 5706 5750-5751 5823 5853 5905-5908 5912 6002")
    | _ids(Kind.OPAQUE, "5517 5522 6009 6025 6029")
)


# What a server may write in the module's own objects: lifetime, notification storing.
_OWN = {Path(1, 0, 1): Kind.INTEGER, Path(1, 0, 6): Kind.BOOLEAN}


def kind_of(resource: Path) -> Kind | None:
    """The type of a resource; None where its numbers do not tell.

    AT+LWADDOBJ declares no types and TLV carries none, so the registry's numbers are all that a
    module can go by.

    Args:
        resource: the path of a resource.
    """
    number = resource.resource
    return _OWN.get(resource) or (None if number is None else _REUSABLE.get(number))
