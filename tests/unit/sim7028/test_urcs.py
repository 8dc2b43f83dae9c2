from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lwm2m import Kind, Path, Value
from sim7028 import (
    Ending,
    ExecuteRequest,
    ExecuteResponse,
    Framer,
    Line,
    ReadRequest,
    ReadResponse,
    Ready,
    Registered,
    RegistrationChanged,
    RegistrationState,
    Result,
    UnknownLine,
    Urc,
    WriteRequest,
    WriteResponse,
    WrittenResource,
    parse_urc,
)

MakeLine = Callable[[str | bytes], Line]

IDS = st.integers(0, 65535)
SESSIONS = st.integers(0, 1)
COLONS = st.sampled_from([b":", b": ", b" : "])
COMMAS = st.sampled_from([b",", b", ", b" ,"])
NASTY = st.binary(max_size=60) | st.text('",\r\n 0', max_size=30).map(str.encode)


def said(raw: bytes) -> Urc:
    """What comes out at the other end of framer and parser."""
    framer = Framer()
    (line,) = framer.feed(b"\r\n" + raw + b"\r\n", 0.0)
    assert line.ending is Ending.LINE_END
    return parse_urc(line)


@given(st.sampled_from([b"+LMOPEN", b"+LWOPEN", b"LMOPEN"]), COLONS, SESSIONS)
def test_a_registration_is_read_in_every_spelling(head: bytes, colon: bytes, session: int) -> None:
    urc = said(head + colon + b"%d" % session)
    assert isinstance(urc, Registered)
    assert urc.session == session


@given(COLONS, COMMAS, SESSIONS, IDS, IDS, st.lists(IDS, max_size=15))
def test_a_read_is_read_in_every_spelling(
    colon: bytes, comma: bytes, session: int, object_id: int, instance: int, resources: list[int]
) -> None:
    numbers = [session, object_id, instance, len(resources), *resources]
    urc = said(b"+LWREAD" + colon + comma.join(b"%d" % number for number in numbers))
    assert isinstance(urc, ReadRequest)
    assert (urc.session, urc.object, urc.instance) == (session, object_id, instance)
    assert (urc.count, urc.resources) == (len(resources), tuple(resources))


@st.composite
def kinds_and_contents(draw: st.DrawFn) -> tuple[bytes, int, bytes, Value | None]:
    """Type letter, length, bytes between the quotes, and what they mean."""
    match draw(st.sampled_from("IFBDSdX0")):
        case "I":
            number = draw(st.integers(-(2**63), 2**63 - 1))
            raw, letter, value = str(number).encode(), b"I", Value(Kind.INTEGER, number)
        case "F":
            real = draw(st.floats(allow_nan=False, allow_infinity=False))
            raw, letter, value = repr(real).encode(), b"F", Value(Kind.FLOAT, real)
        case "B":
            truth = draw(st.booleans())
            raw, letter, value = b"%d" % truth, b"B", Value(Kind.BOOLEAN, truth)
        case "S":
            text = draw(st.text(st.characters(exclude_categories=["Cs"]), max_size=40))
            raw, letter, value = text.encode(), b"S", Value(Kind.STRING, text)
        case "D":
            raw = draw(NASTY)
            letter, value = b"D", Value(Kind.OPAQUE, raw)
        case "d":
            content = draw(st.binary(min_size=1, max_size=40))
            return b"D", len(content), content.hex().encode(), Value(Kind.OPAQUE, content)
        case unknown:
            return unknown.encode(), len(raw := draw(NASTY)), raw, None
    return letter, len(raw), raw, value


@given(
    st.sampled_from([b"+LWWRITE", b"+LMWRITE"]),
    COLONS,
    st.sampled_from([b",", b" ", b", "]),
    st.sampled_from([b"%b", b'"%b"']),
    SESSIONS,
    IDS,
    IDS,
    st.lists(st.tuples(IDS, kinds_and_contents()), min_size=1, max_size=4),
)
def test_a_write_is_read_in_every_spelling(
    head: bytes,
    colon: bytes,
    comma: bytes,
    style: bytes,
    session: int,
    object_id: int,
    instance: int,
    resources: list[tuple[int, tuple[bytes, int, bytes, Value | None]]],
) -> None:
    written = b",".join(
        b'%d%b%b,%d,"%b"' % (resource, comma, style % letter, length, raw)
        for resource, (letter, length, raw, _) in resources
    )
    start = b"%d,%d,%d,%d," % (session, object_id, instance, len(resources))
    urc = said(head + colon + start + written)
    assert isinstance(urc, WriteRequest)
    assert (urc.session, urc.object, urc.instance) == (session, object_id, instance)
    assert urc.count == len(resources)
    assert urc.values == tuple(
        WrittenResource(resource, letter.decode(), length, raw, value)
        for resource, (letter, length, raw, value) in resources
    )


