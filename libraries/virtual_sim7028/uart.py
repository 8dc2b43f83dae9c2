"""The serial side: a pseudo-terminal, or a TCP port as its twin.

A UART has no memory: what is sent while nobody listens is lost.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import tty
from abc import ABC, abstractmethod
from collections.abc import Callable
from pathlib import Path

_UNREAD_LIMIT = 65536
"""Bytes kept for a reader that lags behind; beyond it they are lost, as on a UART."""
_CHUNK = 4096


class UartError(Exception):
    """The serial side cannot be had; the message says why."""


class Uart(ABC):
    """Bytes both ways.

    Attributes:
        port: where the other end is, as pyserial takes it.
    """

    port: str

    @abstractmethod
    def write(self, data: bytes) -> None:
        """Send bytes, if anybody listens."""

    @abstractmethod
    async def close(self) -> None:
        """Take the port away."""


class PtyUart(Uart):
    """A pseudo-terminal. Whoever opens it may close and open it again.

    Args:
        on_bytes: takes what comes in.
        link: a symbolic link to make to it.

    Raises:
        UartError: the link cannot be made, or there is something else in its place.
    """

    def __init__(self, on_bytes: Callable[[bytes], None], link: Path | None = None) -> None:
        self._on_bytes = on_bytes
        self._loop = asyncio.get_running_loop()
        # The far end stays open here too: else the near one fails whenever its user closes it.
        self._near, self._far = os.openpty()
        tty.setraw(self._far)
        os.set_blocking(self._near, False)
        self.port = os.ttyname(self._far)
        self._unread = bytearray()
        self._link = link
        try:
            if link is not None:
                _make_link(link, self.port)
        except UartError:
            self._close_both()
            raise
        self._loop.add_reader(self._near, self._readable)

    def _readable(self) -> None:
        with contextlib.suppress(BlockingIOError):
            self._on_bytes(os.read(self._near, _CHUNK))

    def write(self, data: bytes) -> None:
        """Send bytes; those that a full line cannot take wait for its reader."""
        room = _UNREAD_LIMIT - len(self._unread)
        self._unread += data[: max(room, 0)]
        self._writable()

    def _writable(self) -> None:
        with contextlib.suppress(BlockingIOError):
            while self._unread:
                del self._unread[: os.write(self._near, self._unread[:_CHUNK])]
        if self._unread:
            self._loop.add_writer(self._near, self._writable)
        else:
            self._loop.remove_writer(self._near)

    async def close(self) -> None:
        """Take the port and its link away."""
        self._loop.remove_reader(self._near)
        self._loop.remove_writer(self._near)
        self._close_both()
        if self._link is not None and _target(self._link) == self.port:
            self._link.unlink()

    def _close_both(self) -> None:
        os.close(self._near)
        os.close(self._far)


def _target(link: Path) -> str | None:
    """Where a symbolic link points; None where there is no link."""
    try:
        return os.readlink(link)  # noqa: PTH115 - as it is written, not as a path
    except OSError:
        return None


def _make_link(link: Path, target: str) -> None:
    """Make a symbolic link, in place of an old one.

    Raises:
        UartError: something else is there, or the folder does not take it.
    """
    if os.path.lexists(link) and not link.is_symlink():
        raise UartError(f"--link {link}: a file of that name is there; remove it or name another")
    try:
        link.unlink(missing_ok=True)
        link.symlink_to(target)
    except OSError as error:
        raise UartError(f"--link {link}: {error.strerror}") from None


class TcpUart(Uart):
    """A TCP port that takes one connection at a time.

    Args:
        on_bytes: takes what comes in.
    """

    def __init__(self, on_bytes: Callable[[bytes], None]) -> None:
        self._on_bytes = on_bytes
        self._server: asyncio.Server | None = None
        self._user: asyncio.StreamWriter | None = None

    @classmethod
    async def open(cls, on_bytes: Callable[[bytes], None], host: str, port: int) -> TcpUart:
        """Listen.

        Args:
            on_bytes: takes what comes in.
            host: the address to listen on.
            port: the port; 0 for any that is free.

        Raises:
            UartError: the port is taken, or the address is not this machine's.
        """
        uart = cls(on_bytes)
        try:
            uart._server = await asyncio.start_server(uart._serve, host, port)
        except OSError as error:
            raise UartError(f"--at tcp:{host}:{port}: {error.strerror or error}") from None
        bound_host, bound_port, *_ = uart._server.sockets[0].getsockname()
        uart.port = f"socket://{bound_host}:{bound_port}"
        return uart

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self._user is not None:
            host, port, *_ = self._user.get_extra_info("peername")
            writer.write(f"\r\nthis port is in use by {host}:{port}\r\n".encode())
            writer.close()
            return
        self._user = writer
        try:
            while data := await reader.read(_CHUNK):
                self._on_bytes(data)
        except ConnectionError:
            pass  # the user is gone, whichever way
        finally:
            self._user = None
            writer.close()

    def write(self, data: bytes) -> None:
        """Send bytes to the user, if there is one and it keeps up."""
        user = self._user
        if user is not None and user.transport.get_write_buffer_size() < _UNREAD_LIMIT:
            user.write(data)

    async def close(self) -> None:
        """Hang up and stop listening."""
        if self._server is not None:
            self._server.close()
        if self._user is not None:
            self._user.close()
