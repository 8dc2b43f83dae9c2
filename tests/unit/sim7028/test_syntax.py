from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim7028 import UnsafeValue
from sim7028.syntax import Field, Malformed, after_prefix, quote, split_fields

UNSAFE = '\r\n\x1a\x1b\b"'
SAFE_TEXT = st.text(st.characters(exclude_characters=UNSAFE, exclude_categories=["Cs"]))
BARE = st.binary(max_size=10).filter(lambda raw: not set(raw) & set(b'", \t'))
QUOTED = st.binary(max_size=10).filter(lambda raw: b'"' not in raw)
FIELDS = st.lists(
    BARE.map(lambda raw: Field(raw, False)) | QUOTED.map(lambda raw: Field(raw, True)), min_size=1
)
BLANKS = st.sampled_from([b"", b" ", b"\t "])


@given(FIELDS, BLANKS, BLANKS)
def test_fields_are_split_where_they_were_joined(
    fields: list[Field], before: bytes, after: bytes
) -> None:
    written = [b'"%b"' % field.raw if field.quoted else field.raw for field in fields]
    assert split_fields(b",".join(before + raw + after for raw in written)) == tuple(fields)


@given(st.binary())
def test_anything_is_split_or_malformed(raw: bytes) -> None:
    try:
        fields = split_fields(raw)
    except Malformed:
        return
    assert sum(len(field.raw) for field in fields) <= len(raw)


@pytest.mark.parametrize("raw", [b'"a', b'a"b"', b'"a"b', b'1,"a" b'])
def test_quotes_that_do_not_fit_are_malformed(raw: bytes) -> None:
    with pytest.raises(Malformed, match="do not fit"):
        split_fields(raw)


@pytest.mark.parametrize("raw", [b"", b"-1", b"+1", b"1_0", b"1 0", b"\xd9\xa1", b"12345678901"])
def test_only_decimal_digits_are_a_number(raw: bytes) -> None:
    with pytest.raises(Malformed, match="not a number"):
        _ = Field(raw, False).number


def test_blanks_at_the_end_take_linear_time() -> None:
    with pytest.raises(Malformed):
        split_fields(b" " * 200_000 + b'"')


def test_what_follows_the_prefix() -> None:
    assert after_prefix(b"+CESQ: 1,2 ", "+CESQ") == b"1,2"
    with pytest.raises(Malformed, match=r"\+CESQ:"):
        after_prefix(b"+CESQX: 1", "+CESQ")


@given(SAFE_TEXT)
def test_a_safe_text_is_quoted_as_it_is(text: str) -> None:
    assert split_fields(quote(text).encode()) == (Field(text.encode(), True),)


@given(st.text(), st.sampled_from(UNSAFE), st.text())
def test_what_would_break_the_line_is_refused(before: str, unsafe: str, after: str) -> None:
    with pytest.raises(UnsafeValue, match="was not sent"):
        quote(before + unsafe + after)


def test_the_refusal_names_place_and_reason() -> None:
    with pytest.raises(UnsafeValue, match="character 3 is CR, which ends the command"):
        quote("ab\r\n")


def test_half_a_surrogate_pair_is_refused() -> None:
    with pytest.raises(UnsafeValue, match="UTF-8"):
        quote("\ud800")
