"""What a run says of a failure: the likely side, BENCH where it was the bench, and no secret."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest
from robot import result
from robot.api import ExecutionResult

ROOT = Path(__file__).parents[2]
HEAD = f"""
*** Settings ***
Resource         {ROOT}/robot/resources/scenario.resource
Test Setup       Registered Module    /3303/0/5700    /3303/0/5750
Test Teardown    End Scenario
*** Test Cases ***
"""
TIMING = "[timing]\nattach = 5\nregistration = 5\nurc = 1\nserver = 3\nquiet = 0.1\n"

Started = Callable[..., "subprocess.Popen[str]"]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Started]:
    """Starts robot on scenarios and a bench file; it is gone afterwards."""
    started: list[subprocess.Popen[str]] = []

    def begin(scenarios: str, bench: str = "", *options: str) -> subprocess.Popen[str]:
        suite, file = tmp_path / "failing.robot", tmp_path / "bench.toml"
        suite.write_text(HEAD + scenarios, encoding="utf-8")
        file.write_text(bench + TIMING, encoding="utf-8")
        results = ["-d", str(tmp_path / "results"), "-v", "LESHAN:jvm", "-v", f"BENCH:{file}"]
        process = subprocess.Popen(
            [sys.executable, "-m", "robot", *results, *options, str(suite)],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            env=os.environ | {"SIM_PIN": "4711"},
        )
        started.append(process)
        return process

    yield begin
    for process in started:
        if process.poll() is None:
            process.kill()
        process.communicate()


def child(process: subprocess.Popen[str], named: str) -> psutil.Process:
    """The process below this one whose command line holds `named`, and which has no other."""
    for found in psutil.Process(process.pid).children(recursive=True):
        if named in " ".join(found.cmdline()) and "guard" not in " ".join(found.cmdline()):
            return found
    raise AssertionError(f"no {named} below {process.pid}")


def wait_for_line(folder: Path, text: str, limit: float = 60) -> None:
    deadline = time.monotonic() + limit
    while not any(text in file.read_text() for file in folder.glob("evidence/*/*.jsonl")):
        assert time.monotonic() < deadline, f"{text!r} did not come within {limit:g} s"
        time.sleep(0.05)


def outcomes(tmp_path: Path) -> dict[str, result.TestCase]:
    output = ExecutionResult(tmp_path / "results" / "output.xml")
    return {test.name: test for test in output.suite.all_tests}


def is_bench(test: result.TestCase, complaint: str) -> None:
    assert test.status == "FAIL"
    assert "verdict:BENCH" in test.tags
    assert test.message.startswith("BENCH: ")
    assert complaint in test.message
    assert "Likely side: bench, clear." in test.message


def test_failures_are_told_with_their_side(start: Started, tmp_path: Path) -> None:
    said, _ = start("""
Another Value
    Server Starts Reading    /3303/0/5700
    Module Should Report Read    /3303/0/5700
    Module Answers Read    F    21.5
    Server Should Receive    F    22.5
Nobody Answers
    Server Starts Reading    /3303/0/5700    limit=1 s
    Module Should Report Read    /3303/0/5700
    Server Should Receive    F    21.5
Wrong Order
    Module Answers Read    F    21.5
No Such Kind
    Module Answers Read    X    21.5
The Radio Is Off On Purpose
    Module Leaves Network
    Network Should Have Registered Module
Passes
    Server Reads What Module Answers    /3303/0/5700    F    21.5
""").communicate(timeout=110)
    tests = outcomes(tmp_path)
    message = tests["Another Value"].message
    assert "expected F '22.5'; the server received F '21.5'" in message
    assert "Likely side: harness, not certain. Every place carries" in message, said
    assert 'told: AT+LWREADRSP=0,3303,0,1,5700,"F",4,"21.5" → air: 2.05' in message
    assert "Likely side: harness, clear. The module reported" in tests["Nobody Answers"].message
    assert "Likely side: harness, clear." in tests["Wrong Order"].message
    assert "Likely side: harness, not certain." in tests["No Such Kind"].message
    assert not any("verdict:BENCH" in test.tags for test in tests.values())
    assert tests["Passes"].status == "PASS"
    assert tests["Passes"].message == ""


def test_an_answer_that_comes_late_is_an_answer(start: Started, tmp_path: Path) -> None:
    late = """
    Server Starts Reading    /3303/0/5700    limit=1 s
    Module Should Report Read    /3303/0/5700
    Module Should Not Report Read    during=2 s
    Module Answers Read    F    21.5
