"""The module against a real Leshan: what the note promises, seen from the server."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import pytest
import requests

from leshan.server import Server

LIMIT = 15


class Rest:
    """One endpoint on the server's REST API, by plain requests."""

    def __init__(self, server: Server, endpoint: str, pool: ThreadPoolExecutor) -> None:
        self.endpoint = endpoint
        self._clients = f"{server.rest_url}/api/clients"
        self._pool = pool

    def registration(self) -> dict[str, Any] | None:
        """What the server lists; None when it lists nothing."""
        reply = requests.get(f"{self._clients}/{self.endpoint}", timeout=LIMIT)
        return reply.json() if reply.ok else None

    @property
    def links(self) -> list[str]:
        """The objects that the server lists."""
        registration = self.registration()
        assert registration is not None
        return [link["url"] for link in registration["objectLinks"]]

    def start(self, method: str, path: str, *, limit: int = LIMIT, **more: Any) -> Future[Any]:
        """Have the server ask; its REST reply is to come."""
        url = f"{self._clients}/{self.endpoint}{path}"
        return self._pool.submit(
            requests.request, method, url, params={"timeout": limit}, timeout=LIMIT + 5, **more
        )

    def ask(self, method: str, path: str, **more: Any) -> Any:
        """Have the server ask what the module answers by itself."""
        return self.start(method, path, **more).result().json()


@pytest.fixture
def rest(leshan_server: Server, request: pytest.FixtureRequest) -> Iterator[Callable[..., Rest]]:
    """The REST API of endpoints with names of this test's own."""
    with ThreadPoolExecutor(4) as pool:
        yield lambda suffix="": Rest(
            leshan_server, f"{request.node.originalname[:40]}{suffix}", pool
        )


@pytest.fixture
def register(switch_on, leshan_server: Server) -> Callable[..., Any]:
    """Registers a module under an endpoint's name."""

    def start(rest: Rest, *objects: str, **parameters: object) -> Any:
        modem = switch_on().bring_up()
        modem.configure(
            server=leshan_server.coap.host,
            serverport=leshan_server.coap.port,
            endpointname=rest.endpoint,
            **{"lifetime": 300, **parameters},
        ).register()
        for declaration in objects:
            assert modem.at(f"AT+LWADDOBJ={declaration}") == ["OK"]
            object_id, instance_id = declaration.split(",")[1:3]
            # The server types what it writes by the objects that it lists.
            until(lambda link=f"/{object_id}/{instance_id}": link in rest.links)
        return modem

    return start


def until(condition: Callable[[], bool]) -> None:
    """Ask the server again and again for what it does in its own time."""
    deadline = time.monotonic() + LIMIT
    while not condition():
        assert time.monotonic() < deadline, "it never came"
        time.sleep(0.02)


def test_the_whole_of_chapter_4(register, rest) -> None:
    leshan = rest()
    modem = register(
        leshan, "0,3303,0,6,5518,5601,5602,5603,5604,5605", "0,3200,0,3,5503,5750,5505"
    )
    assert leshan.links == ["/", "/1/0", "/3/0", "/3200/0", "/3303/0"]

    reading = leshan.start("GET", "/3303/0/5602")
    assert modem.line() == "+LWREAD: 0,3303,0,1,5602"
    assert modem.at('AT+LWREADRSP=0,3303,0,1,5602,"F",5,"15623"') == ["OK"]
    assert reading.result().json()["content"] == {"id": 5602, "value": 15623.0}

    reading = leshan.start("GET", "/3200/0")
    assert modem.line() == "+LWREAD: 0,3200,0,0"
    assert modem.at('AT+LWREADRSP=0,3200,0,1,5503,"I",3,"123"') == ["OK"]
    assert reading.result().json()["content"]["resources"] == [{"id": 5503, "value": 123}]

    writing = leshan.start("PUT", "/3200/0/5750", json={"id": 5750, "value": "123456"})
    assert modem.line() == '+LWWRITE: 0,3200,0,1,5750,S,6,"123456"'
    assert modem.at("AT+LWWRITERSP=0,68") == ["OK"]
    assert writing.result().json()["status"] == "CHANGED(204)"

    executing = leshan.start("POST", "/3200/0/5505", data="123456")
    assert modem.line() == '+LWEXECUTE: 0,3200,0,5505,6,"123456"'
    assert modem.at("AT+LWEXECUTERSP=0,68") == ["OK"]
    assert executing.result().json()["status"] == "CHANGED(204)"

    assert modem.at("AT+LWCLOSE=0") == ["OK"]
    assert leshan.registration() is None
    assert modem.at("AT+LWSTOP") == ["OK"]


