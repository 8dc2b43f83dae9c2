"""Ports as the operating system gives them: ptys, TCP, RFC 2217."""

from __future__ import annotations

import contextlib
import errno
import os
import socket
import subprocess
import sys
import threading
import tty
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import serial
import serial.rfc2217

from sim7028 import (
    At,
    Channel,
    PortError,
    PortForbidden,
    PortInUse,
    PortLost,
    PortNotFound,
    PortSettings,
    Registered,
    is_real_port,
    open_port,
)
from sim7028.holders import Holder
from sim7028.port import PySerialPort


@dataclass
class Pty:
    """The module's end of a pty, and where the other end is."""

    master: int
    path: str

    def hang_up(self) -> None:
        os.close(self.master)
        self.master = -1


@pytest.fixture
def pty() -> Iterator[Pty]:
    master, slave = os.openpty()
    tty.setraw(slave)
    path = os.ttyname(slave)
    os.close(slave)
    end = Pty(master, path)
    try:
        yield end
    finally:
        if end.master >= 0:
            os.close(end.master)


@contextlib.contextmanager
def answering(descriptor: int) -> Iterator[None]:
    """A module that says OK to everything, until its other end hangs up."""

    def answer() -> None:
        with contextlib.suppress(OSError):
            pending = b""
            while data := os.read(descriptor, 4096):
                *commands, pending = (pending + data).split(b"\r")
                for _ in commands:
                    os.write(descriptor, b"\r\nOK\r\n")

    thread = threading.Thread(target=answer)
    thread.start()
    try:
        yield
    finally:
        thread.join()


# Devices


def test_a_command_over_a_pty(pty: Pty) -> None:
    channel = Channel(open_port(pty.path))  # before the module, which hangs up without it
    with answering(pty.master):
        channel.send(At())
        channel.close()


@pytest.mark.parametrize(
    "settings",
    [PortSettings(baudrate=9600), PortSettings(dtr=False, rts=False), PortSettings(rtscts=True)],
)
def test_a_port_is_opened_as_the_bench_says(pty: Pty, settings: PortSettings) -> None:
    port = open_port(pty.path, settings)
    os.write(pty.master, b"x")
    assert port.read(60) == b"x"
    port.close()


def test_the_lines_are_set_as_the_bench_says() -> None:
    port = open_port("loop://", PortSettings(baudrate=9600, dtr=False, rts=False))
    assert isinstance(port, PySerialPort)
    connection = port._connection
    assert (connection.baudrate, connection.dtr, connection.rts) == (9600, False, False)
    port.write(b"ab")
    assert port.read(60) == b"ab"
    assert port.read(0.0) == b""
    port.close()


def test_a_read_gives_what_is_there_or_nothing(pty: Pty) -> None:
    port = open_port(pty.path)
    assert port.read(0.0) == b""
    os.write(pty.master, b"ab")
    assert port.read(None) == b"ab"
    port.close()
    with pytest.raises(OSError, match="closed here"):
        port.read(None)
    with pytest.raises(OSError, match="closed here"):
        port.write(b"x")
    port.close()


def test_closing_wakes_a_reader(pty: Pty) -> None:
    port = open_port(pty.path)
    failures: list[OSError] = []

    def read() -> None:
        try:
            port.read(None)
        except OSError as error:
            failures.append(error)

    reader = threading.Thread(target=read, daemon=True)
    reader.start()
    port.close()
    reader.join()
    assert [str(failure) for failure in failures] == ["it was closed here"]


def test_a_module_that_is_unplugged_is_noticed_at_once(pty: Pty) -> None:
    with Channel(open_port(pty.path)) as channel:
        mark = channel.mark()
        pty.hang_up()
        with pytest.raises(PortLost, match="Look at cable"):
            mark.next(Registered, within=60)
        with pytest.raises(PortLost):
            channel.send(At())


