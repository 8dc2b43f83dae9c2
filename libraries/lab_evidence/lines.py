"""JSON in lines, for files and pipes that somebody reads while they are written."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

import orjson

Json: TypeAlias = bool | int | float | str | Sequence["Json"] | Mapping[str, "Json"] | None


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
