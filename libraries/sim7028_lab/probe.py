"""Is the bench itself well? Asked at a failure, so that a lost network is not the module's fault.

Each question is bounded: a dead port costs 2 s, a dead server 2 s.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum

import requests

from lab_evidence import Direction, Event, Json, Source
from leshan import ServerLost
from sim7028 import AtError, PortError, PortLost
from sim7028_lab.bench import Bench

_PORT_LIMIT = 2.0
_SERVER_LIMIT = 2.0
_CLIENTS = "/api/clients"


class Asked(Enum):
    """What a probe looks at, in its order."""

    PORT = "port"
    NETWORK = "network"
    SIGNAL = "signal"
    ADDRESS = "address"
    SERVER = "server"


@dataclass(frozen=True, slots=True)
class Reading:
    """One look.

    Attributes:
        asked: what was looked at.
        found: what was there.
        complaint: why nothing can be said of the module while it is so; empty when it is well.
    """

    asked: Asked
    found: str
    complaint: str = ""

    def __str__(self) -> str:
        return f"{self.asked.value}: {self.found}"


@dataclass(frozen=True, slots=True)
class Probe:
    """What the bench said of itself.

    Attributes:
        readings: one for each thing that was looked at.
    """

    readings: tuple[Reading, ...]

    @property
    def complaints(self) -> tuple[str, ...]:
        """What was wrong; empty for a bench that is well."""
        return tuple(reading.complaint for reading in self.readings if reading.complaint)

    @property
    def sentence(self) -> str:
        """What was wrong, and all that was seen."""
        wrong = "; ".join(self.complaints) or "the bench is well"
        return f"{wrong[0].upper()}{wrong[1:]}. Probed: {'; '.join(map(str, self.readings))}."

    @property
    def event(self) -> Event:
        """The probe for the timeline."""
        readings: list[Json] = [
            {"asked": r.asked.value, "found": r.found, "complaint": r.complaint}
            for r in self.readings
        ]
        return Event(
            Source.KEYWORD, Direction.NOTED, f"bench probed: {self.sentence}", {"probe": readings}
        )

    @classmethod
    def from_event(cls, event: Event) -> Probe | None:
        """Read what `event` gave; None for any other event."""
        readings = event.data.get("probe")
        if event.source is not Source.KEYWORD or not isinstance(readings, Sequence):
            return None
        return cls(
            tuple(
                Reading(Asked(r["asked"]), str(r["found"]), str(r["complaint"]))
                for r in readings
                if isinstance(r, Mapping)
            )
        )


def probe(bench: Bench, given_up: Collection[Asked] = ()) -> Probe:
    """Look at port, network, signal, address and server.

    Args:
        bench: an open one.
        given_up: what the scenario took away itself, and so is not asked for.
    """
    return Probe(tuple(_look(bench, given_up)))


def _look(bench: Bench, given_up: Collection[Asked]) -> Iterator[Reading]:
    looks: Mapping[Asked, Callable[[Bench], Reading]] = {
        Asked.PORT: _port,
        Asked.NETWORK: _network,
        Asked.SIGNAL: _signal,
        Asked.ADDRESS: _address,
        Asked.SERVER: _server,
    }
    is_deaf = False
    for asked, look in looks.items():
        if asked in given_up or (is_deaf and asked is not Asked.SERVER):
            continue
        try:
            reading = look(bench)
        except (AtError, PortError) as error:
            is_deaf = asked is Asked.PORT or isinstance(error, PortLost)
            complaint = "the module does not answer at its port any more" if is_deaf else ""
            reading = Reading(asked, f"not told ({type(error).__name__})", complaint)
        yield reading


def _port(bench: Bench) -> Reading:
    bench.channel.resynchronise(within=_PORT_LIMIT)
    return Reading(Asked.PORT, "AT is answered")


def _network(bench: Bench) -> Reading:
    status = bench.module.network_status()
    complaint = "" if status.is_registered else "the module is not in the network any more"
    return Reading(Asked.NETWORK, str(status), complaint)


def _signal(bench: Bench) -> Reading:
    return Reading(Asked.SIGNAL, str(bench.module.signal()))


def _address(bench: Bench) -> Reading:
    contexts = bench.module.addresses()
    found, before = next((pdp.address for pdp in contexts if pdp.address), None), bench.address
    if found is None:
        return Reading(Asked.ADDRESS, "none", "the module has no IP address any more")
    if before is not None and found != before:
        complaint = f"the module's IP address changed from {before} to {found}"
        return Reading(Asked.ADDRESS, str(found), complaint)
    return Reading(Asked.ADDRESS, str(found))


def _server(bench: Bench) -> Reading:
    leshan = bench.file.leshan
    try:
        bench.server.check()
        with requests.get(
            bench.server.rest_url + _CLIENTS,
            auth=leshan.auth,
            verify=str(leshan.ca) if leshan.ca else True,
            timeout=_SERVER_LIMIT,
            allow_redirects=False,
        ) as response:
            status = response.status_code
    except ServerLost as error:
        return Reading(Asked.SERVER, error.came, "the server is gone")
    except (requests.RequestException, OSError) as error:
        return Reading(Asked.SERVER, type(error).__name__, "the server's REST API does not answer")
    if status != requests.codes.ok:
        return Reading(Asked.SERVER, f"HTTP {status}", "the server's REST API is not well")
    return Reading(Asked.SERVER, "its REST API answers")
