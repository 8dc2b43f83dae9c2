"""Ports of other machines, as ser2net gives them: socket:// and rfc2217://."""

from __future__ import annotations

import contextlib
import os
import random
import termios
import threading
import tty
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Protocol

import pytest

from sim7028 import (
    At,
    Channel,
    PortError,
    PortInUse,
    PortLost,
    PortSettings,
    Registered,
    open_port,
)
from sim7028.basics import Identify
from sim7028_lab.virtual import VirtualModule

# pyserial 3.5 starts its thread by setDaemon.
pytestmark = pytest.mark.filterwarnings("ignore:setDaemon|setName:DeprecationWarning")


class Server(Protocol):
    """A ser2net."""

    @property
    def address(self) -> str: ...
    def hang_up(self) -> None: ...


class Serve(Protocol):
    """Starts one for clients of a scheme, before a device, with options of its own."""

    def __call__(self, scheme: str, device: str, *options: str) -> Server: ...


both = pytest.mark.parametrize("scheme", ["socket", "rfc2217"])


@pytest.fixture
def echo() -> Iterator[str]:
    """A pty that gives back every byte."""
    master, slave = os.openpty()
    tty.setraw(slave)

    def give_back() -> None:
        with contextlib.suppress(OSError):
            while data := os.read(master, 4096):
                left = memoryview(data)
                while left:
                    left = left[os.write(master, left) :]

    thread = threading.Thread(target=give_back)
    thread.start()
    yield os.ttyname(slave)
    os.close(slave)
    thread.join()
    os.close(master)


@contextlib.contextmanager
def channel_to(url: str) -> Iterator[Channel]:
    with Channel(open_port(url)) as channel:
        channel.resynchronise()
        yield channel


@both
def test_no_answer_is_lost_or_mixed_up(
    scheme: str, serve: Serve, virtual_module: VirtualModule
) -> None:
    server = serve(scheme, virtual_module.port)
    with channel_to(f"{scheme}://{server.address}") as channel:
        for _ in range(100):
            assert channel.send(Identify("CGMM")).text == "SIM7028"
            channel.send(At())


@both
def test_every_byte_goes_both_ways(scheme: str, serve: Serve, echo: str) -> None:
    server = serve(scheme, echo)
    pattern = random.Random(7028).randbytes(100_000)  # noqa: S311 - a pattern, no secret
    came = bytearray()
    with closing(open_port(f"{scheme}://{server.address}")) as port:
        writer = threading.Thread(target=port.write, args=[pattern])
        writer.start()
        while len(came) < len(pattern) and (data := port.read(30)):
            came += data
        writer.join()
    assert bytes(came) == pattern


def test_the_baud_rate_reaches_the_device(serve: Serve, echo: str) -> None:
    server = serve("rfc2217", echo)
    with closing(open_port(f"rfc2217://{server.address}", PortSettings(baudrate=9600))):
        descriptor = os.open(echo, os.O_RDWR | os.O_NOCTTY)
        speed = termios.tcgetattr(descriptor)[4]
        os.close(descriptor)
    assert speed == termios.B9600


def test_lines_that_a_device_does_not_have_cannot_be_set(serve: Serve, echo: str) -> None:
    server = serve("rfc2217", echo)
    with pytest.raises(PortError, match=r"does not confirm DTR.*leave dtr, rts and rtscts out"):
        open_port(f"rfc2217://{server.address}?timeout=0.2", PortSettings(dtr=False))


@both
def test_a_server_that_ends_is_a_lost_port(
    scheme: str, serve: Serve, virtual_module: VirtualModule
) -> None:
    server = serve(scheme, virtual_module.port)
    with channel_to(f"{scheme}://{server.address}") as channel:
        mark = channel.mark()
        server.hang_up()
        with pytest.raises(PortLost, match="its server ended, or gave the port to somebody else"):
            mark.next(Registered, within=60)


@both
def test_a_second_client_is_told_of_the_first(
    scheme: str, serve: Serve, virtual_module: VirtualModule
) -> None:
    server = serve(scheme, virtual_module.port)
    with channel_to(f"{scheme}://{server.address}") as first:
        with pytest.raises(PortInUse, match=r"another client.*'Port already in use'"):
            open_port(f"{scheme}://{server.address}?timeout=0.2")
        first.send(At())


@both
def test_a_client_that_is_thrown_out_is_told_so(
    scheme: str, serve: Serve, virtual_module: VirtualModule
) -> None:
    server = serve(scheme, virtual_module.port, "kickolduser: true")
    with channel_to(f"{scheme}://{server.address}") as first:
        mark = first.mark()
        with channel_to(f"{scheme}://{server.address}") as second:
            with pytest.raises(PortLost, match="gave the port to somebody else"):
                mark.next(Registered, within=60)
            second.send(At())


@both
def test_a_device_that_is_not_there_is_named(scheme: str, serve: Serve) -> None:
    server = serve(scheme, "/dev/not-there")
    with pytest.raises(PortError, match="Device open failure"):
        open_port(f"{scheme}://{server.address}")


@both
def test_nothing_of_a_closed_port_is_left(scheme: str, serve: Serve, echo: str) -> None:
    server = serve(scheme, echo)
    before = set(threading.enumerate()), sorted(Path("/proc/self/fd").iterdir())
    open_port(f"{scheme}://{server.address}").close()
    assert (set(threading.enumerate()), sorted(Path("/proc/self/fd").iterdir())) == before
