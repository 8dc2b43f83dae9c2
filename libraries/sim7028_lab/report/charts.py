"""Where things stand in the pictures of a page. Templates draw; here is the arithmetic."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from sim7028_lab.report.timing import CommandTimes
from sim7028_lab.report.trend import PastRun, Trend
from sim7028_lab.report.verdicts import Verdict

_Scale: TypeAlias = Callable[[float], float]

_BINS = 200
_SHORTEST = 1e-6
_HALF = 11.5
"""The tallest mark of a strip reaches so far up and down from its middle, at 15."""


@dataclass(frozen=True, slots=True)
class Tick:
    """A mark on an axis: where, in percent, and what it says."""

    at: float
    label: str


@dataclass(frozen=True, slots=True)
class Strip:
    """The times of one command: how often each occurred, on a logarithmic axis.

    Attributes:
        times: what is drawn.
        marks: for each occupied place its x, 0 to 1000, and how far it reaches up and down.
        median, worst, limit: where they stand, in percent; None where there is none.
    """

    times: CommandTimes
    marks: tuple[tuple[float, float], ...]
    median: float | None
    worst: float | None
    limit: float | None


@dataclass(frozen=True)
class Strips:
    """The strips of all commands on one axis."""

    ticks: tuple[Tick, ...]
    strips: tuple[Strip, ...]


def strips(commands: Sequence[CommandTimes]) -> Strips:
    """Put the times of all commands on one axis, ten times more to each step."""
    shown = [seconds for times in commands for seconds in (*times.seconds, times.limit) if seconds]
    if not shown:
        return Strips((), ())
    low = math.floor(math.log10(max(min(shown), _SHORTEST)))
    high = max(math.log10(max(shown)) + 0.08, low + 1)

    def at(seconds: float) -> float:
        return 100 * (math.log10(max(seconds, 10.0**low)) - low) / (high - low)

    decades = range(low, math.ceil(high))
    return Strips(
        tuple(Tick(at(10.0**decade), _decade(decade)) for decade in decades),
        tuple(_strip(times, at) for times in commands),
    )


def _decade(exponent: int) -> str:
    if exponent < -3:
        return f"{10 ** (exponent + 6):g} µs"
    return f"{10 ** (exponent + 3):g} ms" if exponent < 0 else f"{10**exponent:g} s"


def _strip(times: CommandTimes, at: _Scale) -> Strip:
    bins = Counter(round(at(seconds) / 100 * _BINS) for seconds in times.seconds)
    most = max(bins.values(), default=0)
    return Strip(
        times,
        tuple((place * 1000 / _BINS, _HALF * bins[place] / most) for place in sorted(bins)),
        None if times.median is None else at(times.median),
        None if times.worst is None else at(times.worst),
        None if times.limit is None else at(times.limit),
    )


@dataclass(frozen=True, slots=True)
class Segment:
    """A part of a bar: from where and how far, in percent of its length."""

    verdict: Verdict
    start: float
    length: float


def shares(counts: Sequence[tuple[Verdict, int]]) -> tuple[Segment, ...]:
    """One bar for all scenarios, a part for each verdict that occurs, in this order."""
    total, start, segments = sum(number for _, number in counts), 0.0, []
    for verdict, number in counts:
        if number:
            length = 100 * number / total
            segments.append(Segment(verdict, start, length))
            start += length
    return tuple(segments)


@dataclass(frozen=True, slots=True)
class Column:
    """One run in a chart.

    Attributes:
        run: which.
        number: what it is called.
        x: its middle, in percent.
        segments: what did not pass, from the bottom up, in percent of the height.
        height: of all segments together.
        count: how many scenarios they stand for.
        duration: where its duration stands, in percent of the height.
    """

    run: PastRun
    number: int
    x: float
    segments: tuple[Segment, ...]
    height: float
    count: int
    duration: float


@dataclass(frozen=True)
class TrendChart:
    """Two charts over the last runs: what did not pass, and how long they took.

    Attributes:
        columns: a column each, oldest first.
        width: of a column, in percent.
        most: the largest number of scenarios that did not pass.
        longest: the longest duration, in s.
    """

    columns: tuple[Column, ...]
    width: float
    most: int
    longest: float


def trend_chart(trend: Trend) -> TrendChart:
    """The last runs of a bench, side by side."""
    most = max(max(_not_passed(past) for past in trend.runs), 1)
    longest = max(past.seconds for past in trend.runs) or 1.0
    step = 100 / len(trend.runs)
    columns = []
    for place, (past, number) in enumerate(zip(trend.runs, trend.numbers, strict=True)):
        bottom, segments = 0.0, []
        for verdict in Verdict:
            if verdict in _counted(past) and (count := past.count(verdict)):
                segments.append(Segment(verdict, bottom, 100 * count / most))
                bottom += segments[-1].length
        columns.append(
            Column(
                past,
                number,
                step * (place + 0.5),
                tuple(segments),
                bottom,
                _not_passed(past),
                100 * past.seconds / longest,
            )
        )
    return TrendChart(tuple(columns), min(step * 0.56, 6.0), most, longest)


def _counted(past: PastRun) -> tuple[Verdict, ...]:
    """What a chart counts; what a run that was cut short did not reach would dwarf the rest."""
    left_out = {Verdict.PASS} if past.complete else {Verdict.PASS, Verdict.NOT_RUN}
    return tuple(verdict for verdict in Verdict if verdict not in left_out)


def _not_passed(past: PastRun) -> int:
    return sum(past.count(verdict) for verdict in _counted(past))
