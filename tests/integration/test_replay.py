"""A recorded scenario again without its module: the same verdict, the same message."""

import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest
from robot.api import ExecutionResult

from leshan.server import Server

ROOT = Path(__file__).parents[2]
REPLAY = [sys.executable, "-m", "sim7028_lab.cli", "replay"]
LIMIT = 60.0
SUITE = f"""
*** Settings ***
Resource         {ROOT}/robot/resources/scenario.resource
Test Setup       Registered Module    /3303/0/5700    /3340/0/5523    /3340/0/5534
Test Teardown    End Scenario

*** Test Cases ***
Read
    Server Reads What Module Answers    /3303/0/5700    F    21.5

Write
    Server Starts Writing    /3340/0/5534    I    7
    Module Should Report Write    /3340/0/5534    I    7
    Module Answers Write    No Error
    Server Should Be Told    Changed

Execute
    Module Carries Out What Server Executes    /3340/0/5523    123456

Objects
    Module Adds    /3341/0/5527
    Server Should List Object    /3341/0
    Module Deletes    3341
    Server Should No Longer List Object    /3341/0
"""

Cli = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture(scope="module")
def suite(tmp_path_factory) -> Path:
    file = tmp_path_factory.mktemp("suites") / "recorded.robot"
    file.write_text(SUITE)
    return file


def run_robot(folder: Path, *arguments: object) -> None:
    subprocess.run(
        [
            *(sys.executable, "-m", "robot", "--console", "none", "-d", str(folder)),
            *map(str, arguments),
        ],
        stdout=subprocess.DEVNULL,
        timeout=LIMIT,
        check=False,
    )


Bench = Callable[..., Path]


@pytest.fixture(scope="module")
def bench(tmp_path_factory, leshan_server: Server) -> Bench:
    """Writes a bench file like the virtual one, with the session's server and this module."""

    def write(module: str = 'port = "virtual"') -> Path:
        text = (ROOT / "robot" / "benches" / "virtual.toml").read_text()
        head, _, _ = text.replace('port = "virtual"', module).partition("[leshan]")
        assert module in head
        server = f'[leshan]\nmode = "remote"\nrest_url = "{leshan_server.rest_url}"\n'
        server += f"coap_port = {leshan_server.coap.port}\n"
        file = tmp_path_factory.mktemp("benches") / "desk.toml"
        file.write_text(head + server)
        return file

    return write


def outcome(folder: Path, test: str) -> tuple[str, str]:
    tests = ExecutionResult(folder / "output.xml").suite.all_tests
    found = next(each for each in tests if each.name == test)
    return found.status, found.message


@pytest.fixture(scope="module")
def good(tmp_path_factory, suite: Path, bench: Bench) -> Path:
    """The results of a run in which all went well."""
    folder = tmp_path_factory.mktemp("good")
    run_robot(folder, "-v", f"BENCH:{bench()}", suite)
    assert {outcome(folder, name)[0] for name in ("Read", "Write", "Execute", "Objects")} == {
        "PASS"
    }
    return folder


@pytest.fixture(scope="module")
def sick(tmp_path_factory, suite: Path, bench: Bench) -> Path:
    """The results of a run on a module that answers writes by 2.05."""
    folder = tmp_path_factory.mktemp("sick")
    file = bench('port = "virtual"\nswitches = { result0 = "2.05" }')
    run_robot(folder, "-v", f"BENCH:{file}", "-t", "Write", suite)
    status, message = outcome(folder, "Write")
    assert status == "FAIL"
    assert "unexpected response code [2.05]" in message
    return folder


@pytest.fixture
def again(bench: Bench) -> Cli:
    """Runs a recorded test against its replay."""

    def run(evidence: Path, *arguments: str) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            [
                *(*REPLAY, "--run", "--bench", str(bench())),
                *(*arguments, str(evidence)),
            ],
            capture_output=True,
            text=True,
            timeout=LIMIT,
            check=False,
        )

    return run


def evidence(folder: Path, test: str) -> Path:
    return next((folder / "evidence").glob(f"*/{test}.jsonl"))


def edit(file: Path, change: Callable[[dict], dict | None]) -> None:
    """Change or drop the events of a file."""
    events = [change(json.loads(line)) for line in file.read_text().splitlines()]
    file.write_text("".join(json.dumps(event) + "\n" for event in events if event is not None))


def without_module(event: dict) -> dict | None:
    """What a real bench would have of it: the server's account of the air, and nothing else."""
    return None if event["data"].get("seen_by") == "module" else event


