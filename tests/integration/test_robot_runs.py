"""The main job, as a newcomer runs it: robot on the virtual bench and a real server."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest
from robot.api import ExecutionResult

ROOT = Path(__file__).parents[2]
ROBOT = [sys.executable, "-m", "robot", "--console", "dotted", "-v", "LESHAN:jvm"]

REFUSALS = ("4.06", "4.13", "4.15")

Run = Callable[..., "subprocess.Popen[str]"]


@pytest.fixture
def run(tmp_path: Path) -> Iterator[Run]:
    """Starts robot into tmp_path/results; afterwards nothing that it started may be there."""
    started: list[subprocess.Popen[str]] = []

    def start(*arguments: str | Path) -> "subprocess.Popen[str]":
        process = subprocess.Popen(
            [*ROBOT, "-d", str(tmp_path / "results"), *map(str, arguments)],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            env=os.environ | {"SIM7028_LAB_TEST": str(tmp_path)},
            start_new_session=True,
        )
        started.append(process)
        return process

    yield start
    for process in started:
        if process.poll() is None:
            process.kill()
        process.communicate()
    assert_nothing_is_left(tmp_path)


def ours(tmp_path: Path) -> list[psutil.Process]:
    """The processes that carry this test's mark in their environment."""
    found = []
    for process in psutil.process_iter():
        try:
            if process.environ().get("SIM7028_LAB_TEST") == str(tmp_path):
                found.append(process)
        except (psutil.AccessDenied, psutil.NoSuchProcess, psutil.ZombieProcess):
            continue
    return found


def assert_nothing_is_left(tmp_path: Path) -> None:
    gone, left = psutil.wait_procs(ours(tmp_path), timeout=15)
    for process in left:
        process.kill()
    assert not left, f"still running: {left}; gone after a while: {gone}"


def wait_for(happened: Callable[[], object], what: str, limit: float = 60) -> None:
    deadline = time.monotonic() + limit
    while not happened():
        assert time.monotonic() < deadline, f"{what} did not happen within {limit:g} s"
        time.sleep(0.05)


def java_of(tmp_path: Path) -> psutil.Process | None:
    return next((p for p in ours(tmp_path) if p.name() == "java"), None)


def test_all_scenarios_pass_and_leave_evidence(run: Run, tmp_path: Path) -> None:
    process = run("--exclude", "slow", "robot/")
    said, _ = process.communicate(timeout=110)
    assert process.returncode == 0, said
    tests = list(ExecutionResult(tmp_path / "results" / "output.xml").suite.all_tests)
    assert len(tests) >= 25
    evidence = list((tmp_path / "results" / "evidence").glob("*/*.jsonl"))
    assert len(evidence) == len(tests)
    for file in evidence:
        sources = {json.loads(line)["source"] for line in file.read_text().splitlines()}
        assert {"at", "rest"} <= sources, f"{file} has not both ends: {sources}"
    log = (tmp_path / "results" / "output.xml").read_text()
    assert "AT+LWREADRSP" in log
    assert "2.05" in log


def test_a_single_file_opens_the_bench_by_itself(run: Run) -> None:
    process = run("robot/01__network/before_lwm2m.robot")
    said, _ = process.communicate(timeout=60)
    assert process.returncode == 0, said


def test_a_server_that_dies_ends_the_run_at_once(run: Run, tmp_path: Path) -> None:
    suite = tmp_path / "waits.robot"
    suite.write_text(f"""
*** Settings ***
Resource    {ROOT}/robot/resources/scenario.resource
Test Setup    Registered Module    /3303/0/5700
Test Teardown    End Scenario
*** Test Cases ***
The Server Waits
    Server Starts Reading    /3303/0/5700    limit=60 s
    Module Should Report Read    /3303/0/5700
    Server Should Get No Answer
And One More
    Server Should List Module
""")
    process = run(suite)
    evidence = tmp_path / "results" / "evidence"
    wait_for(
        lambda: any("+LWREAD" in file.read_text() for file in evidence.glob("*/*.jsonl")),
        "the read at the module",
    )
    java = java_of(tmp_path)
    assert java is not None
    java.kill()
    killed = time.monotonic()
    said, _ = process.communicate(timeout=30)
    assert time.monotonic() - killed < 15
    assert process.returncode == 2, said
    first, second = ExecutionResult(tmp_path / "results" / "output.xml").suite.all_tests
    assert "server" in first.message.lower()
    assert "gone" in first.message or "lost" in first.message or "ended" in first.message
    assert "fatal error" in second.message


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_whatever_ends_the_run_nothing_is_left(
    run: Run, tmp_path: Path, number: signal.Signals
) -> None:
    process = run("robot/06__read")
    evidence = tmp_path / "results" / "evidence"
    wait_for(lambda: any(evidence.glob("*/*.jsonl")), "a scenario")
    os.killpg(process.pid, number)
    process.communicate(timeout=30)
    assert_nothing_is_left(tmp_path)
    # Whole lines up to the kill.
    for file in evidence.glob("**/*.jsonl"):
        for line in file.read_text().splitlines():
            json.loads(line)


