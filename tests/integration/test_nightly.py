"""Whole nights on virtual benches: good, bad, stopped, and killed in each of their processes."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from pathlib import Path
from xml.etree import ElementTree

import psutil
import pytest

ROOT = Path(__file__).parents[2]
TIMING = "[timing]\nattach = 5\nregistration = 5\nurc = 1\nserver = 3\nquiet = 0.1\n"
VIRTUAL = '[module]\nport = "virtual"\n'
# What it prints for a read is nothing that the harness knows.
MUMBLING = VIRTUAL + 'switches = { read_urc = "+LWREED: " }\n'
NO_PORT = '[module]\nport = "/dev/serial/by-id/none"\nsimulated = true\n'

HEAD = f"""
*** Settings ***
Library          OperatingSystem
Resource         {ROOT}/robot/resources/scenario.resource
Test Setup       Registered Module    /3303/0/5700
Test Teardown    End Scenario
*** Test Cases ***
"""
TWO = """
One
    Server Reads What Module Answers    /3303/0/5700    F    21.5
Two
    Module Should Accept    AT
"""
# Long enough that whoever waits for its report can do something meanwhile.
HANGING = """
First
    Module Should Accept    AT
Hangs
    Server Starts Reading    /3303/0/5700    limit=1 s
    Module Should Report Read    /3303/0/5700
    Module Should Not Report Read    during=100 s
Last
    Module Should Accept    AT
"""
GOOD, FAILED, BENCH_BROKEN, FLAKY, INCOMPLETE = range(5)

several_benches = pytest.mark.skipif(
    find_spec("pabot") is None and os.environ.get("REQUIRE_LAB") != "1",
    reason="several benches need pabot: pip install 'sim7028-lab[lab]'",
)


class Night:
    """A nightly that was started.

    Attributes:
        process: its own process.
        results: the folder of nights.
    """

    def __init__(self, folder: Path, results: Path, *words: str) -> None:
        self.results = results
        self._where = folder
        self._said = folder / f"{results.name}-{len(list(folder.iterdir()))}.txt"
        with self._said.open("wb") as said:
            self.process = psutil.Popen(
                [
                    *(sys.executable, "-m", "sim7028_lab.cli", "nightly", "--leshan", "jvm"),
                    *("-d", results, *words),
                ],
                cwd=folder,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=said,
                start_new_session=True,
                env=os.environ | {"LAB_AUTH": "lab:hunter2-of-the-lab"},
            )

    @property
    def said(self) -> str:
        return self._said.read_text("utf-8")

    @property
    def folder(self) -> Path:
        return (self.results / "latest").resolve()

    @property
    def summary(self) -> dict:
        return json.loads((self.folder / "summary.json").read_text("utf-8"))

    @property
    def verdicts(self) -> dict[str, str]:
        return {bench["name"]: bench["verdict"] for bench in self.summary["benches"]}

    def ends(self) -> int:
        """Its exit code; it left no process."""
        code = self.process.wait(100)
        self.leaves_nothing()
        assert not (self._where / "run.jsonl").exists(), "where it was started, it writes nothing"
        return code

    def leaves_nothing(self, within: float = 60) -> None:
        deadline = time.monotonic() + within
        while left := self.processes():
            assert time.monotonic() < deadline, [process.cmdline() for process in left]
            time.sleep(0.05)

    def processes(self) -> list[psutil.Process]:
        """All of the night's own processes but the first one."""
        mine = []
        for process in psutil.process_iter():
            try:
                is_mine = str(self.results) in process.environ().get("SIM7028_LAB_NIGHT", "")
                if is_mine or any(str(self.results) in word for word in process.cmdline()[3:]):
                    mine.append(process)
            except psutil.Error:
                continue
        return [each for each in mine if each.pid != self.process.pid]

    def child(self, *named: str) -> psutil.Process:
        """The one of the night's processes in whose command line these words stand."""
        for process in self.processes():
            words = " ".join(process.cmdline())
            if all(name in words for name in named) and "leshan/guard.py" not in words:
                return process
        raise AssertionError(f"no {named} among {[p.cmdline() for p in self.processes()]}")

    def hangs(self, bench: str = "*", limit: float = 60) -> None:
        """Wait until a bench is in the middle of the scenario of that name."""
        deadline = time.monotonic() + limit
        while not any(
            "+LWREAD:" in file.read_text("utf-8")
            for file in self.results.glob(f"latest/{bench}/run/evidence/*/Hangs.jsonl")
        ):
            assert time.monotonic() < deadline, f"nothing hangs within {limit} s: {self.said}"
            assert self.process.poll() is None, self.said
            time.sleep(0.05)


