"""The journals of running robots, read as they grow."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from sim7028_lab.report.journal import JOURNAL, Outcome


@dataclass(frozen=True, slots=True)
class Ended:
    """A scenario that has just ended.

    Attributes:
        name: its name.
        outcome: what Robot Framework says.
        elapsed: s.
    """

    name: str
    outcome: Outcome
    elapsed: float


class JournalReader:
    """Follows the journal of one run.

    Attributes:
        planned: how many scenarios the run means to carry out; 0 before it says so.
        finished: how many have ended.
        failed: how many of these failed.
        is_over: whether the run came to its end.

    Args:
        results: the folder of the run.
    """

    def __init__(self, results: Path) -> None:
        self._path = results / JOURNAL
        self._offset = 0
        self._names: dict[str, str] = {}
        self.planned = 0
        self.finished = 0
        self.failed = 0
        self.is_over = False

    def news(self) -> Iterator[Ended]:
        """What ended since it was asked last. A line that is being written is left for later."""
        try:
            with self._path.open("rb") as file:
                file.seek(self._offset)
                grown = file.read()
        except FileNotFoundError:
            return
        whole, newline, _ = grown.rpartition(b"\n")
        self._offset += len(whole) + len(newline)
        for line in whole.splitlines():
            with contextlib.suppress(ValueError):  # cut: somebody else writes there
                yield from self._take(json.loads(line))

    def _take(self, record: dict[str, object]) -> Iterator[Ended]:
        match record:
            case {"what": "begin", "planned": list(planned)}:
                self.planned = len(planned)
                self._names = {each["id"]: f"{each['suite']}: {each['name']}" for each in planned}
            case {"what": "finished", "id": str(id_), "outcome": outcome, "elapsed": elapsed}:
                ended = Outcome(outcome)
                self.finished += 1
                self.failed += ended is Outcome.FAILED
                yield Ended(self._names.get(id_, id_), ended, float(str(elapsed)))
            case {"what": "ended"}:
                self.is_over = True
            case _:
                pass  # about the bench


def growth(results: Path) -> int:
    """Bytes that a run has written so far; it grows as long as the run lives."""
    total = 0
    for path in results.rglob("*"):
        try:
            total += path.stat().st_size
        except FileNotFoundError:  # a file of a moment
            continue
    return total