@pytest.mark.parametrize(
    ("path", "answer", "value"),
    [
        ("/3340/0/5521", '"F",4,"21.5"', 21.5),
        ("/3340/0/5521", '"F",6,"1e+300"', 1e300),
        ("/3340/0/5534", '"I",11,"-2147483648"', -2147483648),
        ("/3340/0/5534", '"I",19,"9223372036854775807"', 2**63 - 1),
        ("/3340/0/5850", '"B",1,"1"', True),
        ("/3340/0/5750", '"S",7,"a,"b"\xc3\xa9"', 'a,"b"é'),
        ("/3339/0/5522", '"D",3,"0102ff"', "0102ff"),
        ("/3339/0/5522", '"D",0,""', ""),
    ],
)
def test_values_as_the_server_reads_them(register, rest, path: str, answer: str, value) -> None:
    leshan = rest()
    modem = register(leshan, "0,3340,0,4,5521,5534,5850,5750", "0,3339,0,1,5522")
    reading = leshan.start("GET", path)
    fields = path[1:].replace("/", ",")
    object_id, instance_id, resource_id = fields.split(",")
    assert modem.line() == f"+LWREAD: 0,{object_id},{instance_id},1,{resource_id}"
    assert modem.at(f"AT+LWREADRSP=0,{object_id},{instance_id},1,{resource_id},{answer}") == ["OK"]
    assert reading.result().json()["content"]["value"] == value


@pytest.mark.parametrize(
    ("path", "value", "urc"),
    [
        ("/3340/0/5521", 21.5, '5521,F,4,"21.5"'),
        ("/3340/0/5534", -7, '5534,I,2,"-7"'),
        ("/3340/0/5850", True, '5850,B,1,"1"'),
        ("/3340/0/5750", 'x,"y"é', '5750,S,7,"x,"y"\xc3\xa9"'),
        ("/3339/0/5522", "0102ff", '5522,D,3,"0102ff"'),
    ],
)
def test_values_as_the_server_writes_them(register, rest, path: str, value, urc: str) -> None:
    leshan = rest()
    modem = register(leshan, "0,3340,0,4,5521,5534,5850,5750", "0,3339,0,1,5522")
    _, object_id, instance_id, resource_id = path.split("/")
    writing = leshan.start("PUT", path, json={"id": int(resource_id), "value": value})
    assert modem.line() == f"+LWWRITE: 0,{object_id},{instance_id},1,{urc}"
    assert modem.at("AT+LWWRITERSP=0,0") == ["OK"]
    assert writing.result().json()["status"] == "CHANGED(204)"


def test_line_ends_in_a_value(register, rest) -> None:
    leshan = rest()
    modem = register(leshan, "0,3340,0,1,5750")
    writing = leshan.start("PUT", "/3340/0/5750", json={"id": 5750, "value": "a\r\nOK\r\n"})
    assert modem.line() == '+LWWRITE: 0,3340,0,1,5750,S,7,"a'
    assert [modem.line(), modem.line()] == ["OK", '"']
    assert modem.at("AT+LWWRITERSP=0,68") == ["OK"]
    assert writing.result().json()["success"]


def test_several_resources_in_one_write(register, rest) -> None:
    leshan = rest()
    modem = register(leshan, "0,3340,0,2,5850,5534")
    body = {"id": 0, "resources": [{"id": 5850, "value": True}, {"id": 5534, "value": 7}]}
    writing = leshan.start("PUT", "/3340/0", json=body)
    urc = modem.line()
    assert urc.startswith("+LWWRITE: 0,3340,0,2,")
    assert '5850,B,1,"1"' in urc
    assert '5534,I,1,"7"' in urc
    assert modem.at("AT+LWWRITERSP=0,68") == ["OK"]
    assert writing.result().json()["success"]


