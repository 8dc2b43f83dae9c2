"""The ten LwM2M commands: order, forms, ranges (note 2.2)."""

from __future__ import annotations

import pytest

from lwm2m import Code
from virtual_sim7028.effects import (
    Connect,
    Connected,
    Disconnect,
    Failure,
    Family,
    Method,
    NotConnected,
    Send,
    Wakeup,
)
from virtual_sim7028.profiles import A76XX, NOTE_103, PROFILES, STRICT, Profile

PROFILE = pytest.mark.parametrize("profile", PROFILES.values(), ids=lambda profile: profile.name)


@pytest.mark.parametrize(
    "command",
    [
        "AT+LWSTOP",
        'AT+LWCNF="server","192.0.2.1"',
        "AT+LWOPEN",
        "AT+LWCLOSE=0",
        "AT+LWADDOBJ=0,3303,0,1,5700",
        "AT+LWDELOBJ=0,3303",
        'AT+LWREADRSP=0,3303,0,1,5700,"F",1,"1"',
        "AT+LWWRITERSP=0,0",
        "AT+LWEXECUTERSP=0,0",
    ],
)
def test_nothing_works_before_the_start(module, command: str) -> None:
    assert module.at(command) == ["ERROR"]


def test_start_and_stop(module) -> None:
    assert module.at("AT+LWSTART") == ["OK"]
    assert module.at("AT+LWSTOP") == ["OK"]
    assert module.at("AT+LWSTOP") == ["ERROR"]
    assert module.at("AT+LWSTART") == ["OK"]


def test_a_second_start_is_what_the_profile_says(power_up) -> None:
    for profile, answer in ((NOTE_103, "ERROR"), (A76XX, "OK")):
        module = power_up(profile)
        assert module.at("AT+LWSTART") == ["OK"]
        assert module.at("AT+LWSTART") == [answer]


def test_start_needs_the_network(module) -> None:
    assert module.at("AT+CFUN=0") == ["OK"]
    assert module.at("AT+LWSTART") == ["ERROR"]


def test_configuration_before_start_is_what_the_profile_says(power_up) -> None:
    for profile, answer in ((NOTE_103, "ERROR"), (STRICT, "ERROR"), (A76XX, "OK")):
        assert power_up(profile).at('AT+LWCNF="lifetime",60') == [answer]


@pytest.mark.parametrize(
    "parameter",
    [
        '"server","leshan.example"',
        '"serverport","0"',
        '"serverport",65535',
        '"endpointname","simcom"',
        '"connectiontype",4',
        '"connectiontype","6"',
        '"connecttype",6',
        '"lifetime",1',
        '"lifetime","65535"',
        '"localport",0',
        '"localport","65535"',
    ],
)
def test_what_can_be_configured(module, parameter: str) -> None:
    module.at("AT+LWSTART")
    assert module.at(f"AT+LWCNF={parameter}") == ["OK"]


@pytest.mark.parametrize(
    "parameter",
    [
        "",
        '"server"',
        '"server",""',
        '"server",leshan',
        '"server","a","b"',
        '"server","\xff"',
        '"serverport",65536',
        '"serverport",-1',
        '"serverport","x"',
        '"endpointname",""',
        '"connectiontype",5',
        '"connectiontype",46',
        '"lifetime",0',
        '"lifetime",65536',
        '"localport",65536',
        '"colour","red"',
        "server,leshan",
    ],
)
def test_what_cannot_be_configured(module, parameter: str) -> None:
    module.at("AT+LWSTART")
    assert module.at(f"AT+LWCNF={parameter}") == ["ERROR"]


def test_connecttype_is_not_in_the_tables_write_form(power_up) -> None:
    module = power_up(STRICT)
    module.at("AT+LWSTART")
    assert module.at('AT+LWCNF="connecttype",6') == ["ERROR"]
    assert module.at('AT+LWCNF="connectiontype",6') == ["OK"]