Start = Callable[..., Night]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Starts nights on scenarios and benches; all are gone afterwards."""
    started: list[Night] = []

    def begin(scenarios: str, *words: str, results: str = "nights", **benches: str) -> Night:
        (tmp_path / "suite.robot").write_text(HEAD + scenarios, encoding="utf-8")
        files = []
        for name, content in (benches or {"virtual": VIRTUAL}).items():
            file = tmp_path / f"{name}.toml"
            file.write_text(content + TIMING, encoding="utf-8")
            files += ["--bench", str(file)]
        night = Night(tmp_path, tmp_path / results, *files, str(tmp_path / "suite.robot"), *words)
        started.append(night)
        return night

    yield begin
    for night in started:
        if night.process.poll() is None:
            night.process.kill()
        night.process.communicate()
        for process in night.processes():
            process.kill()


def quick(start: Start, scenarios: str, *words: str, **more: str) -> Night:
    """A night that does without doctor."""
    return start(scenarios, "--skip-doctor", *words, **more)


@several_benches
def test_three_benches_at_once_have_three_columns(start: Start, tmp_path: Path) -> None:
    night = start(TWO, cellar=VIRTUAL, mumbling=MUMBLING, attic=NO_PORT)
    assert night.ends() == FAILED, night.said
    # The one without a port was found by doctor, and did not take the others down.
    assert night.verdicts == {"cellar": "PASS", "mumbling": "FAIL", "attic": "BENCH"}
    assert "BENCH BROKEN: port" in night.said
    counts = {bench["name"]: bench["counts"] for bench in night.summary["benches"]}
    assert (counts["cellar"]["PASS"], counts["mumbling"]["FAIL"]) == (2, 1)
    assert night.summary["complete"], night.said
    assert (night.folder / "mumbling" / "rerun" / "output.xml").is_file()
    assert (night.folder / "cellar" / "log.html").is_file()
    assert not (night.folder / "cellar" / "rerun").exists()
    suites = ElementTree.parse(night.folder / "xunit.xml").getroot()  # noqa: S314 - our own
    found = [(s.get("name"), s.get("failures"), s.get("errors")) for s in suites]
    assert found == [("cellar", "0", "0"), ("mumbling", "1", "0"), ("attic", "0", "1")]
    assert not (night.folder / "pabot").exists()
    assert not (tmp_path / ".pabotsuitenames").exists()


def test_flaky_is_told_to_program_and_hook(start: Start, tmp_path: Path) -> None:
    hook = f"{sys.executable} -c 'import json, sys; print(json.load(sys.stdin)[\"verdict\"])'"
    night = quick(
        start,
        f"""
First Try Fails
    ${{again}}    Run Keyword And Return Status    File Should Exist    {tmp_path}/tried
    Create File    {tmp_path}/tried
    Should Be True    ${{again}}
Second
    Module Should Accept    AT
""",
        *("--json", "--hook", hook),
    )
    assert night.ends() == FLAKY, night.said
    told = json.loads(night.process.stdout.read())
    assert (told["exit"], told["meaning"], told["complete"]) == (FLAKY, "flaky", True)
    assert told["summary"] == str(night.folder / "summary.json")
    assert night.summary["counts"]["FLAKY"] == 1
    assert (night.folder / "hook.txt").read_text() == "FLAKY\n"


def test_a_secret_in_the_results_is_found(start: Start) -> None:
    night = quick(
        start,
        """
Gives It Away
    ${secret}    Evaluate    "hunter2-of" + "-the-lab"
    Create File    ${OUTPUT DIR}/keys.txt    ${secret}
