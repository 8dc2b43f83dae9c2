import json
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from lab_evidence import Direction, Event, EvidenceError, Source
from leshan import (
    CoapMessage,
    Deregistered,
    EventMissing,
    EventStream,
    Leshan,
    Notification,
    Other,
    Registered,
    ServerEvent,
    ServerLost,
    UnknownDialect,
    Updated,
)
from lwm2m import Kind, Path, Value

LONG = 20.0  # s; nothing here waits this long unless it fails
CLIENT = "/api/clients/simcom-1"
NOT_REGISTERED = (400, "no registered client with id 'simcom-1'")


def registration(address: str = "127.0.0.1:56833", **more: Any) -> dict[str, Any]:
    return {
        "endpoint": "simcom-1",
        "registrationId": "abc",
        "registrationDate": "2026-11-22T18:55:04Z",
        "lastUpdate": "2026-11-22T18:55:05Z",
        "address": address,
        "lwM2mVersion": "1.0",
        "lifetime": 60,
        "bindingMode": "U",
        "rootPath": "/",
        "objectLinks": [{"url": "/3303/0", "attributes": {}}],
        **more,
    }


def message(mid: int = 1, **more: Any) -> dict[str, Any]:
    return {
        "timestamp": 1795373880524,
        "incoming": False,
        "type": "CON",
        "code": "GET",
        "mId": mid,
        "token": "A8",
        "options": 'Uri-Path: "3303"',
        "ep": "simcom-1",
        **more,
    }


def opened(fake: Any) -> list[str]:
    """For whom the server was asked for streams, behind the one for practice."""
    return [asked.query for asked in fake.was_asked("/event")][1:]


@pytest.fixture
def unregistered(fake: Any) -> Any:
    fake.routes["GET", CLIENT] = NOT_REGISTERED
    return fake


def moves_to(fake: Any, address: str) -> None:
    fake.routes["GET", CLIENT] = (200, json.dumps(registration(address)))


def test_each_event_arrives_by_itself(unregistered: Any) -> None:
    with Leshan(unregistered.url) as leshan, leshan.events("simcom-1") as stream:
        for mid in range(20):
            since = time.monotonic()
            unregistered.tells("COAPLOG", message(mid))
            event = stream.wait(CoapMessage, since=since, within=LONG)
            assert event.mid == mid
            assert event.t >= since


@pytest.mark.parametrize("chunked", [False, True])
def test_events_may_come_in_any_pieces(fake: Any, *, chunked: bool) -> None:
    fake.chunked = chunked
    with Leshan(fake.url) as leshan, leshan.events() as stream:
        for n in range(3):
            heartbeats = b"\r\n" * n
            event = f'event: AWAKE\r\ndata: {{"ep":"é{n}"}}\r\n\r\n'.encode()
            for byte in heartbeats + event:
                fake.pushes(bytes([byte]))
        stream.wait(lambda event: event.endpoint == "é2", since=0.0, within=LONG)
        texts = [str(event) for event in stream.events_since(0.0)]
        assert texts == [f'AWAKE {{"ep": "é{n}"}}' for n in range(3)]


def test_nothing_from_before_the_mark_is_seen(unregistered: Any) -> None:
    with Leshan(unregistered.url) as leshan, leshan.events("simcom-1") as stream:
        unregistered.tells("COAPLOG", message(1))
        stream.wait(CoapMessage, since=0.0, within=LONG)
        mark = time.monotonic()
        unregistered.tells("COAPLOG", message(2))
        assert stream.wait(CoapMessage, since=mark, within=LONG).mid == 2
        assert [event.mid for event in stream.events_since(0.0)] == [1, 2]  # type: ignore[attr-defined]
        assert len(stream.events_since(mark)) == 1


