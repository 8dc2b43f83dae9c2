from __future__ import annotations

import math
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lwm2m import Kind, Path, Value
from virtual_sim7028.codec import (
    InvalidContent,
    Level,
    Link,
    Tlv,
    decode_text,
    decode_tlv,
    decode_value,
    encode_links,
    encode_text,
    encode_tlv,
    encode_value,
)

IDS = st.integers(0, 65535)
LEAVES = st.binary(max_size=300)
RESOURCES = st.builds(Tlv, st.just(Level.RESOURCE), IDS, LEAVES)
INSTANCES = st.builds(Tlv, st.just(Level.RESOURCE_INSTANCE), IDS, LEAVES)
MULTIPLE = st.builds(
    Tlv, st.just(Level.MULTIPLE_RESOURCE), IDS, st.lists(INSTANCES, max_size=4).map(tuple)
)
OBJECT_INSTANCES = st.builds(
    Tlv,
    st.just(Level.OBJECT_INSTANCE),
    IDS,
    st.lists(RESOURCES | MULTIPLE, max_size=4).map(tuple),
)
TLVS = st.lists(RESOURCES | INSTANCES | MULTIPLE | OBJECT_INSTANCES, max_size=4).map(tuple)
VALUES = st.one_of(
    st.integers(-(2**63), 2**63 - 1).map(lambda n: Value(Kind.INTEGER, n)),
    st.floats(allow_nan=False, allow_infinity=False).map(lambda x: Value(Kind.FLOAT, x)),
    st.booleans().map(lambda b: Value(Kind.BOOLEAN, b)),
    st.binary().map(lambda b: Value(Kind.OPAQUE, b)),
    st.text(st.characters(codec="utf-8")).map(lambda s: Value(Kind.STRING, s)),
)


@given(TLVS)
def test_tlvs_come_back_as_they_went(tlvs: tuple[Tlv, ...]) -> None:
    assert decode_tlv(encode_tlv(tlvs)) == tlvs


@given(st.binary(max_size=200))
def test_any_bytes_are_tlvs_or_refused(payload: bytes) -> None:
    try:
        tlvs = decode_tlv(payload)
    except InvalidContent:
        return
    assert decode_tlv(encode_tlv(tlvs)) == tlvs


@given(TLVS, st.data())
def test_a_payload_that_ends_too_soon_is_refused_or_ends_between_two(
    tlvs: tuple[Tlv, ...], data: st.DataObject
) -> None:
    payload = encode_tlv(tlvs)
    cut = payload[: data.draw(st.integers(0, len(payload)))]
    try:
        kept = decode_tlv(cut)
    except InvalidContent:
        return
    assert kept == tlvs[: len(kept)]


@pytest.mark.parametrize(
    ("length", "head"),
    [
        (0, "c009"),
        (7, "c709"),
        (8, "c80908"),
        (255, "c809ff"),
        (256, "d0090100"),
        (65535, "d009ffff"),
        (65536, "d809010000"),
    ],
)
def test_a_length_takes_the_least_room(length: int, head: str) -> None:
    encoded = encode_tlv([Tlv(Level.RESOURCE, 9, bytes(length))])
    assert encoded.hex().startswith(head)
    assert len(encoded) == len(head) // 2 + length


def test_the_battery_level_as_a_wakaama_client_sends_it() -> None:
    assert encode_tlv([Tlv(Level.RESOURCE, 9, b"\x64")]).hex() == "c10964"


def test_an_identifier_over_255_takes_two_bytes() -> None:
    assert encode_tlv([Tlv(Level.RESOURCE, 5700, b"\x01")]).hex() == "e1164401"


@pytest.mark.parametrize("payload", ["c1", "c209ff", "e116", "c809", "08 00 02 40 00"])
def test_what_stands_in_the_wrong_place_or_ends_too_soon_is_refused(payload: str) -> None:
    with pytest.raises(InvalidContent):
        decode_tlv(bytes.fromhex(payload))


@pytest.mark.parametrize("tlv", [Tlv(Level.RESOURCE, 65536, b""), Tlv(Level.RESOURCE, -1, b"")])
def test_an_identifier_out_of_range_is_refused(tlv: Tlv) -> None:
    with pytest.raises(InvalidContent):
        encode_tlv([tlv])


@given(VALUES)
def test_values_come_back_as_they_went(value: Value) -> None:
    decoded = decode_value(value.kind, encode_value(value))
    assert (decoded.kind, decoded.content) == (value.kind, value.content)


@pytest.mark.parametrize(
    ("number", "size"),
    [(0, 1), (127, 1), (128, 2), (-128, 1), (-129, 2), (32768, 4), (2**31 - 1, 4), (2**31, 8)],
)
def test_an_integer_takes_the_least_room(number: int, size: int) -> None:
    assert len(encode_value(Value(Kind.INTEGER, number))) == size


@pytest.mark.parametrize(
    ("number", "size"), [(21.5, 4), (0.1, 4), (1e300, 8), (1 / 3, 8), (-0.0, 4)]
)
def test_a_float_takes_four_bytes_where_they_are_enough(number: float, size: int) -> None:
    encoded = encode_value(Value(Kind.FLOAT, number))
    assert len(encoded) == size
    assert math.copysign(1, float(decode_value(Kind.FLOAT, encoded).content)) == math.copysign(
        1, number
    )


def test_four_bytes_are_read_as_the_number_that_was_meant() -> None:
    assert decode_value(Kind.FLOAT, struct.pack(">f", 0.1)).text == "0.1"


@pytest.mark.parametrize(
    ("kind", "content"),
    [
        (Kind.INTEGER, "010203"),
        (Kind.INTEGER, ""),
        (Kind.FLOAT, "01"),
        (Kind.FLOAT, "7fc00000"),
        (Kind.FLOAT, "7ff0000000000000"),
        (Kind.BOOLEAN, "02"),
        (Kind.BOOLEAN, "0001"),
        (Kind.STRING, "ff"),
    ],
)
def test_bytes_that_do_not_fit_a_kind_are_refused(kind: Kind, content: str) -> None:
    with pytest.raises(InvalidContent):
        decode_value(kind, bytes.fromhex(content))


@given(VALUES)
def test_plain_text_comes_back_as_it_went(value: Value) -> None:
    decoded = decode_text(value.kind, encode_text(value))
    assert (decoded.kind, decoded.content) == (value.kind, value.content)


@given(st.sampled_from(Kind), st.binary())
def test_any_plain_text_is_a_value_or_refused(kind: Kind, payload: bytes) -> None:
    try:
        value = decode_text(kind, payload)
    except InvalidContent:
        return
    assert value.kind is kind


def test_links_are_written_as_registrations_have_them() -> None:
    links = [Link("/", (("rt", '"oma.lwm2m"'),)), Path(1, 0), Path(3303, 0)]
    assert encode_links(links) == b'</>;rt="oma.lwm2m",</1/0>,</3303/0>'