def test_a_port_that_takes_nothing_is_named(pty: Pty, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sim7028.port._WRITE_PATIENCE", 0.05)
    port = open_port(pty.path)
    with pytest.raises(TimeoutError, match="took no byte"):
        port.write(b"x" * 1_000_000)
    port.close()


# Exclusive


def test_a_port_is_opened_once_under_all_its_names(pty: Pty, tmp_path: Path) -> None:
    link = tmp_path / "usb-SIMCom-if00"
    link.symlink_to(pty.path)
    port = open_port(pty.path)
    with pytest.raises(PortInUse, match="this very process"):
        open_port(str(link))
    port.close()
    open_port(str(link)).close()


def test_another_process_that_has_the_port_is_named(pty: Pty) -> None:
    holding = (
        "import sys, sim7028; port = sim7028.open_port(sys.argv[1]); print(flush=True); input()"
    )
    command = [sys.executable, "-c", holding, pty.path]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as other:
        assert other.stdin is not None
        assert other.stdout is not None
        other.stdout.readline()
        with pytest.raises(PortInUse, match=rf"pid {other.pid} \(.*sim7028") as in_use:
            open_port(pty.path)
        assert [holder.pid for holder in in_use.value.holders] == [other.pid]
        other.stdin.close()
    open_port(pty.path).close()


def test_a_terminal_program_that_takes_no_lock_is_named(
    pty: Pty, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sim7028.opening.is_real_port", lambda _: True)
    message = rf"pid {os.getpid()} "
    with Path(pty.path).open("rb", buffering=0), pytest.raises(PortInUse, match=message):
        open_port(pty.path)
    open_port(pty.path).close()


def test_the_other_end_of_a_pty_may_hold_it_too(pty: Pty) -> None:
    with Path(pty.path).open("rb", buffering=0):
        open_port(pty.path).close()


def test_modem_manager_is_named_with_its_remedy(pty: Pty, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sim7028.opening.is_real_port", lambda _: True)
    monkeypatch.setattr(
        "sim7028.opening.holders_of", lambda _: [Holder(7, "/usr/sbin/ModemManager")]
    )
    with pytest.raises(PortInUse, match=r"pid 7 .*systemctl stop ModemManager.*ID_MM_DEVICE"):
        open_port(pty.path)


def test_a_modem_manager_whose_files_cannot_be_seen_is_suspected(
    pty: Pty, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sim7028.opening.running", lambda name: [Holder(7, name)])
    monkeypatch.setattr("sim7028.opening.holders_of", lambda _: [])
    busy = serial.SerialException(errno.EBUSY, "busy")
    monkeypatch.setattr("serial.Serial.open", lambda _: (_ for _ in ()).throw(busy))
    with pytest.raises(PortInUse, match=r"another user.*systemctl stop ModemManager"):
        open_port(pty.path)


def test_a_failed_opening_leaves_no_lock(pty: Pty, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        broken = serial.SerialException("could not configure port")
        patch.setattr("serial.Serial.open", lambda _: (_ for _ in ()).throw(broken))
        with pytest.raises(PortError, match=r"could not configure port.*baud rate"):
            open_port(pty.path)
    open_port(pty.path).close()


# What cannot be opened


def test_a_port_that_is_not_there_lists_those_that_are(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sim7028.opening._existing_ports", lambda: ["/dev/ttyUSB7"])
    with pytest.raises(PortNotFound, match=r"no such port.*exist: /dev/ttyUSB7\. Is the module"):
        open_port(str(tmp_path / "ttyUSB9"))


def test_a_file_is_no_port(tmp_path: Path) -> None:
    with pytest.raises(PortError, match="no device but a file"):
        open_port(str(tmp_path))


def test_a_missing_group_is_named(pty: Pty, monkeypatch: pytest.MonkeyPatch) -> None:
    Path(pty.path).chmod(0o660)
    os.chown(pty.path, -1, 20)
    forbidden = serial.SerialException(errno.EACCES, "Permission denied")
    monkeypatch.setattr("serial.Serial.open", lambda _: (_ for _ in ()).throw(forbidden))
    with pytest.raises(PortForbidden, match=r"Permission denied.*usermod -aG dialout"):
        open_port(pty.path)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody else")
def test_somebody_without_permission_is_told_so(pty: Pty) -> None:
    Path(pty.path).chmod(0o600)
    # Once as root, for somebody else may not be able to read what Python has yet to import.
    opening = """
import grp, os, sys, sim7028
sim7028.open_port(sys.argv[1]).close()
os.setuid(65533)
sim7028.open_port(sys.argv[1])
"""
    command = [sys.executable, "-c", opening, pty.path]
    outcome = subprocess.run(command, capture_output=True, text=True, check=False)
    assert "PortForbidden" in outcome.stderr
    assert "let the group" in outcome.stderr


@pytest.mark.parametrize(
    "url",
    ["socket://127.0.0.1", "socket://:5000", "socket://a:99999", "socket://[::1", "socket://"],
)
def test_a_url_without_host_or_port_is_refused(url: str) -> None:
    with pytest.raises(PortError, match="write socket://host:port"):
        open_port(url)


def test_a_protocol_that_nobody_knows_is_refused() -> None:
    with pytest.raises(PortError, match=r"'nosuch' not known.*rfc2217://"):
        open_port("nosuch://x")


@pytest.mark.parametrize("scheme", ["socket", "rfc2217"])
def test_a_host_that_does_not_listen_is_named(scheme: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    with pytest.raises(PortError, match=r"refused.*listen"):
        open_port(f"{scheme}://127.0.0.1:{port}")


# Real or not


def test_what_is_a_real_port(pty: Pty, tmp_path: Path) -> None:
    link = tmp_path / "link"
    link.symlink_to(pty.path)
    assert not is_real_port(pty.path)
    assert not is_real_port(str(link))
    assert not is_real_port("socket://127.0.0.1:5000")
    assert is_real_port("rfc2217://127.0.0.1:5000")
    assert is_real_port("/dev/ttyUSB_that_is_not_there")
    assert is_real_port("COM3")
    assert is_real_port("/dev/null")


# TCP and RFC 2217


@contextlib.contextmanager
def accepting(scheme: str) -> Iterator[tuple[str, socket.socket]]:
    """A TCP server that takes one connection; gives the URL and the server."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield f"{scheme}://127.0.0.1:{server.getsockname()[1]}", server


def test_a_command_over_tcp() -> None:
    with accepting("socket") as (url, server):
        channel = Channel(open_port(url))
        connection, _ = server.accept()
        with connection, answering(connection.fileno()):
            channel.send(At())
            channel.close()


def test_a_tcp_connection_that_ends_is_a_lost_port() -> None:
    with accepting("socket") as (url, server), Channel(open_port(url)) as channel:
        mark = channel.mark()
        server.accept()[0].close()
        with pytest.raises(PortLost, match="hung up"):
            mark.next(Registered, within=60)


@pytest.mark.filterwarnings("ignore:setDaemon|setName:DeprecationWarning")  # pyserial 3.5 does
@pytest.mark.parametrize("scheme", ["socket", "rfc2217"])
@pytest.mark.parametrize(
    ("said", "kind", "complaint"),
    [
        (b"Port already in use\r\n", PortInUse, "another client .* 'Port already in use' and"),
        (b"\xff\xfb\x03Device open failure\r\n", PortError, "said 'Device open failure' and"),
        (b"", PortError, "said nothing and hung up"),
    ],
)
def test_a_server_that_will_not_have_us_is_quoted(
    scheme: str, said: bytes, kind: type[PortError], complaint: str
) -> None:
    with accepting(scheme) as (url, server):

        def refuse() -> None:
            with contextlib.suppress(OSError):
                while True:
                    connection, _ = server.accept()
                    connection.sendall(said)
                    connection.shutdown(socket.SHUT_RDWR)
                    connection.close()

        thread = threading.Thread(target=refuse)
        thread.start()
        try:
            with pytest.raises(kind, match=complaint):
                open_port(f"{url}?timeout=0.2")
        finally:
            server.shutdown(socket.SHUT_RDWR)
            thread.join()


class Rfc2217Server:
    """The other end of RFC 2217, before a module that says OK to everything."""

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection
        self._module = serial.serial_for_url("loop://")
        manager: Any = serial.rfc2217.PortManager  # typed for a port on both sides
        self._manager = manager(self._module, self)

    def write(self, data: bytes) -> None:
        """What the manager negotiates."""
        self._connection.sendall(data)

    def serve(self) -> None:
        with self._module, contextlib.suppress(OSError):
            while data := self._connection.recv(4096):
                for byte in self._manager.filter(data):
                    if byte == b"\r":
                        answer = b"".join(self._manager.escape(b"\r\nOK\r\n"))
                        self._connection.sendall(answer)


# pyserial 3.5 starts its thread by setDaemon.
@pytest.mark.filterwarnings("ignore:setDaemon|setName:DeprecationWarning")
def test_a_command_over_rfc_2217() -> None:
    with accepting("rfc2217") as (url, server):

        def serve() -> None:
            connection, _ = server.accept()
            with connection:
                Rfc2217Server(connection).serve()

        thread = threading.Thread(target=serve)
        thread.start()
        try:
            with Channel(open_port(url)) as channel:
                channel.send(At())
        finally:
            thread.join()
