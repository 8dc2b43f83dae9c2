"""The sequence diagram of a scenario: HTML without script, as it stands in log.html."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from lab_evidence import Event
from sim7028_lab.report.diagnosis import Diagnosis
from sim7028_lab.report.markup import environment, of_text
from sim7028_lab.report.rows import PROBING, Row, Step, pause_before, steps
from sim7028_lab.report.words import count, duration


@dataclass(frozen=True, slots=True)
class ShownStep:
    """A step with its rows.

    Attributes:
        step: the step.
        number: its place in the scenario.
        rows: in order of time, drawn.
        size: how much happened and how long it took.
        is_open: whether it is unfolded from the start.
    """

    step: Step
    number: int
    rows: tuple[Markup, ...]
    size: str
    is_open: bool


@functools.cache
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
            rows.append(_drawn(row, began, last))
            last = max(last, row.t)
        end = found[number + 1].began if number + 1 < len(found) else last
        size = f"{len(rows)} · {duration(max(0.0, end - step.began))}"
        is_open = number >= opened and step.name != PROBING
        shown.append(ShownStep(step, number + 1, tuple(rows), size, is_open))
    return shown


def _drawn(row: Row, began: float, last: float) -> Markup:
    """A row, with the pause before it.

    Nearly all of a diagram is rows, and this draws them in less than half of the template's time.

    Args:
        row: the row.
        began: when the scenario did.
        last: when the last row before it was.
    """
    pause = pause_before(row, last)
    gap = f'<li class="gap"><span>{pause}</span></li>' if pause else ""
    told = '<sup title="as the server told it">s</sup>' if row.told_by_server else ""
    note = f" <em>{of_text(row.note)}</em>" if row.note else ""
    more = ""
    if row.more:
        summary = of_text(row.summary)
        more = f"<details><summary>{summary}</summary><pre>{of_text(row.more)}</pre></details>"
    return Markup(  # noqa: S704 - of nothing but escaped texts, times and words of our own
        f'{gap}<li class="{row.way.value}"><i>{row.t - began:.3f}{told}</i>'
        f"<i>+{duration(max(0.0, row.t - last))}</i><div><u>{row.way.words}: </u>"
        f"<code>{of_text(row.text)}</code>{note}{more}</div></li>"
    )


def _first_open(found: Sequence[Step]) -> int:
    """The step that the failed exchange began with: the server's last request before it."""
    failed = next((n for n, step in enumerate(found) if step.failure), len(found) - 1)
    asked = [n for n, step in enumerate(found[: failed + 1]) if step.asks_server]
    return asked[-1] if asked else failed