""",
        virtual=VIRTUAL + '[leshan]\nauth = "env:LAB_AUTH"\n',
    )
    assert night.ends() == INCOMPLETE, night.said
    assert "a secret of virtual.toml stands in run/keys.txt" in night.said
    assert "hunter2-of-the-lab" not in night.said


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--", "--no-such-option"], "option --nosuchoption not recognized"),
        (["--", "--include", "no-such-tag"], "contains no tests matching tag"),
    ],
)
def test_what_robot_cannot_do_is_a_wrong_call(start: Start, words: list[str], message: str) -> None:
    night = quick(start, TWO, *words)
    assert night.ends() == BENCH_BROKEN
    assert message in night.said
    assert not [path for path in night.results.iterdir() if path.is_dir()]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_night_that_is_stopped_ends_with_teardowns(start: Start, number: signal.Signals) -> None:
    night = quick(start, HANGING)
    night.hangs()
    second = quick(start, TWO)
    assert second.process.wait(60) == BENCH_BROKEN
    assert f"is in use by pid {night.process.pid} of " in second.said
    began = time.monotonic()
    night.process.send_signal(number)
    assert night.ends() == INCOMPLETE
    assert time.monotonic() - began < 30
    assert f"the night was stopped ({number.name})" in night.said
    journal = (night.folder / "virtual" / "run" / "run.jsonl").read_text("utf-8")
    assert '"what":"closed"' in journal
    assert "INCOMPLETE" in (night.folder / "summary.html").read_text("utf-8")
    assert night.summary["counts"]["PASS"] == 1


def test_what_writes_nothing_is_ended(start: Start) -> None:
    night = quick(start, HANGING, "--stall", "0.1")
    assert night.ends() == INCOMPLETE, night.said
    assert "robot wrote nothing for 0.1 min and was ended" in night.said


def test_what_takes_too_long_is_ended(start: Start) -> None:
    night = quick(start, HANGING, "--limit", "0.1")
    assert night.ends() == INCOMPLETE, night.said
    assert "the night's time limit of 0.1 min was over" in night.said


def test_robot_is_killed(start: Start) -> None:
    night = quick(start, HANGING)
    night.hangs()
    night.child("-m robot").kill()
    assert night.ends() == INCOMPLETE, night.said
    assert "robot was killed (SIGKILL)" in night.said
    assert "1 of 3 expected scenarios came to a result" in night.said
    assert night.summary["counts"]["PASS"] == 1
    assert not night.summary["complete"]


@pytest.mark.parametrize("what", ["java", "virtual_sim7028"])
def test_server_or_module_is_killed(start: Start, what: str) -> None:
    night = quick(start, HANGING)
    night.hangs()
    night.child(what).kill()
    assert night.ends() == BENCH_BROKEN, night.said
    assert night.verdicts == {"virtual": "BENCH"}
    assert "not run again: the bench broke" in night.said


@several_benches
def test_a_worker_of_pabot_is_killed(start: Start) -> None:
    night = quick(start, HANGING.replace("100 s", "6 s"), cellar=VIRTUAL, attic=VIRTUAL)
    night.hangs("attic")
    night.child("-m robot", "attic/run/arguments.txt").kill()
    assert night.ends() == INCOMPLETE, night.said
    assert "robot was killed" in night.said
    benches = {bench["name"]: bench for bench in night.summary["benches"]}
    assert benches["attic"]["missing"]
    assert not benches["cellar"]["missing"]
    assert benches["cellar"]["counts"]["NOT RUN"] == 0


@several_benches
def test_pabot_is_killed(start: Start) -> None:
    night = quick(start, HANGING, cellar=VIRTUAL, attic=VIRTUAL)
    for bench in ("cellar", "attic"):
        night.hangs(bench)
    night.child("-m pabot").kill()
    assert night.ends() == INCOMPLETE, night.said
    assert "pabot was killed (SIGKILL)" in night.said


def test_the_night_itself_is_killed(start: Start) -> None:
    night = quick(start, HANGING)
    night.hangs()
    waiting = quick(start, TWO, "--lock", "wait", results="others")
    while f"is in use by pid {night.process.pid} of " not in waiting.said:
        assert waiting.process.poll() is None, waiting.said
        time.sleep(0.05)
    night.process.kill()
    night.process.wait()
    night.leaves_nothing()
    assert not night.summary["complete"]
    assert "INCOMPLETE" in (night.folder / "summary.html").read_text("utf-8")
    assert night.summary["counts"]["PASS"] == 1
    (bench,) = night.summary["benches"]
    assert any("the last thing it did was running the scenarios" in s for s in bench["missing"])
    # Only then was the bench free, and the one that waited finds it as it should be.
    assert waiting.ends() == GOOD, waiting.said


def test_night_and_guard_are_killed(start: Start) -> None:
    night = quick(start, HANGING)
    night.hangs()
    (guard,) = [p for p in night.processes() if "sim7028_lab.nightly.guard" in p.cmdline()]
    guard.kill()
    night.process.kill()
    assert not night.summary["complete"]
    night.child("-m robot").kill()
    night.leaves_nothing()
