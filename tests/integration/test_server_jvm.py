"""Real Leshan in a real Java."""

from __future__ import annotations

import os
import queue
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import aiocoap
import pytest
import requests

from lab_evidence import Event
from leshan.errors import ServerLost, ServerUnavailable
from leshan.release import RELEASES
from leshan.server import start_server
from leshan.settings import Mode, ServerSettings
from leshan.supervision import Server

JVM = ServerSettings(mode=Mode.JVM)
ACK_TIMEOUT = 3.0
WITHIN = 10.0  # s for what comes sooner


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


class Warnings:
    """A recorder that keeps what the server's log warned of, and can be waited for."""

    def __init__(self) -> None:
        self._told: queue.SimpleQueue[Event] = queue.SimpleQueue()

    def record(self, event: Event, /) -> None:
        if "level" in event.data:
            self._told.put(event)

    def next(self) -> Event:
        return self._told.get(timeout=WITHIN)


@pytest.fixture(scope="module")
def warnings() -> Warnings:
    return Warnings()


@pytest.fixture(scope="module")
def patient(warnings: Warnings) -> Iterator[Server]:
    """A server that repeats late, is followed, and runs where it is not the time of UTC."""
    settings = ServerSettings(mode=Mode.JVM, ack_timeout=ACK_TIMEOUT)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TZ", "Asia/Tokyo")
        with start_server(settings, recorder=warnings) as server:
            yield server


@pytest.fixture
def module(patient: Server) -> Iterator[socket.socket]:
    """A UDP socket that talks to the server."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as module:
        module.settimeout(WITHIN)
        module.connect((patient.coap.host, patient.coap.port))
        yield module


def register(module, *query):
    message = aiocoap.Message(
        code=aiocoap.POST,
        payload=b"</3303/0>",
        uri_path=("rd",),
        uri_query=("lwm2m=1.0", *query),
        content_format=40,
        _mtype=aiocoap.CON,
        _mid=time.monotonic_ns() % 65536,
        _token=b"7028",
    )
    module.send(message.encode())
    return aiocoap.Message.decode(module.recv(1500)).code


def test_the_timeout_is_taken(patient):
    folder = Path(f"/proc/{patient.pid}/cwd").resolve()
    # What Leshan would have written, had it not found the file.
    assert (folder / "Californium.properties").read_text() == (
        "MID_TACKER=NULL\nACK_TIMEOUT=3000\n"
    )


def test_a_module_that_is_silent_is_asked_again_after_the_timeout_only(patient, module):
    assert register(module, "ep=silent", "lt=60") is aiocoap.CREATED
    url = f"{patient.rest_url}/api/clients/silent/3303/0/5700"
    asking = threading.Thread(
        target=requests.get, args=(url,), kwargs={"params": {"timeout": "8"}, "timeout": WITHIN}
    )
    asking.start()
    request = module.recv(1500)
    asked = time.monotonic()
    assert module.recv(1500) == request
    # Less a little, for the time that the first took to be noticed.
    assert time.monotonic() - asked > ACK_TIMEOUT - 0.05
    length = request[0] & 0x0F
    module.send(bytes([0x60 | length, 0x84]) + request[2 : 4 + length])  # ACK, 4.04
    asking.join()


def test_what_its_log_warns_of_is_recorded_as_it_happens(patient, module, warnings):
    url = f"{patient.rest_url}/event"
    with requests.get(
        url, headers={"Accept": "text/event-stream"}, stream=True, timeout=WITHIN
    ) as dropped:
        assert dropped.ok
    for number in range(100):  # the server notices by and by that nobody takes its events
        assert register(module, f"ep=told-{number}", "lt=60") is aiocoap.CREATED
        if "org.eclipse.jetty.io.EofException\n" in patient.logs():
            break
    else:
        pytest.fail("the server does not mind a dropped stream")
    assert register(module, "ep=wrong", "lt=abc") is aiocoap.INTERNAL_SERVER_ERROR
    event = warnings.next()
    assert event.text.startswith("Exception while handling request [CON-POST")
    assert event.data["level"] == "ERROR"
    assert event.data["logger"] == "LwM2mCoapResource"
    assert event.data["seen_by"] == "server"
    assert event.data["trace"].startswith('java.lang.NumberFormatException: For input string: "abc')
    told = datetime.fromisoformat(event.data["server_time"])
    assert timedelta() <= event.wall - told < timedelta(minutes=1)


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
