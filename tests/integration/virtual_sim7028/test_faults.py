"""What befalls a module in a process of its own: on a pty, on the air, by order and by plan."""

from __future__ import annotations

import os
import signal
import socket
import stat
from collections.abc import Callable, Iterator
from pathlib import Path
from queue import Queue

import pytest
import serial
from aiocoap.numbers import codes
from click.testing import CliRunner

from lab_evidence import Event, Source
from sim7028_lab import virtual
from sim7028_lab.cli.virtual_control import virtual_control
from sim7028_lab.virtual import VirtualModule, VirtualModuleError
from virtual_sim7028 import ControlError, Settings, give_order, main

LIMIT = 15.0


@pytest.fixture
def orders(tmp_path: Path) -> Path:
    """Where a control socket is."""
    return tmp_path / "control"


# By order


def test_power_off_and_on(switch_on, server, orders: Path) -> None:
    modem = switch_on(control=orders).bring_up()
    modem.configure(server=server.host, serverport=server.port, endpointname="p").at("AT+LWOPEN")
    server.accept_registration()
    assert modem.line() == "+LMOPEN: 0"
    assert give_order(orders, "power off") == ""
    modem.port.write(b"AT\rATI\r")
    assert give_order(orders, "status") == "power-off"
    assert give_order(orders, "power on") == ""
    assert modem.line() == "*ATREADY: 1"  # and nothing of what was typed before
    modem.port.write(b"ATE0\r")
    assert [modem.line(), modem.line()] == ["ATE0\r", "OK"]
    assert modem.at("AT+LWCLOSE=0") == ["ERROR"]


@pytest.mark.parametrize("fault", ["hang", "power off", "dead"])
def test_nothing_goes_over_the_air_from_what_stands_still(
    switch_on, server, orders: Path, fault: str
) -> None:
    modem = switch_on(control=orders).bring_up()
    modem.configure(server=server.host, serverport=server.port, endpointname="h").at("AT+LWOPEN")
    server.accept_registration()
    assert modem.line() == "+LMOPEN: 0"
    give_order(orders, fault)
    server.ask(codes.GET, "/9")
    give_order(orders, "network off")  # a fence: what came before it was seen before it
    name = fault.replace(" ", "-")
    texts = told_until(modem.events, "virtual module: network-off")
    assert texts[texts.index(f"virtual module: {name}") + 1 :] == ["virtual module: network-off"]
    modem.port.timeout = 0
    assert modem.port.read(1) == b""


def told_until(events: Queue[dict[str, str]], text: str) -> list[str]:
    """What the events say, up to this one."""
    texts = [""]
    while texts[-1] != text:
        texts.append(events.get(timeout=LIMIT)["text"])
    return texts


def test_a_network_that_goes_and_comes_back(switch_on, server, orders: Path) -> None:
    modem = switch_on(control=orders).bring_up()
    modem.configure(server=server.host, serverport=server.port, endpointname="n").at("AT+LWOPEN")
    server.accept_registration()
    assert modem.line() == "+LMOPEN: 0"
    assert give_order(orders, "network off") == ""
    assert [modem.line(), modem.line()] == ["+CEREG: 0", "+CEREG: 2"]
    assert modem.at("AT+CGPADDR") == ["OK"]
    assert give_order(orders, "network on") == ""
    assert modem.line() == "+CEREG: 1"
    server.accept_registration()
    assert modem.at("AT+CGPADDR") == ['+CGPADDR: 0,"10.170.28.1"', "OK"]


@pytest.mark.parametrize(
    ("fault", "cure"),
    [
        ("garbled", ["AT"]),
        ("muddled", ["ATZ"]),
        ("detached", ["AT+CFUN=0", "AT+CFUN=1"]),
        ("wedged", ["AT+QCRST"]),
    ],
)
def test_each_rung_has_a_fault_that_it_ends(
    switch_on, orders: Path, fault: str, cure: list[str]
) -> None:
    modem = switch_on(control=orders).bring_up()
    give_order(orders, fault)
    assert give_order(orders, "status") == fault
    for command in cure:
        modem.port.write(command.encode() + b"\r")
        while modem.line() != "OK":
            pass
    if fault == "wedged":
        assert modem.line() == "*ATREADY: 1"
    elif fault == "detached":
        assert [modem.line(), modem.line()] == ["+CEREG: 2", "+CEREG: 1"]
    assert give_order(orders, "status") == "well"


