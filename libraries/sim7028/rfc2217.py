"""pyserial's client of RFC 2217, as a harness needs it."""

from __future__ import annotations

import contextlib
import socket

import serial.rfc2217


class Connection(serial.rfc2217.Serial):
    """One that stays quiet and leaves nothing behind when the other end hangs up.

    `read` and `open` say that it did. pyserial's reader thread would print a traceback besides,
    and its `close` would forget the socket.
    """

    _socket: socket.socket | None

    def close(self) -> None:
        """Close the port."""
        with self._socket or contextlib.nullcontext():
            super().close()

    def _telnet_read_loop(self) -> None:
        with contextlib.suppress(OSError):
            super()._telnet_read_loop()  # type: ignore[misc]  # the stubs leave out what is private