"""
    said, _ = start(f"""
Not None
{late}
    Server Should Get No Answer
Not Another
{late}
    Server Should Receive Nothing But    F    22.5
The Right One
{late}
    Server Should Receive Nothing But    F    21.5
None
    Server Starts Reading    /3303/0/5700    limit=1 s
    Module Should Report Read    /3303/0/5700
    Server Should Get No Answer
""").communicate(timeout=110)
    tests = outcomes(tmp_path)
    assert [tests[name].status for name in tests] == ["FAIL", "FAIL", "PASS", "PASS"], said
    assert "expected no answer; ACK 2.05" in tests["Not None"].message
    assert "expected F '22.5' or nothing; ACK 2.05" in tests["Not Another"].message


def test_a_module_that_left_the_network_is_the_benchs(start: Started, tmp_path: Path) -> None:
    said, _ = start("""
The Radio Goes
    Module Should Accept    AT+CFUN=0
    Server Starts Reading    /3303/0/5700    limit=1 s
    Module Should Report Read    /3303/0/5700
    [Teardown]    Run Keywords    Module Joins Network    AND    End Scenario
""").communicate(timeout=110)
    test = outcomes(tmp_path)["The Radio Goes"]
    is_bench(test, "the module is not in the network any more")
    assert "network: registration 0 (not registered)" in test.message, said
    assert "recovered:cfun" in test.tags


@pytest.mark.parametrize(
    ("number", "complaint"),
    [
        (signal.SIGSTOP, "the server's REST API does not answer"),
        (signal.SIGKILL, "the server is gone"),
    ],
)
def test_a_server_that_is_gone_is_the_benchs(
    start: Started, tmp_path: Path, number: signal.Signals, complaint: str
) -> None:
    process = start("""
The Server Goes
    Server Starts Reading    /3303/0/5700    limit=3 s
    Module Should Report Read    /3303/0/5700
    Module Should Not Report Read    during=2 s
    Server Should Receive    F    21.5
""")
    wait_for_line(tmp_path / "results", "+LWREAD")
    child(process, "java").send_signal(number)
    process.communicate(timeout=110)
    is_bench(outcomes(tmp_path)["The Server Goes"], complaint)


def test_a_module_that_is_gone_breaks_the_bench(start: Started, tmp_path: Path) -> None:
    process = start("""
The Module Goes
    Server Starts Reading    /3303/0/5700    limit=1 s
    Module Should Report Read    /3303/0/5700
    Module Should Not Report Read    during=60 s
Nobody Is There
    Server Reads What Module Answers    /3303/0/5700    F    21.5
""")
    wait_for_line(tmp_path / "results", "+LWREAD")
    child(process, "virtual_sim7028").kill()
    said, _ = process.communicate(timeout=110)
    tests = outcomes(tmp_path)
    is_bench(tests["The Module Goes"], "does not answer at its port any more")
    assert "The bench is broken: " in tests["The Module Goes"].message
    assert "the virtual module's process ended" in tests["The Module Goes"].message
    assert "recovered" not in str(tests["The Module Goes"].tags)
    assert "robot:exit" in tests["Nobody Is There"].tags, said
    assert process.returncode == 2


def test_a_module_that_stood_still_for_a_while_is_called_until_it_answers(
    start: Started, tmp_path: Path
) -> None:
    process = start(
        """
The Module Stands Still
    Module Should Not Report Read    during=2 s
    Server Starts Reading    /3303/0/5700    limit=1 s
    Module Should Report Read    /3303/0/5700
