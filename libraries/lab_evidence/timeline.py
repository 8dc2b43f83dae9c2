"""The recorder of a whole run: one order for all sources, one file for each scenario."""

from __future__ import annotations

import bisect
import operator
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Protocol

from lab_evidence.event import Event

_BY_TIME = operator.attrgetter("t")


class EvidenceError(Exception):
    """Evidence could not be kept, so the run's results would have nothing behind them."""


class Sink(Protocol):
    """Where the events of one scenario are kept."""

    def write(self, event: Event, /) -> None:
        """Keep one event for good, before returning."""

    def close(self) -> None:
        """No more events come."""


class Timeline:
    """Takes events from all threads and hands each to the sink of the scenario that is running.

    Outside a scenario, events go to the sink named "" (the bench's own).

    Args:
        redact: takes the secrets out of an event; nothing passes without it.
        open_sink: gives the sink of a scenario by its name.
    """

    def __init__(self, redact: Callable[[Event], Event], open_sink: Callable[[str], Sink]) -> None:
        self._redact = redact
        self._open_sink = open_sink
        self._lock = threading.RLock()
        self._bench: Sink | None = None
        self._scenario: Sink | None = None
        self._events: list[Event] = []
        self._failure: Exception | None = None

    def record(self, event: Event, /) -> None:
        """Keep one event.

        Raises:
            EvidenceError: this or an earlier event could not be kept; a bench that loses evidence
                is broken, so this is raised from then on, on every thread that comes by.
        """
        clean = self._redact(event)
        with self._lock:
            if not self._events or self._events[-1].t <= clean.t:  # nearly always
                self._events.append(clean)
            else:
                bisect.insort(self._events, clean, key=_BY_TIME)
            if self._failure is None:
                try:
                    self._sink().write(clean)
                except Exception as error:
                    self._failure = error
            if self._failure is not None:
                raise EvidenceError(f"evidence is being lost: {self._failure}") from self._failure

    def _sink(self) -> Sink:
        if self._scenario is not None:
            return self._scenario
        if self._bench is None:
            self._bench = self._open_sink("")
        return self._bench

    @contextmanager
    def scenario(self, name: str) -> Iterator[None]:
        """Give what happens from here on to the scenario of this name.

        Raises:
            EvidenceError: its sink cannot be opened, or evidence was lost in the meantime.
        """
        with self._lock:
            if self._scenario is not None:
                raise EvidenceError(f"scenario {name!r} begins while another is running")
            try:
                self._scenario = self._open_sink(name)
            except OSError as error:
                raise EvidenceError(f"no evidence can be kept for {name!r}: {error}") from error
            self._events.clear()
        try:
            yield
        finally:
            with self._lock:
                sink, self._scenario = self._scenario, None
                self._events.clear()
                sink.close()
        if self._failure is not None:
            raise EvidenceError(f"evidence was lost: {self._failure}") from self._failure

    def since(self, t: float) -> tuple[Event, ...]:
        """What the running scenario has seen from the monotonic time `t` on, in order of time."""
        with self._lock:
            return tuple(self._events[bisect.bisect_left(self._events, t, key=_BY_TIME) :])

    def close(self) -> None:
        """Close the bench's own sink."""
        with self._lock:
            if self._bench is not None:
                self._bench.close()
                self._bench = None
