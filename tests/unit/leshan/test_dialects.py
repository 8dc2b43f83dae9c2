import json
import re
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leshan.dialects import M4, M18, Dialect, NotExpressible, detect
from leshan.errors import (
    InvalidAnswer,
    LeshanError,
    NoAnswer,
    ServerLimit,
    ServerRefused,
    UnknownDialect,
)
from leshan.events import (
    CoapMessage,
    Deregistered,
    MessageType,
    Notification,
    Other,
    Registered,
    Updated,
)
from leshan.models import DataType, TypeOf
from leshan.reply import Reply
from lwm2m import Code, Kind, Path, Value

RELEASES = pytest.mark.parametrize("release", ["2.0.0-M4", "2.0.0-M18"])
DIALECTS: dict[str, Dialect] = {"2.0.0-M4": M4(), "2.0.0-M18": M18()}
TYPES = {
    "/3303/0/5700": DataType.FLOAT,
    "/3303/0/5701": DataType.STRING,
    "/3200/0/5500": DataType.BOOLEAN,
    "/3200/0/5501": DataType.INTEGER,
    "/3200/0/5750": DataType.STRING,
    "/19/0/0": DataType.OPAQUE,
    "/3/0/13": DataType.TIME,
    "/3/0/7": DataType.INTEGER,
    "/3/0/4": DataType.NONE,
    "/10/0/3": DataType.OBJLNK,
    "/10/0/4": DataType.UNSIGNED_INTEGER,
}
TEMPERATURE = Path.parse("/3303/0/5700")


def type_of(path: Path) -> DataType | None:
    return TYPES.get(str(Path.of(path.ids[:3])))


def types_of(endpoint: str) -> TypeOf:
    return type_of


def read(dialect: Dialect, path: str, content: Any) -> dict[str, str]:
    data = {"status": "CONTENT(205)", "content": content}
    answer = dialect.answer("read", Path.parse(path), data, "", 0.0, type_of)
    return {str(path): str(value) for path, value in answer.values.items()}


def expected_error(status: int, response: str) -> type[LeshanError] | None:
    """What each recorded status stands for, by what the server said."""
    match status:
        case 200:
            return None
        case 504:
            return NoAnswer
        case 500 if response.startswith("Invalid Response"):
            return InvalidAnswer
    return ServerRefused


@RELEASES
def test_every_recorded_response_names_the_side_that_is_wrong(
    release: str, exchanges: Callable[[str], list[dict[str, Any]]]
) -> None:
    seen = set()
    for exchange in exchanges(release):
        reply = Reply(exchange["request"], exchange["status"], exchange["response"], 0.0)
        error = expected_error(exchange["status"], exchange["response"])
        seen.add(error)
        if error is None:
            assert reply.checked() is reply
        else:
            with pytest.raises(error) as caught:
                reply.checked()
            assert exchange["request"] in str(caught.value)
            assert "<" not in str(caught.value).removeprefix(exchange["request"])
    assert seen == {None, NoAnswer, InvalidAnswer, ServerRefused}


@RELEASES
def test_every_recorded_answer_of_the_device_is_read(
    release: str, exchanges: Callable[[str], list[dict[str, Any]]]
) -> None:
    codes = set()
    for exchange in exchanges(release):
        if '"status"' not in exchange["response"]:
            continue
        data = json.loads(exchange["response"])
        path = Path.parse(re.findall(r"(?:/[0-9]+)+", exchange["request"])[0])
        answer = DIALECTS[release].answer("ask", path, data, exchange["response"], 0.5, type_of)
        digits = answer.code.dotted.replace(".", "")
        assert data["status"].endswith(f"({digits})")
        assert answer.code.is_success == data["success"]
        codes.add(answer.code)
    assert {Code.SERVICE_UNAVAILABLE, Code.BAD_OPTION, Code.CHANGED, Code.CONTENT} <= codes


@RELEASES
@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("/3303/0/5700", Value(Kind.FLOAT, 21.5)),
        ("/3303/0/5701", Value(Kind.STRING, "Cel")),
        ("/3200/0/5500", Value(Kind.BOOLEAN, True)),
        ("/3200/0/5501", Value(Kind.INTEGER, 42)),
        ("/3200/0/5750", Value(Kind.STRING, 'door, "front"')),
        ("/19/0/0", Value(Kind.OPAQUE, b"\x01\x02\xff")),
    ],
)
def test_recorded_values_have_their_kind(
    release: str,
    path: str,
    value: Value,
    exchanges: Callable[[str], list[dict[str, Any]]],
) -> None:
    (exchange,) = (
        e for e in exchanges(release) if e["request"] == f"GET /api/clients/simcom-1{path}"
    )
    data = json.loads(exchange["response"])
    answer = DIALECTS[release].answer("read", Path.parse(path), data, "", 0.0, type_of)
    assert answer.value == value


