"""The REST client against a real Leshan, with a small LwM2M client of aiocoap as the device."""

import asyncio
import itertools
import struct
import threading
import time
from collections.abc import Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

import aiocoap
import pytest
from aiocoap import resource

from lab_evidence import Source
from leshan import (
    CoapMessage,
    DataType,
    Deregistered,
    EventMissing,
    EventStream,
    Format,
    InvalidAnswer,
    Leshan,
    MessageType,
    Mode,
    NoAnswer,
    Notification,
    Registered,
    Server,
    ServerLimit,
    ServerLost,
    ServerRefused,
    ServerSettings,
    Updated,
    WriteMode,
    start_server,
)
from lwm2m import Code, Kind, Path, Value

T = TypeVar("T")
WITHIN = 10.0  # s for what takes milliseconds
TLV, LINKS, TEXT = 11542, 40, 0
OBJECTS = "</1/0>,</3/0>,</3303/0>,</3339/0>,</3340/0>,</31024/10>"
TEMPERATURE, UNITS = Path.parse("/3303/0/5700"), Path.parse("/3303/0/5701")
DELAY, COUNT = Path.parse("/3340/0/5521"), Path.parse("/3340/0/5534")
ON_OFF, LABEL, TRIGGER = (Path(3340, 0, number) for number in (5850, 5750, 5523))
CLIP = Path.parse("/3339/0/5522")
_numbers = itertools.count(1)


def tlv(number: int, content: bytes, kind: int = 3) -> bytes:
    """One TLV (LwM2M 1.0, 6.4.3); a resource unless told otherwise."""
    wide = number > 255
    head = kind << 6 | wide << 5 | (len(content) if len(content) < 8 else 8)
    length = bytes([len(content)]) if len(content) >= 8 else b""
    return bytes([head]) + number.to_bytes(2 if wide else 1, "big") + length + content


class Tree(resource.Site):
    """Answers each request as the test said, 4.04 otherwise, and keeps the requests."""

    def __init__(self) -> None:
        super().__init__()
        self.answers: dict[str, aiocoap.Message] = {}
        self.requests: list[aiocoap.Message] = []
        self.observers: list[Any] = []
        self.silent = False

    async def render_to_pipe(self, pipe: Any) -> None:
        request = pipe.request
        self.requests.append(request)
        if self.silent:
            await asyncio.Event().wait()
        answer = self.answers.get(f"{request.code} /{'/'.join(request.opt.uri_path)}")
        answer = answer or aiocoap.Message(code=aiocoap.NOT_FOUND)
        if request.opt.observe == 0:
            self.observers.append(pipe)
            pipe.add_response(answer.copy(observe=1), is_last=False)
            await asyncio.Event().wait()
        pipe.add_response(answer.copy(), is_last=True)


