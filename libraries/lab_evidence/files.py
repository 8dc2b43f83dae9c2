"""Evidence on disk: one JSON object a line, readable up to the line a killed run reached."""

from __future__ import annotations

import ctypes
import hashlib
import os
import re
from collections.abc import Callable, Iterator
from pathlib import Path

from lab_evidence.event import Event
from lab_evidence.lines import decode_line

_UNSAFE = re.compile(r"[^\w.-]+")
_LONGEST_NAME = 120


def _write_of_libc() -> Callable[[int, bytes, int], int] | None:
    """`write(2)`, called without letting go of the interpreter's lock; None where there is none.

    To append a line to a file takes some µs. Getting the lock back afterwards, with other threads
    at work, takes ten times as long, and all that while the timeline keeps everybody waiting.
    """
    try:
        write = ctypes.PyDLL(None, use_errno=True).write
    except (AttributeError, OSError, TypeError):
        return None
    write.argtypes = (ctypes.c_int, ctypes.c_char_p, ctypes.c_size_t)
    write.restype = ctypes.c_ssize_t
    return write


_write = _write_of_libc()


class JsonlSink:
    """Writes each event as a line, past all buffers.

    Args:
        path: the file, made anew; its folders are made too.
    """

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._file = path.open("wb", buffering=0)

    def write(self, event: Event, /) -> None:
        """Append the event; it is with the operating system when this returns."""
        line = event.line
        while (written := self._append(line)) < len(line):  # a disk that is nearly full
            line = line[written:]

    def _append(self, line: bytes) -> int:
        if _write is None:
            return self._file.write(line)
        written = _write(self._file.fileno(), line, len(line))
        if written < 0:
            error = ctypes.get_errno()
            raise OSError(error, os.strerror(error), self._file.name)
        return written

    def close(self) -> None:
        """Close the file."""
        self._file.close()


def read_events(path: Path) -> Iterator[Event]:
    """The events of an evidence file, in the order of its lines.

    A last line that a killed run left unfinished is passed over.

    Raises:
        ValueError: another line is no event; the message names file and line.
    """
    with path.open("rb") as file:
        for number, line in enumerate(file, 1):
            try:
                yield Event.from_json(decode_line(line))
            except ValueError as error:
                if not line.endswith(b"\n"):
                    return
                raise ValueError(f"{path}, line {number}: {error}") from None


def evidence_file(folder: Path, suite: str, test: str) -> Path:
    """Where the evidence of one test is: `<folder>/<suite>/<test>.jsonl`, in safe letters.

    A name that loses more than its blanks gets a mark behind it, which no other name has.
    """
    return folder / _safe(suite) / f"{_safe(test)}.jsonl"


def _safe(name: str) -> str:
    safe = _UNSAFE.sub("_", name).strip("._")[:_LONGEST_NAME]
    if safe and safe == name.replace(" ", "_"):
        return safe
    mark = hashlib.blake2s(name.encode("utf-8", "surrogatepass"), digest_size=3).hexdigest()
    return f"{safe}-{mark}" if safe else mark
