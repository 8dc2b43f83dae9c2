"""One thing that happened, and whom to tell."""

from __future__ import annotations

import functools
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import Enum
from typing import Any, Protocol

from lab_evidence.lines import Json, encode_line

# One offset for the whole process, so that a step of the wall clock cannot reorder events.
_WALL_OFFSET = time.time() - time.monotonic()


class Source(Enum):
    """Where an event was seen."""

    AT = "at"
    """A line on the UART that belongs to a command: the command, its reply, or noise."""
    URC = "urc"
    """An unsolicited result code."""
    COAP = "coap"
    """A CoAP message on the air side; `data` says whether server or module saw it."""
    REST = "rest"
    """A request to the server's REST API, or its response."""
    SERVER = "server"
    """A registration event, a line of the server's log, a change of the server's life."""
    FAULT = "fault"
    """A fault that the harness put there on purpose."""
    KEYWORD = "keyword"
    """A step of the scenario."""
    FINDING = "finding"
    """A difference from what is documented."""


class Direction(Enum):
    """Which way it went, seen from the harness; for CoAP, from who saw it."""

    SENT = "sent"
    RECEIVED = "received"
    NOTED = "noted"
    """Neither: something that happened."""


@functools.lru_cache(maxsize=4)
def _second(wall: int) -> str:
    """A second of the wall clock as ISO 8601 has it; many events share one."""
    return datetime.fromtimestamp(wall, UTC).strftime("%Y-%m-%dT%H:%M:%S")


def _printable(raw: bytes) -> tuple[str, bool]:
    """The bytes as text, and whether the text gives them back."""
    text = raw.decode("utf-8", "backslashreplace")
    return text, text.encode() == raw


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened.

    Attributes:
        source: where it was seen.
        direction: which way it went.
        text: what a person reads; for a line on the wire, the line itself without its end.
        data: what a program reads beside it; JSON only.
        t: seconds on the monotonic clock of this machine, stamped by who saw it. On Linux all
            processes share that clock.
    """

    source: Source
    direction: Direction
    text: str
    data: Mapping[str, Json] = field(default_factory=dict)
    t: float = field(default_factory=time.monotonic)
    _line: bytes | None = field(default=None, init=False, repr=False, compare=False)

    @classmethod
    def of_bytes(
        cls,
        source: Source,
        direction: Direction,
        raw: bytes,
        data: Mapping[str, Json] | None = None,
        t: float | None = None,
    ) -> Event:
        """An event for bytes on a wire; bytes that are no UTF-8 are kept as `data["hex"]` too."""
        text, whole = _printable(raw)
        kept = dict(data or {}) if whole else {**(data or {}), "hex": raw.hex()}
        return cls(source, direction, text, kept, time.monotonic() if t is None else t)

    @property
    def wall(self) -> datetime:
        """The time of day in UTC, derived from `t`."""
        return datetime.fromtimestamp(self.t + _WALL_OFFSET, UTC)

    def to_json(self) -> dict[str, Json]:
        """The event as one JSON object; `from_json` reads it."""
        second, milliseconds = divmod(int((self.t + _WALL_OFFSET) * 1000), 1000)
        return {
            "t": round(self.t, 6),
            "wall": f"{_second(second)}.{milliseconds:03}Z",
            "source": self.source.value,
            "direction": self.direction.value,
            "text": self.text,
            "data": self.data,
        }

    @property
    def line(self) -> bytes:
        """The same as a line of its own; made once, for it is looked through and then written."""
        line = self._line
        if line is None:
            line = encode_line(self.to_json())
            object.__setattr__(self, "_line", line)
        return line

    @classmethod
    def from_json(cls, record: Mapping[str, Any]) -> Event:
        """Read what `to_json` gave.

        Raises:
            ValueError: a field is missing or is none that an event can have, or it is no object.
        """
        try:
            t, text, data = record["t"], record["text"], record.get("data", {})
            source, direction = Source(record["source"]), Direction(record["direction"])
        except KeyError as error:
            raise ValueError(f"an event without {error}: {record!r}") from None
        except TypeError:
            raise ValueError(f"not an event: {record!r}") from None
        if (
            not isinstance(text, str)
            or not isinstance(t, (int, float))
            or not isinstance(data, dict)
        ):
            raise ValueError(f"not an event: {record!r}")
        return cls(source, direction, text, data, float(t))


class Recorder(Protocol):
    """Whom the libraries tell what they saw. Called from any thread."""

    def record(self, event: Event, /) -> None:
        """Take one event."""


class Silent:
    """A recorder that keeps nothing."""

    def record(self, event: Event, /) -> None:
        """Forget the event."""
