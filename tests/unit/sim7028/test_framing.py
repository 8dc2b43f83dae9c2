from __future__ import annotations

import re
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim7028 import Ending, Framer, Line
from sim7028.framing import MAX_LINE

AWKWARD = st.binary(max_size=40) | st.text('",\r\n 0F', max_size=40).map(str.encode)
LETTERS = st.sampled_from([b"S", b"D", b"I", b"0", b'"S"', b'"D"'])


@st.composite
def written(draw: st.DrawFn) -> bytes:
    """A write or an execute, its lengths true or not."""
    if draw(st.booleans()):
        value = draw(AWKWARD)
        length = draw(st.just(len(value)) | st.integers(0, 60))
        return b'+LWEXECUTE: 0,3303,0,5605,%d,"%b"' % (length, value)
    resources = []
    for _ in range(draw(st.integers(1, 3))):
        value = draw(AWKWARD)
        length = draw(st.just(len(value)) | st.integers(0, 60))
        comma = draw(st.sampled_from([b",", b" "]))
        resources.append(b'5750%b%b,%d,"%b"' % (comma, draw(LETTERS), length, value))
    prefix = draw(st.sampled_from([b"+LWWRITE:", b"+LMWRITE: "]))
    return prefix + b"0,3335,0,%d," % len(resources) + b",".join(resources)


PIECES = st.lists(
    st.tuples(
        st.sampled_from([b"", b"\r\n", b"\n", b"\0"]),
        written() | AWKWARD | st.sampled_from([b"OK", b"+LMOPEN:0", b"+LWREAD: 0,3303,0,0"]),
        st.sampled_from([b"\r\n", b"\r", b""]),
    ).map(b"".join),
    max_size=5,
)
STREAMS = PIECES.map(b"".join)


def framed(*parts: bytes) -> list[tuple[bytes, Ending]]:
    framer = Framer()
    lines = [line for part in parts for line in framer.feed(part, 0.0)]
    return [(line.raw, line.ending) for line in lines + framer.finish(0.0)]


def cut(data: bytes, at: list[int]) -> list[bytes]:
    edges = [0, *sorted(index % (len(data) + 1) for index in at), len(data)]
    return [data[start:end] for start, end in pairwise(edges)]


@given(STREAMS, st.lists(st.integers(0, 10_000), max_size=8))
def test_any_split_gives_the_same_lines(data: bytes, at: list[int]) -> None:
    assert framed(*cut(data, at)) == framed(data)


@given(STREAMS)
def test_byte_by_byte_gives_the_same_lines(data: bytes) -> None:
    assert framed(*(data[i : i + 1] for i in range(len(data)))) == framed(data)


@given(STREAMS)
def test_no_byte_is_lost_or_made_up(data: bytes) -> None:
    lines = b"".join(raw for raw, _ in framed(data))
    assert re.sub(rb"[\r\n]", b"", lines) == re.sub(rb"[\r\n]", b"", data)


@given(st.binary(max_size=300))
def test_anything_can_come(data: bytes) -> None:
    assert all(raw for raw, _ in framed(data))


@given(AWKWARD, LETTERS, st.sampled_from([b"+LWWRITE: ", b"+LMWRITE:"]))
def test_a_value_of_true_length_is_framed_whole(value: bytes, letter: bytes, head: bytes) -> None:
    line = head + b'0,3335,0,1,5750,%b,%d,"%b"' % (letter, len(value), value)
    assert framed(b"\r\n" + line + b"\r\nOK\r\n") == [
        (line, Ending.LINE_END),
        (b"OK", Ending.LINE_END),
    ]


@given(st.binary(max_size=40))
def test_an_opaque_value_in_hex_is_framed_by_its_number_of_bytes(value: bytes) -> None:
    line = b'+LWWRITE: 0,3335,0,2,5750,D,%d,"%b",5751,S,2,"\r\n"' % (
        len(value),
        value.hex().encode(),
    )
    assert framed(line + b"\r\n") == [(line, Ending.LINE_END)]


@given(st.text("abc,", max_size=20), st.integers(0, 30))
def test_a_length_that_lies_ends_at_the_line(value: str, excess: int) -> None:
    line = b'+LWWRITE: 0,3335,0,1,5750,S,%d,"%b"' % (len(value) + 1 + excess, value.encode())
    assert framed(line + b"\r\n", b"+LMOPEN: 0\r\n") == [
        (line, Ending.WRONG_LENGTH),
        (b"+LMOPEN: 0", Ending.LINE_END),
    ]


def test_a_value_in_an_execute_may_hold_a_line_end() -> None:
    assert framed(b'+LWEXECUTE: 0,3303,0,5605,4,"a\r\nb"\r\n') == [
        (b'+LWEXECUTE: 0,3303,0,5605,4,"a\r\nb"', Ending.LINE_END)
    ]


def test_no_other_line_is_framed_by_a_length() -> None:
    assert framed(b'+OTHER: 0,3303,0,5605,4,"a\r\nb"\r\n') == [
        (b'+OTHER: 0,3303,0,5605,4,"a', Ending.LINE_END),
        (b'b"', Ending.LINE_END),
    ]


def test_a_value_without_a_quote_ends_at_the_line() -> None:
    assert framed(b"+LWWRITE: 0,3335,0,1,5750,S,9,p\r\nOK\r\n") == [
        (b"+LWWRITE: 0,3335,0,1,5750,S,9,p", Ending.LINE_END),
        (b"OK", Ending.LINE_END),
    ]


