import json
import re
import socket
import threading
import time
from collections.abc import Callable
from pathlib import Path as FilePath
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lab_evidence import Direction, Source
from leshan import (
    Format,
    InvalidAnswer,
    Leshan,
    LeshanError,
    NoAnswer,
    Operation,
    ServerLimit,
    ServerLost,
    ServerRefused,
    ServerUnavailable,
    UnknownDialect,
    WriteMode,
)
from leshan.reply import Reply
from leshan.rest import Rest
from lwm2m import Code, Kind, Path, Value

TEMPERATURE = Path.parse("/3303/0/5700")
CLIENT = "/api/clients/simcom-1"
WARM = '{"status":"CONTENT(205)","success":true,"content":{"id":5700,"value":21.5}}'
CHANGED = '{"status":"CHANGED(204)","valid":true,"success":true,"failure":false}'


def value_of(body: dict[str, Any]) -> Value:
    """The value that a recorded body writes."""
    content = body["value"]
    match body.get("type"):
        case None if body["id"] == 0:
            return Value.parse(Kind.OPAQUE, content)
        case None:
            kinds = {bool: Kind.BOOLEAN, int: Kind.INTEGER, float: Kind.FLOAT, str: Kind.STRING}
            return Value(kinds[type(content)], content)
        case told:
            return Value.parse(Kind[told.upper()], content)


def ask(leshan: Leshan, exchange: dict[str, Any]) -> Operation[Any] | None:
    """Start what a recorded request asked; None where the library has no such request."""
    method, _, url = exchange["request"].partition(" ")
    body = exchange["body"]
    path_text = url.partition("?")[0].removeprefix(CLIENT)
    words = re.fullmatch(r"((?:/[0-9]+)+)(/discover|/observe)?", path_text)
    if not words or not url.startswith(CLIENT):
        return None
    device, path = leshan.device("simcom-1"), Path.parse(words[1])
    match method, words[2], body:
        case "GET", None, None:
            name = re.search("format=([A-Z]+)", url)
            return device.read(path, accept=Format(name[1]) if name else None)
        case "GET", "/discover", None:
            return device.discover(path)
        case "POST", "/observe", None:
            return device.observe(path)
        case "DELETE", "/observe", None:
            return device.cancel(path)
        case "DELETE", None, None:
            return device.delete(path)
        case "PUT", None, {"resources": resources}:
            values = {one["id"]: value_of(one) for one in resources}
            mode = WriteMode.UPDATE if "replace=false" in url else WriteMode.REPLACE
            return device.write_instance(path, values, mode=mode)
        case "PUT", None, {"value": _}:
            return device.write(path, value_of(body))
        case "POST", None, {"resources": resources, "id": instance}:
            values = {one["id"]: value_of(one) for one in resources}
            return device.create(path, instance, values)
        case "POST", None, None | str():
            return device.execute(path, body or "")
    return None


@pytest.mark.parametrize("release", ["2.0.0-M4", "2.0.0-M18"])
def test_every_recorded_exchange_can_be_had_again(
    release: str,
    serve: Callable[..., Any],
    exchanges: Callable[[str], list[dict[str, Any]]],
) -> None:
    """The same request goes out, and its recorded response gives an answer or the right error."""
    fake = serve().speaks(release)
    asked = 0
    with Leshan(fake.url) as leshan:
        for exchange in exchanges(release):
            method, _, url = exchange["request"].partition(" ")
            route = (method, url.partition("?")[0])
            fake.routes[route] = (exchange["status"], exchange["response"])
            fake.asked.clear()
            operation = ask(leshan, exchange)
            if operation is None:
                continue
            asked += 1
            if exchange["status"] == 200:
                answer = operation.wait()
                digits = re.search(r"\((\d)(\d\d)\)", exchange["response"])
                if digits:
                    assert answer.code == Code.parse(".".join(digits.groups()))
                    assert answer.raw == exchange["response"]
                else:
                    assert answer is None
            else:
                with pytest.raises(LeshanError, match=re.escape(operation.description)):
                    operation.wait()
            (request,) = fake.was_asked(route[1])
            if isinstance(exchange["body"], dict):
                sent = json.loads(request.body)
                if exchange["body"].get("type") == "boolean":
                    # This recording shows the server refusing a boolean as text.
                    assert sent["value"] is True
                else:
                    assert sent == exchange["body"]
            elif release == "2.0.0-M4":
                assert request.body == (exchange["body"] or "")
    assert asked >= 40


