"""A late answer is judged by its one value, whatever path was read."""

from datetime import UTC, datetime

import pytest

from leshan import CoapMessage, MessageType
from lwm2m import Kind, Value
from sim7028_lab.scenario import _carries_other
from virtual_sim7028.codec import Level, Tlv, encode_tlv, encode_value

WARM, COLD = Value(Kind.FLOAT, 21.5), Value(Kind.FLOAT, -4.0)
TLV = 'Content-Format: "application/vnd.oma.lwm2m+tlv"'


def late(*values, options=TLV):
    content = encode_tlv([Tlv(Level.RESOURCE, id_, encode_value(v)) for id_, v in values])
    return CoapMessage(
        1.0,
        "ep",
        incoming=True,
        type=MessageType.ACK,
        code="2.05",
        mid=1,
        token="",
        options=options,
        payload=f"Hex:{content.hex()}",
        server_time=datetime(2026, 1, 1, tzinfo=UTC),
    )


@pytest.mark.parametrize(
    ("message", "resource", "is_other"),
    [
        (late((5521, WARM)), 5521, False),
        (late((5521, WARM)), None, False),
        (late((5521, COLD)), 5521, True),
        (late((5521, COLD)), None, True),
        (late((5538, WARM)), 5521, True),
        (late((5521, WARM), (5538, COLD)), None, True),
        (late((5521, COLD), options=f"{TLV} - Block2"), None, False),
    ],
)
def test_another_value_is_seen(message, resource, is_other):
    assert _carries_other(message, resource, WARM) is is_other