@given(COLONS, COMMAS, SESSIONS, IDS, IDS, IDS, NASTY)
def test_an_execute_is_read_in_every_spelling(
    colon: bytes,
    comma: bytes,
    session: int,
    object_id: int,
    instance: int,
    resource: int,
    arguments: bytes,
) -> None:
    numbers = [session, object_id, instance, resource, len(arguments)]
    head = b"+LWEXECUTE" + colon + comma.join(b"%d" % number for number in numbers)
    urc = said(head + b',"%b"' % arguments)
    assert isinstance(urc, ExecuteRequest)
    assert urc.session == session
    assert urc.path == Path(object_id, instance, resource)
    assert (urc.length, urc.arguments) == (len(arguments), arguments)


@pytest.mark.parametrize("end", ["0", "0,", '0,""'])
def test_an_execute_without_arguments_has_none(end: str, line: MakeLine) -> None:
    urc = parse_urc(line(f"+LWEXECUTE: 0,3303,0,5605,{end}"))
    assert isinstance(urc, ExecuteRequest)
    assert (urc.length, urc.arguments) == (0, b"")


def test_a_value_of_1024_bytes_is_whole() -> None:
    value = b'",\r\n' * 256
    urc = said(b'+LWWRITE: 0,3335,0,1,5750,S,1024,"%b"' % value)
    assert isinstance(urc, WriteRequest)
    assert urc.values[0].raw == value


@pytest.mark.parametrize(
    ("value", "length", "raw"),
    [
        ("p", 1, b"p"),
        ("a,b", 3, b"a,b"),
        ("abc", 9, b"abc"),
    ],
)
def test_a_value_may_stand_without_quotes(
    value: str, length: int, raw: bytes, line: MakeLine
) -> None:
    urc = parse_urc(line(f"+LWWRITE: 0,3335,0,2,5750,S,{length},{value},5751,I,1,7"))
    assert isinstance(urc, WriteRequest)
    assert [(w.id, w.raw) for w in urc.values] == [(5750, raw), (5751, b"7")]


@pytest.mark.parametrize("length", [0, 5, 7, 99])
def test_a_length_that_lies_does_not_hide_the_value(length: int, line: MakeLine) -> None:
    urc = parse_urc(line(f'+LWWRITE: 0,3335,0,2,5750,S,{length},"123456",5751,I,1,"7"'))
    assert isinstance(urc, WriteRequest)
    first, second = urc.values
    assert (first.length, first.raw) == (length, b"123456")
    assert second.value == Value(Kind.INTEGER, 7)


@pytest.mark.parametrize(
    ("letter", "length", "raw"),
    [
        ("I", 2, "1x"),
        ("B", 1, "7"),
        ("D", 3, "0011"),
        ("D", 2, "00x1"),
        ("0", 1, "p"),
    ],
)
def test_a_value_that_does_not_fit_its_type_keeps_its_bytes(
    letter: str, length: int, raw: str, line: MakeLine
) -> None:
    urc = parse_urc(line(f'+LWWRITE: 0,3335,0,1,5750,{letter},{length},"{raw}"'))
    assert isinstance(urc, WriteRequest)
    (written,) = urc.values
    assert (written.type, written.raw, written.value) == (letter, raw.encode(), None)


def test_bytes_that_are_no_text_are_no_string() -> None:
    urc = said(b'+LWWRITE: 0,3335,0,1,5750,S,1,"\xff"')
    assert isinstance(urc, WriteRequest)
    assert urc.values[0].value is None


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("+LMOPEN:", "not a number"),
        ("+LMOPEN: 0,1", "not 2 fields"),
        ("+LWREAD: 0,3303,0", "four numbers"),
        ("+LWREAD: 0,3303,0,1", "names none"),
        ("+LWREAD: 0,70000,0,0", "70000 is not in 0..65535"),
        ("+LWREAD: 0,3303,0,1,70000", "70000 is not in 0..65535"),
        ("+LWREAD: 0,3303,0,1,5700,", "not a number"),
        ("+LWWRITE: 0,3303,0,1", "names no resource"),
        ("+LWWRITE: 0,3303,0,1,5700", "<resource>,<type>,<length>,<value>"),
        ('+LWWRITE: 0,3303,0,1,70000,S,1,"p"', "70000 is not in 0..65535"),
        ('+LWWRITE: 0,3303,0,1,5700,S,9,"p', "not closed"),
        ('+LWWRITE: 0,3303,0,1,5700,S,1,"p" x', "a comma should stand before"),
        ("+LWEXECUTE: 0,3303,0,5605", "length of the arguments is missing"),
        ('+LWEXECUTE: 0,3303,0,5605,1,"p",2', "behind the arguments"),
        ("+CEREG: 0,1", "nobody asked"),
        ("+CEREG: 77", "77 is not a valid RegistrationState"),
        ("*ATREADY: 0", "should be 1"),
        ("+CPIN: READY", "begins like this"),
        ("OK", "begins like this"),
        ("", "begins like this"),
    ],
)
def test_what_cannot_be_read_is_kept_with_the_reason(
    text: str, reason: str, line: MakeLine
) -> None:
    urc = parse_urc(line(text))
    assert isinstance(urc, UnknownLine)
    assert reason in urc.reason
    assert urc.line.text == text


