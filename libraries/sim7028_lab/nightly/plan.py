"""What a night means to run, by a dry run: what cannot be done is found before it begins."""

from __future__ import annotations

import os
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from robot.api import ExecutionResult
from robot.errors import DataError  # type: ignore[import-untyped]  # it carries no types

from sim7028_lab.benchfile import BenchFile
from sim7028_lab.nightly.interruption import Interruption
from sim7028_lab.nightly.order import NightlyError, Order
from sim7028_lab.nightly.process import Child, end, python
from sim7028_lab.report.journal import OUTPUT, scenario_id

_LIMIT = 300.0
_TICK = 0.1


@dataclass(frozen=True, slots=True)
class Meant:
    """A scenario that the order is about.

    Attributes:
        id: as `scenario_id` gives it.
        tags: its tags.
    """

    id: str
    tags: frozenset[str]


def robot_words(order: Order) -> list[str]:
    """What robot is told on every bench: campaign and further options, without the suites."""
    campaign = ["--argumentfile", str(order.campaign)] if order.campaign else []
    leshan = ["--variable", f"LESHAN:{order.leshan}"] if order.leshan else []
    return [*campaign, *order.options, *leshan]


def words_for(bench: BenchFile) -> list[str]:
    """What robot is told on this bench besides: to leave out what it cannot carry out."""
    return [word for tag in bench.unfit_tags for word in ("--exclude", tag)]


def meant_for(bench: BenchFile, planned: Sequence[Meant]) -> tuple[str, ...]:
    """The ids of the scenarios that this bench can carry out."""
    unfit = set(bench.unfit_tags)
    return tuple(meant.id for meant in planned if not meant.tags & unfit)


def plan(order: Order, night: Path, stop: Interruption) -> tuple[Meant, ...]:
    """The scenarios that the order is about, in order; none when asked to stop.

    Raises:
        NightlyError: robot cannot do what it asks for; with robot's own words.
    """
    folder, said = night / "plan", night / "plan.txt"
    output = folder / OUTPUT
    words = ["--dryrun", "--console", "quiet", "--outputdir", str(folder), "--output", OUTPUT]
    words += ["--log", "NONE", "--report", "NONE", "--xunit", "NONE", "--debugfile", "NONE"]
    robot = Child(
        python("robot", *robot_words(order), *words, *map(str, order.suites)), night, said
    )
    waited = 0.0
    while robot.status is None:
        waited += _TICK
        if stop.wait(_TICK) or waited > _LIMIT:
            end(lambda: [robot.pid] if robot.status is None else [])
    if stop.by:
        return ()
    try:
        result = ExecutionResult(os.fspath(output))
    except DataError as error:
        words_of_robot = said.read_text("utf-8", errors="replace").strip()
        raise NightlyError(
            f"robot cannot do what it is asked for, as a dry run shows: {words_of_robot or error}"
        ) from None
    shutil.rmtree(folder)
    said.unlink()
    return tuple(
        Meant(scenario_id(test.source, test.name), frozenset(test.tags))
        for test in result.suite.all_tests
    )
