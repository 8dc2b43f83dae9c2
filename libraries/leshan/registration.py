"""A device as it stands in the server's registry."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from lwm2m import Path


@dataclass(frozen=True, slots=True)
class Registration:
    """What the server keeps of a device (LwM2M 1.0, 5.3).

    Attributes:
        endpoint: the name that the device gave itself.
        id: the server's name for this registration; a new one with each registration.
        address: where the device was last heard from, `host:port`.
        lifetime: seconds until the registration ends unless updated.
        lwm2m_version: of the enabler, such as `1.0`.
        binding: such as `U` for UDP, `UQ` with queue mode.
        registered: when, by the server's clock, in UTC.
        updated: when last, by the server's clock, in UTC; 2.0.0-M4 tells whole seconds.
        objects: the objects and instances that the device listed, in its order, without the
            link to the root.
        root: the path under which they are, `/` unless the device said otherwise.
    """

    endpoint: str
    id: str
    address: str
    lifetime: int
    lwm2m_version: str
    binding: str
    registered: datetime
    updated: datetime
    objects: tuple[Path, ...]
    root: str

    def __str__(self) -> str:
        objects = " ".join(map(str, self.objects)) or "no objects"
        return f"{self.endpoint} at {self.address} for {self.lifetime} s with {objects}"
