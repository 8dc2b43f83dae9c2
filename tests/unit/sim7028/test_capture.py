import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lab_evidence import Direction, Event, Source
from sim7028.capture import Encoding, read_capture
from sim7028.framing import MAX_LINE, Ending
from sim7028.transcript import Part

CONVERSATION = """\
AT+LWOPEN
OK
+LMOPEN: 0
AT+CGMM
SIM7028
OK
AT+CEREG?
+CEREG: 2,1
OK
AT+LWREADRSP=0,3303,0,1,5700,"F",1,"9"
+CME ERROR: 3
"""
PARTS = [
    Part.COMMAND, Part.FINAL, Part.URC, Part.COMMAND, Part.REPLY, Part.FINAL, Part.COMMAND,
    Part.REPLY, Part.FINAL, Part.COMMAND, Part.FINAL,
]  # fmt: skip
SENT, RECEIVED = "sent", "received"


def said(log: str | bytes) -> list[tuple[Part, str]]:
    raw = log.encode() if isinstance(log, str) else log
    return [(entry.part, entry.text) for entry in read_capture(raw).entries]


PLAIN = list(zip(PARTS, CONVERSATION.splitlines(), strict=True))


def test_a_plain_log() -> None:
    assert said(CONVERSATION) == PLAIN
    assert [entry.number for entry in read_capture(CONVERSATION.encode()).entries] == [
        *range(1, 12)
    ]


# As terminal programs and people write them; the second is what the module said.
STYLES = {
    "putty": ("{}\r\r\n", "{}\r\n\r\n"),
    "minicom with times": ("[2030-05-01 12:00:01] {}\n", "[2030-05-01 12:00:01] {}\n"),
    "tera term": ("[Wed May  1 12:00:01.250 2030] {}\r\n", "[Wed May  1 12:00:01.250 2030] {}\r\n"),
    "realterm": ("12:00:01.250 -> {}\r\n", "12:00:01.250 <- {}\r\n"),
    "iso": ("2030-05-01T12:00:01.250Z TX: {}\n", "2030-05-01T12:00:01.250+02:00 RX: {}\n"),
    "docklight": ("1.5.2030 12:00:01.250 [TX] - {}\n", "1.5.2030 12:00:01.250 [RX] - {}\n"),
    "coolterm": ("2030-05-01 12:00:01,250: {}\n", "2030-05-01 12:00:01,250: {}\n"),
    "american": ("05/01/2030 12:00:01 PM > {}\n", "05/01/2030 12:00:01 PM < {}\n"),
    "kernel": ("[  123.456789] >> {}\n", "[  123.456789] << {}\n"),
    "seconds": ("123.456 Send: {}\n", "123.456 Recv: {}\n"),
    "arrows": ("→ {}\n", "← {}\n"),
    "close arrows": (">{}\n", "<{}\n"),
    "prompt": ("module> {}\n", "{}\n"),
    "notes": ("{}   // as it is\n", "{}\t//so it is\n// nothing\n\n"),
    "coloured": ("\x1b[32m{}\x1b[0m\n", "\x1b[0;31m{}\x1b[0m\x1b[K\n"),
    "old mac": ("{}\r", "{}\r"),
}


@pytest.mark.parametrize("style", STYLES)
def test_a_log_of_a_terminal_program(style: str) -> None:
    sent, received = STYLES[style]
    log = "".join((sent if part is Part.COMMAND else received).format(text) for part, text in PLAIN)
    assert [entry for entry in said(log) if entry[0] is not Part.OTHER] == PLAIN


@given(st.lists(st.sampled_from(sorted(STYLES)), min_size=len(PLAIN), max_size=len(PLAIN)))
def test_styles_may_change_from_line_to_line(styles: list[str]) -> None:
    lines = []
    for (part, text), style in zip(PLAIN, styles, strict=True):
        if style != "old mac":  # its line ends are for whole files
            lines.append(STYLES[style][part is not Part.COMMAND].format(text))
        else:
            lines.append(f"{text}\n")
    assert [entry for entry in said("".join(lines)) if entry[0] is not Part.OTHER] == PLAIN


@pytest.mark.parametrize(
    "line",
    [
        "=~=~=~=~=~=~=~=~= PuTTY log 2030.05.01 12:00:00 =~=~=~=~=~=~=~=~=",
        "Welcome to minicom 2.8",
        "picocom v3.1",
        "ATTENTION: the antenna was loose",
        "at noon we went to lunch",
        "# a remark",
        "// another",
        "<lwm2mId>",
        "{not: json}",
        '{"an": "object"}',
        "[[[[[",
    ],
)
def test_what_neither_of_the_two_said_is_passed_over(line: str) -> None:
    assert said(f"{line}\n{CONVERSATION}") == [(Part.OTHER, line), *PLAIN]


def test_line_numbers_are_an_editor_s() -> None:
    entries = read_capture(b"\r\nAT\r\r\nOK\r\n\r\n// end\r\nAT\r\r\nOK\r\n").entries
    assert [entry.number for entry in entries] == [2, 3, 5, 6, 7]


