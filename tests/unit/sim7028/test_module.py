from __future__ import annotations

from ipaddress import ip_address
from typing import Any

import pytest

from sim7028 import (
    A76XX,
    AtRefused,
    AtTimeout,
    AtUnparsable,
    BringUp,
    Channel,
    Configuration,
    Identity,
    Module,
    NotAttached,
    Ready,
    SettingLost,
    SimUnavailable,
    UnsafeValue,
    UrcMissing,
)

Wire = Any

BRING_UP = [
    "AT",
    "ATE0",
    "AT+CMEE=2",
    "AT+CGMM",
    "AT+CGMR",
    "AT+CGSN",
    "AT+CPSMS=0",
    "AT+CPSMS?",
    "AT+CEDRXS=0",
    "AT+QCPMUCFG=1,1",
    "AT+QCPMUCFG?",
    "AT+CPIN?",
    "AT+CFUN?",
    "AT+COPS?",
    "AT+CGATT?",
    "AT+CEREG?",
    "AT+CGPADDR",
    "AT+LWCLOSE=0",
    "AT+LWCLOSE=1",
    "AT+LWSTOP",
]


@pytest.fixture
def module(channel: Channel, wire: Wire) -> Module:
    """One that is in order, without sessions."""
    wire.on("ATE0", "OK")
    wire.on("AT+CMEE=2", "OK")
    wire.on("AT+CGMM", "SIM7028", "OK")
    wire.on("AT+CGMR", "+CGMR: 2110B07SIM7028", "OK")
    wire.on("AT+CGSN", '+CGSN: "001010123456789"', "OK")
    wire.on("AT+CPSMS=0", "OK")
    wire.on("AT+CPSMS?", '+CPSMS: 0,,,"01000011","00000001"', "OK")
    wire.on("AT+CEDRXS=0", "OK")
    wire.on("AT+QCPMUCFG=1,1", "OK")
    wire.on("AT+QCPMUCFG?", "+QCPMUCFG: 1,1", "OK")
    wire.on("AT+CPIN?", "+CPIN: READY", "OK")
    wire.on("AT+CFUN?", "+CFUN: 1", "OK")
    wire.on("AT+COPS?", '+COPS: 0,2,"00101",9', "OK")
    wire.on("AT+CGATT?", "+CGATT: 1", "OK")
    wire.on("AT+CGDCONT?", '+CGDCONT: 0,"IP","iot",,0,0', "OK")
    wire.on("AT+CEREG?", "+CEREG: 0,1", "OK")
    wire.on("AT+CGPADDR", '+CGPADDR: 0,"10.0.0.1"', "OK")
    return Module(channel)


def test_a_module_in_order_is_asked_and_left_alone(module: Module, wire: Wire) -> None:
    identity = module.bring_up(BringUp())
    assert identity == Identity("SIM7028", "2110B07SIM7028", "001010123456789")
    assert wire.sent == BRING_UP


def test_a_module_out_of_order_is_put_in_order(module: Module, wire: Wire) -> None:
    wire.on("AT+CMEE=2", "ERROR")
    wire.on("AT+CMEE=1", "OK")
    wire.on("AT+CPIN?", "+CPIN: SIM PIN", "OK")
    wire.on('AT+CPIN="1234"', "OK")
    for name, value in ("CFUN", 1), ("COPS", 0), ("CGATT", 1):
        wire.on(f"AT+{name}?", f"+{name}: {1 - value}", "OK")
        wire.on(f"AT+{name}={value}", "OK")
    wire.on('AT+CGDCONT=0,"IP","other"', "OK")
    module.bring_up(BringUp(apn="other", pin="1234"))
    assert [command for command in wire.sent if command not in BRING_UP] == [
        "AT+CMEE=1",
        'AT+CPIN="1234"',
        "AT+CFUN=1",
        "AT+COPS=0",
        "AT+CGDCONT?",
        'AT+CGDCONT=0,"IP","other"',
        "AT+CGATT=1",
    ]