@pytest.mark.slow
@pytest.mark.parametrize("test", ["Read", "Write", "Execute", "Objects"])
def test_a_scenario_that_passed_passes_again(good: Path, again: Cli, test: str) -> None:
    ended = again(evidence(good, test), "--json")
    assert ended.returncode == 0, ended.stdout + ended.stderr
    told = json.loads(ended.stdout)
    assert told["same"] is True
    assert told["replayed"] == {"outcome": "PASS", "step": "", "message": ""}
    assert told["next_line"] is None
    assert told["misfit"] == ""


@pytest.mark.slow
def test_what_the_server_saw_is_enough(good: Path, again: Cli, tmp_path: Path) -> None:
    shutil.copytree(good, tmp_path / "real")
    file = evidence(tmp_path / "real", "Read")
    before = len(file.read_text().splitlines())
    edit(file, without_module)
    assert len(file.read_text().splitlines()) < before
    ended = again(file)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert "replayed: PASS\nThe same; the recording was played to its end" in ended.stdout


@pytest.mark.slow
@pytest.mark.parametrize("seen_by", ["module", "server alone"])
def test_a_failure_fails_again_on_a_module_that_is_well(
    sick: Path, again: Cli, tmp_path: Path, seen_by: str
) -> None:
    shutil.copytree(sick, tmp_path / "sick")
    file = evidence(tmp_path / "sick", "Write")
    if seen_by != "module":
        edit(file, without_module)
    ended = again(file, "--json")
    assert ended.returncode == 0, ended.stdout + ended.stderr
    told = json.loads(ended.stdout)
    assert told["recorded"] == told["replayed"]
    assert told["replayed"]["outcome"] == "FAIL"
    assert "unexpected response code [2.05]" in told["replayed"]["message"]


@pytest.mark.slow
def test_a_report_that_was_cut_fails_as_it_would_on_the_module(
    good: Path, suite: Path, again: Cli, bench: Bench, replaying, tmp_path: Path
) -> None:
    shutil.copytree(good, tmp_path / "cut")
    file = evidence(tmp_path / "cut", "Read")

    def cut(event: dict) -> dict:
        if event["text"].startswith("+LWREAD"):
            event["text"] = "+LWREAD: 0,3303,"
        return event

    edit(file, cut)
    process = replaying(file)
    port = json.loads(process.stdout.readline())["port"]
    failed = tmp_path / "failed"
    file = bench(f'port = "{port}"')
    run_robot(failed, "-v", f"BENCH:{file}", "-t", "Read", suite)
    status, message = outcome(failed, "Read")
    assert status == "FAIL"
    assert "+LWREAD did not come within 5 s" in message
    assert "Last lines since then: '+LWREAD: 0,3303,'" in message
    process.send_signal(signal.SIGTERM)
    _, complaint = process.communicate(timeout=LIMIT)
    assert process.returncode == 1
    assert "does not fit at line" in complaint

    ended = again(evidence(failed, "Read"))
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert "Last lines since then: '+LWREAD: 0,3303,'" in ended.stdout


@pytest.mark.slow
def test_a_scenario_that_was_changed_is_told_by_the_line(
    good: Path, suite: Path, again: Cli, tmp_path: Path
) -> None:
    folder, changed = tmp_path / "changed", tmp_path / "recorded.robot"
    shutil.copytree(good, folder)
    changed.write_text(SUITE.replace("F    21.5", "F    22.5"))
    output = folder / "output.xml"
    output.write_text(output.read_text().replace(str(suite), str(changed)))
    file = evidence(folder, "Read")
    answer = 'AT+LWREADRSP=0,3303,0,1,5700,"F",4,"21.5"'
    line = 1 + next(
        number
        for number, text in enumerate(file.read_text().splitlines())
        if json.loads(text)["text"] == answer
    )
    ended = again(file)
    assert ended.returncode == 1
    assert (
        f"line {line}: expected {answer}; there came {answer.replace('21.5', '22.5')}"
    ) in ended.stdout


def test_what_is_no_recording_is_refused(tmp_path: Path) -> None:
    ended = subprocess.run(
        [*REPLAY, str(tmp_path / "none.jsonl")],
        capture_output=True,
        text=True,
        timeout=LIMIT,
        check=False,
    )
    assert ended.returncode == 2
    assert ended.stderr.count("\n") == 1
    assert "none.jsonl: cannot be read: No such file or directory" in ended.stderr


def test_a_file_without_its_run_cannot_be_run(good: Path, again: Cli, tmp_path: Path) -> None:
    file = tmp_path / "evidence" / "Suite" / "Read.jsonl"
    file.parent.mkdir(parents=True)
    shutil.copy(evidence(good, "Read"), file)
    ended = again(file)
    assert ended.returncode == 2
    assert "without it, replay the file and start robot by hand" in ended.stderr


