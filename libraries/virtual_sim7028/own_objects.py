"""The objects that the module answers by itself: Server (1) and Device (3).

LwM2M 1.0, appendix E.2 and E.4. The note says that objects 0 to 7 are taken (2.2.6) and no more;
which of them answer, and with which resources, is assumed.
"""

from __future__ import annotations

from enum import Enum

from lwm2m import Code, Kind, Path, Value
from virtual_sim7028.identity import Identity
from virtual_sim7028.objects import kind_of
from virtual_sim7028.requests import Unanswerable, Values, Write

SERVER = Path(1, 0)
DEVICE = Path(3, 0)
_LIFETIME = 1
_NOTIFICATION_STORING = 6
_SHORT_SERVER_ID = 123


class Consequence(Enum):
    """What the module does once the server has its answer."""

    NOTHING = "nothing"
    UPDATE = "update"
    TELL_LIFETIME = "tell lifetime"
    REBOOT = "reboot"


class OwnObjects:
    """What one session's server sees of the module itself.

    Args:
        identity: who the module is.
        lifetime: the registration's, s.
    """

    def __init__(self, identity: Identity, lifetime: int) -> None:
        self._values: dict[Path, dict[int, Value]] = {
            SERVER: {
                0: Value(Kind.INTEGER, _SHORT_SERVER_ID),
                _LIFETIME: Value(Kind.INTEGER, lifetime),
                _NOTIFICATION_STORING: Value(Kind.BOOLEAN, False),
                7: Value(Kind.STRING, "U"),
            },
            DEVICE: {
                0: Value(Kind.STRING, identity.manufacturer),
                1: Value(Kind.STRING, identity.model),
                2: Value(Kind.STRING, identity.imei),
                3: Value(Kind.STRING, identity.revision),
                16: Value(Kind.STRING, "U"),
            },
        }
        self._executable = {SERVER: {8}, DEVICE: {4}}

    @property
    def lifetime(self) -> int:
        """The registration's lifetime as the server last wrote it, s."""
        return int(self._values[SERVER][_LIFETIME].content)

    @property
    def instances(self) -> tuple[Path, ...]:
        """The instances there are."""
        return tuple(self._values)

    def resources(self, instance: Path) -> tuple[int, ...]:
        """The resources of an instance, those that are only executed too."""
        return tuple(sorted({*self._values.get(instance, ()), *self._executable.get(instance, ())}))

    def read(self, path: Path) -> dict[int, Values]:
        """The values at a path, by instance and resource.

        Raises:
            Unanswerable: nothing is there, or it is only executed.
        """
        values: dict[int, Values] = {}
        for instance, resources in self._values.items():
            below = {n: value for n, value in resources.items() if instance / n in path}
            if below:
                values[instance.ids[1]] = below
        if not values:
            raise Unanswerable(self._absence(path))
        return values

    def _absence(self, path: Path) -> Code:
        """Why something cannot be done to a path: it is not there, or does not do that."""
        known = path.resource in self.resources(Path.of(path.ids[:2]))
        return Code.METHOD_NOT_ALLOWED if known else Code.NOT_FOUND

    def write(self, write: Write) -> tuple[Code, Consequence]:
        """Take what the server writes; nothing is taken unless all of it fits.

        Raises:
            Unanswerable: a resource is not there or not to be written, or the value is no lifetime.
        """
        for path in (write.instance / number for number in write.values):
            if kind_of(path) is None:
                raise Unanswerable(self._absence(path))
        lifetime = write.values.get(_LIFETIME)
        if lifetime is not None and int(lifetime.content) < 1:
            raise Unanswerable(Code.BAD_REQUEST)
        self._values[write.instance].update(write.values)
        return Code.CHANGED, Consequence.NOTHING if lifetime is None else Consequence.TELL_LIFETIME

    def execute(self, path: Path) -> tuple[Code, Consequence]:
        """What the server asks for is done once it has its answer.

        Raises:
            Unanswerable: it is not there, or not to be executed.
        """
        match path:
            case Path(1, 0, 8):
                return Code.CHANGED, Consequence.UPDATE
            case Path(3, 0, 4):
                return Code.CHANGED, Consequence.REBOOT
        raise Unanswerable(self._absence(path))
