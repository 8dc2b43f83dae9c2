"""Which requirements a run showed: computed from its traffic, not claimed by its tags."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from itertools import groupby, takewhile

from lab_evidence import Event, Source
from sim7028_lab.report.journal import ModuleKind
from sim7028_lab.report.requirements import Requirement
from sim7028_lab.report.verdicts import Look, Verdict
from sim7028_lab.report.weighed import Weighed

COLUMNS = (ModuleKind.VIRTUAL, ModuleKind.REAL)
"""What a requirement is shown on, apart from each other."""


class State(Enum):
    """What is known of a requirement on one kind of module, the most urgent first."""

    FAIL = "FAIL"
    FLAKY = "FLAKY"
    NO_TRAFFIC = "NOT SHOWN"
    """A scenario passed that claims it, but what must be on the wire for it was not."""
    BENCH = "BENCH"
    SERVER_LIMIT = "SERVER LIMIT"
    COVERED = "COVERED"
    NOT_RUN = "NOT RUN"
    UNTESTABLE = "UNTESTABLE"

    @property
    def look(self) -> Look:
        """How pages show it."""
        return _LOOKS[self]


_LOOKS = {
    State.FAIL: Verdict.FAIL.look,
    State.FLAKY: Verdict.FLAKY.look,
    State.NO_TRAFFIC: Look("flaky", "s-gap", "a scenario claims it, its traffic does not show it"),
    State.BENCH: Verdict.BENCH.look,
    State.SERVER_LIMIT: Verdict.SERVER_LIMIT.look,
    State.COVERED: Look("pass", "s-pass", "a scenario that passed claims it, its traffic shows it"),
    State.NOT_RUN: Look("none", "s-none", "no scenario that claims it ran on such a module"),
    State.UNTESTABLE: Look("none", "s-dash", "cannot be shown from outside"),
}

_OF_VERDICT = {
    Verdict.FAIL: State.FAIL,
    Verdict.FLAKY: State.FLAKY,
    Verdict.BENCH: State.BENCH,
    Verdict.SERVER_LIMIT: State.SERVER_LIMIT,
    Verdict.NOT_RUN: State.NOT_RUN,
}


@dataclass(frozen=True)
class Showing:
    """What is known of one requirement on one kind of module.

    Attributes:
        state: in a word.
        covered: whether a scenario passed that claims it and has all its traffic; it may fail in
            another scenario all the same.
        scenarios: those that claim it.
        unseen: the patterns that none of the passed scenarios' timelines held together.
    """

    state: State
    covered: bool
    scenarios: tuple[Weighed, ...]
    unseen: tuple[str, ...] = ()


@dataclass(frozen=True)
class Covered:
    """One requirement, on virtual and on real modules."""

    requirement: Requirement
    on: Mapping[ModuleKind, Showing]

    @property
    def mark(self) -> State:
        """The most urgent state on the modules where something is known, for one mark."""
        states = [showing.state for showing in self.on.values()]
        return min(states, key=list(State).index)

    @property
    def is_open(self) -> bool:
        """Whether it could be shown and was not, on any module."""
        return not self.requirement.untestable and not any(s.covered for s in self.on.values())

    @property
    def scenarios(self) -> tuple[Weighed, ...]:
        """Those that claim it, on whatever module."""
        return tuple(weighed for showing in self.on.values() for weighed in showing.scenarios)

    @property
    def unseen(self) -> tuple[str, ...]:
        """What scenarios that claim it did not have in their traffic."""
        return tuple(dict.fromkeys(p for showing in self.on.values() for p in showing.unseen))


@dataclass(frozen=True)
class Area:
    """The requirements of one area, in the order of the catalogue."""

    name: str
    requirements: tuple[Covered, ...]

    @property
    def testable(self) -> int:
        """How many can be shown at all."""
        return sum(not covered.requirement.untestable for covered in self.requirements)

    def covered(self, kind: ModuleKind) -> int:
        """How many were, on such a module."""
        return sum(covered.on[kind].covered for covered in self.requirements)


@dataclass(frozen=True)
class Coverage:
    """All areas, in the order of the catalogue."""

    areas: tuple[Area, ...]

    @property
    def testable(self) -> int:
        """How many requirements can be shown at all."""
        return sum(area.testable for area in self.areas)

    @property
    def untestable(self) -> int:
        """How many cannot."""
        return sum(len(area.requirements) - area.testable for area in self.areas)

    def covered(self, kind: ModuleKind) -> int:
        """How many were, on such a module."""
        return sum(area.covered(kind) for area in self.areas)


def cover(requirements: Iterable[Requirement], scenarios: Iterable[Weighed]) -> Coverage:
    """What these scenarios show of these requirements."""
    claiming: defaultdict[str, list[Weighed]] = defaultdict(list)
    for weighed in scenarios:
        for tag in weighed.scenario.tags:
            claiming[tag].append(weighed)
    covered = [
        Covered(
            requirement,
            {
                kind: _showing(
                    requirement, [s for s in claiming[requirement.id] if s.bench.kind is kind]
                )
                for kind in COLUMNS
            },
        )
        for requirement in requirements
    ]
    areas: dict[str, list[Covered]] = {}
    for area, group in groupby(covered, key=lambda each: each.requirement.area):
        areas.setdefault(area, []).extend(group)
    return Coverage(tuple(Area(name, tuple(group)) for name, group in areas.items()))


def _showing(requirement: Requirement, scenarios: Sequence[Weighed]) -> Showing:
    if requirement.untestable:
        return Showing(State.UNTESTABLE, covered=False, scenarios=tuple(scenarios))
    gaps = [
        unseen(requirement, scenario.scenario.events)
        for scenario in scenarios
        if scenario.verdict is Verdict.PASS
    ]
    states = [_OF_VERDICT[s.verdict] for s in scenarios if s.verdict in _OF_VERDICT]
    is_covered = () in gaps
    if is_covered:
        states.append(State.COVERED)
    elif gaps:
        states.append(State.NO_TRAFFIC)
    return Showing(
        min(states, key=list(State).index, default=State.NOT_RUN),
        is_covered,
        tuple(scenarios),
        () if is_covered else min(gaps, key=len, default=()),
    )


def unseen(requirement: Requirement, events: Iterable[Event]) -> tuple[str, ...]:
    """The patterns of its traffic that no event matches.

    What happens while the scenario is cleaned up shows nothing: that closes whatever may be open.
    """
    shown = takewhile(lambda event: not _is_clean_up(event), events)
    lines = [f"{event.source.value} {event.direction.value} {event.text}" for event in shown]
    return tuple(
        pattern.pattern
        for pattern in requirement.traffic
        if not any(pattern.search(line) for line in lines)
    )


def _is_clean_up(event: Event) -> bool:
    return event.source is Source.KEYWORD and event.text == "End Scenario"