class Device:
    """An LwM2M client on loopback, driven from the test's thread."""

    def __init__(self, server: Server) -> None:
        self.endpoint = f"device-{next(_numbers)}-{time.monotonic_ns()}"
        self.tree = Tree()
        self._registry = f"coap://{server.coap}/rd"
        self._location = ""
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever)
        self._thread.start()
        self._context = self._run(self._open())

    async def _open(self) -> aiocoap.Context:
        return await aiocoap.Context.create_server_context(
            self.tree, bind=("127.0.0.1", 0), transports=["udp6"]
        )

    def _run(self, work: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(WITHIN)

    async def _send(self, code: Any, uri: str, payload: bytes = b"") -> aiocoap.Message:
        message = aiocoap.Message(
            code=code, uri=uri, payload=payload, content_format=LINKS if payload else None
        )
        return await self._context.request(message).response

    def registers(self, objects: str = OBJECTS, lifetime: int = 600) -> None:
        uri = f"{self._registry}?ep={self.endpoint}&lt={lifetime}&lwm2m=1.0&b=U"
        response = self._run(self._send(aiocoap.POST, uri, objects.encode()))
        assert response.code is aiocoap.CREATED
        self._location = response.opt.location_path[1]

    def updates(self, objects: str = "") -> None:
        self._run(self._send(aiocoap.POST, f"{self._registry}/{self._location}", objects.encode()))

    def deregisters(self) -> None:
        self._run(self._send(aiocoap.DELETE, f"{self._registry}/{self._location}"))

    def moves(self) -> None:
        """Go on from another port."""
        self._run(self._context.shutdown())
        self._context = self._run(self._open())

    def answers(
        self, path: Path, payload: bytes, *, format_: int = TLV, code: Any = aiocoap.CONTENT
    ) -> None:
        message = aiocoap.Message(code=code, payload=payload, content_format=format_)
        self.tree.answers[f"GET {path}"] = message

    def agrees(self, method: str, path: Path, code: Any = aiocoap.CHANGED) -> None:
        self.tree.answers[f"{method} {path}"] = aiocoap.Message(code=code)

    def notifies(self, payload: bytes) -> None:
        """Tell whoever observes."""

        async def tell() -> None:
            for pipe in self.tree.observers:
                message = aiocoap.Message(
                    code=aiocoap.CONTENT, payload=payload, content_format=TLV, observe=2
                )
                pipe.add_response(message, is_last=False)

        self._run(tell())

    @property
    def got(self) -> aiocoap.Message:
        """The request that came last."""
        return self.tree.requests[-1]

    def close(self) -> None:
        self._run(self._context.shutdown())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()


@pytest.fixture
def leshan(leshan_server: Server, kept: Any) -> Iterator[Leshan]:
    with Leshan(leshan_server.rest_url, recorder=kept) as client:
        yield client


class Kept:
    def __init__(self) -> None:
        self.events: list[Any] = []

    def record(self, event: Any, /) -> None:
        self.events.append(event)


@pytest.fixture
def kept() -> Kept:
    return Kept()


@pytest.fixture
def unregistered(leshan_server: Server) -> Iterator[Device]:
    device = Device(leshan_server)
    yield device
    device.close()


@pytest.fixture
def device(unregistered: Device) -> Device:
    unregistered.registers()
    return unregistered


def shown(stream: EventStream, since: float, code: str) -> CoapMessage:
    """The CoAP message with this code that the server shows."""
    event = stream.wait(
        lambda event: isinstance(event, CoapMessage) and event.code == code,
        since=since,
        within=WITHIN,
    )
    assert isinstance(event, CoapMessage)
    return event


def test_a_device_is_in_the_registry_while_it_is_registered(
    leshan: Leshan, unregistered: Device
) -> None:
    assert leshan.dialect.name == "2.0.0-M4"
    assert leshan.registration(unregistered.endpoint) is None
    unregistered.registers(lifetime=77)
    registration = leshan.registration(unregistered.endpoint)
    assert registration is not None
    assert registration in leshan.registrations()
    assert registration.lifetime == 77
    assert registration.objects == tuple(
        Path.parse(link.strip("<>")) for link in OBJECTS.split(",")
    )
    assert (registration.lwm2m_version, registration.binding, registration.root) == (
        "1.0",
        "U",
        "/",
    )
    unregistered.deregisters()
    assert leshan.registration(unregistered.endpoint) is None


@pytest.mark.parametrize(
    ("path", "content", "value"),
    [
        (TEMPERATURE, struct.pack(">d", 21.0), Value(Kind.FLOAT, 21.0)),
        (TEMPERATURE, struct.pack(">f", 21.5), Value(Kind.FLOAT, 21.5)),
        (UNITS, "°C".encode(), Value(Kind.STRING, "°C")),
        (COUNT, struct.pack(">q", 2**53 + 1), Value(Kind.INTEGER, 2**53 + 1)),
        (COUNT, b"\xff", Value(Kind.INTEGER, -1)),
        (ON_OFF, b"\x01", Value(Kind.BOOLEAN, True)),
        (CLIP, b"\x00\xff", Value(Kind.OPAQUE, b"\x00\xff")),
        (Path.parse("/3/0/13"), struct.pack(">i", 1367491215), Value(Kind.INTEGER, 1367491215)),
        (Path.parse("/31024/10/1"), b"\x14", Value(Kind.OPAQUE, b"\x14")),
    ],
)
def test_a_read_gives_the_value_with_its_kind(
    leshan: Leshan, device: Device, path: Path, content: bytes, value: Value
) -> None:
    device.answers(path, tlv(path.ids[-1], content))
    answer = leshan.device(device.endpoint).read(path).wait()
    assert answer.code is Code.CONTENT
    assert answer.values == {path: value}
    assert 0 < answer.elapsed < WITHIN


@pytest.mark.parametrize(
    ("accept", "option"), [(Format.TLV, 11542), (Format.TEXT, 0), (None, None)]
)
def test_a_read_asks_for_a_format_if_told_to(
    leshan: Leshan, device: Device, accept: Format | None, option: int | None
) -> None:
    device.answers(TEMPERATURE, b"21.5", format_=TEXT)
    leshan.device(device.endpoint).read(TEMPERATURE, accept=accept).wait()
    assert device.got.opt.accept == option


def test_instances_and_objects_are_read_whole(leshan: Leshan, device: Device) -> None:
    timer = tlv(5534, b"\x05") + tlv(5750, b"a")
    device.answers(Path(3340, 0), timer)
    device.answers(Path(3340), tlv(0, timer, 0) + tlv(1, tlv(5534, b"\x06"), 0))
    asked = leshan.device(device.endpoint)
    assert asked.read(Path(3340, 0)).wait().values == {
        COUNT: Value(Kind.INTEGER, 5),
        LABEL: Value(Kind.STRING, "a"),
    }
    assert asked.read(Path(3340)).wait().values == {
        COUNT: Value(Kind.INTEGER, 5),
        LABEL: Value(Kind.STRING, "a"),
        Path(3340, 1, 5534): Value(Kind.INTEGER, 6),
    }


@pytest.mark.parametrize(
    ("path", "value", "payload"),
    [
        (DELAY, Value(Kind.FLOAT, 21.0), tlv(5521, struct.pack(">d", 21.0))),
        (DELAY, Value(Kind.FLOAT, -0.1), tlv(5521, struct.pack(">d", -0.1))),
        (COUNT, Value(Kind.INTEGER, 2**63 - 1), tlv(5534, b"\x7f" + b"\xff" * 7)),
        (ON_OFF, Value(Kind.BOOLEAN, True), tlv(5850, b"\x01")),
        (LABEL, Value(Kind.STRING, 'é,"x"\r\n'), tlv(5750, b'\xc3\xa9,"x"\r\n')),
        (CLIP, Value(Kind.OPAQUE, b"\x00\xff"), tlv(5522, b"\x00\xff")),
        (Path(31024, 10, 1), Value(Kind.STRING, "z"), tlv(1, b"z")),
        (Path(3, 0, 13), Value(Kind.INTEGER, 1367491215), tlv(13, struct.pack(">i", 1367491215))),
    ],
)
def test_a_write_reaches_the_device_with_its_kind(
    leshan: Leshan, device: Device, path: Path, value: Value, payload: bytes
) -> None:
    device.agrees("PUT", path)
    assert leshan.device(device.endpoint).write(path, value).wait().code is Code.CHANGED
    assert device.got.payload == payload


def test_a_write_of_another_kind_is_refused_by_the_server(leshan: Leshan, device: Device) -> None:
    operation = leshan.device(device.endpoint).write(COUNT, Value(Kind.FLOAT, 1.5))
    with pytest.raises(ServerRefused, match="expected INTEGER, got FLOAT"):
        operation.wait()
    assert not device.tree.requests


@pytest.mark.parametrize(
    ("mode", "method"), [(WriteMode.REPLACE, "PUT"), (WriteMode.UPDATE, "POST")]
)
def test_several_resources_are_written_in_one_request(
    leshan: Leshan, device: Device, mode: WriteMode, method: str
) -> None:
    device.agrees(method, Path(3340, 0))
    values = {5534: Value(Kind.INTEGER, 7), 5750: Value(Kind.STRING, "a")}
    answer = leshan.device(device.endpoint).write_instance(Path(3340, 0), values, mode=mode).wait()
    assert answer.code is Code.CHANGED
    assert device.got.payload == tlv(5534, b"\x07") + tlv(5750, b"a")
    assert len(device.tree.requests) == 1


@pytest.mark.parametrize("arguments", ["", "123456", "0='123456'"])
def test_an_execute_carries_its_arguments(leshan: Leshan, device: Device, arguments: str) -> None:
    device.agrees("POST", TRIGGER)
    answer = leshan.device(device.endpoint).execute(TRIGGER, arguments).wait()
    assert answer.code is Code.CHANGED
    assert device.got.payload.decode() == arguments


@pytest.mark.parametrize("number", ["nan", "inf", "-inf"])
def test_a_float_that_is_no_number_is_a_limit_of_the_server(
    leshan: Leshan, device: Device, number: str
) -> None:
    device.answers(TEMPERATURE, tlv(5700, struct.pack(">f", float(number))))
    with pytest.raises(ServerLimit, match="cannot show a float that is no number"):
        leshan.device(device.endpoint).read(TEMPERATURE).wait()
    assert device.got.opt.uri_path == ("3303", "0", "5700")


@pytest.mark.parametrize("path", ["/3303/65535", "/3303/65535/5700"])
def test_the_reserved_instance_is_a_limit_of_the_server(
    leshan: Leshan, device: Device, path: str
) -> None:
    asked = leshan.device(device.endpoint)
    for operation in (asked.read(Path.parse(path)), asked.execute(Path.parse(path))):
        with pytest.raises(ServerLimit, match="cannot show the object instance 65535"):
            operation.wait()
    assert not device.tree.requests


def test_a_device_that_tells_of_the_reserved_instance_is_no_limit_of_the_server(
    leshan: Leshan, device: Device
) -> None:
    device.answers(Path(3303), tlv(65535, tlv(5700, b"\0\0\0\0"), 0))
    with pytest.raises(InvalidAnswer):
        leshan.device(device.endpoint).read(Path(3303)).wait()


def test_the_value_of_a_resource_instance_is_a_limit_of_the_server(
    leshan: Leshan, device: Device
) -> None:
    available = Path.parse("/3/0/6")
    device.answers(available / 0, tlv(0, b"\x01", 1))
    device.answers(available, tlv(6, tlv(0, b"\x01", 1), 2))
    asked = leshan.device(device.endpoint)
    with pytest.raises(ServerLimit, match="cannot show the value of a resource instance"):
        asked.read(available / 0).wait()
    assert asked.read(available).wait().values == {available / 0: Value(Kind.INTEGER, 1)}


def test_instances_are_created_and_deleted(leshan: Leshan, device: Device) -> None:
    created = aiocoap.Message(code=aiocoap.CREATED, location_path=("3340", "3"))
    device.tree.answers["POST /3340"] = created
    device.agrees("DELETE", Path(3340, 3), aiocoap.DELETED)
    asked = leshan.device(device.endpoint)
    values = {5534: Value(Kind.INTEGER, 7)}
    assert asked.create(Path(3340), 3, values).wait().location == Path(3340, 3)
    assert device.got.payload == tlv(3, tlv(5534, b"\x07"), 0)
    assert asked.create(Path(3340), None, values).wait().code is Code.CREATED
    assert device.got.payload == tlv(5534, b"\x07")
    assert asked.delete(Path(3340, 3)).wait().code is Code.DELETED


def test_a_discovery_gives_what_the_device_links(leshan: Leshan, device: Device) -> None:
    payload = b"</3303/0>;pmin=1,</3303/0/5700>"
    device.answers(Path(3303, 0), payload, format_=LINKS)
    links = leshan.device(device.endpoint).discover(Path(3303, 0)).wait().links
    assert [(link.target, dict(link.attributes)) for link in links] == [
        ("/3303/0", {"pmin": "1"}),
        ("/3303/0/5700", {}),
    ]


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        (aiocoap.UNAUTHORIZED, Code.UNAUTHORIZED),
        (aiocoap.NOT_FOUND, Code.NOT_FOUND),
        (aiocoap.METHOD_NOT_ALLOWED, Code.METHOD_NOT_ALLOWED),
        (aiocoap.INTERNAL_SERVER_ERROR, Code.INTERNAL_SERVER_ERROR),
        (aiocoap.SERVICE_UNAVAILABLE, Code.SERVICE_UNAVAILABLE),
        (aiocoap.BAD_OPTION, Code.BAD_OPTION),
    ],
)
def test_what_a_device_refuses_is_an_answer(
    leshan: Leshan, device: Device, code: Any, expected: Code
) -> None:
    device.tree.answers[f"GET {TEMPERATURE}"] = aiocoap.Message(code=code)
    answer = leshan.device(device.endpoint).read(TEMPERATURE).wait()
    assert answer.code is expected
    with pytest.raises(InvalidAnswer, match=expected.dotted):
        answer.value  # noqa: B018 - it raises