def test_an_echo_is_told_from_a_second_command() -> None:
    assert [part for part, _ in said("AT\nAT\nOK\nAT\nOK")] == [
        Part.COMMAND, Part.ECHO, Part.FINAL, Part.COMMAND, Part.FINAL
    ]  # fmt: skip
    assert [part for part, _ in said("> AT\n> AT\n< AT\n< OK")] == [
        Part.COMMAND, Part.COMMAND, Part.ECHO, Part.FINAL
    ]  # fmt: skip


def test_the_lines_of_a_test_form_are_its_reply() -> None:
    log = "AT+LWDELOBJ=?\n+LWDELOBJ:\n<lwm2mId>,<objectId>\n\nOK\n+LWDELOBJ: 1"
    assert [part for part, _ in said(log)] == [
        Part.COMMAND, Part.REPLY, Part.REPLY, Part.FINAL, Part.URC
    ]  # fmt: skip


def test_a_urc_between_a_command_and_its_answer_is_none_of_it() -> None:
    log = "AT+CEREG?\n+CEREG: 5\n+LWREAD: 0,3303,0,0\n+CEREG: 2,5\nOK"
    assert [part for part, _ in said(log)] == [
        Part.COMMAND, Part.URC, Part.URC, Part.REPLY, Part.FINAL
    ]  # fmt: skip


def test_a_value_goes_on_over_lines_and_may_hold_anything() -> None:
    urc = '+LWWRITE: 0,3303,0,2,1,S,11,"OK\r\n","\r\nAT",2,S,1,"/"'
    capture = read_capture(f"{urc}\r\nAT\r\nOK".encode())
    assert [(entry.part, entry.raw) for entry in capture.entries] == [
        (Part.URC, urc.encode()), (Part.COMMAND, b"AT"), (Part.FINAL, b"OK")
    ]  # fmt: skip
    assert [entry.number for entry in capture.entries] == [1, 4, 5]


def test_a_value_that_is_too_short_ends_with_its_line() -> None:
    first, *rest = read_capture(b'+LWWRITE: 0,3303,0,1,1,S,900,"x"\n\nAT\nOK\n').entries
    assert first.ending is Ending.WRONG_LENGTH
    assert [(entry.part, entry.number) for entry in rest] == [(Part.COMMAND, 3), (Part.FINAL, 4)]


def test_a_command_that_a_terminal_broke_in_a_value_is_put_together() -> None:
    broken = 'AT+LWREADRSP=0,3303,0,1,5750,"S",9,"one\ntwo"\nOK'
    assert said(broken) == [
        (Part.COMMAND, 'AT+LWREADRSP=0,3303,0,1,5750,"S",9,"one\\ntwo"'), (Part.FINAL, "OK")
    ]  # fmt: skip
    never_closed = 'AT+LWCNF="server\nOK\nAT\nOK'
    assert [part for part, _ in said(never_closed)] == [Part.COMMAND, Part.FINAL] * 2


def test_slashes_in_a_value_are_no_note() -> None:
    (command,) = said('AT+LWCNF="server","coap //x"   // a note, "quoted"')
    assert command == (Part.COMMAND, 'AT+LWCNF="server","coap //x"')


def test_what_looks_like_a_stamp_in_a_value_stays() -> None:
    urc = b'+LWWRITE: 0,3303,0,1,1,S,23,"alarm\r\n12:00:00 AT // 1"'
    assert read_capture(urc + b"\r\n").entries[0].raw == urc


# Time


def times(log: str) -> list[float | None]:
    return [entry.t for entry in read_capture(log.encode()).entries]


@pytest.mark.parametrize(
    ("stamp", "t"),
    [
        ("01:02:03.5", 3723.5),
        ("[2030-05-01 01:02:03,250]", 3723.25),
        ("1:02:03.123456 PM", 46923.123456),
        ("12:00:00.0 AM", 0.0),
        ("[ 1234.5]", 1234.5),
        ("1234.5 s:", 1234.5),
    ],
)
def test_a_time_stamp_is_seconds(stamp: str, t: float) -> None:
    assert times(f"{stamp} +LMOPEN: 0") == [pytest.approx(t)]


def test_a_day_ends_at_midnight() -> None:
    sent, came = times("23:59:59.900 AT\n00:00:00.100 OK")
    assert sent is not None
    assert came is not None
    assert came - sent == pytest.approx(0.2)


def test_without_fractions_no_answer_is_taken_for_later_than_it_was() -> None:
    sent, came = times("12:00:00 AT\n12:00:10 OK")
    assert sent is not None
    assert came is not None
    assert came - sent == pytest.approx(9.0)


def test_without_stamps_there_is_no_time() -> None:
    assert set(times(CONVERSATION)) == {None}


# Files


@pytest.mark.parametrize(
    ("encoding", "told"),
    [
        ("utf-8", Encoding.UTF_8),
        ("utf-8-sig", Encoding.UTF_8),
        ("utf-16", Encoding.UTF_16),
        ("utf-16-le", Encoding.UTF_16),
        ("utf-16-be", Encoding.UTF_16),
    ],
)
def test_the_encoding_is_told_from_the_file(encoding: str, told: Encoding) -> None:
    urc = '+LWWRITE: 0,3303,0,1,1,S,4,"üß"'
    capture = read_capture(f"{urc}\n{CONVERSATION}".encode(encoding))
    assert capture.encoding is told
    assert capture.entries[0].raw == urc.encode()
    assert len(capture.entries) == 1 + len(PLAIN)


