"""What the end of a test makes of its result."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import pytest
from robot import result

from lab_evidence import Event
from sim7028_lab.failure import BenchBroken, Failure, ScenarioFailed, Side
from sim7028_lab.probe import Asked, Probe, Reading
from sim7028_lab.rung import Rung
from Sim7028Lab.listener import Listener

FAILURE = ScenarioFailed("the server", "21.5", "it received 22.5", Side.MODULE)
DEAF = Probe((Reading(Asked.PORT, "not told", "the module does not answer"),))
BROKEN = BenchBroken("the module refuses everything", "Tried: power", "Look at it")


@dataclass
class Stage:
    leftover: Exception | None = None
    events: list[Event] = field(default_factory=list)
    recovered: list[Rung] = field(default_factory=list)
    broken: BenchBroken | None = None
    restarted: bool = False
    is_beyond_server: bool = False
    did: list[str] = field(default_factory=list)

    def end_left_scenario(self) -> None:
        self.did.append("end scenario")
        if self.leftover is not None:
            raise self.leftover

    def failed(self, keyword: str, error: Exception) -> None:
        self.events.append(Failure.of(keyword, error).event)

    def look_after(self) -> None:
        self.did.append("look after")

    def end_test(self) -> None:
        self.did.append("end test")

    def since(self, _: float) -> tuple[Event, ...]:
        return tuple(self.events)


def ended(stage: Any, status: str = "FAIL", *tags: str) -> result.TestCase:
    if status == "FAIL":
        stage.failed("Server Should Receive", FAILURE)
    outcome = result.TestCase("One", tags=tags, status=status)
    outcome.message = "it received 22.5" if status == "FAIL" else ""
    Listener(stage).end_test(None, outcome)  # type: ignore[arg-type]  # it is not looked at
    return outcome


def test_a_pass_is_left_alone() -> None:
    outcome = ended(stage := Stage(), "PASS", "read")
    assert (outcome.status, outcome.message, list(outcome.tags)) == ("PASS", "", ["read"])
    assert stage.did == ["end scenario", "end test"]


def test_a_failure_is_looked_after_before_the_evidence_ends() -> None:
    outcome = ended(stage := Stage())
    assert outcome.message.startswith("it received 22.5\n\nLikely side: module, clear.")
    assert stage.did == ["end scenario", "look after", "end test"]
    assert not outcome.tags


def test_what_is_left_over_fails_a_test_that_passed() -> None:
    outcome = ended(Stage(leftover=FAILURE), "PASS")
    assert outcome.status == "FAIL"
    assert outcome.message.startswith("the server: expected 21.5; it received 22.5")


def test_a_bench_that_was_ill_is_told_first() -> None:
    stage = Stage(recovered=[Rung.POWER])
    stage.events = [DEAF.event]
    outcome = ended(stage)
    assert outcome.message.startswith("BENCH: the module does not answer.\nit received 22.5\n")
    assert outcome.message.endswith("\n\nThe module had to be brought back, by: power.")
    assert set(outcome.tags) == {"verdict:BENCH", "recovered:power"}


def test_a_bench_that_is_broken_is_told_whatever_the_probe_saw() -> None:
    outcome = ended(Stage(broken=BROKEN))
    assert outcome.message.startswith("BENCH: the module refuses everything.\n")
    assert list(outcome.tags) == ["verdict:BENCH"]


def test_a_pass_for_which_the_module_was_brought_back_is_no_plain_one() -> None:
    outcome = ended(Stage(recovered=[Rung.ATZ, Rung.POWER]), "PASS")
    assert outcome.status == "PASS"
    assert set(outcome.tags) == {"recovered:atz", "recovered:power"}
    assert outcome.message == "The module had to be brought back, by: atz, power."


def test_a_restart_is_the_modules() -> None:
    outcome = ended(Stage(restarted=True))
    assert outcome.message.startswith("The module restarted by itself: see *ATREADY below.\n")
    assert not outcome.tags


def test_what_the_server_cannot_show_is_its_limit() -> None:
    assert list(ended(Stage(is_beyond_server=True)).tags) == ["verdict:SERVER-LIMIT"]


@pytest.mark.parametrize("status", ["PASS", "FAIL"])
def test_a_suite_does_not_say_what_its_tests_come_to(
    caplog: pytest.LogCaptureFixture, status: str
) -> None:
    outcome = ended(Stage(), status, "verdict:SERVER-LIMIT", "Verdict: Bench", "recovered:atz", "x")
    assert list(outcome.tags) == ["x"]
    assert caplog.messages == [
        "One: a tag verdict:… is the lab's to give; taken off",
        "One: a tag recovered:… is the lab's to give; taken off",
    ]
