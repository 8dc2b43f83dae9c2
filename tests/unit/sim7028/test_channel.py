from __future__ import annotations

import threading
from typing import Any

import pytest

from lab_evidence import Direction, Event, Source
from sim7028 import (
    At,
    AtRefused,
    AtTimeout,
    AtUnparsable,
    Channel,
    PortLost,
    PortSpeaksBinary,
    Raw,
    Registered,
    RegistrationChanged,
    SignalQuality,
    UnknownLine,
    UnsafeValue,
    UrcMissing,
)
from sim7028.network import RegistrationQuery, SignalQuery

# Fixtures come from conftest.py, whose classes cannot be imported from here.
Wire = Any
Recording = Any

SIGNAL = "+CESQ: 99,99,255,255,22,58"
LOST = Raw("AT+LOST", limit=0.0)
"""A command for which every answer is late."""


def test_an_answer_is_given_to_its_command(channel: Channel, wire: Wire) -> None:
    wire.on("AT+CESQ", SIGNAL, "OK")
    signal = channel.send(SignalQuery())
    assert isinstance(signal, SignalQuality)
    assert signal.line.text == SIGNAL
    assert wire.sent == ["AT+CESQ"]


def test_an_answer_may_come_in_any_pieces(channel: Channel, wire: Wire) -> None:
    whole = f"\r\n{SIGNAL}\r\n\r\nOK\r\n".encode()
    wire.on_call("AT+CESQ", lambda: [wire.put(whole[i : i + 1]) for i in range(len(whole))])
    assert channel.send(SignalQuery()).rsrp == -83


def test_a_urc_inside_an_answer_is_no_part_of_it(channel: Channel, wire: Wire) -> None:
    mark = channel.mark()
    wire.on("AT+CESQ", "+LMOPEN: 0", SIGNAL, "+LWREAD: 0,3303,0,0", "OK")
    assert channel.send(SignalQuery()).rsrp == -83
    assert [urc.line.text for urc in mark.unclaimed()] == ["+LMOPEN: 0", "+LWREAD: 0,3303,0,0"]


def test_more_lines_than_a_command_may_have_are_no_part_of_its_answer(
    channel: Channel, wire: Wire
) -> None:
    mark = channel.mark()
    wire.on("AT+CESQ", SIGNAL, SIGNAL, "OK")
    channel.send(SignalQuery())
    assert [type(urc) for urc in mark.unclaimed()] == [UnknownLine]


@pytest.mark.parametrize("line", ["OKAY", "OK?", "ERRORS", "not OK", " +CME"])
def test_a_line_that_only_looks_like_a_final_result_code_is_none(
    line: str, channel: Channel, wire: Wire
) -> None:
    mark = channel.mark()
    wire.on("AT", line, "OK")
    channel.send(At())
    assert [urc.line.text for urc in mark.unclaimed()] == [line]


def test_what_comes_after_the_final_result_code_is_no_part_of_the_answer(
    channel: Channel, wire: Wire
) -> None:
    mark = channel.mark()
    wire.on_call("AT", lambda: wire.put(b"\r\nOK\r\n\r\nERROR\r\n"))
    channel.send(At())
    assert [urc.line.text for urc in mark.unclaimed()] == ["ERROR"]


def test_the_echo_is_recognised(channel: Channel, wire: Wire, recording: Recording) -> None:
    mark = channel.mark()
    wire.on_call("AT+CESQ", lambda: (wire.put(b"AT+CESQ\r"), wire.say(SIGNAL, "OK")))
    assert channel.send(SignalQuery()).rsrp == -83
    assert mark.unclaimed() == ()
    assert recording.texts(echo=True) == ["AT+CESQ"]


def test_the_urc_of_the_same_name_is_told_from_the_answer(channel: Channel, wire: Wire) -> None:
    mark = channel.mark()
    wire.on("AT+CEREG?", '+CEREG: 5,"1A2B","01A2D101",9', '+CEREG: 2,1,"1A2B"', "OK")
    assert channel.send(RegistrationQuery()).state == 1
    assert mark.next(RegistrationChanged).state == 5


