"""The server as a Java process of this machine: neither Docker nor an installed Java needed."""

from __future__ import annotations

import shutil
import signal
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

from leshan.guarded import GuardedProcess, Job, Order
from leshan.jar import fetch_jar
from leshan.java import find_java
from leshan.log_follower import LogFollower
from leshan.ports import PortTaken
from leshan.reach import complaint
from leshan.release import Configuration, Release
from leshan.settings import Mode, ServerSettings
from leshan.supervision import LocalServer
from leshan.terms import Terms

START_LIMIT = 30.0
"""Seconds from launch to the first answer; 1 to 2 are usual."""

_STEP = 0.02
_KILL_LIMIT = 5.0

_STARTED = "Web server started"
_BIND_FAILED = "BindException"


class JvmServer(LocalServer):
    """A Leshan server in a Java process.

    Args:
        release: what to run.
        settings: `coap_host`, `coap_port` and `ack_timeout` are looked at.
        why: why it is this mode, for the description.
        terms: how it is kept.

    Raises:
        ServerUnavailable: there is no Java, or no jar.
    """

    mode = Mode.JVM

    def __init__(self, release: Release, settings: ServerSettings, why: str, terms: Terms) -> None:
        self._java = find_java()
        self._jar = fetch_jar(release)
        super().__init__(release, settings, terms, f"{self._java.name} (mode jvm: {why})")
        self._run: _Run | None = None

    @property
    def pid(self) -> int:
        """The Java process's id."""
        return self._there().pid

    @property
    def guard_pid(self) -> int:
        """As every server that runs here."""
        return self._there().guard_pid

    def _launch(self) -> None:
        self._at_free_ports(self._release.spare_ports, self._run_and_wait)

    def _relaunch(self) -> None:
        try:
            self._run_and_wait()
        except PortTaken:
            came = "another process took one of its ports in the meantime"
            raise self._unavailable(came) from None

    def _end(self) -> None:
        self._keep_log()
        run, self._run = self._run, None
        if run:
            run.stop()

    def _kill(self) -> None:
        process = self._there()
        process.order(Order.KILL)
        process.wait(_KILL_LIMIT)

    def _pause(self) -> None:
        self._there().order(Order.PAUSE)

    def _resume(self) -> None:
        self._there().order(Order.RESUME)

    def _leave(self) -> None:
        if self._run:
            self._run.leave()
            self._run = None

    def _how_it_ended(self) -> str | None:
        process = self._there()
        return _how(process) if process.ended else None

    def _read_log(self) -> str:
        return self._run.log() if self._run else ""

    def _run_and_wait(self) -> None:
        self._end()  # what an earlier attempt left
        began = time.monotonic()
        self._run = run = _Run(
            self._command(),
            self._terms,
            self._release.configuration(self._settings.ack_timeout)
            if self._settings.ack_timeout
            else None,
            lambda process: self._lost(_how(process)),
        )
        while True:
            ended = run.process.wait(_STEP)
            log = run.log()
            if _BIND_FAILED in log:
                # Leshan goes on without the port: REST would answer, and CoAP never.
                raise PortTaken
            wrong = complaint(self._listens.rest) if _STARTED in log else "it is still starting"
            if ended:
                raise self._unavailable(_how(run.process))
            if wrong is None:
                return
            if time.monotonic() - began > START_LIMIT:
                raise self._unavailable(f"its REST API does not answer: {wrong}")

    def _there(self) -> GuardedProcess:
        if self._run is None:
            raise self._error()
        return self._run.process

    def _command(self) -> list[str]:
        at = self._listens
        return [
            str(self._java.path),
            *self._release.jvm_options,
            "-Dfile.encoding=UTF-8",  # else Java before 18 takes the machine's, and loses letters
            "-Duser.timezone=UTC",  # as in a container: the stamps in its log name no zone
            *("-jar", str(self._jar)),
            *self._release.arguments(at.rest, at.coap, at.spare),
        ]


class _Run:
    """One Java process, from its launch to its end, in a folder of its own.

    Args:
        command: what to run.
        terms: where its log goes, who is told of it, and what its guard holds.
        configuration: a file for it to read.
        on_end: called when it ends unasked.
    """

    def __init__(
        self,
        command: list[str],
        terms: Terms,
        configuration: Configuration | None,
        on_end: Callable[[GuardedProcess], None],
    ) -> None:
        folder = Path(tempfile.mkdtemp(prefix="sim7028-lab-leshan-"))
        with ExitStack() as unless_running:
            unless_running.callback(shutil.rmtree, folder, ignore_errors=True)
            if configuration:
                (folder / configuration.name).write_text(configuration.text)
            self._log = terms.log or folder / "leshan.log"
            self._log.parent.mkdir(parents=True, exist_ok=True)
            self._log.touch()
            self._log_start = self._log.stat().st_size
            self._follower = LogFollower(self._log, terms.recorder)
            unless_running.callback(self._follower.close)
            java, *rest = command
            self.process = GuardedProcess(
                Job(
                    command=[java, "-XX:-UsePerfData", f"-Djava.io.tmpdir={folder}", *rest],
                    folder=folder,
                    log=self._log,
                    remove=[folder],
                    held=terms.held,
                ),
                on_end,
            )
            unless_running.pop_all()

    def stop(self) -> None:
        """End it; all that it logged is on the record then."""
        try:
            self.process.stop()
        finally:
            self._follower.close()

    def leave(self) -> None:
        """Let it go on; what it logs from now on is not recorded."""
        self.process.leave()
        self._follower.close()

    def log(self) -> str:
        """What it has logged; empty once its folder is gone."""
        try:
            with self._log.open("rb") as file:
                file.seek(self._log_start)
                return file.read().decode(errors="replace")
        except FileNotFoundError:
            return ""


def _how(process: GuardedProcess) -> str:
    match process.status:
        case None:
            return f"its process {process.pid} was killed together with its guard"
        case status if status < 0:
            return f"its process {process.pid} was ended by {signal.Signals(-status).name}"
        case status:
            return f"its process {process.pid} ended with exit status {status}"
