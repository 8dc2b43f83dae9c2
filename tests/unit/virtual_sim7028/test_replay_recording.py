"""What is read from evidence: messages of either account, their order, what differs by run."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from aiocoap.message import Message
from aiocoap.numbers.codes import Code
from aiocoap.numbers.types import Type
from hypothesis import given
from hypothesis import strategies as st

from lab_evidence import Direction, Event, Source
from virtual_sim7028.coap_events import coap_event
from virtual_sim7028.replay import RecordingError, read_recording
from virtual_sim7028.replay.messages import (
    AirMessage,
    Block,
    MessageType,
    seen_by_module,
    seen_by_server,
)
from virtual_sim7028.replay.parameters import Parameter, Parameters, Setting
from virtual_sim7028.replay.steps import Answered, Asked, Heard, Said, Told

Write = Callable[..., Path]
SENT, RECEIVED, NOTED = Direction.SENT, Direction.RECEIVED, Direction.NOTED


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Writes a file of evidence, an event a line, 1 ms apart unless they say when."""

    def write(*events: Event, name: str = "scenario.jsonl") -> Path:
        file = tmp_path / name
        file.write_text("".join(json.dumps(event.to_json()) + "\n" for event in events))
        return file

    return write


def command(text: str, t: float = 0.0) -> Event:
    return Event(Source.AT, SENT, text, {"command": text}, t)


def final(text: str, t: float = 0.0) -> Event:
    return Event(Source.AT, RECEIVED, text, {"command": "", "final": True}, t)


def urc(text: str, t: float = 0.0, **data: Any) -> Event:
    return Event(Source.URC, RECEIVED, text, {"urc": "ReadRequest", **data}, t)


def logged(direction: Direction, t: float, stamp: float, **data: Any) -> Event:
    """A message in the server's log, with the server's own time."""
    whole = {
        "seen_by": "server",
        "endpoint": "meter",
        "type": "ACK",
        "code": "",
        "mid": 7,
        "token": "A1",
        "options": "",
        "payload": "",
        "server_time": f"1970-01-01T00:00:{stamp:09.6f}+00:00",
    }
    return Event(Source.COAP, direction, "a message", whole | data, t)


def rest(direction: Direction, t: float, path: str, **data: Any) -> Event:
    return Event(Source.REST, direction, path, {"path": path, **data}, t)


# Messages

messages = st.builds(
    AirMessage,
    type=st.sampled_from(MessageType),
    code=st.sampled_from([0, 1, 2, 3, 4, 65, 68, 69, 132, 160]),
    mid=st.integers(0, 0xFFFF),
    token=st.binary(max_size=8),
    path=st.lists(st.text("abc09", min_size=1), max_size=3).map(tuple),
    query=st.lists(st.text("ab=09", min_size=1), max_size=3).map(tuple),
    content_format=st.none() | st.sampled_from([0, 40, 11542]),
    accept=st.none() | st.sampled_from([40, 11542]),
    observe=st.none() | st.integers(0, 1),
    block1=st.none() | st.builds(Block, st.integers(0, 9), st.booleans(), st.integers(0, 6)),
    block2=st.none() | st.builds(Block, st.integers(0, 9), st.booleans(), st.integers(0, 6)),
    payload=st.binary(max_size=20),
)


@given(messages)
def test_the_modules_account_of_a_message_gives_the_message_back(message: AirMessage) -> None:
    sent = Message(
        code=Code(message.code),
        uri_path=message.path,
        uri_query=message.query,
        content_format=message.content_format,
        accept=message.accept,
        observe=message.observe,
        payload=message.payload,
    )
    sent.mtype, sent.mid, sent.token = Type[message.type.value], message.mid, message.token
    for name in ("block1", "block2"):
        block = getattr(message, name)
        if block is not None:
            setattr(sent.opt, name, (block.number, block.more, block.size_exponent))
    written = json.loads(json.dumps(coap_event(sent, SENT).to_json()))
    assert seen_by_module(Event.from_json(written)) == message


@pytest.mark.parametrize("kind", ["", "/STRING"])
def test_the_servers_words_for_options_are_read(kind: str) -> None:
    event = logged(
        SENT,
        0,
        0,
        type="CON",
        code="PUT",
        options=(
            f'Uri-Path{kind}: "3340", "0", "5750" - Uri-Query{kind}: "pmin=1" - Observe: 0'
            ' - Content-Format: "application/vnd.oma.lwm2m+tlv" - Accept: "text/plain"'
            ' - Block1: "(szx:6/1024, m:true, num:2)"'
        ),
        payload="Hex:e4164441ac0000",
    )
    assert seen_by_server(event) == AirMessage(
        MessageType.CON,
        3,
        7,
        b"\xa1",
        path=("3340", "0", "5750"),
        query=("pmin=1",),
        content_format=11542,
        accept=0,
        observe=0,
        block1=Block(2, True, 6),
        payload=bytes.fromhex("e4164441ac0000"),
    )