def test_a_deaf_module_goes_on_reporting(switch_on, server, orders: Path) -> None:
    modem = switch_on(control=orders).bring_up()
    modem.configure(server=server.host, serverport=server.port, endpointname="d").at("AT+LWOPEN")
    server.accept_registration()
    assert modem.line() == "+LMOPEN: 0"
    assert modem.at("AT+LWADDOBJ=0,3303,0,1,5700") == ["OK"]
    server.receive()
    give_order(orders, "deaf")
    modem.port.write(b"AT\r")
    server.ask(codes.GET, "/3303/0/5700")
    assert modem.line() == "+LWREAD: 0,3303,0,1,5700"


def test_beginning_and_end_are_events(switch_on, orders: Path) -> None:
    modem = switch_on(control=orders).bring_up()
    give_order(orders, "muddled")
    assert modem.at("ATZ") == ["OK"]
    give_order(orders, "reboot")
    assert modem.line() == "*ATREADY: 1"
    told = [modem.events.get(timeout=LIMIT)["data"] for _ in range(4)]
    assert told == [
        {"fault": fault, "state": state}
        for fault in ("muddled", "reboot")
        for state in ("begins", "is over")
    ]


def test_over_tcp_the_connection_stays_without_power(switch_on, orders: Path) -> None:
    modem = switch_on(at="tcp:127.0.0.1:0", control=orders).wake()
    give_order(orders, "power off")
    modem.port.write(b"AT\r")
    give_order(orders, "power on")
    assert modem.line() == "*ATREADY: 1"


# By plan


def test_a_planned_hang_takes_its_command(switch_on, orders: Path) -> None:
    modem = switch_on(control=orders, faults=("hang@AT+CGMM:2",)).bring_up()
    assert modem.at("AT+CGMM") == ["SIM7028", "OK"]
    modem.port.write(b"AT+CGMM\r")
    assert modem.events.get(timeout=LIMIT)["text"] == "virtual module: hang"
    give_order(orders, "power off")
    give_order(orders, "power on")
    assert modem.line() == "*ATREADY: 1"
    modem.port.write(b"ATE0\r")
    assert [modem.line(), modem.line()] == ["ATE0\r", "OK"]
    assert modem.at("AT+CGMM") == ["SIM7028", "OK"]


# The socket


def test_the_socket_is_its_owner_s_and_goes_with_the_module(switch_on, orders: Path) -> None:
    modem = switch_on(control=orders)
    assert stat.S_IMODE(orders.stat().st_mode) == 0o600
    modem.process.terminate()
    assert modem.process.wait(LIMIT) == 0
    assert not orders.exists()


def test_the_socket_of_a_module_that_was_killed_is_replaced(switch_on, orders: Path) -> None:
    with socket.socket(socket.AF_UNIX) as dead:
        dead.bind(str(orders))
    with pytest.raises(ControlError, match="Connection refused"):
        give_order(orders, "status")
    switch_on(control=orders)
    assert give_order(orders, "status") == "well"


def test_a_socket_at_which_another_module_listens_stays_its_own(
    switch_on, orders: Path, refused: Callable[[Path], str]
) -> None:
    switch_on(control=orders)
    assert refused(orders) == "another virtual module listens there; end it or name another"
    assert give_order(orders, "status") == "well"


def test_a_file_in_the_way_stays(orders: Path, refused: Callable[[Path], str]) -> None:
    orders.write_text("precious")
    assert refused(orders) == "a file of that name is there; remove it or name another"
    assert orders.read_text() == "precious"


@pytest.fixture
def refused(capfd: pytest.CaptureFixture[str]) -> Callable[[Path], str]:
    """Starts a module that cannot have its control socket; what it says after the path."""

    def start(path: Path) -> str:
        assert main(["--control", str(path)]) == 2
        program, _, complaint = capfd.readouterr().err.partition(f": --control {path}: ")
        assert program == "python -m virtual_sim7028"
        return complaint.rstrip("\n")

    return start


def test_several_orders_over_one_connection(switch_on, orders: Path) -> None:
    switch_on(control=orders)
    with socket.socket(socket.AF_UNIX) as connection, connection.makefile("rb") as answers:
        connection.settimeout(LIMIT)
        connection.connect(str(orders))
        connection.sendall(b"deaf\nstatus\nnonsense\nstatus")
        assert [answers.readline() for _ in range(2)] == [b"ok\n", b"ok: deaf\n"]
        assert answers.readline().startswith(b"error: no order is called 'nonsense': there are ")
        connection.sendall(b"\n")
        assert answers.readline() == b"ok: deaf\n"


