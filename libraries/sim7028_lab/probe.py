"""Is the bench itself well? Asked at a failure, so that a lost network is not the module's fault.

Each question is bounded: a dead port costs 2 s, a dead server 2 s.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum

import requests

from lab_evidence import Direction, Event, Json, Source
from leshan import ServerLost
from sim7028 import AtError, AtTimeout, PortError, PortLost
from sim7028_lab.bench import Bench
from sim7028_lab.rung import Rung

_PORT_LIMIT = 2.0
_SERVER_LIMIT = 2.0
_CLIENTS = "/api/clients"


class Asked(Enum):
    """What a probe looks at, in its order."""

    PORT = "port"
    RESTART = "restart"
    """Only where the module did so by itself: where it is then is no trouble of the bench."""
    NETWORK = "network"
    SIGNAL = "signal"
    ADDRESS = "address"
    WAY = "way"
    """Only where the network may have closed it: whether requests get through to the module."""
    SERVER = "server"


@dataclass(frozen=True, slots=True)
class Reading:
    """One look.

    Attributes:
        asked: what was looked at.
        found: what was there.
        complaint: why nothing can be said of the module while it is so; empty when it is well.
        rung: the lowest of the recovery ladder that can mend it; None where there is nothing to
            mend, or nothing that the ladder can. The evidence does not keep it.
    """

    asked: Asked
    found: str
    complaint: str = ""
    rung: Rung | None = field(default=None, compare=False)

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
    def rung(self) -> Rung | None:
        """Where the recovery ladder is to be climbed from; None when it is of no use."""
        rungs = {reading.rung for reading in self.readings}
        return next((rung for rung in Rung if rung in rungs), None)

    @property
    def troubles(self) -> tuple[str, ...]:
        """What the ladder is to mend; empty when it is of no use."""
        to_mend = [reading for reading in self.readings if reading.rung is not None]
        untold = [reading.asked.value for reading in to_mend if not reading.complaint]
        silence = (f"the module does not tell its {' and '.join(untold)} any more",)
        return tuple(r.complaint for r in to_mend if r.complaint) + (silence if untold else ())

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


def probe(bench: Bench, given_up: Collection[Asked] = (), closed_way: str = "") -> Probe:
    """Look at port, network, signal, address and server.

    Args:
        bench: an open one.
        given_up: what the scenario took away itself, and so is not asked for.
        closed_way: why the server's requests may not have reached the module, as the scenario
            knows it; empty when they must have.
    """
    readings = list(_look(bench, given_up))
    if closed_way:
        complaint = "the network may have closed the way to the module"
        readings.append(Reading(Asked.WAY, closed_way, complaint))
    return Probe(tuple(readings))


_NETWORK = (Asked.NETWORK, Asked.SIGNAL, Asked.ADDRESS)
_EVERY_MODULE_TELLS = (Asked.PORT, Asked.NETWORK, Asked.ADDRESS)
"""What bring-up asks too, so that a module which came up and does not tell it is out of order."""


def _look(bench: Bench, given_up: Collection[Asked]) -> Iterator[Reading]:
    looks: Mapping[Asked, Callable[[Bench], Reading | None]] = {
        Asked.PORT: _port,
        Asked.RESTART: _restart,
        Asked.NETWORK: _network,
        Asked.SIGNAL: _signal,
        Asked.ADDRESS: _address,
        Asked.SERVER: _server,
    }
    passed_over = set(given_up)
    for asked, look in looks.items():
        if asked in passed_over:
            continue
        try:
            reading = look(bench)
        except (AtError, PortError) as error:
            reading = _not_told(asked, error)
            if reading.complaint or isinstance(error, AtTimeout):
                passed_over.update(_NETWORK, {Asked.RESTART})
        if reading is not None:
            yield reading
            if asked is Asked.RESTART:
                passed_over.update(_NETWORK)


def _not_told(asked: Asked, error: AtError | PortError) -> Reading:
    is_gone = asked is Asked.PORT or isinstance(error, PortLost)
    complaint = "the module does not answer at its port any more" if is_gone else ""
    rung = Rung.RESYNCHRONISE if is_gone or asked in _EVERY_MODULE_TELLS else None
    return Reading(asked, f"not told ({type(error).__name__})", complaint, rung)


def _port(bench: Bench) -> Reading:
    bench.channel.resynchronise(within=_PORT_LIMIT)
    return Reading(Asked.PORT, "AT is answered")


def _restart(bench: Bench) -> Reading | None:
    if not bench.has_restarted:
        return None
    return Reading(Asked.RESTART, "the module booted, and nobody had asked it to")


def _network(bench: Bench) -> Reading:
    status = bench.module.network_status()
    if status.is_registered:
        return Reading(Asked.NETWORK, str(status))
    complaint = "the module is not in the network any more"
    return Reading(Asked.NETWORK, str(status), complaint, Rung.CFUN)


def _signal(bench: Bench) -> Reading:
    return Reading(Asked.SIGNAL, str(bench.module.signal()))


def _address(bench: Bench) -> Reading:
    contexts = bench.module.addresses()
    found, before = next((pdp.address for pdp in contexts if pdp.address), None), bench.address
    if found is None:
        complaint = "the module has no IP address any more"
        return Reading(Asked.ADDRESS, "none", complaint, Rung.CFUN)
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
