"""Why a scenario failed, from its events: the first two neighbours that disagree."""

from __future__ import annotations

import json
from collections.abc import Sequence

import pytest

from lab_evidence import Direction, Event, Source
from leshan import NoAnswer, ServerLost
from lwm2m import InvalidValue, Kind, Value
from sim7028 import AtRefused, AtTimeout, Line, NotAttached, UrcMissing
from sim7028_lab.failure import Failure, ScenarioFailed, ScenarioMisused, Side
from sim7028_lab.probe import Asked, Probe, Reading
from sim7028_lab.report.content import decoded
from sim7028_lab.report.diagnosis import Certainty, Diagnosis, diagnose
from virtual_sim7028.codec import Level, Tlv, encode_tlv, encode_value

SENT, RECEIVED, NOTED = Direction.SENT, Direction.RECEIVED, Direction.NOTED
PATH = "/3303/0/5750"
URL = f"/api/clients/ep-1{PATH}?timeout=8"
KITCHEN, SHORT = "kitchen, left", "kitchen"
EXCHANGE = "0a"


class Told:
    """Events, one millisecond after the other."""

    def __init__(self) -> None:
        self.events: list[Event] = []

    def add(self, source: Source, direction: Direction, text: str, **data: object) -> Told:
        self.events.append(Event(source, direction, text, data, len(self.events) / 1000))
        return self

    def step(self, name: str, *arguments: str) -> Told:
        return self.add(Source.KEYWORD, NOTED, name, arguments=list(arguments))

    def asked(self, method: str = "GET", body: str = "") -> Told:
        text = f"{method} {URL} {body}".rstrip()
        return self.add(Source.REST, SENT, text, method=method, path=URL)

    def request(self, code: str = "GET", payload: bytes = b"", by: str = "module") -> Told:
        """The server's CoAP request, as one end tells it."""
        way = RECEIVED if by == "module" else SENT
        content = payload.hex() if by == "module" else f"Hex:{payload.hex()}"
        options = 'Uri-Path: "3303", "0", "5750"' if by == "server" else {"CONTENT_FORMAT": 11542}
        place = {"path": PATH} if by == "module" else {}
        return self.add(
            Source.COAP,
            way,
            f"CON {code} {PATH}",
            seen_by=by,
            type="CON",
            code=code,
            mid=7,
            token=EXCHANGE,
            payload=content,
            options=options,
            **place,
        )

    def urc(self, text: str) -> Told:
        return self.add(Source.URC, RECEIVED, text, urc="any")

    def command(self, text: str, final: str = "OK") -> Told:
        self.add(Source.AT, SENT, text, command=text)
        return self.add(Source.AT, RECEIVED, final, command=text, final=True)

    def response(self, code: str, payload: bytes = b"", mid: int = 7) -> Told:
        return self.add(
            Source.COAP,
            SENT,
            f"ACK {code}",
            seen_by="module",
            type="ACK",
            code=code,
            mid=mid,
            token=EXCHANGE,
            payload=payload.hex(),
            options={"CONTENT_FORMAT": 11542},
        )

    def reply(self, text: str, status: int = 200) -> Told:
        return self.add(Source.REST, RECEIVED, f"HTTP {status} {text}", path=URL, status=status)

    def received(self, value: str) -> Told:
        content = {"id": 5750, "value": value}
        return self.reply(json.dumps({"status": "CONTENT(205)", "content": content}))

    def failing(self, error: BaseException, step: str = "Server Should Receive") -> Diagnosis:
        event = Failure.of(step, error).event
        self.add(event.source, event.direction, event.text, **event.data)
        return self.diagnosis()

    def probed(self, *readings: Reading) -> Told:
        event = Probe(readings).event
        return self.add(event.source, event.direction, event.text, **event.data)

    def diagnosis(self) -> Diagnosis:
        diagnosis = diagnose(reversed(self.events))
        assert diagnosis is not None
        return diagnosis


def tlv(text: str) -> bytes:
    return encode_tlv([Tlv(Level.RESOURCE, 5750, encode_value(Value(Kind.STRING, text)))])