def test_a_line_without_end_is_hung_up_on_and_the_module_goes_on(switch_on, orders: Path) -> None:
    switch_on(control=orders)
    with pytest.raises(ControlError, match=r"ended before it answered|Broken pipe|reset by peer"):
        give_order(orders, "x" * 100_000)
    assert give_order(orders, "status") == "well"


# From the command line


def test_the_command_line_gives_orders(switch_on, orders: Path) -> None:
    switch_on(control=orders)
    run = CliRunner().invoke
    assert [run(virtual_control, [str(orders), *words]).output for words in (
        ["power", "off"], ["status"], ["power-on"], ["status"],
    )] == ["", "power-off\n", "", "well\n"]  # fmt: skip


def test_the_command_line_says_why_not(switch_on, orders: Path) -> None:
    switch_on(control=orders)
    give_order(orders, "power off")
    ended = CliRunner().invoke(virtual_control, [str(orders), "hang"])
    assert ended.exit_code == 2
    assert ended.stdout == ""
    assert ended.stderr.startswith("hang befalls a module that runs, and this one does not: power-")
    assert ended.stderr.count("\n") == 1


def test_the_command_line_without_a_module(orders: Path) -> None:
    ended = CliRunner().invoke(virtual_control, [str(orders), "power", "off"])
    assert ended.exit_code == 2
    assert ended.stderr == (
        f"{orders}: No such file or directory. Does a virtual module run that was started with"
        f" --control {orders}?\n"
    )


# From the harness


class Told:
    """A recorder that keeps all."""

    def __init__(self) -> None:
        self.events: Queue[Event] = Queue()

    def record(self, event: Event, /) -> None:
        self.events.put(event)


@pytest.fixture
def told() -> Told:
    return Told()


@pytest.fixture
def module(told: Told) -> Iterator[VirtualModule]:
    started = VirtualModule(Settings(), told)
    try:
        yield started
    finally:
        started.close()


def test_the_harness_has_a_power_switch(module: VirtualModule, told: Told) -> None:
    assert os.getpgid(module.pid) == module.pid
    with serial.serial_for_url(module.port, timeout=LIMIT) as port:
        assert port.read_until(b"*ATREADY: 1\r\n").endswith(b"*ATREADY: 1\r\n")
        module.inject("hang")
        assert told.events.get(timeout=LIMIT).text == "virtual module: hang"
        port.write(b"AT\r")
        module.power_off()
        assert module.inject("status") == "hang, power-off"
        module.power_on()
        assert port.read_until(b"*ATREADY: 1\r\n") == b"\r\n*ATREADY: 1\r\n"
    assert module.inject("status") == "well"
    events = [told.events.get(timeout=LIMIT) for _ in range(3)]
    assert {event.source for event in events} == {Source.FAULT}
    assert [event.text.removeprefix("virtual module: ") for event in events] == [
        *("power-off", "hang is over", "power-off is over")
    ]


def test_the_harness_is_told_why_not(module: VirtualModule) -> None:
    with pytest.raises(VirtualModuleError, match="was told 'nonsense': no order is called"):
        module.inject("nonsense")
    assert module.inject("status") == "well"


def test_a_module_that_ended_obeys_no_more(module: VirtualModule) -> None:
    os.kill(module.pid, signal.SIGKILL)
    for _ in range(2):
        with pytest.raises(VirtualModuleError, match=f"its process {module.pid} has ended"):
            module.power_off()
    module.close()
    with pytest.raises(VirtualModuleError, match="has ended"):
        module.power_off()


def test_an_answer_that_comes_too_late_is_not_taken_for_the_next(
    module: VirtualModule, monkeypatch: pytest.MonkeyPatch
) -> None:
    os.kill(module.pid, signal.SIGSTOP)
    try:
        with monkeypatch.context() as patch:
            patch.setattr(virtual, "_ANSWER_LIMIT", 0.05)
            with pytest.raises(
                VirtualModuleError, match=r"not answer in 0.05 s. Is process \d+ st"
            ):
                module.inject("status")
    finally:
        os.kill(module.pid, signal.SIGCONT)
    assert module.inject("hang") == ""
    assert module.inject("status") == "hang"


def test_a_module_that_hangs_ends_with_its_harness(module: VirtualModule, watch) -> None:
    process = watch(module.pid)
    module.inject("dead")
    module.close()
    assert process.has_ended()