@RELEASES
def test_a_recorded_instance_gives_each_resource(
    release: str, exchanges: Callable[[str], list[dict[str, Any]]]
) -> None:
    (exchange,) = (
        e for e in exchanges(release) if e["request"] == "GET /api/clients/simcom-1/3303/0"
    )
    content = json.loads(exchange["response"])["content"]
    assert read(DIALECTS[release], "/3303/0", content) == {
        "/3303/0/5700": "F '21.5'",
        "/3303/0/5701": "S 'Cel'",
    }


@RELEASES
def test_a_recorded_discovery_gives_links(
    release: str, exchanges: Callable[[str], list[dict[str, Any]]]
) -> None:
    (exchange,) = (e for e in exchanges(release) if e["request"].endswith("/discover"))
    data = json.loads(exchange["response"])
    links = DIALECTS[release].answer("discover", TEMPERATURE, data, "", 0.0, type_of).links
    assert [link.target for link in links] == ["/3303/0", "/3303/0/5700", "/3303/0/5701"]


@RELEASES
def test_recorded_events_are_read_in_order(
    release: str, told: Callable[[str], list[tuple[str, str]]]
) -> None:
    events = [
        DIALECTS[release].event(name, json.loads(data), 1.5, types_of)
        for name, data in told(release)
    ]
    assert [type(event).__name__ for event in events if not isinstance(event, CoapMessage)] == [
        "Registered",
        "Updated",
        "Updated",
        "Updated",
        "Deregistered",
    ]
    registered, first, *_, gone = events
    assert isinstance(registered, Registered)
    assert registered.registration.objects == tuple(
        Path(object_id, 0) for object_id in (1, 3, 5, 19, 3200, 3303)
    )
    assert registered.registration.lifetime == 60
    assert registered.registration.registered.tzinfo is UTC
    assert isinstance(gone, Deregistered)
    assert gone.registration.lifetime == 120
    assert gone.registration.objects[-1] == Path(3303, 1)
    assert isinstance(first, CoapMessage)
    assert (first.type, first.code, first.incoming) == (MessageType.CON, "GET", False)
    assert {event.endpoint for event in events} == {"simcom-1"}
    assert {event.t for event in events} == {1.5}


def test_dates_are_the_same_moment_in_both_dialects() -> None:
    common = {
        "endpoint": "x",
        "registrationId": "y",
        "address": "127.0.0.1:1",
        "lwM2mVersion": "1.0",
        "lifetime": 60,
        "bindingMode": "U",
        "rootPath": "/",
        "objectLinks": [],
    }
    iso = {"registrationDate": "2026-11-22T19:55:04+01:00", "lastUpdate": "2026-11-22T18:55:05Z"}
    ms = {"registrationDate": 1795373704000, "lastUpdate": 1795373705000}
    m4, m18 = M4().registration({**common, **iso}), M18().registration({**common, **ms})
    assert m4 == m18
    assert m4.registered == datetime(2026, 11, 22, 18, 55, 4, tzinfo=UTC)


def test_objects_under_a_root_of_their_own_are_listed_without_it() -> None:
    links = ["/lwm2m", "/lwm2m/5/0", "/lwm2m/3303", "/other"]
    registration = M4().registration(
        {
            "endpoint": "x",
            "registrationId": "y",
            "address": "127.0.0.1:1",
            "lwM2mVersion": "1.0",
            "lifetime": 60,
            "bindingMode": "U",
            "rootPath": "/lwm2m/",
            "registrationDate": "2026-11-22T18:55:04Z",
            "lastUpdate": "2026-11-22T18:55:04Z",
            "objectLinks": [{"url": url, "attributes": {}} for url in links],
        }
    )
    assert registration.objects == (Path(5, 0), Path(3303))
    assert registration.root == "/lwm2m/"


