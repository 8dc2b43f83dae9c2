"""What both ends said during one keyword, as one log message.

The diagram of a scenario has it all, so a step says it again only to those who log at level DEBUG;
outside of scenarios there is no diagram, and it is said in any case.
"""

from __future__ import annotations

from collections.abc import Iterable
from html import escape

from lab_evidence import Direction, Event, Redacted, Source, shortened

_ARROWS = {Direction.SENT: "→", Direction.RECEIVED: "←", Direction.NOTED: "·"}
_LONGEST = 200
_LANES = {
    Source.AT: "UART",
    Source.URC: "UART",
    Source.COAP: "air",
    Source.REST: "REST",
    Source.SERVER: "server",
    Source.FAULT: "fault",
    Source.FINDING: "finding",
}


def exchange(events: Iterable[Event], step: Event) -> Redacted:
    """The events of a step as preformatted HTML, a line each; empty when there are none.

    What the server says in JSON is cut: all of it is in the evidence.

    Args:
        events: as the timeline has them, without secrets.
        step: what they are behind.
    """
    lines = [
        f"{event.t - step.t:+9.3f} s  {lane:7} {_ARROWS[event.direction]} {_shortened(event)}"
        for event in events
        if (lane := _LANES.get(event.source))
    ]
    return Redacted(f"<pre>{escape(chr(10).join(lines))}</pre>" if lines else "")


def _shortened(event: Event) -> str:
    return shortened(event.text, _LONGEST) if event.source is Source.REST else event.text
