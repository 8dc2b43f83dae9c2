"""The server that a command starts and another ends."""

from __future__ import annotations

import contextlib
import fcntl
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
import requests

from leshan import desk
from leshan.desk import AlreadyUp, NotUp
from leshan.errors import ServerLost, ServerUnavailable
from leshan.ports import free_ports
from leshan.settings import Mode, ServerSettings

JVM = ServerSettings(mode=Mode.JVM)


@pytest.fixture(autouse=True)
def state(tmp_path, monkeypatch):
    """A desk of the test's own; nothing stays on it."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    monkeypatch.setenv("TMPDIR", str(tmp_path))  # where a guard that is killed leaves something
    yield tmp_path / "sim7028-lab"
    with contextlib.suppress(NotUp):
        desk.down()


UP = """
import sys
from leshan import desk
from leshan.settings import Mode, ServerSettings
print(desk.up(ServerSettings(mode=Mode[sys.argv[1]])).guard_pid)
"""


def up_in_another_process(mode="JVM"):
    """As a command does it: its output is read to the end, so nothing may hold it open."""
    done = subprocess.run(
        [sys.executable, "-c", UP, mode], capture_output=True, text=True, timeout=100, check=True
    )
    return int(done.stdout)


def registrations(server):
    return requests.get(f"{server.rest_url}/api/clients", timeout=10).json()


def test_it_outlives_the_command_and_ends_with_another(watch):
    guard = watch(up_in_another_process())
    server = desk.status()
    assert guard.is_running()
    assert registrations(server) == []
    assert "Web server started" in desk.logs()
    assert desk.logs(1).count("\n") == 1
    assert desk.down() == server
    assert guard.has_ended(0)
    with pytest.raises(requests.ConnectionError):
        registrations(server)
    assert "Web server started" in desk.logs()


def test_it_outlives_a_ctrl_c_and_the_terminal():
    guard_pid = up_in_another_process()
    assert os.getsid(guard_pid) != os.getsid(0)


def test_a_second_one_is_refused_with_where_the_first_is():
    up_in_another_process()
    server = desk.status()
    with pytest.raises(AlreadyUp) as caught:
        desk.up(JVM)
    assert server.rest_url in str(caught.value)
    assert "sim7028-lab server down" in str(caught.value)
    assert desk.status() == server


def test_it_stands_where_people_look_for_it_if_it_may(monkeypatch):
    rest, coap = free_ports(2)
    monkeypatch.setattr(desk, "REST_PORT", rest)
    monkeypatch.setattr(desk, "COAP_PORT", coap)
    server = desk.up(JVM)
    assert server.rest_url == f"http://127.0.0.1:{rest}"
    assert server.coap.port == coap


def test_nothing_is_there_before_and_after():
    for ask in (desk.status, desk.down):
        with pytest.raises(NotUp, match=r"there is none.*sim7028-lab server up"):
            ask()
    assert desk.logs() == ""


def test_a_start_that_failed_leaves_an_empty_desk(monkeypatch, tmp_path):
    monkeypatch.setenv("SIM7028_LAB_LESHAN_JAR", str(tmp_path / "no.jar"))
    with pytest.raises(ServerUnavailable, match=r"no\.jar"):
        desk.up(JVM)
    with pytest.raises(NotUp):
        desk.status()


def test_a_remote_server_is_not_started_here():
    with pytest.raises(ServerUnavailable, match="Choose docker or jvm"):
        desk.up(ServerSettings(mode=Mode.REMOTE, rest_url="http://leshan.example"))


def test_a_dead_server_is_told_with_its_log_and_can_be_cleared_away(watch):
    guard_pid = up_in_another_process()
    (child,) = Path(f"/proc/{guard_pid}/task/{guard_pid}/children").read_text().split()
    java = watch(int(child))
    os.kill(java.pid, signal.SIGKILL)
    assert java.has_ended()
    with pytest.raises(ServerLost, match=r"(?s)server down.*Web server started"):
        desk.status()
    desk.down()
    with pytest.raises(NotUp):
        desk.status()


def test_a_record_that_was_left_over_is_no_server(watch):
    guard = watch(up_in_another_process())
    os.kill(guard.pid, signal.SIGKILL)
    assert guard.has_ended()
    with pytest.raises(NotUp):
        desk.status()
    with pytest.raises(NotUp):
        desk.down()


def test_while_another_command_starts_one(state):
    state.mkdir()
    with (state / "server.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with pytest.raises(AlreadyUp, match="another command is starting it"):
            desk.up(JVM)
        with pytest.raises(NotUp, match="another command is starting it"):
            desk.status()


@pytest.mark.docker
@pytest.mark.timeout(600)
def test_in_docker(watch):
    guard = watch(up_in_another_process("DOCKER"))
    server = desk.status()
    assert server.mode is Mode.DOCKER
    assert registrations(server) == []
    assert "Web server started" in desk.logs()
    desk.down()
    assert guard.has_ended(0)
    with pytest.raises(requests.ConnectionError):
        registrations(server)
