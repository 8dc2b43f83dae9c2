from __future__ import annotations

from collections.abc import Callable
from ipaddress import ip_address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim7028 import Line, RegistrationState
from sim7028.network import AddressQuery, RegistrationQuery, SignalQuery
from sim7028.syntax import Malformed

MakeLine = Callable[[str | bytes], Line]


@pytest.mark.parametrize(
    ("answer", "rsrq", "rsrp"),
    [
        ("99,99,255,255,22,58", -9.0, -83),
        ("99,99,255,255,0,0", -20.0, -141),
        ("99,99,255,255,34,97", -3.0, -44),
        ("99,99,255,255,255,255", None, None),
        ("99,99,255,255,99,99", None, None),
    ],
)
def test_a_signal_is_in_its_units(
    answer: str, rsrq: float | None, rsrp: int | None, line: MakeLine
) -> None:
    signal = SignalQuery().parse([line(f"+CESQ: {answer}")])
    assert (signal.rsrq, signal.rsrp) == (rsrq, rsrp)
    assert signal.is_known == (rsrp is not None)


def test_a_signal_says_what_it_is(line: MakeLine) -> None:
    known = SignalQuery().parse([line("+CESQ: 99,99,255,255,22,58")])
    unknown = SignalQuery().parse([line("+CESQ: 99,99,255,255,255,255")])
    assert str(known) == "RSRP -83 dBm, RSRQ -9 dB"
    assert str(unknown) == "RSRP not known, RSRQ not known"


@pytest.mark.parametrize(
    "answer", ["99,99,255,255,35,0", "99,99,255,255,0,98", "99,99", "a,b,c,d,e,f"]
)
def test_no_signal_is_made_up(answer: str, line: MakeLine) -> None:
    with pytest.raises(Malformed):
        SignalQuery().parse([line(f"+CESQ: {answer}")])


@pytest.mark.parametrize("query", [SignalQuery(), RegistrationQuery()])
def test_an_answer_without_its_line_is_malformed(query: SignalQuery | RegistrationQuery) -> None:
    with pytest.raises(Malformed, match="is missing"):
        query.parse([])


@pytest.mark.parametrize(
    ("text", "owned"),
    [
        ("+CEREG: 0,1", True),
        ('+CEREG: 2,5,"1A2B","01A2D101",9', True),
        ("+CEREG: 1", False),
        ('+CEREG: 1,"1A2B","01A2D101",9', False),
        ("+CEREG: 2,,,", False),
        ('+CEREG: "', False),
        ("+CESQ: 0,1", False),
    ],
)
def test_the_answer_is_told_from_the_urc(text: str, owned: bool, line: MakeLine) -> None:
    assert RegistrationQuery().owns(line(text)) is owned


@pytest.mark.parametrize("state", RegistrationState)
def test_home_and_roaming_are_registered(state: RegistrationState, line: MakeLine) -> None:
    status = RegistrationQuery().parse([line(f"+CEREG: 0,{state.value}")])
    assert status.state is state
    assert status.is_registered == (state.value in (1, 5))


def test_a_status_says_what_it_is(line: MakeLine) -> None:
    status = RegistrationQuery().parse([line("+CEREG: 0,2")])
    assert str(status) == "registration 2 (searching)"


@given(st.ip_addresses())
def test_an_address_is_read(address: object) -> None:
    (pdp,) = AddressQuery().parse([Line(0.0, f'+CGPADDR: 0,"{address}"'.encode())])
    expected = ip_address(str(address))
    assert pdp.address == (None if expected.is_unspecified else expected)


@pytest.mark.parametrize(
    ("answer", "address"),
    [
        ('0,"11.102.241.134"', "11.102.241.134"),
        ("0,11.102.241.134", "11.102.241.134"),
        ('0,"32.1.13.184.0.0.0.0.0.0.0.0.0.0.0.1"', "2001:db8::1"),
        ('0,"10.0.0.1","2001:db8::1"', "10.0.0.1"),
        ('0,"","2001:db8::1"', "2001:db8::1"),
    ],
)
def test_an_address_is_read_in_every_spelling(answer: str, address: str, line: MakeLine) -> None:
    (pdp,) = AddressQuery().parse([line(f"+CGPADDR: {answer}")])
    assert pdp.address == ip_address(address)


@pytest.mark.parametrize("answer", ["1", '1,""', '1,"0.0.0.0"', '1,"::"'])
def test_a_context_may_have_no_address(answer: str, line: MakeLine) -> None:
    (pdp,) = AddressQuery().parse([line(f"+CGPADDR: {answer}")])
    assert (pdp.context, pdp.address) == (1, None)


@pytest.mark.parametrize("answer", ['0,"11.102"', '0,"1.2.3.4.5.6.7.8.9.10.11.12.13.14.15.256"'])
def test_what_is_no_address_is_refused(answer: str, line: MakeLine) -> None:
    with pytest.raises(ValueError, match=r"address|bytes"):
        AddressQuery().parse([line(f"+CGPADDR: {answer}")])
