from hypothesis import assume, given
from hypothesis import strategies as st

from lab_evidence import Direction, Event, Redactor, Source

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
    clean = Redactor().text('+CGSN: "862636051234567" 8988303000001234567F 1795373880524')
    assert "862636051234567" not in clean
    assert "8988303000001234567F" not in clean
    assert "1795373880524" in clean  # a time in ms has 13 digits


def test_a_pin_is_known_by_its_command() -> None:
    redactor = Redactor()
    for line in ('AT+CPIN="1234"', "AT+CPIN=1234", "at+cpin=1234"):
        assert "1234" not in redactor.text(line)
        assert len(redactor.text(line)) == len(line)


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
    assert Redactor().text("+2147483 +00:00 1.5+12345678901") == "+2147483 +00:00 1.5+12345678901"
