"""Evidence on disk: one JSON object a line, readable up to the line a killed run reached."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

from lab_evidence.event import Event

_UNSAFE = re.compile(r"[^\w.-]+")
_LONGEST_NAME = 120
_ENCODER = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))


class JsonlSink:
    """Writes each event as a line and flushes it.

    Args:
        path: the file, made anew; its folders are made too.
    """

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._file = path.open("wb")

    def write(self, event: Event, /) -> None:
        """Append the event; it is with the operating system when this returns."""
        line = _ENCODER.encode(event.to_json())
        # Half of a surrogate pair, which UTF-8 has no bytes for, becomes JSON's own escape.
        self._file.write(line.encode("utf-8", "backslashreplace") + b"\n")
        self._file.flush()

    def close(self) -> None:
        """Close the file."""
        self._file.close()


def read_events(path: Path) -> Iterator[Event]:
    """The events of an evidence file, in the order of its lines.

    A last line that a killed run left unfinished is passed over.

    Raises:
        ValueError: another line is no event; the message names file and line.
    """
    with path.open(encoding="utf-8") as file:
        for number, line in enumerate(file, 1):
            try:
                yield Event.from_json(json.loads(line))
            except ValueError as error:
                if not line.endswith("\n"):
                    return
                raise ValueError(f"{path}, line {number}: {error}") from None


def evidence_file(folder: Path, suite: str, test: str) -> Path:
    """Where the evidence of one test is: `<folder>/<suite>/<test>.jsonl`, in safe letters."""
    return folder / _safe(suite) / f"{_safe(test)}.jsonl"


def _safe(name: str) -> str:
    return _UNSAFE.sub("_", name).strip("._")[:_LONGEST_NAME] or "_"