def test_a_function_may_say_what_is_wanted(unregistered: Any) -> None:
    def is_answer(event: ServerEvent) -> bool:
        return isinstance(event, CoapMessage) and event.incoming

    with Leshan(unregistered.url) as leshan, leshan.events("simcom-1") as stream:
        unregistered.tells("COAPLOG", message(1))
        unregistered.tells("COAPLOG", message(1, incoming=True, type="ACK", code="2.05"))
        answer = stream.wait(is_answer, since=0.0, within=LONG)
        assert str(answer) == 'ACK 2.05 [1] Uri-Path: "3303"'


def test_what_did_not_come_is_said_with_what_came(unregistered: Any) -> None:
    with Leshan(unregistered.url) as leshan, leshan.events("simcom-1") as stream:
        with pytest.raises(EventMissing) as caught:
            stream.wait(Registered, since=0.0, within=0.0)
        assert str(caught.value) == (
            "wait for Registered among the events of simcom-1: it did not come, nothing came"
            " (after 0.0 s). Its stream is well; look at what the device sent."
        )
        for mid in range(10):
            unregistered.tells("COAPLOG", message(mid))
        stream.wait(lambda event: getattr(event, "mid", 0) == 9, since=0.0, within=LONG)
        with pytest.raises(EventMissing) as caught:
            stream.wait(Updated, since=0.0, within=0.0)
        assert "the last 8 of 10 that came: CON GET [2]" in str(caught.value)


def test_two_can_wait_for_the_same(unregistered: Any) -> None:
    with (
        ThreadPoolExecutor() as pool,
        Leshan(unregistered.url) as leshan,
        leshan.events("simcom-1") as stream,
    ):
        waiting = [pool.submit(stream.wait, CoapMessage, since=0.0, within=LONG) for _ in range(2)]
        unregistered.tells("COAPLOG", message(7))
        assert [future.result().mid for future in waiting] == [7, 7]


def lose(stream: EventStream, ends: Callable[[], object]) -> Exception:
    """What somebody gets who waits while this happens."""
    with ThreadPoolExecutor() as pool:
        waiting = pool.submit(stream.wait, Registered, since=0.0, within=LONG)
        ends()
        error = waiting.exception()
    assert isinstance(error, Exception)
    return error


def test_a_server_that_ends_the_stream_is_lost_for_whoever_waits(fake: Any) -> None:
    with Leshan(fake.url) as leshan, leshan.events() as stream:
        fake.tells("AWAKE", {"ep": "x"})
        stream.wait(Other, since=0.0, within=LONG)
        error = lose(stream, fake.ends_streams)
        assert isinstance(error, ServerLost)
        assert "the server ended the stream; before that there came: AWAKE" in str(error)
        assert stream.wait(Other, since=0.0, within=0.0), "what came before can still be had"


def test_an_event_that_is_cut_off_is_no_event(fake: Any) -> None:
    with Leshan(fake.url) as leshan, leshan.events() as stream:
        fake.pushes(b'event: COAPLOG\r\ndata: {"timest')
        error = lose(stream, fake.ends_streams)
        assert isinstance(error, ServerLost)
        assert "the server ended the stream; before that nothing came" in str(error)
        assert stream.events_since(0.0) == ()


def test_an_event_of_another_shape_is_named(fake: Any) -> None:
    with Leshan(fake.url) as leshan, leshan.events() as stream:
        error = lose(stream, lambda: fake.tells("REGISTRATION", {"name": "x"}))
        assert isinstance(error, UnknownDialect)
        assert "which 2.0.0-M4 would not say" in str(error)


def test_an_idle_stream_is_closed_at_once_from_another_thread(fake: Any) -> None:
    with Leshan(fake.url) as leshan:
        stream = leshan.events()
        error = lose(stream, stream.close)
        assert isinstance(error, EventMissing)
        assert "the stream was closed" in str(error)
        stream.close()


def test_closing_the_client_closes_its_streams(fake: Any) -> None:
    leshan = Leshan(fake.url)
    stream = leshan.events()
    leshan.close()
    with pytest.raises(EventMissing, match="the stream was closed"):
        stream.wait(Other, since=0.0, within=LONG)
    assert not [thread for thread in threading.enumerate() if "events" in thread.name]


