"""A UDP relay on loopback: it brings a module to a server that listens elsewhere.

Leshan listens on one address. A module that is to come over another IP version, or whose own port
is to be seen, goes through a relay, which notes every datagram with the address it came from.
"""

from __future__ import annotations

import contextlib
import ipaddress
import selectors
import socket
import threading
from enum import Enum
from typing import Any

from lab_evidence import Direction, Event, Recorder, Source
from leshan import Address

_LARGEST_DATAGRAM = 0xFFFF
_NOTHING_COMES = (ConnectionRefusedError, BlockingIOError)
"""How the kernel tells that nobody listens there, and what a read finds once that was told."""


class Loopback(Enum):
    """The loopback address of each IP version."""

    IPV4 = "127.0.0.1"
    IPV6 = "::1"

    @property
    def version(self) -> int:
        """4 or 6."""
        return ipaddress.ip_address(self.value).version


class Relay:
    """Carries datagrams from modules to one server and back, on a thread, until it is closed.

    Each module has a socket of its own towards the server, so that answers find their way. Where
    nobody listens there is silence, as on any network.

    Attributes:
        address: where modules reach it.

    Args:
        loopback: where to listen; the port is a free one.
        server: where the server is.
        recorder: is told of every datagram.

    Raises:
        OSError: this machine has no such address.
    """

    def __init__(self, loopback: Loopback, server: Address, recorder: Recorder) -> None:
        self._server = server
        self._recorder = recorder
        self._ways: dict[Address, socket.socket] = {}
        family = socket.AF_INET6 if loopback.version == 6 else socket.AF_INET
        self._front = socket.socket(family, socket.SOCK_DGRAM)
        try:
            self._front.bind((loopback.value, 0))
        except OSError:
            self._front.close()
            raise
        self.address = _address(self._front.getsockname())
        self._end, self._told_to_end = socket.socketpair()
        self._thread = threading.Thread(
            target=self._carry, name=f"relay {self.address}", daemon=True
        )
        self._thread.start()

    def close(self) -> None:
        """Stop, and close every socket; once is enough."""
        self._end.close()  # which the other half of the pair feels
        self._thread.join()

    def _carry(self) -> None:
        with selectors.DefaultSelector() as selector, self._told_to_end, self._front:
            selector.register(self._told_to_end, selectors.EVENT_READ)
            selector.register(self._front, selectors.EVENT_READ)
            try:
                while True:
                    ready = [key.fileobj for key, _ in selector.select()]
                    if self._told_to_end in ready:
                        return
                    if self._front in ready:
                        self._carry_to_server(selector)
                    for module, way in self._ways.items():
                        if way in ready:
                            self._carry_to_module(way, module)
            finally:
                for way in self._ways.values():
                    way.close()

    def _carry_to_server(self, selector: selectors.BaseSelector) -> None:
        datagram, sender = self._front.recvfrom(_LARGEST_DATAGRAM)
        module = _address(sender)
        if module not in self._ways:
            self._ways[module] = self._connect()
            selector.register(self._ways[module], selectors.EVENT_READ)
        self._note(datagram, module, self._server)
        with contextlib.suppress(*_NOTHING_COMES):
            self._ways[module].send(datagram)

    def _connect(self) -> socket.socket:
        host, port = self._server.host, self._server.port
        found = socket.getaddrinfo(host, port, type=socket.SOCK_DGRAM)
        family, kind, protocol, _, address = found[0]
        way = socket.socket(family, kind, protocol)
        way.setblocking(False)
        way.connect(address)
        return way

    def _carry_to_module(self, way: socket.socket, module: Address) -> None:
        with contextlib.suppress(*_NOTHING_COMES):
            datagram = way.recv(_LARGEST_DATAGRAM)
            self._note(datagram, self._server, module)
            self._front.sendto(datagram, (module.host, module.port))

    def _note(self, datagram: bytes, sender: Address, receiver: Address) -> None:
        text = f"{len(datagram)} B from {sender} to {receiver}"
        seen = {"seen_by": "relay", "payload": datagram.hex()}
        self._recorder.record(Event(Source.COAP, Direction.NOTED, text, seen))


def _address(socket_address: tuple[Any, ...]) -> Address:
    host, port, *_ = socket_address
    return Address(host, port)