def test_an_answer_that_is_none_is_the_devices_fault(leshan: Leshan, device: Device) -> None:
    asked = leshan.device(device.endpoint)
    device.agrees("GET", TEMPERATURE)
    with pytest.raises(InvalidAnswer, match=r"unexpected response code \[2\.04\]"):
        asked.read(TEMPERATURE).wait()
    device.answers(TEMPERATURE, b"\xff\xff")
    with pytest.raises(InvalidAnswer, match="Unable to decode"):
        asked.read(TEMPERATURE).wait()


def test_a_silent_device_gives_no_answer_within_the_limit(leshan: Leshan, device: Device) -> None:
    device.tree.silent = True
    operation = leshan.device(device.endpoint).read(TEMPERATURE, limit=0.5)
    assert not operation.done
    with pytest.raises(NoAnswer, match="read /3303/0/5700 on device"):
        operation.wait()


def test_a_device_that_is_not_registered_is_not_asked(leshan: Leshan) -> None:
    with pytest.raises(ServerRefused, match=r"No registered client.*The device was not asked"):
        leshan.device("nobody").read(TEMPERATURE).wait()
    with pytest.raises(ServerRefused, match="no registered client"):
        leshan.models("nobody")


def test_models_tell_types(leshan: Leshan, device: Device) -> None:
    models = leshan.models(device.endpoint)
    assert 31024 not in models
    assert models[3339].resources[5522].type is DataType.OPAQUE
    assert models[3340].resources[5523].operations == "E"