@pytest.mark.parametrize(
    ("line", "code", "reason"),
    [
        ("ERROR", None, ""),
        ("+CME ERROR: 10", 10, "SIM not inserted"),
        ("+CME ERROR: 777", 777, ""),
        ("+CME ERROR: SIM not inserted", None, "SIM not inserted"),
    ],
)
def test_the_module_says_no_in_three_shapes(
    line: str, code: int | None, reason: str, channel: Channel, wire: Wire
) -> None:
    wire.on("AT+LWSTART", line)
    with pytest.raises(AtRefused, match=r"refused AT\+LWSTART") as refused:
        channel.send(Raw("AT+LWSTART"))
    assert (refused.value.code, refused.value.reason) == (code, reason)
    assert [came.text for came in refused.value.came] == [line]


def test_an_answer_that_cannot_be_read_is_no_refusal(channel: Channel, wire: Wire) -> None:
    wire.on("AT+CESQ", "+CESQ: what", "OK")
    with pytest.raises(AtUnparsable, match="six numbers") as unparsable:
        channel.send(SignalQuery())
    assert [came.text for came in unparsable.value.came] == ["+CESQ: what", "OK"]


def test_an_unsafe_command_is_not_sent(channel: Channel, wire: Wire) -> None:
    with pytest.raises(UnsafeValue):
        channel.send(Raw("AT\rAT"))
    assert wire.sent == []


