"""The server in a container, as its users run it."""

from __future__ import annotations

import contextlib
import logging
import os
import re
import secrets
import shutil
import signal
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from datetime import datetime
from pathlib import Path

import docker
import requests
from docker.errors import DockerException, ImageNotFound
from docker.models.containers import Container

from leshan.engine import Engine, connect
from leshan.errors import LeshanError, ServerLost, ServerUnavailable
from leshan.guarded import GuardedProcess, Job
from leshan.jar import MAVEN_VARIABLE
from leshan.log_follower import LogFollower
from leshan.ports import PortTaken
from leshan.reach import complaint
from leshan.recipe import find_recipe
from leshan.release import Release
from leshan.settings import Mode, ServerSettings
from leshan.supervision import LocalServer
from leshan.terms import Terms

START_LIMIT = 60.0
"""Seconds from `up` to the first answer, the image being there; 2 to 3 are usual."""

BUILD_LIMIT = 900.0
"""Seconds that the image may take to be built."""

_STEP = 0.05
_BUILD_STEP = 0.5
_STOP_LIMIT = 3
_LAST_LINES_LIMIT = 2.0
_GONE = (DockerException, requests.RequestException)
_PORT_TAKEN = re.compile(r"port is already allocated|address already in use|ports are not avail")

_log = logging.getLogger(__name__)