def test_registrations(fake: Any, told: Callable[[str], list[tuple[str, str]]]) -> None:
    one = told("2.0.0-M4")[0][1]
    fake.routes["GET", "/api/clients"] = (200, f"[{one}]")
    fake.routes["GET", CLIENT] = (200, one)
    fake.routes["GET", "/api/clients/none"] = (400, "no registered client with id 'none'")
    with Leshan(fake.url) as leshan:
        (registration,) = leshan.registrations()
        assert registration == leshan.registration("simcom-1")
        assert registration.endpoint == "simcom-1"
        assert str(registration).startswith("simcom-1 at 127.0.0.1:56833 for 60 s with /1/0 /3/0")
        assert leshan.registration("none") is None
        assert leshan.dialect.name == "2.0.0-M4"
    assert len(fake.was_asked("/api/server/endpoint")) == 1


def test_an_endpoint_is_named_in_full_whatever_it_holds(fake: Any) -> None:
    with Leshan(fake.url) as leshan:
        fake.routes["GET", "/api/clients/urn%3Aimei%3A1%20%2F%3F%25%C3%A9"] = (
            400,
            "no registered client",
        )
        assert leshan.registration("urn:imei:1 /?%é") is None


def test_the_server_waits_for_whole_seconds_and_the_client_longer(fake: Any) -> None:
    fake.routes["GET", f"{CLIENT}/3303/0/5700"] = (200, WARM)
    with Leshan(fake.url) as leshan:
        answer = leshan.device("simcom-1").read(TEMPERATURE, limit=8.2, accept=Format.TLV).wait()
    assert answer.value == Value(Kind.FLOAT, 21.5)
    (request,) = fake.was_asked(f"{CLIENT}/3303/0/5700")
    assert request.query == "format=TLV&timeout=9"


def test_a_value_is_written_in_the_format_that_is_asked_for(fake: Any) -> None:
    fake.routes["PUT", f"{CLIENT}/3303/0/5700"] = (200, '{"status":"CHANGED(204)","success":true}')
    with Leshan(fake.url) as leshan:
        device = leshan.device("simcom-1")
        device.write(TEMPERATURE, Value(Kind.FLOAT, 21.5), limit=9, form=Format.TEXT).wait()
    (request,) = fake.was_asked(f"{CLIENT}/3303/0/5700")
    assert request.query == "format=TEXT&timeout=9"


@pytest.mark.parametrize("limit", [0.0, -1.0, float("nan")])
def test_a_limit_without_time_is_refused(fake: Any, limit: float) -> None:
    with Leshan(fake.url) as leshan, pytest.raises(ValueError, match="gives the device no time"):
        leshan.device("simcom-1").read(TEMPERATURE, limit=limit)


def test_what_the_api_cannot_say_is_not_sent(fake: Any) -> None:
    with Leshan(fake.url) as leshan:
        operation = leshan.device("simcom-1").write(
            Path.parse("/3303/0/5701"), Value(Kind.OPAQUE, b"\1")
        )
        with pytest.raises(ServerRefused) as caught:
            operation.wait()
    assert str(caught.value) == (
        "write D '01' to /3303/0/5701 on simcom-1: 2.0.0-M4 would take D '01' for string, because"
        " /3303/0/5701 is of type string (after 0.0 s). Nothing was sent: write another kind, or"
        " use another release of Leshan."
    )
    assert not fake.was_asked(f"{CLIENT}/3303/0/5701")


def test_text_goes_out_as_utf_8_and_says_so(fake: Any) -> None:
    fake.routes["POST", f"{CLIENT}/3340/0/5523"] = (200, CHANGED)
    with Leshan(fake.url) as leshan:
        leshan.device("simcom-1").execute(Path.parse("/3340/0/5523"), "grün").wait()
    (request,) = fake.was_asked(f"{CLIENT}/3340/0/5523")
    assert request.body == "grün"
    assert request.headers["Content-Type"] == "text/plain; charset=utf-8"


def test_a_new_instance_may_be_left_to_the_device_to_number(fake: Any) -> None:
    fake.routes["POST", f"{CLIENT}/3340"] = (
        200,
        '{"status":"CREATED(201)","success":true,"location":"3340/3"}',
    )
    with Leshan(fake.url) as leshan:
        values = {5534: Value(Kind.INTEGER, 7)}
        answer = leshan.device("simcom-1").create(Path(3340), None, values).wait()
    assert answer.location == Path(3340, 3)
    (request,) = fake.was_asked(f"{CLIENT}/3340")
    assert json.loads(request.body) == {"resources": [{"id": 5534, "value": 7}]}


def test_a_limit_of_the_server_is_told_as_such(serve: Any) -> None:
    fake = serve().speaks("2.0.0-M18")
    refused = (
        "Invalid request: Invalid Execute request : "
        "[Unable to parse Arguments [123456] : [,] separator expected at index 1 after [1]]"
    )
    fake.routes["POST", f"{CLIENT}/3340/0/5523"] = (400, refused)
    with Leshan(fake.url) as leshan:
        operation = leshan.device("simcom-1").execute(Path.parse("/3340/0/5523"), "123456")
        with pytest.raises(ServerLimit, match="cannot show execute arguments in free text"):
            operation.wait()
    (request,) = fake.was_asked(f"{CLIENT}/3340/0/5523")
    assert request.body == "123456"


