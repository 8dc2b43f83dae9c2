"""A run whose module needs the recovery ladder goes on, and its report says so."""

from __future__ import annotations

import contextlib
import json
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import pytest
from robot import result
from robot.api import ExecutionResult

from lab_evidence import Silent
from leshan.server import Mode, Server
from lwm2m import Code
from lwm2m import Path as Path_
from sim7028 import Parameter
from sim7028_lab.answers import expect_code
from sim7028_lab.bench import Bench
from sim7028_lab.benchfile import BenchFile
from sim7028_lab.benchsections import (
    LeshanSection,
    ModuleSection,
    PowerSection,
    RecoverySection,
    TimingSection,
)
from sim7028_lab.failure import BenchBroken
from sim7028_lab.recovery import Ladder
from sim7028_lab.rung import Rung
from sim7028_lab.scenario import Scenario
from sim7028_lab.virtual import VirtualModule
from virtual_sim7028 import Settings

ROOT = Path(__file__).parents[2]
SUITE = f"""
*** Settings ***
Resource         {ROOT}/robot/resources/scenario.resource
Test Setup       Registered Module    /3303/0/5700
Test Teardown    End Scenario
*** Test Cases ***
Muddled
    Server Reads What Module Answers    /3303/0/5700    F    1.5
Wedged
    Server Reads What Module Answers    /3303/0/5700    F    2.5
Detached
    Server Reads What Module Answers    /3303/0/5700    F    3.5
Restarts
    Server Reads What Module Answers    /3303/0/5700    F    4.5
Hangs
    Server Reads What Module Answers    /3303/0/5700    F    5.5
Is Well
    [Tags]    verdict:SERVER-LIMIT
    Server Reads What Module Answers    /3303/0/5700    F    6.5
Answers Otherwise
    Server Starts Reading    /3303/0/5700
    Module Should Report Read    /3303/0/5700
    Module Answers Read    F    7.5
    Server Should Receive    F    8.5
"""
FAULTS = ["muddled", "wedged", "detached", "reboot", "hang"]
BENCH = f"""
[module]
faults = {[f"{fault}@AT+LWREADRSP:{number}" for number, fault in enumerate(FAULTS, 1)]}
[timing]
attach = 5
registration = 2
urc = 1
server = 3
quiet = 0.1
[recovery]
limit = 1
"""


@dataclass(frozen=True)
class Night:
    """A run that is over."""

    folder: Path
    said: str
    tests: Mapping[str, result.TestCase]

    def evidence(self, test: str) -> str:
        """All that was seen in a test."""
        return (self.folder / "evidence" / "Night" / f"{test}.jsonl").read_text(encoding="utf-8")

    def climb(self, test: str) -> list[tuple[object, object]]:
        """The rungs and their outcomes, as the evidence of a test has them."""
        lines = self.evidence(test).splitlines()
        steps = [json.loads(line)["data"] for line in lines if '"recovery"' in line]
        return [(step["recovery"], step["outcome"]) for step in steps]