def test_what_is_left_over_fails_the_scenario(run: Run, tmp_path: Path) -> None:
    suite = tmp_path / "careless.robot"
    suite.write_text(f"""
*** Settings ***
Resource    {ROOT}/robot/resources/scenario.resource
Test Setup    Registered Module    /3303/0/5700
Test Teardown    End Scenario
*** Test Cases ***
Forgets The Server
    Server Starts Reading    /3303/0/5700    limit=1 s
    Module Should Report Read    /3303/0/5700
Forgets The Module
    Server Starts Reading    /3303/0/5700    limit=1 s
    Server Should Get No Answer
Is Not Disturbed
    Server Reads What Module Answers    /3303/0/5700    F    1.5
Has No Teardown
    [Teardown]    NONE
    Server Starts Reading    /3303/0/5700    limit=1 s
Is Not Disturbed Either
    Server Reads What Module Answers    /3303/0/5700    F    2.5
""")
    process = run(suite)
    said, _ = process.communicate(timeout=60)
    outcome = {
        test.name: (test.status, test.message)
        for test in ExecutionResult(tmp_path / "results" / "output.xml").suite.all_tests
    }
    assert outcome["Forgets The Server"][0] == "FAIL", said
    assert "nobody awaited" in outcome["Forgets The Server"][1]
    assert outcome["Forgets The Module"][0] == "FAIL"
    assert "nobody claimed" in outcome["Forgets The Module"][1]
    assert outcome["Has No Teardown"][0] == "FAIL"
    assert outcome["Is Not Disturbed"][0] == outcome["Is Not Disturbed Either"][0] == "PASS"


def test_a_wrong_bench_file_is_one_message(run: Run, tmp_path: Path) -> None:
    bench = tmp_path / "bad.toml"
    bench.write_text("[module]\nporrt = 'x'\n")
    process = run("-v", f"BENCH:{bench}", "robot/01__network")
    said, _ = process.communicate(timeout=60)
    assert process.returncode != 0
    assert f"{bench}: module.porrt is not known" in said


@pytest.mark.parametrize("at", ["pty", "tcp:127.0.0.1:0"])
def test_a_virtual_module_by_hand_is_a_port_like_any(run: Run, tmp_path: Path, at: str) -> None:
    with subprocess.Popen(
        [sys.executable, "-m", "sim7028_lab.cli", "virtual-module", "--at", at],
        stdout=subprocess.PIPE,
        text=True,
    ) as module:
        try:
            assert module.stdout is not None
            port = json.loads(module.stdout.readline())["port"]
            bench = tmp_path / "by_hand.toml"
            timing = "attach = 10\nregistration = 5\nurc = 5\nserver = 8\nquiet = 0.1"
            bench.write_text(f"[module]\nport = '{port}'\n[timing]\n{timing}\n")
            for _ in range(2):  # the port can be opened again
                process = run("-v", f"BENCH:{bench}", "robot/13__chapter_4")
                said, _ = process.communicate(timeout=60)
                assert process.returncode == 0, said
        finally:
            module.send_signal(signal.SIGINT)
            assert module.wait(10) == 0


def test_the_scenario_of_the_readme_runs(run: Run, tmp_path: Path) -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    suite = readme.partition("```robotframework\n")[2].partition("```")[0]
    path = tmp_path / "humidity.robot"
    path.write_text(suite.replace("../resources/", f"{ROOT}/robot/resources/"))
    process = run(path)
    said, _ = process.communicate(timeout=60)
    assert process.returncode == 0, said


def test_a_module_that_refuses_what_it_may_refuse_passes(run: Run, tmp_path: Path) -> None:
    bench = tmp_path / "refusing.toml"
    bench.write_text(
        '[module]\nport = "virtual"\n'
        'switches = { plain_formats = "false", longest_write = "1000" }\n'
        "[timing]\nurc = 1\nquiet = 0.1\n"
    )
    suites = ("robot/07__write/values.robot", "robot/12__interoperability/device_management.robot")
    process = run("-v", f"BENCH:{bench}", "--include", "WRITE-S-BLOCKOROMA-20?", *suites)
    said, _ = process.communicate(timeout=60)
    assert process.returncode == 0, said
    told = (tmp_path / "results" / "evidence").rglob("*.jsonl")
    codes = {code for file in told for code in REFUSALS if f"ACK {code}" in file.read_text()}
    assert codes == set(REFUSALS)