def test_an_object_added_later_is_typed_too(leshan: Leshan, unregistered: Device) -> None:
    unregistered.registers("</1/0>,</3303/0>")
    asked = leshan.device(unregistered.endpoint)
    unregistered.answers(TEMPERATURE, tlv(5700, struct.pack(">d", 21.0)))
    assert asked.read(TEMPERATURE).wait().value == Value(Kind.FLOAT, 21.0)
    unregistered.updates(OBJECTS)
    unregistered.answers(COUNT, tlv(5534, b"\x05"))
    assert asked.read(COUNT).wait().value == Value(Kind.INTEGER, 5)


def test_a_device_is_followed_from_registration_to_deregistration(
    leshan: Leshan, unregistered: Device
) -> None:
    since = time.monotonic()
    with leshan.events(unregistered.endpoint) as stream:
        unregistered.registers()
        registered = stream.wait(Registered, since=since, within=WITHIN)
        unregistered.updates()
        updated = stream.wait(Updated, since=registered.t, within=WITHIN)
        assert updated.registration.id == registered.registration.id
        unregistered.deregisters()
        stream.wait(Deregistered, since=updated.t, within=WITHIN)
        assert {event.endpoint for event in stream.events_since(since)} == {unregistered.endpoint}


def test_a_device_that_moves_is_still_shown(leshan: Leshan, unregistered: Device) -> None:
    with leshan.events(unregistered.endpoint) as stream:
        unregistered.registers()
        unregistered.moves()
        since = time.monotonic()
        unregistered.updates()
        stream.wait(Updated, since=since, within=WITHIN)
        unregistered.answers(TEMPERATURE, b"21.5", format_=TEXT)
        leshan.device(unregistered.endpoint).read(TEMPERATURE).wait()
        assert shown(stream, since, "2.05").payload == "21.5"


