"""The campaigns that come along, and what a smoke run spares on the air."""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest
from robot.api import ExecutionResult

ROOT = Path(__file__).parents[2]
CAMPAIGNS = sorted((ROOT / "robot" / "campaigns").glob("*.args"), key=lambda path: path.stem)
MOST_ON_THE_AIR = 25
SOME = ("robot/13__chapter_4", "robot/14__smoke")
"""Few scenarios, for a campaign that repeats them."""

SHARED = f"""
*** Settings ***
Resource          {ROOT}/robot/resources/scenario.resource
Suite Teardown    Module Ends Shared Registration
Test Setup        Shared
Test Teardown     End Scenario
*** Test Cases ***
First
    Server Reads What Module Answers    /3340/0/5534    I    1
Second
    Server Starts Reading    /3340/0/5534
    Module Should Report Read    /3340/0/5534
    Module Answers Read    I    2
    Server Should Receive    I    3
Third
    Server Reads What Module Answers    /3340/0/5534    I    4
Fourth
    Server Reads What Module Answers    /3340/0/5534    I    5
*** Keywords ***
Shared
    Start Scenario
    Module Shares Registration    /3340/0/5534
"""


def robot(results: Path, *arguments: str | Path) -> int:
    command = [sys.executable, "-m", "robot", "--console", "none", "-d", results, *arguments]
    return subprocess.run(
        list(map(str, command)), cwd=ROOT, capture_output=True, check=False
    ).returncode


def typed(results: Path) -> Counter[str]:
    """How often each command went to the module, by its name."""
    events = [
        json.loads(line)
        for file in results.glob("evidence/**/*.jsonl")
        for line in file.read_text().splitlines()
    ]
    sent = (e["text"] for e in events if e["source"] == "at" and e["direction"] == "sent")
    return Counter(text.partition("=")[0] for text in sent)


@pytest.mark.parametrize("campaign", CAMPAIGNS, ids=lambda path: path.stem)
def test_every_campaign_selects_scenarios(campaign: Path, tmp_path: Path) -> None:
    suites = SOME if "Rounds" in campaign.read_text() else ["robot/"]
    assert robot(tmp_path, "--dryrun", "-A", campaign, *suites) == 0
    tests = list(ExecutionResult(tmp_path / "output.xml").suite.all_tests)
    assert tests
    if campaign.stem == "real-smoke":
        assert len(tests) <= MOST_ON_THE_AIR


def test_a_real_smoke_run_registers_once(tmp_path: Path) -> None:
    campaign = ROOT / "robot" / "campaigns" / "real-smoke.args"
    assert robot(tmp_path, "-v", "LESHAN:jvm", "-A", campaign, "robot/") == 0
    assert typed(tmp_path)["AT+LWOPEN"] == 1


def test_after_a_failure_the_next_scenario_registers_for_itself(tmp_path: Path) -> None:
    suite = tmp_path / "shared.robot"
    suite.write_text(SHARED)
    assert robot(tmp_path, "-v", "LESHAN:jvm", suite) == 1
    tests = ExecutionResult(tmp_path / "output.xml").suite.all_tests
    assert [(test.name, test.status) for test in tests] == [
        ("First", "PASS"),
        ("Second", "FAIL"),
        ("Third", "PASS"),
        ("Fourth", "PASS"),
    ]
    assert typed(tmp_path)["AT+LWOPEN"] == 2