And Goes On
    Server Reads What Module Answers    /3303/0/5700    F    21.5
""",
        "[recovery]\nlimit = 30\n",
    )
    wait_for_line(tmp_path / "results", '"Module Should Not Report Read"')
    module = child(process, "virtual_sim7028")
    module.suspend()
    wait_for_line(tmp_path / "results", "bench probed: The module does not answer")
    module.resume()
    said, _ = process.communicate(timeout=110)
    tests = outcomes(tmp_path)
    is_bench(tests["The Module Stands Still"], "does not answer at its port any more")
    assert "recovered:resynchronise" in tests["The Module Stands Still"].tags
    assert "any more; resynchronise helped (" in said
    assert tests["And Goes On"].status == "PASS"
    assert process.returncode == 1


def test_a_scenario_outside_a_test_is_refused(start: Started, tmp_path: Path) -> None:
    start("""
Never Begins
    Server Should List Module
*** Settings ***
Suite Setup    Start Scenario
""").communicate(timeout=60)
    message = outcomes(tmp_path)["Never Begins"].message
    assert "a scenario was begun outside a test: begin it in a test or its Test Setup" in message


SECRETS = {
    "IMEI": "001010280702810",
    "PIN": "4711",
    "password": "hunter2-of-the-lab",
    "phone number": "+491711234567",
    "ICCID": "89490200001234567890",
}


def test_no_secret_is_in_any_file_or_on_the_console(start: Started, tmp_path: Path) -> None:
    bench = '[network]\npin = "env:SIM_PIN"\n[leshan]\nauth = "lab:hunter2-of-the-lab"\n'
    said, _ = start(
        f"""
Told As Arguments
    Log    pin {SECRETS["PIN"]}, {SECRETS["IMEI"]}    console=True
    Log    {SECRETS["password"]}    WARN
    Set Test Message    it was {SECRETS["ICCID"]}
Told By The Module
    Module Should Accept    AT+CGSN
    Server Starts Reading    /3/0/2
    Server Should Receive    S    another than {SECRETS["IMEI"]}
Told By The Server
    Server Starts Reading    /3303/0/5750
    Module Should Report Read    /3303/0/5750
    Module Answers Read    S    call {SECRETS["phone number"]} or {SECRETS["ICCID"]}
    Server Should Receive    S    {SECRETS["password"]}
In A Failing Message
    Fail    {SECRETS["PIN"]} {SECRETS["IMEI"]} {SECRETS["ICCID"]}
In A Variable
    VAR    ${{pin}}    {SECRETS["PIN"]}
    FOR    ${{each}}    IN    {SECRETS["IMEI"]}    {SECRETS["password"]}
        Should Be Equal    ${{each}}    {SECRETS["IMEI"]}
    END
    [Teardown]    Fail    {SECRETS["password"]}
""",
        bench,
        "--loglevel",
        "TRACE",
    ).communicate(timeout=110)
    tests = outcomes(tmp_path)
    assert [test.status for test in tests.values()] == ["PASS", *["FAIL"] * 4], said
    for name, secret in SECRETS.items():
        assert secret not in said, f"the {name} is on the console"
    files = [path for path in (tmp_path / "results").rglob("*") if path.is_file()]
    assert {"output.xml", "log.html", "report.html", "summary.html", "run.jsonl"} <= {
        path.name for path in files
    }
    for path in files:
        content = path.read_bytes()
        for name, secret in SECRETS.items():
            for form in (secret.encode(), secret.encode().hex().encode()):
                if name == "PIN":  # four digits stand in many a time and many a hash
                    assert not _stands_alone(form, content), f"the {name} is in {path}"
                else:
                    assert form not in content.lower(), f"the {name} is in {path}"


def _stands_alone(form: bytes, content: bytes) -> bool:
    """Whether the digits are a word, as a PIN in quotes, in a command or in a sentence is."""
    return any(
        before + form + after in content
        for before in (b" ", b'"', b"'", b"=", b">")
        for after in (b" ", b'"', b"'", b",", b"<", b"\n")
    )
