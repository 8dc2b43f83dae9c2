"""What a lab has: ser2net before a serial device, labgrid's coordinator and exporter."""

from __future__ import annotations

import os
import shutil
import subprocess
import sysconfig
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import psutil
import pytest

from lab_evidence import Silent
from sim7028_lab.virtual import VirtualModule
from virtual_sim7028 import Settings

PLACES = os.pathsep.join((sysconfig.get_path("scripts"), os.environ["PATH"], "/usr/sbin"))


def find_program(name: str) -> str:
    """Where a program is; without it the test is skipped, or fails when REQUIRE_LAB=1."""
    found = shutil.which(name, path=PLACES)
    if found is None:
        reason = f"there is no program {name}; apt install ser2net, pip install 'labgrid>=25'"
        if os.environ.get("REQUIRE_LAB") == "1":
            pytest.fail(f"REQUIRE_LAB=1, but {reason}", pytrace=False)
        pytest.skip(reason)
    return found


@contextmanager
def running(*command: str, **options: object) -> Iterator[subprocess.Popen[str]]:
    """A program in the background, ended by its own means or else killed."""
    process = subprocess.Popen(command, text=True, **options)  # type: ignore[call-overload]
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(5)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        if process.stdout is not None:
            process.stdout.close()


def until(what: str, found: Callable[[], object], limit: float = 20) -> None:
    """Wait for what no event tells."""
    deadline = time.monotonic() + limit
    while not found():
        assert time.monotonic() < deadline, f"{what} did not come within {limit:g} s"
        time.sleep(0.02)


@dataclass
class Ser2net:
    """A ser2net before a device.

    Attributes:
        process: its own.
        address: host and port where it listens.
    """

    process: subprocess.Popen[str]

    @property
    def address(self) -> str:
        listening = [
            connection
            for connection in psutil.Process(self.process.pid).net_connections("tcp")
            if connection.status == psutil.CONN_LISTEN
        ]
        return f"127.0.0.1:{listening[0].laddr.port}" if listening else ""

    def hang_up(self) -> None:
        self.process.kill()
        self.process.wait()


ACCEPTERS = {"socket": "tcp", "rfc2217": "telnet(rfc2217,mode=server),tcp"}

Serve = Callable[..., Ser2net]


@pytest.fixture
def serve() -> Iterator[Serve]:
    """Starts ser2net before a device, for clients of a URL scheme, with options of its own."""
    program = find_program("ser2net")
    with ExitStack() as started:

        def start(scheme: str, device: str, *options: str) -> Ser2net:
            lines = [
                f"connection: &module#  accepter: {ACCEPTERS[scheme]},127.0.0.1,0",
                f"  connector: serialdev(nouucplock=true),{device},115200n81,local",
            ]
            if options:
                lines += ["  options:", *(f"    {option}" for option in options)]
            command = [program, "-d", "-n", *(word for line in lines for word in ("-Y", line))]
            process = started.enter_context(running(*command, stderr=subprocess.DEVNULL))
            server = Ser2net(process)
            started.callback(server.hang_up)  # told to end it would take a second
            until("ser2net", lambda: server.address)
            return server

        yield start


@pytest.fixture(scope="module")
def virtual_module() -> Iterator[VirtualModule]:
    """A virtual module on a pty, that can be switched off and on."""
    with closing(VirtualModule(Settings(), Silent())) as module:
        yield module


class _Relay(BaseHTTPRequestHandler):
    """A power switch on the network: GET /1/0 switches off, /1/1 on."""

    def do_GET(self) -> None:
        switches = {"/1/0": self.server.module.power_off, "/1/1": self.server.module.power_on}
        switches[self.path]()
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Nothing: pytest's output is for tests."""


class _RelayServer(ThreadingHTTPServer):
    def __init__(self, module: VirtualModule) -> None:
        super().__init__(("127.0.0.1", 0), _Relay)
        self.module = module


@dataclass
class Labgrid:
    """A coordinator that has a module and its power switch, and no place yet.

    Attributes:
        coordinator: its host and port.
        module: the module.
        resources: a match for what the exporter gives.
    """

    coordinator: str
    module: VirtualModule
    resources: str = "exporter/bench/*"

    def client(self, *words: str, user: str = "", check: bool = True) -> str:
        """What `labgrid-client` prints."""
        ended = subprocess.run(
            [find_program("labgrid-client"), "-x", self.coordinator, *words],
            capture_output=True,
            text=True,
            check=False,
            env=os.environ | ({"LG_HOSTNAME": "far-away", "LG_USERNAME": user} if user else {}),
        )
        assert ended.returncode == 0 or not check, ended.stderr
        return ended.stdout

    def holder(self, place: str) -> str | None:
        """Who has a place, as host/user."""
        words = next(
            (line.split() for line in self.client("who").splitlines()[1:] if place in line), None
        )
        return f"{words[1]}/{words[0]}" if words else None


@pytest.fixture(scope="module")
def labgrid(
    virtual_module: VirtualModule, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Labgrid]:
    """A real coordinator and a real exporter, which puts a real ser2net before the module."""
    programs = [find_program(f"labgrid-{name}") for name in ("coordinator", "exporter")]
    find_program("ser2net")
    folder = tmp_path_factory.mktemp("labgrid")  # the coordinator keeps its places there
    options = {"cwd": folder, "env": os.environ | {"PATH": PLACES, "PYTHONUNBUFFERED": "1"}}
    with ExitStack() as stack:
        relay = stack.enter_context(_RelayServer(virtual_module))
        stack.callback(relay.shutdown)
        threading.Thread(target=relay.serve_forever, daemon=True).start()
        (folder / "exporter.yaml").write_text(f"""
bench:
  RawSerialPort:
    port: {virtual_module.port}
  NetworkPowerPort:
    model: simplerest
    host: 'http://127.0.0.1:{relay.server_port}/{{index}}/{{value}}'
    index: 1
""")
        (folder / "coordinator.log").touch()
        log = stack.enter_context((folder / "coordinator.log").open("w"))
        listening = ("-l", "127.0.0.1:0")
        stack.enter_context(
            running(programs[0], *listening, stdout=log, stderr=subprocess.STDOUT, **options)
        )
        said = folder / "coordinator.log"
        until("coordinator", lambda: "listening on" in said.read_text())
        coordinator = said.read_text().rpartition("listening on ")[2].split()[0]
        words = ("-c", coordinator, "--hostname", "127.0.0.1", "--name", "exporter")
        stack.enter_context(
            running(
                *(programs[1], *words, str(folder / "exporter.yaml")),
                stdout=log,
                stderr=subprocess.STDOUT,
                **options,
            )
        )
        lab = Labgrid(coordinator, virtual_module)
        until("exporter", lambda: "exporter/bench/NetworkPowerPort" in lab.client("resources"))
        yield lab
