"""A place of a real labgrid: what it gives to a run, and that it is given back."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Protocol

import pytest

from sim7028 import At, Channel, Ready, open_port
from sim7028_lab.benchsections import LabgridSection
from sim7028_lab.place import Place, PlaceError

# pyserial 3.5 starts its thread by setDaemon.
pytestmark = pytest.mark.filterwarnings("ignore:setDaemon|setName:DeprecationWarning")


class Labgrid(Protocol):
    """The fixture's."""

    coordinator: str
    resources: str

    def client(self, *words: str, user: str = "", check: bool = True) -> str: ...
    def holder(self, place: str) -> str | None: ...


@pytest.fixture(scope="module")
def bench_1(labgrid: Labgrid) -> LabgridSection:
    """A place that has the module."""
    labgrid.client("-p", "bench-1", "create")
    labgrid.client("-p", "bench-1", "add-match", labgrid.resources)
    return LabgridSection("bench-1", labgrid.coordinator)


@pytest.fixture(autouse=True)
def locks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Locks and records of this test are its own."""
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr(tempfile, "tempdir", None)


@contextmanager
def acquired(labgrid: Labgrid, place: str, user: str = "") -> Iterator[None]:
    """Somebody has acquired a place by hand."""
    labgrid.client("-p", place, "acquire", user=user)
    try:
        yield
    finally:
        labgrid.client("-p", place, "release", "--kick", check=False)


def quietly(_: str) -> None:
    """Nobody waits."""


ME = f"{os.uname().nodename}/"


def test_a_place_gives_its_port_and_its_power(labgrid: Labgrid, bench_1: LabgridSection) -> None:
    with Place(bench_1, quietly) as place:
        assert str(labgrid.holder("bench-1")).startswith(ME)
        assert place.port.startswith("rfc2217://127.0.0.1:")
        with Channel(open_port(place.port)) as channel:
            channel.resynchronise()
            mark = channel.mark()
            assert place.power is not None
            place.power.off()
            place.power.on()
            mark.next(Ready, within=20)
            channel.send(At())
    assert labgrid.holder("bench-1") is None


def test_whoever_has_a_place_is_named_and_keeps_it(
    labgrid: Labgrid, bench_1: LabgridSection
) -> None:
    complaint = pytest.raises(PlaceError, match=r"far-away/somebody has it since 20\d\d-")
    with acquired(labgrid, "bench-1", "somebody"):
        with complaint:
            Place(bench_1, quietly).__enter__()
        assert labgrid.holder("bench-1") == "far-away/somebody"


KILLED = """
import os, signal, sys
from sim7028_lab.benchsections import LabgridSection
from sim7028_lab.place import Place
with Place(LabgridSection(*sys.argv[1:]), print):
    os.kill(os.getpid(), signal.SIGKILL)
"""


def test_what_a_killed_run_left_is_taken_over(labgrid: Labgrid, bench_1: LabgridSection) -> None:
    command = [sys.executable, "-c", KILLED, "bench-1", labgrid.coordinator]
    assert subprocess.run(command, check=False).returncode == -signal.SIGKILL
    assert labgrid.holder("bench-1") is not None
    said: list[str] = []
    with Place(bench_1, said.append) as place:
        assert place.port
    assert said == ["labgrid place bench-1: released what a killed run left acquired"]
    assert labgrid.holder("bench-1") is None


def test_a_place_that_is_taken_away_is_not_given_back(
    labgrid: Labgrid, bench_1: LabgridSection
) -> None:
    with ExitStack() as boss:
        with Place(bench_1, quietly) as place:
            labgrid.client("-p", "bench-1", "release", "--kick", user="boss")
            with pytest.raises(PlaceError, match="taken away from this run, nobody has it"):
                place.look_again()
            boss.enter_context(acquired(labgrid, "bench-1", "boss"))
        assert labgrid.holder("bench-1") == "far-away/boss"


def test_an_exporter_that_is_not_there_is_named(labgrid: Labgrid) -> None:
    labgrid.client("-p", "orphan", "create")
    labgrid.client("-p", "orphan", "add-match", "attic/bench/NetworkSerialPort")
    with pytest.raises(PlaceError, match=r"attic/bench/NetworkSerialPort has no.*exporter"):
        Place(LabgridSection("orphan", labgrid.coordinator), quietly).__enter__()
    assert labgrid.holder("orphan") is None


def test_a_silent_coordinator_is_named(labgrid: Labgrid) -> None:
    with pytest.raises(PlaceError, match=r"coordinator at 127.0.0.1:1 does not.*LG_COORDINATOR$"):
        Place(LabgridSection("bench-1", "127.0.0.1:1"), quietly).__enter__()


# Whole runs

ROOT = Path(__file__).parents[3]
TIMING = "[timing]\nattach = 5\nregistration = 5\nurc = 2\nserver = 3\nquiet = 0.1\n"


class Run:
    """robot, on a bench that is a place."""

    def __init__(self, place: LabgridSection, folder: Path, *arguments: str) -> None:
        bench = folder / "bench.toml"
        bench.write_text(
            '[module]\nport = "labgrid"\nsimulated = true\n'
            f'[labgrid]\nplace = "{place.place}"\ncoordinator = "{place.coordinator}"\n{TIMING}',
        )
        variables = ["-v", "LESHAN:jvm", "-v", f"BENCH:{bench}"]
        self.process = subprocess.Popen(
            [sys.executable, "-m", "robot", "-d", str(folder / "results"), *variables, *arguments],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def end(self) -> tuple[int, str]:
        """Exit code and console."""
        said, _ = self.process.communicate(timeout=100)
        return self.process.returncode, said


def test_scenarios_run_on_a_place(
    labgrid: Labgrid, bench_1: LabgridSection, tmp_path: Path
) -> None:
    wanted = ["-t", "A Number Needs No Decimal Point", "-t", "The Last Object"]
    code, said = Run(bench_1, tmp_path, *wanted, "robot/06__read").end()
    assert code == 0, said
    assert "2 tests, 2 passed" in said
    assert labgrid.holder("bench-1") is None


def test_a_failure_and_ctrl_c_give_the_place_back(
    labgrid: Labgrid, bench_1: LabgridSection, tmp_path: Path
) -> None:
    suite = tmp_path / "waits.robot"
    suite.write_text(f"""
*** Settings ***
Resource    {ROOT}/robot/resources/scenario.resource
Test Teardown    End Scenario
*** Test Cases ***
Fails
    Fail    on purpose
Waits
    Registered Module    /3303/0/5700
    Server Starts Reading    /3303/0/5700    limit=60 s
    Log    waiting    console=yes
    Server Should Get No Answer
""")
    run = Run(bench_1, tmp_path, str(suite))
    assert run.process.stdout is not None
    for line in run.process.stdout:
        if "waiting" in line:
            break
    run.process.send_signal(signal.SIGINT)
    code, said = run.end()
    assert code != 0, said
    assert labgrid.holder("bench-1") is None
