"""A labgrid place: acquired for a run, asked for its serial port and power, released after it."""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import ClassVar, Self
from urllib.parse import quote

import filelock

from sim7028.holders import holders_of
from sim7028_lab.benchsections import LabgridSection
from sim7028_lab.labgrid_client import (
    ClientFailed,
    ClientMissing,
    CoordinatorSilent,
    LabgridClient,
    PlaceState,
    Resource,
)
from sim7028_lab.power import CommandSwitch, PowerSwitch

_SERIAL_PORTS = frozenset({"NetworkSerialPort"})  # an exporter makes local ports such ones, too
_POWER_SWITCHES = frozenset(
    {
        "NetworkPowerPort",
        "NetworkSiSPMPowerPort",
        "NetworkUSBPowerPort",
        "NetworkYKUSHPowerPort",
        "PDUDaemonPort",
        "TasmotaPowerPort",
    }
)
_SCHEMES = {"rfc2217": "rfc2217", "raw": "socket"}  # labgrid's word and that of `open_port`
_OURS = "module"
"""What a place calls the resource that is the module's, where it has several of a kind."""


@dataclass(eq=False)
class PlaceError(Exception):
    """A labgrid place cannot be had, or does not have what the bench needs.

    Attributes:
        place: its name.
        reason: what was found.
        remedy: what to do.
    """

    ROBOT_SUPPRESS_NAME: ClassVar[bool] = True

    place: str
    reason: str
    remedy: str

    def __str__(self) -> str:
        return (
            f"The labgrid place {self.place} cannot be used: {self.reason}."
            f" What to do: {self.remedy}"
        )