def test_a_payload_in_words_is_what_it_says() -> None:
    assert seen_by_server(logged(SENT, 0, 0, code="2.05", payload="21.5 é")).payload == (
        "21.5 é".encode()
    )


@pytest.mark.parametrize(
    "change",
    [{"path": ("3303", "1")}, {"code": 3}, {"payload": b"1"}, {"block2": Block(1, False, 6)}],
)
def test_requests_that_ask_another_thing_are_told_apart(change: dict[str, Any]) -> None:
    fields = {"type": MessageType.CON, "code": 1, "mid": 1, "token": b"1", "path": ("3303", "0")}
    one, other = AirMessage(**fields), AirMessage(**fields | {"mid": 2, "token": b"2"})
    assert one.asks_the_same(other)
    assert not one.asks_the_same(AirMessage(**fields | change))


# Steps


def test_what_was_printed_is_kept_to_the_byte(write) -> None:
    raw = Event.of_bytes(Source.URC, RECEIVED, b'+LWWRITE: 0,"\xff\r\n"', {"urc": "W"}, 2.0)
    steps = read_recording(write(command("AT", 1.0), raw)).steps
    assert steps == (Heard(1, "AT"), Said(2, b'+LWWRITE: 0,"\xff\r\n"'))


def test_a_delay_of_a_second_is_kept_and_a_shorter_one_is_not(write) -> None:
    file = write(command("AT", 1.0), final("OK", 1.5), urc("+CEREG: 1", 5.0), urc("+X", 900.0))
    assert read_recording(file).delays == (0.0, 0.0, 3.5, 120.0)


def test_a_line_without_end_keeps_apart_from_the_next(write) -> None:
    file = write(command("AT", 1.0), urc("+LWREAD: 0", 1.1, ending="quiet"), urc("+X", 1.2))
    recording = read_recording(file)
    assert recording.steps[1] == Said(2, b"+LWREAD: 0", is_ended=False)
    assert recording.delays[2] >= 0.5


def own(direction: Direction, t: float, **data: Any) -> Event:
    whole = {"seen_by": "module", "type": "CON", "mid": 7, "token": "a1", "payload": ""}
    return Event(Source.COAP, direction, "a message", whole | data, t)


def test_the_modules_own_account_is_preferred_and_repeats_are_dropped(write) -> None:
    file = write(
        command("AT", 1.0),
        own(RECEIVED, 1.1, code="GET", path="/3/0"),
        logged(SENT, 1.2, 1.2, type="CON", code="GET", options='Uri-Path: "3", "0"'),
        own(RECEIVED, 3.1, code="GET", path="/3/0"),
        own(SENT, 3.2, code="EMPTY", type="ACK"),
        own(RECEIVED, 3.3, code="EMPTY", type="ACK"),
    )
    steps = read_recording(file).steps
    assert [(type(step), step.line) for step in steps] == [(Heard, 1), (Asked, 2), (Told, 5)]


def test_a_registration_that_only_the_server_tells_of_is_one(write) -> None:
    registered = Event(
        Source.SERVER,
        NOTED,
        "Registered meter",
        {
            "seen_by": "server",
            "endpoint": "meter",
            "type": "Registered",
            "registration": "Ab1",
            "lifetime": 300,
            "objects": ["/1/0", "/3303/0"],
        },
        2.0,
    )
    _, told, answered = read_recording(write(command("AT+LWOPEN", 1.0), registered)).steps
    assert isinstance(told, Told)
    assert told.message.path == ("rd",)
    assert told.message.query == ("lwm2m=1.0", "ep=meter", "b=U", "lt=300")
    assert told.message.payload == b'</>;rt="oma.lwm2m",</1/0>,</3303/0>'
    assert isinstance(answered, Answered)
    assert (answered.message.code, answered.message.location) == (65, "Ab1")
    assert answered.message.token == told.message.token


CON_GET = {"type": "CON", "code": "GET", "options": 'Uri-Path: "3303", "0"'}


def test_a_request_comes_when_the_servers_own_clock_says(write) -> None:
    file = write(
        command("AT", 1.0),
        logged(SENT, 2.000, 1.0, code="2.04", mid=1),  # 1 s between the clocks
        urc("+LWREAD: 0,3303,0,0", 5.020),
        logged(SENT, 5.060, 4.010, **CON_GET),
    )
    assert [step.line for step in read_recording(file).steps] == [1, 2, 4, 3]