@given(
    st.sampled_from(
        [b"", b"+LMOPEN:", b"+LWREAD:", b"+LWWRITE:", b"+LWEXECUTE:", b"+CEREG:", b"*ATREADY:"]
    ),
    st.binary(max_size=80) | st.text('0123,"SD \r\n', max_size=80).map(str.encode),
)
def test_nothing_makes_the_reader_raise(head: bytes, rest: bytes) -> None:
    line = Line(0.0, head + rest)
    assert parse_urc(line).line is line


@pytest.mark.parametrize(
    ("text", "state"),
    [
        ("+CEREG: 1", RegistrationState.HOME),
        ('+CEREG: 5,"1A2B","01A2D101",9', RegistrationState.ROAMING),
        ("+CEREG: 2,,,", RegistrationState.SEARCHING),
    ],
)
def test_a_change_of_the_registration(text: str, state: RegistrationState, line: MakeLine) -> None:
    urc = parse_urc(line(text))
    assert isinstance(urc, RegistrationChanged)
    assert urc.state is state


def test_the_module_is_ready(line: MakeLine) -> None:
    assert isinstance(parse_urc(line("*ATREADY: 1")), Ready)


# Answers


WARM = Value(Kind.FLOAT, 21.5)
UNIT = Value(Kind.STRING, "Cel")


@pytest.fixture
def read(line: MakeLine) -> Callable[[str], ReadRequest]:
    def make(numbers: str) -> ReadRequest:
        urc = parse_urc(line(f"+LWREAD: {numbers}"))
        assert isinstance(urc, ReadRequest)
        return urc

    return make


def test_values_answer_in_the_order_of_the_request(read: Callable[[str], ReadRequest]) -> None:
    request = read("1,3303,2,2,5701,5700")
    expected = ReadResponse(1, 3303, 2, ((5701, UNIT), (5700, WARM)))
    assert request.answer(UNIT, WARM) == expected
    assert request.answer({5701: UNIT, 5700: WARM}) == expected


def test_a_mapping_answers_for_a_whole_instance(read: Callable[[str], ReadRequest]) -> None:
    request = read("0,3303,0,0")
    assert request.answer({5700: WARM}) == ReadResponse(0, 3303, 0, ((5700, WARM),))
    with pytest.raises(ValueError, match=r"whole instance /3303/0: answer with a mapping"):
        request.answer(WARM)


def test_an_answer_that_does_not_fit_says_what_would(read: Callable[[str], ReadRequest]) -> None:
    request = read("0,3303,0,1,5700")
    with pytest.raises(ValueError, match=r"reads 5700 of /3303/0/5700: .* 1 values .* not 2"):
        request.answer(WARM, UNIT)
    with pytest.raises(ValueError, match="the answer has 5701"):
        request.answer({5701: UNIT})


def test_the_path_is_the_resource_when_it_is_one(read: Callable[[str], ReadRequest]) -> None:
    assert read("0,3303,0,1,5700").path == Path(3303, 0, 5700)
    assert read("0,3303,0,2,5700,5701").path == Path(3303, 0)
    assert read("0,3303,0,0").path == Path(3303, 0)


def test_a_write_and_an_execute_know_their_answers(line: MakeLine) -> None:
    write = parse_urc(line('+LWWRITE: 1,3335,0,1,5750,S,1,"p"'))
    execute = parse_urc(line('+LWEXECUTE: 1,3303,0,5605,1,"0"'))
    assert isinstance(write, WriteRequest)
    assert isinstance(execute, ExecuteRequest)
    assert write.path == Path(3335, 0, 5750)
    assert write.answer(Result.CHANGED) == WriteResponse(1, Result.CHANGED)
    assert execute.answer(Result.IGNORE) == ExecuteResponse(1, Result.IGNORE)