def test_a_value_longer_than_a_block_both_ways(register, rest) -> None:
    leshan = rest()
    modem = register(leshan, "0,3340,0,1,5750")
    value = "0123456789" * 200
    writing = leshan.start("PUT", "/3340/0/5750", json={"id": 5750, "value": value})
    assert modem.line() == f'+LWWRITE: 0,3340,0,1,5750,S,2000,"{value}"'
    assert modem.at("AT+LWWRITERSP=0,68") == ["OK"]
    assert writing.result().json()["success"]
    reading = leshan.start("GET", "/3340/0/5750")
    assert modem.line() == "+LWREAD: 0,3340,0,1,5750"
    assert modem.at(f'AT+LWREADRSP=0,3340,0,1,5750,"S",2000,"{value}"') == ["OK"]
    assert reading.result().json()["content"]["value"] == value


def test_an_object_with_two_instances(register, rest) -> None:
    leshan = rest()
    modem = register(leshan, "0,3340,0,1,5534", "0,3340,65534,1,5534")
    reading = leshan.start("GET", "/3340")
    for instance, value in ((0, 1), (65534, 2)):
        assert modem.line() == f"+LWREAD: 0,3340,{instance},0"
        assert modem.at(f'AT+LWREADRSP=0,3340,{instance},1,5534,"I",1,"{value}"') == ["OK"]
    instances = reading.result().json()["content"]["instances"]
    assert [(i["id"], i["resources"][0]["value"]) for i in instances] == [(0, 1), (65534, 2)]
    assert modem.at("AT+LWDELOBJ=0,3340") == ["OK"]
    until(lambda: not any(link.startswith("/3340") for link in leshan.links))


def test_what_was_never_added_is_not_found(register, rest) -> None:
    leshan = rest()
    modem = register(leshan)
    for method, path in (("GET", "/3304/0/5700"), ("POST", "/3304/0/5605"), ("GET", "/3304")):
        assert leshan.ask(method, path)["status"] == "NOT_FOUND(404)"
    assert modem.at("AT") == ["OK"]


def test_a_second_read_before_the_first_is_answered(register, rest) -> None:
    leshan = rest()
    modem = register(leshan, "0,3340,0,2,5521,5534")
    first = leshan.start("GET", "/3340/0/5521")
    assert modem.line() == "+LWREAD: 0,3340,0,1,5521"
    second = leshan.start("GET", "/3340/0/5534")
    assert modem.at('AT+LWREADRSP=0,3340,0,1,5534,"I",1,"7"') == ["ERROR"]
    assert modem.at('AT+LWREADRSP=0,3340,0,1,5521,"F",1,"1"') == ["OK"]
    assert modem.line() == "+LWREAD: 0,3340,0,1,5534"
    assert modem.at('AT+LWREADRSP=0,3340,0,1,5534,"I",1,"7"') == ["OK"]
    assert first.result().json()["content"]["value"] == 1.0
    assert second.result().json()["content"]["value"] == 7


def test_an_answer_after_the_server_gave_up(register, rest) -> None:
    leshan = rest()
    modem = register(leshan, "0,3340,0,1,5534")
    reading = leshan.start("GET", "/3340/0/5534", limit=1)
    assert modem.line() == "+LWREAD: 0,3340,0,1,5534"
    assert reading.result().status_code == 504
    assert modem.at('AT+LWREADRSP=0,3340,0,1,5534,"I",1,"1"') == ["OK"]
    reading = leshan.start("GET", "/3340/0/5534")
    assert modem.line() == "+LWREAD: 0,3340,0,1,5534"
    assert modem.at('AT+LWREADRSP=0,3340,0,1,5534,"I",1,"2"') == ["OK"]
    assert reading.result().json()["content"]["value"] == 2


def test_an_ignored_write_is_a_time_out_at_the_server(register, rest) -> None:
    leshan = rest()
    modem = register(leshan, "0,3340,0,1,5534")
    writing = leshan.start("PUT", "/3340/0/5534", limit=1, json={"id": 5534, "value": 1})
    assert modem.line() == '+LWWRITE: 0,3340,0,1,5534,I,1,"1"'
    assert modem.at("AT+LWWRITERSP=0,1") == ["OK"]
    assert writing.result().status_code == 504


@pytest.mark.parametrize(("result", "status"), [(128, "BAD_REQUEST(400)"), (132, "NOT_FOUND(404)")])
def test_an_error_result_reaches_the_server(register, rest, result: int, status: str) -> None:
    leshan = rest()
    modem = register(leshan, "0,3340,0,1,5523")
    executing = leshan.start("POST", "/3340/0/5523")
    assert modem.line() == "+LWEXECUTE: 0,3340,0,5523,0"
    assert modem.at(f"AT+LWEXECUTERSP=0,{result}") == ["OK"]
    assert executing.result().json()["status"] == status