class ComposeServer(LocalServer):
    """A Leshan server in a container of a compose project of its own.

    A guard runs `up`, and `down` when it is time, even if we are killed; the container itself
    is watched and controlled through the engine.

    Args:
        release: what to run.
        settings: `coap_host`, `coap_port` and `ack_timeout` are looked at.
        why: why it is this mode, for the description.
        terms: how it is kept.
        engine: where it runs.

    Raises:
        ServerUnavailable: the compose files are missing.
    """

    mode = Mode.DOCKER

    def __init__(
        self, release: Release, settings: ServerSettings, why: str, terms: Terms, engine: Engine
    ) -> None:
        super().__init__(release, settings, terms, f"Docker {engine.version} (mode docker: {why})")
        self.project = f"sim7028-lab-{os.getpid()}-{secrets.token_hex(3)}"
        self._engine = engine
        self._recipe = find_recipe(release)
        self._held = ExitStack()
        self._up: _ComposeRun | None = None
        self._container: Container | None = None
        self._copy: _LogCopy | None = None

    @property
    def guard_pid(self) -> int:
        """As every server that runs here."""
        return self._brought_up().process.guard_pid

    def _launch(self) -> None:
        with self._asking("start", ServerUnavailable):
            client = connect()
            self._held.callback(client.close)
            watch = _Watch(client, self.project, self._lost)
            self._held.callback(watch.close)
            self._build_unless_there(client)
            self._at_free_ports(0, self._run_up)
            (self._container,) = client.containers.list(all=True, filters=_only(self.project))
            self._follow_log(self._container)
            self._wait_for_rest(self._container)

    def _relaunch(self) -> None:
        with self._asking("start anew", ServerUnavailable):
            container = self._there()
            container.reload()
            if container.status == "paused":
                container.unpause()
            container.restart(timeout=_STOP_LIMIT)
            container.reload()
            before = datetime.fromisoformat(container.attrs["State"]["FinishedAt"])
            self._copy_log(container, since=before.timestamp())
            self._wait_for_rest(container)

    def _end(self) -> None:
        self._keep_log()
        self._container = None
        if self._up:
            self._up.process.stop()
        if self._copy:
            self._copy.wait()
        self._held.close()

    def _kill(self) -> None:
        with self._asking("be killed"):
            self._there().kill()
            self._there().wait(timeout=_STOP_LIMIT)

    def _pause(self) -> None:
        with self._asking("be paused"):
            self._there().pause()

    def _resume(self) -> None:
        with self._asking("be resumed"):
            self._there().unpause()

    def _leave(self) -> None:
        if self._up:
            self._up.process.leave()
        self._container = None
        self._held.close()

    def _how_it_ended(self) -> str | None:
        with self._asking("be looked at"):
            container = self._there()
            container.reload()
        if container.status in ("running", "paused"):
            return None
        return _how(container.attrs["State"]["ExitCode"])

    def _read_log(self) -> str:
        if self._container:
            with contextlib.suppress(*_GONE):
                return self._container.logs().decode(errors="replace")
        return ""

    def _build_unless_there(self, client: docker.DockerClient) -> None:
        with contextlib.suppress(ImageNotFound):
            client.images.get(self._recipe.image)
            return
        _log.warning(
            "building the Docker image %s: once, and it takes a minute or a few",
            self._recipe.image,
        )
        began = time.monotonic()
        build = self._compose("build", "--force-rm")  # else a failed step leaves its container
        shown = 0
        try:
            while not build.process.wait(_BUILD_STEP):
                lines = build.log().splitlines()
                for line in lines[shown:]:
                    _log.info("%s", line)
                shown = len(lines)
                if time.monotonic() - began > BUILD_LIMIT:
                    break
            log = build.log()
        finally:
            build.process.stop()
        if build.process.status != 0:
            came = (
                f"the image {self._recipe.image} could not be built; the log tells why. Where it is"
                f" the network, set {MAVEN_VARIABLE} to a mirror of Maven Central that containers"
                " reach, or use mode jvm, which builds nothing"
            )
            raise self._unavailable(came, log)

    def _run_up(self) -> None:
        down = ("down", "--volumes", "--remove-orphans", "--timeout", str(_STOP_LIMIT))
        self._up = up = self._compose(
            "up", "--detach", "--no-build", more=self._how_to_run(), undo=down
        )
        came_to_end = up.process.wait(START_LIMIT)
        if up.process.status == 0:
            return
        log = up.log()
        up.process.stop()
        if _PORT_TAKEN.search(log):
            raise PortTaken
        came = "failed" if came_to_end else f"did not come to an end within {START_LIMIT:.0f} s"
        raise self._unavailable(f"`{' '.join(self._engine.compose)} up` {came}", log)

    def _wait_for_rest(self, container: Container) -> None:
        deadline = time.monotonic() + START_LIMIT
        while wrong := complaint(self._listens.rest):
            container.reload()
            if container.status != "running":
                how = _how(container.attrs["State"]["ExitCode"])
                raise self._unavailable(how)
            if time.monotonic() > deadline:
                came = f"its REST API does not answer: {wrong}"
                raise self._unavailable(came)
            time.sleep(_STEP)

    def _compose(
        self, *words: str, more: Mapping[str, str] | None = None, undo: Sequence[str] = ()
    ) -> _ComposeRun:
        command = (
            *self._engine.compose,
            *("--project-name", self.project),
            *("--file", str(self._recipe.compose_file)),
        )
        theirs = {name: text for name, text in os.environ.items() if not name.startswith("LESHAN_")}
        return _ComposeRun(
            (*command, *words),
            (*command, *undo) if undo else (),
            {**theirs, **self._recipe.environment, **(more or {}), "BUILDKIT_PROGRESS": "plain"},
            self._terms,
        )

    def _how_to_run(self) -> Mapping[str, str]:
        """What the compose file is told of this server."""
        ack_timeout = self._settings.ack_timeout
        return {
            "LESHAN_REST_HOST": self._listens.rest.host,
            "LESHAN_REST_PORT": str(self._listens.rest.port),
            "LESHAN_COAP_HOST": _in_brackets(self._listens.coap.host),
            "LESHAN_COAP_PORT": str(self._listens.coap.port),
            "LESHAN_ACK_TIMEOUT_MS": str(round(ack_timeout * 1000)) if ack_timeout else "",
            "LESHAN_RESTART": "no",  # its end is to be seen
        }

    def _follow_log(self, container: Container) -> None:
        self._log = self._terms.log or self._brought_up().folder / "leshan.log"
        self._log.parent.mkdir(parents=True, exist_ok=True)
        self._log.touch()
        self._held.callback(LogFollower(self._log, self._terms.recorder).close)
        self._copy_log(container)

    def _copy_log(self, container: Container, since: float | None = None) -> None:
        if self._copy:
            self._copy.wait()
        self._copy = _LogCopy(container, self._log, since)
        self._held.callback(self._copy.close)

    def _brought_up(self) -> _ComposeRun:
        if self._up is None:
            raise self._error()
        return self._up

    def _there(self) -> Container:
        if self._container is None:
            raise self._error()
        return self._container

    @contextmanager
    def _asking(self, done: str, kind: type[LeshanError] = ServerLost) -> Iterator[None]:
        try:
            yield
        except _GONE as error:
            raise kind(
                f"{self.description} was to {done}",
                f"the Docker engine does not do it: {error}",
                time.monotonic() - self._began,
            ) from error


