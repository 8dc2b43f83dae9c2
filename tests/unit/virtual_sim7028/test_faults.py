"""How faults are named and planned."""

from __future__ import annotations

import contextlib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import virtual_sim7028
from virtual_sim7028.faults import Fault, InvalidFault, PlannedFault, Remedy, fault_table

PAGE = Path(virtual_sim7028.__file__).with_name("FAULTS.md")
COMMANDS = st.text(st.characters(exclude_categories=["Cs"])).map(lambda text: f"AT{text}")


def test_the_table_of_faults_is_the_code_s() -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert page.endswith(fault_table()), "write it anew: sim7028-lab virtual-module --faults"


@pytest.mark.parametrize(
    ("text", "planned"),
    [
        ("hang@AT+LWADDOBJ:2", PlannedFault(Fault.HANG, "AT+LWADDOBJ", 2)),
        ("power-off@AT+LWOPEN", PlannedFault(Fault.POWER_OFF, "AT+LWOPEN", 1)),
        ('deaf@AT+LWCNF="server","a:b"', PlannedFault(Fault.DEAF, 'AT+LWCNF="server","a:b"', 1)),
        ("wedged@at", PlannedFault(Fault.WEDGED, "at", 1)),
    ],
)
def test_a_fault_is_planned_by_a_command(text: str, planned: PlannedFault) -> None:
    assert PlannedFault.parse(text) == planned


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("hang", "'hang' does not say when: write NAME@COMMAND or NAME@COMMAND:COUNT, such as"),
        ("hung@AT", "no fault is called 'hung': there are garbled, muddled,"),
        ("power-on@AT", "no fault is called 'power-on'"),
        ("hang@+LWOPEN", "'hang@+LWOPEN' waits for no command, which begins with AT"),
        ("hang@", "waits for no command"),
        ("hang@:2", "waits for no command"),
        ("hang@AT:0", "counts from 0, and the first is 1"),
        ("", "'' does not say when"),
    ],
)
def test_a_plan_that_is_none_says_what_to_write(text: str, complaint: str) -> None:
    with pytest.raises(InvalidFault) as caught:
        PlannedFault.parse(text)
    assert complaint in str(caught.value)


@given(st.sampled_from(Fault), COMMANDS, st.integers(1, 999_999))
def test_a_plan_reads_as_it_is_written(fault: Fault, command: str, count: int) -> None:
    planned = PlannedFault(fault, command, count)
    assert PlannedFault.parse(str(planned)) == planned


@given(st.text() | st.from_regex(r"(hang|deaf|x)?@?(AT|at)?[+A-Z]{0,3}:?[0-9]{0,3}"))
def test_every_text_is_a_plan_or_refused(text: str) -> None:
    with contextlib.suppress(InvalidFault):
        planned = PlannedFault.parse(text)
        assert text.startswith(f"{planned.fault.value}@{planned.command}")
        assert planned.count > 0


@pytest.mark.parametrize(
    ("command", "line", "begins"),
    [
        ("AT+LWADDOBJ", b"AT+LWADDOBJ=0,3303,0,1,5700", True),
        ("at+lwaddobj", b"AT+LWADDOBJ=0,3303,0,1,5700", True),
        ("AT+LWADDOBJ", b"\x00\xffat+lwaddobj=0", True),
        ("AT+LWADDOBJ=0,3304", b"AT+LWADDOBJ=0,3303,0,1,5700", False),
        ("AT+LWOPEN", b"", False),
        ("AT", b"noise", False),
    ],
)
def test_which_lines_a_plan_waits_for(command: str, line: bytes, begins: bool) -> None:
    assert PlannedFault(Fault.HANG, command).is_begun_by(line) is begins


def test_remedies_grow() -> None:
    growing = [Remedy.AT, Remedy.ATZ, Remedy.RADIO_OFF, Remedy.RESTART, Remedy.POWER]
    for number, remedy in enumerate(growing):
        helps = [other for other in Remedy if remedy.ends(other)]
        assert helps == growing[: number + 1]
    assert [other for other in Remedy if Remedy.NETWORK.ends(other)] == [Remedy.NETWORK]