def test_a_quote_in_a_value_is_not_its_end() -> None:
    line = b'+LWWRITE: 0,3335,0,1,5750,S,5,"a",\r\n"'
    assert framed(line + b"\r\n") == [(line, Ending.LINE_END)]


@pytest.mark.parametrize(
    "line", [b'\0\0+LWEXECUTE: 0,3303,0,5605,2,"\r\n"', b'\0+LWWRITE: 0,1,0,1,5,S,2,"\r\n"']
)
def test_noise_in_front_of_the_first_line_does_not_hide_it(line: bytes) -> None:
    assert framed(line + b"\r\n") == [(line, Ending.LINE_END)]
    assert Line(0.0, b"\0OK").content == b"OK"


def test_quiet_ends_an_unfinished_value_at_its_line() -> None:
    framer = Framer()
    assert framer.feed(b'+LWWRITE: 0,1,0,1,5,S,99,"p"\r\nOK\r\n+LM', 1.0) == []
    assert framer.in_value
    assert framer.flush(1.2) == [
        Line(1.2, b'+LWWRITE: 0,1,0,1,5,S,99,"p"', Ending.WRONG_LENGTH),
        Line(1.2, b"OK"),
    ]
    assert not framer.in_value
    assert framer.feed(b"OPEN: 0\r\n", 1.3) == [Line(1.3, b"+LMOPEN: 0")]


def test_quiet_ends_an_unfinished_value_without_a_line_end() -> None:
    framer = Framer()
    framer.feed(b'+LWWRITE: 0,1,0,1,5,S,9,"p', 1.0)
    assert framer.flush(1.2) == [Line(1.2, b'+LWWRITE: 0,1,0,1,5,S,9,"p', Ending.QUIET)]


def test_quiet_does_not_end_a_line_without_a_value() -> None:
    framer = Framer()
    framer.feed(b"+CES", 1.0)
    assert not framer.in_value
    assert framer.flush(1.2) == []
    assert framer.feed(b"Q: 1\r\n", 1.3) == [Line(1.3, b"+CESQ: 1")]


def test_quiet_ends_one_unfinished_value_after_another() -> None:
    framer = Framer()
    framer.feed(b'+LWWRITE: 0,1,0,1,5,S,99,"p"\r\n' * 3, 1.0)
    assert [line.ending for line in framer.flush(1.2)] == [Ending.WRONG_LENGTH] * 3


def test_what_is_left_at_the_end_is_a_line() -> None:
    framer = Framer()
    framer.feed(b"+CES", 1.0)
    assert framer.finish(2.0) == [Line(2.0, b"+CES", Ending.QUIET)]
    assert framer.finish(2.0) == []


@pytest.mark.parametrize("length", [MAX_LINE - 1, MAX_LINE])
def test_a_line_up_to_the_bound_is_whole(length: int) -> None:
    assert framed(b"x" * length + b"\r\n") == [(b"x" * length, Ending.LINE_END)]


@pytest.mark.parametrize("step", [1_000, 65_537, 200_000])
def test_a_longer_line_is_cut_at_the_bound(step: int) -> None:
    data = b"x" * (2 * MAX_LINE + 1) + b"\r\n"
    parts = [data[i : i + step] for i in range(0, len(data), step)]
    assert framed(*parts) == [
        (b"x" * MAX_LINE, Ending.TOO_LONG),
        (b"x" * MAX_LINE, Ending.TOO_LONG),
        (b"x", Ending.LINE_END),
    ]


def test_a_length_beyond_the_bound_is_not_even_waited_for() -> None:
    raw = b'+LWWRITE: 0,1,0,1,5,S,65536,"p"'
    assert Framer().feed(raw + b"\r\n", 1.0) == [Line(1.0, raw, Ending.WRONG_LENGTH)]


def test_a_length_that_ends_at_a_quote_inside_the_value_lies() -> None:
    line = b'+LWWRITE: 0,1,0,1,5,S,1,"a"b"'
    assert framed(line + b"\r\n") == [(line, Ending.WRONG_LENGTH)]


def test_twice_the_length_is_believed_of_hex_digits_only() -> None:
    line = b'+LWWRITE: 0,1,0,1,5,D,2,"wxyz"'
    assert framed(line + b"\r\n") == [(line, Ending.WRONG_LENGTH)]


@pytest.mark.parametrize(
    "noise",
    [
        pytest.param(b'"' * 300_000, id="quotes"),
        pytest.param(b'+LWWRITE: 0,1,0,1,5,S,60000,"\r\n' * 10_000, id="lengths that lie"),
        pytest.param(b'+LWWRITE: 0,1,0,1,5,D,30000,"00' * 10_000, id="hex that does not end"),
        pytest.param(b'+LWWRITE: 0,1,0,1,5,S,99999,"\r\n' * 10_000, id="lengths too long"),
        pytest.param(
            b"+LWWRITE: 0,1,0,1," + b"5" * 30_000 + b'"' * 35_000, id="a head that does not end"
        ),
        pytest.param(b'+LWEXECUTE: 0,1,0,1,0,""\r\n' * 10_000, id="many short values"),
    ],
)
def test_hostile_input_takes_linear_time_and_bounded_memory(noise: bytes) -> None:
    framer = Framer()
    for start in range(0, len(noise), 16):
        framer.feed(noise[start : start + 16], 0.0)
        assert len(framer._buffer) <= MAX_LINE + 16
        assert framer.in_value or framer._scanned == len(framer._buffer)  # never looked at again
