"""What faults keep from the firmware, and what ends them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lab_evidence import Direction, Event, Silent, Source
from virtual_sim7028.condition import CannotHappen, Condition
from virtual_sim7028.effects import After, Cancel, Print, Reset, Timer, Wakeup
from virtual_sim7028.faults import Fault, PlannedFault, Remedy

SEARCH = After(0.1, Timer(Wakeup.ATTACHED))
LINES = [b"AT", b"ATZ", b"ATE0", b"AT+CFUN=0", b"AT+CFUN=1", b"AT+QCRST", b"AT+LWOPEN", b"AT+", b""]


class Told:
    """A recorder that keeps all."""

    def __init__(self) -> None:
        self.events: list[Event] = []

    def record(self, event: Event, /) -> None:
        self.events.append(event)


def suffering(*faults: Fault) -> Condition:
    condition = Condition((), Silent())
    for fault in faults:
        condition.begin(fault)
    return condition


def test_a_module_is_well_until_something_befalls_it() -> None:
    condition = suffering()
    assert str(condition) == "well"
    assert condition.runs
    assert condition.hears
    assert all(condition.accepts(line) for line in LINES)


@pytest.mark.parametrize(
    ("fault", "refused"),
    [
        (Fault.GARBLED, set(LINES) - {b"AT", b""}),
        (Fault.MUDDLED, set(LINES) - {b"AT", b"ATZ", b""}),
        (Fault.WEDGED, {b"ATE0", b"AT+LWOPEN", b"AT+"}),
        (Fault.DETACHED, set()),
        (Fault.NETWORK_OFF, set()),
    ],
)
def test_what_is_an_error(fault: Fault, refused: set[bytes]) -> None:
    assert {line for line in LINES if not suffering(fault).accepts(line)} == refused


@pytest.mark.parametrize(
    ("fault", "remedy"),
    [
        (Fault.GARBLED, b"AT"),
        (Fault.MUDDLED, b"ATZ"),
        (Fault.DETACHED, b"AT+CFUN=0"),
        (Fault.DETACHED, b"AT+CFUN=4"),
        (Fault.WEDGED, None),
        (Fault.NETWORK_OFF, None),
    ],
)
def test_which_commands_are_a_remedy(fault: Fault, remedy: bytes | None) -> None:
    lines = {*LINES, b"AT+CFUN=4"}
    if fault is Fault.DETACHED:
        ending = {b"AT+CFUN=0", b"AT+CFUN=4"}
        assert remedy in ending
    else:
        ending = {remedy} - {None}
    ended = {line for line in lines if suffering(fault).accepts(line) and well_after(fault, line)}
    assert ended == ending


def well_after(fault: Fault, line: bytes) -> bool:
    condition = suffering(fault)
    condition.accepts(line)
    return str(condition) == "well"


def test_a_restart_is_seen_as_it_goes_by() -> None:
    condition = suffering(Fault.WEDGED, Fault.DEAF, Fault.NETWORK_OFF)
    assert condition.let_pass(Print(b"x"))
    assert str(condition) == "wedged, deaf, network-off"
    assert condition.let_pass(Reset())
    assert str(condition) == "network-off"


@pytest.mark.parametrize("fault", [Fault.HANG, Fault.DEAD, Fault.POWER_OFF])
def test_what_stands_still_can_lose_only_power_and_network(fault: Fault) -> None:
    for other in Fault:
        condition = suffering(fault)
        assert not condition.runs
        assert not condition.hears
        if other in (Fault.POWER_OFF, Fault.NETWORK_OFF):
            condition.begin(other)
        else:
            with pytest.raises(
                CannotHappen,
                match=f"{other.value} befalls a module that runs, and "
                f"this one does not: {fault.value}",
            ):
                condition.begin(other)


def test_power_ends_all_but_what_is_not_the_module_s_and_what_is_for_good() -> None:
    every = [fault for fault in Fault if fault not in (Fault.HANG, Fault.DEAD, Fault.POWER_OFF)]
    condition = suffering(*every, Fault.DEAD, Fault.POWER_OFF)
    condition.end(Remedy.POWER)
    assert str(condition) == "network-off, dead"
    assert condition.has_power
    assert not condition.runs


def test_a_search_for_a_network_that_is_gone_waits_until_it_is_back() -> None:
    condition = suffering(Fault.NETWORK_OFF)
    assert not condition.let_pass(SEARCH)
    assert condition.released() == ()
    condition.end(Remedy.NETWORK)
    assert condition.released() == (SEARCH,)
    assert condition.released() == ()
    assert condition.let_pass(SEARCH)


@pytest.mark.parametrize("end", [Cancel(SEARCH.timer), Reset(), Fault.HANG, Fault.POWER_OFF])
def test_a_search_that_was_given_up_is_not_taken_up_again(end: Cancel | Reset | Fault) -> None:
    condition = suffering(Fault.NETWORK_OFF)
    condition.let_pass(SEARCH)
    condition.begin(end) if isinstance(end, Fault) else condition.let_pass(end)
    condition.end(Remedy.NETWORK)
    assert condition.released() == ()


def test_the_network_s_return_is_nothing_to_a_module_that_it_sent_away() -> None:
    condition = suffering(Fault.DETACHED, Fault.NETWORK_OFF)
    condition.let_pass(SEARCH)
    condition.end(Remedy.NETWORK)
    assert condition.released() == ()
    assert str(condition) == "detached"


def test_beginning_and_end_are_told_once() -> None:
    told = Told()
    condition = Condition((), told)
    for _ in range(2):
        condition.begin(Fault.MUDDLED)
    for _ in range(2):
        condition.accepts(b"ATZ")
    assert [(event.text, event.data) for event in told.events] == [
        ("virtual module: muddled", {"fault": "muddled", "state": "begins"}),
        ("virtual module: muddled is over", {"fault": "muddled", "state": "is over"}),
    ]
    assert {event.source for event in told.events} == {Source.FAULT}
    assert {event.direction for event in told.events} == {Direction.NOTED}


def test_a_plan_counts_its_own_lines_and_comes_once() -> None:
    plan = ["hang@AT+LW:3", "deaf@AT+LWOPEN", "wedged@AT+LWOPEN", "wedged@AT+LWOPEN"]
    condition = Condition([PlannedFault.parse(text) for text in plan], Silent())
    lines = [b"AT", b"AT+LWSTART", b"AT+LWOPEN", b"AT+LWOPEN", b"AT+LWOPEN"]
    assert [condition.due(line) for line in lines] == [
        (),
        (),
        (Fault.DEAF, Fault.WEDGED),
        (Fault.HANG,),
        (),
    ]


@given(
    st.lists(st.sampled_from(Fault)),
    st.lists(st.sampled_from(LINES) | st.binary(max_size=12)),
)
def test_no_lines_break_a_condition_and_power_mends_all_that_can_be(
    faults: list[Fault], lines: list[bytes]
) -> None:
    condition = Condition((), Silent())
    for fault in faults:
        try:
            condition.begin(fault)
        except CannotHappen:
            assert not condition.runs
    for line in lines:
        condition.accepts(line)
        condition.due(line)
    condition.begin(Fault.POWER_OFF)
    condition.end(Remedy.POWER)
    condition.end(Remedy.NETWORK)
    assert str(condition) in ("well", "dead")
