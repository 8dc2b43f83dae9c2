"""Who has a file open, as far as /proc tells."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

_PROC = Path("/proc")


@dataclass(frozen=True, slots=True)
class Holder:
    """A process.

    Attributes:
        pid: its number.
        command: its command line, or its name where that cannot be read.
    """

    pid: int
    command: str

    def __str__(self) -> str:
        mine = ", which is this very process" if self.pid == os.getpid() else ""
        return f"pid {self.pid} ({self.command}){mine}"


def holders_of(is_it: Callable[[os.stat_result], bool]) -> list[Holder]:
    """The processes that have a file open for which `is_it` is true.

    Those of other users stay unseen without root's rights; so do all where there is no /proc.
    """
    return [_holder(process) for process in _processes() if _has_open(process, is_it)]


def running(name: str) -> list[Holder]:
    """The processes of a name, whether or not their files can be seen."""
    return [_holder(process) for process in _processes() if _name(process) == name]


def _processes() -> Iterator[Path]:
    with contextlib.suppress(OSError):
        yield from (entry for entry in _PROC.iterdir() if entry.name.isdigit())


def _has_open(process: Path, is_it: Callable[[os.stat_result], bool]) -> bool:
    with contextlib.suppress(OSError):  # not ours to see, or just gone
        for descriptor in (process / "fd").iterdir():
            with contextlib.suppress(OSError):
                if is_it(descriptor.stat()):
                    return True
    return False


def _name(process: Path) -> str:
    with contextlib.suppress(OSError):
        return (process / "comm").read_text(errors="replace").strip()
    return ""


def _holder(process: Path) -> Holder:
    with contextlib.suppress(OSError):
        words = (process / "cmdline").read_bytes().rstrip(b"\0").split(b"\0")
        if words != [b""]:
            return Holder(int(process.name), b" ".join(words).decode(errors="replace"))
    return Holder(int(process.name), _name(process) or "unknown")
