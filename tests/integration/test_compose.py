"""Real Leshan in a real container."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import aiocoap
import docker
import pytest
import requests

from lab_evidence import Event
from leshan import supervision
from leshan.errors import ServerLost, ServerUnavailable
from leshan.server import start_server
from leshan.settings import Address, Mode, ServerSettings

pytestmark = [pytest.mark.docker, pytest.mark.timeout(600)]

DOCKER = ServerSettings(mode=Mode.DOCKER)
COMPOSE = Path(__file__).parents[2] / "compose"


@pytest.fixture(scope="module")
def engine():
    client = docker.from_env()
    yield client
    client.close()


@pytest.fixture(scope="module")
def server(engine):
    """One for all tests that leave it as it was."""
    with start_server(DOCKER) as server:
        yield server


@pytest.fixture
def container(engine, server):
    (found,) = containers_of(engine, server.project)
    return found


def containers_of(engine, project):
    label = f"com.docker.compose.project={project}"
    return engine.containers.list(all=True, filters={"label": label})


def networks_of(engine, project):
    return engine.networks.list(filters={"label": f"com.docker.compose.project={project}"})


def registrations(server):
    return requests.get(f"{server.rest_url}/api/clients", timeout=10).json()


def test_it_lists_its_registrations(server):
    assert registrations(server) == []
    server.check()
    assert "Web server started" in server.logs()
    assert "mode docker: as asked" in server.description


def test_its_health_check_is_that_of_the_rest_api(container):
    assert container.attrs["Config"]["Healthcheck"]["Test"] == ["CMD", "rest-answers"]
    assert container.exec_run(["rest-answers"]).exit_code == 0
    assert container.exec_run(["rest-answers", "127.0.0.1", "8081"]).exit_code != 0


def test_it_is_not_root(container):
    assert container.attrs["Config"]["User"] == "10001:10001"
    status = container.exec_run(["cat", "/proc/1/status"]).output.decode()
    fields = dict(line.split(":", 1) for line in status.splitlines())
    assert fields["Uid"].split() == ["10001"] * 4
    for capabilities in ("CapEff", "CapPrm", "CapBnd"):
        assert int(fields[capabilities], 16) == 0
    assert fields["NoNewPrivs"].strip() == "1"


def test_it_can_write_to_its_tmpfs_only(container):
    assert container.attrs["HostConfig"]["ReadonlyRootfs"]
    assert list(container.attrs["HostConfig"]["Tmpfs"]) == ["/tmp"]
    assert container.exec_run(["touch", "/opt/leshan/new"]).exit_code != 0
    assert container.exec_run(["touch", "/tmp/new"]).exit_code == 0


def test_its_hardening(container):
    host = container.attrs["HostConfig"]
    assert host["CapDrop"] == ["ALL"]
    assert host["CapAdd"] is None
    assert host["SecurityOpt"] == ["no-new-privileges:true"]
    assert host["Privileged"] is False
    assert 0 < host["Memory"] <= 512 * 1024 * 1024
    assert 0 < host["PidsLimit"] <= 500


def test_it_is_published_on_loopback_only(container, server):
    ports = container.attrs["NetworkSettings"]["Ports"]
    published = {name: bound for name, bound in ports.items() if bound}
    rest = {"HostIp": "127.0.0.1", "HostPort": server.rest_url.rpartition(":")[2]}
    coap = {"HostIp": "127.0.0.1", "HostPort": str(server.coap.port)}
    assert published == {"8080/tcp": [rest], "5683/udp": [coap]}


def test_coap_gets_through(server):
    """An empty confirmable message is answered by a reset: a CoAP ping (RFC 7252 4.3)."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as module:
        module.settimeout(10)
        module.sendto(bytes.fromhex("40000001"), (server.coap.host, server.coap.port))
        assert module.recv(100) == bytes.fromhex("70000001")


def test_the_harness_sees_its_end_rather_than_a_restart(container):
    assert container.attrs["HostConfig"]["RestartPolicy"]["Name"] in ("", "no")


def test_two_servers_at_once(engine, server):
    with start_server(DOCKER) as other:
        assert registrations(server) == registrations(other) == []
        assert other.project != server.project


def test_down_leaves_nothing(engine):
    with start_server(DOCKER) as server:
        project = server.project
        assert len(containers_of(engine, project)) == 1
        assert len(networks_of(engine, project)) == 1
    assert containers_of(engine, project) == []
    assert networks_of(engine, project) == []
    server.stop()
    assert "Web server started" in server.logs()


def test_a_death_in_mid_run_is_known_and_told(engine):
    lost = threading.Event()
    with start_server(DOCKER) as server:
        server.on_loss(lambda _: lost.set())
        (container,) = containers_of(engine, server.project)
        container.kill()
        assert lost.wait(2)
        with pytest.raises(ServerLost, match=r"(?s)ended by SIGKILL.*Web server started"):
            server.check()


def test_a_container_that_was_removed_is_lost_too(engine):
    lost = threading.Event()
    with start_server(DOCKER) as server:
        server.on_loss(lambda _: lost.set())
        (container,) = containers_of(engine, server.project)
        container.remove(force=True)
        assert lost.wait(2)
        with pytest.raises(ServerLost, match="its container"):
            server.check()


def test_killed_restarted_paused_resumed(tmp_path):
    log = tmp_path / "leshan.log"
    with start_server(DOCKER, log_path=log) as server:
        before = (server.rest_url, server.coap)
        server.kill()
        with pytest.raises(ServerLost, match="on purpose"):
            server.check()
        server.restart()
        assert registrations(server) == []
        server.pause()
        with pytest.raises(requests.Timeout):
            requests.get(f"{server.rest_url}/api/clients", timeout=0.3)
        server.check()
        server.resume()
        assert registrations(server) == []
        server.pause()
        server.restart()
        assert registrations(server) == []
        assert (server.rest_url, server.coap) == before
    assert log.read_text().count("Web server started") == 3


