"""When the ladder is climbed, and when it is not."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from lab_evidence import Event
from sim7028 import AtTimeout
from sim7028_lab.benchfile import BenchFile
from sim7028_lab.care import Care
from sim7028_lab.failure import BenchBroken
from sim7028_lab.probe import Asked, Probe, Reading
from sim7028_lab.recovery import Ladder
from sim7028_lab.rung import Rung

BROKEN = BenchBroken("the module does not answer", "Tried: power", "Look at it")
DEAF = AtTimeout("AT", (), 2.0, 2.0)


@dataclass
class Bench:
    answers: bool = True
    has_restarted: bool = False
    fails: Exception | None = None
    events: list[Event] = field(default_factory=list)
    done: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.file = BenchFile(Path("cellar.toml"))
        self.watch = SimpleNamespace(take_new=lambda: self.done.append("take new"))

    @property
    def say(self) -> Callable[[str], None]:
        return lambda _: None

    def bring_up(self) -> None:
        self.done.append("bring up")
        if self.fails is not None:
            raise self.fails
        self.has_restarted = False

    def note_address(self) -> None:
        self.done.append("note address")

    def give_up(self) -> None:
        self.done.append("give up")


@pytest.fixture
def climbs(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, Rung]]:
    """What the ladder was climbed for; QCRST always helps."""
    climbed: list[tuple[str, Rung]] = []

    def climb(_: Ladder, why: str, lowest: Rung) -> Rung:
        climbed.append((why, lowest))
        return Rung.QCRST

    monkeypatch.setattr(Ladder, "climb", climb)
    return climbed


@pytest.fixture
def bench() -> Any:
    return Bench()


def found(complaint: str, rung: Rung | None, asked: Asked = Asked.NETWORK) -> Probe:
    well = Reading(Asked.PORT, "AT is answered")
    return Probe((well, Reading(asked, "away", complaint, rung)))


def test_a_module_that_is_well_is_left_alone(bench: Any, climbs: list[object]) -> None:
    care = Care(bench)
    care.begin()
    care.mend(found("", None))
    assert not climbs
    assert not bench.done
    assert not care.is_lost


def test_a_probe_says_where_to_begin(bench: Any, climbs: list[object]) -> None:
    care = Care(bench)
    care.mend(found("it is detached", Rung.CFUN))
    assert climbs == [("it is detached", Rung.CFUN)]
    assert care.recovered == [Rung.QCRST]
    assert care.is_lost


def test_what_an_ill_module_said_is_not_held_against_the_next(bench: Any, climbs: Any) -> None:
    care = Care(bench)
    care.mend(found("it is detached", Rung.CFUN))
    care.end_test()
    care.begin()
    assert bench.done == ["take new"]
    assert not care.recovered
    assert not care.is_lost


def test_a_silent_module_is_brought_back_before_the_scenario(bench: Any, climbs: Any) -> None:
    bench.answers = False
    Care(bench).begin()
    assert climbs == [("the module does not answer", Rung.RESYNCHRONISE)]


def test_after_a_restart_it_is_brought_up_and_no_rung_is_climbed(bench: Any, climbs: Any) -> None:
    bench.has_restarted = True
    care = Care(bench)
    care.mend(found("", None, Asked.RESTART))
    assert bench.done == ["bring up"]
    assert not climbs
    assert care.is_lost
    assert not care.recovered


def test_a_module_that_does_not_come_up_after_a_restart_needs_the_ladder(
    bench: Any, climbs: Any
) -> None:
    bench.has_restarted, bench.fails = True, DEAF
    Care(bench).check()
    assert climbs == [
        ("the module restarted by itself and did not come up", Rung.RESYNCHRONISE),
    ]


def test_an_address_that_changed_is_the_right_one_from_there_on(bench: Any, climbs: Any) -> None:
    Care(bench).mend(found("the address changed", None, Asked.ADDRESS))
    assert bench.done == ["note address"]
    assert not climbs


def test_a_broken_bench_stays_so(bench: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def breaks(*_: object) -> Rung:
        raise BROKEN

    monkeypatch.setattr(Ladder, "climb", breaks)
    care = Care(bench)
    care.mend(found("it is deaf", Rung.RESYNCHRONISE))
    assert care.broken is BROKEN
    assert bench.done == ["give up"]
    bench.answers = False
    care.check()
    assert bench.done == ["give up"]
    with pytest.raises(BenchBroken):
        care.begin()
