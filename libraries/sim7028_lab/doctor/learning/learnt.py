"""What was learnt of a module, row by row beside the profile that is nearest."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from functools import cache
from math import isinf
from typing import Any, get_args, get_type_hints

from leshan import LeshanError
from lwm2m import Code
from sim7028 import AtError, PortError
from sim7028_lab.doctor.learning.lessons import LESSONS, UNTRIED, Lesson
from sim7028_lab.doctor.learning.observation import Observation, Seen, Untried
from sim7028_lab.doctor.learning.study import NotLearnt, Study
from virtual_sim7028 import PROFILES, InvalidSwitch, Profile
from virtual_sim7028.profiles import FIXED, Basis

_NO_LESSON = "doctor has no way yet to show it"
_LEAST_TOLERANCE, _TOLERANCE = 0.3, 0.2
"""A time is as assumed when it differs by no more than this many s, or this part of it."""


@cache
def switches() -> tuple[str, ...]:
    """The switches of a profile, in the table's order."""
    hints = get_type_hints(Profile, include_extras=True)
    return tuple(name for name, hint in hints.items() if get_args(hint))


def study_all(study: Study, lessons: Iterable[Lesson] = LESSONS) -> Iterator[Observation | Untried]:
    """Give lessons, and leave the module as after a restart.

    A lesson that fails leaves its rows untried, and the next is given.
    """
    for lesson in lessons:
        study.subject.say(f"Learning {lesson.about}")
        left = dict.fromkeys(lesson.rows)
        why = "the module did nothing that would show it"
        try:
            study.module.release()
            for seen in lesson.give(study):
                left.pop(seen.row, None)
                yield seen
        except (AtError, PortError, LeshanError, NotLearnt) as error:
            why = str(error)
        yield from (Untried(row, why) for row in left)
    try:
        study.restart()  # which makes the module forget all that was set
    except (AtError, PortError) as error:
        study.subject.say(f"Restart the module: it did not come back after this. {error}")
    told = {row for lesson in LESSONS for row in lesson.rows}
    assumed = [row.meaning for row in FIXED if row.basis is Basis.ASSUMED]
    for row in (*switches(), *assumed):
        if row not in told:
            yield Untried(row, UNTRIED.get(row, _NO_LESSON))


@dataclass(frozen=True, slots=True)
class Row:
    """A row of the table, and how it stands.

    Attributes:
        name: the switch, or the meaning of a row that has none.
        seen: how it stands.
        switch: what the switch is to be set to, where it is to be.
        told: what was seen, or why it was not tried.
    """

    name: str
    seen: Seen
    switch: str | None
    told: str


@dataclass(frozen=True)
class Learnt:
    """All that was learnt.

    Attributes:
        profile: the nearest profile.
        rows: every row of the table that can be told from outside.
    """

    profile: Profile
    rows: tuple[Row, ...]

    @property
    def switches(self) -> Mapping[str, str]:
        """What makes that profile behave like this module."""
        return {row.name: row.switch for row in self.rows if row.switch is not None}

    @classmethod
    def of(cls, seen: Sequence[Observation | Untried], firmware: str) -> Learnt:
        """What observations say.

        Args:
            seen: all of them.
            firmware: the profile that is taken where another is no nearer.
        """
        candidates = sorted(PROFILES.values(), key=lambda profile: profile.name != firmware)
        learnt = [cls(each, tuple(_row(one, each) for one in seen)) for each in candidates]
        return min(learnt, key=lambda each: sum(row.seen is Seen.OTHER for row in each.rows))


def _row(seen: Observation | Untried, profile: Profile) -> Row:
    match seen:
        case Untried():
            return Row(seen.row, Seen.NOT_TRIED, None, seen.why)
        case Observation(row, value, told) if row in switches():
            return _switch(row, value, told, profile)
        case Observation(row, value, told):
            return Row(row, Seen.AS_ASSUMED if value else Seen.OTHER, None, told)


def _switch(name: str, value: str | float | bool | None, told: str, profile: Profile) -> Row:
    assumed = getattr(profile, name)
    text = _text(value)
    if isinstance(value, float) and not isinf(value):
        told = f"{text} s {told}"
    if _is(value, text, name, profile):
        return Row(name, Seen.AS_ASSUMED, None, told)
    beside = f"{told}; {profile.name} assumes {_text(assumed)}"
    return Row(name, Seen.OTHER, text if _is_possible(name, text, profile) else None, beside)


def _is(value: object, text: str, name: str, profile: Profile) -> bool:
    assumed = getattr(profile, name)
    if isinstance(value, float) and isinstance(assumed, float):
        if isinf(assumed):
            return isinf(value)
        return abs(value - assumed) <= max(_LEAST_TOLERANCE, _TOLERANCE * assumed)
    return _is_possible(name, text, profile) and profile.switched({name: text}) == profile


def _is_possible(name: str, text: str, profile: Profile) -> bool:
    try:
        profile.switched({name: text})
    except InvalidSwitch:
        return False
    return True


def _text(value: Any) -> str:
    """A value as a switch takes it."""
    match value:
        case Code():
            return value.dotted
        case Enum():
            return str(value.value)
        case bool():
            return str(value).lower()
        case float():
            return f"{round(value, 1):g}"
        case None:
            return ""
        case _:
            return str(value)
