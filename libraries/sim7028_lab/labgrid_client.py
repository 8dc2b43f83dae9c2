"""labgrid's command line client: what is asked of it, and what it shows.

labgrid is run as a program and not imported: its commands stay when its inside changes, one that
hangs can be given up, and it may be installed apart from this harness.
"""

from __future__ import annotations

import ast
import os
import re
import shutil
import socket
import subprocess
import sysconfig
import textwrap
from collections.abc import Mapping
from dataclasses import dataclass

from sim7028_lab.lock import user_name

_PROGRAM = "labgrid-client"
_LIMIT = 30.0  # s; the coordinator alone gives each exporter 10 s
_DEFAULT_COORDINATOR = "127.0.0.1:20408"  # labgrid's own
_SILENT = "Could not connect to coordinator"

# They make the client work on all places of an environment file, or on a state of it.
_NOT_PASSED_ON = frozenset({"LG_ENV", "LG_STATE", "LG_INITIAL_STATE", "STATE"})


@dataclass(eq=False)
class ClientFailed(Exception):
    """labgrid's client did not do what it was asked.

    Attributes:
        asked: the command line.
        said: what it said.
    """

    asked: str
    said: str

    def __str__(self) -> str:
        return f"{self.asked} failed: {self.said}"


class ClientMissing(ClientFailed):
    """There is no such program."""


class CoordinatorSilent(ClientFailed):
    """The coordinator does not answer."""


@dataclass(frozen=True, slots=True)
class Resource:
    """What an exporter gives to a place.

    Attributes:
        name: what the place calls it.
        path: exporter, group, class and name.
        kind: its class in labgrid.
        available: whether the exporter has it now: a USB device may be unplugged.
        parameters: what the class has, such as host, port and protocol.
    """

    name: str
    path: str
    kind: str
    available: bool
    parameters: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class PlaceState:
    """A place as the coordinator knows it.

    Attributes:
        name: its name.
        aliases: its other names.
        holder: who has it, as host/user; None when nobody has.
        changed: when that last changed, or anything else about it, in local time.
        resources: those that were acquired with it.
        orphans: the paths of those whose exporter went away since.
    """

    name: str
    aliases: tuple[str, ...]
    holder: str | None
    changed: str
    resources: tuple[Resource, ...]
    orphans: tuple[str, ...]


_FIELD = r"^  {}: (.*)$"
_ACQUIRED = re.compile(
    r"^Acquired resource '(?P<name>.*)' \((?P<path>.*)\):\n(?P<shown>(?:  .*(?:\n|\Z))+)", re.M
)
_ORPHANED = re.compile(r"^Orphaned resource '.*' \((?P<path>.*)\)$", re.M)


def read_state(shown: str) -> PlaceState:
    """Read what `labgrid-client show` prints.

    Raises:
        ValueError: it is not that.
    """
    name = re.search(r"^Place '(.*)':$", shown, re.M)
    holder = re.search(_FIELD.format("acquired"), shown, re.M)
    changed = re.search(_FIELD.format("changed"), shown, re.M)
    if not (name and holder and changed):
        raise ValueError("it names no place, no holder or no time")
    aliases = re.search(_FIELD.format("aliases"), shown, re.M)
    return PlaceState(
        name=name[1],
        aliases=tuple(aliases[1].split(", ")) if aliases else (),
        holder=None if holder[1] == "None" else holder[1],
        changed=changed[1],
        resources=tuple(_resource(found) for found in _ACQUIRED.finditer(shown)),
        orphans=tuple(found["path"] for found in _ORPHANED.finditer(shown)),
    )


def _resource(found: re.Match[str]) -> Resource:
    try:
        entry = ast.literal_eval(textwrap.dedent(found["shown"]))
        parameters = entry["params"]
        return Resource(
            found["name"], found["path"], entry["cls"], entry["avail"], dict(parameters)
        )
    except (SyntaxError, KeyError, TypeError, ValueError) as error:
        raise ValueError(f"resource {found['path']} is shown as {found['shown']!r}") from error


@dataclass(frozen=True, slots=True)
class LabgridClient:
    """labgrid's client for one place.

    Attributes:
        place: its name.
        coordinator: host and port.
    """

    place: str
    coordinator: str

    @classmethod
    def of(cls, place: str, coordinator: str | None) -> LabgridClient:
        """The client of a place; the coordinator may be the environment's, or labgrid's own."""
        found = coordinator or os.environ.get("LG_COORDINATOR") or _DEFAULT_COORDINATOR
        return cls(place, found)

    @property
    def user(self) -> str:
        """Whom a place is acquired for here, as host/user."""
        host = os.environ.get("LG_HOSTNAME", socket.gethostname())
        return f"{host}/{os.environ.get('LG_USERNAME') or user_name()}"

    def command(self, *words: str) -> tuple[str, ...]:
        """The command line of a command about the place, as it can be typed."""
        return (_PROGRAM, "-x", self.coordinator, "-p", self.place, *words)

    def invocation(self, *words: str) -> tuple[str, ...]:
        """The same as it is run: beside this program it need not be on PATH.

        Raises:
            ClientMissing: there is no such program.
        """
        here = os.pathsep.join((sysconfig.get_path("scripts"), os.environ.get("PATH", "")))
        program = shutil.which(_PROGRAM, path=here)
        if program is None:
            raise ClientMissing(" ".join(self.command(*words)), f"there is no program {_PROGRAM}")
        return (program, *self.command(*words)[1:])

    def state(self) -> PlaceState:
        """The place as it is now.

        Raises:
            ClientFailed: there is none of that name, or it cannot be told.
        """
        shown = self._run("show")
        try:
            return read_state(shown)
        except ValueError as error:
            asked = " ".join(self.command("show"))
            said = f"what it prints cannot be read, {error}; is its version not 25 or 26?"
            raise ClientFailed(asked, said) from error

    def places(self) -> tuple[str, ...]:
        """The names of all places that the coordinator has.

        Raises:
            ClientFailed: it cannot be told.
        """
        return tuple(self._run("complete", "places").splitlines())

    def acquire(self) -> None:
        """Take the place.

        Raises:
            ClientFailed: it is not to be had.
        """
        self._run("acquire")

    def release(self) -> None:
        """Give the place back, if it is still this user's.

        Raises:
            ClientFailed: it cannot be given back, or nobody has it.
        """
        self._run("release-from", self.user)

    def _run(self, *words: str) -> str:
        asked = " ".join(self.command(*words))
        try:
            ended = subprocess.run(
                self.invocation(*words),
                env={k: v for k, v in os.environ.items() if k not in _NOT_PASSED_ON},
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                errors="replace",
                timeout=_LIMIT,
                check=False,
                start_new_session=True,  # Ctrl-C at the desk is for the harness, which cleans up
            )
        except subprocess.TimeoutExpired:
            raise CoordinatorSilent(asked, f"it did not end within {_LIMIT:g} s") from None
        said = ended.stderr.strip()
        if ended.returncode == 0:
            return ended.stdout
        if _SILENT in said:
            raise CoordinatorSilent(asked, said.splitlines()[0].rpartition("last error: ")[2])
        raise ClientFailed(asked, said.rpartition("Error: ")[2] or ended.stdout.strip())
