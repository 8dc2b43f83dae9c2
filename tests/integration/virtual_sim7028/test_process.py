"""The process: its port, its links, and that nothing of it stays."""

from __future__ import annotations

import os
import select
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest
import serial

from virtual_sim7028 import Settings, command_line

LIMIT = 15.0


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Start a module that cannot start."""
    command = [sys.executable, "-m", "virtual_sim7028", *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=LIMIT, check=False)


def test_the_first_line_says_where_the_port_is(switch_on) -> None:
    modem = switch_on(profile="strict")
    assert modem.ready["profile"] == "strict"
    assert modem.ready["pid"] == modem.process.pid
    assert Path(modem.ready["port"]).is_char_device()
    modem.bring_up()
    assert modem.at("AT+CGMM") == ["SIM7028", "OK"]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_ends_it_quietly_and_its_link_is_gone(switch_on, tmp_path, number) -> None:
    link = tmp_path / "module"
    modem = switch_on(link=link)
    assert str(link.readlink()) == modem.ready["port"]
    modem.process.send_signal(number)
    assert modem.process.wait(LIMIT) == 0
    assert not link.is_symlink()
    assert not Path(modem.ready["port"]).exists()


def test_a_link_of_a_module_that_was_killed_is_taken_over(switch_on, tmp_path) -> None:
    link = tmp_path / "module"
    link.symlink_to("/dev/pts/99999")
    modem = switch_on(link=link)
    assert str(link.readlink()) == modem.ready["port"]


def test_a_link_that_another_module_took_over_stays(switch_on, tmp_path) -> None:
    link = tmp_path / "module"
    first, second = switch_on(link=link), switch_on(link=link)
    first.process.terminate()
    first.process.wait(LIMIT)
    assert str(link.readlink()) == second.ready["port"]


def test_the_link_can_be_opened(switch_on, tmp_path) -> None:
    link = tmp_path / "module"
    switch_on(link=link).bring_up()
    with serial.serial_for_url(str(link), timeout=LIMIT) as port:
        port.write(b"AT\r")
        assert port.read_until(b"OK\r\n") == b"\r\nOK\r\n"


@pytest.mark.parametrize("in_the_way", ["file", "folder"])
def test_a_link_never_replaces_what_is_no_link(tmp_path, in_the_way: str) -> None:
    path = tmp_path / "module"
    if in_the_way == "file":
        path.write_text("precious")
    else:
        path.mkdir()
    ended = run("--link", str(path))
    assert ended.returncode == 2
    assert ended.stdout == ""
    assert ended.stderr.endswith("a file of that name is there; remove it or name another\n")
    assert path.exists()


def test_a_link_into_no_folder(tmp_path) -> None:
    ended = run("--link", str(tmp_path / "none" / "module"))
    assert ended.returncode == 2
    assert ended.stderr.endswith("module: No such file or directory\n")


def test_a_tcp_port_that_is_taken() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        ended = run("--at", f"tcp:127.0.0.1:{port}")
    assert ended.returncode == 2
    assert f"--at tcp:127.0.0.1:{port}: " in ended.stderr
    assert "in use" in ended.stderr
    assert ended.stderr.count("\n") == 1


def test_the_port_may_be_closed_and_opened_again(switch_on) -> None:
    modem = switch_on().bring_up()
    for _ in range(3):
        modem.port.close()
        modem.port = modem.open()
        assert modem.at("AT") == ["OK"]


def test_tcp_is_the_ptys_twin(switch_on) -> None:
    modem = switch_on(at="tcp:127.0.0.1:0")
    assert modem.ready["port"].startswith("socket://127.0.0.1:")
    modem.wake()
    modem.port.close()
    modem.port = modem.open()
    assert modem.at("AT+CGMM") == ["SIM7028", "OK"]


def test_a_second_tcp_connection_is_told_why_it_is_closed(switch_on) -> None:
    modem = switch_on(at="tcp:127.0.0.1:0").wake()
    host, _, port = modem.ready["port"].removeprefix("socket://").rpartition(":")
    with socket.create_connection((host, int(port)), LIMIT) as second:
        told = b""
        while data := second.recv(4096):
            told += data
    assert b"this port is in use by 127.0.0.1:" in told
    assert modem.at("AT") == ["OK"]


def test_bytes_that_are_no_text_survive(switch_on) -> None:
    modem = switch_on().bring_up()
    modem.port.write(b"\x00\xff\xfe\x80AT\r")
    assert modem.line() == "OK"


def test_events_can_be_left_out(switch_on, server) -> None:
    modem = switch_on(events=False).bring_up()
    modem.configure(server=server.host, serverport=server.port, endpointname="quiet")
    assert modem.at("AT+LWOPEN") == ["OK"]
    server.accept_registration()
    assert modem.line() == "+LMOPEN: 0"
    modem.process.terminate()
    modem.reader.join(LIMIT)
    assert modem.events.empty()


def test_it_goes_on_when_nobody_reads_its_events(server) -> None:
    process = subprocess.Popen(
        command_line(Settings(at="pty")), stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    try:
        assert process.stdout is not None
        process.stdout.readline()
        process.stdout.close()
        process.terminate()
        assert process.wait(LIMIT) == 0
    finally:
        process.kill()
        _, errors = process.communicate()
    assert errors == b""


def test_it_ends_when_its_stdin_does(switch_on) -> None:
    modem = switch_on(watch_stdin=True).bring_up()
    modem.process.stdin.close()
    assert modem.process.wait(LIMIT) == 0


def test_it_ends_at_once_when_there_is_no_stdin() -> None:
    command = command_line(Settings(watch_stdin=True))
    with Path(os.devnull).open() as nothing:
        ended = subprocess.run(
            command, stdin=nothing, capture_output=True, timeout=LIMIT, check=False
        )
    assert ended.returncode == 0


OWNER = """
import json, subprocess, sys, time
from virtual_sim7028 import Settings, command_line
module = subprocess.Popen(
    command_line(Settings(watch_stdin=True)), stdin=subprocess.PIPE, stdout=subprocess.PIPE
)
print(json.loads(module.stdout.readline())["pid"], flush=True)
time.sleep(60)
"""


@pytest.mark.skipif(not hasattr(os, "pidfd_open"), reason="waits by a pidfd, which Linux has")
def test_it_ends_when_its_owner_is_killed() -> None:
    owner = subprocess.Popen([sys.executable, "-c", OWNER], stdout=subprocess.PIPE, text=True)
    try:
        assert owner.stdout is not None
        module = os.pidfd_open(int(owner.stdout.readline()))
        try:
            owner.kill()
            owner.wait(LIMIT)
            ended, _, _ = select.select([module], [], [], LIMIT)
        finally:
            os.close(module)
    finally:
        owner.kill()
        owner.communicate()
    assert ended
