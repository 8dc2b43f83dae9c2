"""Watches the live AT channel for differences from the application note."""

from __future__ import annotations

import threading

from lab_evidence import Direction, Event, Recorder, Source
from sim7028 import Urc
from sim7028.conformance import Conformance, Finding, Side
from sim7028.conformance.urc_rules import is_of_network, urc_name
from sim7028.transcript import entry_of
from sim7028_lab.baseline import Baseline

_UNASKED = ("urc-unknown", "open-unasked")
"""Rules that are broken by a URC's coming at all."""


class Watch:
    """A recorder that passes everything on and adds the module's findings behind their causes.

    What the application does against the note is what many scenarios are about, so only the
    module's findings count. A kind of finding is told once a scenario.

    Args:
        recorder: where everything goes.
        baseline: what is accepted of the module's firmware.
    """

    def __init__(self, recorder: Recorder, baseline: Baseline) -> None:
        self._recorder = recorder
        self._baseline = baseline
        self._conformance = Conformance()
        self._lock = threading.Lock()
        self._told: dict[tuple[str, str], Finding] = {}
        self._new: list[Finding] = []

    def record(self, event: Event, /) -> None:
        """Pass the event on; if it is a line of the AT channel, judge it."""
        self._recorder.record(event)
        entry = entry_of(event)
        if entry is None:
            return
        with self._lock:
            findings = [
                finding
                for finding in self._conformance.feed(entry)
                if finding.side is Side.MODULE and finding.kind not in self._told
            ]
            for finding in findings:
                self._told[finding.kind] = finding
                if not self._baseline.accepts(finding):
                    self._new.append(finding)
        for finding in findings:
            self._recorder.record(self._event(finding, event.t))

    def _event(self, finding: Finding, t: float) -> Event:
        rule = finding.rule
        data = {
            "rule": rule.id,
            "section": rule.section,
            "severity": rule.severity.value,
            "says": rule.says,
            "fix": rule.fix,
            "on": finding.on,
            "seen": finding.seen,
            "line": finding.entry.text,
            "accepted": self._baseline.accepts(finding),
        }
        return Event(Source.FINDING, Direction.NOTED, str(finding), data, t)

    def listen_anew(self) -> None:
        """Another conversation begins, over a port that was opened anew.

        The module may have restarted meanwhile, so what was said before tells nothing of it.
        """
        with self._lock:
            self._conformance = Conformance()

    def begin(self) -> None:
        """A scenario begins: every kind of finding is told anew.

        New ones that nobody has taken yet, such as those of the bring-up, are kept for it.
        """
        with self._lock:
            self._told = {finding.kind: finding for finding in self._new}

    def passes_over(self, urc: Urc) -> bool:
        """Whether a URC that no scenario waits for may come all the same.

        The network's own may, such as +CSCON, and what the baseline accepts as unknown or unasked.
        """
        if is_of_network(urc):
            return True
        kinds = {(rule, urc_name(urc)) for rule in _UNASKED}
        with self._lock:
            found = [finding for kind, finding in self._told.items() if kind in kinds]
        return any(map(self._baseline.accepts, found))

    @property
    def findings(self) -> tuple[Finding, ...]:
        """What was found since the scenario began, the first of each kind."""
        with self._lock:
            return tuple(self._told.values())

    def take_new(self) -> tuple[Finding, ...]:
        """What was found that the baseline does not accept; each is given once."""
        with self._lock:
            new, self._new = tuple(self._new), []
            return new
