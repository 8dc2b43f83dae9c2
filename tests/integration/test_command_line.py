"""The command line on benches that are wrong: one message, exit code 2, nothing left."""

import os
import select
import subprocess
import sys
import threading
import tty
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

CLI = [sys.executable, "-m", "sim7028_lab.cli"]


def cli(*arguments: str, limit: float = 60) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [*CLI, *arguments], capture_output=True, text=True, timeout=limit, check=False
    )


@pytest.fixture
def bench(tmp_path: Path) -> Callable[[str], str]:
    def write(port: str) -> str:
        path = tmp_path / "bench.toml"
        path.write_text(
            f"[module]\nport = '{port}'\n[leshan]\nmode = 'jvm'\ncoap_host = '{HOST}'\n"
        )
        return str(path)

    return write


HOST = "127.0.0.1"


@contextmanager
def device(answer: Callable[[bytes], bytes]) -> Iterator[str]:
    """A pty with something behind it that is no module."""
    master, slave = os.openpty()
    tty.setraw(slave)
    stop_reading, stop = os.pipe()

    def run() -> None:
        while stop_reading not in (ready := select.select([master, stop_reading], [], [])[0]):
            if ready:
                os.write(master, answer(os.read(master, 4096)))

    thread = threading.Thread(target=run)
    thread.start()
    try:
        yield os.ttyname(slave)
    finally:
        os.close(stop)
        thread.join()
        for fd in (master, slave, stop_reading):
            os.close(fd)


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


def test_a_port_that_is_not_there_is_named(bench: Callable[[str], str]) -> None:
    result = cli("doctor", "--bench", bench("socket://127.0.0.1:1"))
    assert result.returncode == 2
    assert "127.0.0.1:1" in result.stderr
    assert "Traceback" not in result.stderr


def test_a_module_that_never_answers_is_said_so(bench: Callable[[str], str]) -> None:
    with device(lambda _: b"") as port:
        result = cli("doctor", "--bench", bench(port))
    assert result.returncode == 2
    assert "AT was not answered" in result.stderr
    assert "Traceback" not in result.stderr


def test_a_port_that_speaks_binary_is_said_so(bench: Callable[[str], str]) -> None:
    with device(lambda _: bytes(range(128, 256)) * 4) as port:
        result = cli("doctor", "--bench", bench(port))
    assert result.returncode == 2
    assert "bytes that are no text" in result.stderr
    assert "Traceback" not in result.stderr


def test_a_port_in_use_is_said_so_and_by_whom(bench: Callable[[str], str]) -> None:
    with device(lambda _: b"\r\nOK\r\n") as port:
        script = f"import serial; p = serial.Serial({port!r}, exclusive=True); print(); input()"
        with subprocess.Popen(
            [sys.executable, "-c", script],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        ) as holder:
            assert holder.stdout is not None
            holder.stdout.readline()
            result = cli("doctor", "--bench", bench(port))
            holder.kill()
    assert result.returncode == 2
    assert f"{holder.pid}" in result.stderr
    assert port in result.stderr


def test_a_virtual_bench_is_well() -> None:
    result = cli("doctor", "--leshan", "jvm")
    assert result.returncode == 0, result.stderr
    assert "SIMULATED MODULE" in result.stdout
    assert "Registration: made" in result.stdout


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