def test_evidence_that_cannot_be_kept_is_no_secret(fake: Any) -> None:
    class Broken:
        def record(self, event: Event, /) -> None:
            if event.source is Source.SERVER:
                raise EvidenceError("the disk is full")

    with Leshan(fake.url, recorder=Broken()) as leshan, leshan.events() as stream:
        error = lose(stream, lambda: fake.tells("AWAKE", {"ep": "x"}))
        assert isinstance(error, EvidenceError)


def test_registering_is_told_when_messages_will_be_shown(unregistered: Any) -> None:
    with Leshan(unregistered.url) as leshan, leshan.events("simcom-1") as stream:
        assert opened(unregistered) == ["ep=simcom-1"]
        moves_to(unregistered, "127.0.0.1:56833")
        unregistered.tells("REGISTRATION", registration())
        event = stream.wait(Registered, since=0.0, within=LONG)
        assert event.registration.objects == (Path(3303, 0),)
        assert opened(unregistered) == ["ep=simcom-1"] * 2


def test_a_device_that_is_registered_already_needs_one_stream(fake: Any) -> None:
    moves_to(fake, "127.0.0.1:56833")
    with Leshan(fake.url) as leshan, leshan.events("simcom-1") as stream:
        fake.tells("UPDATED", {"registration": registration(), "update": {}})
        stream.wait(Updated, since=0.0, within=LONG)
        assert opened(fake) == ["ep=simcom-1"]


@pytest.mark.parametrize("name", ["REGISTRATION", "UPDATED"])
def test_a_device_that_moves_is_followed(fake: Any, name: str) -> None:
    moves_to(fake, "127.0.0.1:1")
    with Leshan(fake.url) as leshan, leshan.events("simcom-1") as stream:
        moves_to(fake, "127.0.0.1:2")
        moved = registration("127.0.0.1:2")
        fake.tells(name, moved if name == "REGISTRATION" else {"registration": moved})
        stream.wait(Registered if name == "REGISTRATION" else Updated, since=0.0, within=LONG)
        assert opened(fake) == ["ep=simcom-1"] * 2


def test_a_device_that_moves_while_the_stream_is_opened_is_followed(fake: Any) -> None:
    ports = iter([1, 2, 3, 3])
    fake.routes["GET", CLIENT] = lambda: (
        200,
        json.dumps(registration(f"127.0.0.1:{next(ports)}")),
    )
    with Leshan(fake.url) as leshan, leshan.events("simcom-1"):
        assert opened(fake) == ["ep=simcom-1"] * 3


def test_a_device_that_comes_back_is_asked_for_again(fake: Any) -> None:
    moves_to(fake, "127.0.0.1:1")
    with Leshan(fake.url) as leshan, leshan.events("simcom-1") as stream:
        fake.tells("DEREGISTRATION", registration("127.0.0.1:1"))
        stream.wait(Deregistered, since=0.0, within=LONG)
        fake.tells("REGISTRATION", registration("127.0.0.1:1"))
        stream.wait(Registered, since=0.0, within=LONG)
        assert opened(fake) == ["ep=simcom-1"] * 2


def test_a_stream_for_all_follows_nobody(fake: Any) -> None:
    with Leshan(fake.url) as leshan, leshan.events() as stream:
        fake.tells("REGISTRATION", registration())
        stream.wait(Registered, since=0.0, within=LONG)
        assert opened(fake) == [""]
        assert fake.was_asked("/event")[1].headers["Accept"] == "text/event-stream"


def test_a_server_that_goes_while_a_stream_is_opened_leaves_nothing(fake: Any) -> None:
    answers: list[Any] = [NOT_REGISTERED, "hang up"]
    fake.routes["GET", CLIENT] = lambda: answers.pop(0)
    with Leshan(fake.url) as leshan, pytest.raises(ServerLost):
        leshan.events("simcom-1")


