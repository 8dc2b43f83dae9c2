"""Doctor looks at every bench, at all of them at once."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from sim7028_lab.nightly.interruption import Interruption
from sim7028_lab.nightly.night import BenchRun, Night
from sim7028_lab.nightly.process import Child, end, python

_LIMIT = 600.0
_TICK = 0.1


def examine(
    night: Night, leshan: str | None, stop: Interruption, say: Callable[[str, str], None]
) -> None:
    """Let doctor look at the benches of a night; one that it finds wanting is broken.

    Args:
        night: whose benches.
        leshan: overrides their servers.
        stop: ends it early.
        say: takes a bench's name and a line about it, for a person who waits.
    """
    doctors = {bench.name: _Doctor(bench, night.folder, leshan) for bench in night.benches}
    waited = 0.0
    while any(doctor.goes_on for doctor in doctors.values()):
        waited += _TICK
        if stop.wait(_TICK) or waited > _LIMIT:
            end(lambda: [d.child.pid for d in doctors.values() if d.goes_on])
    for bench in night.benches:
        if stop.by:
            continue
        if waited > _LIMIT:
            bench.broken = f"doctor did not come to its end within {_LIMIT:.0f} s"
        else:
            bench.broken = doctors[bench.name].complaint
        say(bench.name, f"BENCH BROKEN: {bench.broken}" if bench.broken else "doctor: good")


class _Doctor:
    """Doctor on one bench."""

    def __init__(self, bench: BenchRun, night: Path, leshan: str | None) -> None:
        self._found = bench.folder / "doctor.json"
        self._said = bench.folder / "doctor.txt"
        words = ["doctor", "--bench", str(bench.file), "--results", str(night), "--json"]
        words += ["--leshan", leshan] if leshan else []
        self.child = Child(python("sim7028_lab.cli", *words), night, self._found, self._said)

    @property
    def goes_on(self) -> bool:
        return self.child.status is None

    @property
    def complaint(self) -> str:
        """Why the bench cannot be used, without full stop; empty when it can."""
        status = self.child.status
        if status == 0:
            return ""
        complaint = "; ".join(_bad(self._found)) or " ".join(_last_lines(self._said))
        return complaint.rstrip(".") or f"doctor ended with exit code {status} and said nothing"


def _bad(file: Path) -> list[str]:
    """What doctor found wanting, as its JSON has it."""
    try:
        report: dict[str, Any] = json.loads(file.read_text("utf-8"))
    except ValueError:  # it did not come that far
        return []
    return [
        f"{check['name']}: {check['found']}"
        for check in report.get("checks", ())
        if check.get("verdict") == "bad"
    ]


def _last_lines(file: Path) -> Sequence[str]:
    return file.read_text("utf-8", errors="replace").strip().splitlines()[-3:]
