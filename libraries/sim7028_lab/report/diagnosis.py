"""Why a scenario failed: what was expected, what came, and on which side to look."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import Enum

from lab_evidence import Event, shortened
from sim7028_lab.failure import Failure, Side
from sim7028_lab.probe import Probe
from sim7028_lab.report.rows import Way, steps
from sim7028_lab.report.trace import Hop, Trace, follow

_LAST = 2
"""How many lines of each lane are shown."""
_LONGEST = 200
"""How much of such a line is shown, in characters."""


class Certainty(Enum):
    """How much the likely side can be relied on."""

    CLEAR = "clear"
    UNCERTAIN = "not certain"


@dataclass(frozen=True, slots=True)
class LastLine:
    """One of the last lines before the failure.

    Attributes:
        lane: where it was seen.
        at: when, in s since the scenario began.
        text: the line, with an arrow that tells its direction from the harness.
    """

    lane: str
    at: str
    text: str


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """A failure in plain words.

    Attributes:
        keyword: the step that failed.
        message: the error's own words.
        expected: what should have come; empty where the message alone says it.
        came: what came instead.
        side: where to look first.
        certainty: whether that is clear.
        why: a sentence or two for it.
        trace: what was seen on the way of the failed exchange, in causal order.
        last_lines: the last lines of each lane before the failure.
        probe: what the bench said of itself then; None when it was not asked.
    """

    keyword: str
    message: str
    expected: str
    came: str
    side: Side
    certainty: Certainty
    why: str
    trace: tuple[Hop, ...]
    last_lines: tuple[LastLine, ...]
    probe: Probe | None = None

    @property
    def text(self) -> str:
        """The likely side, the way and the last lines, below a message that has said the rest."""
        lines = [f"Likely side: {self.side.value}, {self.certainty.value}. {self.why}"]
        if self.trace:
            way = " → ".join(
                f"{hop.place}: {hop.shows}{' (here)' if hop.is_broken else ''}"
                for hop in self.trace
            )
            lines.append(f"Its way: {way}")
        if self.last_lines:
            lines.append("Last lines:")
            lines += [f"    {line.lane} {line.at} s {line.text}" for line in self.last_lines]
        return "\n".join(lines)


def diagnose(events: Iterable[Event]) -> Diagnosis | None:
    """What the evidence of a scenario tells of its first failure; None when nothing failed.

    Args:
        events: of one scenario, in any order.
    """
    ordered = sorted(events, key=lambda event: event.t)
    found = first_failure(ordered)
    if found is None:
        return None
    at, failure = found
    before = [event for event in ordered if event.t <= at]
    probe = next((read for event in ordered if (read := Probe.from_event(event))), None)
    trace = None
    if not failure.certain:
        trace = follow(before, f"{failure.expected} {failure.came} {failure.message}")
    side, certainty, why = _judge(failure, trace, probe)
    return Diagnosis(
        keyword=failure.keyword,
        message=failure.message,
        expected=failure.expected,
        came=failure.came,
        side=side,
        certainty=certainty,
        why=why,
        trace=trace.hops if trace else (),
        last_lines=tuple(_last_lines(before)),
        probe=probe,
    )


def first_failure(events: Iterable[Event]) -> tuple[float, Failure] | None:
    """The first failed step, and when it failed."""
    for event in events:
        if failure := Failure.from_event(event):
            return event.t, failure
    return None


_BY_KIND = {
    Side.MODULE: "Nothing but the module and its serial line were involved.",
    Side.SERVER: "The server itself did not do what it was asked.",
    Side.HARNESS: "The scenario asks for what cannot be, or its steps do not fit together.",
    Side.BENCH: "Without port, SIM and network nothing can be said of the module.",
}
_PERHAPS = {
    Side.MODULE: "The module said no, or nothing; whether it may do so here, its manual tells.",
    Side.SERVER: "The server did not take the request as it stands.",
    Side.HARNESS: "The error is of a kind that neither end raises.",
    Side.BENCH: "The bench may have been gone.",
}


def _judge(
    failure: Failure, trace: Trace | None, probe: Probe | None
) -> tuple[Side, Certainty, str]:
    if probe is not None and probe.complaints:
        return Side.BENCH, Certainty.CLEAR, probe.sentence
    if failure.side is not None and failure.certain:
        return failure.side, Certainty.CLEAR, _BY_KIND[failure.side]
    if trace is not None:
        certainty = Certainty.CLEAR if trace.certain else Certainty.UNCERTAIN
        return trace.side, certainty, trace.why
    if failure.side is not None:
        return failure.side, Certainty.UNCERTAIN, _PERHAPS[failure.side]
    return (
        Side.MODULE,
        Certainty.UNCERTAIN,
        "What went between the two ends does not tell where it went wrong.",
    )


_LANES = {
    "UART": (Way.TO_MODULE, Way.FROM_MODULE, Way.UNASKED, Way.COMMAND),
    "air": (Way.TO_SERVER, Way.FROM_SERVER, Way.ON_AIR),
    "server": (Way.AT_SERVER,),
    "REST": (Way.TO_REST, Way.FROM_REST, Way.REQUEST),
}
_ARROWS = {
    Way.TO_MODULE: "→",
    Way.FROM_MODULE: "←",
    Way.UNASKED: "←",
    Way.COMMAND: "↔",
    Way.TO_SERVER: "module → server:",
    Way.FROM_SERVER: "server → module:",
    Way.TO_REST: "→",
    Way.FROM_REST: "←",
    Way.REQUEST: "↔",
}
_LOOKING_UP = ("/api/objectspecs", "/event?")
"""What the harness asks for its own sake."""


def _last_lines(events: Sequence[Event]) -> Iterator[LastLine]:
    began = events[0].t
    telling = [
        event for event in events if not str(event.data.get("path", "")).startswith(_LOOKING_UP)
    ]
    rows = [row for step in steps(telling) for row in step.rows]
    for lane, ways in _LANES.items():
        for row in [row for row in rows if row.way in ways][-_LAST:]:
            said = (_ARROWS.get(row.way, ""), row.text, f"({row.note})" if row.note else "")
            yield LastLine(
                lane, f"{row.t - began:.3f}", shortened(" ".join(filter(None, said)), _LONGEST)
            )