def test_open_goes_where_it_was_configured(module) -> None:
    module.start("thing")
    for parameter in ('"serverport",5700', '"connectiontype",6', '"lifetime",60', '"localport",99'):
        module.at(f"AT+LWCNF={parameter}")
    assert module.at("AT+LWOPEN") == []
    assert module.did(Connect) == [Connect(0, "192.0.2.1", 5700, Family.IPV6, 99)]
    assert module.put(Connected(0)) == ["OK"]
    (send,) = module.did(Send)
    assert send.request.path == ("rd",)
    assert set(send.request.query) == {"lwm2m=1.0", "ep=thing", "b=U", "lt=60"}
    assert send.request.payload == b'</>;rt="oma.lwm2m",</1/0>,</3/0>'
    assert module.answer(Code.CREATED, ("rd", "x")) == ["+LMOPEN: 0"]


@pytest.mark.parametrize("left_out", ["server", "endpointname"])
def test_open_needs_server_and_endpoint_name(module, left_out: str) -> None:
    module.at("AT+LWSTART")
    for name in {"server", "endpointname"} - {left_out}:
        module.at(f'AT+LWCNF="{name}","a"')
    assert module.at("AT+LWOPEN") == ["ERROR"]


@PROFILE
def test_open_towards_a_name_without_address(power_up, profile: Profile) -> None:
    module = power_up(profile).start()
    module.at("AT+LWOPEN")
    answer = module.put(NotConnected(0, Failure.UNRESOLVED))
    assert answer == (["OK"] if profile is A76XX else ["ERROR"])
    module.register()  # the session is free again


@PROFILE
def test_open_on_a_local_port_that_is_taken(power_up, profile: Profile) -> None:
    module = power_up(profile).start()
    module.at("AT+LWOPEN")
    (answer,) = module.put(NotConnected(0, Failure.UNBOUND))
    assert "ERROR" in answer


@pytest.mark.parametrize("code", [None, Code.BAD_REQUEST, Code.FORBIDDEN])
def test_a_registration_that_fails_is_silent_and_frees_the_session(module, code) -> None:
    module.start()
    module.at("AT+LWOPEN")
    assert module.put(Connected(0)) == ["OK"]
    assert module.answer(code) == []
    assert module.did(Disconnect) == [Disconnect(0)]
    module.register()


def test_two_sessions_and_no_third(module) -> None:
    module.start("one").register("a")
    module.at('AT+LWCNF="endpointname","two"')
    assert module.at("AT+LWOPEN") == []
    module.put(Connected(1))
    assert "ep=two" in module.did(Send)[0].request.query
    assert module.answer(Code.CREATED, ("rd", "b")) == ["+LMOPEN: 1"]
    assert module.at("AT+LWOPEN") == ["ERROR"]


def test_a_closed_session_number_is_given_again(module) -> None:
    module.start().register("a").register("b")
    assert module.at("AT+LWCLOSE=0") == []
    assert module.answer(Code.DELETED) == ["OK"]
    assert module.at("AT+LWOPEN") == []
    assert module.did(Connect)[0].session == 0


def test_close_tells_the_server_and_then_answers(session) -> None:
    assert session.at("AT+LWCLOSE=0") == []
    (send,) = session.did(Send)
    assert (send.request.method, send.request.path) == (Method.DELETE, ("rd", "a"))
    assert session.answer(Code.DELETED) == ["OK"]
    assert session.did(Disconnect) == [Disconnect(0)]
    assert session.at("AT+LWCLOSE=0") == ["ERROR"]


def test_close_does_not_wait_for_a_server_that_is_gone(session) -> None:
    session.at("AT+LWCLOSE=0")
    assert session.elapse(Wakeup.CLOSE_OVERDUE, 0) == ["OK"]
    assert session.did(Disconnect) == [Disconnect(0)]