def test_a_module_that_came_in_by_another_apn_comes_in_anew(module: Module, wire: Wire) -> None:
    for command in 'AT+CGDCONT=0,"IP","other"', "AT+CGATT=0", "AT+CGATT=1":
        wire.on(command, "OK")
    module.bring_up(BringUp(apn="other"))
    assert [command for command in wire.sent if "=" in command and "CG" in command] == [
        "AT+CGATT=0",
        'AT+CGDCONT=0,"IP","other"',
        "AT+CGATT=1",
    ]


def test_a_module_that_is_still_leaving_is_told_again_to_attach(module: Module, wire: Wire) -> None:
    for command in 'AT+CGDCONT=0,"IP","other"', "AT+CGATT=0":
        wire.on(command, "OK")
    wire.in_turn("AT+CGATT=1", ("+CME ERROR: operation not allowed", "+CEREG: 0"), ("OK",))
    wire.in_turn("AT+CEREG?", ("+CEREG: 1,0", "OK"), ("+CEREG: 1,1", "OK"))
    module.bring_up(BringUp(apn="other", attach_limit=60.0))
    assert wire.sent.count("AT+CGATT=1") == 2


def test_a_module_that_does_not_answer_while_it_attaches_is_told_so(
    module: Module, wire: Wire, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sim7028.module._RADIO_LIMIT", 0.2)
    wire.on("AT+CGATT?", "+CGATT: 0", "OK")
    wire.on("AT+CGATT=1")
    with pytest.raises(AtTimeout, match=r"AT\+CGATT=1 was not answered"):
        module.bring_up(BringUp(attach_limit=0.0))


@pytest.mark.parametrize("busy", ["+CME ERROR: SIM busy", "+CME ERROR: 14"])
def test_a_sim_that_is_still_starting_is_asked_again(busy: str, module: Module, wire: Wire) -> None:
    wire.in_turn("AT+CPIN?", (busy,), ("+CPIN: READY", "OK"))
    module.bring_up(BringUp())
    assert wire.sent.count("AT+CPIN?") == 2


def test_a_sim_that_stays_busy_is_given_up(
    module: Module, wire: Wire, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sim7028.module._SIM_LIMIT", 0.0)
    wire.on("AT+CPIN?", "+CME ERROR: SIM busy")
    with pytest.raises(SimUnavailable, match="still starting"):
        module.bring_up(BringUp())


def test_a_radio_that_is_still_searching_may_refuse_to_attach(module: Module, wire: Wire) -> None:
    wire.on("AT+CGATT?", "+CGATT: 0", "OK")
    wire.on("AT+CGATT=1", "+CME ERROR: no network service")
    wire.in_turn("AT+CEREG?", ("+CEREG: 1,2", "OK", "+CEREG: 5"), ("+CEREG: 1,5", "OK"))
    wire.in_turn("AT+CGPADDR", ("ERROR",), ('+CGPADDR: 0,"10.0.0.1"', "OK"))
    module.bring_up(BringUp(attach_limit=60.0))
    assert wire.sent.count("AT+CGPADDR") == 2


def test_an_apn_that_is_set_is_not_set_again(module: Module, wire: Wire) -> None:
    module.bring_up(BringUp(apn="IoT"))
    assert [command for command in wire.sent if "CGDCONT" in command] == ["AT+CGDCONT?"]


def test_sessions_that_were_left_are_closed(module: Module, wire: Wire) -> None:
    wire.on("AT+LWCLOSE=0", "OK")
    wire.on("AT+LWSTOP", "OK")
    module.release()
    assert wire.sent == ["AT+LWCLOSE=0", "AT+LWCLOSE=1", "AT+LWSTOP"]


@pytest.mark.parametrize(
    ("name", "answer"), [("CPSMS", "1,,,,"), ("QCPMUCFG", "0,0"), ("QCPMUCFG", "1")]
)
def test_sleep_that_stays_on_is_found(name: str, answer: str, module: Module, wire: Wire) -> None:
    wire.on(f"AT+{name}?", f"+{name}: {answer}", "OK")
    with pytest.raises(SettingLost, match=rf"AT\+{name}=.* answered OK.*gave '\+{name}: {answer}'"):
        module.bring_up(BringUp())


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        (("+CPIN: SIM PUK", "OK"), r"asks for SIM PUK.*'\+CPIN: SIM PUK'"),
        (("+CPIN: SIM PIN", "OK"), "its PIN, and none was given"),
        (("+CME ERROR: 10",), "missing, upside down"),
    ],
)
def test_a_sim_that_cannot_be_used_is_named(
    answer: tuple[str, ...], why: str, module: Module, wire: Wire
) -> None:
    wire.on("AT+CPIN?", *answer)
    with pytest.raises(SimUnavailable, match=why):
        module.bring_up(BringUp())


