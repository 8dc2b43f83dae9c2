"""What every server is to its user, and how the loss of one that runs here is known."""

from __future__ import annotations

import dataclasses
import logging
import threading
import time
from abc import ABC, abstractmethod
from collections.abc import Callable
from enum import Enum
from types import TracebackType
from typing import Self

from lab_evidence import Direction, Event, Source
from leshan.errors import ServerLost, ServerUnavailable
from leshan.ports import Listens, PortTaken, choose
from leshan.release import Release
from leshan.settings import Address, Mode, ServerSettings
from leshan.terms import Terms

LAST_LINES = 12
"""How many lines of its log an error about the server shows."""

_TRIES = 3

_log = logging.getLogger(__name__)


class Server(ABC):
    """A Leshan server. As a context manager, it is stopped at the end.

    Attributes:
        mode: how it came to be; never AUTO.
        version: its release, or "unknown" where nobody here started it.
        rest_url: where the harness reaches its REST API.
        coap: where the module reaches it.
        description: all that in a line for people.
    """

    mode: Mode
    version: str
    rest_url: str
    coap: Address
    description: str

    @abstractmethod
    def check(self) -> None:
        """Return at once if the server is there as far as is known.

        Raises:
            ServerLost: it ended, was killed or was stopped; with the end of its log.
        """

    @abstractmethod
    def on_loss(self, tell: Callable[[ServerLost], None]) -> None:
        """Have `tell` called, on a thread of its own, when the server ends unasked.

        It is called at once if that has happened already, and never for `stop`, `kill` and
        `restart`.
        """

    @abstractmethod
    def stop(self) -> None:
        """End the server and remove everything it left. Calling it again does nothing."""

    @abstractmethod
    def kill(self) -> None:
        """End the server without letting it say goodbye; `restart` brings it back."""

    @abstractmethod
    def pause(self) -> None:
        """Freeze the server: it keeps its sockets and answers nobody, until `resume`."""

    @abstractmethod
    def resume(self) -> None:
        """Let a paused server go on."""

    @abstractmethod
    def restart(self) -> None:
        """Start the server anew at the same addresses; it forgets all registrations.

        Raises:
            ServerUnavailable: it does not come back.
        """

    @abstractmethod
    def logs(self, lines: int | None = None) -> str:
        """What the server logged: its last so many lines, or all."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.stop()


class _State(Enum):
    STARTING = "is being started"
    RUNNING = "runs"
    KILLED = "was killed on purpose and not restarted"
    LOST = "was lost"
    STOPPED = "was stopped"


class LocalServer(Server):
    """A server that is started, watched and ended here.

    A subclass says how, and calls `_lost` when it sees that the server ended.

    Args:
        release: what runs.
        settings: `coap_host`, `coap_port` and `ack_timeout` are looked at.
        terms: how it is kept.
        place: what it runs in, and why there.
    """

    def __init__(
        self, release: Release, settings: ServerSettings, terms: Terms, place: str
    ) -> None:
        self.version = release.version
        self.description = f"Leshan {release.version} in {place}"
        self._release = release
        self._settings = settings
        self._terms = terms
        self._place = place
        self._lock = threading.Lock()
        self._listeners: list[Callable[[ServerLost], None]] = []
        self._state = _State.STARTING
        self._began = time.monotonic()
        self._loss: ServerLost | None = None
        self._log_before = ""

    @abstractmethod
    def _launch(self) -> None:
        """Start it and return when it answers; ServerUnavailable if it does not.

        `_at_free_ports` tells it where to listen.
        """

    @abstractmethod
    def _relaunch(self) -> None:
        """End it, whatever its state, and start it where it listened before."""

    @abstractmethod
    def _end(self) -> None:
        """End it, whatever its state, and remove all that is left but its log, which is kept."""

    @abstractmethod
    def _kill(self) -> None:
        """Kill it and return when it is dead."""

    @abstractmethod
    def _pause(self) -> None:
        """Freeze it."""

    @abstractmethod
    def _resume(self) -> None:
        """Let it go on."""

    @property
    @abstractmethod
    def guard_pid(self) -> int:
        """The process that ends the server, and removes what it leaves, on SIGTERM."""

    @abstractmethod
    def _leave(self) -> None:
        """Let go of it while it runs."""

    @abstractmethod
    def _how_it_ended(self) -> str | None:
        """None while it is there, else what there is to say, as in "its process ended"."""

    @abstractmethod
    def _read_log(self) -> str:
        """What it has logged since it was launched; empty where nothing is left of it."""

    def start(self) -> Self:
        """Launch the server; nothing is left of it where that fails.

        Raises:
            ServerUnavailable: it does not start.
        """
        self._come_up(self._launch, "started")
        return self

    def check(self) -> None:
        """As every server does."""
        if self._state is not _State.RUNNING:
            raise self._error()

    def on_loss(self, tell: Callable[[ServerLost], None]) -> None:
        """As every server does."""
        with self._lock:
            self._listeners.append(tell)
            late = self._state is _State.LOST
        if late:
            tell(self._error())

    def stop(self) -> None:
        """As every server does; its log stays readable."""
        with self._lock:
            if self._state is _State.STOPPED:
                return
            self._state = _State.STOPPED
        self._end()
        self._note("stopped")

    def kill(self) -> None:
        """As every server does."""
        with self._lock:
            if self._state is not _State.RUNNING:
                raise self._error()
            self._state = _State.KILLED
        self._kill()
        self._note("killed on purpose")

    def pause(self) -> None:
        """As every server does."""
        self.check()
        self._pause()
        self._note("paused")

    def resume(self) -> None:
        """As every server does."""
        self.check()
        self._resume()
        self._note("resumed")

    def restart(self) -> None:
        """As every server does; one that does not come back is stopped."""
        with self._lock:
            if self._state is _State.STOPPED:
                raise self._error()
            self._state = _State.STARTING
            self._loss = None
        self._come_up(self._relaunch, "restarted")

    def leave(self) -> None:
        """Let the server go on without us: `guard_pid` ends it."""
        with self._lock:
            if self._state is not _State.RUNNING:
                raise self._error()
            self._state = _State.STOPPED
        self._note("goes on by itself")
        self._leave()

    def logs(self, lines: int | None = None) -> str:
        """As every server does."""
        text = self._log_before + self._read_log()
        return text if lines is None else last_lines(text, lines)

    def _come_up(self, launch: Callable[[], None], word: str) -> None:
        try:
            try:
                launch()
            except OSError as error:  # a folder, a file or a process could not be made
                raise self._unavailable(str(error)) from error
            with self._lock:
                self._began = time.monotonic()
                self._state = _State.RUNNING
            self._note(f"{word}: {self.description}")
            if how := self._how_it_ended():  # before anybody was there to be told
                self._lost(how)
            self.check()
        except BaseException:
            self.stop()
            raise

    def _at_free_ports(self, spare: int, attempt: Callable[[], None]) -> None:
        """Have `attempt` made where nobody listens, anew each time that it meets PortTaken."""
        for _ in range(_TRIES):
            self._listen_at(choose(self._settings, self._terms, spare))
            try:
                attempt()
            except PortTaken:
                _log.warning("a port was taken just now, trying others: %s", self.description)
            else:
                return
        raise self._unavailable(f"ports were taken under our hands {_TRIES} times")

    def _listen_at(self, listens: Listens) -> None:
        self._listens = listens
        self.rest_url = f"http://{listens.rest}"
        self.coap = listens.reached
        self.description = (
            f"Leshan {self.version} in {self._place}, REST {self.rest_url}, CoAP {self.coap}"
        )

    def _lost(self, how: str) -> None:
        """Tell everybody, if the server was to be there."""
        with self._lock:
            if self._state is not _State.RUNNING:
                return
            self._loss = self._loss_error(how)  # before the state, which is read unlocked
            self._state = _State.LOST
            listeners = tuple(self._listeners)
        try:
            self._note(f"lost: {how}")
        finally:
            for tell in listeners:
                tell(self._error())

    def _keep_log(self) -> None:
        """Keep what `_read_log` gives, which is about to go."""
        self._log_before += self._read_log()

    def _error(self) -> ServerLost:
        if self._loss is not None:
            return dataclasses.replace(self._loss)  # one for each who raises it
        return ServerLost(
            f"{self.description} was to be running",
            f"it {self._state.value}",
            time.monotonic() - self._began,
            remedy="Nothing more can be asked of it.",
        )

    def _loss_error(self, how: str) -> ServerLost:
        return ServerLost(
            f"{self.description} was to be running",
            how,
            time.monotonic() - self._began,
            remedy=f"Its registrations are gone with it. {end_of_log(self.logs())}",
        )

    def _unavailable(self, came: str, log: str | None = None) -> ServerUnavailable:
        """It did not start; with the end of its log, or of another one that tells more."""
        return ServerUnavailable(
            f"{self.description} was to start",
            came,
            time.monotonic() - self._began,
            remedy=end_of_log(self.logs() if log is None else log),
        )

    def _note(self, text: str) -> None:
        self._terms.recorder.record(Event(Source.SERVER, Direction.NOTED, f"server {text}"))


def last_lines(text: str, lines: int) -> str:
    """The last so many lines of `text`."""
    return "".join(text.splitlines(keepends=True)[-lines:]) if lines > 0 else ""


def end_of_log(log: str) -> str:
    """The end of a server's log, as an error's message shows it."""
    return f"The end of its log:\n{last_lines(log, LAST_LINES).rstrip() or '(it is empty)'}"
