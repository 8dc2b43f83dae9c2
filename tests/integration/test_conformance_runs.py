"""A module that differs from what is documented fails a run, unless its baseline says so."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from robot.api import ExecutionResult

ROOT = Path(__file__).parents[2]
BENCH = """
[module]
firmware = "strict"
switches = {{ open_urc = "{open_urc}" }}
{more}
[timing]
attach = 10
registration = 5
urc = 5
server = 8
quiet = 0.1
[leshan]
mode = "jvm"
"""
SUITE = f"""
*** Settings ***
Resource    {ROOT}/robot/resources/scenario.resource
Test Setup    Start Scenario
Test Teardown    End Scenario
*** Test Cases ***
Asks Whether It Conforms
    Module Points At Server
    Module Registers
    Module Should Conform
Does Not Ask
    Module Points At Server
    Module Registers
Does Nothing
    No Operation
"""

Outcome = dict[str, tuple[str, str]]


def run(tmp_path: Path, open_urc: str, more: str = "") -> Outcome:
    """How each test of the suite ended, and what was said, on a module with this spelling."""
    (tmp_path / "bench.toml").write_text(BENCH.format(open_urc=open_urc, more=more))
    (tmp_path / "suite.robot").write_text(SUITE)
    bench = f"BENCH:{tmp_path / 'bench.toml'}"
    subprocess.run(
        [sys.executable, "-m", "robot", "-d", "results", "-v", bench, "suite.robot"],
        cwd=tmp_path,
        stdout=subprocess.DEVNULL,
        timeout=100,
        check=False,
    )
    result = ExecutionResult(tmp_path / "results" / "output.xml")
    return {test.name: (test.status, test.message) for test in result.suite.all_tests}


def test_as_documented_it_passes(tmp_path: Path) -> None:
    assert {status for status, _ in run(tmp_path, "+LMOPEN:").values()} == {"PASS"}


def test_a_new_difference_fails_each_scenario_that_shows_it(tmp_path: Path) -> None:
    outcome = run(tmp_path, "+LWOPEN:")
    assert [status for status, _ in outcome.values()] == ["FAIL", "FAIL", "PASS"]
    for name in ("Asks Whether It Conforms", "Does Not Ask"):
        message = outcome[name][1]
        assert "the baseline of strict does not accept" in message
        assert message.count("+LWOPEN stands for +LMOPEN (urc-spelling, note 2.2.4, 3.1)") == 1
    findings = [
        json.loads(line)["data"]
        for file in (tmp_path / "results" / "evidence").glob("*/*.jsonl")
        for line in file.read_text().splitlines()
        if '"source":"finding"' in line
    ]
    assert [(data["rule"], data["accepted"]) for data in findings] == [("urc-spelling", False)] * 2


@pytest.mark.parametrize("open_urc", ["+LWOPEN:", "LMOPEN:"])
def test_a_difference_in_the_baseline_passes(tmp_path: Path, open_urc: str) -> None:
    baseline = tmp_path / "mine.toml"
    baseline.write_text('[[accepted]]\nrule = "urc-spelling"\non = "+LMOPEN"\nwhy = "known"\n')
    outcome = run(tmp_path, open_urc, f'baseline = "{baseline}"')
    assert {status for status, _ in outcome.values()} == {"PASS"}
