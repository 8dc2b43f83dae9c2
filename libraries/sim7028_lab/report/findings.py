"""Where the module differed from what is documented, put together from the evidence."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from lab_evidence import Event, Source
from sim7028_lab.report.weighed import Weighed


@dataclass(frozen=True)
class FindingSeen:
    """One rule that was broken, however often.

    Attributes:
        rule: its id.
        on: the URC or the command that broke it; empty when nobody said.
        seen: what was seen the first time.
        says: what is documented instead.
        fix: what to do about it.
        section: where it stands what would be right; empty when nobody said.
        severity: how much it weighs, in the rule's word; empty when nobody said.
        accepted: whether the bench's baseline lists it.
        count: how often it was seen.
        scenarios: where, each once.
    """

    rule: str
    on: str
    seen: str
    says: str
    fix: str
    section: str
    severity: str
    accepted: bool
    count: int
    scenarios: tuple[Weighed, ...]

    @property
    def key(self) -> str:
        """What it is called in the history of a bench."""
        return f"{self.rule} {self.on}".strip()


def collect_findings(scenarios: Iterable[Weighed]) -> tuple[FindingSeen, ...]:
    """The findings in these scenarios' timelines, those no baseline accepts first."""
    seen: dict[tuple[str, str], list[tuple[Event, Weighed]]] = {}
    for weighed in scenarios:
        for event in weighed.scenario.events:
            if event.source is Source.FINDING:
                kind = _text(event, "rule") or event.text, _text(event, "on")
                seen.setdefault(kind, []).append((event, weighed))
    findings = [_finding(rule, on, places) for (rule, on), places in seen.items()]
    return tuple(sorted(findings, key=lambda f: (f.accepted, -f.count, f.key)))


def _finding(rule: str, on: str, places: list[tuple[Event, Weighed]]) -> FindingSeen:
    first = places[0][0]
    return FindingSeen(
        rule=rule,
        on=on,
        seen=_text(first, "seen") or first.text,
        says=_text(first, "says"),
        fix=_text(first, "fix"),
        section=_text(first, "section"),
        severity=_text(first, "severity"),
        accepted=all(event.data.get("accepted") is True for event, _ in places),
        count=len(places),
        scenarios=tuple({w.scenario.id: w for _, w in places}.values()),
    )


def _text(event: Event, key: str) -> str:
    value = event.data.get(key)
    return value if isinstance(value, str) else ""
