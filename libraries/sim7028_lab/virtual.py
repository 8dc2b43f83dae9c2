"""A virtual module as a process that lives as long as the bench."""

from __future__ import annotations

import contextlib
import os
import subprocess
import threading
from dataclasses import replace
from queue import Empty, SimpleQueue
from typing import IO

from lab_evidence import Event, Recorder, decode_line
from virtual_sim7028 import ControlError, Settings, command_line, outcome

_START_LIMIT = 20.0
_ANSWER_LIMIT = 5.0
_END_LIMIT = 5.0


class VirtualModuleError(Exception):
    """The virtual module did not start, or does not obey; the message has its own words."""

    ROBOT_SUPPRESS_NAME = True


class VirtualModule:
    """Starts the process, tells its events to the recorder, gives it orders, and ends it.

    The process watches its standard input, so it ends with this one even when this one is killed.

    Attributes:
        pid: the process.

    Args:
        settings: profile, switches and planned faults.
        recorder: whom to tell what the module sees on the air, and what befalls it.

    Raises:
        VirtualModuleError: it ended, or said nothing, before it was ready.
    """

    def __init__(self, settings: Settings, recorder: Recorder) -> None:
        self._recorder = recorder
        self._process = subprocess.Popen(
            command_line(replace(settings, watch_stdin=True)),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,  # Ctrl-C at the desk is for the harness, which cleans up
        )
        self.pid = self._process.pid
        self._errors: list[str] = []
        self._answers: SimpleQueue[str | None] = SimpleQueue()
        self._unanswered = 0
        self._turn = threading.Lock()
        self._threads = [
            threading.Thread(target=target, name=f"virtual module {name}", daemon=True)
            for name, target in (("events", self._read_events), ("errors", self._read_errors))
        ]
        self._ready = threading.Event()
        self._port: str | None = None
        for thread in self._threads:
            thread.start()
        in_time = self._ready.wait(_START_LIMIT)
        if not in_time or self._port is None:
            self.close()
            came = (
                "ended before it was ready" if in_time else f"was not ready in {_START_LIMIT:g} s"
            )
            raise VirtualModuleError(f"the virtual module {came}; it said: {self._said}")

    @property
    def port(self) -> str:
        """Where its UART is, as `sim7028.open_port` takes it."""
        assert self._port is not None  # noqa: S101 - ready, or __init__ would have raised
        return self._port

    def power_off(self) -> None:
        """Take its supply away: it stands still and forgets everything; its port stays.

        Raises:
            VirtualModuleError: it does not obey.
        """
        self.inject("power-off")

    def power_on(self) -> None:
        """Give it its supply; `*ATREADY` comes when it has booted.

        Raises:
            VirtualModuleError: it does not obey.
        """
        self.inject("power-on")

    def inject(self, order: str) -> str:
        """Give it an order, such as `hang` or `network off`, and wait until it has taken effect.

        Returns:
            To `status` its condition, such as `well`; nothing to the others.

        Raises:
            VirtualModuleError: there is no such order, it cannot befall the module now, or the
                process does not answer.
        """
        try:
            with self._turn:
                return outcome(self._answer_to(order))
        except ControlError as error:
            raise VirtualModuleError(f"the virtual module was told {order!r}: {error}") from None

    def _answer_to(self, order: str) -> str:
        """Hand in an order and wait for its answer, past those to orders that were given up.

        Raises:
            ControlError: none came.
        """
        line = order.replace("\n", " ").encode() + b"\n"
        with contextlib.suppress(OSError, ValueError):  # ended, or closed: the reader knows
            os.write(self._pipe(self._process.stdin).fileno(), line)
        self._unanswered += 1
        while True:
            try:
                answer = self._answers.get(timeout=_ANSWER_LIMIT)
            except Empty:
                raise ControlError(
                    f"it did not answer in {_ANSWER_LIMIT:g} s. Is process {self.pid} stopped?"
                ) from None
            if answer is None:
                self._answers.put(None)  # for the next one, who need not wait either
                raise ControlError(f"its process {self.pid} has ended; it said: {self._said}")
            self._unanswered -= 1
            if not self._unanswered:
                return answer

    @property
    def _said(self) -> str:
        return " ".join(self._errors).strip() or "nothing"

    def _read_events(self) -> None:
        for line in self._pipe(self._process.stdout):
            record = decode_line(line)
            if self._port is None:
                self._port = record["port"]
                self._ready.set()
            elif "answer" in record:
                self._answers.put(record["answer"])
            else:
                self._recorder.record(Event.from_json(record))
        self._answers.put(None)
        self._ready.set()

    def _read_errors(self) -> None:
        for line in self._pipe(self._process.stderr):
            self._errors.append(line.decode("utf-8", "replace"))

    @staticmethod
    def _pipe(pipe: IO[bytes] | None) -> IO[bytes]:
        assert pipe is not None  # noqa: S101 - Popen was asked for it
        return pipe

    def close(self) -> None:
        """End the process and wait for it; may be called twice."""
        self._pipe(self._process.stdin).close()
        try:
            self._process.wait(_END_LIMIT)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        for thread in self._threads:
            thread.join()
        self._pipe(self._process.stdout).close()
        self._pipe(self._process.stderr).close()
