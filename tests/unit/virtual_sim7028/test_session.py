"""A registration's life, the network's, and the module's own objects."""

from __future__ import annotations

import pytest

from lwm2m import Code
from virtual_sim7028.codec import ContentFormat, Level, Tlv, decode_tlv, encode_tlv
from virtual_sim7028.effects import (
    After,
    Answered,
    Cancel,
    Connect,
    Connected,
    Detached,
    Disconnect,
    Ignore,
    Method,
    OutOfCoverage,
    Reset,
    Send,
    Timer,
    Wakeup,
)

UPDATE = Timer(Wakeup.UPDATE_DUE, 0)


@pytest.mark.parametrize(
    ("lifetime", "wait"), [(65535, 65442), (800, 707), (186, 93), (100, 50), (2, 1), (1, 0.5)]
)
def test_an_update_is_due_before_the_lifetime_ends(module, lifetime: int, wait: float) -> None:
    module.start().at(f'AT+LWCNF="lifetime",{lifetime}')
    module.register()
    assert After(wait, UPDATE) in module.effects
    assert module.elapse(Wakeup.UPDATE_DUE, 0) == []
    (update,) = module.did(Send)
    assert update.request.method is Method.POST
    assert update.request.path == ("rd", "a")
    assert (update.request.query, update.request.payload) == ((), b"")
    assert After(wait, UPDATE) in module.effects


@pytest.mark.parametrize("code", [None, Code.NOT_FOUND])
def test_a_registration_that_the_server_forgot_is_made_anew_in_silence(session, code) -> None:
    session.elapse(Wakeup.UPDATE_DUE, 0)
    session.answer(code)
    (again,) = session.did(Send)
    assert again.request.path == ("rd",)
    assert b"</3340/0>" in again.request.payload
    assert session.answer(Code.CREATED, ("rd", "b")) == []
    session.elapse(Wakeup.UPDATE_DUE, 0)
    assert session.did(Send)[0].request.path == ("rd", "b")


def test_an_update_that_is_refused_changes_nothing(session) -> None:
    session.elapse(Wakeup.UPDATE_DUE, 0)
    session.answer(Code.BAD_REQUEST)
    assert session.effects == ()


def test_an_answer_that_comes_twice_is_heard_once(session) -> None:
    session.elapse(Wakeup.UPDATE_DUE, 0)
    (update,) = session.did(Send)
    session.answer(Code.CHANGED)
    session.effects = (update,)
    session.answer(Code.NOT_FOUND)
    assert session.effects == ()


def test_off_the_network_nothing_goes_out_and_back_on_it_sessions_register_anew(session) -> None:
    assert session.at("AT+CFUN=0") == ["OK"]
    assert Disconnect(0) in session.effects
    session.elapse(Wakeup.UPDATE_DUE, 0)
    assert session.effects == ()
    assert session.at("AT+LWADDOBJ=0,3303,0,1,5700") == ["OK"]
    assert session.did(Send) == []
    assert session.at("AT+LWOPEN") == ["ERROR"]
    assert session.at("AT+CFUN=1") == ["OK"]
    session.elapse(Wakeup.ATTACHED)
    assert session.did(Connect)[0].session == 0
    session.put(Connected(0))
    (again,) = session.did(Send)
    assert b"</3303/0>" in again.request.payload
    assert session.answer(Code.CREATED, ("rd", "b")) == []


def test_a_new_registration_is_told_where_the_profile_says_so(power_up) -> None:
    module = power_up(reopen_urc="true").start().register()
    module.elapse(Wakeup.UPDATE_DUE, 0)
    module.answer(Code.NOT_FOUND)
    assert module.answer(Code.CREATED, ("rd", "b")) == ["+LMOPEN: 0"]


def test_an_answer_to_what_was_asked_before_the_network_went_is_not_heard(module) -> None:
    module.start()
    module.at("AT+LWOPEN")
    module.put(Connected(0))
    (registration,) = module.did(Send)
    module.at("AT+CFUN=0")
    assert module.put(Answered(0, registration.exchange, Code.CREATED, ("rd", "a"))) == []
    assert module.at("AT+LWADDOBJ=0,3303,0,1,5700") == ["ERROR"]