@pytest.mark.parametrize(
    ("path", "raw", "value"),
    [
        ("/3303/0/5700", 21, "F '21.0'"),
        ("/3303/0/5700", 1.0000000150474662e30, "F '1.0000000150474662e+30'"),
        ("/3200/0/5501", 9007199254740993, "I '9007199254740993'"),
        ("/3303/0/5701", "14", "S '14'"),
        ("/19/0/0", "14", "D '14'"),
        ("/3/0/13", "2013-05-02T10:40:15Z", "I '1367491215'"),
        ("/3/0/13", "1969-12-31T23:59:55Z", "I '-5'"),
        ("/3/0/13", "9999-12-31T23:59:59Z", "I '253402300799'"),
        ("/3/0/13", "10000-01-01T00:00:00Z", "I '253402300800'"),
        ("/3/0/13", "292278994-08-17T07:12:55Z", "I '9223372036854775'"),
        ("/10/0/3", {"objectId": 10, "objectInstanceId": 3}, "S '10:3'"),
        ("/31024/10/1", "14", "D '14'"),
        ("/31024/10/1", "Cel", "S 'Cel'"),
        ("/31024/10/1", 20, "I '20'"),
        ("/31024/10/1", 20.5, "F '20.5'"),
        ("/31024/10/1", True, "B '1'"),
    ],
)
def test_m4_types_values_by_the_object_model(path: str, raw: Any, value: str) -> None:
    assert read(M4(), path, {"id": Path.parse(path).ids[-1], "value": raw}) == {path: value}


@pytest.mark.parametrize(
    ("type_", "raw", "value"),
    [
        ("INTEGER", "9007199254740993", "I '9007199254740993'"),
        ("UNSIGNED_INTEGER", "7", "I '7'"),
        ("FLOAT", "2.15E1", "F '21.5'"),
        ("BOOLEAN", False, "B '0'"),
        ("STRING", "14", "S '14'"),
        ("OPAQUE", "14", "D '14'"),
        ("TIME", 1367491215000, "I '1367491215'"),
        ("OBJLNK", {"objectId": 10, "objectInstanceId": 3}, "S '10:3'"),
        ("CORELINK", "</3/0>", "S '</3/0>'"),
    ],
)
def test_m18_types_values_by_what_it_says(type_: str, raw: Any, value: str) -> None:
    content = {"kind": "singleResource", "id": 1, "type": type_, "value": raw}
    assert read(M18(), "/31024/10/1", content) == {"/31024/10/1": value}


@RELEASES
def test_instances_of_resources_and_objects_are_told_apart(release: str) -> None:
    types = {"type": "INTEGER"} if release == "2.0.0-M18" else {}
    raw: list[Any] = ["5", "6"] if types else [5, 6]
    several = {"id": 7, "values": {"0": raw[0], "1": raw[1]}, **types}
    assert read(DIALECTS[release], "/3/0/7", several) == {"/3/0/7/0": "I '5'", "/3/0/7/1": "I '6'"}
    whole = {
        "id": 3200,
        "instances": [
            {"id": n, "resources": [{"id": 5501, "value": raw[n], **types}]} for n in (0, 1)
        ],
    }
    assert read(DIALECTS[release], "/3200", whole) == {
        "/3200/0/5501": "I '5'",
        "/3200/1/5501": "I '6'",
    }


def test_a_notification_has_typed_values() -> None:
    m4 = {"ep": "x", "res": "/3303/0/5700", "val": {"id": 5700, "value": 21}}
    m18 = {
        "ep": "x",
        "kind": "single",
        "res": "/3303/0/5700",
        "val": {"kind": "singleResource", "id": 5700, "type": "FLOAT", "value": "21.0"},
    }
    for dialect, data in ((M4(), m4), (M18(), m18)):
        event = dialect.event("NOTIFICATION", data, 1.0, types_of)
        assert event == Notification(1.0, "x", TEMPERATURE, {TEMPERATURE: Value(Kind.FLOAT, 21.0)})


def test_other_events_are_kept_whole() -> None:
    assert M4().event("SLEEPING", {"ep": "x"}, 1.0, types_of) == Other(
        1.0, "x", "SLEEPING", '{"ep": "x"}'
    )
    composite = {"ep": "x", "kind": "composite", "val": {}, "paths": []}
    assert isinstance(M18().event("NOTIFICATION", composite, 1.0, types_of), Other)