def test_a_request_comes_before_its_report_whatever_the_clocks_say(write) -> None:
    url = "/api/clients/meter/3303/0"
    file = write(
        command("AT", 1.0),
        urc("+LWREAD: 0,3303,0,0", 1.1),
        rest(SENT, 2.0, url),
        urc("+LWREAD: 0,3303,0,0", 2.1),
        logged(SENT, 2.2, 2.2, **CON_GET),
        rest(RECEIVED, 3.0, url, status=200, seconds=1.0),
    )
    assert [step.line for step in read_recording(file).steps] == [1, 2, 5, 4]


@pytest.mark.parametrize(("status", "order"), [(200, [1, 4, 7, 6]), (504, [1, 4, 6, 7])])
def test_a_response_comes_before_the_rest_api_tells_of_it_unless_that_gave_up(
    write, status: int, order: list[int]
) -> None:
    url = "/api/clients/meter/3303/0"
    file = write(
        command("AT", 1.0),
        Event(Source.KEYWORD, NOTED, "Server Starts Reading", {}, 1.1),
        rest(SENT, 2.0, f"{url}?timeout=8"),
        logged(SENT, 2.1, 2.1, **CON_GET),
        rest(RECEIVED, 3.0, f"{url}?timeout=8", status=status, seconds=1.0),
        command("AT+LWCLOSE=0", 3.1),
        logged(RECEIVED, 3.2, 3.2, code="2.05"),
    )
    assert [step.line for step in read_recording(file).steps] == order


def test_the_answers_of_the_bench_are_the_last_whole_ones(write, tmp_path: Path) -> None:
    write(
        command("AT+CEREG?"),
        Event(Source.AT, RECEIVED, "+CEREG: 0,2", {"command": "AT+CEREG?", "reply": True}, 0.0),
        Event(Source.AT, RECEIVED, "OK", {"command": "AT+CEREG?", "final": True}, 0.0),
        command("AT+CEREG?"),
        Event(Source.AT, RECEIVED, "+CEREG: 0,1", {"command": "AT+CEREG?", "reply": True}, 0.0),
        Event(Source.AT, RECEIVED, "OK", {"command": "AT+CEREG?", "final": True}, 0.0),
        command("AT+CGMM"),
        name="bench.jsonl",
    )
    (tmp_path / "Suite").mkdir()
    file = write(command("AT"), name="Suite/test.jsonl")
    assert read_recording(file).answers == {"AT+CEREG?": (b"+CEREG: 0,1", b"OK")}


def test_what_the_bring_up_did_after_its_stop_is_counted(write, tmp_path: Path) -> None:
    before = [command(text, 1.0) for text in ("AT", "AT+LWSTOP", "AT+CGPADDR")]
    write(*before, command("AT+CGMM", 9.0), name="bench.jsonl")
    (tmp_path / "Suite").mkdir()
    assert read_recording(write(command("AT", 2.0), name="Suite/test.jsonl")).after_stop == 1


# Files that are none


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("", "no AT command is in it"),
        ("OK\n", "line 1: "),
        ('{"t":1,"source":"at"}\n', "line 1: an event without"),
    ],
)
def test_a_file_that_is_no_recording_is_refused_by_its_line(tmp_path, content, says) -> None:
    file = tmp_path / "log.jsonl"
    file.write_text(content)
    with pytest.raises(RecordingError, match=says):
        read_recording(file)


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RecordingError, match=r"cannot be read: No such file"):
        read_recording(tmp_path / "none.jsonl")


def test_a_payload_that_was_redacted_is_refused_by_its_line(write) -> None:
    file = write(command("AT", 1.0), own(SENT, 1.1, code="2.05", payload="~abcdefghijklmn"))
    with pytest.raises(RecordingError, match=r"scenario\.jsonl, line 2: .* secret"):
        read_recording(file)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 70000) | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=4), inner),
    max_leaves=4,
)
fields = st.sampled_from(
    [
        *("seen_by", "type", "code", "mid", "token", "payload", "path", "options", "hex", "final"),
        *("endpoint", "server_time", "objects", "query", "ending", "seconds", "status", "command"),
    ]
)
told = st.sampled_from(["module", "server", "CON", "GET", "2.05", "a1", "Registered", "/3/0"])
events = st.builds(
    Event,
    st.sampled_from(Source),
    st.sampled_from(Direction),
    st.sampled_from(["AT", "OK", 'AT+LWCNF="server","x"', "AT+LWOPEN"]) | st.text(),
    st.dictionaries(fields, json_values | told),
    st.floats(0, 1e6),
)