def test_an_observation_notifies(leshan: Leshan, device: Device) -> None:
    device.answers(TEMPERATURE, tlv(5700, struct.pack(">d", 21.0)))
    asked = leshan.device(device.endpoint)
    with leshan.events(device.endpoint) as stream:
        since = time.monotonic()
        assert asked.observe(TEMPERATURE).wait().value == Value(Kind.FLOAT, 21.0)
        assert "Observe: 0" in shown(stream, since, "GET").options
        since = time.monotonic()
        device.notifies(tlv(5700, struct.pack(">d", 22.0)))
        event = stream.wait(Notification, since=since, within=WITHIN)
        assert (event.path, event.values) == (TEMPERATURE, {TEMPERATURE: Value(Kind.FLOAT, 22.0)})
        assert asked.cancel(TEMPERATURE).wait() is None
        device.notifies(tlv(5700, struct.pack(">d", 23.0)))
        reset = stream.wait(
            lambda event: isinstance(event, CoapMessage) and event.type is MessageType.RST,
            since=event.t,
            within=WITHIN,
        )
        with pytest.raises(EventMissing):
            stream.wait(Notification, since=event.t + 1e-6, within=0.0)
        assert str(reset).startswith("RST [")


@pytest.mark.slow
def test_no_message_is_lost_right_after_opening_or_registering(
    leshan: Leshan, leshan_server: Server
) -> None:
    """200 devices: each is read as soon as its registration is told, and once more through a
    stream that was opened this moment."""
    for _ in range(200):
        device = Device(leshan_server)
        try:
            device.answers(TEMPERATURE, b"21.5", format_=TEXT)
            asked = leshan.device(device.endpoint)
            since = time.monotonic()
            with leshan.events(device.endpoint) as stream:
                device.registers()
                stream.wait(Registered, since=since, within=WITHIN)
                asked.read(TEMPERATURE).wait()
                shown(stream, since, "2.05")
                assert shown(stream, since, "GET").options == 'Uri-Path: "3303", "0", "5700"'
            since = time.monotonic()
            with leshan.events(device.endpoint) as stream:
                asked.read(TEMPERATURE).wait()
                shown(stream, since, "2.05")
                shown(stream, since, "GET")
        finally:
            device.close()