@pytest.mark.parametrize(
    ("path", "value", "body"),
    [
        ("/3303/0/5700", Value(Kind.FLOAT, 21.0), {"id": 5700, "value": 21.0}),
        ("/3303/0/5701", Value(Kind.STRING, "Far"), {"id": 5701, "value": "Far"}),
        ("/3200/0/5500", Value(Kind.BOOLEAN, True), {"id": 5500, "value": True}),
        ("/19/0/0", Value(Kind.OPAQUE, b"\x01\x02"), {"id": 0, "value": "0102"}),
        ("/3/0/13", Value(Kind.INTEGER, 1367491215), {"id": 13, "value": 1367491215000}),
        # Of another kind than the resource, and seen to be: the server decides.
        ("/3200/0/5501", Value(Kind.FLOAT, 1.5), {"id": 5501, "value": 1.5}),
        ("/3303/0/5700", Value(Kind.INTEGER, 5), {"id": 5700, "value": 5}),
        ("/31024/10/1", Value(Kind.STRING, "z"), {"id": 1, "value": "z"}),
    ],
)
def test_m4_writes(path: str, value: Value, body: dict[str, Any]) -> None:
    where = Path.parse(path)
    assert M4().resource(where, value, type_of(where)) == body


@pytest.mark.parametrize(
    ("path", "value", "why"),
    [
        ("/3200/0/5501", Value(Kind.FLOAT, 2.0), "take F '2.0' for integer"),
        ("/3303/0/5701", Value(Kind.OPAQUE, b"\x01"), "of type string"),
        ("/19/0/0", Value(Kind.STRING, "beef"), "hex digits"),
        ("/31024/10/1", Value(Kind.OPAQUE, b"\x01"), "in no object model"),
        ("/31024/10/1", Value(Kind.FLOAT, 2.0), "in no object model"),
        ("/3/0/7/1", Value(Kind.INTEGER, 2), "not their instances"),
    ],
)
def test_m4_refuses_what_the_server_would_take_for_something_else(
    path: str, value: Value, why: str
) -> None:
    where = Path.parse(path)
    with pytest.raises(NotExpressible, match=why):
        M4().resource(where, value, type_of(where))


@pytest.mark.parametrize(
    ("path", "value", "type_", "content"),
    [
        ("/3303/0/5700", Value(Kind.FLOAT, 21.0), "float", "21.0"),
        ("/3200/0/5501", Value(Kind.INTEGER, 7), "integer", "7"),
        ("/3200/0/5501", Value(Kind.FLOAT, 2.0), "float", "2.0"),
        ("/3200/0/5500", Value(Kind.BOOLEAN, True), "boolean", True),
        ("/19/0/0", Value(Kind.OPAQUE, b"\x01\x02"), "opaque", "0102"),
        ("/31024/10/1", Value(Kind.OPAQUE, b"\x01\x02"), "opaque", "0102"),
        ("/3/0/13", Value(Kind.INTEGER, 1367491215), "time", 1367491215000),
        ("/10/0/4", Value(Kind.INTEGER, 7), "unsigned_integer", "7"),
        (
            "/10/0/3",
            Value(Kind.STRING, "10:3"),
            "objlnk",
            {"objectId": 10, "objectInstanceId": 3},
        ),
    ],
)
def test_m18_writes(path: str, value: Value, type_: str, content: Any) -> None:
    where = Path.parse(path)
    assert M18().resource(where, value, type_of(where)) == {
        "kind": "singleResource",
        "id": where.ids[-1],
        "type": type_,
        "value": content,
    }


VALUES = st.one_of(
    st.integers(-(2**63), 2**63 - 1).map(lambda n: Value(Kind.INTEGER, n)),
    st.floats(allow_nan=False, allow_infinity=False).map(lambda x: Value(Kind.FLOAT, x)),
    st.booleans().map(lambda b: Value(Kind.BOOLEAN, b)),
    st.binary(max_size=64).map(lambda b: Value(Kind.OPAQUE, b)),
    st.text(max_size=64).map(lambda s: Value(Kind.STRING, s)),
)


@given(VALUES)
def test_a_value_written_to_its_kind_of_resource_is_read_as_the_same(value: Value) -> None:
    type_ = DataType[value.kind.name]
    path = Path.parse("/31024/0/1")
    for dialect in DIALECTS.values():
        body = json.loads(json.dumps(dialect.resource(path, value, type_)))
        if "type" in body:
            body["type"] = body["type"].upper()  # as the server says it
        data = {"status": "CONTENT(205)", "content": body}
        answer = dialect.answer("read", path, data, "", 0.0, lambda _: type_)
        assert answer.value == value


