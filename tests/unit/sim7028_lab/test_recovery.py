"""How the ladder is climbed on a bench whose module needs more and more to come back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from lab_evidence import Event, Source
from sim7028 import AtError, AtRefused, AtTimeout, PortError, PortLost, Ready, UrcMissing
from sim7028_lab import bench
from sim7028_lab.benchfile import BenchFile
from sim7028_lab.benchsections import RecoverySection
from sim7028_lab.failure import BenchBroken
from sim7028_lab.power import PowerError, Supply
from sim7028_lab.recovery import Ladder
from sim7028_lab.rung import Rung

DEAF = AtTimeout("AT", (), 2.0, 2.0)
REFUSED = AtRefused("ATE0", (), 0.0, None, "")
LOST = PortLost("AT", (), 0.0, "/dev/ttyX", "unplugged")
SILENT_BOOT = UrcMissing("*ATREADY", (), 30.0, 30.0, "AT+QCRST", "")

BROKEN_SWITCH = PowerError("relay off", "it ended with code 1", "Run it by hand.")


@dataclass
class Bench:
    """Its module answers and comes up once `cure` was done; until then it is `ill`."""

    cure: str = ""
    ill: AtError = DEAF
    boots: Exception | None = None
    returns: bool = True
    ladder: tuple[Rung, ...] = tuple(Rung)
    climbs: int = 5
    done: list[str] = field(default_factory=list)
    said: list[str] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)

    def __post_init__(self) -> None:
        recovery = RecoverySection(ladder=self.ladder, limit=3, climbs=self.climbs)
        self.file = BenchFile(Path("cellar.toml"), recovery=recovery)
        self.channel = self.module = self.timeline = self
        self.supply: Supply | None = Supply(self, rest=0)
        self.description = "the bench's relay"

    @property
    def say(self) -> Callable[[str], None]:
        return self.said.append

    def record(self, event: Event, /) -> None:
        self.events.append(event)

    def resynchronise(self, *, within: float) -> None:
        assert within <= 3
        is_deaf = isinstance(self.ill, (AtTimeout, PortLost))
        if is_deaf and self.cure not in ("AT", *self.done):
            raise self.ill

    come_back = bench.Bench.come_back  # type: ignore[assignment]  # what it needs is all here

    def bring_up(self) -> None:
        self.done.append("bring up")
        if self.cure not in ("AT", *self.done):
            raise self.ill

    def reopen(self, *, within: float) -> None:
        assert within == 3
        self.done.append("reopen")
        if not self.returns:
            raise PortError("/dev/ttyX", "there is no such port", "plug it in")

    def restore(self) -> None:
        self.done.append("ATZ")

    def radio_off(self) -> None:
        self.done.append("CFUN=0")

    def radio_on(self) -> None:
        self.done.append("CFUN=1")

    def reset(self, *, within: float) -> None:
        self.done.append("QCRST")
        self._boot(within)

    def off(self) -> None:
        self.done.append("off")

    def on(self) -> None:
        self.done.append("on")

    def mark(self, cause: str) -> Any:
        assert self.description in cause
        self.done.append("mark")
        return self

    def next(self, kind: type[Ready], *, within: float) -> None:
        assert kind is Ready
        self._boot(within)

    def _boot(self, within: float) -> None:
        assert within == 3
        if self.boots is not None:
            raise self.boots

    @property
    def outcomes(self) -> dict[object, object]:
        assert all(event.source is Source.KEYWORD for event in self.events)
        return {event.data["recovery"]: event.data["outcome"] for event in self.events}


def climb(bench: Any, lowest: Rung = Rung.RESYNCHRONISE) -> Rung:
    return Ladder(bench).climb("the module does not answer", lowest)


@pytest.mark.parametrize(
    ("cure", "rung", "done"),
    [
        ("AT", Rung.RESYNCHRONISE, []),
        ("ATZ", Rung.ATZ, ["bring up", "ATZ"]),
        ("CFUN=1", Rung.CFUN, ["bring up", "ATZ", "bring up", "CFUN=0", "CFUN=1"]),
        ("QCRST", Rung.QCRST, ["bring up", "CFUN=0", "CFUN=1", "bring up", "QCRST"]),
        ("on", Rung.POWER, ["bring up", "QCRST", "bring up", "mark", "off", "on"]),
    ],
)
def test_the_first_rung_that_helps_is_the_last_that_is_climbed(
    cure: str, rung: Rung, done: list[str]
) -> None:
    bench = Bench(cure, REFUSED)
    assert climb(bench) is rung
    assert bench.done[-len(done) - 1 :] == [*done, "bring up"]
    *before, last = bench.outcomes.items()
    assert last == (rung.value, "helped")
    assert all(outcome == "did not help" for _, outcome in before)
    assert len(before) == list(Rung).index(rung)


def test_a_module_that_is_deaf_is_given_no_command() -> None:
    bench = Bench("on", DEAF)
    assert climb(bench) is Rung.POWER
    assert bench.done == ["mark", "off", "on", "bring up"]


def test_who_watches_is_told_in_one_line() -> None:
    bench = Bench("ATZ", REFUSED)
    climb(bench)
    (told,) = bench.said
    assert told == (
        "Recovery: the module does not answer; resynchronise did not help (0.0 s), atz helped"
        " (0.0 s)"
    )
    assert bench.events[0].text == (
        "recovery: resynchronise did not help (0.0 s): ATE0 was refused"
    )
    assert bench.events[0].data["after"] == pytest.approx(0, abs=1)


def test_rungs_below_the_lowest_are_passed_over() -> None:
    bench = Bench("QCRST", REFUSED)
    assert climb(bench, Rung.CFUN) is Rung.QCRST
    assert list(bench.outcomes) == ["cfun", "qcrst"]


def test_only_rungs_of_the_bench_file_are_there() -> None:
    bench = Bench("on", REFUSED, ladder=(Rung.ATZ, Rung.POWER))
    assert climb(bench) is Rung.POWER
    assert list(bench.outcomes) == ["atz", "power"]


@pytest.mark.parametrize("boots", [SILENT_BOOT, LOST])
@pytest.mark.parametrize(("cure", "rung"), [("QCRST", Rung.QCRST), ("on", Rung.POWER)])
def test_a_module_that_boots_without_a_word_is_alive(
    cure: str, rung: Rung, boots: Exception
) -> None:
    assert climb(Bench(cure, REFUSED, boots)) is rung


def test_a_port_that_went_away_and_came_back_is_opened_again() -> None:
    bench = Bench("reopen", LOST)
    assert climb(bench) is Rung.RESYNCHRONISE
    assert bench.done == ["reopen", "bring up"]


def test_a_port_that_stays_away_is_waited_for_at_rungs_that_can_bring_it_back() -> None:
    bench = Bench("never", LOST, returns=False)
    with pytest.raises(BenchBroken, match="the port /dev/ttyX cannot be opened: there is no such"):
        climb(bench)
    assert bench.done == ["reopen", "mark", "off", "on", "reopen"]


def test_when_nothing_helps_all_that_was_tried_is_told() -> None:
    bench = Bench("never", REFUSED)
    bench.supply = None
    with pytest.raises(BenchBroken) as broken:
        climb(bench)
    assert bench.outcomes["power"] == "not there"
    assert str(broken.value) == (
        "The bench is broken: the module does not answer, and it stays so. Tried: resynchronise"
        " did not help (0.0 s): ATE0 was refused; atz did not help (0.0 s): ATE0 was refused; cfun"
        " did not help (0.0 s): ATE0 was refused; qcrst did not help (0.0 s): ATE0 was refused;"
        " power not there (0.0 s): [power] of the bench file names no switch. Look at supply,"
        " cable, antenna and SIM, then see what sim7028-lab doctor --bench cellar.toml says."
    )


def test_a_switch_that_does_not_switch_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    def fails() -> None:
        raise BROKEN_SWITCH

    bench = Bench("never", DEAF)
    monkeypatch.setattr(bench, "off", fails)
    with pytest.raises(BenchBroken, match="relay off: it ended with code 1"):
        climb(bench)
    assert bench.done[-1] == "on"


def test_without_a_rung_that_can_help_nothing_is_tried() -> None:
    bench = Bench("CFUN=1", REFUSED, ladder=(Rung.RESYNCHRONISE,))
    with pytest.raises(BenchBroken, match="nothing, for no rung of it could help"):
        climb(bench, Rung.CFUN)
    assert bench.said == ["Recovery: the module does not answer; nothing was tried"]


def test_a_module_is_brought_back_so_often_and_no_more() -> None:
    bench: Any = Bench("AT", climbs=2)
    ladder = Ladder(bench)
    for _ in range(2):
        ladder.climb("it hangs")
    with pytest.raises(BenchBroken, match=r"brought back 2 times already.*climbs is 2"):
        ladder.climb("it hangs")
    assert len(bench.events) == 2