def read(on_uart: str = KITCHEN, on_air: str = KITCHEN, at_server: str = KITCHEN) -> Told:
    """A read whose value may become another on its way."""
    return (
        Told()
        .step("Server Starts Reading", PATH)
        .asked()
        .request()
        .urc("+LWREAD: 0,3303,0,1,5750")
        .step("Module Answers Read", "S", KITCHEN)
        .command(f'AT+LWREADRSP=0,3303,0,1,5750,"S",{len(on_uart)},"{on_uart}"')
        .response("2.05", tlv(on_air))
        .received(at_server)
    )


def other_value(came: str = SHORT) -> ScenarioFailed:
    return ScenarioFailed(
        f"read {PATH} on ep-1", f"S {KITCHEN!r}", f"the server received S {came!r}"
    )


def broken(diagnosis: Diagnosis) -> list[str]:
    return [hop.place for hop in diagnosis.trace if hop.is_broken]


def missing(path: str = PATH) -> UrcMissing:
    return UrcMissing("+LWREAD", (), 5.0, 5.0, f"the server's request for {path}", "")


def lines(*texts: str) -> Sequence[Line]:
    return [Line(0.0, text.encode()) for text in texts]


def test_a_value_that_the_module_cut_is_the_modules() -> None:
    found = read(on_air=SHORT, at_server=SHORT).failing(other_value())
    assert (found.side, found.certainty) == (Side.MODULE, Certainty.CLEAR)
    assert broken(found) == ["air"]
    assert KITCHEN in found.why
    assert found.expected == f"read {PATH} on ep-1: S {KITCHEN!r}"
    assert found.came == f"the server received S {SHORT!r}"


def test_a_value_that_the_server_cut_is_the_servers() -> None:
    found = read(at_server=SHORT).failing(other_value())
    assert (found.side, found.certainty) == (Side.SERVER, Certainty.CLEAR)
    assert broken(found) == ["REST"]


def test_a_value_that_is_the_same_everywhere_is_not_what_the_scenario_expects() -> None:
    found = read(SHORT, SHORT, SHORT).failing(other_value())
    assert (found.side, found.certainty) == (Side.HARNESS, Certainty.UNCERTAIN)
    assert not broken(found)


def test_a_code_that_was_not_told_is_the_modules() -> None:
    told = Told().asked("PUT").request("PUT").urc('+LWWRITE: 0,3303,0,1,5750,"S",4,"hall"')
    told.command("AT+LWWRITERSP=0,132").response("5.00").reply('{"status": "INTERNAL(500)"}')
    error = ScenarioFailed(f"write S 'hall' to {PATH} on ep-1", "4.04 Not Found", "5.00")
    found = told.failing(error, "Server Should Be Told")
    assert (found.side, found.certainty) == (Side.MODULE, Certainty.CLEAR)


def test_another_good_code_than_the_one_told_is_the_modules_too() -> None:
    told = Told().asked("PUT").request("PUT").urc('+LWWRITE: 0,3303,0,1,5750,"S",4,"hall"')
    told.command("AT+LWWRITERSP=0,68").response("2.01").reply('{"status": "CREATED(201)"}')
    error = ScenarioFailed(f"write S 'hall' to {PATH} on ep-1", "2.04 Changed", "2.01 Created")
    found = told.failing(error, "Server Should Be Told")
    assert (found.side, broken(found)) == (Side.MODULE, ["air"])


def test_a_write_that_the_module_reports_otherwise_is_the_modules() -> None:
    told = Told().step("Server Starts Writing", PATH, "S", KITCHEN)
    told.asked("PUT", json.dumps({"id": 5750, "value": KITCHEN})).request("PUT", tlv(KITCHEN))
    told.urc(f'+LWWRITE: 0,3303,0,1,5750,"S",{len(SHORT)},"{SHORT}"')
    error = ScenarioFailed(f"the server's write to {PATH}", "a report", "the module printed less")
    found = told.failing(error, "Module Should Report Write")
    assert (found.side, found.certainty) == (Side.MODULE, Certainty.CLEAR)
    assert broken(found) == ["UART"]


def test_a_write_that_the_server_garbles_is_the_servers() -> None:
    told = Told().step("Server Starts Writing", PATH, "S", KITCHEN)
    told.asked("PUT", json.dumps({"id": 5750, "value": KITCHEN})).request("PUT", tlv(SHORT))
    found = told.failing(missing(), "Module Should Report Write")
    assert found.side is Side.SERVER