@given(VALUES, st.sampled_from([None, *DataType]))
def test_m4_never_says_one_kind_and_means_another(value: Value, type_: DataType | None) -> None:
    """What the server makes of the JSON is the value's own kind, or the type asks for it."""
    try:
        content = M4().resource(Path.parse("/31024/0/1"), value, type_)["value"]
    except NotExpressible:
        return
    if type_ and type_.kind is value.kind:
        return
    number = isinstance(content, int | float) and not isinstance(content, bool)
    whole = number and float(content).is_integer() and abs(content) < 2**63
    taken_for = (
        Kind.BOOLEAN
        if isinstance(content, bool)
        else Kind.STRING
        if isinstance(content, str)
        else Kind.INTEGER
        if whole or isinstance(content, int)
        else Kind.FLOAT
    )
    assert taken_for is value.kind


ASKED = "execute with '123456' /3200/0/5505 on simcom-1"
CONTENT = '{"status":"CONTENT(205)","valid":true,"success":true,"failure":false,"content":'
RESERVED = "Invalid object instance id 65535, It MUST be an unsigned int. (65535 is reserved)"
NO_NUMBER = (
    " is not a valid double value as per JSON specification. To override this behavior, use"
    " GsonBuilder.serializeSpecialFloatingPointValues() method."
)


def test_free_text_as_argument_is_a_limit_of_m18(
    exchanges: Callable[[str], list[dict[str, Any]]],
) -> None:
    (exchange,) = (e for e in exchanges("2.0.0-M18") if e["body"] == "123456")
    reply = Reply(ASKED, exchange["status"], exchange["response"], 0.2)
    with pytest.raises(ServerLimit) as caught:
        M18().checked(reply)
    assert caught.value.limit == "execute arguments in free text"
    assert caught.value.reason in str(caught.value)
    assert str(caught.value).startswith(f"{ASKED}: HTTP 400 Invalid request: Invalid Execute")
    assert "says nothing about the device" in str(caught.value)
    assert (caught.value.asked, caught.value.after) == (ASKED, 0.2)
    assert isinstance(caught.value, LeshanError)
    assert not isinstance(caught.value, ServerRefused)


@pytest.mark.parametrize(
    ("status", "text", "limit"),
    [
        (500, f"Unexpected exception:{RESERVED}", "the object instance 65535"),
        (500, f"Unexpected exception:NaN{NO_NUMBER}", "a float that is no number"),
        (500, f"Unexpected exception:Infinity{NO_NUMBER}", "a float that is no number"),
        (500, f"Unexpected exception:-Infinity{NO_NUMBER}", "a float that is no number"),
        (200, CONTENT + '{"id":0}}', "the value of a resource instance"),
    ],
)
def test_what_m4_cannot_show(status: int, text: str, limit: str) -> None:
    reply = Reply("read", status, text, 0.1)
    with pytest.raises(ServerLimit) as caught:
        M4().checked(reply)
    assert caught.value.limit == limit


@pytest.mark.parametrize(
    ("status", "text"),
    [
        (400, f"Unexpected exception:{RESERVED}"),
        (500, "Unexpected exception:Invalid object id 65536, It MUST be an unsigned int."),
        (500, f"Invalid Response:{RESERVED}"),
        (500, f"Unexpected exception:text, NaN{NO_NUMBER}"),
        (500, "Unexpected exception:NaN"),
    ],
)
def test_what_m4_refuses_for_other_reasons_is_no_limit(status: int, text: str) -> None:
    with pytest.raises(LeshanError) as caught:
        M4().checked(Reply("read", status, text, 0.1))
    assert not isinstance(caught.value, ServerLimit)


@pytest.mark.parametrize(
    "content",
    [
        '{"id":0,"value":1}',
        '{"id":6,"values":{}}',
        '{"id":0,"resources":[]}',
        '{"id":0,"resources":[{"id":0}]}',
        '{"id":5750,"value":"\\"content\\":{\\"id\\":0}}"}',
    ],
)
def test_an_answer_with_values_is_no_limit(content: str) -> None:
    reply = Reply("read", 200, CONTENT + content + "}", 0.1)
    assert M4().checked(reply) is reply


