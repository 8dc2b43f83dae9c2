"""A virtual module as a process, and a server of our own making at the other end of its air."""

from __future__ import annotations

import json
import socket
import subprocess
import threading
from collections.abc import Callable, Iterator
from queue import Queue
from types import TracebackType
from typing import Any, Self

import pytest
import serial
from aiocoap import Message
from aiocoap.numbers import codes, types

from virtual_sim7028 import Settings, command_line

LIMIT = 15.0
"""Longer than anything takes; reached only when something is wrong, s."""


class Modem:
    """A virtual module, driven over its port by plain pyserial.

    Attributes:
        process: the process.
        ready: its first line.
        events: what it told since, in order.
        reader: the thread that fills them.
        port: its port, open.
    """

    def __init__(self, settings: Settings) -> None:
        self.process = subprocess.Popen(
            command_line(settings),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        assert self.process.stdout is not None
        self.ready = json.loads(self.process.stdout.readline())
        self.events: Queue[dict[str, Any]] = Queue()
        self.reader = threading.Thread(target=self._read, args=(self.process.stdout,))
        self.reader.start()
        self.port = self.open()

    def _read(self, stdout: Any) -> None:
        for line in stdout:
            self.events.put(json.loads(line))

    def open(self) -> serial.Serial:
        """The port, opened once more."""
        return serial.serial_for_url(self.ready["port"], timeout=LIMIT)

    def line(self) -> str:
        """The next line that is not empty."""
        while True:
            line = self.port.read_until(b"\r\n")
            assert line.endswith(b"\r\n"), f"only {line!r} came within {LIMIT} s"
            if line != b"\r\n":
                return line[:-2].decode("latin-1")

    def at(self, command: str) -> list[str]:
        """Send a command; the lines up to its final result."""
        self.port.write(command.encode("latin-1") + b"\r")
        lines = [self.line()]
        while lines[-1] not in ("OK", "ERROR"):
            lines.append(self.line())
        return lines

    def wake(self) -> Self:
        """AT until OK: a module that boots is deaf, and its first words may be lost on TCP."""
        self.port.timeout = 0.2
        while not self.port.read_until(b"OK\r\n").endswith(b"OK\r\n"):
            self.port.write(b"ATE0\r")
        self.port.timeout = LIMIT
        return self

    def bring_up(self) -> Self:
        """Boot, echo off, attached."""
        assert self.line() == "*ATREADY: 1"
        self.port.write(b"ATE0\r")
        assert [self.line(), self.line()] == ["ATE0\r", "OK"]
        assert self.at("AT+CEREG=1") == ["OK"]
        if "+CEREG: 1,1" not in self.at("AT+CEREG?"):
            assert self.line() == "+CEREG: 1"
        return self

    def configure(self, **parameters: object) -> Self:
        """Start the service and configure it."""
        assert self.at("AT+LWSTART") == ["OK"]
        for name, value in parameters.items():
            assert self.at(f'AT+LWCNF="{name}","{value}"') == ["OK"]
        return self

    def register(self) -> Self:
        """Open a session."""
        assert self.at("AT+LWOPEN") == ["OK"]
        assert "LMOPEN" in self.line()
        return self

    def close(self) -> tuple[int, str]:
        """End the process; its exit code and what it said on stderr."""
        self.port.close()
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        assert self.process.stderr is not None
        self.process.stdin.close()
        self.process.terminate()
        errors = self.process.stderr.read()
        code = self.process.wait(LIMIT)
        self.reader.join(LIMIT)
        self.process.stdout.close()
        self.process.stderr.close()
        return code, errors


@pytest.fixture
def switch_on() -> Iterator[Callable[..., Modem]]:
    """Starts virtual modules; at the end of the test each must end by itself, without a word."""
    modems: list[Modem] = []

    def start(**settings: Any) -> Modem:
        modems.append(Modem(Settings(**settings)))
        return modems[-1]

    yield start
    assert [modem.close() for modem in modems] == [(0, "")] * len(modems)


class ScriptedServer:
    """A CoAP server that does what the test says, message by message."""

    def __init__(self, family: socket.AddressFamily, host: str) -> None:
        self._socket = socket.socket(family, socket.SOCK_DGRAM)
        self._socket.bind((host, 0))
        self._socket.settimeout(LIMIT)
        self.host, self.port = self._socket.getsockname()[:2]
        self._peer: Any = None
        self._message_id = 1000

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._socket.close()

    def receive(self) -> Message:
        """The next message."""
        data, self._peer = self._socket.recvfrom(4096)
        return Message.decode(data)

    @property
    def peer(self) -> Any:
        """The address that was heard last."""
        return self._peer

    def send_bytes(self, datagram: bytes) -> None:
        """Send to whoever was heard last."""
        self._socket.sendto(datagram, self._peer)

    def send(self, message: Message) -> None:
        """Send to whoever was heard last."""
        self.send_bytes(message.encode())

    def acknowledge(self, request: Message, code: codes.Code, **options: Any) -> None:
        """Answer a request on its ACK."""
        self.send(
            Message(_mtype=types.ACK, _mid=request.mid, _token=request.token, code=code, **options)
        )

    def ask(self, code: codes.Code, path: str, **more: Any) -> Message:
        """Send a confirmable request."""
        self._message_id += 1
        request = Message(
            _mtype=types.CON,
            _mid=self._message_id,
            _token=self._message_id.to_bytes(2, "big"),
            code=code,
            uri_path=path.split("/")[1:],
            **more,
        )
        self.send(request)
        return request

    def fence(self) -> None:
        """Make sure that all that was sent before was heard; forget the answers to it."""
        request = self.ask(codes.GET, "/9")
        while self.receive().token != request.token:
            pass

    def accept_registration(self) -> Message:
        """Take a registration in."""
        request = self.receive()
        self.acknowledge(request, codes.CREATED, location_path=["rd", "x"])
        return request


@pytest.fixture
def server() -> Iterator[ScriptedServer]:
    """A scripted server on IPv4 loopback."""
    with ScriptedServer(socket.AF_INET, "127.0.0.1") as scripted:
        yield scripted


@pytest.fixture
def server6() -> Iterator[ScriptedServer]:
    """A scripted server on IPv6 loopback."""
    with ScriptedServer(socket.AF_INET6, "::1") as scripted:
        yield scripted
