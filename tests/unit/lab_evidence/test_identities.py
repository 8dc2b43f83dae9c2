from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lab_evidence.identities import identities, identities_in_answer

bodies = st.sampled_from(["00", "01", "35", "86", "99"])  # who allocates IMEIs
countries = st.sampled_from(["001", "202", "262", "310", "460", "716", "901", "999"])
digits = st.text("0123456789", min_size=16, max_size=16)
# What stands beside an identity, in logs, quoted lines and sentences.
beside = st.sampled_from(
    ["", " ", '"', "'", ":", "=", ",", "\\n", "\n", "IMSI", "-", "_", "<", ". "]
)


def check_digit(number: str) -> str:
    """The last digit of an IMEI, by the table of 3GPP 23.003, annex B."""
    doubled = "0246813579"
    total = sum(int(doubled[int(d)] if i % 2 else d) for i, d in enumerate(number))
    return str(-total % 10)


@given(bodies, digits, beside, beside)
def test_an_imei_is_known_with_and_without_its_last_digits(
    body: str, rest: str, before: str, after: str
) -> None:
    stem = body + rest[:12]
    for imei in (stem, stem + check_digit(stem), stem + rest[12:14]):
        assert list(identities(f"{before}{imei}{after}")) == [imei]


@given(countries, digits, beside, beside)
def test_an_imsi_is_known_by_its_country(country: str, rest: str, before: str, after: str) -> None:
    imsi = country + rest[:12]
    assert list(identities(f"{before}{imsi}{after}")) == [imsi]


@given(digits, st.integers(16, 19), st.sampled_from(["", "F", "f"]), beside)
def test_an_iccid_is_known_by_its_first_digits(
    rest: str, more: int, last: str, before: str
) -> None:
    iccid = "89" + (rest + rest)[:more] + last
    assert list(identities(f"{before}{iccid}.")) == [iccid]


@given(st.from_regex(r"[1-9][0-9]{9,14}", fullmatch=True), beside)
def test_a_phone_number_is_known_by_its_plus(number: str, before: str) -> None:
    assert f"+{number}" in list(identities(f"{before}+{number}."))


@pytest.mark.parametrize(
    "text",
    [
        "1795373880524 a time in ms",
        "1795373880524000 a time in us",
        "179537388052400 fifteen digits with another check digit",
        "9223372036854775807 the largest integer of 64 bits",
        "21.123456789012345 -0.262011234567890 decimals",
        "262011234567890.5 with a fraction",
        "a1262011234567890 262011234567890b hex digits",
        "-2147483648,2026-11-22T23:29:11.001234Z,127.0.0.1:5683",
        "1.5+12345678901 a sum",
    ],
)
def test_other_numbers_are_none(text: str) -> None:
    assert list(identities(text)) == []


def test_what_may_be_one_is_taken_for_one() -> None:
    """Values that have an identity's form go: the leak-proof side of a trade-off."""
    for value in ("20261122232911", "0102030405060708", "300000000000000"):
        assert list(identities(value)) == [value]


@pytest.mark.parametrize("command", ["AT+CGSN", "AT+CGSN=2", "at+cimi", "AT+CGMM;+CCID", "AT+GSN"])
def test_an_answer_to_who_it_is_holds_an_identity_of_any_form(command: str) -> None:
    assert list(identities_in_answer(command, "170000000000000")) == ["170000000000000"]
    assert list(identities_in_answer(command, "OK")) == []


@pytest.mark.parametrize("command", ["AT+CGMR", "AT+LWREADRSP=0", "AT+CGSNX"])
def test_another_answer_does_not(command: str) -> None:
    assert list(identities_in_answer(command, "170000000000000")) == []


def test_what_names_an_identity_says_so() -> None:
    assert list(identities('x +CNUM: "me","01711234567",129\r\nOK 1234567')) == ["01711234567"]
