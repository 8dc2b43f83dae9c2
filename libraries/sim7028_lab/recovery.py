"""The ladder that brings a module back: rungs that each cost more, climbed until one helps."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from enum import Enum

from lab_evidence import Direction, Event, Source
from sim7028 import (
    AtError,
    AtRefused,
    AtTimeout,
    NotAttached,
    PortError,
    PortLost,
    Ready,
    UrcMissing,
)
from sim7028_lab.bench import Bench
from sim7028_lab.failure import BenchBroken
from sim7028_lab.place import PlaceError
from sim7028_lab.power import PowerError
from sim7028_lab.rung import Rung

_HEARD = 1.0
"""How long AT is tried before a rung that is a command, in s: above the lowest rung the module has
been called for long already."""


class Outcome(Enum):
    """What a rung came to."""

    HELPED = "helped"
    DID_NOT_HELP = "did not help"
    NOT_THERE = "not there"
    """The bench has no such thing."""


@dataclass(frozen=True, slots=True)
class Step:
    """One rung that was tried.

    Attributes:
        rung: which.
        outcome: what it came to.
        after: how long it took, in s.
        came: why it did not help, or what was odd; empty when there is nothing to say.
    """

    rung: Rung
    outcome: Outcome
    after: float
    came: str = ""

    def __str__(self) -> str:
        return f"{self.rung.value} {self.outcome.value} ({self.after:.1f} s)"

    @property
    def account(self) -> str:
        """The same with the reason."""
        return f"{self}: {self.came}" if self.came else str(self)

    @property
    def event(self) -> Event:
        """The step for the timeline."""
        return Event(
            Source.KEYWORD,
            Direction.NOTED,
            f"recovery: {self.account}",
            {
                "recovery": self.rung.value,
                "outcome": self.outcome.value,
                "after": round(self.after, 3),
            },
        )


class _NotThere(Exception):
    """The bench has nothing to do this with."""


class Ladder:
    """Brings a bench's module back, a limited number of times in a run.

    Args:
        bench: an open one; its bench file says which rungs there are.
    """

    def __init__(self, bench: Bench) -> None:
        self._bench = bench
        self._section = bench.file.recovery
        self._climbs = 0
        self._actions: Mapping[Rung, Callable[[], None]] = {
            Rung.RESYNCHRONISE: self._resynchronise,
            Rung.ATZ: self._restore,
            Rung.CFUN: self._cycle_radio,
            Rung.QCRST: self._restart,
            Rung.POWER: self._cycle_power,
        }

    def climb(self, why: str, lowest: Rung = Rung.RESYNCHRONISE) -> Rung:
        """Try rung after rung until the module is brought up again.

        A port that is gone is opened again as soon as it is there. Each rung goes onto the
        timeline, and the whole climb to the person who watches.

        Args:
            why: what is wrong with the module, for messages.
            lowest: the rung to begin with; those below it could not help.

        Returns:
            The rung that helped.

        Raises:
            BenchBroken: none did, or the module was brought back too often already.
        """
        if self._climbs >= self._section.climbs:
            tried = f"It was brought back {self._climbs} times already, and [recovery] climbs is"
            raise self._broken(why, f"{tried} {self._section.climbs}")
        self._climbs += 1
        steps: list[Step] = []
        try:
            for step in self._steps(lowest):
                self._bench.timeline.record(step.event)
                steps.append(step)
                if step.outcome is Outcome.HELPED:
                    return step.rung
        finally:
            self._bench.say(f"Recovery: {why}; {', '.join(map(str, steps)) or 'nothing was tried'}")
        accounts = "; ".join(step.account for step in steps)
        raise self._broken(why, f"Tried: {accounts or 'nothing, for no rung of it could help'}")

    def _broken(self, why: str, tried: str) -> BenchBroken:
        remedy = (
            "Look at supply, cable, antenna and SIM, then see what sim7028-lab doctor --bench"
            f" {self._bench.file.path} says"
        )
        return BenchBroken(why, tried, remedy)

    def _steps(self, lowest: Rung) -> Iterator[Step]:
        rungs = list(Rung)
        for rung in self._section.ladder:
            if rungs.index(rung) >= rungs.index(lowest):
                yield self._try(rung)

    def _try(self, rung: Rung) -> Step:
        begun = time.monotonic()
        outcome, came = Outcome.HELPED, ""
        try:
            self._actions[rung]()
            self._bench.come_back()
        except _NotThere as error:
            outcome, came = Outcome.NOT_THERE, str(error)
        except (AtError, PortError, PlaceError, PowerError) as error:
            outcome, came = Outcome.DID_NOT_HELP, _briefly(error)
        return Step(rung, outcome, time.monotonic() - begun, came)

    # The rungs, up to where the module is called again

    def _resynchronise(self) -> None:
        """Nothing but the call."""

    def _restore(self) -> None:
        self._call()
        self._bench.module.restore()

    def _cycle_radio(self) -> None:
        self._call()
        self._bench.module.radio_off()
        self._bench.module.radio_on()

    def _restart(self) -> None:
        self._call()
        # One that boots without a word is called all the same; a port of its own goes with it.
        with contextlib.suppress(UrcMissing, PortLost):
            self._bench.module.reset(within=self._section.limit)

    def _cycle_power(self) -> None:
        supply = self._bench.supply
        if supply is None:
            raise _NotThere("[power] of the bench file names no switch")
        mark = self._bench.channel.mark(f"power by {supply.switch.description}")
        supply.cycle()
        with contextlib.suppress(UrcMissing, PortLost):
            mark.next(Ready, within=self._section.limit)

    def _call(self) -> None:
        self._bench.channel.resynchronise(within=min(_HEARD, self._section.limit))


def _briefly(error: AtError | PortError | PlaceError | PowerError) -> str:
    """The error without its advice, which would be given once for each rung."""
    match error:
        case AtRefused():
            return f"{error.asked} was refused{f': {error.reason}' if error.reason else ''}"
        case AtTimeout():
            return f"{error.asked} was not answered"
        case NotAttached():
            return f"not attached after {error.after:.0f} s, {error.state}"
        case PortLost():
            return f"the port {error.port} is gone: {error.reason}"
        case PortError():
            return f"the port {error.url} cannot be opened: {error.reason}"
        case _:
            return str(error)