@given(st.lists(events, max_size=6))
def test_any_evidence_is_read_or_refused(tmp_path_factory, found: list[Event]) -> None:
    file = tmp_path_factory.getbasetemp() / "any.jsonl"
    file.write_text("".join(json.dumps(event.to_json()) + "\n" for event in found))
    try:
        recording = read_recording(file)
    except RecordingError:
        return
    assert len(recording.steps) == len(recording.delays)


# What differs from run to run


def set_to(text: str, answer: str) -> tuple[Event, Event]:
    done = Event(Source.AT, RECEIVED, answer, {"command": text, "final": True}, 0.0)
    return command(text), done


def test_only_what_the_bench_decided_may_differ(write) -> None:
    file = write(
        Event(Source.REST, SENT, "GET", {"path": "/api/clients/meter-1?x"}),
        *set_to('AT+LWCNF="server","10.0.0.1"', "OK"),
        *set_to('AT+LWCNF="serverport","40001"', "OK"),
        *set_to('AT+LWCNF="localport",65536', "ERROR"),
        command("AT+LWOPEN"),
        *set_to('AT+LWCNF="serverport",1', "OK"),
        *set_to('AT+LWCNF="lifetime",300', "OK"),
    )
    assert read_recording(file).own == {
        Setting(Parameter.ENDPOINT, "meter-1"),
        Setting(Parameter.SERVER, "10.0.0.1"),
        Setting(Parameter.SERVER_PORT, "40001"),
    }


def parameters() -> Parameters:
    return Parameters(
        frozenset({Setting(Parameter.SERVER_PORT, "5683"), Setting(Parameter.ENDPOINT, "a")})
    )


@pytest.mark.parametrize(
    ("recorded", "now", "fits"),
    [
        ('AT+LWCNF="serverport",5683', 'AT+LWCNF="serverport",40001', True),
        ('AT+LWCNF="serverport","5683"', 'AT+LWCNF="serverport",40001', False),
        ('AT+LWCNF="serverport",65536', 'AT+LWCNF="serverport",40001', False),
        ('AT+LWCNF="endpointname","a"', 'AT+LWCNF="endpointname","b"', True),
        ('AT+LWCNF="endpointname","a"', 'AT+LWCNF="server","a"', False),
        ("AT+CPIN=~abc", "AT+CPIN=1234", True),
        ("AT+CPIN=~abc", "AT+CPIN=12345", False),
        ("AT+LWOPEN", "AT+LWOPEN", True),
        ("AT+LWOPEN", "AT+LWOPEN=0", False),
    ],
)
def test_a_command_fits_if_it_differs_in_nothing_else(recorded, now, fits) -> None:
    assert parameters().fits(recorded, now) is fits


def test_one_recorded_name_stands_for_one_name_throughout() -> None:
    known = parameters()
    known.take('AT+LWCNF="endpointname","a"', 'AT+LWCNF="endpointname","b"', "OK")
    assert known.endpoint("a") == "b"
    assert known.fits('AT+LWCNF="endpointname","a"', 'AT+LWCNF="endpointname","b"')
    assert not known.fits('AT+LWCNF="endpointname","a"', 'AT+LWCNF="endpointname","c"')


def test_a_value_that_the_module_refused_is_not_in_force() -> None:
    known = parameters()
    known.take('AT+LWCNF="localport",7000', 'AT+LWCNF="localport",7000', "OK")
    known.take('AT+LWCNF="localport",65536', 'AT+LWCNF="localport",65536', "ERROR")
    assert known.now == {"localport": "7000"}


def test_a_stamp_that_was_cut_puts_no_answer_before_its_command(write) -> None:
    file = write(
        command("AT", 1.0),
        logged(SENT, 2.0, 2.0, **CON_GET),
        command("AT+LWREADRSP=0", 2.0154),
        logged(RECEIVED, 2.0161, 2.015, code="2.05"),  # in truth at 2.0159
    )
    assert [step.line for step in read_recording(file).steps] == [1, 2, 3, 4]


def test_an_answer_comes_after_the_request_whatever_the_stamps_say(write) -> None:
    other = {"mid": 8, "token": "B2"}
    update = {"type": "CON", "code": "POST", "options": 'Uri-Path: "rd", "Ab1"'}
    file = write(
        command("AT+LWADDOBJ=0,3303,0,1,5700", 1.0),
        logged(RECEIVED, 2.0, 2.0, **update),
        logged(SENT, 2.003, 2.0, code="2.04"),
        logged(RECEIVED, 3.005, 3.0, **other, **update),
        logged(SENT, 3.008, 3.0, **other, code="2.04"),
    )
    assert [step.line for step in read_recording(file).steps] == [1, 2, 3, 4, 5]
