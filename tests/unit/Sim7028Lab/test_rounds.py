from pathlib import Path

import pytest
from robot.running import TestSuite as Suite

from Sim7028Lab.rounds import Rounds


@pytest.fixture
def suite(tmp_path: Path) -> Suite:
    (tmp_path / "__init__.robot").write_text("*** Settings ***\nSuite Setup    No Operation\n")
    for name in ("one", "two"):
        (tmp_path / f"{name}.robot").write_text(
            "*** Settings ***\nSuite Setup    Log    here\n*** Test Cases ***\nA\n    Log    a\n"
        )
    return Suite.from_file_system(tmp_path)


def test_everything_comes_round_after_round(suite: Suite) -> None:
    suite.visit(Rounds("2"))
    names = [test.full_name.split(".", 1)[1] for test in suite.all_tests]
    assert names == ["Round 1.One.A", "Round 1.Two.A", "Round 2.One.A", "Round 2.Two.A"]


def test_the_bench_is_opened_once(suite: Suite) -> None:
    suite.visit(Rounds("2"))
    assert suite.setup.name == "No Operation"
    assert not any(round_.has_setup for round_ in suite.suites)
    assert all(child.has_setup for round_ in suite.suites for child in round_.suites)


@pytest.mark.parametrize("rounds", ["0", "-1", "many", ""])
def test_a_number_of_rounds_is_asked_for(rounds: str) -> None:
    with pytest.raises(ValueError, match="such as Rounds:20"):
        Rounds(rounds)