class Place:
    """Has a labgrid place between `__enter__` and `__exit__`.

    labgrid keeps a place for a user of a host, not for a process. So a lock of the operating
    system tells runs of the same user apart, and a record beside it what a killed run left
    acquired: that is taken over, and what the user acquired by hand is not.

    Attributes:
        port: the URL of its serial port, as `sim7028.open_port` takes it.
        power: what switches its power; None when it has nothing for that.

    Args:
        section: which place, and whose.
        say: takes a line for a person who waits.
    """

    port: str
    power: PowerSwitch | None

    def __init__(self, section: LabgridSection, say: Callable[[str], None]) -> None:
        self._name = section.place or ""
        self._client = LabgridClient.of(self._name, section.coordinator)
        self._say = say
        name = quote(f"sim7028-place-{os.getuid()}-{self._client.coordinator}-{self._name}", "")
        self._lock_file = Path(tempfile.gettempdir()) / f"{name}.lock"
        self._record = self._lock_file.with_suffix(".acquired")

    def __enter__(self) -> Self:
        """Acquire the place.

        Raises:
            PlaceError: it is not to be had, or lacks a serial port.
        """
        with contextlib.ExitStack() as undo:
            self._lock(undo)
            self._clear(self._ask())
            undo.callback(self._release)
            self._acquire()
            self.look_again()
            self._release_later = undo.pop_all()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Release the place.

        Raises:
            PlaceError: it stays acquired.
        """
        self._release_later.close()

    def look_again(self) -> None:
        """Ask where port and power are now: an exporter moves a port whose device comes back.

        Raises:
            PlaceError: the place lacks a serial port, or is no longer acquired.
        """
        state = self._ask()
        if state.holder != self._client.user:
            by = state.holder or "nobody"
            raise self._error(f"it was taken away from this run, {by} has it", _ASK_AROUND)
        self._record.write_text(state.changed, "utf-8")
        port = self._the_one(state, _SERIAL_PORTS, "serial port")
        if port is None and state.orphans:
            remedy = "start it, then release and acquire the place anew"
            raise self._error(f"its exporter is gone, with {', '.join(state.orphans)}", remedy)
        if port is None:
            remedy = f"give it one: {self._typed('add-match')} EXPORTER/GROUP/NetworkSerialPort"
            raise self._error(f"no serial port is in it, only {_listed(state.resources)}", remedy)
        self.port = self._url(port)
        switch = self._the_one(state, _POWER_SWITCHES, "power switch")
        self.power = None if switch is None else self._switch(switch)

    # Acquiring and releasing

    def _lock(self, undo: contextlib.ExitStack) -> None:
        lock = filelock.FileLock(self._lock_file, timeout=0, thread_local=False)
        try:
            lock.acquire()
        except filelock.Timeout:
            status = self._lock_file.stat()
            runs = holders_of(lambda s: (s.st_dev, s.st_ino) == (status.st_dev, status.st_ino))
            by = ", ".join(map(str, runs)) or "a process that just ended"
            reason = f"another run on this machine has it: {by}"
            raise self._error(reason, "wait for that to end, or name another place") from None
        undo.callback(lock.release)

    def _clear(self, state: PlaceState) -> None:
        """Release what a killed run of this user left acquired.

        Raises:
            PlaceError: somebody has the place, or this user by hand.
        """
        if state.holder is None:
            return
        since = state.changed.partition(".")[0]
        if state.holder != self._client.user:
            raise self._error(f"{state.holder} has it since {since}", _ASK_AROUND)
        if self._recorded() != state.changed:
            raise self._error(
                f"it is acquired by {state.holder}, which is you on this machine, since {since},"
                " and not by a run that is known to have ended",
                f"if you do not need it there, release it: {self._typed('release')}",
            )
        self._release()
        self._say(f"labgrid place {self._name}: released what a killed run left acquired")

    def _recorded(self) -> str | None:
        with contextlib.suppress(FileNotFoundError):
            return self._record.read_text("utf-8")
        return None

    def _ask(self) -> PlaceState:
        try:
            state = self._client.state()
        except ClientFailed as error:
            raise self._explained(error) from error
        if self._name not in (state.name, *state.aliases):  # labgrid takes a part of a name
            raise self._unknown()
        return state

    def _acquire(self) -> None:
        try:
            self._client.acquire()
        except ClientFailed as error:
            raise self._explained(error) from error

    def _release(self) -> None:
        try:
            self._client.release()
        except ClientFailed as error:
            if "is not acquired" not in error.said:
                reason = f"it stays acquired for {self._client.user}: {error}"
                raise self._error(reason, f"release it: {self._typed('release')}") from error
        self._record.unlink(missing_ok=True)

    # What is in it

    def _the_one(self, state: PlaceState, kinds: frozenset[str], what: str) -> Resource | None:
        """The resource of a kind; of several the one that the place calls the module's."""
        found = [resource for resource in state.resources if resource.kind in kinds]
        named = [resource for resource in found if resource.name == _OURS]
        match found, named:
            case ([], _):
                return None
            case ([only], _) | (_, [only]):
                return only
        raise self._error(
            f"more than one {what} is in it: {_listed(found)}",
            f"call the module's one {_OURS}: {self._typed('del-match')} and"
            f" {self._typed('add-named-match')} EXPORTER/GROUP/CLASS/NAME {_OURS}",
        )

    def _url(self, port: Resource) -> str:
        host, number = port.parameters.get("host"), port.parameters.get("port")
        if not port.available or not isinstance(host, str) or not isinstance(number, int):
            remedy = "is its device plugged in, and ser2net installed there? See the exporter's log"
            raise self._error(f"its exporter cannot offer {port.path} now", remedy)
        extra = port.parameters.get("extra")
        if isinstance(extra, dict) and extra.get("proxy_required"):
            remedy = "run the scenarios on the exporter's own network"
            raise self._error(f"{port.path} is reached through labgrid's SSH proxy only", remedy)
        scheme = _SCHEMES.get(str(port.parameters.get("protocol", "rfc2217")))
        if scheme is None:
            reason = f"{port.path} speaks {port.parameters['protocol']}"
            raise self._error(reason, f"its exporter must say {' or '.join(_SCHEMES)}")
        return f"{scheme}://{f'[{host}]' if ':' in host else host}:{number}"

    def _switch(self, resource: Resource) -> PowerSwitch:
        off, on = (
            self._client.invocation("power", word, "-n", resource.name) for word in ("off", "on")
        )
        return CommandSwitch(f"{resource.path} of the labgrid place {self._name}", off, on)

    # What is said

    def _error(self, reason: str, remedy: str) -> PlaceError:
        return PlaceError(self._name, reason, remedy)

    def _typed(self, *words: str) -> str:
        return " ".join(self._client.command(*words))

    def _explained(self, error: ClientFailed) -> PlaceError:
        match error:
            case ClientMissing():
                return self._error(
                    "labgrid's client is not installed", "pip install 'sim7028-lab[lab]'"
                )
            case CoordinatorSilent():
                return self._error(
                    f"the coordinator at {self._client.coordinator} does not answer: {error.said}",
                    "is labgrid-coordinator running there? Its address is labgrid.coordinator in"
                    " the bench file, or LG_COORDINATOR",
                )
            case _ if "matches" in error.said and "place pattern" in error.said:
                return self._unknown()
            case _:
                remedy = "is its exporter running? See " + self._typed("show")
                return self._error(str(error), remedy)

    def _unknown(self) -> PlaceError:
        try:
            there = ", ".join(self._client.places()) or "none at all"
        except ClientFailed as error:
            return self._explained(error)
        coordinator = self._client.coordinator
        return self._error(
            f"the coordinator at {coordinator} has no such place",
            f"name one that it has: {there}; or create it: {self._typed('create')}",
        )


_ASK_AROUND = "wait until it is released, or ask them for it; labgrid-client who tells of all"


def _listed(resources: Iterable[Resource]) -> str:
    return ", ".join(resource.path for resource in resources) or "nothing"