def test_commands_of_several_threads_take_turns(channel: Channel, wire: Wire) -> None:
    answers: list[int | None] = []

    def ask(number: int) -> None:
        (line,) = channel.send(Raw(f"AT+N={number}", prefix="+N"))
        answers.append(line.text == f"+N: {number}")

    for number in range(20):
        wire.on(f"AT+N={number}", f"+N: {number}", "OK")
    threads = [threading.Thread(target=ask, args=(number,)) for number in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == [True] * 20


# Time-outs


@pytest.mark.usefixtures("impatient")
def test_a_lost_answer_is_a_time_out(channel: Channel, wire: Wire) -> None:
    wire.on("AT+LOST", "+CREG: 1")
    with pytest.raises(AtTimeout, match=r"AT\+LOST was not answered") as lost:
        channel.send(LOST)
    assert lost.value.late == ()
    assert [line.text for line in lost.value.came] == ["+CREG: 1"]


def test_a_late_answer_is_told_from_a_lost_one(channel: Channel, wire: Wire) -> None:
    wire.on("AT+LOST", "+LOST: 1", "OK")
    with pytest.raises(AtTimeout, match="answered too late") as late:
        channel.send(Raw("AT+LOST", prefix="+LOST", limit=0.0))
    assert [line.text for line in late.value.late] == ["+LOST: 1", "OK"]


def test_a_restart_ends_the_wait_at_once(channel: Channel, wire: Wire) -> None:
    wire.on("AT+LOST", "*ATREADY: 1")
    with pytest.raises(AtTimeout, match="the module restarted"):
        channel.send(Raw("AT+LOST", limit=600))


def test_a_module_that_is_starting_is_asked_again_at_once(channel: Channel, wire: Wire) -> None:
    wire.in_turn("AT", ("*ATREADY: 1",), ("OK",))
    channel.resynchronise(within=600)
    assert wire.sent == ["AT", "AT"]


@pytest.mark.usefixtures("impatient")
def test_after_a_time_out_no_old_answer_is_given_to_a_new_command(
    channel: Channel, wire: Wire, recording: Recording
) -> None:
    wire.on("AT+LOST")
    with pytest.raises(AtTimeout):
        channel.send(LOST)
    old = "+CESQ: 99,99,255,255,1,1"
    wire.in_turn("AT", (old, "OK", "OK"), ("OK",))
    wire.on("AT+CESQ", SIGNAL, "OK")
    assert channel.send(SignalQuery()).rsrp == -83
    assert "AT" in wire.sent
    assert old in recording.texts(quarantined=True)
    assert len(recording.texts(quarantine=True)) == 1
    assert recording.texts(resynchronised=True) == ["in step again after AT+LOST"]


@pytest.mark.usefixtures("impatient")
def test_a_urc_is_a_urc_in_quarantine_too(channel: Channel, wire: Wire) -> None:
    mark = channel.mark()
    wire.on("AT+LOST", "nonsense")
    with pytest.raises(AtTimeout):
        channel.send(LOST)
    wire.say("more nonsense", "+LMOPEN: 1")
    assert mark.next(Registered).session == 1
    channel.resynchronise()
    assert [urc.line.text for urc in mark.unclaimed()] == ["nonsense"]


def test_an_interrupted_command_leaves_no_answer_behind(channel: Channel, wire: Wire) -> None:
    def interrupt() -> None:
        wire.say("+OLD: 1", "OK")
        raise KeyboardInterrupt

    wire.on_call("AT+OLD", interrupt)
    with pytest.raises(KeyboardInterrupt):
        channel.send(Raw("AT+OLD", prefix="+OLD"))
    wire.on("AT+CESQ", SIGNAL, "OK")
    assert channel.send(SignalQuery()).rsrp == -83


def test_a_module_that_refuses_at_first_is_asked_again(channel: Channel, wire: Wire) -> None:
    wire.in_turn("AT", ("ERROR",), ("OK",))
    channel.resynchronise()
    assert wire.sent == ["AT", "AT"]


def test_it_is_in_step_only_after_a_quiet_time(wire: Wire, recording: Recording) -> None:
    late = threading.Timer(0.05, wire.say, ["OK"])
    wire.on_call("AT", lambda: (wire.say("OK"), late.start()))
    with Channel(wire, recording, quiet=1.0) as channel:
        channel.resynchronise()
    late.join()
    assert [dict(event.data) for event in recording.events][2:] == [
        {"quarantined": True},
        {"resynchronised": True, "quarantined": 1},
    ]


def test_a_command_is_recorded_with_its_own_limit(
    channel: Channel, wire: Wire, recording: Recording
) -> None:
    wire.on("AT+SLOW", "OK")
    channel.send(Raw("AT+SLOW", limit=30.0))
    assert recording.events[0].data["limit"] == 30.0


def test_what_only_asks_whether_the_module_is_awake_has_no_limit(
    channel: Channel, wire: Wire, recording: Recording
) -> None:
    wire.on("AT", "OK")
    channel.resynchronise()
    assert recording.events[0].data == {"command": "AT"}


def test_a_deaf_module_is_named(channel: Channel, wire: Wire) -> None:
    wire.on_call("AT", lambda: wire.put(b"+CES"))
    with pytest.raises(AtTimeout, match=r"AT was not answered.*'\+CES'"):
        channel.resynchronise(within=0.0)


def test_a_port_that_speaks_binary_is_named(channel: Channel, wire: Wire) -> None:
    wire.on_call("AT", lambda: wire.put(bytes(range(128, 160)) + b"~\r"))
    with pytest.raises(PortSpeaksBinary, match=r"80 81 82.*diagnostic port"):
        channel.resynchronise(within=0.0)


# The port dies


def test_a_command_under_way_hears_at_once_that_the_port_is_lost(
    channel: Channel, wire: Wire
) -> None:
    wire.on_call("AT+CESQ", wire.unplug)
    with pytest.raises(PortLost, match=r"wire was lost .* into AT\+CESQ: unplugged") as lost:
        channel.send(SignalQuery())
    assert lost.value.port == "wire"


def test_a_waiter_hears_at_once_that_the_port_is_lost(channel: Channel, wire: Wire) -> None:
    mark = channel.mark()
    wire.unplug()
    with pytest.raises(PortLost):
        mark.next(Registered, within=60)
    with pytest.raises(PortLost):
        channel.send(At())
    assert wire.sent == []


def test_what_came_before_the_port_was_lost_is_there(channel: Channel, wire: Wire) -> None:
    mark = channel.mark()
    wire.say("+LMOPEN: 0")
    wire.unplug()
    assert mark.next(Registered).session == 0


def test_a_port_that_cannot_be_written_to_is_lost(channel: Channel, wire: Wire) -> None:
    def fail() -> None:
        raise OSError("no more")

    wire.on_call("AT", fail)
    with pytest.raises(PortLost, match="no more"):
        channel.send(At())


def test_closing_wakes_whoever_waits(wire: Wire) -> None:
    channel = Channel(wire)
    wire.on_call("AT+CESQ", lambda: threading.Thread(target=channel.close).start())
    with pytest.raises(PortLost, match="closed here"):
        channel.send(SignalQuery())
    channel.close()


def test_closing_ends_the_reader_and_keeps_what_was_unfinished(
    wire: Wire, recording: Recording
) -> None:
    with Channel(wire, recording) as channel:
        wire.put(b"+CES")
        reader = channel._reader
    assert not reader.is_alive()
    assert recording.texts(ending="quiet") == ["+CES"]


# Evidence


def test_every_line_is_one_event(channel: Channel, wire: Wire, recording: Recording) -> None:
    mark = channel.mark()
    wire.on("AT+CESQ", SIGNAL, "+LMOPEN: 0", "OK")
    channel.send(SignalQuery())
    mark.next(Registered)
    seen = [(e.source, e.direction, e.text, dict(e.data)) for e in recording.events]
    command = {"command": "AT+CESQ"}
    assert seen == [
        (Source.AT, Direction.SENT, "AT+CESQ", command | {"limit": 9.0}),
        (Source.AT, Direction.RECEIVED, SIGNAL, command | {"reply": True}),
        (Source.URC, Direction.RECEIVED, "+LMOPEN: 0", {"urc": "Registered"}),
        (Source.AT, Direction.RECEIVED, "OK", command | {"final": True}),
    ]
    assert sorted(e.t for e in recording.events) == [e.t for e in recording.events]


def test_an_unknown_line_is_recorded_with_the_reason(
    channel: Channel, wire: Wire, recording: Recording
) -> None:
    mark = channel.mark()
    wire.say("+LWREAD: 0")
    mark.next(UnknownLine)
    (event,) = recording.events
    assert "four numbers" in str(event.data["reason"])


def test_quiet_ends_an_unfinished_value(channel: Channel, wire: Wire, recording: Recording) -> None:
    mark = channel.mark()
    wire.put(b'\r\n+LWWRITE: 0,1,0,1,5,S,99,"p"\r\n\r\n+LMOPEN: 0\r\n')
    assert mark.next(Registered).session == 0
    assert recording.texts(ending="wrong length") == ['+LWWRITE: 0,1,0,1,5,S,99,"p"']


@pytest.mark.parametrize("kind", [RuntimeError, OSError])
def test_a_recorder_that_fails_stops_everybody(wire: Wire, kind: type[Exception]) -> None:
    class Full(kind):  # type: ignore[misc,valid-type]
        pass

    class Failing:
        def record(self, event: Event, /) -> None:
            if event.direction is Direction.RECEIVED:
                raise Full

    with Channel(wire, Failing()) as channel:
        mark = channel.mark()
        with pytest.raises(Full):
            channel.send(At())
        with pytest.raises(Full):
            mark.next(Registered, within=60)
        with pytest.raises(Full):
            channel.send(At())


def test_a_missing_urc_is_reported_with_what_came(channel: Channel, wire: Wire) -> None:
    mark = channel.mark()
    wire.on("AT+LWOPEN", "OK", "+CREG: 1")
    channel.send(Raw("AT+LWOPEN"))
    mark.next(UnknownLine)
    with pytest.raises(UrcMissing) as missing:
        mark.next(Registered, within=0.0)
    assert str(missing.value) == (
        "+LMOPEN did not come within 0 s after AT+LWOPEN. Last lines since then: 'OK', '+CREG: 1'."
        f" {Registered.hint}"
    )
