"""Real Leshan in a real Java."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest
import requests

from leshan.errors import ServerLost, ServerUnavailable
from leshan.release import RELEASES
from leshan.server import start_server
from leshan.settings import Mode, ServerSettings

JVM = ServerSettings(mode=Mode.JVM)


def registrations(server):
    return requests.get(f"{server.rest_url}/api/clients", timeout=10).json()


def sockets_of(pid):
    """Addresses that a process listens at, as the kernel writes them."""
    links = [
        str(link.readlink()) for link in Path(f"/proc/{pid}/fd").iterdir() if link.is_symlink()
    ]
    inodes = {link[8:-1] for link in links if link.startswith("socket:[")}
    found = set()
    for table in ("tcp", "tcp6", "udp", "udp6"):
        for line in Path(f"/proc/{pid}/net/{table}").read_text().splitlines()[1:]:
            fields = line.split()
            if fields[9] in inodes and fields[3] in ("0A", "07"):  # listening, or UDP
                found.add(fields[1])
    return found


def port_of(socket):
    return int(socket.rpartition(":")[2], 16)


def test_it_lists_its_registrations(leshan_server):
    assert isinstance(registrations(leshan_server), list)
    leshan_server.check()


def test_it_listens_on_loopback_only():
    with start_server(JVM) as server:
        sockets = sockets_of(server.pid)
        assert {server.coap.port, int(server.rest_url.rpartition(":")[2])} < {
            port_of(socket) for socket in sockets
        }
        loopback = ("0100007F:", "0000000000000000FFFF00000100007F:")
        assert [s for s in sockets if not s.startswith(loopback)] == []


def test_two_servers_at_once():
    with start_server(JVM) as one, start_server(JVM) as other:
        assert registrations(one) == registrations(other) == []


def test_ipv6():
    with start_server(ServerSettings(mode=Mode.JVM, coap_host="::1")) as server:
        assert str(server.coap).startswith("[::1]:")
        ipv6_loopback = f"00000000000000000000000001000000:{server.coap.port:04X}"
        assert ipv6_loopback in sockets_of(server.pid)


def test_a_death_in_mid_run_is_known_and_told(tmp_path):
    lost = threading.Event()
    with start_server(JVM, log_path=tmp_path / "leshan.log") as server:
        server.on_loss(lambda _: lost.set())
        os.kill(server.pid, signal.SIGKILL)
        assert lost.wait(2)
        with pytest.raises(ServerLost, match=r"(?s)SIGKILL.*Web server started"):
            server.check()
        with pytest.raises(requests.ConnectionError):
            registrations(server)
    assert "Web server started" in (tmp_path / "leshan.log").read_text()


def test_killed_restarted_paused_resumed():
    with start_server(JVM) as server:
        server.kill()
        server.restart()
        assert registrations(server) == []
        server.pause()
        with pytest.raises(requests.Timeout):
            requests.get(f"{server.rest_url}/api/clients", timeout=0.3)
        server.resume()
        assert registrations(server) == []


def test_the_timeout_is_taken():
    with start_server(ServerSettings(mode=Mode.JVM, ack_timeout=9)) as server:
        folder = Path(f"/proc/{server.pid}/cwd").resolve()
        # What Leshan would have written, had it not found the file.
        assert (folder / "Californium.properties").read_text() == (
            "MID_TACKER=NULL\nACK_TIMEOUT=9000\n"
        )


def test_a_jar_that_was_changed_is_not_run(monkeypatch, tmp_path):
    (tmp_path / "changed.jar").write_bytes(b"PK")
    monkeypatch.setenv("SIM7028_LAB_LESHAN_JAR", str(tmp_path / "changed.jar"))
    with pytest.raises(ServerUnavailable, match=r"changed\.jar with SHA-256"):
        start_server(JVM)


def test_maven_out_of_reach(monkeypatch, tmp_path):
    monkeypatch.setenv("M2_REPO", str(tmp_path))
    monkeypatch.setenv("SIM7028_LAB_MAVEN", "http://127.0.0.1:9")
    with pytest.raises(ServerUnavailable) as caught:
        start_server(JVM)
    assert RELEASES["2.0.0-M4"].coordinates in str(caught.value)
    assert caught.value.after < 10


PROGRAM = """
import sys
from leshan.server import start_server
from leshan.settings import Mode, ServerSettings
with start_server(ServerSettings(mode=Mode[sys.argv[1]])) as server:
    try:
        print(server.guard_pid, server.pid, server.rest_url, flush=True)
        sys.stdin.read()
    except KeyboardInterrupt:
        server.check()
        print("still there in tear-down", flush=True)
"""


@pytest.fixture
def program():
    """Somebody else's program that has a server, with a process group of its own."""
    process = subprocess.Popen(
        [sys.executable, "-c", PROGRAM, "JVM"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    with process:
        yield process
        process.kill()


def test_kill_9_leaves_nothing(program, watch):
    guard_pid, pid, _ = program.stdout.readline().split()
    guard, server = watch(int(guard_pid)), watch(int(pid))
    folder = Path(f"/proc/{pid}/cwd").resolve()
    os.killpg(program.pid, signal.SIGKILL)
    assert guard.has_ended()
    assert server.has_ended(0)
    assert not folder.exists()


def test_ctrl_c_ends_the_server_after_tear_down_only(program, watch):
    guard_pid, pid, _ = program.stdout.readline().split()
    guard, server = watch(int(guard_pid)), watch(int(pid))
    os.killpg(program.pid, signal.SIGINT)
    assert program.stdout.readline() == "still there in tear-down\n"
    assert program.wait(10) == 0
    assert guard.has_ended(0)
    assert server.has_ended(0)
