"""An open port: bytes in, bytes out, and a close that wakes whoever waits."""

from __future__ import annotations

import contextlib
import os
import select
import threading
import time
from abc import ABC, abstractmethod

import serial

from sim7028.rfc2217 import Connection

_CHUNK = 65_536
_WRITE_PATIENCE = 3.0  # s without a byte taken; at 9600 baud a full kernel buffer drains 3 kB in it
_POLL = 0.1  # s; how soon a close is seen where nothing can be waited for


def hung_up(url: str) -> OSError:
    """What is raised when the other end is gone.

    Args:
        url: how the port was opened.
    """
    if "://" in url:
        return OSError("the other end hung up: its server ended, or gave the port to somebody else")
    return OSError("the other end hung up")


class Port(ABC):
    """An open port. Any thread may close it; one thread reads, one writes at a time.

    Attributes:
        url: how it was opened.

    Args:
        url: how it was opened.
        release: what to undo when it is closed.
    """

    def __init__(self, url: str, release: contextlib.ExitStack) -> None:
        self.url = url
        self._release = release
        self._closing = threading.Lock()
        self._reading = threading.Lock()
        self._writing = threading.Lock()
        self._closed = False

    @abstractmethod
    def read(self, timeout: float | None) -> bytes:
        """Wait for bytes and give those that are there.

        Args:
            timeout: how long to wait, in s; None for as long as it takes.

        Returns:
            At least one byte; none when the time is over.

        Raises:
            OSError: the port is gone, or was closed.
        """

    @abstractmethod
    def write(self, data: bytes) -> None:
        """Hand all the bytes to the operating system.

        Raises:
            OSError: the port is gone, was closed, or takes nothing.
        """

    def close(self) -> None:
        """Close the port; a `read` or `write` under way ends at once. Once is enough."""
        with self._closing:
            if self._closed:
                return
            self._closed = True
            self._wake()
            with self._reading, self._writing:
                self._release.close()

    @abstractmethod
    def _wake(self) -> None:
        """Make `read` and `write` look at `_closed`."""

    def _check_open(self) -> None:
        if self._closed:
            raise OSError("it was closed here")


class DescriptorPort(Port):
    """A port behind a non-blocking file descriptor: a serial device, a pty, a TCP connection.

    Read with `os.read`, which is faster by half than going through pyserial.

    Args:
        url: how it was opened.
        descriptor: stays the owner's, who closes it by `release`.
        release: what to undo when it is closed.
    """

    def __init__(self, url: str, descriptor: int, release: contextlib.ExitStack) -> None:
        super().__init__(url, release)
        self._descriptor = descriptor
        woken, self._waker = os.pipe()
        release.callback(os.close, woken)
        release.callback(os.close, self._waker)
        self._readable = select.poll()
        self._readable.register(descriptor, select.POLLIN)
        self._readable.register(woken, select.POLLIN)
        self._writable = select.poll()
        self._writable.register(descriptor, select.POLLOUT)
        self._writable.register(woken, select.POLLIN)

    def read(self, timeout: float | None) -> bytes:
        """See `Port.read`."""
        with self._reading:
            while True:
                self._check_open()
                ready = self._readable.poll(None if timeout is None else timeout * 1000)
                self._check_open()
                if not ready:
                    return b""
                with contextlib.suppress(BlockingIOError):
                    data = os.read(self._descriptor, _CHUNK)
                    if not data:
                        raise hung_up(self.url)
                    return data

    def write(self, data: bytes) -> None:
        """See `Port.write`."""
        with self._writing:
            left = memoryview(data)
            while left:
                self._check_open()
                try:
                    left = left[os.write(self._descriptor, left) :]
                except BlockingIOError:
                    if not self._writable.poll(_WRITE_PATIENCE * 1000):
                        raise TimeoutError(
                            f"it took no byte for {_WRITE_PATIENCE:g} s; with rtscts on, the other"
                            " end must raise CTS"
                        ) from None

    def _wake(self) -> None:
        os.write(self._waker, b"\0")


class PySerialPort(Port):
    """A port that only pyserial can read: RFC 2217, and any on a system without descriptors.

    Args:
        url: how it was opened.
        connection: an open one with a read timeout of `READ_TIMEOUT`.
        release: what to undo when it is closed.
    """

    READ_TIMEOUT = _POLL

    def __init__(
        self,
        url: str,
        connection: serial.Serial | Connection,
        release: contextlib.ExitStack,
    ) -> None:
        super().__init__(url, release)
        self._connection = connection

    def read(self, timeout: float | None) -> bytes:
        """See `Port.read`."""
        deadline = None if timeout is None else time.monotonic() + timeout
        with self._reading:
            while True:
                self._check_open()
                data = self._take()
                if data or (deadline is not None and time.monotonic() >= deadline):
                    return data

    def _take(self) -> bytes:
        try:
            return bytes(self._connection.read(max(1, self._connection.in_waiting)))
        except serial.SerialException as error:
            raise hung_up(self.url) from error

    def write(self, data: bytes) -> None:
        """See `Port.write`."""
        with self._writing:
            self._check_open()
            try:
                self._connection.write(data)
            except serial.SerialException as error:
                raise hung_up(self.url) from error

    def _wake(self) -> None:
        """Nothing to do: `read` looks by itself every `READ_TIMEOUT`."""
