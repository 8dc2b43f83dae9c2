"""A module without a cable: a port whose other end is a script."""

from __future__ import annotations

import contextlib
import queue
from collections import deque
from collections.abc import Callable, Iterator
from functools import partial

import pytest

from lab_evidence import Event
from sim7028 import Channel, Line, Port


class Wire(Port):
    """Answers each command as the script has it, AT with OK, everything else with ERROR."""

    def __init__(self) -> None:
        super().__init__("wire", contextlib.ExitStack())
        self.sent: list[str] = []
        self._incoming: queue.SimpleQueue[bytes | OSError] = queue.SimpleQueue()
        self._answers: dict[str, deque[Callable[[], object]]] = {}
        self.on("AT", "OK")

    def on(self, command: str, *lines: str | bytes) -> None:
        """From now on, answer `command` with these lines."""
        self.on_call(command, lambda: self.say(*lines))

    def in_turn(self, command: str, *answers: tuple[str, ...]) -> None:
        """Answer `command` with the first of these, next time with the second; the last stays."""
        self._answers[command] = deque(partial(self.say, *lines) for lines in answers)

    def on_call(self, command: str, action: Callable[[], object]) -> None:
        """From now on, do this when `command` comes."""
        self._answers[command] = deque([action])

    def say(self, *lines: str | bytes) -> None:
        """Whole lines, each with CR LF around it."""
        for line in lines:
            raw = line.encode() if isinstance(line, str) else line
            self.put(b"\r\n" + raw + b"\r\n")

    def put(self, data: bytes) -> None:
        """Bytes as they are."""
        self._incoming.put(data)

    def unplug(self) -> None:
        self._incoming.put(OSError("unplugged"))

    def read(self, timeout: float | None) -> bytes:
        try:
            came = self._incoming.get(timeout=timeout)
        except queue.Empty:
            return b""
        if isinstance(came, OSError):
            raise came
        return came

    def write(self, data: bytes) -> None:
        command = data.decode().removesuffix("\r")
        self.sent.append(command)
        answers = self._answers.get(command)
        if answers is None:
            self.say("ERROR")
        else:
            (answers.popleft() if len(answers) > 1 else answers[0])()

    def _wake(self) -> None:
        self._incoming.put(OSError("it was closed here"))


class Recording:
    """A recorder that keeps everything."""

    def __init__(self) -> None:
        self.events: list[Event] = []

    def record(self, event: Event, /) -> None:
        self.events.append(event)

    def texts(self, **data: object) -> list[str]:
        """The texts of the events whose data have these entries."""
        return [event.text for event in self.events if data.items() <= dict(event.data).items()]


@pytest.fixture
def wire() -> Wire:
    return Wire()


@pytest.fixture
def recording() -> Recording:
    return Recording()


@pytest.fixture
def channel(wire: Wire, recording: Recording) -> Iterator[Channel]:
    with Channel(wire, recording, quiet=0.02) as channel:
        yield channel


@pytest.fixture
def line() -> Callable[[str | bytes], Line]:
    def make(text: str | bytes) -> Line:
        return Line(0.0, text.encode() if isinstance(text, str) else text)

    return make


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """The channel does not listen for late answers for long."""
    monkeypatch.setattr("sim7028.channel.LATE", 0.05)
