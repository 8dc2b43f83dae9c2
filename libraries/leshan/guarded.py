"""A process that does not outlive us: the handle of a `guard`."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from queue import SimpleQueue
from typing import IO

_GUARD = Path(__file__).with_name("guard.py")

_GRACE = 5.0
"""Seconds from SIGTERM to SIGKILL."""

_SLACK = 5.0
"""Seconds that a guard may take beyond what it waits for."""


class Order(Enum):
    """What can be done to a guarded process."""

    KILL = "kill"
    PAUSE = "pause"
    RESUME = "resume"


@dataclass(frozen=True, kw_only=True)
class Job:
    """What a guard runs, and what it does at the end.

    Attributes:
        command: the process.
        folder: where it and `undo` run.
        log: the file that the output of both is appended to.
        environment: the environment variables of both; ours when left out.
        undo: a command for after its end, such as one that removes a container.
        undo_limit: seconds that `undo` may take.
        remove: folders that are removed at the very end.
        held: file descriptors that the guard keeps open as long as it lives.
    """

    command: Sequence[str]
    folder: Path
    log: Path
    environment: Mapping[str, str] | None = None
    undo: Sequence[str] = ()
    undo_limit: float = 30.0
    remove: Sequence[Path] = ()
    held: Sequence[int] = ()


class CannotStart(OSError):
    """The operating system did not start the process."""


class GuardedProcess:
    """A running process that ends with us, whatever ends us.

    It has a session of its own, so that a Ctrl-C in the terminal does not reach it.

    Args:
        job: what to run.
        on_end: called with this, on a thread of its own, when the process ends before it is
            stopped.

    Raises:
        CannotStart: the command is not to be found or may not be run.
    """

    def __init__(self, job: Job, on_end: Callable[[GuardedProcess], None] = lambda _: None) -> None:
        self._job = job
        self._on_end = on_end
        self._lock = threading.Lock()
        self._stopping = False
        self._ended = threading.Event()
        self._answers: SimpleQueue[None] = SimpleQueue()
        self._status: int | None = None
        self._guard, self._orders, self._output = _start_guard(job)
        try:
            self.pid = self._read_start()
        except BaseException:
            self._finish()
            self._output.close()
            raise
        self._reader = threading.Thread(target=self._read, name=f"guard {self._guard.pid}")
        self._reader.daemon = True
        self._reader.start()

    @property
    def guard_pid(self) -> int:
        """The guard's process id."""
        return self._guard.pid

    @property
    def status(self) -> int | None:
        """The exit status of a process that ended by itself (negative: the signal).

        None before, and where its guard was killed, which it does not survive.
        """
        return self._status

    @property
    def ended(self) -> bool:
        """Whether the process has ended."""
        return self._ended.is_set()

    def wait(self, timeout: float) -> bool:
        """Wait at most so many seconds for the end; say whether it came."""
        return self._ended.wait(timeout)

    def order(self, order: Order) -> None:
        """Do this to the process and return when it is done. One that has ended stays so."""
        with self._lock:
            if not self._stopping and not self._ended.is_set():
                self._tell(order.value)
                self._answers.get()

    def stop(self) -> None:
        """End the process, undo and remove what is to be; return when that is done.

        Calling it again does nothing.
        """
        with self._lock:
            if self._stopping:
                return
            self._stopping = True
        self._finish()
        self._join()

    def leave(self) -> None:
        """Let the process go on without us: from now on, SIGTERM to its guard ends it."""
        with self._lock:
            self._stopping = True
            self._tell("stay")
        self._join()
        os.close(self._orders)
        self._guard.returncode = 0  # it is not ours to wait for any more

    def _tell(self, line: str) -> None:
        with contextlib.suppress(BrokenPipeError):  # the guard is gone: the reader knows
            os.write(self._orders, f"{line}\n".encode())

    def _read_start(self) -> int:
        word, _, rest = self._read_line().partition(" ")
        if word == "started":
            return int(rest)
        raise CannotStart(rest or f"the guard of {self._job.command[0]} ended at once")

    def _read(self) -> None:
        with self._output:
            while (line := self._read_line()) == "done":
                self._answers.put(None)
        if line:
            self._status = int(line.removeprefix("ended "))
        self._ended.set()
        self._answers.put(None)  # no other will come for an order that has just been given
        if not self._stopping:
            self._on_end(self)

    def _read_line(self) -> str:
        """The next line that the guard tells; empty when it is gone."""
        return self._output.readline().decode().strip()

    def _finish(self) -> None:
        os.close(self._orders)
        try:
            self._guard.wait(_GRACE + self._job.undo_limit + _SLACK)
        except subprocess.TimeoutExpired:
            self._guard.kill()
            self._guard.wait()
        if self._guard.returncode != 0:
            self._do_without_guard()

    def _do_without_guard(self) -> None:
        """What the guard would have done, had it not been killed itself."""
        if self._job.undo:
            with (
                contextlib.suppress(OSError, subprocess.TimeoutExpired),
                self._job.log.open("ab") as log,
            ):
                subprocess.run(
                    self._job.undo,
                    cwd=self._job.folder,
                    env=self._job.environment,
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=log,
                    timeout=self._job.undo_limit,
                    check=False,
                )
        for folder in self._job.remove:
            shutil.rmtree(folder, ignore_errors=True)

    def _join(self) -> None:
        if threading.current_thread() is not self._reader:  # as it is when `on_end` stops us
            self._reader.join()


def _start_guard(job: Job) -> tuple[subprocess.Popen[bytes], int, IO[bytes]]:
    """The guard, the file descriptor that it takes orders from, and what it tells."""
    orders_read, orders = os.pipe()
    told, told_write = os.pipe()
    try:
        guard = subprocess.Popen(
            [sys.executable, "-I", "-S", str(_GUARD), json.dumps(_spell(job))],
            stdin=orders_read,
            stdout=told_write,
            env=job.environment,
            start_new_session=True,
            pass_fds=job.held,
        )
    except BaseException:
        os.close(orders)
        os.close(told)
        raise
    finally:
        os.close(orders_read)
        os.close(told_write)
    return guard, orders, os.fdopen(told, "rb")


def _spell(job: Job) -> dict[str, object]:
    """The job as the guard reads it."""
    return {
        "command": list(job.command),
        "folder": str(job.folder),
        "log": str(job.log),
        "grace": _GRACE,
        "undo": list(job.undo),
        "undo_limit": job.undo_limit,
        "remove": [str(folder) for folder in job.remove],
    }