class Kept:
    """A recorder that keeps everything."""

    def __init__(self):
        self.events: list[Event] = []

    def record(self, event, /):
        self.events.append(event)


def register_wrongly(server, endpoint):
    """Register with a lifetime that is no number, which the server trips over."""
    message = aiocoap.Message(
        code=aiocoap.POST,
        payload=b"</3303/0>",
        uri_path=("rd",),
        uri_query=("lwm2m=1.0", "lt=abc", f"ep={endpoint}"),
        content_format=40,
        _mtype=aiocoap.CON,
        _mid=7028,
        _token=b"7028",
    )
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as module:
        module.settimeout(10)
        module.sendto(message.encode(), (server.coap.host, server.coap.port))
        assert aiocoap.Message.decode(module.recv(1500)).code is aiocoap.INTERNAL_SERVER_ERROR


def test_what_its_log_warns_of_is_recorded_to_its_end():
    kept = Kept()
    with start_server(DOCKER, recorder=kept) as server:
        register_wrongly(server, "first")
        server.restart()
        register_wrongly(server, "second")
        server.pause()
        server.resume()
        register_wrongly(server, "last")
    warned = [event for event in kept.events if "level" in event.data]
    assert [event.text.partition('"ep=')[2].partition('"')[0] for event in warned] == [
        "first",
        "second",
        "last",
    ]
    for event in warned:
        assert event.data["logger"] == "LwM2mCoapResource"
        assert event.data["trace"].startswith("java.lang.NumberFormatException: ")
        told = datetime.fromisoformat(event.data["server_time"])
        assert timedelta() <= event.wall - told < timedelta(minutes=1)


def test_a_paused_server_can_be_stopped(engine):
    with start_server(DOCKER) as server:
        server.pause()
    assert containers_of(engine, server.project) == []


def test_the_timeout_is_taken(engine):
    with start_server(ServerSettings(mode=Mode.DOCKER, ack_timeout=9)) as server:
        (container,) = containers_of(engine, server.project)
        written = container.exec_run(["cat", "/tmp/Californium.properties"]).output.decode()
        assert written == "MID_TACKER=NULL\nACK_TIMEOUT=9000\n"


def test_a_port_that_was_asked_for_and_is_taken_is_named():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp:
        udp.bind(("127.0.0.1", 0))
        port = udp.getsockname()[1]
        with pytest.raises(ServerUnavailable, match=f"{port}: Address already in use"):
            start_server(ServerSettings(mode=Mode.DOCKER, coap_port=port))


def test_when_a_port_is_snatched_others_are_tried(monkeypatch, caplog):
    """The first choice is taken between the choice and the use of it."""
    choose = supervision.choose
    with socket.create_server(("127.0.0.1", 0)) as snatched:
        choices = iter([snatched.getsockname()[1]])

        def choose_badly_once(settings, terms, spare):
            found = choose(settings, terms, spare)
            if port := next(choices, None):
                rest = Address("127.0.0.1", port)
                return replace(found, rest=rest)
            return found

        monkeypatch.setattr(supervision, "choose", choose_badly_once)
        with start_server(DOCKER) as server:
            assert registrations(server) == []
    assert "a port was taken just now" in caplog.text


def test_an_image_that_cannot_be_built_is_told_with_the_last_lines(monkeypatch, tmp_path, engine):
    folder = tmp_path / "compose"
    shutil.copytree(COMPOSE, folder)
    dockerfile = folder / "Dockerfile"
    broken = f"RUN echo the shelf is empty {tmp_path} && false\nRUN apt-get"
    dockerfile.write_text(dockerfile.read_text().replace("RUN apt-get", broken, 1))
    monkeypatch.setenv("SIM7028_LAB_COMPOSE", str(folder))
    with pytest.raises(
        ServerUnavailable, match=r"(?s)could not be built.*mode jvm.*the shelf is empty"
    ):
        start_server(DOCKER)
    everything = engine.containers.list(all=True)
    assert [c for c in everything if str(tmp_path) in str(c.attrs["Config"]["Cmd"])] == []


PROGRAM = """
import sys
from leshan.server import start_server
from leshan.settings import Mode, ServerSettings
with start_server(ServerSettings(mode=Mode.DOCKER)) as server:
    try:
        print(server.guard_pid, server.project, flush=True)
        sys.stdin.read()
    except KeyboardInterrupt:
        server.check()
        print("still there in tear-down", flush=True)
"""


@pytest.fixture
def program():
    """Somebody else's program that has a server, with a process group of its own."""
    process = subprocess.Popen(
        [sys.executable, "-c", PROGRAM],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    with process:
        yield process
        process.kill()


def test_kill_9_leaves_nothing(program, engine, watch):
    guard_pid, project = program.stdout.readline().split()
    guard = watch(int(guard_pid))
    assert len(containers_of(engine, project)) == 1
    os.killpg(program.pid, signal.SIGKILL)
    assert guard.has_ended(30)
    assert containers_of(engine, project) == []
    assert networks_of(engine, project) == []


def test_ctrl_c_ends_the_server_after_tear_down_only(program, engine):
    _, project = program.stdout.readline().split()
    os.killpg(program.pid, signal.SIGINT)
    assert program.stdout.readline() == "still there in tear-down\n"
    assert program.wait(30) == 0
    assert containers_of(engine, project) == []
