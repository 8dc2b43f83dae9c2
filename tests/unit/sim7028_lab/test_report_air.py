"""What goes over the air is counted once, and its size is near to that of the datagrams."""

import pytest
from aiocoap import Message
from aiocoap.numbers.codes import Code
from aiocoap.numbers.types import Type
from hypothesis import given
from hypothesis import strategies as st

from lab_evidence import Direction, Event, Source
from sim7028_lab.report.air import Spent, Traffic, measure
from virtual_sim7028.coap_events import coap_event, unreadable_event

UDP_IP = 28
SENT, RECEIVED, NOTED = Direction.SENT, Direction.RECEIVED, Direction.NOTED


def by_module(direction=SENT, **data):
    told = {"seen_by": "module", "type": "CON", "code": "GET", "mid": 1, "token": "a1", **data}
    return Event(Source.COAP, direction, "", {"payload": "", **told}, 1.0)


def by_server(direction=RECEIVED, **data):
    told = {"seen_by": "server", "type": "CON", "code": "GET", "mid": 1, "token": "A1", **data}
    return Event(Source.COAP, direction, "", {"payload": "", "options": "", **told}, 1.0)


@pytest.mark.parametrize(
    ("events", "up", "down"),
    [
        ([], 0, 0),
        ([by_module()], 1, 0),
        ([by_server()], 1, 0),
        ([by_server(), by_module()], 1, 0),
        ([by_module(RECEIVED), by_server(SENT)], 0, 1),
        ([by_module(), by_module(RECEIVED)], 1, 1),
        ([by_module(), by_module(), by_server()], 2, 0),
        ([by_module(), by_server(), by_server()], 2, 0),
        ([by_module(mid=1), by_server(mid=2)], 2, 0),
        ([by_module(type="ACK", code="EMPTY"), by_server(type="ACK", code="")], 1, 0),
        ([Event(Source.COAP, NOTED, "dropped", {"seen_by": "relay"})], 0, 0),
        ([Event(Source.REST, SENT, "GET /", {"seen_by": "server"})], 0, 0),
    ],
)
def test_a_message_counts_once_whoever_tells_of_it(events, up, down):
    traffic = measure(events)
    assert (traffic.messages_up, traffic.messages_down) == (up, down)
    assert (traffic.bytes_up > 0, traffic.bytes_down > 0) == (up > 0, down > 0)


def test_an_empty_acknowledgement_is_header_alone():
    assert measure([by_module(type="ACK", code="EMPTY", token="")]).bytes == UDP_IP + 4


MESSAGES = st.builds(
    lambda **parts: Message(_mtype=Type.CON, _mid=7, **parts),
    code=st.sampled_from([Code.POST, Code.GET, Code.CONTENT]),
    _token=st.binary(max_size=8),
    payload=st.binary(max_size=1200),
    uri_path=st.lists(st.text("abc019", max_size=20), max_size=4).map(tuple),
    uri_query=st.lists(st.text("ep=lt", max_size=30), max_size=4).map(tuple),
    content_format=st.sampled_from([None, 0, 40, 11542]),
    observe=st.sampled_from([None, 0, 1, 70_000]),
)


@given(MESSAGES)
def test_the_size_is_near_that_of_the_datagram(message):
    measured = measure([coap_event(message, SENT)]).bytes_up
    options = len(message.opt.uri_path) + len(message.opt.uri_query) + 2
    assert abs(measured - UDP_IP - len(message.encode())) <= 3 * options


@pytest.mark.parametrize("length", [1, 12, 13, 40])
def test_a_message_of_texts_is_measured_to_the_byte(length):
    message = Message(
        _mtype=Type.CON, _mid=7, code=Code.POST, _token=b"ab", uri_path=("rd", "x" * length)
    )
    assert measure([coap_event(message, SENT)]).bytes_up == UDP_IP + len(message.encode())


@pytest.mark.parametrize(
    ("options", "payload"),
    [
        ("", ""),
        ('Uri-Path: "3303", "0", "5700"', ""),
        ('Uri-Path: "3340", "0", "5534" - Content-Format: "text/plain"', "7"),
        ('Content-Format: "application/vnd.oma.lwm2m+tlv"', "Hex:e1150e07"),
    ],
)
def test_both_accounts_of_a_message_have_about_the_same_size(options, payload):
    told_path = [part for part in ("3303/0/5700", "3340/0/5534") if part.split("/")[0] in options]
    data = {"options": {"CONTENT_FORMAT": 0}} if "Format" in options else {}
    raw = bytes.fromhex(payload[4:]) if payload.startswith("Hex:") else payload.encode()
    path = {"path": f"/{told_path[0]}"} if told_path else {}
    module = measure([by_module(payload=raw.hex(), **path, **data)])
    assert measure([by_server(options=options, payload=payload)]) == module


def test_a_redacted_payload_is_as_long_as_its_secret():
    whole, redacted = by_module(payload="00112233"), by_module(payload="00~~~~33")
    assert measure([whole]) == measure([redacted])


def test_what_is_no_coap_message_is_counted_as_a_datagram():
    assert measure([unreadable_event(b"noise", "no header")]) == Traffic(0, 1, 0, UDP_IP + 5)


REGISTERED = Event(
    Source.SERVER,
    NOTED,
    "Registered",
    {
        "type": "Registered",
        "endpoint": "sim7028-d1989ce6-2",
        "registration": "abtjVuJt65",
        "lifetime": 300,
        "objects": ["/1/0", "/3/0"],
    },
)
REGISTERING = Event(
    Source.COAP,
    SENT,
    "CON POST /rd",
    {
        "seen_by": "module",
        "type": "CON",
        "code": "POST",
        "mid": 1,
        "token": "a1b2c3d4e5f60718",
        "path": "/rd",
        "query": ["lwm2m=1.0", "ep=sim7028-d1989ce6-2", "b=U", "lt=300"],
        "options": {"CONTENT_FORMAT": 40},
        "payload": b'</>;rt="oma.lwm2m",</1/0>,</3/0>'.hex(),
    },
)


def test_a_registration_that_only_the_server_tells_of_is_two_messages():
    guessed, told = measure([REGISTERED]), measure([REGISTERING])
    assert (guessed.messages_up, guessed.messages_down) == (1, 1)
    assert abs(guessed.bytes_up - told.bytes_up) <= 5
    assert 50 < guessed.bytes_down < 70


def test_a_registration_that_the_module_tells_of_is_not_guessed_besides():
    assert measure([REGISTERING, REGISTERED]) == measure([REGISTERING])


@pytest.mark.parametrize(("budget", "over"), [(None, False), (100, False), (99, True)])
def test_a_budget_holds_for_both_ways_together(budget, over):
    assert Spent(Traffic(1, 1, 60, 40), budget).is_over is over