def test_a_notification_is_typed_by_the_object_model(fake: Any) -> None:
    data = {"ep": "simcom-1", "res": "/3303/0/5700", "val": {"id": 5700, "value": 21}}
    path = Path.parse("/3303/0/5700")
    with Leshan(fake.url) as leshan, leshan.events() as stream:
        fake.tells("NOTIFICATION", data)
        event = stream.wait(Notification, since=0.0, within=LONG)
        assert event.values == {path: Value(Kind.FLOAT, 21.0)}
        assert str(event) == "Notification of /3303/0/5700: /3303/0/5700 = F '21.0'"


def test_a_notification_of_a_device_that_is_gone_is_kept_untyped(fake: Any) -> None:
    fake.routes["GET", "/api/objectspecs/gone"] = (400, "no registered client with id 'gone'")
    data = {"ep": "gone", "res": "/3303/0/5700", "val": {"id": 5700, "value": 21}}
    with Leshan(fake.url) as leshan, leshan.events() as stream:
        fake.tells("NOTIFICATION", data)
        event = stream.wait(Other, since=0.0, within=LONG)
        assert event.name == "NOTIFICATION"
        assert json.loads(event.data) == data


def test_models_are_fetched_anew_when_a_device_registers(fake: Any) -> None:
    with Leshan(fake.url) as leshan, leshan.events() as stream:
        leshan.models("simcom-1")
        fake.tells("REGISTRATION", registration())
        stream.wait(Registered, since=0.0, within=LONG)
        leshan.models("simcom-1")
    assert len(fake.was_asked("/api/objectspecs/simcom-1")) == 2


@pytest.mark.parametrize(("release", "path"), [("2.0.0-M4", "/event"), ("2.0.0-M18", "/api/event")])
def test_recorded_events_become_evidence(
    release: str,
    path: str,
    serve: Callable[..., Any],
    told: Callable[[str], list[tuple[str, str]]],
    kept: Any,
) -> None:
    fake = serve().speaks(release)
    with Leshan(fake.url, recorder=kept) as leshan, leshan.events() as stream:
        for name, data in told(release):
            fake.tells(name, data)
        stream.wait(Deregistered, since=0.0, within=LONG)
        events = stream.events_since(0.0)
    assert fake.was_asked(path)
    evidence = [event for event in kept.events if event.source is not Source.REST]
    assert [event.t for event in evidence] == [event.t for event in events]
    assert [event.text for event in evidence] == [str(event) for event in events]
    registered, first, second = evidence[:3]
    assert registered.source is Source.SERVER
    assert registered.direction is Direction.NOTED
    assert registered.data["objects"] == ["/1/0", "/3/0", "/5/0", "/19/0", "/3200/0", "/3303/0"]
    assert first.source is second.source is Source.COAP
    assert (first.direction, second.direction) == (Direction.SENT, Direction.RECEIVED)
    assert {"seen_by", "type", "code", "mid", "token", "options", "payload", "server_time"} < set(
        first.data
    )
    assert first.data["server_time"].startswith("2026-11-22T18:5")
    assert (first.data["seen_by"], second.data["payload"]) == ("server", "21.5")
    for event in evidence:
        assert Event.from_json(json.loads(json.dumps(event.to_json()))).data == event.data


def test_the_server_gets_time_to_begin_a_stream_and_nobody_is_told(fake: Any, kept: Any) -> None:
    with Leshan(fake.url, recorder=kept) as leshan:
        leshan.events()
        before = len(fake.asked)
        leshan.events()
    first, *others = [asked.path for asked in fake.asked[before:]]
    assert first == "/event"
    assert others == ["/api/server/endpoint"] * 5
    recorded = [event.data["path"] for event in kept.events]
    assert recorded.count("/api/server/endpoint") == 2, "the one that found the dialect"