@pytest.mark.parametrize(
    ("route", "error", "words"),
    [
        ((504, "Request timeout"), NoAnswer, "the device did not answer"),
        ((500, "Request cancelled:x"), NoAnswer, "Request cancelled"),
        ((500, 'Cannot invoke x: "observation" is null'), InvalidAnswer, "without observing"),
        ((500, "Invalid Response:x"), InvalidAnswer, "look at the device's response code"),
        ((500, "Request rejected:x"), InvalidAnswer, "Request rejected"),
        ((500, "Unexpected exception:NaN"), ServerRefused, "what the device said"),
        ((400, "Invalid request:x"), ServerRefused, "The device was not asked"),
        ((504, "<title>504 Gateway</title>"), ServerLost, "504 Gateway (after"),
        ((503, "<p>no &lt; server</p>"), ServerLost, "HTTP 503 no < server (after"),
        ((401, ""), ServerRefused, "user and the password"),
        ((302, "", {"Location": "https://elsewhere/"}), ServerRefused, "https://elsewhere/"),
        ((200, "<html>hello</html>"), UnknownDialect, "HTTP 200 with hello, which is no JSON"),
        ((200, '{"a":1}'), UnknownDialect, "which 2.0.0-M4 would not say"),
        ("hang up", ServerLost, "Remote end closed connection without response"),
        (("breaks off", 400, "no such client"), ServerRefused, "HTTP 400 no such client (after"),
        ((200, "{", {"Content-Length": "9"}), ServerLost, "the HTTP response was cut off"),
        (("breaks off", 200, WARM), ServerLost, "the HTTP response was cut off"),
        ((400, "x" * 5000), ServerRefused, "… (5000 characters)"),
    ],
)
def test_every_failure_names_its_side(
    fake: Any, route: Any, error: type[LeshanError], words: str
) -> None:
    fake.routes["GET", f"{CLIENT}/3303/0/5700"] = route
    with Leshan(fake.url) as leshan:
        with pytest.raises(error) as caught:
            leshan.device("simcom-1").read(TEMPERATURE).wait()
        assert type(caught.value) is error
        assert words in str(caught.value)
        assert str(caught.value).startswith("read /3303/0/5700 on simcom-1: ")
        assert len(str(caught.value)) < 600


def test_a_server_that_is_not_there_is_lost_at_once() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    with Leshan(f"http://127.0.0.1:{port}") as leshan:
        with pytest.raises(ServerLost, match=f"127.0.0.1:{port}: Connection refused"):
            leshan.registrations()
        with pytest.raises(ServerLost):
            leshan.device("x").read(TEMPERATURE).wait()
        with pytest.raises(ServerLost):
            leshan.events("x")


def test_a_server_that_says_nothing_is_lost_after_the_limit(fake: Any, kept: Any) -> None:
    fake.routes["GET", "/quiet"] = "silence"
    rest = Rest(fake.url, auth=None, ca=None, recorder=kept)
    with pytest.raises(ServerLost, match="no HTTP response in time"):
        rest.ask("listen", "GET", "/quiet", limit=0.05)
    rest.close()
    assert kept.events[-1].text == "no response: timed out"


@pytest.mark.parametrize("route", [(404, "not here"), (200, "{}"), (200, "hello"), (200, "[]")])
def test_what_is_no_leshan_is_named_as_such(fake: Any, route: Any) -> None:
    fake.routes["GET", "/api/server/endpoint"] = route
    with (
        Leshan(fake.url) as leshan,
        pytest.raises(UnknownDialect, match=r"Known are Leshan 2\.0\.0-M4 and 2\.0\.0-M18"),
    ):
        leshan.registrations()


def test_closing_ends_what_is_under_way(fake: Any) -> None:
    asked = threading.Event()

    def hold() -> str:
        asked.set()
        return "silence"

    fake.routes["GET", f"{CLIENT}/3303/0/5700"] = hold
    leshan = Leshan(fake.url)
    operation = leshan.device("simcom-1").read(TEMPERATURE, limit=3600)
    assert asked.wait(10)
    leshan.close()
    assert operation.done
    with pytest.raises(ServerLost, match="this client was closed"):
        operation.wait()
    with pytest.raises(ServerLost, match="this client was closed"):
        leshan.registrations()
    leshan.close()


def test_many_operations_at_once_do_not_wait_for_each_other(fake: Any) -> None:
    everybody = threading.Barrier(40)

    def meet() -> tuple[int, str]:
        everybody.wait(10)
        return (200, WARM)

    fake.routes["GET", f"{CLIENT}/3303/0/5700"] = meet
    with Leshan(fake.url) as leshan:
        started = [leshan.device("simcom-1").read(TEMPERATURE) for _ in range(40)]
        assert all(operation.wait().code is Code.CONTENT for operation in started)


