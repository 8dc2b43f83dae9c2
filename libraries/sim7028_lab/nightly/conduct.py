"""A night from its beginning to its end, phase by phase."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from sim7028_lab.lock import BenchLock, BenchLocked
from sim7028_lab.nightly.campaign import Patience, carry_out
from sim7028_lab.nightly.checks import check
from sim7028_lab.nightly.console import Console
from sim7028_lab.nightly.doctors import examine
from sim7028_lab.nightly.exitcode import ExitCode, exit_code
from sim7028_lab.nightly.guard import guarded
from sim7028_lab.nightly.hook import run_hook
from sim7028_lab.nightly.interruption import Interruption
from sim7028_lab.nightly.merge import merge
from sim7028_lab.nightly.night import BenchRun, Night, Phase
from sim7028_lab.nightly.order import NightBroken, NightlyError, Order
from sim7028_lab.nightly.plan import meant_for, plan, robot_words, words_for
from sim7028_lab.nightly.process import end, of_night
from sim7028_lab.nightly.publishing import mean_times, publish_night
from sim7028_lab.nightly.rerun import rerun_options, wants_rerun
from sim7028_lab.nightly.robots import write_arguments
from sim7028_lab.nightly.shelf import Shelf
from sim7028_lab.report.publish import Published

_WAIT = 1.0
_SETTLES = 10.0
"""Seconds in which a robot's module and server have ended by themselves, when it was killed."""


@dataclass(frozen=True)
class Concluded:
    """A night that is over.

    Attributes:
        folder: what it left.
        report: of it.
        code: what it comes to.
    """

    folder: Path
    report: Published
    code: ExitCode


def conduct(order: Order, stop: Interruption) -> Concluded:
    """Go through a night.

    Args:
        order: what it is asked to do.
        stop: ends it early, with everything that it started.

    Raises:
        NightlyError: the order cannot be carried out; nothing is left of it.
        NightBroken: it could not be carried out to its end.
        BenchLocked: another run has a bench, and the order does not wait.
    """
    order.check()
    console = Console(tuple(bench.name for bench in order.benches))
    with _locked(order, console, stop) as held:
        shelf = Shelf(order.results)
        folder = shelf.new_folder()
        night = Night.begin(folder, {bench.name: bench.path for bench in order.benches})
        with guarded(folder, held):
            try:
                report = _Conductor(order, night, console, stop).go_through()
            except NightlyError:
                shelf.remove(folder)
                raise
            except OSError as error:
                raise NightBroken(f"{folder}: the night could not go on: {error}") from error
            try:
                for removed in shelf.prune(order.keep, order.keep_megabytes, but=folder):
                    console.say("", f"removed {removed.name}, to keep no more than was asked for")
            except OSError as error:
                console.say("", f"not all old nights could be removed: {error}")
            if order.hook and (wrong := run_hook(order.hook, report.data, stop)):
                console.say("", wrong)
    code = exit_code(report.summary, flaky_is_good=order.flaky_is_good)
    return Concluded(folder, report, code)


@contextlib.contextmanager
def _locked(order: Order, console: Console, stop: Interruption) -> Iterator[Sequence[int]]:
    """The locks of all benches, always in the same order, so that no two nights wait in a ring."""
    locks = sorted(map(BenchLock, order.benches), key=lambda lock: lock.what)
    for one, other in pairwise(locks):
        if one.what == other.what:
            raise NightlyError(
                f"benches {one.bench} and {other.bench} have the same {one.what}, which only one"
                " of them can use: name one of the two"
            )
    with contextlib.ExitStack() as stack:
        for lock in locks:
            _acquire(lock, order, console, stop)
            stack.callback(lock.release)
        yield [lock.descriptor for lock in locks]


def _acquire(lock: BenchLock, order: Order, console: Console, stop: Interruption) -> None:
    said = False
    while True:
        try:
            lock.acquire()
        except BenchLocked as locked:
            if not order.waits:
                raise
            if not said:
                console.say(lock.bench, f"waiting: {lock.what} is in use by {locked.holder}")
                said = True
            if stop.wait(_WAIT):
                raise NightlyError(f"stopped ({stop.by}) while it waited: {locked}") from None
        else:
            return


class _Conductor:
    """Goes through the phases of one night."""

    def __init__(self, order: Order, night: Night, console: Console, stop: Interruption) -> None:
        self._order = order
        self._night = night
        self._console = console
        self._stop = stop
        self._files = {file.name: file for file in order.benches}

    def go_through(self) -> Published:
        self._reach(Phase.PLAN)
        planned = plan(self._order, self._night.folder, self._stop)
        if self._order.examines:
            self._reach(Phase.DOCTOR)
            examine(self._night, self._order.leshan, self._stop, self._console.say)
        self._reach(Phase.CAMPAIGN)
        began = time.monotonic()
        patience = Patience(began + self._order.limit, self._order.limit, self._order.stall)
        self._run(self._able(), patience)
        self._reach(Phase.RERUN)
        self._run_again(patience)
        self._night.reach(Phase.MERGE)
        for bench in self._night.benches:
            if wrong := merge(bench):
                bench.miss(wrong)
        for bench in self._night.benches:
            file = self._files[bench.name]
            check(bench, file, meant_for(file, planned))
        self._night.reach(Phase.REPORT)
        self._note_stop()
        self._night.reach(Phase.OVER)
        return publish_night(self._night)

    def _reach(self, phase: Phase) -> None:
        """Begin a phase, with a report that is right if it is the last one."""
        self._note_stop()
        self._night.reach(phase)
        publish_night(self._night)

    def _note_stop(self) -> None:
        if self._stop.by:
            for bench in self._night.benches:
                bench.miss(f"the night was stopped ({self._stop.by})")

    def _able(self) -> list[BenchRun]:
        """The benches that can be used, while nobody asks to stop."""
        return [] if self._stop.by else [b for b in self._night.benches if not b.broken]

    def _run(self, benches: Sequence[BenchRun], patience: Patience) -> None:
        runs = [(bench, bench.first) for bench in benches]
        for bench, folder in runs:
            words = [*robot_words(self._order), *words_for(self._files[bench.name])]
            write_arguments(folder, words, bench.file, self._order.suites)
        if runs:
            self._carry_out(runs, patience)

    def _run_again(self, patience: Patience) -> None:
        runs = [(bench, bench.second) for bench in self._able() if wants_rerun(bench)]
        for bench in self._night.benches:
            if bench.not_rerun:
                self._console.say(bench.name, f"not run again: {bench.not_rerun}")
        for bench, folder in runs:
            words = [*robot_words(self._order), *words_for(self._files[bench.name])]
            words += rerun_options(bench.first)
            write_arguments(folder, words, bench.file, self._order.suites)
            self._console.say(bench.name, "running again what failed")
        if runs:
            self._carry_out(runs, patience)
            publish_night(self._night)

    def _carry_out(self, runs: Sequence[tuple[BenchRun, Path]], patience: Patience) -> None:
        folder = self._night.folder
        means = mean_times(folder.parent)
        carry_out(folder, runs, patience, means, self._console, self._stop)
        deadline = time.monotonic() + _SETTLES
        while (left := of_night(folder)) and time.monotonic() < deadline:
            time.sleep(0.1)
        if left:
            end(lambda: [found.pid for found in of_night(folder)])
            names = ", ".join(f"pid {found.pid} ({' '.join(found.command)})" for found in left)
            self._console.say("", f"ended what was left running: {names}")
