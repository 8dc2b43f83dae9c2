"""What a process that stands in for a module needs: its port, its stdout, and its end."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import logging
import os
import queue
import signal
import threading
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import NoReturn

from lab_evidence import Event, Json, encode_line
from virtual_sim7028.uart import PtyUart, TcpUart, Uart, UartError

_STDIN, _STDOUT = 0, 1
_FLUSH_LIMIT = 1.0
USAGE_ERROR = 2
"""The exit code of a process that could not start."""


class Printer:
    """Prints on stdout from a thread of its own: telling must not keep the module from answering.

    Neither does a reader that lags.
    """

    def __init__(self) -> None:
        self._queue: queue.SimpleQueue[Callable[[], Mapping[str, Json]] | None] = (
            queue.SimpleQueue()
        )
        self._thread = threading.Thread(target=self._run, name="events", daemon=True)
        self._thread.start()

    def print(self, record: Mapping[str, Json]) -> None:
        """Print one JSON line."""
        self._queue.put(lambda: record)

    def record(self, event: Event, /) -> None:
        """Print an event."""
        self._queue.put(event.to_json)

    def close(self) -> None:
        """Print what is left, if anybody reads."""
        self._queue.put(None)
        self._thread.join(_FLUSH_LIMIT)

    def _run(self) -> None:
        with contextlib.suppress(OSError):  # nobody reads any more
            while (record := self._queue.get()) is not None:
                line = encode_line(record())
                while line:
                    line = line[os.write(_STDOUT, line) :]


class Parser(argparse.ArgumentParser):
    """Complains in one line."""

    def error(self, message: str) -> NoReturn:
        """End with the complaint on stderr."""
        self.exit(USAGE_ERROR, f"{self.prog}: {message}\n")


def add_port_options(parser: argparse.ArgumentParser) -> None:
    """The options that say where the port is."""
    parser.add_argument(
        "--at",
        default="pty",
        metavar="WHERE",
        help="where the AT port is: pty (default), or tcp:HOST:PORT, with 0 for any free port",
    )
    parser.add_argument("--link", type=Path, metavar="PATH", help="a symbolic link to the pty")
    parser.add_argument("--watch-stdin", action="store_true", help="end when standard input does")


async def open_uart(at: str, link: Path | None, on_bytes: Callable[[bytes], None]) -> Uart:
    """The serial side.

    Args:
        at: `pty`, or `tcp:HOST:PORT` with 0 for any free port.
        link: a symbolic link to make to the pty.
        on_bytes: takes what comes in.

    Raises:
        UartError: it cannot be had.
    """
    kind, _, address = at.partition(":")
    if at == "pty":
        return PtyUart(on_bytes, link)
    host, _, port = address.rpartition(":")
    if kind != "tcp" or not host or not port.isdecimal() or int(port) > 65535:
        raise UartError(f"--at {at}: write pty or tcp:HOST:PORT, as in tcp:127.0.0.1:0")
    if link is not None:
        raise UartError("--link goes with --at pty: a TCP port has no file to link to")
    return await TcpUart.open(on_bytes, host.strip("[]"), int(port))


def end_of_process() -> asyncio.Future[None]:
    """Done at a signal; fails with what fails.

    To be called once, on the loop that runs everything.
    """
    # What a peer does wrong is told by events; a stderr that nobody reads must not fill up.
    logging.getLogger("coap").setLevel(logging.ERROR)
    loop = asyncio.get_running_loop()
    ended: asyncio.Future[None] = loop.create_future()

    # A slip in here must not look like a module that has gone quiet.
    loop.set_exception_handler(
        lambda _, context: _end(ended, context.get("exception") or RuntimeError(context["message"]))
    )
    signals = [signal.SIGINT, signal.SIGTERM]
    if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:  # which is what nohup is for
        signals.append(signal.SIGHUP)
    for number in signals:
        loop.add_signal_handler(number, _end, ended)
    return ended


def _end(ended: asyncio.Future[None], failure: Exception | None = None) -> None:
    if not ended.done():
        ended.set_result(None) if failure is None else ended.set_exception(failure)


def watch_stdin(
    ended: asyncio.Future[None], on_line: Callable[[str], None] = lambda _line: None
) -> None:
    """End when standard input does: its owner is gone, however it died.

    Args:
        ended: what `end_of_process` gave.
        on_line: takes each line that comes, without its end.
    """
    loop = asyncio.get_running_loop()

    def read() -> None:
        with contextlib.suppress(RuntimeError):  # the loop has ended before
            for line in _stdin_lines():
                loop.call_soon_threadsafe(on_line, line)
            loop.call_soon_threadsafe(_end, ended)

    threading.Thread(target=read, name="stdin", daemon=True).start()


def _stdin_lines() -> Iterator[str]:
    """Whole lines as they come."""
    begun = b""
    with contextlib.suppress(OSError):
        while data := os.read(_STDIN, 4096):
            *lines, begun = (begun + data).split(b"\n")
            for line in lines:
                yield line.decode("utf-8", "replace")
