"""The player: what it does when what comes, and where the recording ceases to fit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from virtual_sim7028.effects import Connect, Family, Print
from virtual_sim7028.replay.exchanges import Transmit
from virtual_sim7028.replay.messages import AirMessage, MessageType
from virtual_sim7028.replay.parameters import Parameter, Setting
from virtual_sim7028.replay.player import Deed, Player, Wait
from virtual_sim7028.replay.recording import Recording
from virtual_sim7028.replay.steps import Answered, Asked, Heard, Said, Step, Told

ACK, CON = MessageType.ACK, MessageType.CON
OK = Print(b"\r\nOK\r\n")
ERROR = Print(b"\r\nERROR\r\n")
OWN = frozenset(
    {
        Setting(Parameter.SERVER, "10.0.0.1"),
        Setting(Parameter.SERVER_PORT, "5683"),
        Setting(Parameter.ENDPOINT, "then"),
    }
)
REGISTER = AirMessage(
    CON, 2, 11, b"reg", path=("rd",), query=("lwm2m=1.0", "ep=then", "lt=300"), payload=b"</1/0>"
)
CREATED = AirMessage(ACK, 65, 11, b"reg", location="old")
READ = AirMessage(CON, 1, 500, b"read", path=("3303", "0", "5700"))
CONTENT = AirMessage(ACK, 69, 500, b"read", payload=b"21.5", content_format=0)
CLOSE = AirMessage(CON, 4, 13, b"del", path=("rd", "old"))


def ok(line: int) -> Said:
    return Said(line, b"OK", is_final=True)


REGISTRATION: tuple[Step, ...] = (
    Heard(1, "AT+LWSTART"),
    ok(2),
    Heard(3, 'AT+LWCNF="server","10.0.0.1"'),
    ok(4),
    Heard(5, 'AT+LWCNF="serverport",5683'),
    ok(6),
    Heard(7, 'AT+LWCNF="endpointname","then"'),
    ok(8),
    Heard(9, "AT+LWOPEN"),
    ok(10),
    Told(11, REGISTER),
    Answered(12, CREATED),
    Said(13, b"+LMOPEN: 0"),
)
READING: tuple[Step, ...] = (
    Asked(14, READ),
    Said(15, b"+LWREAD: 0,3303,0,1,5700"),
    Heard(16, 'AT+LWREADRSP=0,3303,0,1,5700,"F",4,"21.5"'),
    Told(17, CONTENT),
    ok(18),
)


def play(
    *steps: Step,
    delays: Mapping[int, float] | None = None,
    answers: Mapping[str, tuple[bytes, ...]] | None = None,
) -> Player:
    """A player of these steps; delays are given by line."""
    waits = tuple((delays or {}).get(step.line, 0.0) for step in steps)
    return Player(Recording(Path("x.jsonl"), steps, waits, OWN, answers or {}), 100)


def registering(player: Player) -> Transmit:
    """Configure and open; what goes to the server."""
    for command in (
        "AT+LWSTART",
        'AT+LWCNF="server","127.0.0.1"',
        'AT+LWCNF="serverport",40001',
        'AT+LWCNF="endpointname","now"',
    ):
        assert player.heard(command.encode()) == (OK,)
    said, connect, sent = player.heard(b"AT+LWOPEN")
    assert said == OK
    assert connect == Connect(0, "127.0.0.1", 40001, Family.IPV4, 0)
    assert isinstance(sent, Transmit)
    return sent


def registered(player: Player) -> None:
    """Configure, open, and be created by the server."""
    request = registering(player).message
    response = AirMessage(ACK, 65, request.mid, request.token, location="new")
    assert player.received(0, response) == (Print(b"\r\n+LMOPEN: 0\r\n"),)


def ask(mid: int = 9, token: bytes = b"now", path: str = "3303/0/5700") -> AirMessage:
    return AirMessage(CON, 1, mid, token, path=tuple(path.split("/")))


def test_the_registration_goes_to_the_server_of_now_under_the_name_of_now() -> None:
    sent = registering(play(*REGISTRATION))
    assert sent.session == 0
    assert sent.message.query == ("lwm2m=1.0", "ep=now", "lt=300")
    assert sent.message.payload == b"</1/0>"
    assert sent.message.token != REGISTER.token


def test_nothing_is_said_before_all_that_was_recorded_before_it_has_come() -> None:
    player = play(*REGISTRATION)
    other = AirMessage(ACK, 65, 1, b"another", location="new")
    registering(player)
    assert player.received(0, other) == ()
    assert player.next_line == 12


def test_a_read_is_reported_and_answered_with_the_ids_of_now() -> None:
    player = play(*REGISTRATION, *READING)
    registered(player)
    assert player.received(0, ask()) == (Print(b"\r\n+LWREAD: 0,3303,0,1,5700\r\n"),)
    answer, said = player.heard(READING[2].text.encode())  # type: ignore[union-attr]  # a Heard
    assert answer == Transmit(0, replace(CONTENT, mid=9, token=b"now"))
    assert said == OK
    assert player.next_line is None


def test_a_request_may_overtake_a_command() -> None:
    player = play(*REGISTRATION, Heard(14, "AT+CSQ"), ok(15), *map(_later, READING[:2]))
    registered(player)
    assert player.received(0, ask()) == ()
    assert player.heard(b"AT+CSQ") == (OK, Print(b"\r\n+LWREAD: 0,3303,0,1,5700\r\n"))


def _later(step: Step) -> Step:
    return replace(step, line=step.line + 10)


def test_a_repeated_request_gets_the_same_answer_again_and_no_second_report() -> None:
    player = play(*REGISTRATION, *READING)
    registered(player)
    player.received(0, ask())
    assert player.received(0, ask()) == ()
    player.heard(READING[2].text.encode())  # type: ignore[union-attr]  # a Heard
    assert player.received(0, ask()) == (Transmit(0, replace(CONTENT, mid=9, token=b"now")),)


def test_a_bare_ack_and_a_separate_response_get_the_ids_of_now() -> None:
    bare = AirMessage(ACK, 0, 500, b"")
    separate = replace(CONTENT, type=CON, mid=77)
    again = Told(17, separate)
    player = play(*REGISTRATION, READING[0], Told(15, bare), Told(16, separate), again)
    registered(player)
    ack, response, repeated = player.received(0, ask())
    assert ack == Transmit(0, replace(bare, mid=9))
    assert isinstance(response, Transmit)
    assert response.message.token == b"now"
    assert response.message.mid not in (77, 9)
    assert repeated == response


def test_the_deregistration_is_that_of_the_location_of_now() -> None:
    player = play(*REGISTRATION, Heard(14, "AT+LWCLOSE=0"), Told(15, CLOSE), ok(16))
    registered(player)
    sent, said = player.heard(b"AT+LWCLOSE=0")
    assert isinstance(sent, Transmit)
    assert sent.message.path == ("rd", "new")
    assert said == OK


# Time


def test_a_recorded_delay_is_kept_and_what_follows_waits() -> None:
    player = play(Heard(1, "AT+LWSTART"), ok(2), Said(3, b"+X"), delays={2: 10.5})
    assert player.heard(b"AT+LWSTART") == (Wait(10.5),)
    assert player.waited() == (OK, Print(b"\r\n+X\r\n"))


def test_a_recorded_silence_stays_one() -> None:
    player = play(Heard(1, "AT+LWSTART"), Heard(2, "AT"), Heard(3, "AT"))
    for _ in range(5):  # how often it asks again is a matter of time
        assert player.heard(b"AT" if player.next_line != 1 else b"AT+LWSTART") == ()
    assert player.misfit is None


def test_signs_of_life_that_got_no_answer_need_not_come_again() -> None:
    player = play(Heard(1, "AT+LWSTART"), Heard(2, "AT"), Heard(3, "AT"), Heard(4, "AT"), ok(5))
    player.heard(b"AT+LWSTART")
    assert player.heard(b"AT") == ()
    player = play(Heard(1, "AT+LWSTART"), Heard(2, "AT"), Heard(3, "AT+CSQ"), ok(4))
    player.heard(b"AT+LWSTART")
    assert player.heard(b"AT+CSQ") == (OK,)


def test_a_line_without_end_is_printed_without_one() -> None:
    player = play(Heard(1, "AT+LWSTART"), Said(2, b"+LWREAD: 0,", is_ended=False))
    assert player.heard(b"AT+LWSTART") == (Print(b"\r\n+LWREAD: 0,"),)


# What does not fit


@pytest.mark.parametrize("command", ["AT+LWOPEN", 'AT+LWCNF="lifetime",60', "AT+CSQ"])
def test_another_command_is_told_with_its_line(command: str) -> None:
    player = play(*REGISTRATION)
    player.heard(b"AT+LWSTART")
    player.heard(command.encode())
    assert player.misfit is not None
    assert str(player.misfit) == (
        f'line 3: expected AT+LWCNF="server","10.0.0.1"; there came {command}'
    )
    assert player.heard(b'AT+LWCNF="server","127.0.0.1"') == (ERROR,)


def test_a_command_after_the_last_is_told() -> None:
    player = play(Heard(1, "AT+LWSTART"), ok(2))
    player.heard(b"AT+LWSTART")
    assert player.heard(b"AT+LWOPEN") == (ERROR,)
    assert str(player.misfit) == "line 2: expected no more commands; there came AT+LWOPEN"


def test_another_request_of_the_server_is_told_and_refused() -> None:
    player = play(*REGISTRATION, *READING)
    registered(player)
    refusal = AirMessage(ACK, 160, 9, b"now")
    assert player.received(0, ask(path="3303/0/5701")) == (Transmit(0, refusal),)
    assert str(player.misfit) == (
        "line 14: expected the server's CON GET /3303/0/5700;"
        " there came the server's CON GET /3303/0/5701"
    )
    assert player.received(0, ask(path="3303/0/5701")) == (Transmit(0, refusal),)


def test_another_answer_of_the_server_is_told() -> None:
    player = play(*REGISTRATION)
    request = registering(player).message
    assert player.received(0, AirMessage(ACK, 128, request.mid, request.token)) == ()
    assert str(player.misfit) == (
        "line 12: expected the server's answer ACK 2.01; there came the server's answer ACK 4.00"
    )


def test_what_waits_is_not_said_once_it_does_not_fit() -> None:
    player = play(Heard(1, "AT+LWSTART"), ok(2), Heard(3, "AT+LWOPEN"), delays={2: 2.0})
    player.heard(b"AT+LWSTART")
    player.heard(b"AT+LWSTOP=1")
    assert player.misfit is not None
    assert player.waited() == ()


def test_the_clean_up_after_a_misfit_leaves_nothing_at_the_server() -> None:
    player = play(*REGISTRATION, *READING)
    registered(player)
    player.heard(b"AT+LWADDOBJ=0,3303,0,1,5700")
    assert player.misfit is not None
    assert player.heard(b"AT+LWCLOSE=1") == (ERROR,)
    sent, said = player.heard(b"AT+LWCLOSE=0")
    assert isinstance(sent, Transmit)
    assert (sent.message.code, sent.message.path) == (4, ("rd", "new"))
    assert said == OK
    assert player.heard(b"AT+LWSTOP") == (ERROR,)


# Outside of the recording

BRING_UP = ("AT", "ATE0", "AT+CGMM", "AT+CPSMS=0", "AT+CPSMS?", "AT+CEREG?", "AT+LWCLOSE=0")


def printed(deeds: tuple[Deed, ...]) -> bytes:
    return b"".join(deed.data for deed in deeds if isinstance(deed, Print))


def test_a_bring_up_that_was_not_recorded_is_that_of_a_virtual_module() -> None:
    player = play(*REGISTRATION)
    answers = {command: printed(player.heard(command.encode())) for command in BRING_UP}
    assert answers["AT"] == answers["ATE0"] == b"\r\nOK\r\n"
    assert answers["AT+CPSMS?"] == b"\r\n+CPSMS: 0\r\n\r\nOK\r\n"
    assert answers["AT+CEREG?"] == b"\r\n+CEREG: 0,1\r\n\r\nOK\r\n"
    assert answers["AT+LWCLOSE=0"] == b"\r\nERROR\r\n"
    assert player.misfit is None
    assert player.next_line == 1


def test_a_recorded_bring_up_is_answered_as_recorded_but_for_who_it_is() -> None:
    recorded = {
        "AT+CGMM": (b"SIM7028-X", b"OK"),
        "AT+CGMR": (b"REAL-1.0", b"OK"),
        "AT+CPIN?": (b"+CPIN: SIM PIN", b"OK"),
    }
    player = play(*REGISTRATION, answers=recorded)
    assert printed(player.heard(b"AT+CGMM")) == b"\r\nSIM7028-X\r\n\r\nOK\r\n"
    assert b"VIRTUAL" in printed(player.heard(b"AT+CGMR"))
    assert b"READY" in printed(player.heard(b"AT+CPIN?"))


def test_a_scenario_that_begins_like_a_bring_up_begins_after_it() -> None:
    player = play(Heard(1, "AT+CEREG?"), Said(2, b"+CEREG: 0,5"), ok(3))
    assert b"0,1" in printed(player.heard(b"AT+CEREG?"))
    player.heard(b"AT+LWSTOP")
    assert b"0,5" in printed(player.heard(b"AT+CEREG?"))
    assert player.next_line is None


def test_a_bring_up_that_goes_on_after_its_stop_is_not_the_scenario() -> None:
    steps = (Heard(1, "AT+CGPADDR"), Said(2, b'+CGPADDR: 0,"1.2.3.4"'), ok(3))
    player = Player(Recording(Path("x.jsonl"), steps, (0.0,) * 3, OWN, {}, after_stop=1), 100)
    player.heard(b"AT+LWSTOP")
    assert b"1.2.3.4" not in printed(player.heard(b"AT+CGPADDR"))
    assert b"1.2.3.4" in printed(player.heard(b"AT+CGPADDR"))


def test_probes_after_the_end_are_answered() -> None:
    player = play(Heard(1, "AT+LWSTART"), ok(2))
    player.heard(b"AT+LWSTART")
    assert printed(player.heard(b"AT")) == b"\r\nOK\r\n"
    assert b"+CESQ" in printed(player.heard(b"AT+CESQ"))
    assert player.misfit is None


def test_an_empty_line_is_nothing() -> None:
    assert play(*REGISTRATION).heard(b"") == ()
