from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lwm2m import Kind, Value
from virtual_sim7028.grammar import Command, Fields, Form, Malformed, parse_command


def fields(text: str | bytes, *, blanks: bool = True) -> Fields:
    return Fields(text.encode() if isinstance(text, str) else text, blanks=blanks)


@pytest.mark.parametrize(
    ("line", "command"),
    [
        ("AT", Command("", Form.EXECUTE)),
        ("at", Command("", Form.EXECUTE)),
        ("AT+LWOPEN", Command("+LWOPEN", Form.EXECUTE)),
        ("at+lwopen", Command("+LWOPEN", Form.EXECUTE)),
        ("AT+LWOPEN=?", Command("+LWOPEN", Form.TEST)),
        ("AT+CEREG?", Command("+CEREG", Form.READ)),
        ("AT+LWCLOSE=0", Command("+LWCLOSE", Form.WRITE, b"0")),
        ("AT+LWCLOSE=", Command("+LWCLOSE", Form.WRITE, b"")),
        ("AT+LWREADRSP= 0,1", Command("+LWREADRSP", Form.WRITE, b" 0,1")),
        ("AT+LWWRITERSP =0,0", Command("+LWWRITERSP", Form.WRITE, b" 0,0")),
        ("ATE0", Command("E", Form.EXECUTE, b"0")),
        ("ATE", Command("E", Form.EXECUTE)),
        ("AT&F", Command("&F", Form.EXECUTE)),
        ("ATS3?", Command("S3", Form.READ)),
        ("ATS3=13", Command("S3", Form.WRITE, b"13")),
    ],
)
def test_every_form_is_told_apart(line: str, command: Command) -> None:
    assert parse_command(line.encode()) == command


def test_noise_before_the_command_is_passed_over() -> None:
    assert parse_command(b"\x00\xffAT+LWOPEN") == Command("+LWOPEN", Form.EXECUTE)


@pytest.mark.parametrize("line", [b"", b"hello", b"\x00\x00", b"A", b"T"])
def test_a_line_without_at_is_no_command(line: bytes) -> None:
    assert parse_command(line) is None


@pytest.mark.parametrize("line", [b"AT+", b"AT+LW OPEN", b"AT?", b"AT+LWOPEN!", b"AT+1"])
def test_what_is_no_command_is_refused(line: bytes) -> None:
    with pytest.raises(Malformed):
        parse_command(line)


@given(st.binary(max_size=60))
def test_any_line_is_a_command_or_refused(line: bytes) -> None:
    try:
        parse_command(line)
    except Malformed:
        return


@given(st.binary(max_size=60), st.booleans(), st.data())
def test_any_fields_are_read_or_refused(
    arguments: bytes, blanks: bool, data: st.DataObject
) -> None:
    readers: list[Callable[[Fields], object]] = [
        lambda f: f.integer(0, 65535),
        lambda f: f.number(0, 65535),
        lambda f: f.text(),
        lambda f: f.word(),
        lambda f: f.kind(),
        lambda f: f.value(),
        lambda f: f.end(),
        lambda f: f.more,
        lambda f: f.rest(),
    ]
    left = Fields(arguments, blanks=blanks)
    try:
        for _ in range(4):
            data.draw(st.sampled_from(readers))(left)
    except Malformed:
        return


@given(st.lists(st.integers(0, 65535), min_size=1))
def test_numbers_are_read_in_order(numbers: list[int]) -> None:
    left = fields(",".join(map(str, numbers)))
    assert [left.integer(0, 65535) for _ in numbers] == numbers
    left.end()


@pytest.mark.parametrize("text", ["", "x", "-1", "+1", "65536", "9" * 5000, '"5"', ",5", "5x"])
def test_what_is_no_number_in_range_is_refused(text: str) -> None:
    left = fields(text)
    with pytest.raises(Malformed):
        (left.integer(0, 65535), left.end())


@pytest.mark.parametrize("text", ["800", '"800"', '"0800"'])
def test_a_parameter_is_a_number_bare_or_quoted(text: str) -> None:
    assert fields(text).number(0, 65535) == 800


@pytest.mark.parametrize("text", ['"8x"', '""', '"-1"', '"65536"', '"800'])
def test_a_quoted_parameter_that_is_no_number_is_refused(text: str) -> None:
    with pytest.raises(Malformed):
        fields(text).number(0, 65535)


@pytest.mark.parametrize("text", ["1,2", " 1 , 2 "])
def test_blanks_are_passed_over_where_they_may_be(text: str) -> None:
    left = fields(text)
    assert (left.integer(0, 9), left.integer(0, 9)) == (1, 2)
    left.end()


@pytest.mark.parametrize("text", [" 1,2", "1, 2", "1 ,2", "1,2 "])
def test_blanks_are_refused_where_they_may_not_be(text: str) -> None:
    left = fields(text, blanks=False)
    with pytest.raises(Malformed):
        (left.integer(0, 9), left.integer(0, 9), left.end())


@given(st.binary(max_size=1100))
def test_a_value_is_framed_by_its_length_whatever_is_in_it(raw: bytes) -> None:
    left = fields(b'"D",%d,"%s",7' % (len(raw), raw))
    assert left.value() == Value(Kind.OPAQUE, raw)
    assert left.integer(0, 9) == 7


@given(st.binary(min_size=1, max_size=600))
def test_opaque_content_may_be_given_as_hex(raw: bytes) -> None:
    left = fields(b'"D",%d,"%s"' % (len(raw), raw.hex().encode()))
    assert left.value() == Value(Kind.OPAQUE, raw)
    left.end()


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ('"F",5,"15623"', Value(Kind.FLOAT, 15623.0)),
        ('F,5,"15623"', Value(Kind.FLOAT, 15623.0)),
        ('"I",2,"-5"', Value(Kind.INTEGER, -5)),
        ('"B",1,"1"', Value(Kind.BOOLEAN, True)),
        ('"S",5,"a,"b""', Value(Kind.STRING, 'a,"b"')),
        ('"S",0,""', Value(Kind.STRING, "")),
        ('"S",2,"é"', Value(Kind.STRING, "é")),
        ('"D",2,"ab"', Value(Kind.OPAQUE, b"ab")),
        ('"D",2,"ab01"', Value(Kind.OPAQUE, b"\xab\x01")),
        ('"D",0,""', Value(Kind.OPAQUE, b"")),
    ],
)
def test_values_of_every_type(text: str, value: Value) -> None:
    assert fields(text).value() == value


@pytest.mark.parametrize(
    "text",
    [
        '"B",103,"123"',  # the note's own example of chapter 4, as it is printed
        '"F",4,"15623"',
        '"F",6,"15623"',
        '"F",3,"1x3"',
        '"I",3,"1.5"',
        '"B",1,"2"',
        '"B",0,""',
        '"0",1,"1"',
        '"X",1,"1"',
        '"",1,"1"',
        '"F",1,1',
        '"D",2,"abc"',
        '"D",2,"xyzw"',
        '"F",-1,"1"',
        '"S",65536,""',
        '"S",1,"\xff"',
    ],
)
def test_a_value_that_does_not_fit_is_refused(text: str) -> None:
    left = fields(text.encode("latin-1"))
    with pytest.raises(Malformed):
        (left.value(), left.end())
