from __future__ import annotations

import sys
from pathlib import Path

import pytest

from virtual_sim7028 import Ready, Settings, command_line, main


def test_the_command_line_of_default_settings() -> None:
    assert command_line(Settings()) == [
        *(sys.executable, "-m", "virtual_sim7028"),
        *("--at", "pty", "--profile", "note-1.03"),
    ]


def test_the_command_line_of_all_settings() -> None:
    settings = Settings(
        at="tcp:127.0.0.1:0",
        link=Path("/tmp/module"),
        profile="strict",
        switches={"dedup": "false", "result0": "2.05"},
        pin="1234",
        faults=("hang@AT+LWOPEN", "deaf@AT:3"),
        control=Path("/tmp/control"),
        events=False,
        watch_stdin=True,
    )
    assert command_line(settings)[3:] == [
        *("--at", "tcp:127.0.0.1:0", "--profile", "strict", "--link", "/tmp/module"),
        *("--set", "dedup=false", "--set", "result0=2.05"),
        *("--pin", "1234", "--fault", "hang@AT+LWOPEN", "--fault", "deaf@AT:3"),
        *("--control", "/tmp/control", "--quiet-events", "--watch-stdin"),
    ]


def test_the_ready_line() -> None:
    ready = Ready("/dev/pts/7", "strict", 42)
    assert ready.to_json() == {"port": "/dev/pts/7", "profile": "strict", "pid": 42}


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["--profile", "best"], "no profile is called 'best': there are note-1.03, strict, a76xx"),
        (["--set", "colour=red"], "no switch is called 'colour'"),
        (["--set", "dedup"], "--set dedup: write SWITCH=VALUE"),
        (["--set", "dedup=maybe"], "dedup is 'maybe': write true or false"),
        (["--fault", "hang"], "--fault: 'hang' does not say when: write NAME@COMMAND"),
        (["--control", "/no/such/folder"], "--control /no/such/folder: No such file or directory"),
        (["--at", "usb"], "--at usb: write pty or tcp:HOST:PORT"),
        (["--at", "tcp:127.0.0.1"], "--at tcp:127.0.0.1: write pty or tcp:HOST:PORT"),
        (["--at", "tcp:127.0.0.1:99999"], "write pty or tcp:HOST:PORT"),
        (["--at", "tcp:127.0.0.1:0", "--link", "/tmp/x"], "--link goes with --at pty"),
    ],
)
def test_a_wrong_call_is_told_in_one_line(
    arguments: list[str], complaint: str, capfd: pytest.CaptureFixture[str]
) -> None:
    assert main(arguments) == 2
    told = capfd.readouterr()
    assert told.out == ""
    assert complaint in told.err
    assert told.err.count("\n") == 1


def test_an_unknown_option_is_told_in_one_line(capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="2"):
        main(["--colour", "red"], "sim7028-lab virtual-module")
    told = capfd.readouterr().err
    assert told == "sim7028-lab virtual-module: unrecognized arguments: --colour red\n"


def test_the_choices_can_be_shown(capfd: pytest.CaptureFixture[str]) -> None:
    assert main(["--profiles"]) == 0
    assert "| `result0` |" in capfd.readouterr().out


def test_the_faults_can_be_shown(capfd: pytest.CaptureFixture[str]) -> None:
    assert main(["--faults"]) == 0
    assert "| `hang` |" in capfd.readouterr().out
