"""A module behind a network that translates addresses, and forgets one that is silent."""

from __future__ import annotations

import select
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from robot import result
from robot.api import ExecutionResult

from leshan.server import Server

ROOT = Path(__file__).parents[2]
IDLE = 2
"""Seconds until the network forgets."""

SUITE = f"""
*** Settings ***
Resource         {ROOT}/robot/resources/scenario.resource
Test Teardown    End Scenario
*** Test Cases ***
Kept Open
    Registered Module    /3340/0/5534
    Sleep    {2.5 * IDLE}
    Server Reads What Module Answers    /3340/0/5534    I    1
Closed
    Silent Module
    Sleep    {1.5 * IDLE}
    Server Starts Reading    /3340/0/5534
    Module Should Report Read    /3340/0/5534
Open And Not Answered
    Silent Module
    Server Starts Reading    /3340/0/5534
    Module Should Report Read    /3340/0/5534
    Module Should Report Read    /3340/0/5534
Answered By The Module Itself
    Silent Module
    Sleep    {0.5 * IDLE}
    Server Starts Reading    /3341/0/5534
    Module Should Report Read    /3341/0/5534
*** Keywords ***
Silent Module
    Start Scenario
    Module Points At Server    lifetime=3600
    Module Registers
    Module Adds    /3340/0/5534
    Server Should List Object    /3340/0
"""
TIMING = f"[timing]\nattach=5\nregistration=5\nurc=1\nserver=2\nquiet=0.1\nnat_idle={IDLE}\n"


class Nat(threading.Thread):
    """One device's way to one server: a mapping that is forgotten when the device is silent."""

    def __init__(self, server: tuple[str, int]) -> None:
        super().__init__()
        self._server = server
        self._inside = self._socket()
        self._ending, self._ended = socket.socketpair()
        self.port: int = self._inside.getsockname()[1]

    @staticmethod
    def _socket() -> socket.socket:
        made = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        made.bind(("127.0.0.1", 0))
        return made

    def run(self) -> None:
        outside = self._socket()
        device, heard = ("", 0), 0.0
        while True:
            ready, _, _ = select.select([self._inside, outside, self._ended], [], [])
            if self._ended in ready:
                break
            if self._inside in ready:
                data, sender = self._inside.recvfrom(65535)
                if sender != device or time.monotonic() - heard > IDLE:
                    outside.close()
                    outside = self._socket()
                device, heard = sender, time.monotonic()
                outside.sendto(data, self._server)
            elif outside in ready:
                data, _ = outside.recvfrom(65535)
                if time.monotonic() - heard <= IDLE:
                    self._inside.sendto(data, device)
        outside.close()

    def end(self) -> None:
        self._ending.close()
        self.join()
        self._inside.close()
        self._ended.close()


@pytest.fixture
def nat(leshan_server: Server) -> Iterator[Nat]:
    network = Nat((leshan_server.coap.host, leshan_server.coap.port))
    network.start()
    yield network
    network.end()


@pytest.fixture
def tests(nat: Nat, leshan_server: Server, tmp_path: Path) -> dict[str, result.TestCase]:
    suite, bench = tmp_path / "nat.robot", tmp_path / "field.toml"
    suite.write_text(SUITE)
    server = f'mode="remote"\nrest_url="{leshan_server.rest_url}"\ncoap_port={nat.port}\n'
    bench.write_text(f"{TIMING}[leshan]\n{server}")
    options = ["-d", str(tmp_path), "-v", f"BENCH:{bench}"]
    subprocess.run(
        [sys.executable, "-m", "robot", "--console", "none", *options, str(suite)],
        cwd=ROOT,
        check=False,
        capture_output=True,
    )
    return {test.name: test for test in ExecutionResult(tmp_path / "output.xml").suite.all_tests}


def test_a_lifetime_keeps_the_way_open_and_a_closed_one_is_the_benchs(
    tests: dict[str, result.TestCase],
) -> None:
    assert tests["Kept Open"].passed, tests["Kept Open"].message
    closed = tests["Closed"]
    assert closed.failed
    assert "verdict:BENCH" in closed.tags
    assert "the network may have closed the way to the module" in closed.message
    for other in "Open And Not Answered", "Answered By The Module Itself":
        assert tests[other].failed
        assert "verdict:BENCH" not in tests[other].tags, tests[other].message