def test_arguments_of_an_execute_are_followed_too() -> None:
    told = Told().asked("POST", "5,2='10'").request("POST", b"5,2='10'")
    told.urc("+LWEXECUTE: 0,3303,0,5750,1,5")
    error = ScenarioFailed(f"the server's execute of {PATH}", "a report", "another")
    assert told.failing(error).side is Side.MODULE


def test_a_report_that_does_not_come_is_the_modules_when_it_has_the_request() -> None:
    found = Told().asked().request().failing(missing())
    assert (found.side, found.certainty) == (Side.MODULE, Certainty.CLEAR)
    assert broken(found) == ["UART"]


def test_a_report_that_does_not_come_may_be_the_airs_when_only_the_server_tells() -> None:
    found = Told().asked().request(by="server").failing(missing())
    assert (found.side, found.certainty) == (Side.MODULE, Certainty.UNCERTAIN)
    assert "may not have got" in found.why


def test_a_request_that_the_server_did_not_send_is_the_servers() -> None:
    found = Told().asked().failing(missing())
    assert (found.side, found.certainty) == (Side.SERVER, Certainty.CLEAR)


def test_a_report_that_the_scenario_does_not_answer_is_the_scenarios() -> None:
    told = Told().asked().request().urc("+LWREAD: 0,3303,0,1,5750").reply("Request timeout", 504)
    found = told.failing(NoAnswer(f"read {PATH} on ep-1", "nothing", 8.0))
    assert (found.side, found.certainty) == (Side.HARNESS, Certainty.CLEAR)


def test_an_answer_that_the_module_keeps_to_itself_is_the_modules() -> None:
    told = Told().asked().request().urc("+LWREAD: 0,3303,0,1,5750")
    told.command('AT+LWREADRSP=0,3303,0,1,5750,"S",4,"hall"').reply("Request timeout", 504)
    found = told.failing(NoAnswer(f"read {PATH} on ep-1", "nothing", 8.0))
    assert (found.side, found.certainty) == (Side.MODULE, Certainty.CLEAR)


def test_a_block_of_a_value_is_not_compared_with_all_of_it() -> None:
    value = Value(Kind.STRING, "x" * 1500)
    content = encode_tlv([Tlv(Level.RESOURCE, 5750, encode_value(value))])
    data = {"seen_by": "module", "payload": content[:512].hex(), "options": {"CONTENT": 11542}}
    assert decoded(data, {5750: value}) == content[:512], "a value that was cut"
    for options in (
        {"CONTENT": 11542, "BLOCK2": "BlockwiseTuple(block_number=0, more=True)"},
        'Content-Format: "application/vnd.oma.lwm2m+tlv" - Block2: "(szx=5/512, m=true, num=0)"',
    ):
        assert decoded({**data, "options": options}, {5750: value}) is None


def test_what_was_redacted_is_not_compared() -> None:
    found = read("~abcdefghijkl", KITCHEN, "~abcdefghijkl").failing(other_value())
    assert not broken(found)


def test_the_same_bytes_of_an_unknown_kind_are_the_same() -> None:
    told = Told().step("Server Starts Writing", PATH, "S", "hall")
    told.asked("PUT", json.dumps({"id": 5750, "value": "hall"})).request("PUT", tlv("hall"))
    told.urc('+LWWRITE: 0,3303,0,1,5750,"D",4,"68616c6c"')
    error = ScenarioFailed(f"the server's write to {PATH}", "a report", "another")
    assert not broken(told.failing(error))


def test_a_server_without_a_model_shows_the_same_bytes() -> None:
    found = read(at_server=KITCHEN.encode().hex()).failing(other_value())
    assert not broken(found)


def test_a_request_of_another_path_is_not_blamed() -> None:
    error = ScenarioFailed("read /3303/0/57 on ep-1", "S '1'", "the server received S '2'")
    assert read(on_air=SHORT, at_server=SHORT).failing(error).trace == ()


