"""The command line: help, calls that are wrong, and a server for the desk."""

import subprocess
import sys
from pathlib import Path

import pytest

CLI = [sys.executable, "-m", "sim7028_lab.cli"]


def cli(*arguments: str, limit: float = 60) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [*CLI, *arguments], capture_output=True, text=True, timeout=limit, check=False
    )


@pytest.mark.parametrize(
    "command", ["", "doctor", "server up", "server down", "server status", "server logs",
                "virtual-module"],
)  # fmt: skip
def test_every_command_explains_itself(command: str) -> None:
    result = cli(*command.split(), "--help")
    assert result.returncode == 0
    assert "xample" in result.stdout or not command


@pytest.mark.parametrize("call", ["nosuch", "doctor --nosuch", "virtual-module --profile nosuch"])
def test_a_wrong_call_is_2(call: str) -> None:
    result = cli(*call.split())
    assert result.returncode == 2
    assert "nosuch" in result.stderr
    assert "Traceback" not in result.stderr


def test_a_server_for_the_desk_comes_stays_and_goes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    assert cli("server", "status").returncode == 1
    up = cli("server", "up", "--leshan", "jvm")
    try:
        assert up.returncode == 0, up.stderr
        assert cli("server", "status").stdout == up.stdout
        assert "server started" in cli("server", "logs").stdout
        again = cli("server", "up", "--leshan", "jvm")
        assert again.returncode == 2
        assert "there is one" in again.stderr
    finally:
        assert cli("server", "down").returncode == 0
    assert cli("server", "status").returncode == 1