@pytest.fixture(scope="module")
def night(tmp_path_factory: pytest.TempPathFactory) -> Night:
    folder = tmp_path_factory.mktemp("night")
    suite, file, results = folder / "night.robot", folder / "ill.toml", folder / "results"
    suite.write_text(SUITE, encoding="utf-8")
    file.write_text(BENCH, encoding="utf-8")
    options = ["-d", str(results), "-v", "LESHAN:jvm", "-v", f"BENCH:{file}"]
    run = subprocess.run(
        [sys.executable, "-m", "robot", *options, str(suite)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=110,
        check=False,
    )
    tests = ExecutionResult(results / "output.xml").suite.all_tests
    return Night(results, run.stdout, {test.name: test for test in tests})


@pytest.mark.parametrize(
    ("test", "rungs", "is_bench"),
    [
        ("Muddled", ["resynchronise", "atz"], False),
        ("Wedged", ["resynchronise", "atz", "cfun", "qcrst"], False),
        ("Detached", ["cfun"], True),
        ("Hangs", ["resynchronise", "atz", "cfun", "qcrst", "power"], True),
    ],
)
def test_the_module_is_brought_back(
    night: Night, test: str, rungs: list[str], is_bench: bool
) -> None:
    outcome = night.tests[test]
    *without, last = night.climb(test)
    assert without == [(rung, "did not help") for rung in rungs[:-1]]
    assert last == (rungs[-1], "helped")
    assert f"recovered:{rungs[-1]}" in outcome.tags
    assert ("verdict:BENCH" in outcome.tags) is is_bench
    assert outcome.status == "FAIL"
    assert outcome.message.endswith(f"The module had to be brought back, by: {rungs[-1]}.")
    assert f"{rungs[-1]} helped (" in night.said


def test_a_module_off_its_network_is_the_benchs_with_the_probe_as_evidence(night: Night) -> None:
    message = night.tests["Detached"].message
    assert message.startswith("BENCH: the module is not in the network any more; ")
    assert "Probed: port: AT is answered; network: registration 0 (not registered)" in message


def test_the_same_scenario_with_a_wrong_answer_fails(night: Night) -> None:
    outcome = night.tests["Answers Otherwise"]
    assert outcome.status == "FAIL"
    assert not outcome.tags
    assert "expected F '8.5'; the server received F '7.5'" in outcome.message


def test_a_restart_out_of_nothing_fails_on_the_modules_side(night: Night) -> None:
    outcome = night.tests["Restarts"]
    assert outcome.message.startswith("The module restarted by itself")
    assert "Likely side: module, clear." in outcome.message
    assert not outcome.tags
    assert not night.climb("Restarts")
    assert "Recovery: the module restarted by itself; it is brought up again" in night.said


def test_sleep_is_off_after_each_boot(night: Night) -> None:
    for test in "Restarts", "Wedged", "Hangs":
        assert "AT+QCPMUCFG=1,1" in night.evidence(test).partition("*ATREADY")[2]


def test_the_run_goes_on_and_what_an_ill_module_said_is_nobody_elses(night: Night) -> None:
    outcome = night.tests["Is Well"]
    assert (outcome.status, outcome.message) == ("PASS", "")
    assert not outcome.tags  # the suite's own verdict is taken off


ORDER = """
import pathlib, sys, virtual_sim7028
virtual_sim7028.give_order(pathlib.Path(sys.argv[1]), sys.argv[2])
"""


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """A virtual module that stands at a port of the desk, with a switch for its power."""
    return Settings(link=tmp_path / "module", control=tmp_path / "control")


@pytest.fixture
def module(settings: Settings) -> Iterator[VirtualModule]:
    module = VirtualModule(settings, Silent())
    yield module
    module.close()


@pytest.fixture
def bench(
    settings: Settings, module: VirtualModule, leshan_server: Server, tmp_path: Path
) -> Iterator[Bench]:
    """One whose module is not the run's own."""
    off, on = (
        (sys.executable, "-c", ORDER, str(settings.control), order)
        for order in ("power off", "power on")
    )
    file = BenchFile(
        tmp_path / "desk.toml",
        module=ModuleSection(port=str(settings.link), simulated=True),
        timing=TimingSection(attach=5, registration=5, urc=1, server=3, quiet=0.1),
        leshan=LeshanSection(
            mode=Mode.REMOTE,
            rest_url=leshan_server.rest_url,
            coap_port=leshan_server.coap.port,
        ),
        power=PowerSection(off=off, on=on, rest=0.1),
        recovery=RecoverySection(limit=1),
    )
    bench = Bench(file, tmp_path / "results", lambda _: None)
    yield bench
    bench.close()


def test_a_port_that_comes_back_under_its_name_is_opened_again(
    bench: Bench, module: VirtualModule, settings: Settings
) -> None:
    before = bench.module
    module.close()
    assert not bench.answers
    with ThreadPoolExecutor(1) as pool, contextlib.ExitStack() as stack:
        coming = pool.submit(VirtualModule, settings, Silent())
        stack.callback(lambda: coming.result().close())
        assert Ladder(bench).climb("the adapter was unplugged") is Rung.RESYNCHRONISE
        assert bench.answers
        assert bench.module is not before
        assert not bench.has_restarted


def test_the_power_is_switched_by_commands_until_that_does_not_help(
    bench: Bench, module: VirtualModule
) -> None:
    ladder = Ladder(bench)
    module.inject("hang")
    assert ladder.climb("it hangs", Rung.QCRST) is Rung.POWER
    assert bench.answers
    module.inject("dead")
    with pytest.raises(BenchBroken, match=r"power did not help \(.*\): AT was not answered"):
        ladder.climb("it hangs", Rung.QCRST)
    bench.give_up()
    assert not bench.answers


def test_a_restart_is_seen_unless_it_was_asked_for(bench: Bench, module: VirtualModule) -> None:
    bench.module.reset()
    assert not bench.has_restarted
    bench.bring_up()
    module.inject("reboot")
    bench.channel.resynchronise(within=5)
    assert bench.has_restarted
    bench.bring_up()
    assert not bench.has_restarted


class UsbPort:
    """Stands before a module as a USB port of its own does: a restart takes it away for a while."""

    AWAY = 0.3  # s

    def __init__(self, module_port: str) -> None:
        host, _, port = module_port.removeprefix("socket://").rpartition(":")
        self._module = socket.create_connection((host, int(port)))
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"socket://127.0.0.1:{self._listener.getsockname()[1]}"
        self._host: socket.socket | None = None
        self.went = 0
        self._threads = [threading.Thread(target=w) for w in (self._to_module, self._to_host)]
        for thread in self._threads:
            thread.start()

    def _to_module(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                host, _ = self._listener.accept()
                with host:
                    self._host = host
                    if self.went:
                        host.sendall(b"\r\n+CPIN: READY\r\n")  # as many say after a boot
                    self._carry(host)

    def _carry(self, host: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while said := host.recv(4096):
                self._module.sendall(said)
                if b"AT+QCRST" in said:
                    with contextlib.suppress(OSError):
                        host.sendall(b"\r\nO")  # the rest goes with the port
                    self.unplug()

    def unplug(self) -> None:
        """The port goes; whoever opens it anew is kept waiting."""
        self.went += 1
        if self._host is not None:
            self._host.shutdown(socket.SHUT_RDWR)
        time.sleep(self.AWAY)

    def _to_host(self) -> None:
        with contextlib.suppress(OSError):
            while said := self._module.recv(4096):
                with contextlib.suppress(OSError):  # what it says meanwhile is lost
                    if self._host is not None:
                        self._host.sendall(said)

    def close(self) -> None:
        for each in self._listener, self._module, self._host:
            if each is not None:
                with contextlib.suppress(OSError):
                    each.shutdown(socket.SHUT_RDWR)
                each.close()
        for thread in self._threads:
            thread.join()


@pytest.fixture
def usb() -> Iterator[UsbPort]:
    module = VirtualModule(Settings(at="tcp:127.0.0.1:0"), Silent())
    port = UsbPort(module.port)
    yield port
    port.close()
    module.close()


@pytest.fixture
def usb_bench(usb: UsbPort, leshan_server: Server, tmp_path: Path) -> Iterator[Bench]:
    file = BenchFile(
        tmp_path / "usb.toml",
        module=ModuleSection(port=usb.url, simulated=True),
        timing=TimingSection(attach=5, registration=5, urc=1, server=3, quiet=0.1),
        leshan=LeshanSection(
            mode=Mode.REMOTE,
            rest_url=leshan_server.rest_url,
            coap_port=leshan_server.coap.port,
        ),
        recovery=RecoverySection(limit=3),
    )
    bench = Bench(file, tmp_path / "results", lambda _: None)
    yield bench
    bench.close()


def register(scenario: Scenario) -> None:
    scenario.module.start()
    scenario.point_at_server()
    scenario.open_session()
    scenario.expect_session()


def test_a_port_that_goes_with_a_restart_is_opened_again(usb: UsbPort, usb_bench: Bench) -> None:
    before = usb_bench.channel
    with usb_bench.keeping_evidence("Usb", "One"):
        scenario = Scenario(usb_bench)
        register(scenario)
        scenario.restart_module()
        register(scenario)
        scenario.end()
    assert usb.went == 1
    assert usb_bench.channel is not before


def test_a_restart_that_the_server_asks_for_may_take_the_port_too(
    usb: UsbPort, usb_bench: Bench
) -> None:
    with usb_bench.keeping_evidence("Usb", "One"):
        scenario = Scenario(usb_bench)
        register(scenario)
        reboot = Path_(3, 0, 4)
        scenario.start(reboot, lambda: scenario.device.execute(reboot))
        expect_code(scenario.unawaited(), Code.CHANGED)
        usb.unplug()
        scenario.expect_restart()
        register(scenario)
        scenario.end()


def test_what_a_scenario_set_is_unset_though_it_was_abandoned(
    bench: Bench, module: VirtualModule
) -> None:
    with bench.keeping_evidence("Settings", "One"):
        scenario = Scenario(bench)
        scenario.module.start()
        scenario.configure(Parameter.CONNECTION_TYPE, 6)
        module.inject("muddled")
        assert Ladder(bench).climb("it refuses everything") is Rung.ATZ
        scenario.abandon()
    bench.watch.take_new()
    with bench.keeping_evidence("Settings", "Two"):
        scenario = Scenario(bench)
        register(scenario)
        scenario.end()