def test_a_refused_pin_is_never_sent_again(module: Module, wire: Wire) -> None:
    wire.on("AT+CPIN?", "+CPIN: SIM PIN", "OK")
    wire.on('AT+CPIN="1234"', "+CME ERROR: 16")
    with pytest.raises(SimUnavailable, match="did not take the PIN") as refused:
        module.bring_up(BringUp(pin="1234"))
    assert "1234" not in str(refused.value)
    with pytest.raises(SimUnavailable, match="not sent again"):
        module.bring_up(BringUp(pin="1234"))
    assert wire.sent.count('AT+CPIN="1234"') == 1


@pytest.mark.parametrize(
    ("command", "answer", "state"),
    [
        ("AT+CEREG?", "+CEREG: 0,2", r"registration 2 \(searching\)"),
        ("AT+CGPADDR", "+CGPADDR: 0", r"registration 1 \(home\), but without an address"),
    ],
)
def test_a_network_that_does_not_come_is_named(
    command: str, answer: str, state: str, module: Module, wire: Wire
) -> None:
    wire.on(command, answer, "OK")
    with pytest.raises(NotAttached, match=state):
        module.bring_up(BringUp(attach_limit=0.0))


def test_the_network_is_awaited(module: Module, wire: Wire) -> None:
    wire.in_turn(
        "AT+CEREG?",
        ("+CEREG: 1,2", "OK", '+CEREG: 5,"1A2B","01A2D101",9'),
        ("+CEREG: 1,5", "OK"),
    )
    module.bring_up(BringUp(attach_limit=60.0))
    assert wire.sent.count("AT+CEREG?") == 2


def test_a_session_from_start_to_stop(module: Module, wire: Wire) -> None:
    expected = [
        "AT+LWSTART",
        'AT+LWCNF="server","a.b"',
        'AT+LWCNF="serverport",5683',
        'AT+LWCNF="endpointname","simcom"',
        "AT+LWOPEN",
        "AT+LWADDOBJ=1,3303,0,2,5700,5701",
        "AT+LWDELOBJ=1,3303",
        "AT+LWCLOSE=1",
        "AT+LWSTOP",
    ]
    for command in expected:
        wire.on(command, "OK")
    wire.on("AT+LWOPEN", "OK", "+LMOPEN: 1")
    module.start()
    module.configure(Configuration("a.b", 5683, "simcom"))
    session = module.open(within=60)
    session.add(3303, 0, [5700, 5701])
    session.delete(3303)
    session.close()
    module.stop()
    assert (session.id, session.registered.line.text) == (1, "+LMOPEN: 1")
    assert wire.sent == expected


def test_a_whole_configuration_in_another_dialect(channel: Channel, wire: Wire) -> None:
    expected = [
        'AT+LWCNF="server","::1"',
        'AT+LWCNF="serverport","5683"',
        'AT+LWCNF="endpointname","simcom"',
        'AT+LWCNF="connectiontype","6"',
        'AT+LWCNF="lifetime","800"',
        'AT+LWCNF="localport","56833"',
    ]
    for command in expected:
        wire.on(command, "OK")
    configuration = Configuration("::1", 5683, "simcom", 800, 6, 56833)
    Module(channel, A76XX).configure(configuration)
    assert wire.sent == expected