def test_two_sessions_under_two_names(register, rest) -> None:
    one, two = rest("-1"), rest("-2")
    modem = register(one, "0,3340,0,1,5534")
    assert modem.at(f'AT+LWCNF="endpointname","{two.endpoint}"') == ["OK"]
    assert modem.at("AT+LWOPEN") == ["OK"]
    assert modem.line() == "+LMOPEN: 1"
    assert modem.at("AT+LWADDOBJ=1,3340,0,1,5534") == ["OK"]
    reading = two.start("GET", "/3340/0/5534")
    assert modem.line() == "+LWREAD: 1,3340,0,1,5534"
    assert modem.at('AT+LWREADRSP=0,3340,0,1,5534,"I",1,"1"') == ["ERROR"]
    assert modem.at('AT+LWREADRSP=1,3340,0,1,5534,"I",1,"2"') == ["OK"]
    assert reading.result().json()["content"]["value"] == 2
    assert modem.at("AT+LWOPEN") == ["ERROR"]
    assert modem.at("AT+LWSTOP") == ["OK"]
    assert (one.registration(), two.registration()) == (None, None)


def test_the_modules_own_objects(register, rest) -> None:
    leshan = rest()
    modem = register(leshan)
    assert leshan.ask("GET", "/3/0/1")["content"] == {"id": 1, "value": "SIM7028"}
    assert leshan.ask("GET", "/1/0/1")["content"] == {"id": 1, "value": 300}
    assert leshan.ask("PUT", "/1/0/1", json={"id": 1, "value": 120})["status"] == "CHANGED(204)"
    until(lambda: (leshan.registration() or {})["lifetime"] == 120)
    assert leshan.ask("GET", "/1/0/1")["content"]["value"] == 120
    assert leshan.ask("PUT", "/1/0/0", json={"id": 0, "value": 1})["success"] is False
    assert modem.at("AT") == ["OK"]


def test_a_reset_by_the_server(register, rest) -> None:
    leshan = rest()
    modem = register(leshan)
    assert leshan.ask("POST", "/3/0/4")["status"] == "CHANGED(204)"
    assert modem.line() == "*ATREADY: 1"
    assert leshan.registration() is not None  # it just vanished


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("DELETE", "/3340/0", "METHOD_NOT_ALLOWED(405)"),
        ("GET", "/3340/0/discover", "CONTENT(205)"),
    ],
)
def test_what_the_application_has_no_part_in(register, rest, method, path, status: str) -> None:
    leshan = rest()
    modem = register(leshan, "0,3340,0,1,5534")
    assert leshan.ask(method, path)["status"] == status
    assert modem.at("AT") == ["OK"]


def test_an_observation_is_accepted(register, rest) -> None:
    leshan = rest()
    modem = register(leshan, "0,3340,0,1,5534")
    observing = leshan.start("POST", "/3340/0/5534/observe")
    assert modem.line() == "+LWREAD: 0,3340,0,1,5534"
    assert modem.at('AT+LWREADRSP=0,3340,0,1,5534,"I",1,"2"') == ["OK"]
    assert observing.result().json()["content"]["value"] == 2


def test_the_reserved_instance_is_not_announced(register, rest) -> None:
    leshan = rest()
    modem = register(leshan)
    assert modem.at("AT+LWADDOBJ=0,3303,65535,1,5700") == ["OK"]
    assert modem.at("AT+LWADDOBJ=0,3340,0,1,5534") == ["OK"]
    until(lambda: "/3340/0" in leshan.links)
    assert not any(link.startswith("/3303") for link in leshan.links)


@pytest.mark.slow
def test_a_lifetime_is_kept_up_and_runs_out_off_the_network(register, rest) -> None:
    leshan = rest()
    modem = register(leshan, "0,3340,0,1,5534", lifetime=2)
    first = (leshan.registration() or {})["lastUpdate"]
    until(lambda: (leshan.registration() or {})["lastUpdate"] != first)
    assert modem.at("AT+CFUN=0") == ["OK"]
    assert modem.line() == "+CEREG: 0"
    until(lambda: leshan.registration() is None)
    assert modem.at("AT+CFUN=1") == ["OK"]
    assert [modem.line(), modem.line()] == ["+CEREG: 2", "+CEREG: 1"]
    until(lambda: leshan.registration() is not None)
    assert "/3340/0" in leshan.links