def test_what_the_server_sees_is_recorded(leshan: Leshan, device: Device, kept: Kept) -> None:
    device.answers(TEMPERATURE, b"21.5", format_=TEXT)
    with leshan.events(device.endpoint) as stream:
        since = time.monotonic()
        leshan.device(device.endpoint).read(TEMPERATURE).wait()
        shown(stream, since, "2.05")
    request, response = (event for event in kept.events if event.source is Source.COAP)
    assert request.data["token"] == response.data["token"]
    assert response.data["payload"] == "21.5"
    assert since <= request.t <= response.t


def test_a_server_that_is_killed_is_lost_for_everybody_at_once() -> None:
    with start_server(ServerSettings(mode=Mode.JVM)) as server, ThreadPoolExecutor() as pool:
        device = Device(server)
        try:
            device.registers()
            device.tree.silent = True
            with Leshan(server.rest_url) as leshan:
                stream = leshan.events(device.endpoint)
                since = time.monotonic()
                operation = leshan.device(device.endpoint).read(TEMPERATURE, limit=60)
                shown(stream, since, "GET")
                waiting = pool.submit(stream.wait, Updated, since=since, within=60)
                server.kill()
                with pytest.raises(ServerLost):
                    operation.wait()
                with pytest.raises(ServerLost):
                    waiting.result()
                with pytest.raises(ServerLost, match="Connection refused"):
                    leshan.registrations()
        finally:
            device.close()
