"""Keywords about what was seen on the way between module and server."""

from __future__ import annotations

from robot.api.deco import keyword

from lab_evidence import Direction, Event, Source
from sim7028_lab.failure import ScenarioFailed
from Sim7028Lab.stage import Stage


class EvidenceKeywords:
    """The running scenario's own timeline."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage

    @keyword
    def evidence_should_show_on_air(self, text: str) -> None:
        """A CoAP message with `text` in it, such as `2.05`, went between module and server."""
        self._stage.scenario.account.expect_message(text)

    @keyword
    def evidence_should_show_datagram_from(self, address: str) -> None:
        """The relay carried a datagram from an address with `address` in it, such as `[::1]`."""
        notes = [e.text for e in self._stage.since(0) if _is_noted(e)]
        if not any(f"from {address}" in note for note in notes):
            seen = "\n".join(notes) or "none"
            asked, expected = "the relay", f"a datagram from {address}"
            raise ScenarioFailed(asked, expected, f"it carried:\n{seen}")

    @keyword
    def evidence_should_show_in_order(self, *texts: str) -> None:
        """Lines with these texts went over the serial port, in this order."""
        lines = [e.text for e in self._stage.since(0) if e.source in (Source.AT, Source.URC)]
        left = iter(lines)
        for text in texts:
            if not any(text in line for line in left):
                seen = "\n".join(lines) or "none"
                expected = f"{text!r} behind those before it"
                raise ScenarioFailed("the serial port's lines", expected, f"there were:\n{seen}")


def _is_noted(event: Event) -> bool:
    return event.source is Source.COAP and event.direction is Direction.NOTED
