"""The relay between a module and a server, on real sockets of loopback."""

import socket
import threading
from collections.abc import Iterator

import pytest

from lab_evidence import Event
from leshan import Address
from sim7028_lab.relay import Loopback, Relay

LIMIT = 5.0


class Notes:
    def __init__(self) -> None:
        self.texts: list[str] = []
        self._came = threading.Semaphore(0)

    def record(self, event: Event, /) -> None:
        self.texts.append(event.text)
        self._came.release()

    def wait(self, number: int) -> None:
        for _ in range(number):
            assert self._came.acquire(timeout=LIMIT)


@pytest.fixture
def server() -> Iterator[socket.socket]:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
        server.bind(("127.0.0.1", 0))
        server.settimeout(LIMIT)
        yield server


@pytest.fixture
def notes() -> Notes:
    return Notes()


@pytest.fixture(params=Loopback)
def relay(request: pytest.FixtureRequest, server: socket.socket, notes: Notes) -> Iterator[Relay]:
    relay = Relay(request.param, Address(*server.getsockname()), notes)
    yield relay
    relay.close()


@pytest.fixture
def modules(relay: Relay) -> Iterator[tuple[socket.socket, socket.socket]]:
    family = socket.AF_INET6 if ":" in relay.address.host else socket.AF_INET
    with (
        socket.socket(family, socket.SOCK_DGRAM) as first,
        socket.socket(family, socket.SOCK_DGRAM) as second,
    ):
        for module in (first, second):
            module.settimeout(LIMIT)
            module.connect((relay.address.host, relay.address.port))
        yield first, second


def test_each_module_gets_its_own_answers(server: socket.socket, modules) -> None:
    asked = {}
    for module, text in zip(modules, (b"one", b"two"), strict=True):
        module.send(text)
        datagram, sender = server.recvfrom(100)
        asked[datagram] = sender
    for text in (b"two", b"one"):
        server.sendto(b"to " + text, asked[text])
    assert [module.recv(100) for module in modules] == [b"to one", b"to two"]


def test_a_module_keeps_its_way(server: socket.socket, modules) -> None:
    modules[0].send(b"one")
    first = server.recvfrom(100)
    modules[0].send(b"again")
    again = server.recvfrom(100)
    assert (first, again) == ((b"one", first[1]), (b"again", first[1]))


def test_each_datagram_is_noted_with_where_it_came_from(
    server: socket.socket, modules, relay: Relay, notes: Notes
) -> None:
    modules[0].send(b"one")
    _, sender = server.recvfrom(100)
    server.sendto(b"back", sender)
    modules[0].recv(100)
    module = Address(*modules[0].getsockname()[:2])
    behind = Address(*server.getsockname())
    assert notes.texts == [f"3 B from {module} to {behind}", f"4 B from {behind} to {module}"]


def test_a_closed_relay_leaves_its_port(relay: Relay, modules) -> None:
    relay.close()
    with socket.socket(modules[0].family, socket.SOCK_DGRAM) as successor:
        successor.bind((relay.address.host, relay.address.port))


def test_where_nobody_listens_there_is_silence(
    server: socket.socket, modules, notes: Notes
) -> None:
    address = server.getsockname()
    server.close()
    modules[0].send(b"one")
    modules[0].send(b"two")
    notes.wait(2)  # so "one" was refused
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as returned:
        returned.settimeout(LIMIT)
        returned.bind(address)
        modules[1].send(b"three")
        while returned.recv(100) != b"three":
            pass
