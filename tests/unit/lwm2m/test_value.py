import math
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lwm2m import InvalidValue, Kind, Value

values = st.one_of(
    st.integers(-(2**63), 2**63 - 1).map(lambda i: Value(Kind.INTEGER, i)),
    st.floats(allow_nan=False, allow_infinity=False).map(lambda f: Value(Kind.FLOAT, f)),
    st.booleans().map(lambda b: Value(Kind.BOOLEAN, b)),
    st.binary().map(lambda b: Value(Kind.OPAQUE, b)),
    st.text().map(lambda s: Value(Kind.STRING, s)),
)


@given(values)
def test_what_is_printed_can_be_read(value: Value) -> None:
    assert Value.parse(value.kind, value.text) == value


@given(values, values)
def test_equal_values_hash_alike(one: Value, other: Value) -> None:
    if one == other:
        assert hash(one) == hash(other)


@given(st.floats(width=32, allow_nan=False, allow_infinity=False))
def test_a_float_survives_32_bits(number: float) -> None:
    widened = struct.unpack("<f", struct.pack("<f", number))[0]
    assert Value(Kind.FLOAT, widened) == Value(Kind.FLOAT, number)


def test_floats_differ_where_32_bits_do() -> None:
    assert Value(Kind.FLOAT, 21.5) == Value(Kind.FLOAT, 21.5 + 1e-9)
    assert Value(Kind.FLOAT, 21.5) != Value(Kind.FLOAT, 21.500002)
    assert Value(Kind.FLOAT, 1e300) != Value(Kind.FLOAT, 1e301)


def test_kinds_keep_values_apart() -> None:
    assert Value(Kind.INTEGER, 1) != Value(Kind.FLOAT, 1.0)
    assert Value(Kind.INTEGER, 1) != Value(Kind.BOOLEAN, True)
    assert Value(Kind.STRING, "1") != Value(Kind.INTEGER, 1)


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        (Kind.INTEGER, "1.5"),
        (Kind.INTEGER, ""),
        (Kind.INTEGER, "9223372036854775808"),
        (Kind.FLOAT, "nan"),
        (Kind.FLOAT, "1e999"),
        (Kind.FLOAT, "21,5"),
        (Kind.BOOLEAN, "yes"),
        (Kind.OPAQUE, "abc"),
    ],
)
def test_a_text_of_another_kind_is_refused(kind: Kind, text: str) -> None:
    with pytest.raises(InvalidValue):
        Value.parse(kind, text)


@pytest.mark.parametrize(
    ("kind", "content"),
    [(Kind.INTEGER, True), (Kind.BOOLEAN, 1), (Kind.OPAQUE, "00"), (Kind.FLOAT, math.inf)],
)
def test_a_content_of_another_kind_is_refused(kind: Kind, content: object) -> None:
    with pytest.raises(InvalidValue):
        Value(kind, content)  # type: ignore[arg-type]


@given(st.sampled_from(Kind), st.text())
def test_any_text_is_a_value_or_refused(kind: Kind, text: str) -> None:
    try:
        assert Value.parse(kind, text).kind is kind
    except InvalidValue:
        assert kind is not Kind.STRING