def test_close_of_a_session_that_has_no_registration_yet(module) -> None:
    module.start()
    module.at("AT+LWOPEN")
    module.put(Connected(0))
    assert module.at("AT+LWCLOSE=0") == ["OK"]
    assert module.did(Disconnect) == [Disconnect(0)]


@pytest.mark.parametrize("argument", ["1", "2", "", "0,0", "x", "-1"])
def test_close_of_what_is_not_open(session, argument: str) -> None:
    assert session.at(f"AT+LWCLOSE={argument}") == ["ERROR"]


def test_stop_deregisters_every_session(module) -> None:
    module.start().register("a").register("b")
    assert module.at("AT+LWSTOP") == []
    first, second = module.did(Send)
    assert [first.request.path, second.request.path] == [("rd", "a"), ("rd", "b")]
    assert module.elapse(Wakeup.CLOSE_OVERDUE, 0) == []
    assert module.elapse(Wakeup.CLOSE_OVERDUE, 1) == ["OK"]
    assert module.at("AT+LWCLOSE=0") == ["ERROR"]
    assert module.at("AT+LWOPEN") == ["ERROR"]


@pytest.mark.parametrize(
    "declaration",
    [
        "0,8,0,1,0",
        "0,65535,0,1,65535",
        "0,3303,65534,1,5700",
        "0,3303,0,15," + ",".join(str(5700 + n) for n in range(15)),
        "0,3303,0,6,5518,5601,5602,5603,5604,5605",
    ],
)
def test_objects_that_can_be_added(module, declaration: str) -> None:
    module.start().register()
    assert module.at(f"AT+LWADDOBJ={declaration}") == ["OK"]
    (update,) = module.did(Send)
    object_id, instance_id = declaration.split(",")[1:3]
    assert update.request.path == ("rd", "a")
    assert update.request.payload == (
        f'</>;rt="oma.lwm2m",</1/0>,</3/0>,</{object_id}/{instance_id}>'.encode()
    )


def test_the_reserved_instance_is_taken_and_not_announced(module) -> None:
    module.start().register()
    assert module.at("AT+LWADDOBJ=0,3303,65535,1,5700") == ["OK"]
    assert module.did(Send)[0].request.payload == b'</>;rt="oma.lwm2m",</1/0>,</3/0>'
    assert module.at("AT+LWDELOBJ=0,3303") == ["OK"]


@pytest.mark.parametrize(
    "declaration",
    [
        *(f"0,{own},1,1,0" for own in range(8)),
        "0,65536,0,1,0",
        "0,3303,65536,1,5700",
        "0,3303,0,1,65536",
        "0,3303,0,0",
        "0,3303,0,1",
        "0,3303,0,2,5700",
        "0,3303,0,1,5700,5701",
        "0,3303,0,2,5700,5700",
        "0,3303,0,16," + ",".join(str(5700 + n) for n in range(16)),
        "0,3303,0",
        "1,3303,0,1,5700",
        "2,3303,0,1,5700",
        "0,3340,0,1,5521",
        "0,3303,,1,5700",
    ],
)
def test_objects_that_cannot_be_added(session, declaration: str) -> None:
    assert session.at(f"AT+LWADDOBJ={declaration}") == ["ERROR"]
    assert session.did(Send) == []
    session.add("0,9,0,1,0")  # the list is as it was, and this one
    assert session.did(Send)[0].request.payload == (
        b'</>;rt="oma.lwm2m",</1/0>,</3/0>,</9/0>,</3339/0>,</3340/0>'
    )


def test_objects_need_a_session_that_is_open(module) -> None:
    module.start()
    module.at("AT+LWOPEN")
    module.put(Connected(0))
    assert module.at("AT+LWADDOBJ=0,3303,0,1,5700") == ["ERROR"]
    assert module.at("AT+LWDELOBJ=0,3303") == ["ERROR"]


