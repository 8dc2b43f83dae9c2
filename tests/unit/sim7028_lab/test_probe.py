"""What a probe makes of the answers of module and server."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, HTTPServer
from ipaddress import IPv4Address
from threading import Thread
from types import SimpleNamespace
from typing import Any

import pytest

from lab_evidence import Direction, Event, Source
from leshan import ServerLost
from sim7028 import (
    AtError,
    AtRefused,
    AtTimeout,
    Line,
    NetworkStatus,
    PdpAddress,
    PortLost,
    RegistrationState,
    SignalQuality,
)
from sim7028_lab.probe import Asked, Probe, probe
from sim7028_lab.rung import Rung

LINE = Line(0.0, b"")
HOME, AWAY = IPv4Address("10.0.0.1"), IPv4Address("10.0.0.2")


@dataclass
class Module:
    state: RegistrationState = RegistrationState.HOME
    current: IPv4Address | None = HOME
    error: AtError | None = None
    asked: list[str] = field(default_factory=list)

    def _answers(self, question: str) -> None:
        self.asked.append(question)
        if self.error is not None and question == "network":
            raise self.error

    def network_status(self) -> NetworkStatus:
        self._answers("network")
        return NetworkStatus(self.state, 0, LINE)

    def signal(self) -> SignalQuality:
        self._answers("signal")
        return SignalQuality(-90, None, LINE)

    def addresses(self) -> tuple[PdpAddress, ...]:
        self._answers("address")
        return (PdpAddress(0, None, LINE), PdpAddress(1, self.current, LINE))


@dataclass
class Channel:
    error: AtError | None = None

    def resynchronise(self, *, within: float) -> None:
        assert within <= 2
        if self.error is not None:
            raise self.error


@dataclass
class Server:
    rest_url: str
    lost: ServerLost | None = None

    def check(self) -> None:
        if self.lost is not None:
            raise self.lost


class Answers(BaseHTTPRequestHandler):
    status = 200

    def do_GET(self) -> None:
        self.send_response(self.status if self.path == "/api/clients" else 404)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def rest() -> Iterator[str]:
    with HTTPServer(("127.0.0.1", 0), Answers) as server:
        thread = Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()


@pytest.fixture
def bench(rest: str) -> Any:
    return SimpleNamespace(
        module=Module(),
        channel=Channel(),
        server=Server(rest),
        address=HOME,
        has_restarted=False,
        file=SimpleNamespace(leshan=SimpleNamespace(auth=None, ca=None)),
    )


def looked_at(found: Probe) -> list[Asked]:
    return [reading.asked for reading in found.readings]


def test_a_bench_that_is_well_has_no_complaint(bench: Any) -> None:
    found = probe(bench)
    seldom = (Asked.RESTART, Asked.WAY)
    assert looked_at(found) == [asked for asked in Asked if asked not in seldom]
    assert found.complaints == found.troubles == ()
    assert found.rung is None
    assert found.sentence.startswith("The bench is well. Probed: port: AT is answered;")


def test_a_way_that_may_be_closed_is_the_benchs_trouble_and_no_ladder_opens_it(bench: Any) -> None:
    found = probe(bench, closed_way="the server asked 95.0 s after the module's last message")
    assert found.complaints == ("the network may have closed the way to the module",)
    assert found.rung is None


@pytest.mark.parametrize("state", [RegistrationState.SEARCHING, RegistrationState.DENIED])
def test_a_detached_module_is_one(bench: Any, state: RegistrationState) -> None:
    bench.module.state = state
    found = probe(bench)
    assert found.complaints == found.troubles == ("the module is not in the network any more",)
    assert found.rung is Rung.CFUN


def test_a_roaming_module_is_none(bench: Any) -> None:
    bench.module.state = RegistrationState.ROAMING
    assert probe(bench).complaints == ()


def test_a_changed_address_is_one(bench: Any) -> None:
    bench.module.current = AWAY
    found = probe(bench)
    assert found.complaints == ("the module's IP address changed from 10.0.0.1 to 10.0.0.2",)
    assert found.rung is None


def test_no_address_is_one(bench: Any) -> None:
    bench.module.current = None
    found = probe(bench)
    assert found.complaints == ("the module has no IP address any more",)
    assert found.rung is Rung.CFUN


def test_a_deaf_port_is_one_and_is_not_asked_further(bench: Any) -> None:
    bench.channel.error = AtTimeout("AT", (), 2.0, 2.0)
    found = probe(bench)
    assert found.complaints == ("the module does not answer at its port any more",)
    assert looked_at(found) == [Asked.PORT, Asked.SERVER]
    assert found.rung is Rung.RESYNCHRONISE
    assert not bench.module.asked


def test_a_port_that_goes_meanwhile_is_one(bench: Any) -> None:
    bench.module.error = PortLost("AT+CEREG?", (), 0.1, "/dev/ttyX", "gone")
    found = probe(bench)
    assert found.complaints == ("the module does not answer at its port any more",)
    assert looked_at(found) == [Asked.PORT, Asked.NETWORK, Asked.SERVER]
    assert found.rung is Rung.RESYNCHRONISE


def test_a_module_that_refuses_what_it_told_is_none_but_is_to_be_mended(bench: Any) -> None:
    bench.module.error = AtRefused("AT+CEREG?", (), 0.1, None, "")
    found = probe(bench)
    assert found.complaints == ()
    assert "network: not told (AtRefused)" in found.sentence
    assert found.troubles == ("the module does not tell its network any more",)
    assert found.rung is Rung.RESYNCHRONISE


def test_a_module_that_is_stuck_is_not_asked_further(bench: Any) -> None:
    bench.module.error = AtTimeout("AT+CEREG?", (), 12.0, 9.0)
    found = probe(bench)
    assert looked_at(found) == [Asked.PORT, Asked.NETWORK, Asked.SERVER]
    assert found.rung is Rung.RESYNCHRONISE


def test_where_a_module_is_that_restarted_is_no_trouble_of_the_bench(bench: Any) -> None:
    bench.has_restarted, bench.module.state = True, RegistrationState.SEARCHING
    found = probe(bench)
    assert looked_at(found) == [Asked.PORT, Asked.RESTART, Asked.SERVER]
    assert found.complaints == ()


def test_a_server_that_ended_is_one(bench: Any) -> None:
    bench.server.lost = ServerLost("Leshan was to be running", "its process ended", 3.0)
    found = probe(bench)
    assert found.complaints == ("the server is gone",)
    assert "server: its process ended" in found.sentence


def test_a_server_that_nobody_reaches_is_one(bench: Any) -> None:
    bench.server.rest_url = "http://127.0.0.1:9"
    assert probe(bench).complaints == ("the server's REST API does not answer",)


def test_a_server_that_is_not_well_is_one(bench: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Answers, "status", 503)
    assert probe(bench).complaints == ("the server's REST API is not well",)


def test_what_the_scenario_took_away_is_not_asked_for(bench: Any) -> None:
    bench.module.state, bench.module.current = RegistrationState.NOT_REGISTERED, None
    given_up = {Asked.NETWORK, Asked.SIGNAL, Asked.ADDRESS}
    found = probe(bench, given_up)
    assert found.complaints == ()
    assert looked_at(found) == [Asked.PORT, Asked.SERVER]


def test_a_probe_comes_back_from_its_event_as_it_was(bench: Any) -> None:
    bench.module.current = AWAY
    found = probe(bench)
    assert Probe.from_event(found.event) == found
    assert Probe.from_event(Event(Source.AT, Direction.SENT, "AT")) is None
