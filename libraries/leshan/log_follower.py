"""The server's log on the timeline, while it is being written."""

from __future__ import annotations

import os
import threading
import time
from pathlib import Path

from lab_evidence import Recorder
from leshan.server_log import LogEntry, LogReader

_STEP = 0.05
"""Seconds between two looks at the file: nothing tells, on every system, that it grew."""


class LogFollower:
    """Records what is written to a log from now on, on a thread of its own.

    An entry is recorded when the next begins, or when nothing was added to it from one look to the
    next: it is there 0.1 s after it was written.

    Args:
        path: the file, which is there; it may be removed later.
        recorder: is told of the entries that belong on the timeline.

    Raises:
        OSError: the file cannot be read.
    """

    def __init__(self, path: Path, recorder: Recorder) -> None:
        self._file = path.open("rb")
        self._file.seek(0, os.SEEK_END)
        self._recorder = recorder
        self._reader = LogReader()
        self._unfinished = b""
        self._over = threading.Event()
        self._failure: Exception | None = None
        self._thread = threading.Thread(target=self._follow, name=f"follow {path}", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Record what is left in the file, to which nobody writes any more, and end.

        Calling it again does nothing.

        Raises:
            Exception: whatever the recorder raised, after which nothing was followed.
        """
        self._over.set()
        self._thread.join()
        failure, self._failure = self._failure, None
        if failure is not None:
            raise failure

    def _follow(self) -> None:
        try:
            with self._file:
                while not self._over.wait(_STEP):
                    self._look()
                self._look()
                if self._unfinished:
                    self._take(self._unfinished)
                self._record(self._reader.end())
        except Exception as error:  # raised by whoever closes this
            self._failure = error

    def _look(self) -> None:
        added = self._file.read()
        if not added:
            self._record(self._reader.end())
            return
        *lines, self._unfinished = (self._unfinished + added).split(b"\n")
        for line in lines:
            self._take(line)

    def _take(self, line: bytes) -> None:
        self._record(self._reader.read(line.decode(errors="replace"), time.monotonic()))

    def _record(self, entry: LogEntry | None) -> None:
        if entry and entry.level.is_for_the_timeline:
            self._recorder.record(entry.as_event())
