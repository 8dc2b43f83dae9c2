"""How often a module had to be brought back to life, by what, and whether that helped."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from lab_evidence import Event, Source
from sim7028_lab.report.run import Run, ScenarioResult
from sim7028_lab.report.verdicts import rungs

_HELPED = "helped"


@dataclass(frozen=True, slots=True)
class Recovery:
    """One rung of the ladder that was tried.

    Attributes:
        rung: what was done, such as `power`.
        outcome: what it came to, in words: `helped`, `did not help`.
        seconds: how long it took; None when nobody said.
        at: when, in s after the start of the run; None when nothing tells.
        scenario: in whose time; None between scenarios.
    """

    rung: str
    outcome: str
    seconds: float | None
    at: float | None
    scenario: ScenarioResult | None

    @property
    def helped(self) -> bool:
        """Whether the module was well afterwards."""
        return self.outcome == _HELPED


def recoveries(run: Run) -> tuple[Recovery, ...]:
    """All that was done in a run to bring the module back, in order.

    What only a tag of a scenario tells, its evidence being lost, comes last and has no time.
    """
    told = [
        *_of_events(run, run.events, None),
        *(
            each
            for scenario in run.scenarios
            for each in _of_events(run, scenario.events, scenario)
        ),
    ]
    known = {(each.rung, each.scenario.id if each.scenario else "") for each in told if each.helped}
    tagged = [
        Recovery(rung, _HELPED, None, None, scenario)
        for scenario in run.scenarios
        for rung in rungs(scenario)
        if not known & {(rung, scenario.id), (rung, "")}
    ]
    return (*sorted(told, key=lambda each: each.at or 0.0), *tagged)


def _of_events(
    run: Run, events: Iterable[Event], scenario: ScenarioResult | None
) -> Iterator[Recovery]:
    for event in events:
        rung = event.data.get("recovery")
        if event.source is Source.KEYWORD and isinstance(rung, str):
            after = event.data.get("after")
            yield Recovery(
                rung,
                str(event.data.get("outcome", "")),
                float(after) if isinstance(after, int | float) else None,
                None if run.began is None else event.t - run.began,
                scenario,
            )
