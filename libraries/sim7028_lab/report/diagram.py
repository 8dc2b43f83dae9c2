"""The sequence diagram of a scenario: HTML without script, as it stands in log.html."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from lab_evidence import Event
from sim7028_lab.report.diagnosis import Diagnosis
from sim7028_lab.report.markup import environment
from sim7028_lab.report.rows import PROBING, Row, Step, pause_before, steps
from sim7028_lab.report.words import count, duration


@dataclass(frozen=True, slots=True)
class ShownRow:
    """A row with its times.

    Attributes:
        row: the row.
        at: since the scenario began, in s.
        since: since the row before.
        pause: how long nothing happened before it, where that was long.
    """

    row: Row
    at: str
    since: str
    pause: str


@dataclass(frozen=True, slots=True)
class ShownStep:
    """A step with its rows.

    Attributes:
        step: the step.
        number: its place in the scenario.
        rows: in order of time.
        size: how much happened and how long it took.
        is_open: whether it is unfolded from the start.
        at: when it failed, since the scenario began, in s.
    """

    step: Step
    number: int
    rows: tuple[ShownRow, ...]
    size: str
    is_open: bool


def legend() -> str:
    """What every diagram of a page needs once: its style, and how to read it.

    It is the same text each time, which log.html keeps only once.
    """
    return str(_macros().legend())


def render(
    events: Sequence[Event], *, evidence: str = "", diagnosis: Diagnosis | None = None
) -> str:
    """The diagram.

    What passed is folded; a scenario that failed is open from its last exchange on.

    Args:
        events: of one scenario.
        evidence: a link to its file; empty for none.
        diagnosis: of its failure; None when it did not fail.
    """
    shown = _shown(steps(events), failed=diagnosis is not None)
    if not shown:
        return ""
    ends = [event.t for event in events]
    diagram = _macros().diagram(
        steps=shown,
        size=f"{count(len(events), 'event')}, {count(len(shown), 'step')},"
        f" {duration(max(ends) - min(ends))}",
        evidence=evidence,
        diagnosis=diagnosis,
    )
    return str(diagram)


@functools.cache
def _macros() -> Any:
    """The macros of the template; the engine types them loosely."""
    return environment().get_template("diagram.html").module


def _shown(found: Sequence[Step], *, failed: bool) -> list[ShownStep]:
    if not found:
        return []
    began = last = found[0].began
    opened = _first_open(found) if failed else 0
    shown = []
    for number, step in enumerate(found):
        rows = []
        for row in step.rows:
            rows.append(
                ShownRow(
                    row,
                    f"{row.t - began:.3f}",
                    f"+{duration(max(0.0, row.t - last))}",
                    pause_before(row, last),
                )
            )
            last = max(last, row.t)
        end = found[number + 1].began if number + 1 < len(found) else last
        size = f"{len(rows)} · {duration(max(0.0, end - step.began))}"
        is_open = number >= opened and step.name != PROBING
        shown.append(ShownStep(step, number + 1, tuple(rows), size, is_open))
    return shown


def _first_open(found: Sequence[Step]) -> int:
    """The step that the failed exchange began with: the server's last request before it."""
    failed = next((n for n, step in enumerate(found) if step.failure), len(found) - 1)
    asked = [n for n, step in enumerate(found[: failed + 1]) if step.asks_server]
    return asked[-1] if asked else failed