def test_nothing_runs_on_when_the_network_is_gone(session) -> None:
    session.ask(Method.GET, "/3340/0/5521")
    session.at("AT+CFUN=0")
    wakeups = (Wakeup.UPDATE_DUE, Wakeup.ANSWER_OVERDUE, Wakeup.CLOSE_OVERDUE)
    stopped = {cancel.timer for cancel in session.did(Cancel)}
    assert stopped >= {Timer(wakeup, 0) for wakeup in wakeups} | {Timer(Wakeup.ATTACHED)}


LOSSES = pytest.mark.parametrize(
    ("loss", "urcs"),
    [(Detached(), ["+CEREG: 0"]), (OutOfCoverage(), ["+CEREG: 0", "+CEREG: 2"])],
)


@LOSSES
def test_a_network_that_goes_takes_the_sockets_and_only_out_of_coverage_is_it_looked_for(
    session, loss: Detached | OutOfCoverage, urcs: list[str]
) -> None:
    session.at("AT+CEREG=1")
    assert session.put(loss) == urcs
    assert session.did(Disconnect) == [Disconnect(0)]
    searches = [after.timer for after in session.did(After)]
    assert searches == ([Timer(Wakeup.ATTACHED)] if "+CEREG: 2" in urcs else [])


@LOSSES
def test_a_command_that_waits_for_the_network_is_answered_when_that_goes(
    module, loss: Detached | OutOfCoverage, urcs: list[str]
) -> None:
    module.at("AT+CEREG=1")
    module.start()
    assert module.at("AT+LWOPEN") == []
    assert module.put(loss) == ["ERROR", *urcs]
    assert module.at("AT+LWCLOSE=0") == ["ERROR"]


@pytest.mark.parametrize("command", ["AT+LWCLOSE=0", "AT+LWSTOP"])
def test_a_session_that_was_closing_is_closed_when_the_network_goes(session, command: str) -> None:
    assert session.at(command) == []
    assert session.put(OutOfCoverage()) == ["OK"]
    assert session.at(command) == ["ERROR"]


def test_close_off_the_network_needs_no_server(session) -> None:
    session.at("AT+CFUN=0")
    assert session.at("AT+LWCLOSE=0") == ["OK"]
    assert session.did(Send) == []


def test_while_it_closes_a_session_serves_nobody(session) -> None:
    session.at("AT+LWCLOSE=0")
    session.ask(Method.GET, "/3/0")
    assert session.effects == (Ignore(0, session.exchange),)


# The module's own objects


def read(session, path: str) -> dict[int, bytes]:
    session.ask(Method.GET, path)
    assert session.response.code is Code.CONTENT
    assert session.response.content_format == ContentFormat.TLV
    return {tlv.id: tlv.content for tlv in decode_tlv(session.response.payload)}


def test_device_is_read_without_the_application(session) -> None:
    identity = session.firmware.identity
    device = read(session, "/3/0")
    assert device[1] == b"SIM7028"
    assert device[2] == identity.imei.encode()
    assert device[3] == identity.revision.encode()
    assert session.printed == []


def test_one_resource_and_a_whole_object_of_its_own(session) -> None:
    assert read(session, "/3/0/0") == {0: session.firmware.identity.manufacturer.encode()}
    session.ask(Method.GET, "/1")
    (instance,) = decode_tlv(session.response.payload)
    assert (instance.level, instance.id) == (Level.OBJECT_INSTANCE, 0)


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("/3/0/9", Code.NOT_FOUND),
        ("/3/1", Code.NOT_FOUND),
        ("/5", Code.NOT_FOUND),
        ("/0/0/0", Code.NOT_FOUND),
        ("/3/0/4", Code.METHOD_NOT_ALLOWED),
    ],
)
def test_reads_of_its_own_that_fail(session, path: str, code: Code) -> None:
    session.ask(Method.GET, path)
    assert session.response.code is code


def write(session, path: str, *tlvs: Tlv) -> Code:
    session.ask(Method.PUT, path, encode_tlv(tlvs), content_format=ContentFormat.TLV)
    return session.response.code


