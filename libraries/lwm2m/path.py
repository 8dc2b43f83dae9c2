"""Where something is on a device: object, instance, resource, resource instance."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

MAX_ID = 65535
"""The largest identifier (LwM2M 1.0, 6.1). As an object instance it is reserved: 65534 is the
largest that can exist."""

_PATH = re.compile(r"/[0-9]{1,5}(?:/[0-9]{1,5}){0,3}", re.ASCII)


class InvalidPath(ValueError):
    """A text or a set of identifiers is not an LwM2M path."""


@dataclass(frozen=True, slots=True)
class Path:
    """An object, one of its instances, a resource of that, or an instance of the resource.

    Each identifier is in 0..65535. A deeper one needs all those above it.

    Raises:
        InvalidPath: an identifier is out of range, or one above it is missing.
    """

    object: int
    instance: int | None = None
    resource: int | None = None
    resource_instance: int | None = None

    def __post_init__(self) -> None:
        deepest_seen = False
        for name, identifier in self._levels():
            if identifier is None:
                deepest_seen = True
            elif deepest_seen:
                raise InvalidPath(f"the {name} {identifier} has nothing above it")
            elif not 0 <= identifier <= MAX_ID:
                raise InvalidPath(f"the {name} {identifier} is not in 0..{MAX_ID}")

    @classmethod
    def parse(cls, text: str) -> Path:
        """Read `/object[/instance[/resource[/resource instance]]]`.

        Raises:
            InvalidPath: the text has another form, or an identifier is over 65535.
        """
        if not _PATH.fullmatch(text):
            raise InvalidPath(
                f"{text!r} is not an LwM2M path: write /object/instance/resource with"
                f" numbers from 0 to {MAX_ID}, for example /3303/0/5700"
            )
        try:
            return cls.of(int(part) for part in text[1:].split("/"))
        except InvalidPath as error:
            raise InvalidPath(f"{text!r} is not an LwM2M path: {error}") from None

    @classmethod
    def of(cls, ids: Iterable[int]) -> Path:
        """The path with these identifiers, outermost first: one to four of them."""
        object_id, *below = ids
        return cls(object_id, *below)

    def _levels(self) -> tuple[tuple[str, int | None], ...]:
        return (
            ("object", self.object),
            ("instance", self.instance),
            ("resource", self.resource),
            ("resource instance", self.resource_instance),
        )

    @property
    def ids(self) -> tuple[int, ...]:
        """The identifiers that are there, outermost first."""
        return tuple(identifier for _, identifier in self._levels() if identifier is not None)

    @property
    def parent(self) -> Path | None:
        """One level up; None above an object."""
        return Path.of(self.ids[:-1]) if len(self.ids) > 1 else None

    def __truediv__(self, identifier: int) -> Path:
        """One level down."""
        if len(self.ids) == 4:
            raise InvalidPath(f"nothing is below the resource instance {self}")
        return Path.of((*self.ids, identifier))

    def __contains__(self, other: Path) -> bool:
        """Whether `other` is this or below it."""
        return other.ids[: len(self.ids)] == self.ids

    def __lt__(self, other: Path) -> bool:
        return self.ids < other.ids

    def __str__(self) -> str:
        return "".join(f"/{identifier}" for identifier in self.ids)