@pytest.mark.parametrize(
    ("answers", "side", "place"),
    [
        ("none", Side.SERVER, "air"),
        ("air", Side.MODULE, "UART"),
        ("air, urc", Side.SERVER, "server"),
    ],
)
def test_a_registration_is_followed_place_by_place(answers: str, side: Side, place: str) -> None:
    told = Told().command("AT+LWOPEN")
    told.add(
        Source.COAP,
        SENT,
        "CON POST /rd",
        seen_by="module",
        type="CON",
        code="POST",
        mid=9,
        path="/rd",
    )
    if "air" in answers:
        data = {"seen_by": "module", "type": "ACK", "code": "2.01", "mid": 9}
        told.add(Source.COAP, RECEIVED, "ACK 2.01", **data)
    if "urc" in answers:
        told.urc("+LMOPEN: 0")
    error = ScenarioFailed("registration of ep-1", "that it is listed", "nothing is")
    found = told.failing(error, "Module Registers")
    assert found.side is side
    assert broken(found) == [place]


def test_an_open_that_is_refused_is_the_modules_perhaps() -> None:
    told = Told().command("AT+LWOPEN", "ERROR")
    error = UrcMissing("+LMOPEN", (), 5.0, 5.0, "AT+LWOPEN", "")
    assert told.failing(error).side is Side.MODULE


@pytest.mark.parametrize(
    ("error", "side", "certainty"),
    [
        (ScenarioMisused("no session is open", "register"), Side.HARNESS, Certainty.CLEAR),
        (InvalidValue("'x' is no number"), Side.HARNESS, Certainty.CLEAR),
        (AtTimeout("AT+LWSTART", (), 12.0, 9.0), Side.MODULE, Certainty.UNCERTAIN),
        (AtRefused.of("AT+LWSTOP", lines("ERROR"), 0.1), Side.MODULE, Certainty.UNCERTAIN),
        (NotAttached("AT+CEREG?", (), 60.0, "searching"), Side.BENCH, Certainty.CLEAR),
        (ServerLost("the server", "it ended", 1.0), Side.SERVER, Certainty.CLEAR),
        (RuntimeError("what?"), Side.HARNESS, Certainty.UNCERTAIN),
        (ScenarioFailed("AT+X", "ERROR", "OK", Side.MODULE), Side.MODULE, Certainty.CLEAR),
    ],
)
def test_some_errors_tell_by_themselves(
    error: BaseException, side: Side, certainty: Certainty
) -> None:
    found = Told().command("AT").failing(error)
    assert (found.side, found.certainty) == (side, certainty)
    assert found.why


def test_a_bench_that_was_gone_goes_before_everything_else() -> None:
    told = read(on_air=SHORT, at_server=SHORT)
    told.failing(other_value())
    gone = Reading(Asked.NETWORK, "registration 2 (searching)", "the module is not in the network")
    found = told.probed(Reading(Asked.PORT, "AT is answered"), gone).diagnosis()
    assert (found.side, found.certainty) == (Side.BENCH, Certainty.CLEAR)
    assert "The module is not in the network." in found.why
    assert "port: AT is answered" in found.why


def test_a_bench_that_is_well_changes_nothing() -> None:
    told = read(on_air=SHORT, at_server=SHORT)
    told.failing(other_value())
    assert told.probed(Reading(Asked.PORT, "AT is answered")).diagnosis().side is Side.MODULE


def test_the_first_failure_is_the_one_that_counts() -> None:
    told = read(on_air=SHORT, at_server=SHORT)
    first = told.failing(other_value())
    assert told.failing(ScenarioMisused("left over", "await it")) == first


def test_the_last_lines_of_each_lane_are_those_before_the_failure() -> None:
    told = read()
    told.failing(other_value())
    told.command("AT+CEREG?")
    found = told.diagnosis()
    assert {line.lane for line in found.last_lines} == {"UART", "air", "REST"}
    assert not any("CEREG" in line.text for line in found.last_lines)
    assert any("LWREADRSP" in line.text for line in found.last_lines)


def test_a_last_line_is_not_longer_than_a_person_reads() -> None:
    told = read()
    told.command("AT+" + "x" * 900)
    told.failing(other_value())
    (line,) = [line.text for line in told.diagnosis().last_lines if "xxx" in line.text]
    assert len(line) < 250
    assert line.endswith("characters)")


def test_what_passed_has_no_diagnosis() -> None:
    assert diagnose(read().events) is None


def test_a_failure_comes_back_from_its_event_as_it_was() -> None:
    failure = Failure.of("Module Registers", AtTimeout("AT+LWOPEN", lines("+X"), 12.0, 9.0))
    assert Failure.from_event(failure.event) == failure
    assert failure.expected == "a final result code to AT+LWOPEN within 9 s"
    assert failure.came == "'+X'"
