"""What bring-up and pre-checks need, and the manners of the UART's text."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lwm2m import Code
from virtual_sim7028.effects import (
    After,
    CommandLine,
    Connected,
    Effect,
    Elapsed,
    Method,
    PowerOn,
    Print,
    Reset,
    Timer,
    Wakeup,
)
from virtual_sim7028.firmware import Firmware
from virtual_sim7028.identity import Identity
from virtual_sim7028.line_editor import LineEditor
from virtual_sim7028.profiles import NOTE_103


@pytest.mark.parametrize(
    ("command", "reply"),
    [
        ("AT", []),
        ("ATE1", []),
        ("ATV1", []),
        ("ATI", None),
        ("ATZ", []),
        ("AT&F", []),
        ("ATS3?", ["013"]),
        ("ATS5?", ["008"]),
        ("AT+CGMI", ["SIMCOM_Ltd"]),
        ("AT+CGMM", ["SIM7028"]),
        ("AT+CGMR", ["VIRTUAL-SIM7028-0.1"]),
        ("AT+CGSN", ["001010280702810"]),
        ("AT+CGSN=0", ["001010280702810"]),
        ("AT+CGSN=1", ['+CGSN: "001010280702810"']),
        ("AT+CIMI", ["001010123456789"]),
        ("AT+CCID", ["+CCID: 89882390000012345678"]),
        ("AT+CPIN?", ["+CPIN: READY"]),
        ("AT+CFUN?", ["+CFUN: 1"]),
        ("AT+COPS?", ['+COPS: 0,2,"00101",9']),
        ("AT+COPS=0", []),
        ("AT+CGATT?", ["+CGATT: 1"]),
        ("AT+CGDCONT?", ['+CGDCONT: 1,"IP","","",0,0']),
        ("AT+CESQ", ["+CESQ: 99,99,255,255,22,58"]),
        ("AT+CEREG?", ["+CEREG: 0,1"]),
        ("AT+CGPADDR", ['+CGPADDR: 0,"10.170.28.1"']),
        ("AT+CGPADDR=0", ['+CGPADDR: 0,"10.170.28.1"']),
        ("AT+CGACT?", ["+CGACT: 0,1"]),
        ("AT+CCLK?", ['+CCLK: "26/01/02,12:00:05+00"']),
        ("AT+CFUN=?", []),
    ],
)
def test_an_attached_module_says(module, command: str, reply: list[str] | None) -> None:
    *lines, final = module.at(command)
    assert final == "OK"
    assert lines == reply if reply is not None else len(lines) == 4


@pytest.mark.parametrize(
    ("write", "read", "reply"),
    [
        ('AT+CGDCONT=1,"IPV4V6","iot"', "AT+CGDCONT?", '+CGDCONT: 1,"IPV4V6","iot","",0,0'),
        ("AT+CPSMS=0", "AT+CPSMS?", "+CPSMS: 0"),
        ("AT+CEDRXS=0", "AT+CEDRXS?", "+CEDRXS: 0"),
        ("AT+QCPMUCFG=1,1", "AT+QCPMUCFG?", "+QCPMUCFG: 1,1"),
        ("AT+CMEE=2", "AT+CMEE?", "+CMEE: 2"),
        ("AT+CEREG=2", "AT+CEREG?", '+CEREG: 2,1,"0001","01A2D101",9'),
    ],
)
def test_settings_are_read_back_and_gone_after_a_reset(
    module, write: str, read: str, reply: str
) -> None:
    before = module.at(read)
    assert before != [reply, "OK"]
    assert module.at(write) == ["OK"]
    assert module.at(read) == [reply, "OK"]
    module.boot()
    assert module.at(read) == before


@pytest.mark.parametrize(
    "command",
    [
        "AT+NOSUCH",
        "AT+LWNOSUCH=1",
        "ATX9",
        "AT?",
        "AT+CFUN=7",
        "AT+CFUN=2",
        "AT+CMEE=3",
        "ATE2",
        "ATV0",
        "AT+CPIN=1234",
        "AT+CGATT=2",
        "AT+COPS=1",
    ],
)
def test_what_the_module_refuses(module, command: str) -> None:
    assert module.at(command) == ["ERROR"]


@pytest.mark.parametrize(
    ("cmee", "unknown", "wrong"),
    [
        (0, "ERROR", "ERROR"),
        (1, "+CME ERROR: 100", "+CME ERROR: 50"),
        (2, "+CME ERROR: unknown", "+CME ERROR: incorrect parameters"),
    ],
)
def test_three_shapes_of_errors(module, cmee: int, unknown: str, wrong: str) -> None:
    module.at(f"AT+CMEE={cmee}")
    assert module.at("AT+NOSUCH") == [unknown]
    assert module.at("AT+CMEE=9") == [wrong]


@pytest.mark.parametrize("line", ["", "hello", "A", "\xff\xfe"])
def test_a_line_that_is_no_command_is_not_answered(module, line: str) -> None:
    assert module.at(line) == []


def test_a_module_whose_sim_wants_a_pin_attaches_when_it_has_it(power_up) -> None:
    module = power_up(identity=Identity(pin="1234"))
    assert module.at("AT+CPIN?") == ["+CPIN: SIM PIN", "OK"]
    assert module.at("AT+CEREG?") == ["+CEREG: 0,0", "OK"]
    module.at("AT+CMEE=1")
    assert module.at("AT+CIMI") == ["+CME ERROR: 11"]
    assert module.at("AT+CPIN=4321") == ["+CME ERROR: 16"]
    assert module.did(After) == []
    assert module.at('AT+CPIN="1234"') == ["OK"]
    assert module.did(After)[0].timer == Timer(Wakeup.ATTACHED)
    assert module.at("AT+CPIN?") == ["+CPIN: READY", "OK"]
    assert module.elapse(Wakeup.ATTACHED) == []
    assert module.at("AT+CEREG?") == ["+CEREG: 0,1", "OK"]


def test_radio_off_and_on_is_told_after_the_ok(module) -> None:
    module.at("AT+CEREG=1")
    assert module.at("AT+CFUN=0") == ["OK", "+CEREG: 0"]
    assert module.at("AT+CFUN?") == ["+CFUN: 0", "OK"]
    assert module.at("AT+CEREG?") == ["+CEREG: 1,0", "OK"]
    assert module.at("AT+CESQ") == ["+CESQ: 99,99,255,255,255,255", "OK"]
    assert module.at("AT+CGPADDR") == ["OK"]
    assert module.at("AT+CGATT=1") == ["ERROR"]
    assert module.at("AT+CFUN=1") == ["OK", "+CEREG: 2"]
    assert module.elapse(Wakeup.ATTACHED) == ["+CEREG: 1"]
    assert module.at("AT+CFUN=1") == ["OK"]
    assert module.did(After) == []


def test_detach_and_attach(module) -> None:
    module.at("AT+CEREG=2")
    assert module.at("AT+CGATT=0") == ["OK", "+CEREG: 0"]
    assert module.at("AT+CGATT=1") == ["OK", "+CEREG: 2"]
    assert module.elapse(Wakeup.ATTACHED) == ['+CEREG: 1,"0001","01A2D101",9']


@pytest.mark.parametrize("command", ["AT+QCRST", "AT+CFUN=1,1"])
def test_a_reset_comes_after_its_ok_and_makes_the_module_deaf(module, command: str) -> None:
    module.at("ATE0")
    assert module.at(command) == ["OK"]
    assert not module.firmware.echo
    module.elapse(Wakeup.REBOOT_DUE)
    assert Reset() in module.effects
    assert not module.firmware.awake
    assert module.at("AT") == []
    assert module.elapse(Wakeup.BOOTED) == ["*ATREADY: 1"]
    assert module.firmware.echo


def test_a_urc_waits_for_the_final_result_of_the_command_that_runs(session) -> None:
    assert session.at("AT+LWOPEN") == []
    assert session.ask(Method.GET, "/3339/0/5522") == []
    assert not session.firmware.listening
    assert session.at("AT") == []  # who runs the firmware keeps it until it listens
    assert session.put(Connected(1)) == ["OK", "+LWREAD: 0,3339,0,1,5522"]


def test_the_same_inputs_give_the_same_effects(power_up) -> None:
    def run() -> list[object]:
        module = power_up(NOTE_103)
        seen: list[object] = []
        for event in (
            CommandLine(b"AT+LWSTART"),
            CommandLine(b'AT+LWCNF="server","a"'),
            CommandLine(b'AT+LWCNF="endpointname","b"'),
            CommandLine(b"AT+LWOPEN"),
            Connected(0),
        ):
            module.put(event)
            seen += module.effects
        module.answer(Code.CREATED, ("rd", "1"))
        return [*seen, *module.effects]

    assert run() == run()


LINES = st.binary(max_size=40) | st.builds(
    lambda name, rest: b"AT+" + name + rest,
    st.sampled_from([b"LWCNF=", b"LWADDOBJ=", b"LWREADRSP=", b"LWWRITERSP=", b"CFUN=", b"CMEE="]),
    st.binary(max_size=20) | st.text('0123456789,"FS ', max_size=30).map(str.encode),
)


@given(st.lists(LINES, max_size=8))
def test_no_lines_break_the_firmware(lines: list[bytes]) -> None:
    firmware = Firmware(NOTE_103, Identity(), lambda: datetime.now(UTC))
    firmware.handle(PowerOn())
    firmware.handle(Elapsed(Timer(Wakeup.BOOTED)))
    firmware.handle(Elapsed(Timer(Wakeup.ATTACHED)))
    firmware.handle(CommandLine(b"AT+LWSTART"))
    for line in lines:
        finals = [effect for effect in firmware.handle(CommandLine(line)) if is_final(effect)]
        assert len(finals) == (b"AT" in line.upper())


def is_final(effect: Effect) -> bool:
    return isinstance(effect, Print) and (effect.data == b"\r\nOK\r\n" or b"ERROR" in effect.data)


@given(st.lists(st.sampled_from([b"AT", b"\r", b"\n", b"\x08", b"\x00", b"x"])))
def test_the_editor_ends_lines_at_cr_and_takes_back_what_was_erased(typed: list[bytes]) -> None:
    editor = LineEditor()
    data = b"".join(typed)
    lines = [line for byte in data if (line := editor.type(byte)) is not None]
    expected = []
    for part in data.replace(b"\n", b"").split(b"\r")[:-1]:
        kept = bytearray()
        for byte in part:
            if byte == 8:
                del kept[-1:]
            else:
                kept.append(byte)
        expected.append(bytes(kept))
    assert lines == expected