def test_what_is_no_utf_8_is_taken_byte_by_byte() -> None:
    capture = read_capture('+LWWRITE: 0,3303,0,1,1,S,2,"üß"\n'.encode("latin-1"))
    assert capture.encoding is Encoding.LATIN_1
    assert capture.entries[0].text == '+LWWRITE: 0,3303,0,1,1,S,2,"\\xfc\\xdf"'


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"\0" * 50,
        b"hello\nworld",
        bytes(range(256)) * 40,
        b"\x7fELF\n+\x90\n*\xff\xfe\n",
        CONVERSATION.encode("utf-32"),
    ],
)
def test_a_file_of_something_else_is_no_conversation(raw: bytes) -> None:
    assert not read_capture(raw).is_conversation


def test_a_line_without_end_does_not_matter() -> None:
    entries = read_capture(b"AT" + b"A" * 5 * MAX_LINE + b"\nAT\nOK").entries
    assert [entry.part for entry in entries] == [Part.OTHER, Part.COMMAND, Part.FINAL]
    assert len(entries[0].raw) == MAX_LINE


@pytest.mark.timeout(20)  # a hundred times what it takes; minutes, when each line looks at all
def test_a_long_log_takes_no_longer_a_line_than_a_short_one() -> None:
    assert len(read_capture(b"AT+LWSTART\nOK\n" * 100_000).entries) == 200_000


# Evidence


def evidence(*events: Event) -> bytes:
    return b"".join(json.dumps(event.to_json()).encode() + b"\n" for event in events)


def test_evidence_tells_parts_by_itself() -> None:
    entries = read_capture(
        evidence(
            Event(Source.KEYWORD, Direction.NOTED, "Module Registers"),
            Event(Source.AT, Direction.SENT, "AT+LWOPEN", {"command": "AT+LWOPEN"}, 5.0),
            Event(Source.AT, Direction.RECEIVED, "AT+LWOPEN", {"echo": True}, 5.1),
            Event(Source.AT, Direction.RECEIVED, "OK", {"final": True}, 5.25),
            Event.of_bytes(Source.URC, Direction.RECEIVED, b"+LMOPEN: \xff", t=6.0),
            Event(Source.AT, Direction.RECEIVED, "OK", {"quarantined": True}),
            Event(Source.AT, Direction.NOTED, "in step again"),
        )
    ).entries
    assert [(entry.part, entry.raw) for entry in entries] == [
        (Part.COMMAND, b"AT+LWOPEN"),
        (Part.ECHO, b"AT+LWOPEN"),
        (Part.FINAL, b"OK"),
        (Part.URC, b"+LMOPEN: \xff"),
        (Part.OTHER, b"OK"),
    ]
    assert [entry.number for entry in entries] == [2, 3, 4, 5, 6]
    assert [entry.t for entry in entries][:3] == [5.0, 5.1, 5.25]


@pytest.mark.parametrize(
    "record",
    [
        {"t": 10**400, "source": "at", "direction": "sent", "text": "AT"},
        {"t": 1, "source": [], "direction": "sent", "text": "AT"},
        {"t": 1, "source": "at", "direction": "sent", "text": 7},
    ],
)
def test_evidence_of_another_shape_is_passed_over(record: object) -> None:
    (entry,) = read_capture(json.dumps(record).encode()).entries
    assert entry.part is Part.OTHER


@pytest.mark.parametrize(
    "data", [{"hex": "zz"}, {"hex": 5}, {"ending": "no such"}, {"final": []}, {"ending": {}}]
)
def test_evidence_with_odd_data_is_read_as_far_as_it_goes(data: dict[str, object]) -> None:
    record = {"t": 1, "source": "urc", "direction": "received", "text": "\ud800", "data": data}
    (entry,) = read_capture(json.dumps(record).encode()).entries
    assert (entry.part, entry.ending) == (Part.URC, Ending.LINE_END)


# Properties


@given(st.binary())
def test_any_bytes_are_read(raw: bytes) -> None:
    capture = read_capture(raw)
    numbers = [entry.number for entry in capture.entries]
    assert numbers == sorted(numbers, key=int)
    assert all(entry.raw for entry in capture.entries)


# A terminal's colours and a person's notes are taken out, wherever they stand.
@given(st.binary(max_size=60).filter(lambda raw: b"\x1b" not in raw and b"//" not in raw))
def test_a_written_value_is_whole_whatever_it_holds(value: bytes) -> None:
    urc = b'+LWWRITE: 0,3303,0,1,5750,S,%d,"%s"' % (len(value), value)
    entries = read_capture(b"AT\r\nOK\r\n" + urc + b"\r\nAT\r\nOK\r\n").entries
    assert (entries[2].part, entries[2].raw) == (Part.URC, urc)
    assert [entry.raw for entry in entries[3:]] == [b"AT", b"OK"]