def test_a_user_and_a_password_are_given(fake: Any) -> None:
    fake.routes["GET", "/api/clients"] = (200, "[]")
    with Leshan(fake.url, auth=("lab", "secret")) as leshan:
        leshan.registrations()
    assert fake.asked[0].headers["Authorization"] == "Basic bGFiOnNlY3JldA=="


def test_an_environment_with_a_proxy_is_not_listened_to(
    fake: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake.routes["GET", "/api/clients"] = (200, "[]")
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    with Leshan(fake.url) as leshan:
        assert leshan.registrations() == ()


def test_a_ca_file_is_trusted(serve: Callable[..., Any], tls: Any) -> None:
    fake = serve(certificate=tls.server).speaks("2.0.0-M18")
    fake.routes["GET", "/api/clients"] = (200, "[]")
    with Leshan(fake.url, ca=tls.ca) as leshan:
        assert leshan.registrations() == ()
        with leshan.events() as stream:
            fake.tells("AWAKE", {"ep": "x"})
            stream.wait(lambda event: event.endpoint == "x", since=0.0, within=10)


def test_a_certificate_that_is_not_trusted_is_named(serve: Callable[..., Any], tls: Any) -> None:
    fake = serve(certificate=tls.server)
    with (
        Leshan(fake.url) as leshan,
        pytest.raises(ServerUnavailable, match=r"certificate verify failed.*Give the file"),
    ):
        leshan.registrations()


def test_a_ca_file_that_is_not_there_is_named(tmp_path: FilePath) -> None:
    with pytest.raises(ServerUnavailable, match=r"ca\.pem: there is no such file"):
        Leshan("https://127.0.0.1", ca=tmp_path / "ca.pem")


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("127.0.0.1:8080", "no http or https address"),
        ("ftp://127.0.0.1", "no http or https address"),
        ("http://", "no http or https address"),
        ("http://127.0.0.1:99999", "Port out of range"),
        ("http://[::1", "Invalid IPv6 URL"),
        ("http://127.0.0.1:8080/?a=1", "more behind its path"),
    ],
)
def test_an_address_that_is_none_is_refused(url: str, words: str) -> None:
    with pytest.raises(ServerUnavailable) as caught:
        Leshan(url)
    assert url in str(caught.value)
    assert words in str(caught.value)


def test_a_password_in_the_address_is_refused_and_not_shown() -> None:
    with pytest.raises(ServerUnavailable) as caught:
        Leshan("http://lab:secret@127.0.0.1")
    assert "secret" not in str(caught.value)


def test_the_api_may_be_below_a_path(fake: Any) -> None:
    fake.routes["GET", "/lab/api/server/endpoint"] = fake.routes["GET", "/api/server/endpoint"]
    fake.routes["GET", "/lab/api/clients"] = (200, "[]")
    with Leshan(f"{fake.url}/lab/") as leshan:
        assert leshan.registrations() == ()


def test_every_request_and_response_is_recorded(fake: Any, kept: Any) -> None:
    fake.routes["PUT", f"{CLIENT}/3303/0/5701"] = (200, CHANGED)
    with Leshan(fake.url, auth=("lab", "hush"), recorder=kept) as leshan:
        before = time.monotonic()
        leshan.device("simcom-1").write(
            Path.parse("/3303/0/5701"), Value(Kind.STRING, "Far"), limit=3
        ).wait()
    path = f"{CLIENT}/3303/0/5701?timeout=3"
    sent, received = (event for event in kept.events if event.data["path"] == path)
    assert sent.source is received.source is Source.REST
    assert (sent.direction, received.direction) == (Direction.SENT, Direction.RECEIVED)
    assert sent.text == f'PUT {path} {{"id": 5701, "value": "Far"}}'
    assert sent.data["method"] == received.data["method"] == "PUT"
    assert received.text == f"HTTP 200 {CHANGED}"
    assert received.data["status"] == 200
    assert received.data["seconds"] == pytest.approx(received.t - sent.t, abs=1e-5)
    assert before <= sent.t <= received.t
    assert not [event for event in kept.events if "hush" in f"{event.text}{event.data}"]


@given(st.text(max_size=1000))
def test_the_servers_words_fit_on_a_line(text: str) -> None:
    words = Reply("ask", 500, text, 0.0).words
    assert len(words) < 350
    assert words == " ".join(words.split())


def test_a_connection_is_used_again(fake: Any) -> None:
    fake.routes["GET", "/api/clients"] = (200, "[]")
    with Leshan(fake.url) as leshan:
        for _ in range(3):
            leshan.registrations()
    assert len({asked.port for asked in fake.asked}) == 1
