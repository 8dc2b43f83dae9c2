"""Evidence on disk: one JSON object a line, readable up to the line a killed run reached."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import orjson

from lab_evidence.event import Event, Json

_UNSAFE = re.compile(r"[^\w.-]+")
_LONGEST_NAME = 120


def encode_line(record: Mapping[str, Json]) -> bytes:
    """A JSON object as a line of its own; `decode_line` reads it."""
    try:
        return orjson.dumps(record, option=orjson.OPT_APPEND_NEWLINE)
    except TypeError:
        # Half of a surrogate pair, which UTF-8 has no bytes for, becomes JSON's own escape.
        text = json.dumps(record, ensure_ascii=False, separators=(",", ":"))
        return text.encode("utf-8", "backslashreplace") + b"\n"


def decode_line(line: bytes) -> Any:
    """What `encode_line` made a line of.

    Raises:
        ValueError: it is no JSON.
    """
    try:
        return orjson.loads(line)
    except ValueError:
        return json.loads(line)


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
        self._file.write(encode_line(event.to_json()))
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
    with path.open("rb") as file:
        for number, line in enumerate(file, 1):
            try:
                yield Event.from_json(decode_line(line))
            except ValueError as error:
                if not line.endswith(b"\n"):
                    return
                raise ValueError(f"{path}, line {number}: {error}") from None


def evidence_file(folder: Path, suite: str, test: str) -> Path:
    """Where the evidence of one test is: `<folder>/<suite>/<test>.jsonl`, in safe letters."""
    return folder / _safe(suite) / f"{_safe(test)}.jsonl"


def _safe(name: str) -> str:
    return _UNSAFE.sub("_", name).strip("._")[:_LONGEST_NAME] or "_"
