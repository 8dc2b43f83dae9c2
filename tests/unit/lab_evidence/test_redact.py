import json
from urllib.parse import quote

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from lab_evidence import Direction, Event, Redactor, Source
from lab_evidence.redact import _PAST_ITS_TIME, _Search

secret_texts = st.text(st.characters(codec="ascii", categories=("L", "N")), min_size=6)


@given(secret_texts, st.text(), st.text())
def test_a_secret_is_replaced_by_as_many_letters(secret: str, before: str, after: str) -> None:
    redactor = Redactor([secret])
    text = f"{before} {secret} {after}"
    assume(secret not in redactor.pseudonym(secret))
    clean = redactor.text(text)
    assert secret not in clean
    assert len(clean) == len(text)


def test_the_same_secret_has_the_same_pseudonym() -> None:
    redactor = Redactor(["hunter22"])
    one, other = redactor.text("hunter22 hunter22").split()
    assert one == other != "hunter22"


def test_two_runs_cannot_be_matched() -> None:
    assert Redactor().pseudonym("862636051234567") != Redactor().pseudonym("862636051234567")


def test_identities_are_known_by_their_form() -> None:
    clean = Redactor().text("862636051234563 8988303000001234567F 1795373880524")
    assert "862636051234563" not in clean
    assert "8988303000001234567F" not in clean
    assert "1795373880524" in clean  # a time in ms has 13 digits


def test_an_identity_of_another_form_is_known_by_the_command_that_asks_for_it() -> None:
    redactor = Redactor()
    told = {"command": "AT+CGSN", "reply": True}
    event = Event(Source.AT, Direction.RECEIVED, "000000000000001", told)
    assert redactor(event).text == redactor.pseudonym("000000000000001")
    assert "000000000000001" not in redactor.text("it is 000000000000001.")


def test_an_imei_is_known_without_its_check_digit_and_with_the_software_version() -> None:
    redactor = Redactor(["170000000000003"])
    for form in ("17000000000000", "1700000000000078"):
        assert redactor.text(form) == redactor.pseudonym(form)
    assert redactor.text("1700000000000") == "1700000000000"


@pytest.mark.parametrize("secret", ['quo"te\\d', "pass wörd/&", "it's"])
def test_a_secret_is_found_however_it_is_quoted(secret: str) -> None:
    redactor = Redactor([secret])
    for text in (secret, json.dumps({"auth": secret}), repr({"auth": secret}), quote(secret)):
        assert secret not in redactor.text(text)
        assert json.dumps(secret)[1:-1] not in redactor.text(text)
        assert quote(secret) not in redactor.text(text)


def test_what_was_made_of_a_text_is_not_remembered_beyond_the_next_secret() -> None:
    redactor = Redactor(["other"])
    assert redactor.text("hunter22") == "hunter22"
    redactor.add("hunter22")
    assert redactor.text("hunter22") == redactor.pseudonym("hunter22")


def test_what_another_thread_learned_meanwhile_is_redacted_too() -> None:
    redactor = Redactor()
    imei = "862636051234563"
    begun = redactor._redacted  # as a thread has it that was held up here
    redactor.text(imei)
    assert imei not in begun(f"it is {imei}")


@given(
    st.frozensets(secret_texts | st.from_regex(r"\A([0-9]{2,20}|[a-z]{2,3})\Z"), max_size=3),
    st.lists(
        st.text()
        | st.from_regex(r"\+?[0-9]{4,20}")
        | st.from_regex(r"([0-9A-F]{2}){4,40}")
        | st.from_regex(r"\+(CGSN|CPIN|CLCK)[:=].*")
    ).map("".join),
    st.data(),
)
def test_what_is_not_looked_at_closely_has_no_secret(
    known: frozenset[str], text: str, data: st.DataObject
) -> None:
    if known:
        secret = data.draw(st.sampled_from(sorted(known)))
        text += data.draw(st.sampled_from(["", secret, secret.encode().hex(), quote(secret)]))
    event = Event(Source.AT, Direction.RECEIVED, "", {"command": text, "list": [{"of": text}]})
    quick, thorough = Redactor(known), Redactor(known)
    thorough._key = quick._key
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(_Search, "may_find", lambda *_: True)
        clean, clean_event = thorough.text(text), thorough(event)
    assert quick(event) == clean_event
    assert quick.text(text) == clean


