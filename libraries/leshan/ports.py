"""Ports of this machine that nobody uses, and the choice among them."""

from __future__ import annotations

import errno
import socket
from contextlib import ExitStack
from dataclasses import dataclass
from socket import SOCK_DGRAM, SOCK_STREAM

from leshan.errors import ServerUnavailable
from leshan.release import LOOPBACK
from leshan.settings import Address, ServerSettings
from leshan.terms import Terms

_TRIES = 100
# For an address that only forwards to this machine: by which of its own it does is not known.
_EVERY_IPV4, _EVERY_IPV6 = "0.0.0.0", "::"  # noqa: S104 - only when an address was named


@dataclass(frozen=True, slots=True)
class Listens:
    """Where a server listens.

    Attributes:
        rest: for HTTP, on loopback.
        coap: for CoAP over UDP.
        spare: ports on loopback for what else it opens.
        reached: where a module reaches it: `coap`, unless a port is forwarded to that.
    """

    rest: Address
    coap: Address
    spare: tuple[int, ...]
    reached: Address


class PortTaken(Exception):
    """Somebody else listens where a server was to listen."""


def choose(settings: ServerSettings, terms: Terms, spare: int) -> Listens:
    """Where a server that is started now is to listen.

    Args:
        settings: `coap_host` and `coap_port` are done as they say.
        terms: its ports are taken if they are free.
        spare: how many more ports it opens.

    Raises:
        ServerUnavailable: the settings cannot be done.
    """
    named = settings.coap_host or LOOPBACK
    coap_port = settings.coap_port
    forwarded = _is_elsewhere(named)
    host = (_EVERY_IPV6 if ":" in named else _EVERY_IPV4) if forwarded else named
    wrong = (
        "that is no address of this machine, and it is not said which port is forwarded from there"
        if forwarded and coap_port is None
        else why_not(host, coap_port or 0, SOCK_DGRAM)
    )
    if wrong:
        raise ServerUnavailable(
            f"Leshan was to be reached by CoAP at {named}, UDP port {coap_port or 'as it comes'}",
            wrong,
            0.0,
            remedy="coap_host is an address of this machine, or one that forwards coap_port to it;"
            " coap_port is free here (`ss -lunp` shows who has it). Left out, a free one on"
            " loopback is taken.",
        )
    rest_port, *spare_ports = free_ports(1 + spare)
    if terms.rest_port and not why_not(LOOPBACK, terms.rest_port, SOCK_STREAM):
        rest_port = terms.rest_port
    if coap_port is None and terms.coap_port and not why_not(host, terms.coap_port, SOCK_DGRAM):
        coap_port = terms.coap_port
    coap_port = coap_port or free_ports(1, host)[0]
    return Listens(
        rest=Address(LOOPBACK, rest_port),
        coap=Address(host, coap_port),
        spare=tuple(spare_ports),
        reached=Address(named, coap_port),
    )


def free_ports(count: int, host: str = LOOPBACK) -> tuple[int, ...]:
    """So many different ports, each free for TCP and for UDP on `host` right now.

    Nothing keeps another process from taking one before it is used: be ready to ask again.

    Raises:
        OSError: `host` is no address of this machine, or it has no free port.
    """
    ports: list[int] = []
    with ExitStack() as held:  # all at once, so that they differ
        for _ in range(_TRIES):
            if len(ports) == count:
                break
            tcp = held.enter_context(_socket(host, SOCK_STREAM))
            tcp.bind((host, 0))
            port: int = tcp.getsockname()[1]
            udp = held.enter_context(_socket(host, SOCK_DGRAM))
            try:
                udp.bind((host, port))
            except OSError:
                continue
            ports.append(port)
        else:
            raise OSError(f"no {count} ports are free on {host}")
    return tuple(ports)


def why_not(host: str, port: int, kind: socket.SocketKind) -> str | None:
    """What keeps a server from listening there right now; None if nothing does.

    Args:
        host: an address.
        port: a port.
        kind: SOCK_STREAM for TCP, SOCK_DGRAM for UDP.
    """
    with _socket(host, kind) as probe:
        if kind is SOCK_STREAM:  # connections of the last server may linger
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            return error.strerror or str(error)
    return None


def _is_elsewhere(host: str) -> bool:
    """Whether it is an address, and none of this machine's."""
    with _socket(host, SOCK_DGRAM) as probe:
        try:
            probe.bind((host, 0))
        except OSError as error:
            return error.errno == errno.EADDRNOTAVAIL
    return False


def _socket(host: str, kind: socket.SocketKind) -> socket.socket:
    return socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, kind)