def test_each_session_has_its_own_objects(module) -> None:
    module.start().register("a").register("b").add("0,3303,0,1,5700", "1,3303,0,1,5700")
    assert module.did(Send)[0].request.path == ("rd", "b")
    assert module.at("AT+LWDELOBJ=1,3303") == ["OK"]
    assert module.at("AT+LWDELOBJ=0,3303") == ["OK"]


def test_delete_takes_all_instances_away(session) -> None:
    session.add("0,3340,1,1,5521")
    assert session.at("AT+LWDELOBJ=0,3340") == ["OK"]
    assert session.did(Send)[0].request.payload == (b'</>;rt="oma.lwm2m",</1/0>,</3/0>,</3339/0>')
    assert session.at("AT+LWDELOBJ=0,3340") == ["ERROR"]


@pytest.mark.parametrize("argument", ["0,1", "0,3", "0,8", "0,65536", "0", "0,3340,0", "1,3340"])
def test_delete_of_what_was_never_added(session, argument: str) -> None:
    assert session.at(f"AT+LWDELOBJ={argument}") == ["ERROR"]
    assert session.did(Send) == []


TEST_FORMS = {
    "+LWSTART": 0,
    "+LWSTOP": 0,
    "+LWCNF": 6,
    "+LWOPEN": 0,
    "+LWCLOSE": 1,
    "+LWADDOBJ": 1,
    "+LWDELOBJ": 1,
    "+LWREADRSP": 1,
    "+LWWRITERSP": 1,
    "+LWEXECUTERSP": 1,
}


@pytest.mark.parametrize(("name", "lines"), TEST_FORMS.items())
def test_test_forms_work_before_the_start(power_up, name: str, lines: int) -> None:
    for profile in PROFILES.values():
        *before, final = power_up(profile).at(f"AT{name}=?")
        assert final == "OK"
        if profile is A76XX or (profile is NOTE_103 and name == "+LWEXECUTERSP"):
            assert before == []
        else:
            assert len(before) == lines
            assert all(line.startswith(f"{name}: ") for line in before)


def test_connecttype_has_two_commas_in_the_examples_and_one_in_the_tables(power_up) -> None:
    assert '+LWCNF: "connecttype",,(4,6)' in power_up(NOTE_103).at("AT+LWCNF=?")
    assert '+LWCNF: "connecttype",(4,6)' in power_up(STRICT).at("AT+LWCNF=?")


@pytest.mark.parametrize("command", ["AT+LWSTART?", "AT+LWCLOSE", "AT+LWOPEN=0", "AT+LWOPEN?"])
def test_forms_that_a_command_does_not_have(session, command: str) -> None:
    assert session.at(command) == ["ERROR"]


@pytest.mark.parametrize(
    ("cmee", "answer"),
    [(0, "ERROR"), (1, "+CME ERROR: 3"), (2, "+CME ERROR: operation not allowed")],
)
def test_errors_of_the_service_are_plain_or_not_by_profile(
    power_up, cmee: int, answer: str
) -> None:
    for profile, expected in ((NOTE_103, "ERROR"), (A76XX, answer)):
        module = power_up(profile)
        assert module.at(f"AT+CMEE={cmee}") == ["OK"]
        assert module.at("AT+LWSTOP") == [expected]


def test_an_error_that_comes_late_has_the_same_shape(power_up) -> None:
    module = power_up(NOTE_103).start()
    module.at("AT+CMEE=1")
    module.at("AT+LWOPEN")
    assert module.put(NotConnected(0, Failure.UNRESOLVED)) == ["ERROR"]


def test_nothing_is_saved_over_a_reset(session) -> None:
    session.at("AT+QCRST")
    session.elapse(Wakeup.REBOOT_DUE)
    session.elapse(Wakeup.BOOTED)
    session.elapse(Wakeup.ATTACHED)
    assert session.at("AT+LWCLOSE=0") == ["ERROR"]
    assert session.at("AT+LWSTART") == ["OK"]
    assert session.at("AT+LWOPEN") == ["ERROR"]
