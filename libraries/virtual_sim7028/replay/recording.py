"""A recorded scenario as the steps of the module's side, in the order of cause and effect."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from lab_evidence import Direction, Event, Source
from virtual_sim7028.replay.accounts import air_steps
from virtual_sim7028.replay.evidence import Moment, RecordingError, read_beside, read_moments
from virtual_sim7028.replay.parameters import Setting, own_settings
from virtual_sim7028.replay.steps import Heard, Said, Step, Timed

STOP = "AT+LWSTOP"
"""With this the bring-up makes sure that the module has no session (note 2.2.2)."""
_SHORTEST_DELAY = 1.0
"""What came sooner than this after the step before it comes at once, s."""
_LONGEST_DELAY = 120.0
"""Nothing is waited for longer than this, s."""
_AFTER_OPEN_LINE = 0.5
"""A line without an end is told from the next one by this pause at least, s."""
_OPEN_ENDING = "quiet"
"""How the evidence marks a line that had no end."""


@dataclass(frozen=True, slots=True)
class Recording:
    """The module's side of one scenario.

    Attributes:
        file: where it was read.
        steps: what came to the module and what it did, in the order of cause and effect.
        delays: for each step how long it takes after the one before it, s; 0 for at once.
        own: the settings that another run has its own of.
        answers: what the module answered outside of the scenario, by command.
        after_stop: how many commands the bring-up had after its AT+LWSTOP.
    """

    file: Path
    steps: tuple[Step, ...]
    delays: tuple[float, ...]
    own: frozenset[Setting]
    answers: Mapping[str, tuple[bytes, ...]]
    after_stop: int = 0


def read_recording(file: Path) -> Recording:
    """Read the evidence of a scenario, and what is kept beside it of the same run.

    Raises:
        RecordingError: it cannot be read, or no AT command is in it.
    """
    moments = read_moments(file)
    if not any(moment.is_command for moment in moments):
        raise RecordingError(
            f"{file}: no AT command is in it, so there is nothing to replay. Name the file of one"
            " scenario: results/evidence/<suite>/<test>.jsonl"
        )
    beside = read_beside(file)
    try:
        timed = sorted([*_uart_steps(moments), *air_steps(moments)], key=lambda timed: timed.t)
        answers = _answers(beside)
    except RecordingError as error:
        raise RecordingError(f"{file}, {error}") from None
    return Recording(
        file,
        tuple(each.step for each in timed),
        tuple(_delays(timed)),
        own_settings(moments, beside),
        answers,
        _after_stop(beside, timed[0].t),
    )


def _after_stop(beside: Iterable[Moment], begin: float) -> int:
    """How many commands came between the bring-up's AT+LWSTOP and the scenario."""
    count = 0
    for moment in beside:
        if moment.is_command and moment.event.t < begin:
            count = 0 if moment.event.text == STOP else count + 1
    return count


def _uart_steps(moments: Iterable[Moment]) -> Iterator[Timed]:
    for moment in moments:
        event = moment.event
        if moment.is_command:
            yield Timed(event.t, Heard(moment.line, event.text))
        elif event.source in (Source.AT, Source.URC) and event.direction is Direction.RECEIVED:
            is_ended = event.data.get("ending") != _OPEN_ENDING
            is_final = event.data.get("final") is True
            yield Timed(event.t, Said(moment.line, moment.read(_raw), is_ended, is_final))


def _raw(event: Event) -> bytes:
    digits = event.data.get("hex")
    return bytes.fromhex(digits) if isinstance(digits, str) else event.text.encode()


def _delays(timed: Iterable[Timed]) -> Iterator[float]:
    before: Timed | None = None
    for each in timed:
        gap = each.t - before.t if before is not None else 0.0
        delay = min(gap, _LONGEST_DELAY) if gap >= _SHORTEST_DELAY else 0.0
        if before is not None and isinstance(before.step, Said) and not before.step.is_ended:
            delay = max(delay, _AFTER_OPEN_LINE)
        yield delay
        before = each


def _answers(moments: Iterable[Moment]) -> dict[str, tuple[bytes, ...]]:
    """The last whole answer to each command: lines of reply, then the final result code."""
    answers: dict[str, tuple[bytes, ...]] = {}
    lines: list[bytes] = []
    for moment in moments:
        event = moment.event
        if moment.is_command:
            lines = []
        elif event.source is Source.AT and event.direction is Direction.RECEIVED:
            if event.data.get("reply") or event.data.get("final"):
                lines.append(moment.read(_raw))
            if event.data.get("final"):
                answers[str(event.data.get("command"))] = tuple(lines)
    return answers