@pytest.mark.parametrize("t", [0.0, 1.5, 1234567.123456, 98765432.123456])
def test_the_time_of_an_event_is_not_looked_at_but_all_of_its_text(t: float) -> None:
    search = Redactor(["hunter22"])._search
    for text, is_suspect in ("OK", False), ("hunter22", True):
        line = Event(Source.AT, Direction.RECEIVED, text, t=t).line
        assert search.may_find(line[_PAST_ITS_TIME:]) is is_suspect
        assert line.index(b'"text"') > _PAST_ITS_TIME


def test_an_event_without_secrets_stays_itself() -> None:
    data = {"command": "AT", "limit": 9.0, "none": None, "a": [1, "b", {"c": "d"}]}
    event = Event(Source.AT, Direction.SENT, "AT", data)
    assert Redactor(["hunter22"])(event) is event


def test_a_text_that_tells_an_identity_twice_is_cleaned_of_both() -> None:
    clean = Redactor().text("862636051234563 is " + b"862636051234563".hex())
    assert b"862636051234563".hex() not in clean


def test_a_pin_is_known_by_its_command() -> None:
    redactor = Redactor()
    for line in (
        *('AT+CPIN="1234"', "AT+CPIN=1234", "at+cpin=1234", 'AT+CPIN="87654321","1234"'),
        *('AT+CLCK="SC",1,"1234"', 'AT+CPWD="SC","1234","87654321"'),
    ):
        clean = redactor.text(line)
        assert "1234" not in clean
        assert "87654321" not in clean
        assert len(clean) == len(line)


@given(st.text(min_size=1))
def test_a_pseudonym_is_no_number(secret: str) -> None:
    pseudonym = Redactor().pseudonym(secret)
    assert len(pseudonym) == len(secret)
    assert not any(character.isdigit() for character in pseudonym)


def test_a_short_number_is_no_part_of_a_longer_one() -> None:
    assert Redactor(["1234"]).text("AT+X=51234") == "AT+X=51234"


def test_a_pin_that_is_known_has_one_pseudonym() -> None:
    redactor = Redactor(["1234"])
    assert redactor.text('AT+CPIN="1234"') == f'AT+CPIN="{redactor.pseudonym("1234")}"'


def test_data_is_cleaned_too() -> None:
    redactor = Redactor(["hunter22"])
    event = Event(
        Source.REST,
        Direction.SENT,
        "GET /",
        {"headers": {"auth": "hunter22"}, "list": ["hunter22", 1], "n": 5},
    )
    assert "hunter22" not in str(redactor(event).data)
    assert redactor(event).data["n"] == 5


def test_raw_bytes_of_a_redacted_line_go() -> None:
    event = Event.of_bytes(Source.AT, Direction.SENT, b"hunter22\xff")
    assert "hex" not in Redactor(["hunter22"])(event).data
    assert "hex" in Redactor()(event).data


def test_a_secret_is_found_in_a_payload_which_can_still_be_decoded() -> None:
    redactor = Redactor(["862636051234567"])
    payload = "c8020f" + b"862636051234567".hex()
    clean = redactor.text(payload)
    assert bytes.fromhex(clean)[3:].decode() == redactor.pseudonym("862636051234567")
    assert b"862636051234567".hex() not in redactor.text(payload.upper()).lower()


def test_a_short_secret_is_found_in_a_payload_too() -> None:
    redactor = Redactor(["key"])
    assert redactor.text(b"key".hex()) == redactor.pseudonym("key").encode().hex()


def test_what_was_known_by_its_form_is_found_in_payloads_from_then_on() -> None:
    redactor = Redactor()
    redactor.text("call +491711234567")
    assert b"+491711234567".hex() not in redactor.text(b"call +491711234567".hex())


def test_digits_around_it_make_another_number_in_a_payload_too() -> None:
    payload = b"512349".hex()
    assert Redactor(["1234"]).text(payload) == payload


def test_phone_numbers_are_known_by_their_form() -> None:
    clean = Redactor().text('+CNUM: "","+491711234567",145')
    assert "491711234567" not in clean
    for text in ("call +491711234567.", "'\\n+491711234567'", "tel:+491711234567;isub=1"):
        assert "491711234567" not in Redactor().text(text)
    assert "01711234567" not in Redactor().text('+CNUM: "","01711234567",129')
    assert Redactor().text("+2147483 +00:00 1.5+12345678901") == "+2147483 +00:00 1.5+12345678901"
