"""The server on the desk: started by one command, there until another ends it.

What is known of it stands in a folder of the user's state (`XDG_STATE_HOME`, else
`~/.local/state`). A lock that the server's guard holds as long as it lives tells a server that
is there from a record that was left over.
"""

from __future__ import annotations

import fcntl
import json
import os
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Self
from urllib.parse import urlsplit

from lab_evidence import Recorder, Silent
from leshan.compose import ComposeServer, log_of_project
from leshan.errors import LeshanError, ServerLost, ServerUnavailable
from leshan.reach import complaint
from leshan.server import start_local
from leshan.settings import COAP_PORT, Address, Mode, ServerSettings
from leshan.supervision import LocalServer, end_of_log, last_lines
from leshan.terms import Terms

REST_PORT = 8080
"""Where people expect Leshan's web page."""

_DOWN_LIMIT = 60.0
_STEP = 0.05


@dataclass(frozen=True, kw_only=True)
class DeskServer:
    """A server on the desk.

    Attributes:
        mode: how it runs.
        version: its release.
        rest_url: where its REST API and web page are.
        coap: where a module reaches it.
        description: all that in a line for people.
        guard_pid: the process that ends it on SIGTERM.
        project: its compose project, in mode docker.
    """

    mode: Mode
    version: str
    rest_url: str
    coap: Address
    description: str
    guard_pid: int
    project: str | None

    @classmethod
    def of(cls, server: LocalServer) -> Self:
        """What there is to know of `server`."""
        return cls(
            mode=server.mode,
            version=server.version,
            rest_url=server.rest_url,
            coap=server.coap,
            description=server.description,
            guard_pid=server.guard_pid,
            project=server.project if isinstance(server, ComposeServer) else None,
        )

    def to_json(self) -> str:
        """As text; `from_json` reads it."""
        return json.dumps({**asdict(self), "mode": self.mode.value}, indent=2)

    @classmethod
    def from_json(cls, text: str) -> Self:
        """Read what `to_json` gave."""
        fields = json.loads(text)
        return cls(**{**fields, "mode": Mode(fields["mode"]), "coap": Address(**fields["coap"])})


class AlreadyUp(LeshanError):
    """There is a server on the desk."""

    usual_remedy = "Use it, or end it first: `sim7028-lab server down`."


class NotUp(LeshanError):
    """There is no server on the desk."""

    usual_remedy = "Start one: `sim7028-lab server up`."


def up(settings: ServerSettings, *, recorder: Recorder | None = None) -> DeskServer:
    """Start a server that stays when this process ends, at ports 8080 and 5683 if they are free.

    Raises:
        AlreadyUp: there is one.
        ServerUnavailable: it does not start, or the settings are for a remote one.
    """
    if settings.mode is Mode.REMOTE:
        asked = "a server on the desk"
        raise ServerUnavailable(asked, "the mode is remote", 0.0, remedy="Choose docker or jvm.")
    with _lock() as lock:
        if lock is None:
            raise AlreadyUp("a server on the desk", f"there is one: {_describe()}", 0.0)
        _log_path().unlink(missing_ok=True)
        server = start_local(
            settings,
            Terms(
                recorder=recorder or Silent(),
                log=_log_path(),
                rest_port=REST_PORT,
                coap_port=COAP_PORT,
                held=[lock],
            ),
        )
        try:
            desk_server = DeskServer.of(server)
            _record_path().write_text(desk_server.to_json())
            server.leave()
        finally:
            server.stop()  # which one that was left does not mind
    return desk_server


def down() -> DeskServer:
    """End the server on the desk, and return when nothing is left of it.

    Returns:
        What it was.

    Raises:
        NotUp: there is none.
        ServerUnavailable: it does not end.
    """
    began = time.monotonic()
    server = _there()
    os.kill(server.guard_pid, signal.SIGTERM)
    while True:
        with _lock() as lock:
            if lock is not None:
                _record_path().unlink(missing_ok=True)
                return server
        if (waited := time.monotonic() - began) > _DOWN_LIMIT:
            asked = f"{server.description} was to end"
            came = f"its guard, process {server.guard_pid}, is still there"
            raise ServerUnavailable(asked, came, waited, remedy="See what it waits for.")
        time.sleep(_STEP)


def status() -> DeskServer:
    """The server on the desk.

    Raises:
        NotUp: there is none.
        ServerLost: there is one, but it does not answer.
    """
    began = time.monotonic()
    server = _there()
    url = urlsplit(server.rest_url)
    if wrong := complaint(Address(url.hostname or "", url.port or 0)):
        raise ServerLost(
            f"{server.description} was to answer",
            wrong,
            time.monotonic() - began,
            remedy="Start another one: `sim7028-lab server down`, then `sim7028-lab server up`."
            f" {end_of_log(logs())}",
        )
    return server


def logs(lines: int | None = None) -> str:
    """What the server on the desk logged, its last so many lines or all; also after its end.

    In mode docker, only the log of one that is there can be had whole.
    """
    try:
        project = _there().project
    except NotUp:
        project = None
    text = log_of_project(project) if project else ""
    if not text and _log_path().exists():
        text = _log_path().read_text(errors="replace")
    return text if lines is None else last_lines(text, lines)


def _there() -> DeskServer:
    with _lock() as lock:
        if lock is None and _record_path().exists():
            return DeskServer.from_json(_record_path().read_text())
    came = "there is none" if lock else "another command is starting it just now"
    raise NotUp("the server on the desk", came, 0.0)


def _describe() -> str:
    try:
        return _there().description
    except NotUp as error:
        return error.came


@contextmanager
def _lock() -> Iterator[int | None]:
    """The lock's file descriptor, or None while a guard or another command has it."""
    _folder().mkdir(parents=True, exist_ok=True)
    with (_folder() / "server.lock").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield None
        else:
            yield file.fileno()


def _folder() -> Path:
    state = os.environ.get("XDG_STATE_HOME")
    return (Path(state) if state else Path.home() / ".local" / "state") / "sim7028-lab"


def _record_path() -> Path:
    return _folder() / "server.json"


def _log_path() -> Path:
    return _folder() / "server.log"