def test_the_recorded_run_is_not_replaced(good: Path, again: Cli, tmp_path: Path) -> None:
    copied = tmp_path / "results"
    shutil.copytree(good, copied)
    ended = again(evidence(copied, "Read"), "--output", str(copied))
    assert ended.returncode == 2
    assert "name another folder with --output" in ended.stderr
    assert evidence(copied, "Write").exists()


def test_suites_that_have_moved_are_named(
    good: Path, suite: Path, again: Cli, tmp_path: Path
) -> None:
    copied, moved = tmp_path / "results", tmp_path / "moved.robot"
    shutil.copytree(good, copied)
    shutil.copy(suite, moved)
    output = copied / "output.xml"
    output.write_text(output.read_text().replace(str(suite), "/not/there/recorded.robot"))
    ended = again(evidence(copied, "Read"))
    assert ended.returncode == 2
    assert "name where it is now with --suites" in ended.stderr
    ended = again(evidence(copied, "Read"), "--suites", str(moved))
    assert ended.returncode == 0, ended.stderr


def test_what_goes_on_with_anothers_registration_cannot_be_run(
    bench: Bench, again: Cli, tmp_path: Path
) -> None:
    run_robot(tmp_path, "-v", f"BENCH:{bench()}", ROOT / "robot" / "14__smoke")
    first, *others = sorted((tmp_path / "evidence").glob("*/*.jsonl"), key=os.path.getmtime)
    assert again(first).returncode == 0
    ended = again(others[0])
    assert ended.returncode == 2
    assert "Run the whole suite on the bench" in ended.stderr


def test_files_that_a_bench_names_are_found_from_the_replay(
    good: Path, bench: Bench, again: Cli
) -> None:
    own = bench()
    shutil.copy(ROOT / "robot/benches/baselines/note-1.03.toml", own.with_name("accepted.toml"))
    own.write_text(own.read_text().replace("[module]", '[module]\nbaseline = "accepted.toml"'))
    ended = again(evidence(good, "Read"), "--bench", str(own))
    assert ended.returncode == 0, ended.stdout + ended.stderr


# Nothing stays


@pytest.fixture
def replaying(tmp_path: Path) -> Iterator[Callable[..., "subprocess.Popen[str]"]]:
    """Starts `sim7028-lab replay`; afterwards nothing that it started may be there."""
    started: list[subprocess.Popen[str]] = []

    def start(*arguments: object) -> "subprocess.Popen[str]":
        process = subprocess.Popen(
            [*REPLAY, *map(str, arguments)],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env=os.environ | {"SIM7028_LAB_TEST": str(tmp_path)},
        )
        started.append(process)
        return process

    yield start
    for process in started:
        if process.poll() is None:
            process.kill()
        process.communicate()
    gone, left = psutil.wait_procs(marked(tmp_path), timeout=15)
    for survivor in left:
        survivor.kill()
    assert not left, f"still running: {left}; gone after a while: {gone}"


def marked(tmp_path: Path) -> list[psutil.Process]:
    found = []
    for process in psutil.process_iter():
        try:
            if process.environ().get("SIM7028_LAB_TEST") == str(tmp_path):
                found.append(process)
        except (psutil.AccessDenied, psutil.NoSuchProcess, psutil.ZombieProcess):
            continue
    return found


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_it_and_its_link_is_gone(good: Path, replaying, tmp_path, number) -> None:
    link = tmp_path / "module"
    process = replaying(evidence(good, "Read"), "--link", link)
    ready = json.loads(process.stdout.readline())
    assert str(link.readlink()) == ready["port"]
    process.send_signal(number)
    said, complaint = process.communicate(timeout=LIMIT)
    assert process.returncode == 0
    assert json.loads(said) == {"next_line": 1, "misfit": ""}
    assert "was played up to line 1, which did not come" in complaint
    # The pty went with the process; its number may be another's by now.
    assert not link.is_symlink()


@pytest.mark.slow
def test_ctrl_c_in_the_middle_of_a_run_leaves_nothing(
    good: Path, replaying, tmp_path: Path, bench: Bench
) -> None:
    results = tmp_path / "again"
    process = replaying(
        *("--run", "--bench", bench(), "--output", results),
        evidence(good, "Read"),
    )
    while not (results / "evidence").is_dir():
        with contextlib.suppress(subprocess.TimeoutExpired):
            assert process.wait(0.05) is None, process.communicate()
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=LIMIT)
    assert process.returncode != 0
