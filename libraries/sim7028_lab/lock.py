"""Locks on benches: one run at a time has a module, and whoever comes second is told who has it.

A lock is one of the operating system's on a file, so it is free when its holder is gone, `kill -9`
included. Processes that are to outlive the holder may inherit it. The file says who has it.
"""

from __future__ import annotations

import contextlib
import fcntl
import getpass
import hashlib
import json
import os
import sys
import tempfile
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

from sim7028_lab.benchfile import BenchFile
from sim7028_lab.benchsections import LABGRID

_LONGEST = 65_536
"""Bytes of what a file says of its holder."""


def user_name() -> str:
    """Who runs this: the name, or the number of a user without one, as containers have them."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return str(os.getuid())


@dataclass(frozen=True, slots=True)
class Holder:
    """Who has a lock.

    Attributes:
        pid: the process.
        user: whose.
        since: when it got the lock, in UTC.
        command: its command line.
    """

    pid: int
    user: str
    since: datetime
    command: str

    @classmethod
    def here(cls) -> Self:
        """This process."""
        return cls(os.getpid(), user_name(), datetime.now(UTC), " ".join(sys.argv))

    def __str__(self) -> str:
        since = f"{self.since:%Y-%m-%d %H:%M:%S} UTC"
        return f"pid {self.pid} of {self.user} since {since}: {self.command}"

    def to_json(self) -> str:
        """As text; `from_json` reads it."""
        return json.dumps({**asdict(self), "since": self.since.isoformat(timespec="seconds")})

    @classmethod
    def from_json(cls, text: str) -> Self | None:
        """Read what `to_json` gave; None for anything else, such as a file not written yet."""
        try:
            fields = json.loads(text)
            return cls(
                int(fields["pid"]),
                str(fields["user"]),
                datetime.fromisoformat(fields["since"]),
                str(fields["command"]),
            )
        except (ValueError, TypeError, KeyError):
            return None


@dataclass(eq=False)
class BenchLocked(Exception):
    """Another run has the bench.

    Attributes:
        bench: its name.
        what: what is exclusive of it.
        holder: who has it; None when that one has not said so yet.
    """

    bench: str
    what: str
    holder: Holder | None

    ROBOT_SUPPRESS_NAME = True

    def __str__(self) -> str:
        by = self.holder or "a process that has not said who it is"
        return (
            f"bench {self.bench}: {self.what} is in use by {by}. Wait for it with --lock wait, end"
            " it, or name another bench"
        )


def what_is_exclusive(bench: BenchFile) -> str:
    """What of a bench only one run can have: its device, its socket, its place.

    Names of the same device come to the same; of a virtual module, which every run starts for
    itself, it is the bench file, whose name the results bear.
    """
    port = bench.module.port
    if bench.module.is_virtual:
        return f"bench file {bench.path.resolve()}"
    if port == LABGRID:
        coordinator = bench.labgrid.coordinator or os.environ.get("LG_COORDINATOR", "")
        return f"labgrid place {bench.labgrid.place}{f' at {coordinator}' if coordinator else ''}"
    if "://" in port:
        with contextlib.suppress(ValueError):  # a port out of range: opening it says so
            parts = urlsplit(port)
            if parts.hostname and parts.port:
                return f"port {parts.hostname}:{parts.port}"
        return f"port {port}"
    return f"device {os.path.realpath(port)}"


class BenchLock:
    """The lock on a bench, from `acquire` to `release`, or as a context manager.

    Args:
        bench: whose.
    """

    def __init__(self, bench: BenchFile) -> None:
        self.bench = bench.name
        self.what = what_is_exclusive(bench)
        # One for each user: another user's file cannot be opened in a sticky directory, and a
        # device keeps other users out by itself.
        name = f"sim7028-bench-{os.getuid()}-{hashlib.sha256(self.what.encode()).hexdigest()[:16]}"
        self.path = Path(tempfile.gettempdir()) / f"{name}.lock"
        self._descriptor: int | None = None

    @property
    def descriptor(self) -> int:
        """The open file that holds the lock; a process that inherits it holds the lock as well."""
        assert self._descriptor is not None, "the lock is not held"  # noqa: S101 - a caller's slip
        return self._descriptor

    def acquire(self) -> None:
        """Take the lock.

        Raises:
            BenchLocked: another process has it.
        """
        with contextlib.ExitStack() as undo:
            descriptor = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            undo.callback(os.close, descriptor)
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                said = os.pread(descriptor, _LONGEST, 0).decode(errors="replace")
                raise BenchLocked(self.bench, self.what, Holder.from_json(said)) from None
            if self._is_at_its_place(descriptor):
                os.ftruncate(descriptor, 0)
                os.write(descriptor, Holder.here().to_json().encode()[:_LONGEST])
                self._descriptor = descriptor
                undo.pop_all()
                return
        self.acquire()  # the holder has just given it back, and removed the file

    def _is_at_its_place(self, descriptor: int) -> bool:
        with contextlib.suppress(FileNotFoundError):
            return os.path.samestat(os.fstat(descriptor), self.path.stat())
        return False

    def release(self) -> None:
        """Give it back and remove its file; a lock that is not held stays so."""
        if self._descriptor is not None:
            descriptor, self._descriptor = self._descriptor, None
            self.path.unlink(missing_ok=True)
            os.close(descriptor)

    def __enter__(self) -> Self:
        self.acquire()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.release()
