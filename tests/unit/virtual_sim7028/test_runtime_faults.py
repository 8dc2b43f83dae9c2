"""A module at work on a UART of the test's own, and what befalls it there."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import TypeVar

import pytest

from lab_evidence import Silent
from virtual_sim7028.condition import Condition
from virtual_sim7028.control import Control
from virtual_sim7028.faults import PlannedFault
from virtual_sim7028.firmware import Firmware
from virtual_sim7028.identity import Identity
from virtual_sim7028.profiles import NOTE_103
from virtual_sim7028.runtime import Runtime
from virtual_sim7028.uart import Uart

T = TypeVar("T")
LIMIT = 15.0
AT_ONCE = {"boot_time": "0", "attach_time": "0"}


class Ear(Uart):
    """A UART whose other end is the test."""

    def __init__(self) -> None:
        self.port = "ear"
        self.heard = ""
        self.more = asyncio.Event()

    def write(self, data: bytes) -> None:
        self.heard += data.decode("latin-1")
        self.more.set()

    async def close(self) -> None:
        pass


class Module:
    """A runtime, its event loop, and its UART."""

    def __init__(self, runner: asyncio.Runner, plan: tuple[str, ...]) -> None:
        self._runner = runner
        self._ear = Ear()
        condition = Condition([PlannedFault.parse(text) for text in plan], Silent())
        firmware = Firmware(NOTE_103.switched(AT_ONCE), Identity(), lambda: datetime.now(UTC))
        self.runtime = Runtime(firmware, condition, Silent())
        self._control = Control(self.runtime, condition)

    def _do(self, deed: Callable[[], T]) -> T:
        async def on_the_loop() -> T:
            return deed()

        return self._runner.run(on_the_loop())

    def start(self) -> Module:
        """Power up; echo off, attached."""
        self._do(lambda: self.runtime.start(self._ear))
        self.until("*ATREADY: 1")
        assert self.at("ATE0") == ["ATE0\r", "OK"]
        assert self.at("AT+CEREG=1") == ["OK"]
        while "+CEREG: 1,1" not in self.at("AT+CEREG?"):
            self.until("+CEREG: 1")
        return self

    def until(self, text: str) -> None:
        """Let time go by until the module prints this."""

        async def listen() -> None:
            async with asyncio.timeout(LIMIT):
                while text not in self._ear.heard:
                    self._ear.more.clear()
                    await self._ear.more.wait()

        self._runner.run(listen())
        self._ear.heard = ""

    def at(self, *commands: str, order: str = "status") -> list[str]:
        """Type commands in one go, then give an order; what is printed before time goes by."""

        def type_them() -> str:
            self._ear.heard = ""
            self.runtime.typed("".join(f"{command}\r" for command in commands).encode())
            self._control.obey(order)
            said, self._ear.heard = self._ear.heard, ""
            return said

        return [line for line in self._do(type_them).split("\r\n") if line]

    def settle(self) -> str:
        """What was printed, also by all timers that are due: a later one comes after them."""
        self._runner.run(asyncio.sleep(0.001))
        said, self._ear.heard = self._ear.heard, ""
        return said

    def order(self, line: str) -> str:
        """Give an order."""
        return self._do(lambda: self._control.obey(line))


PowerUp = Callable[..., Module]


@pytest.fixture
def run() -> Iterator[PowerUp]:
    """Starts modules with a plan; stops them at the end."""
    with asyncio.Runner() as runner:
        modules: list[Module] = []

        def start(*plan: str) -> Module:
            modules.append(Module(runner, plan).start())
            return modules[-1]

        yield start
        for module in modules:
            runner.run(module.runtime.stop())


def test_power_off_is_silence_and_power_on_a_boot(run: PowerUp) -> None:
    module = run()
    module.at("AT+LWSTART")
    assert module.order("power off") == "ok"
    assert module.order("status") == "ok: power-off"
    assert module.at("AT", "AT+CGMM") == []
    assert module.order("power on") == "ok"
    module.until("*ATREADY: 1")
    assert module.at("AT") == ["AT\r", "OK"]  # echo is on again, and what was typed is gone
    module.at("ATE0")
    assert module.at("AT+LWSTOP") == ["ERROR"]


def test_power_on_of_a_module_that_has_it_does_nothing(run: PowerUp) -> None:
    module = run()
    assert module.order("power on") == "ok"
    assert module.at("AT") == ["OK"]


@pytest.mark.parametrize("fault", ["hang", "dead"])
def test_a_module_that_hangs_needs_power_off_and_not_only_on(run: PowerUp, fault: str) -> None:
    module = run()
    assert module.order(fault) == "ok"
    assert module.at("AT", "AT+QCRST") == []
    assert module.order("power on") == "ok"
    assert module.order("status") == f"ok: {fault}"
    assert module.order("reboot").startswith("error: reboot befalls a module that runs")
    assert module.order("power off") == "ok"
    assert module.order("power on") == "ok"
    if fault == "dead":
        assert module.settle() == ""
        assert module.at("AT") == []
        assert module.order("status") == "ok: dead"
    else:
        module.until("*ATREADY: 1")
        assert module.order("status") == "ok: well"


def test_a_deaf_module_prints_and_does_not_hear(run: PowerUp) -> None:
    module = run()
    assert module.order("deaf") == "ok"
    assert module.at("AT", "AT+QCRST") == []
    assert module.order("network off") == "ok"
    module.until("+CEREG: 2")
    assert module.order("reboot") == "ok"
    module.until("*ATREADY: 1")
    assert module.at("ATE0") == ["ATE0\r", "OK"]
    assert module.order("status") == "ok: network-off"


@pytest.mark.parametrize(
    ("fault", "useless", "remedy"),
    [
        ("garbled", ["ATZ", "AT+CFUN=0", "AT+QCRST"], "AT"),
        ("muddled", ["AT+CFUN=0", "AT+QCRST"], "ATZ"),
    ],
)
def test_a_line_ends_it(run: PowerUp, fault: str, useless: list[str], remedy: str) -> None:
    module = run()
    assert module.order(fault) == "ok"
    assert module.at(*useless) == ["ERROR"] * len(useless)
    assert module.order("status") == f"ok: {fault}"
    assert module.at(remedy) == ["OK"]
    assert module.order("status") == "ok: well"


def test_a_wedged_module_needs_a_restart(run: PowerUp) -> None:
    module = run()
    module.order("wedged")
    assert module.at("AT", "ATZ", "ATE0") == ["OK", "OK", "ATE0\r", "ERROR"]
    assert module.at("AT+CFUN=0", "AT+CFUN=1")[-1] == "+CEREG: 2"
    module.until("+CEREG: 1")
    assert module.at("AT+LWSTART")[-1] == "ERROR"
    assert module.at("AT+QCRST")[-1] == "OK"
    module.until("*ATREADY: 1")
    assert module.order("status") == "ok: well"


def test_a_detached_module_needs_its_radio_off_and_on(run: PowerUp) -> None:
    module = run()
    module.order("detached")
    module.until("+CEREG: 0")
    assert module.at("AT+CGPADDR") == ["OK"]
    assert module.at("AT+LWSTART") == ["ERROR"]
    assert module.at("AT+CGATT=0", "AT+CGATT=1") == ["OK", "OK", "+CEREG: 2"]
    assert module.at("AT+CFUN=0", "AT+CFUN=1") == ["OK", "+CEREG: 0", "OK", "+CEREG: 2"]
    module.until("+CEREG: 1")
    assert module.at("AT+CGPADDR") == ['+CGPADDR: 0,"10.170.28.1"', "OK"]


def test_a_network_that_is_off_is_off_whatever_the_module_does(run: PowerUp) -> None:
    module = run()
    module.order("network off")
    module.until("+CEREG: 0\r\n\r\n+CEREG: 2")
    module.at("AT+CFUN=0", "AT+CFUN=1", "AT+QCRST")
    module.until("*ATREADY: 1")
    module.at("ATE0", "AT+CEREG=1")
    assert module.at("AT+CEREG?", "AT+CGPADDR") == ["+CEREG: 1,2", "OK", "OK"]
    assert module.order("network on") == "ok"
    module.until("+CEREG: 1")
    assert module.at("AT+CEREG?") == ["+CEREG: 1,1", "OK"]


def test_the_network_s_return_does_not_wake_a_module_without_power(run: PowerUp) -> None:
    module = run()
    for order in ("network off", "power off", "network on", "power on"):
        assert module.order(order) == "ok"
    module.until("*ATREADY: 1")
    assert module.order("status") == "ok: well"


def test_a_module_without_power_does_not_see_the_network_go(run: PowerUp) -> None:
    module = run()
    for order in ("power off", "network off"):
        assert module.order(order) == "ok"
    assert module.settle() == ""
    assert module.order("status") == "ok: power-off, network-off"


def test_what_waited_for_a_command_that_a_fault_ended_is_taken(run: PowerUp) -> None:
    module = run()
    module.at("AT+LWSTART", 'AT+LWCNF="server","192.0.2.1"', 'AT+LWCNF="endpointname","a"')
    assert module.at("AT+LWOPEN", "AT", order="detached") == ["ERROR", "+CEREG: 0", "OK"]


@pytest.mark.parametrize("fault", ["hang", "deaf", "dead", "power-off", "reboot"])
def test_a_planned_fault_takes_its_line_and_what_was_typed_after_it(
    run: PowerUp, fault: str
) -> None:
    module = run(f"{fault}@AT+CGMM:2")
    assert module.at("ATE1", "AT+CGMM", "AT+CGMR", "AT+CGMM", "AT+CGMI") == [
        "OK",
        *("AT+CGMM\r", "SIM7028", "OK"),
        *("AT+CGMR\r", "VIRTUAL-SIM7028-0.1", "OK"),
        "AT+CGMM\r",  # the echo of a line comes before the line is whole
    ]
    if fault == "reboot":
        module.until("*ATREADY: 1")
    else:
        assert module.order("status") == f"ok: {fault}"
        assert module.at("AT") == []


@pytest.mark.parametrize("fault", ["garbled", "muddled", "wedged"])
def test_a_planned_fault_refuses_its_line(run: PowerUp, fault: str) -> None:
    assert run(f"{fault}@AT+CGMM").at("AT+CGMI", "AT+CGMM") == ["SIMCOM_Ltd", "OK", "ERROR"]


def test_a_module_that_a_planned_fault_detaches_still_takes_the_line(run: PowerUp) -> None:
    module = run("detached@AT+CGMI", "network-off@AT+CGMM")
    assert module.at("AT+CGMI", "AT+CEREG?") == [
        *("+CEREG: 0", "SIMCOM_Ltd", "OK"),
        *("+CEREG: 1,0", "OK"),
    ]
    assert module.at("AT+CGMM") == ["+CEREG: 2", "SIM7028", "OK"]


def test_a_planned_fault_comes_once_in_the_life_of_the_process(run: PowerUp) -> None:
    module = run("power-off@AT+CGMM")
    assert module.at("AT+CGMM") == []
    module.order("power on")
    module.until("*ATREADY: 1")
    module.at("ATE0")
    assert module.at("AT+CGMM") == ["SIM7028", "OK"]


def test_of_two_faults_planned_for_one_line_the_second_finds_the_module_as_the_first_left_it(
    run: PowerUp,
) -> None:
    module = run("hang@AT+CGMM", "muddled@AT+CGMM")
    assert module.at("AT+CGMM") == []
    assert module.order("status") == "ok: hang"