def test_an_ipv6_server_is_asked_for_over_ipv6(channel: Channel, wire: Wire) -> None:
    expected = [
        'AT+LWCNF="server","2001:db8::1"',
        'AT+LWCNF="serverport",5683',
        'AT+LWCNF="endpointname","simcom"',
        'AT+LWCNF="connectiontype",6',
    ]
    for command in expected:
        wire.on(command, "OK")
    Module(channel).configure(Configuration("2001:db8::1", 5683, "simcom"))
    assert wire.sent == expected


def test_an_unsafe_endpoint_name_is_not_sent(module: Module, wire: Wire) -> None:
    wire.on('AT+LWCNF="server","a"', "OK")
    wire.on('AT+LWCNF="serverport",1', "OK")
    with pytest.raises(UnsafeValue):
        module.configure(Configuration("a", 1, 'x"y'))


@pytest.mark.parametrize("answer", [("OK", "+LMOPEN:0"), ("+LWOPEN: 0", "OK"), ("OK", "LMOPEN:0")])
def test_a_registration_in_every_spelling_and_order(
    answer: tuple[str, ...], module: Module, wire: Wire
) -> None:
    wire.on("AT+LWOPEN", *answer)
    assert module.open(within=60).id == 0


def test_a_registration_that_does_not_come_says_what_to_look_at(module: Module, wire: Wire) -> None:
    wire.on("AT+LWOPEN", "OK")
    with pytest.raises(UrcMissing, match=r"\+LMOPEN .* after AT\+LWOPEN.*Can it reach the server"):
        module.open(within=0.0)


def test_the_checks_of_the_network(module: Module, wire: Wire) -> None:
    wire.on("AT+CESQ", "+CESQ: 99,99,255,255,22,58", "OK")
    wire.on("AT+CGPADDR", "+CGPADDR: 0", '+CGPADDR: 1,"10.0.0.1"', "OK")
    assert module.signal().rsrp == -83
    assert module.network_status().is_registered
    assert module.address().address == ip_address("10.0.0.1")


def test_a_module_without_any_context(module: Module, wire: Wire) -> None:
    wire.on("AT+CGPADDR", "OK")
    with pytest.raises(AtUnparsable, match="names no PDP context"):
        module.address()


def test_the_radio_is_switched(module: Module, wire: Wire) -> None:
    wire.on("AT+CFUN=0", "OK")
    module.radio_off()
    with pytest.raises(AtRefused):
        module.radio_on()
    assert wire.sent == ["AT+CFUN=0", "AT+CFUN=1"]


def test_a_restart_ends_when_the_module_is_ready(module: Module, wire: Wire) -> None:
    wire.on("AT+QCRST", "OK", "garbage", "*ATREADY: 1")
    assert isinstance(module.reset(within=60), Ready)


def test_a_restart_may_come_before_its_answer(module: Module, wire: Wire) -> None:
    wire.on("AT+QCRST", "*ATREADY: 1")
    assert isinstance(module.reset(within=60), Ready)


def test_the_settings_of_a_fresh_module_are_restored(module: Module, wire: Wire) -> None:
    wire.on("ATZ", "OK")
    module.restore()
    assert wire.sent == ["ATZ"]


def test_a_module_behind_another_channel_does_not_try_a_refused_pin_again(
    module: Module, channel: Channel, wire: Wire
) -> None:
    wire.on("AT+CPIN?", "+CPIN: SIM PIN", "OK")
    for each in (module, module.moved_to(channel)):
        with pytest.raises(SimUnavailable):
            each.bring_up(BringUp(pin="1234"))
    assert wire.sent.count('AT+CPIN="1234"') == 1


def test_the_answers_without_their_line_are_unparsable(module: Module, wire: Wire) -> None:
    for name in ("CGMM", "CFUN?"):
        wire.on(f"AT+{name}", "OK")
        with pytest.raises(AtUnparsable, match="is missing"):
            module.bring_up(BringUp())
        wire.on("AT+CGMM", "SIM7028", "OK")


def test_a_urc_is_no_model(module: Module, wire: Wire) -> None:
    wire.on("AT+CGMM", "LMOPEN:0", "+CREG: 1", "*X: 1", "SIM7028", "OK")
    assert module.bring_up(BringUp()).model == "SIM7028"
