"""The module as a process: `python -m virtual_sim7028`.

Its first line on stdout says where the port is; each line after it is an event, as
`lab_evidence.Event.to_json` gives it.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import logging
import os
import queue
import signal
import sys
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import NoReturn

from lab_evidence import Event, Json, Recorder, Silent
from virtual_sim7028.firmware import Firmware
from virtual_sim7028.identity import Identity
from virtual_sim7028.profiles import (
    NOTE_103,
    PROFILES,
    InvalidSwitch,
    Profile,
    profile_table,
)
from virtual_sim7028.runtime import Runtime
from virtual_sim7028.uart import PtyUart, TcpUart, Uart, UartError

_STDIN, _STDOUT = 0, 1
_FLUSH_LIMIT = 1.0
_USAGE_ERROR = 2


@dataclass(frozen=True, slots=True)
class Settings:
    """How a virtual module is started.

    Attributes:
        at: `pty`, or `tcp:HOST:PORT` with 0 for any free port.
        link: a symbolic link to make to the pty.
        profile: the firmware profile's name.
        switches: single choices of the profile, by the name of its field.
        pin: the SIM's PIN; None or empty when it asks for none.
        events: whether events are printed.
        watch_stdin: whether the module ends when its standard input does.
    """

    at: str = "pty"
    link: Path | None = None
    profile: str = NOTE_103.name
    switches: Mapping[str, str] = field(default_factory=dict)
    pin: str | None = None
    events: bool = True
    watch_stdin: bool = False


def command_line(settings: Settings) -> list[str]:
    """The command that starts a module with these settings, for `subprocess`."""
    command = [sys.executable, "-m", "virtual_sim7028"]
    command += ["--at", settings.at, "--profile", settings.profile]
    if settings.link is not None:
        command += ["--link", str(settings.link)]
    for name, value in settings.switches.items():
        command += ["--set", f"{name}={value}"]
    if settings.pin:
        command += ["--pin", settings.pin]
    if not settings.events:
        command.append("--quiet-events")
    if settings.watch_stdin:
        command.append("--watch-stdin")
    return command


@dataclass(frozen=True, slots=True)
class Ready:
    """The first line on stdout.

    Attributes:
        port: where the UART is, as pyserial takes it.
        profile: the firmware profile's name.
        pid: the process.
    """

    port: str
    profile: str
    pid: int

    def to_json(self) -> dict[str, Json]:
        """The line, as one JSON object."""
        return {"port": self.port, "profile": self.profile, "pid": self.pid}


class _Printer:
    """Prints on stdout from a thread of its own: a reader that lags must not stop the module."""

    def __init__(self) -> None:
        self._lines: queue.SimpleQueue[bytes | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._run, name="events", daemon=True)
        self._thread.start()

    def print(self, record: Mapping[str, Json]) -> None:
        """Print one JSON line."""
        self._lines.put(json.dumps(record, separators=(",", ":")).encode() + b"\n")

    def record(self, event: Event, /) -> None:
        """Print an event."""
        self.print(event.to_json())

    def close(self) -> None:
        """Print what is left, if anybody reads."""
        self._lines.put(None)
        self._thread.join(_FLUSH_LIMIT)

    def _run(self) -> None:
        with contextlib.suppress(OSError):  # nobody reads any more
            while (line := self._lines.get()) is not None:
                while line:
                    line = line[os.write(_STDOUT, line) :]


def main(argv: Sequence[str] | None = None, program: str = "python -m virtual_sim7028") -> int:
    """Run a virtual module until it is told to end.

    Args:
        argv: the arguments after the program's name; those of the process when left out.
        program: what it was called as, for help and errors.

    Returns:
        0 when it was ended by a signal or its stdin, 2 when it could not start.
    """
    parser = _parser(program)
    arguments = parser.parse_args(argv)
    if arguments.profiles:
        print(profile_table(), end="")
        return 0
    try:
        asyncio.run(_serve(_settings(arguments)))
    except (InvalidSwitch, UartError) as error:
        print(f"{parser.prog}: {error}", file=sys.stderr)
        return _USAGE_ERROR
    return 0


class _Parser(argparse.ArgumentParser):
    """Complains in one line."""

    def error(self, message: str) -> NoReturn:
        """End with the complaint on stderr."""
        self.exit(_USAGE_ERROR, f"{self.prog}: {message}\n")


def _parser(program: str) -> argparse.ArgumentParser:
    parser = _Parser(
        prog=program,
        description="A stand-in for a SIM7028 module: AT commands on a port, LwM2M over UDP.",
        epilog=f"example: {program} --link /tmp/sim7028 --set result0=2.05",
    )
    parser.add_argument(
        "--at",
        default="pty",
        metavar="WHERE",
        help="where the AT port is: pty (default), or tcp:HOST:PORT, with 0 for any free port",
    )
    parser.add_argument("--link", type=Path, metavar="PATH", help="a symbolic link to the pty")
    parser.add_argument(
        "--profile",
        default=NOTE_103.name,
        metavar="NAME",
        help=f"firmware profile: {', '.join(PROFILES)} (default {NOTE_103.name})",
    )
    parser.add_argument(
        "--set",
        action="append",
        default=[],
        dest="switches",
        metavar="SWITCH=VALUE",
        help="another choice for one row of the profile; may be given again",
    )
    parser.add_argument("--pin", metavar="PIN", help="the PIN that the SIM asks for")
    parser.add_argument("--watch-stdin", action="store_true", help="end when standard input does")
    parser.add_argument(
        "--quiet-events", action="store_true", help="print the ready line and no events"
    )
    parser.add_argument(
        "--profiles", action="store_true", help="show every choice of every profile, and end"
    )
    return parser


def _settings(arguments: argparse.Namespace) -> Settings:
    """What the command line asks for.

    Raises:
        InvalidSwitch: a switch without a value.
    """
    switches = {}
    for text in arguments.switches:
        name, equals, value = text.partition("=")
        if not equals:
            raise InvalidSwitch(f"--set {text}: write SWITCH=VALUE, for example dedup=false")
        switches[name] = value
    return Settings(
        at=arguments.at,
        link=arguments.link,
        profile=arguments.profile,
        switches=switches,
        pin=arguments.pin,
        events=not arguments.quiet_events,
        watch_stdin=arguments.watch_stdin,
    )


def _profile(settings: Settings) -> Profile:
    """The profile with its switches.

    Raises:
        InvalidSwitch: no such profile, switch or value.
    """
    if settings.profile not in PROFILES:
        raise InvalidSwitch(
            f"no profile is called {settings.profile!r}: there are {', '.join(PROFILES)}"
        )
    return PROFILES[settings.profile].switched(settings.switches)


async def _serve(settings: Settings) -> None:
    """Run a module until a signal, or the end of stdin where it is watched.

    Raises:
        InvalidSwitch: no such profile, switch or value.
        UartError: the port cannot be had.
    """
    profile = _profile(settings)
    # What a peer does wrong is told by events; a stderr that nobody reads must not fill up.
    logging.getLogger("coap").setLevel(logging.ERROR)
    loop = asyncio.get_running_loop()
    ended: asyncio.Future[None] = loop.create_future()

    def end(failure: Exception | None = None) -> None:
        if not ended.done():
            ended.set_result(None) if failure is None else ended.set_exception(failure)

    # A slip in here must not look like a module that has gone quiet.
    loop.set_exception_handler(
        lambda _, context: end(context.get("exception") or RuntimeError(context["message"]))
    )
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        loop.add_signal_handler(number, end)
    if settings.watch_stdin:
        _watch_stdin(loop, end)
    printer = _Printer()
    recorder: Recorder = printer if settings.events else Silent()
    firmware = Firmware(profile, Identity(pin=settings.pin or None), lambda: datetime.now(UTC))
    runtime = Runtime(firmware, recorder)
    try:
        uart = await _open_uart(settings, runtime)
        try:
            printer.print(Ready(uart.port, profile.name, os.getpid()).to_json())
            runtime.power_on(uart)
            await ended
        finally:
            await runtime.power_off()
            await uart.close()
    finally:
        printer.close()


async def _open_uart(settings: Settings, runtime: Runtime) -> Uart:
    """The serial side that the settings ask for.

    Raises:
        UartError: it cannot be had.
    """
    kind, _, address = settings.at.partition(":")
    if settings.at == "pty":
        return PtyUart(runtime.typed, settings.link)
    host, _, port = address.rpartition(":")
    if kind != "tcp" or not host or not port.isdecimal() or int(port) > 65535:
        raise UartError(f"--at {settings.at}: write pty or tcp:HOST:PORT, as in tcp:127.0.0.1:0")
    if settings.link is not None:
        raise UartError("--link goes with --at pty: a TCP port has no file to link to")
    return await TcpUart.open(runtime.typed, host.strip("[]"), int(port))


def _watch_stdin(loop: asyncio.AbstractEventLoop, end: Callable[[], None]) -> None:
    """Call `end` when standard input ends: its owner is gone, however it died."""

    def wait_for_end() -> None:
        with contextlib.suppress(OSError):
            while os.read(_STDIN, 4096):
                pass
        with contextlib.suppress(RuntimeError):  # the loop has ended before
            loop.call_soon_threadsafe(end)

    threading.Thread(target=wait_for_end, name="stdin", daemon=True).start()
