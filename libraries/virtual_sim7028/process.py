"""The module as a process: `python -m virtual_sim7028`.

Its first line on stdout says where the port is; each line after it is an event, as
`lab_evidence.Event.to_json` gives it, or `{"answer": "ok"}` to an order on a stdin that is watched.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import os
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from lab_evidence import Json, Recorder, Silent
from virtual_sim7028.condition import Condition
from virtual_sim7028.control import Control, ControlError, ControlSocket
from virtual_sim7028.faults import InvalidFault, PlannedFault, fault_table
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
from virtual_sim7028.standalone import (
    USAGE_ERROR,
    Parser,
    Printer,
    add_port_options,
    end_of_process,
    open_uart,
    watch_stdin,
)
from virtual_sim7028.uart import UartError


@dataclass(frozen=True, slots=True)
class Settings:
    """How a virtual module is started.

    Attributes:
        at: `pty`, or `tcp:HOST:PORT` with 0 for any free port.
        link: a symbolic link to make to the pty.
        profile: the firmware profile's name.
        switches: single choices of the profile, by the name of its field.
        pin: the SIM's PIN; None or empty when it asks for none.
        faults: what befalls it, and when, as `PlannedFault.parse` reads it.
        control: where to make a Unix socket that takes orders.
        events: whether events are printed.
        watch_stdin: whether the module takes orders from its standard input, and ends with it.
    """

    at: str = "pty"
    link: Path | None = None
    profile: str = NOTE_103.name
    switches: Mapping[str, str] = field(default_factory=dict)
    pin: str | None = None
    faults: tuple[str, ...] = ()
    control: Path | None = None
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
    for fault in settings.faults:
        command += ["--fault", fault]
    if settings.control is not None:
        command += ["--control", str(settings.control)]
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
    if arguments.faults_shown:
        print(fault_table(), end="")
        return 0
    try:
        asyncio.run(_serve(_settings(arguments)))
    except (InvalidSwitch, InvalidFault, UartError, ControlError) as error:
        print(f"{parser.prog}: {error}", file=sys.stderr)
        return USAGE_ERROR
    return 0


def _parser(program: str) -> argparse.ArgumentParser:
    parser = Parser(
        prog=program,
        description="A stand-in for a SIM7028 module: AT commands on a port, LwM2M over UDP.",
        epilog=f"example: {program} --link /tmp/sim7028 --set result0=2.05",
    )
    add_port_options(parser)
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
    parser.add_argument(
        "--fault",
        action="append",
        default=[],
        dest="faults",
        metavar="NAME@COMMAND[:N]",
        help="a fault that comes with the N-th command that begins so; may be given again",
    )
    parser.add_argument(
        "--control",
        type=Path,
        metavar="PATH",
        help="make a Unix socket that takes orders (see sim7028-lab virtual-control)",
    )
    parser.add_argument(
        "--quiet-events", action="store_true", help="print the ready line and no events"
    )
    parser.add_argument(
        "--profiles", action="store_true", help="show every choice of every profile, and end"
    )
    parser.add_argument(
        "--faults", action="store_true", dest="faults_shown", help="show every fault, and end"
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
        faults=tuple(arguments.faults),
        control=arguments.control,
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


def _plan(settings: Settings) -> tuple[PlannedFault, ...]:
    """What is to befall the module.

    Raises:
        InvalidFault: a fault is not written as it should be.
    """
    try:
        return tuple(PlannedFault.parse(text) for text in settings.faults)
    except InvalidFault as error:
        raise InvalidFault(f"--fault: {error}") from None


async def _serve(settings: Settings) -> None:
    """Run a module until a signal, or the end of stdin where it is watched.

    Raises:
        InvalidSwitch: no such profile, switch or value.
        InvalidFault: no such fault, or no such moment.
        UartError: the port cannot be had.
        ControlError: the control socket cannot be had.
    """
    profile, plan = _profile(settings), _plan(settings)
    ended = end_of_process()
    printer = Printer()
    recorder: Recorder = printer if settings.events else Silent()
    firmware = Firmware(profile, Identity(pin=settings.pin or None), lambda: datetime.now(UTC))
    condition = Condition(plan, recorder)
    runtime = Runtime(firmware, condition, recorder)
    control = Control(runtime, condition)
    async with contextlib.AsyncExitStack() as stack:
        stack.callback(printer.close)
        uart = await open_uart(settings.at, settings.link, runtime.typed)
        stack.push_async_callback(uart.close)
        stack.push_async_callback(runtime.stop)
        runtime.start(uart)
        if settings.control is not None:
            orders = await ControlSocket.open(settings.control, control.obey)
            stack.push_async_callback(orders.close)
        printer.print(Ready(uart.port, profile.name, os.getpid()).to_json())
        if settings.watch_stdin:
            watch_stdin(ended, lambda line: printer.print({"answer": control.obey(line)}))
        await ended
