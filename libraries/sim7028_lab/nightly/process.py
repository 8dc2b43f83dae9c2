"""Processes of a night: started so that they can be found and ended, whoever their parent is."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

_MARK = "SIM7028_LAB_NIGHT"
"""In the environment of each process of a night: the folder of the night."""

_PROC = Path("/proc")

_TICK = 0.05

TEARDOWNS, FORCE = 20.0, 5.0
"""Seconds that robot gets to run its teardowns, and to end by force."""


class Child:
    """A process that a night starts, in a session of its own, its output in files.

    A Ctrl-C in the terminal does not reach it: whoever started it decides how it ends.

    Args:
        command: what to run.
        night: the folder of the night.
        output: what it says goes there.
        errors: what it says on stderr, where that is not to be in `output`.
        given: what it finds on its standard input; nothing when left out.
        folder: where it runs; here when left out.
        environment: variables besides ours.
    """

    def __init__(
        self,
        command: Sequence[str],
        night: Path,
        output: Path,
        errors: Path | None = None,
        given: Path = Path(os.devnull),
        folder: Path | None = None,
        environment: Iterable[tuple[str, str]] = (),
    ) -> None:
        with contextlib.ExitStack() as files:
            out = files.enter_context(output.open("wb"))
            self._process = subprocess.Popen(
                command,
                stdin=files.enter_context(given.open("rb")),
                stdout=out,
                stderr=files.enter_context(errors.open("wb")) if errors else subprocess.STDOUT,
                cwd=folder,
                env={**os.environ, _MARK: str(night), **dict(environment)},
                start_new_session=True,
            )

    @property
    def pid(self) -> int:
        """Its process id."""
        return self._process.pid

    @property
    def status(self) -> int | None:
        """Its exit status, negative for a signal; None as long as it runs."""
        return self._process.poll()

    def wait(self) -> int:
        """Wait for its end; its exit status."""
        return self._process.wait()


def python(module: str, *arguments: str) -> list[str]:
    """The command that runs a module with this Python."""
    return [sys.executable, "-m", module, *arguments]


@dataclass(frozen=True, slots=True)
class Found:
    """A process of a night.

    Attributes:
        pid: its process id.
        command: its command line.
    """

    pid: int
    command: tuple[str, ...]


def of_night(night: Path) -> list[Found]:
    """The living processes of a night, whoever started them; none where there is no /proc."""
    mark = f"{_MARK}={night}".encode()
    found = []
    for entry in _PROC.iterdir() if _PROC.is_dir() else ():
        if not entry.name.isdigit() or int(entry.name) == os.getpid():
            continue
        with contextlib.suppress(OSError):  # another user's, or just gone
            if mark in (entry / "environ").read_bytes().split(b"\0"):
                words = (entry / "cmdline").read_bytes().rstrip(b"\0").split(b"\0")
                if words != [b""]:  # a zombie has none
                    found.append(
                        Found(int(entry.name), tuple(w.decode(errors="replace") for w in words))
                    )
    return found


def end(
    processes: Callable[[], Iterable[int]], give_up: Callable[[], bool] = lambda: False
) -> str | None:
    """End processes: first so that they can clean up, then by force, then by SIGKILL.

    Args:
        processes: the ids of those that are still there.
        give_up: whether somebody is too impatient for the gentle ways.

    Returns:
        The strongest signal that was needed; None when none was there.
    """
    strongest = None
    for number, patience in (
        (signal.SIGINT, TEARDOWNS),
        (signal.SIGTERM, FORCE),
        (signal.SIGKILL, FORCE),
    ):
        if number is not signal.SIGKILL and give_up():
            continue
        for pid in processes():
            strongest = number.name
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, number)
        deadline = time.monotonic() + patience
        while any(True for _ in processes()):
            if time.monotonic() > deadline or (number is not signal.SIGKILL and give_up()):
                break
            time.sleep(_TICK)
        else:
            return strongest
    return strongest
