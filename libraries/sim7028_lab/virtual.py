"""A virtual module as a process that lives as long as the bench."""

from __future__ import annotations

import json
import subprocess
import threading
from dataclasses import replace
from typing import IO

from lab_evidence import Event, Recorder
from virtual_sim7028 import Settings, command_line

_START_LIMIT = 20.0
_END_LIMIT = 5.0


class VirtualModuleError(Exception):
    """The virtual module did not start; the message has its own words."""

    ROBOT_SUPPRESS_NAME = True


class VirtualModule:
    """Starts the process, tells its events to the recorder, and ends it.

    The process watches its standard input, so it ends with this one even when this one is killed.

    Args:
        settings: profile and switches.
        recorder: whom to tell what the module sees on the air.

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
            text=True,
            encoding="utf-8",
            start_new_session=True,  # Ctrl-C at the desk is for the harness, which cleans up
        )
        self._errors: list[str] = []
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
            said = " ".join(self._errors).strip() or "nothing"
            raise VirtualModuleError(f"the virtual module {came}; it said: {said}")

    @property
    def port(self) -> str:
        """Where its UART is, as `sim7028.open_port` takes it."""
        assert self._port is not None  # noqa: S101 - ready, or __init__ would have raised
        return self._port

    def _read_events(self) -> None:
        stdout: IO[str] = self._pipe(self._process.stdout)
        for line in stdout:
            record = json.loads(line)
            if self._port is None:
                self._port = record["port"]
                self._ready.set()
            else:
                self._recorder.record(Event.from_json(record))
        self._ready.set()

    def _read_errors(self) -> None:
        self._errors.extend(self._pipe(self._process.stderr))

    @staticmethod
    def _pipe(pipe: IO[str] | None) -> IO[str]:
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
