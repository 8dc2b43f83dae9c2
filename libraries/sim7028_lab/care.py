"""Looks after a bench between the steps of a run, so that one failure does not end them all."""

from __future__ import annotations

import contextlib
from collections.abc import Collection

from sim7028 import AtError, PortError
from sim7028_lab.bench import Bench
from sim7028_lab.failure import BenchBroken
from sim7028_lab.probe import Asked, Probe, probe
from sim7028_lab.recovery import Ladder
from sim7028_lab.rung import Rung


class Care:
    """Finds out what is wrong with a bench's module, and brings it back.

    Nothing here raises what the module or its port do: that they cannot be brought back is told by
    `broken`.

    Attributes:
        bench: an open one.
        broken: why no test that follows could be believed; None while the bench can be used.
        recovered: the rungs that brought the module back in the running test's time.
        is_lost: whether what the running scenario had in the module is gone, since it was brought
            back.
    """

    def __init__(self, bench: Bench) -> None:
        self.bench = bench
        self.broken: BenchBroken | None = None
        self.recovered: list[Rung] = []
        self.is_lost = False
        self._ladder = Ladder(bench)

    def begin(self) -> None:
        """A scenario is about to begin: see to it that it finds a module that works.

        Raises:
            BenchBroken: there is none.
        """
        self.check()
        if self.broken is not None:
            raise self.broken
        if self.is_lost:
            # What it said while it was ill is on the timeline, and not held against this one.
            self.bench.watch.take_new()
            self.is_lost = False

    def end_test(self) -> None:
        """A test has ended, and all that it did was told."""
        self.recovered.clear()

    def look(self, given_up: Collection[Asked], closed_way: str) -> Probe:
        """Probe the bench, and keep what it said of itself as evidence.

        Args:
            given_up: what the scenario took away itself, and so is not asked for.
            closed_way: why the server's requests may not have reached the module; or empty.
        """
        found = probe(self.bench, given_up, closed_way)
        self.bench.timeline.record(found.event)
        return found

    def mend(self, found: Probe) -> None:
        """Bring the module back from what a probe found."""
        if found.rung is not None:
            self._recover("; ".join(found.troubles), found.rung)
        elif self.bench.has_restarted:
            self._bring_up()
        elif any(r.asked is Asked.ADDRESS and r.complaint for r in found.readings):
            with contextlib.suppress(AtError, PortError):
                self.bench.note_address()  # one that changed is the right one from here on

    def check(self) -> None:
        """Bring a module back that does not answer, or that restarted by itself."""
        if self.broken is not None:
            return
        if not self.bench.answers:
            self._recover("the module does not answer")
        elif self.bench.has_restarted:
            self._bring_up()

    def _bring_up(self) -> None:
        """After a restart: sleep is on again, and sessions are gone."""
        self.is_lost = True
        self.bench.say("Recovery: the module restarted by itself; it is brought up again")
        try:
            self.bench.bring_up()
        except (AtError, PortError):
            self._recover("the module restarted by itself and did not come up")

    def _recover(self, why: str, lowest: Rung = Rung.RESYNCHRONISE) -> None:
        self.is_lost = True
        try:
            self.recovered.append(self._ladder.climb(why, lowest))
        except BenchBroken as error:
            self.broken = error
            self.bench.give_up()