class _ComposeRun:
    """One run of the compose command, with its output in a file.

    Args:
        command: what to run.
        undo: what to run when it is time to end what the command brought about.
        environment: the environment variables of both.
        terms: what its guard holds.

    Attributes:
        folder: where it runs; gone once it was stopped.
    """

    def __init__(
        self,
        command: Sequence[str],
        undo: Sequence[str],
        environment: Mapping[str, str],
        terms: Terms,
    ) -> None:
        self.folder = folder = Path(tempfile.mkdtemp(prefix="sim7028-lab-compose-"))
        self._log = folder / "compose.log"
        try:
            self.process = GuardedProcess(
                Job(
                    command=command,
                    folder=folder,
                    log=self._log,
                    environment=environment,
                    undo=undo,
                    remove=[folder],
                    held=terms.held,
                )
            )
        except BaseException:
            shutil.rmtree(folder, ignore_errors=True)
            raise

    def log(self) -> str:
        """What it has printed so far; empty once it was stopped."""
        with contextlib.suppress(FileNotFoundError):
            return self._log.read_text(errors="replace")
        return ""


class _Watch:
    """Hears from the engine when the container of a project ends.

    Args:
        client: the engine.
        project: whose container.
        lost: told how it ended, on a thread of its own, each time.
    """

    def __init__(
        self, client: docker.DockerClient, project: str, lost: Callable[[str], None]
    ) -> None:
        self._lost = lost
        self._closing = False
        self._events = client.events(
            decode=True, filters={"type": "container", "event": "die", **_only(project)}
        )
        self._thread = threading.Thread(target=self._hear, name=f"watch {project}", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Stop listening."""
        self._closing = True
        self._events.close()
        if threading.current_thread() is not self._thread:  # as it is when `lost` stops us
            self._thread.join()

    def _hear(self) -> None:
        with contextlib.suppress(*_GONE):
            for event in self._events:
                self._lost(_how(int(event["Actor"]["Attributes"]["exitCode"])))
        if not self._closing:
            self._lost("the Docker engine that it ran in went away")


class _LogCopy:
    """Appends what a container logs to a file until it ends.

    Args:
        container: whose log.
        path: the file, which is there.
        since: what was logged before this time of day, in seconds, is left out.
    """

    def __init__(self, container: Container, path: Path, since: float | None) -> None:
        self._file = path.open("ab", buffering=0)
        try:
            self._pieces = container.logs(stream=True, follow=True, since=since)
        except BaseException:
            self._file.close()
            raise
        self._thread = threading.Thread(target=self._write, name=f"log to {path}", daemon=True)
        self._thread.start()

    def wait(self) -> None:
        """Return when all is written that the container, which has ended, logged."""
        self._thread.join(_LAST_LINES_LIMIT)

    def close(self) -> None:
        """Write no more."""
        self._pieces.close()
        self._thread.join()

    def _write(self) -> None:
        with self._file, contextlib.suppress(*_GONE):
            for piece in self._pieces:
                self._file.write(piece)


def log_of_project(project: str) -> str:
    """What the container of a project has logged; empty if there is none, or no engine."""
    with contextlib.suppress(*_GONE), contextlib.closing(connect()) as client:
        for container in client.containers.list(all=True, filters=_only(project)):
            return container.logs().decode(errors="replace")
    return ""


def _only(project: str) -> dict[str, str | list[str] | bool]:
    return {"label": f"com.docker.compose.project={project}"}


def _in_brackets(host: str) -> str:
    return f"[{host}]" if ":" in host else host


def _how(status: int) -> str:
    if status > 128:  # as shells count signals
        with contextlib.suppress(ValueError):
            return f"its container was ended by {signal.Signals(status - 128).name}"
    return f"its container ended with exit status {status}"
