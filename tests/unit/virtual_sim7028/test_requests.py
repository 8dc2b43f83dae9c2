"""What the server asks and the application answers: +LWREAD, +LWWRITE, +LWEXECUTE (note 3.1)."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lwm2m import Code, Kind, Path, Value
from virtual_sim7028.codec import ContentFormat, Level, Tlv, decode_tlv, encode_tlv, encode_value
from virtual_sim7028.effects import (
    Acknowledge,
    After,
    Cancel,
    Ignore,
    Method,
    Repeated,
    Request,
    Respond,
    Response,
    Send,
    Timer,
    Wakeup,
)
from virtual_sim7028.errands import Result
from virtual_sim7028.objects import kind_of
from virtual_sim7028.profiles import A76XX, NOTE_103, STRICT
from virtual_sim7028.requests import Unanswerable, Write, interpret

READ_5521 = 'AT+LWREADRSP=0,3340,0,1,5521,"F",4,"21.5"'
READ_5522 = 'AT+LWREADRSP=0,3339,0,1,5522,"D",1,"ff"'
TEXT, OPAQUE = ContentFormat.TEXT, ContentFormat.OPAQUE


def tlv(number: int, kind: Kind, text: str) -> Tlv:
    return Tlv(Level.RESOURCE, number, encode_value(Value.parse(kind, text)))


def told(session) -> dict[int, object]:
    assert session.response.code is Code.CONTENT
    return {tlv.id: tlv.content for tlv in decode_tlv(session.response.payload)}


# Reads


@pytest.mark.parametrize(
    ("resource", "answer", "content"),
    [
        (5521, '"F",4,"21.5"', "41ac0000"),
        (5534, '"I",5,"70000"', "00011170"),
        (5850, '"B",1,"1"', "01"),
        (5750, '"S",5,"a,"b""', "612c226222"),
    ],
)
def test_a_read_goes_to_the_application_and_back(
    session, resource: int, answer: str, content: str
) -> None:
    assert session.ask(Method.GET, f"/3340/0/{resource}") == [f"+LWREAD: 0,3340,0,1,{resource}"]
    assert session.at(f"AT+LWREADRSP=0,3340,0,1,{resource},{answer}") == ["OK"]
    assert session.did(Respond)[0].exchange == session.exchange
    assert told(session) == {resource: bytes.fromhex(content)}


def test_opaque_content_in_hex(session) -> None:
    session.ask(Method.GET, "/3339/0/5522")
    assert session.at('AT+LWREADRSP=0,3339,0,1,5522,"D",3,"0102ff"') == ["OK"]
    assert told(session) == {5522: b"\x01\x02\xff"}


def test_a_whole_instance_has_the_count_0_and_may_be_told_in_part(session) -> None:
    assert session.ask(Method.GET, "/3340/0") == ["+LWREAD: 0,3340,0,0"]
    assert session.at('AT+LWREADRSP=0,3340,0,2,5850,"B",1,"0",5521,"F",1,"2"') == ["OK"]
    assert told(session) == {5850: b"\x00", 5521: bytes.fromhex("40000000")}


def test_an_object_is_asked_for_instance_by_instance(session) -> None:
    session.add("0,3340,1,1,5521")
    assert session.ask(Method.GET, "/3340") == ["+LWREAD: 0,3340,0,0"]
    assert session.at('AT+LWREADRSP=0,3340,1,1,5521,"F",1,"1"') == ["ERROR"]
    assert session.at('AT+LWREADRSP=0,3340,0,1,5521,"F",1,"1"') == ["OK", "+LWREAD: 0,3340,1,0"]
    assert session.did(Respond) == []
    assert session.at('AT+LWREADRSP=0,3340,1,1,5521,"F",1,"2"') == ["OK"]
    first, second = decode_tlv(session.response.payload)
    assert (first.level, first.id, second.id) == (Level.OBJECT_INSTANCE, 0, 1)
    assert first.content == (tlv(5521, Kind.FLOAT, "1"),)


def test_an_object_with_one_instance_is_told_as_an_instance(session) -> None:
    session.ask(Method.GET, "/3339")
    session.at('AT+LWREADRSP=0,3339,0,1,5522,"D",0,""')
    assert decode_tlv(session.response.payload) == (
        Tlv(Level.OBJECT_INSTANCE, 0, (Tlv(Level.RESOURCE, 5522, b""),)),
    )


@pytest.mark.parametrize(
    ("accept", "path", "answer", "response"),
    [
        (TEXT, "/3340/0/5521", READ_5521, Response(Code.CONTENT, b"21.5", TEXT)),
        (TEXT, "/3339/0/5522", READ_5522, Response(Code.CONTENT, b"/w==", TEXT)),
        (OPAQUE, "/3339/0/5522", READ_5522, Response(Code.CONTENT, b"\xff", OPAQUE)),
        (OPAQUE, "/3340/0/5521", READ_5521, Response(Code.NOT_ACCEPTABLE)),
    ],
)
def test_the_server_may_choose_the_format(
    session, accept: ContentFormat, path: str, answer: str, response: Response
) -> None:
    session.ask(Method.GET, path, accept=accept)
    assert session.at(answer) == ["OK"]
    assert session.response == response


@pytest.mark.parametrize(
    "path", ["/3304/0/5700", "/3340/1", "/3340/0/5700", "/3304", "/x", "/3340/0/5521/0", "/", "/03"]
)
def test_what_was_never_added_is_not_found_and_the_application_hears_nothing(
    session, path: str
) -> None:
    assert session.ask(Method.GET, path) == []
    assert session.response == Response(Code.NOT_FOUND)


@pytest.mark.parametrize(
    "answer",
    [
        'AT+LWREADRSP=1,3340,0,1,5521,"F",1,"1"',
        'AT+LWREADRSP=0,3339,0,1,5521,"F",1,"1"',
        'AT+LWREADRSP=0,3340,1,1,5521,"F",1,"1"',
        'AT+LWREADRSP=0,3340,0,1,5534,"I",1,"1"',
        'AT+LWREADRSP=0,3340,0,2,5521,"F",1,"1",5534,"I",1,"1"',
        'AT+LWREADRSP=0,3340,0,2,5521,"F",1,"1"',
        'AT+LWREADRSP=0,3340,0,2,5521,"F",1,"1",5521,"F",1,"1"',
        'AT+LWREADRSP=0,3340,0,1,5521,"F",1,"1",5534,"I",1,"1"',
        "AT+LWREADRSP=0,3340,0,0",
        'AT+LWREADRSP=0,3340,0,1,5521,"F",3,"abc"',
        'AT+LWREADRSP=0,3340,0,1,5521,"S",4,"21.5"',
        'AT+LWREADRSP=0,3340,0,1,5521,"I",1,"1"',
        'AT+LWREADRSP=0,3340,0,1,5521,"F",5,"21.5"',
        "AT+LWWRITERSP=0,68",
        "AT+LWEXECUTERSP=0,68",
    ],
)
def test_an_answer_that_does_not_fit_is_an_error_and_the_right_one_still_counts(
    session, answer: str
) -> None:
    session.ask(Method.GET, "/3340/0/5521")
    assert session.at(answer) == ["ERROR"]
    assert session.did(Respond) == []
    assert session.at(READ_5521) == ["OK"]
    assert told(session)


def test_an_answer_that_was_not_asked_for_or_comes_twice_is_an_error(session) -> None:
    assert session.at(READ_5521) == ["ERROR"]
    session.ask(Method.GET, "/3340/0/5521")
    assert session.at(READ_5521) == ["OK"]
    assert session.at(READ_5521) == ["ERROR"]


def test_an_instance_that_is_told_with_a_resource_it_does_not_have(session) -> None:
    session.ask(Method.GET, "/3340/0")
    assert session.at('AT+LWREADRSP=0,3340,0,1,9,"F",1,"1"') == ["ERROR"]


# Writes


@pytest.mark.parametrize(
    ("resource", "content", "urc"),
    [
        (5521, "41ac0000", '5521,F,4,"21.5"'),
        (5521, "4035800000000000", '5521,F,4,"21.5"'),
        (5534, "ff", '5534,I,2,"-1"'),
        (5850, "01", '5850,B,1,"1"'),
        (5750, "61220d0a2c", '5750,S,5,"a"\r\n,"'),
        (5750, "c3a9", '5750,S,2,"\xc3\xa9"'),
        (5750, "", '5750,S,0,""'),
    ],
)
def test_a_write_goes_to_the_application(session, resource: int, content: str, urc: str) -> None:
    payload = encode_tlv([Tlv(Level.RESOURCE, resource, bytes.fromhex(content))])
    lines = session.ask(
        Method.PUT, f"/3340/0/{resource}", payload, content_format=ContentFormat.TLV
    )
    assert lines == [f"+LWWRITE: 0,3340,0,1,{urc}"]
    assert session.at("AT+LWWRITERSP=0,68") == ["OK"]
    assert session.response == Response(Code.CHANGED)


def test_opaque_content_is_printed_as_hex_with_the_length_of_its_bytes(session) -> None:
    payload = encode_tlv([Tlv(Level.RESOURCE, 5522, b"\x00\xff")])
    lines = session.ask(Method.PUT, "/3339/0/5522", payload, content_format=ContentFormat.TLV)
    assert lines == ['+LWWRITE: 0,3339,0,1,5522,D,2,"00ff"']


def test_a_resource_whose_type_nobody_knows_is_opaque(session) -> None:
    session.add("0,31024,0,1,1")
    payload = encode_tlv([Tlv(Level.RESOURCE, 1, b"\x14")])
    lines = session.ask(Method.PUT, "/31024/0/1", payload, content_format=ContentFormat.TLV)
    assert lines == ['+LWWRITE: 0,31024,0,1,1,D,1,"14"']


@pytest.mark.parametrize("method", [Method.PUT, Method.POST])
def test_several_resources_make_one_urc(session, method: Method) -> None:
    payload = encode_tlv([tlv(5850, Kind.BOOLEAN, "1"), tlv(5534, Kind.INTEGER, "7")])
    lines = session.ask(method, "/3340/0", payload, content_format=ContentFormat.TLV)
    assert lines == ['+LWWRITE: 0,3340,0,2,5850,B,1,"1",5534,I,1,"7"']


def test_an_instance_may_be_wrapped_in_itself(session) -> None:
    inside = (tlv(5850, Kind.BOOLEAN, "1"),)
    payload = encode_tlv([Tlv(Level.OBJECT_INSTANCE, 0, inside)])
    lines = session.ask(Method.PUT, "/3340/0", payload, content_format=ContentFormat.TLV)
    assert lines == ['+LWWRITE: 0,3340,0,1,5850,B,1,"1"']


@pytest.mark.parametrize(
    ("path", "payload", "content_format", "urc"),
    [
        ("/3340/0/5521", b"21.5", ContentFormat.TEXT, '3340,0,1,5521,F,4,"21.5"'),
        ("/3340/0/5750", b"pump", None, '3340,0,1,5750,S,4,"pump"'),
        ("/3339/0/5522", b"\x01", ContentFormat.OPAQUE, '3339,0,1,5522,D,1,"01"'),
    ],
)
def test_writes_in_other_formats(session, path: str, payload: bytes, content_format, urc) -> None:
    lines = session.ask(Method.PUT, path, payload, content_format=content_format)
    assert lines == [f"+LWWRITE: 0,{urc}"]


@pytest.mark.parametrize(
    ("path", "payload", "content_format", "code"),
    [
        ("/3340/0/5521", "c1", ContentFormat.TLV, Code.BAD_REQUEST),
        ("/3340/0/5521", "", ContentFormat.TLV, Code.BAD_REQUEST),
        ("/3340/0/5521", "e3159101 0203", ContentFormat.TLV, Code.BAD_REQUEST),
        ("/3340/0/5521", "e116da01", ContentFormat.TLV, Code.BAD_REQUEST),
        ("/3340/0/5534", "e3159e010203", ContentFormat.TLV, Code.BAD_REQUEST),
        ("/3340/0", "e1159e01 e1159e02", ContentFormat.TLV, Code.BAD_REQUEST),
        ("/3340/0", "a3159e410001", ContentFormat.TLV, Code.BAD_REQUEST),
        ("/3340/0", "04 01 e1159e", ContentFormat.TLV, Code.BAD_REQUEST),
        ("/3340/0/5521", b"warm".hex(), ContentFormat.TEXT, Code.BAD_REQUEST),
        ("/3340/0", "", None, Code.UNSUPPORTED_CONTENT_FORMAT),
        ("/3340/0/5521", "7b7d", 11543, Code.UNSUPPORTED_CONTENT_FORMAT),
        ("/3340/0/5521", "41ac0000", ContentFormat.OPAQUE, Code.UNSUPPORTED_CONTENT_FORMAT),
        ("/1/0/1", "3c", ContentFormat.OPAQUE, Code.UNSUPPORTED_CONTENT_FORMAT),
        ("/3340/0/5851", "e116db01", ContentFormat.TLV, Code.NOT_FOUND),
        ("/3340/0", "e1159e01 e116db01", ContentFormat.TLV, Code.NOT_FOUND),
        ("/3340/1/5534", "e1159e01", ContentFormat.TLV, Code.NOT_FOUND),
        ("/3304/0/5700", "e1164401", ContentFormat.TLV, Code.BAD_REQUEST),
        ("/3304/0/5701", "e1164541", ContentFormat.TLV, Code.NOT_FOUND),
    ],
)
def test_writes_that_the_module_refuses_by_itself(
    session, path: str, payload: str, content_format, code: Code
) -> None:
    lines = session.ask(Method.PUT, path, bytes.fromhex(payload), content_format=content_format)
    assert lines == []
    assert session.response == Response(code)


@given(payload=st.binary(max_size=40), content_format=st.sampled_from([None, 0, 42, 11542, 11543]))
def test_any_payload_is_a_write_or_refused(payload: bytes, content_format: int | None) -> None:
    for path in (("3340", "0"), ("3340", "0", "5521"), ("1", "0", "1")):
        request = Request(Method.PUT, path, content_format=content_format, payload=payload)
        with contextlib.suppress(Unanswerable):
            assert isinstance(interpret(request, NOTE_103), Write)


# Executes


@pytest.mark.parametrize(
    ("profile", "argument", "urc"),
    [
        (NOTE_103, "123456", '+LWEXECUTE: 0,3340,0,5523,6,"123456"'),
        (NOTE_103, "", "+LWEXECUTE: 0,3340,0,5523,0"),
        (STRICT, "", '+LWEXECUTE: 0,3340,0,5523,0,""'),
        (A76XX, 'a",', '+LWEXECUTE:0,3340,0,5523,3,"a","'),
    ],
)
def test_an_execute_goes_to_the_application(power_up, profile, argument: str, urc: str) -> None:
    module = power_up(profile).start().register().add("0,3340,0,1,5523")
    assert module.ask(Method.POST, "/3340/0/5523", argument.encode()) == [urc]
    assert module.at("AT+LWEXECUTERSP=0,68") == ["OK"]
    assert module.response == Response(Code.CHANGED)


@pytest.mark.parametrize("path", ["/3340/0/5524", "/3340/1/5523", "/9/0/1"])
def test_an_execute_of_what_was_never_added(session, path: str) -> None:
    assert session.ask(Method.POST, path) == []
    assert session.response == Response(Code.NOT_FOUND)


# Results


WAYS = {
    "write": (Method.PUT, "/3340/0/5750", b"x", "AT+LWWRITERSP"),
    "execute": (Method.POST, "/3340/0/5523", b"", "AT+LWEXECUTERSP"),
}


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("result", [result for result in Result if result > 1])
def test_a_result_goes_out_as_its_own_code(session, way: str, result: Result) -> None:
    method, path, payload, command = WAYS[way]
    session.ask(method, path, payload)
    assert session.at(f"{command}=0,{result.value}") == ["OK"]
    assert session.response == Response(Code(result.value))


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("code", ["2.04", "2.05"])
def test_result_0_goes_out_as_the_profile_says(power_up, way: str, code: str) -> None:
    method, path, payload, command = WAYS[way]
    module = power_up(result0=code).start().register().add("0,3340,0,2,5750,5523")
    module.ask(method, path, payload)
    assert module.at(f"{command}=0,0") == ["OK"]
    assert module.response.code.dotted == code


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize(("switch", "effect"), [("false", Ignore), ("true", Acknowledge)])
def test_result_1_is_silence_as_the_profile_says(power_up, way: str, switch: str, effect) -> None:
    method, path, payload, command = WAYS[way]
    module = power_up(ack_on_ignore=switch).start().register().add("0,3340,0,2,5750,5523")
    module.ask(method, path, payload)
    assert module.at(f"{command}=0,1") == ["OK"]
    assert module.effects[0] == effect(0, module.exchange)
    assert module.did(Respond) == []
    assert module.at(f"{command}=0,0") == ["ERROR"]


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("result", ["2", "64", "67", "131", "164", "", "x", "-1", "68,0", '"68"'])
def test_what_is_no_result_is_an_error(session, way: str, result: str) -> None:
    method, path, payload, command = WAYS[way]
    session.ask(method, path, payload)
    assert session.at(f"{command}=0,{result}") == ["ERROR"]
    assert session.at(f"{command}=0,68") == ["OK"]


def test_each_command_answers_its_own_kind_only(session) -> None:
    session.ask(Method.PUT, "/3340/0/5750", b"x")
    assert session.at("AT+LWEXECUTERSP=0,68") == ["ERROR"]
    assert session.at('AT+LWREADRSP=0,3340,0,1,5750,"S",1,"x"') == ["ERROR"]
    assert session.at("AT+LWWRITERSP=1,68") == ["ERROR"]
    assert session.at("AT+LWWRITERSP=0,68") == ["OK"]


@pytest.mark.parametrize("command", ['AT+LWREADRSP= 0,3340,0,1,5521,F,1,"1"', "AT+LWWRITERSP =0,0"])
def test_blanks_of_the_examples_are_taken_by_profile(power_up, command: str) -> None:
    for profile, answer in ((NOTE_103, "OK"), (STRICT, "ERROR")):
        module = power_up(profile).start().register().add("0,3340,0,2,5521,5750")
        if "READ" in command:
            module.ask(Method.GET, "/3340/0/5521")
        else:
            module.ask(Method.PUT, "/3340/0/5750", b"x")
        assert module.at(command) == [answer]


# One after the other


def test_a_second_read_waits_so_that_no_value_crosses(session) -> None:
    assert session.ask(Method.GET, "/3340/0/5521") == ["+LWREAD: 0,3340,0,1,5521"]
    first = session.exchange
    assert session.ask(Method.GET, "/3340/0/5534") == []
    second = session.exchange
    assert session.at('AT+LWREADRSP=0,3340,0,1,5534,"I",1,"1"') == ["ERROR"]
    assert session.at(READ_5521) == ["OK", "+LWREAD: 0,3340,0,1,5534"]
    assert session.did(Respond)[0].exchange == first
    assert session.at('AT+LWREADRSP=0,3340,0,1,5534,"I",1,"1"') == ["OK"]
    assert session.did(Respond)[0].exchange == second


def test_sessions_do_not_wait_for_each_other(module) -> None:
    module.start().register("a").register("b").add("0,3340,0,1,5521", "1,3340,0,1,5521")
    assert module.ask(Method.GET, "/3340/0/5521") == ["+LWREAD: 0,3340,0,1,5521"]
    assert module.ask(Method.GET, "/3340/0/5521", session=1) == ["+LWREAD: 1,3340,0,1,5521"]
    assert module.at('AT+LWREADRSP=1,3340,0,1,5521,"F",1,"2"') == ["OK"]
    assert module.did(Respond)[0].session == 1


@pytest.mark.parametrize("dedup", [True, False])
def test_a_repeat_makes_a_second_urc_only_where_the_profile_says_so(power_up, dedup: bool) -> None:
    module = power_up(dedup=str(dedup).lower()).start().register().add("0,3340,0,2,5521,5534")
    urc = module.ask(Method.GET, "/3340/0/5521")
    first = module.exchange
    module.ask(Method.GET, "/3340/0/5534")
    assert module.put(Repeated(0, first)) == ([] if dedup else urc)
    assert module.put(Repeated(0, module.exchange)) == []  # that one was not told yet
    assert module.at(READ_5521)[0] == "OK"
    assert module.put(Repeated(0, first)) == []


def test_a_request_that_nobody_answers_is_forgotten_and_the_next_one_told(session) -> None:
    overdue = Timer(Wakeup.ANSWER_OVERDUE, 0)
    session.ask(Method.GET, "/3340/0/5521")
    assert session.did(After) == [After(93.0, overdue)]
    first = session.exchange
    session.ask(Method.GET, "/3340/0/5534")
    assert session.elapse(Wakeup.ANSWER_OVERDUE, 0) == ["+LWREAD: 0,3340,0,1,5534"]
    assert session.did(Ignore) == [Ignore(0, first)]
    assert session.at(READ_5521) == ["ERROR"]
    assert session.at('AT+LWREADRSP=0,3340,0,1,5534,"I",1,"1"') == ["OK"]
    assert session.did(Cancel) == [Cancel(overdue)]


def test_what_waits_for_an_object_that_is_deleted_is_not_found(session) -> None:
    session.ask(Method.GET, "/3340/0/5521")
    session.ask(Method.GET, "/3339/0/5522")
    session.ask(Method.GET, "/3340/0/5534")
    assert session.at("AT+LWDELOBJ=0,3340") == ["OK", "+LWREAD: 0,3339,0,1,5522"]
    assert [r.response.code for r in session.did(Respond)] == [Code.NOT_FOUND, Code.NOT_FOUND]
    assert session.at(READ_5521) == ["ERROR"]
    assert session.at('AT+LWREADRSP=0,3339,0,1,5522,"D",0,""') == ["OK"]


def test_what_waits_behind_an_object_that_stays_is_not_told_twice(session) -> None:
    session.ask(Method.GET, "/3339/0/5522")
    session.ask(Method.GET, "/3340/0/5534")
    assert session.at("AT+LWDELOBJ=0,3340") == ["OK"]


def test_a_session_that_closes_answers_nobody(session) -> None:
    session.ask(Method.GET, "/3340/0/5521")
    session.at("AT+LWCLOSE=0")
    assert session.did(Ignore) == [Ignore(0, session.exchange)]
    assert len(session.did(Send)) == 1


def test_off_the_network_there_is_nothing_to_answer(session) -> None:
    session.ask(Method.GET, "/3340/0/5521")
    session.at("AT+CFUN=0")
    assert session.at(READ_5521) == ["ERROR"]


# What a module has no command for


@pytest.mark.parametrize(
    ("method", "path", "query", "switch"),
    [
        (Method.POST, "/3340", (), "create_code"),
        (Method.DELETE, "/3340/0", (), "delete_code"),
        (Method.PUT, "/3340/0/5521", ("pmin=1",), "attributes_code"),
    ],
)
def test_create_delete_and_attributes_are_answered_as_the_profile_says(
    power_up, method, path: str, query, switch: str
) -> None:
    for code in (Code.METHOD_NOT_ALLOWED, Code.NOT_IMPLEMENTED):
        module = power_up(**{switch: code.dotted}).start().register().add("0,3340,0,1,5521")
        assert module.ask(method, path, query=query) == []
        assert module.response == Response(code)


@pytest.mark.parametrize("method", [Method.FETCH, Method.PATCH, Method.IPATCH])
def test_other_methods_are_not_allowed(session, method: Method) -> None:
    session.ask(method, "/3340/0/5521")
    assert session.response == Response(Code.METHOD_NOT_ALLOWED)


@pytest.mark.parametrize("accept", [11543, 110, 112])
def test_other_formats_are_not_acceptable(session, accept: int) -> None:
    session.ask(Method.GET, "/3340/0/5521", accept=accept)
    assert session.response == Response(Code.NOT_ACCEPTABLE)


def test_text_of_more_than_a_resource_is_not_acceptable(session) -> None:
    session.ask(Method.GET, "/3340/0", accept=ContentFormat.TEXT)
    assert session.response == Response(Code.NOT_ACCEPTABLE)


@pytest.mark.parametrize(
    ("resource", "kind"),
    [
        (5700, Kind.FLOAT),
        (5701, Kind.STRING),
        (5503, Kind.INTEGER),
        (5502, Kind.BOOLEAN),
        (5522, Kind.OPAQUE),
        (5523, None),
        (0, None),
    ],
)
def test_types_are_those_of_the_registry(resource: int, kind: Kind | None) -> None:
    assert kind_of(Path(3303, 0, resource)) is kind


@pytest.mark.parametrize(("observing", "observe"), [("accepted", 0), ("ignored", None)])
def test_an_observation_is_what_the_profile_says(power_up, observing: str, observe) -> None:
    module = power_up(observing=observing).start().register().add("0,3340,0,1,5534")
    assert module.ask(Method.GET, "/3340/0/5534", observe=0) == ["+LWREAD: 0,3340,0,1,5534"]
    module.at('AT+LWREADRSP=0,3340,0,1,5534,"I",1,"7"')
    assert module.response.observe == observe


def test_an_observation_that_is_refused_does_not_reach_the_application(power_up) -> None:
    module = power_up(observing="refused").start().register().add("0,3340,0,1,5534")
    assert module.ask(Method.GET, "/3340/0/5534", observe=0) == []
    assert module.response == Response(Code.METHOD_NOT_ALLOWED)


@pytest.mark.parametrize("asked", [ContentFormat.TEXT, ContentFormat.OPAQUE])
def test_plain_formats_that_are_not_offered_do_not_reach_the_application(power_up, asked) -> None:
    module = power_up(plain_formats="false").start().register().add("0,3339,0,1,5522")
    assert module.ask(Method.GET, "/3339/0/5522", accept=asked) == []
    assert module.response == Response(Code.NOT_ACCEPTABLE)
    assert module.ask(Method.PUT, "/3339/0/5522", b"61", content_format=asked) == []
    assert module.response == Response(Code.UNSUPPORTED_CONTENT_FORMAT)


def test_a_write_that_is_too_long_does_not_reach_the_application(power_up) -> None:
    module = power_up(longest_write="3").start().register().add("0,3340,0,1,5750")
    assert module.ask(Method.PUT, "/3340/0/5750", b"four") == []
    assert module.response == Response(Code.REQUEST_ENTITY_TOO_LARGE)
    assert module.ask(Method.PUT, "/3340/0/5750", b"one") == ['+LWWRITE: 0,3340,0,1,5750,S,3,"one"']


def test_the_end_of_an_observation_is_a_plain_read(session) -> None:
    assert session.ask(Method.GET, "/3340/0/5534", observe=1) == ["+LWREAD: 0,3340,0,1,5534"]
    session.at('AT+LWREADRSP=0,3340,0,1,5534,"I",1,"7"')
    assert session.response.observe is None
