"""The UDP socket of a session: resolved, bound, connected."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import threading
from dataclasses import dataclass
from typing import Any, TypeAlias

from virtual_sim7028.effects import Connect, Failure, Family

_RESOLUTION_LIMIT = 8.0
"""A name is looked up at most this long, s, so that AT+LWOPEN keeps to its 9 s (note 2.2.4)."""
_FAMILIES = {Family.IPV4: socket.AF_INET, Family.IPV6: socket.AF_INET6}

_Address: TypeAlias = tuple[Any, ...]


class NoSocket(Exception):
    """A session cannot have its socket.

    Args:
        failure: why.
    """

    def __init__(self, failure: Failure) -> None:
        super().__init__(failure.value)
        self.failure = failure


@dataclass(frozen=True, slots=True)
class SessionSocket:
    """A UDP socket that hears and reaches one server only.

    Attributes:
        socket: the socket, connected and non-blocking.
        peer: the server as `host:port`, an IPv6 address in brackets.
    """

    socket: socket.socket
    peer: str


async def open_socket(connect: Connect) -> SessionSocket:
    """Open a session's socket.

    Raises:
        NoSocket: the server has no address of the family, or the local port is taken.
    """
    family = _FAMILIES[connect.family]
    address = await _resolve(connect.server, connect.port, family)
    new = socket.socket(family, socket.SOCK_DGRAM)
    try:
        new.setblocking(False)
        new.bind(("", connect.local_port))
    except OSError:
        new.close()
        raise NoSocket(Failure.UNBOUND) from None
    try:
        new.connect(address)
    except OSError:  # no route: to a module the same as a name without an address
        new.close()
        raise NoSocket(Failure.UNRESOLVED) from None
    host, port, *_ = address
    return SessionSocket(new, f"[{host}]:{port}" if ":" in host else f"{host}:{port}")


async def _resolve(server: str, port: int, family: socket.AddressFamily) -> _Address:
    """The first address of a server.

    Raises:
        NoSocket: it has none.
    """
    if server.removesuffix(".").endswith(".invalid"):  # RFC 6761: never, whoever is asked
        raise NoSocket(Failure.UNRESOLVED)
    loop = asyncio.get_running_loop()
    found: asyncio.Future[_Address] = loop.create_future()

    def look_up() -> None:
        try:
            outcome: _Address | None = socket.getaddrinfo(server, port, family, socket.SOCK_DGRAM)[
                0
            ][4]
        except (OSError, UnicodeError):
            outcome = None
        with contextlib.suppress(RuntimeError):  # the loop is closed: nobody waits any more
            loop.call_soon_threadsafe(tell, outcome)

    def tell(outcome: _Address | None) -> None:
        if found.done():
            return
        if outcome is None:
            found.set_exception(NoSocket(Failure.UNRESOLVED))
        else:
            found.set_result(outcome)

    # Not the loop's executor: its end would wait for a resolver that does not answer.
    threading.Thread(target=look_up, name="resolver", daemon=True).start()
    try:
        return await asyncio.wait_for(found, _RESOLUTION_LIMIT)
    except TimeoutError:
        raise NoSocket(Failure.UNRESOLVED) from None
