"""Keywords about what was seen on the way between module and server."""

from __future__ import annotations

from robot.api.deco import keyword

from lab_evidence import Source
from sim7028_lab.scenario import ScenarioFailed
from Sim7028Lab.stage import Stage


class EvidenceKeywords:
    """The running scenario's own timeline."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage

    @keyword
    def evidence_should_show_on_air(self, text: str) -> None:
        """A CoAP message with `text` in it went between module and server."""
        messages = [e.text for e in self._stage.since(0) if e.source is Source.COAP]
        if not any(text in message for message in messages):
            seen = "\n".join(messages) or "none"
            raise ScenarioFailed(f"no CoAP message holds {text!r}; there were:\n{seen}")