def test_a_lifetime_that_the_server_writes_is_told_by_an_update(session) -> None:
    assert write(session, "/1/0/1", Tlv(Level.RESOURCE, 1, b"\x3c")) is Code.CHANGED
    (update,) = session.did(Send)
    assert update.request.query == ("lt=60",)
    assert After(30, UPDATE) in session.effects
    assert read(session, "/1/0/1") == {1: b"\x3c"}


def test_a_lifetime_that_the_server_writes_is_kept_silent_where_the_profile_says_so(
    power_up,
) -> None:
    module = power_up(update_on_lifetime_write="false").start().register()
    assert write(module, "/1/0/1", Tlv(Level.RESOURCE, 1, b"\x3c")) is Code.CHANGED
    assert module.did(Send) == []


def test_a_lifetime_as_plain_text(session) -> None:
    session.ask(Method.PUT, "/1/0/1", b"60", content_format=ContentFormat.TEXT)
    assert session.response.code is Code.CHANGED
    assert session.did(Send)[0].request.query == ("lt=60",)


@pytest.mark.parametrize(
    ("path", "tlv", "code"),
    [
        ("/1/0/1", Tlv(Level.RESOURCE, 1, b"\x00"), Code.BAD_REQUEST),
        ("/1/0/1", Tlv(Level.RESOURCE, 1, b"\x01\x02\x03"), Code.BAD_REQUEST),
        ("/1/0/0", Tlv(Level.RESOURCE, 0, b"\x01"), Code.METHOD_NOT_ALLOWED),
        ("/1/0/99", Tlv(Level.RESOURCE, 99, b"\x01"), Code.NOT_FOUND),
        ("/3/0/1", Tlv(Level.RESOURCE, 1, b"x"), Code.METHOD_NOT_ALLOWED),
        ("/7/0/1", Tlv(Level.RESOURCE, 1, b"x"), Code.NOT_FOUND),
    ],
)
def test_writes_to_its_own_that_fail(session, path: str, tlv: Tlv, code: Code) -> None:
    assert write(session, path, tlv) is code
    assert session.did(Send) == []


def test_a_write_is_taken_whole_or_not(session) -> None:
    tlvs = (Tlv(Level.RESOURCE, 1, b"\x3c"), Tlv(Level.RESOURCE, 0, b"\x01"))
    assert write(session, "/1/0", *tlvs) is Code.METHOD_NOT_ALLOWED
    assert read(session, "/1/0/1") == {1: (300).to_bytes(2, "big")}


def test_the_server_can_ask_for_an_update(session) -> None:
    session.ask(Method.POST, "/1/0/8")
    assert session.response.code is Code.CHANGED
    assert session.did(Send)[0].request.path == ("rd", "a")


def test_the_server_can_have_the_module_reset(session) -> None:
    assert session.ask(Method.POST, "/3/0/4") == []
    assert session.response.code is Code.CHANGED
    assert session.did(Reset) == []
    session.elapse(Wakeup.REBOOT_DUE)
    assert session.did(Reset) == [Reset()]
    assert session.elapse(Wakeup.BOOTED) == ["*ATREADY: 1"]
    assert session.firmware.echo


@pytest.mark.parametrize(
    ("path", "code"), [("/3/0/0", Code.METHOD_NOT_ALLOWED), ("/3/0/99", Code.NOT_FOUND)]
)
def test_executes_of_its_own_that_fail(session, path: str, code: Code) -> None:
    session.ask(Method.POST, path)
    assert session.response.code is code


# Discover


@pytest.mark.parametrize(
    ("path", "links"),
    [
        ("/3339", b"</3339>,</3339/0>,</3339/0/5522>"),
        ("/3339/0", b"</3339/0>,</3339/0/5522>"),
        ("/3339/0/5522", b"</3339/0/5522>"),
        ("/1/0/8", b"</1/0/8>"),
    ],
)
def test_discover_is_answered_by_the_module(session, path: str, links: bytes) -> None:
    assert session.ask(Method.GET, path, accept=ContentFormat.LINKS) == []
    assert session.response.payload == links
    assert session.response.content_format == ContentFormat.LINKS


@pytest.mark.parametrize("path", ["/3303", "/3340/9", "/3340/0/1", "/5"])
def test_discover_of_what_is_not_there(session, path: str) -> None:
    session.ask(Method.GET, path, accept=ContentFormat.LINKS)
    assert session.response.code is Code.NOT_FOUND