@pytest.mark.parametrize("dialect", [M4(), M18()])
def test_no_other_recorded_response_is_taken_for_a_limit(
    dialect: Dialect, exchanges: Callable[[str], list[dict[str, Any]]]
) -> None:
    fitting = []
    for exchange in exchanges(dialect.name):
        reply = Reply(exchange["request"], exchange["status"], exchange["response"], 0.0)
        fitting += [exchange["body"] for limit in dialect.limits if limit.fits(reply)]
    assert fitting == (["123456"] if dialect.name == "2.0.0-M18" else [])


@pytest.mark.parametrize("release", ["2.0.0-M4", "2.0.0-M18"])
def test_a_release_is_known_by_its_endpoints(
    release: str, exchanges: Callable[[str], list[dict[str, Any]]]
) -> None:
    (exchange,) = (e for e in exchanges(release) if e["request"] == "GET /api/server/endpoint")
    text = exchange["response"]
    # The longer recording was cut off after its third element.
    data = (
        json.loads(text)
        if release == "2.0.0-M4"
        else [json.loads(text[1 : text.index("},{")] + "}")]
    )
    assert detect(data).name == release


@pytest.mark.parametrize("data", [{}, [], "", None, 7, {"ports": []}, ["coap"], [{}]])
def test_a_third_dialect_is_named_as_such(data: Any) -> None:
    reply = Reply("find out what the server is", 200, json.dumps(data), 0.1)
    with pytest.raises(UnknownDialect, match=r"2\.0\.0-M4 and 2\.0\.0-M18"):
        reply.understood("any release known here", detect)


KEYS = [
    *("id", "value", "values", "resources", "instances", "type", "status", "content", "ep"),
    *("endpoint", "objectLinks", "url", "registrationDate", "rootPath", "timestamp", "res"),
]
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda below: (
        st.lists(below, max_size=3)
        | st.dictionaries(
            st.sampled_from(KEYS) | st.text(max_size=3),
            below,
            max_size=4,
        )
    ),
    max_leaves=12,
)


@given(JSON, st.sampled_from(list(DIALECTS)))
def test_whatever_comes_is_understood_or_said_not_to_be(data: Any, release: str) -> None:
    dialect = DIALECTS[release]
    reply = Reply("ask", 200, json.dumps(data), 0.0)
    makers: list[Callable[[Any], Any]] = [
        dialect.registration,
        dialect.models,
        detect,
        lambda data: dialect.answer("ask", TEMPERATURE, data, "", 0.0, type_of),
        lambda data: dialect.answer(
            "ask", TEMPERATURE, {"status": "CONTENT(205)", "content": data}, "", 0.0, type_of
        ),
        *(
            lambda data, name=name: dialect.event(name, data, 0.0, types_of)
            for name in ("REGISTRATION", "UPDATED", "COAPLOG", "NOTIFICATION", "AWAKE")
        ),
    ]
    for make in makers:
        with suppress(UnknownDialect, InvalidAnswer):
            reply.understood(release, make)


def test_a_code_that_coap_does_not_have_is_the_devices_fault() -> None:
    reply = Reply("read", 200, json.dumps({"status": "UNKNOWN(407)"}), 0.0)
    with pytest.raises(InvalidAnswer, match="no response code"):
        reply.understood(
            "2.0.0-M4", lambda data: M4().answer("read", TEMPERATURE, data, "", 0.0, type_of)
        )


def test_a_location_is_a_path() -> None:
    data = {"status": "CREATED(201)", "location": "3340/3"}
    assert M4().answer("create", Path(3340), data, "", 0.0, type_of).location == Path(3340, 3)


def test_a_location_that_is_no_path_is_the_devices_fault() -> None:
    reply = Reply("create", 200, '{"status": "CREATED(201)", "location": "rd/x"}', 0.0)
    with pytest.raises(InvalidAnswer, match=r"location of the new instance: '/rd/x'"):
        reply.understood(
            "2.0.0-M4", lambda data: M4().answer("create", Path(3340), data, "", 0.0, type_of)
        )


def test_updates_tell_the_registration_as_it_is_now(
    told: Callable[[str], list[tuple[str, str]]],
) -> None:
    name, data = [event for event in told("2.0.0-M4") if event[0] == "UPDATED"][1]
    event = M4().event(name, json.loads(data), 0.0, types_of)
    assert isinstance(event, Updated)
    assert event.registration.lifetime == 120
