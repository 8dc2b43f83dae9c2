"""A replay as a process: a ready line like that of a virtual module, and at its end an outcome."""

from __future__ import annotations

import asyncio
import os
import random
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from lab_evidence import Json
from virtual_sim7028.effects import Connect, Print
from virtual_sim7028.line_editor import LineEditor
from virtual_sim7028.process import Ready
from virtual_sim7028.replay.air import Air
from virtual_sim7028.replay.evidence import RecordingError
from virtual_sim7028.replay.exchanges import Transmit
from virtual_sim7028.replay.messages import AirMessage
from virtual_sim7028.replay.player import Deed, Player, Wait
from virtual_sim7028.replay.recording import Recording, read_recording
from virtual_sim7028.standalone import (
    USAGE_ERROR,
    Parser,
    Printer,
    add_port_options,
    end_of_process,
    open_uart,
    watch_stdin,
)
from virtual_sim7028.uart import Uart, UartError

_DIFFERS = 1
_MIDS = 0x10000


@dataclass(frozen=True, slots=True)
class ReplaySettings:
    """How a replay is started.

    Attributes:
        evidence: the file of one scenario.
        at: `pty`, or `tcp:HOST:PORT` with 0 for any free port.
        link: a symbolic link to make to the pty.
        watch_stdin: whether it ends when its standard input does.
    """

    evidence: Path
    at: str = "pty"
    link: Path | None = None
    watch_stdin: bool = False


def command_line(settings: ReplaySettings) -> list[str]:
    """The command that starts a replay with these settings, for `subprocess`."""
    command = [sys.executable, "-m", "virtual_sim7028.replay", str(settings.evidence)]
    command += ["--at", settings.at]
    if settings.link is not None:
        command += ["--link", str(settings.link)]
    if settings.watch_stdin:
        command.append("--watch-stdin")
    return command


@dataclass(frozen=True, slots=True)
class Outcome:
    """The last line on stdout.

    Attributes:
        next_line: the line of the evidence that was due when it ended; None when all was played.
        misfit: what did not fit, in words; empty when all that came did.
    """

    next_line: int | None
    misfit: str

    def to_json(self) -> dict[str, Json]:
        """The line, as one JSON object; `from_json` reads it."""
        return {"next_line": self.next_line, "misfit": self.misfit}

    @classmethod
    def from_json(cls, record: dict[str, Any]) -> Outcome:
        """Read what `to_json` gave."""
        return cls(record["next_line"], record["misfit"])

    def __str__(self) -> str:
        if self.misfit:
            return f"the recording does not fit at {self.misfit}"
        if self.next_line is not None:
            return f"the recording was played up to line {self.next_line}, which did not come"
        return "the recording was played to its end"


def main(
    argv: Sequence[str] | None = None, program: str = "python -m virtual_sim7028.replay"
) -> int:
    """Replay a recording until told to end.

    Args:
        argv: the arguments after the program's name; those of the process when left out.
        program: what it was called as, for help and errors.

    Returns:
        0 when all that came fitted the recording, 1 when something did not, 2 when it could not
        start.
    """
    parser = _parser(program)
    arguments = parser.parse_args(argv)
    settings = ReplaySettings(
        arguments.evidence, arguments.at, arguments.link, arguments.watch_stdin
    )
    try:
        recording = read_recording(settings.evidence)
        outcome = asyncio.run(_serve(settings, recording))
    except (RecordingError, UartError) as error:
        print(f"{parser.prog}: {error}", file=sys.stderr)
        return USAGE_ERROR
    print(f"{settings.evidence}: {outcome}", file=sys.stderr)
    return _DIFFERS if outcome.misfit else 0


def _parser(program: str) -> Parser:
    parser = Parser(
        prog=program,
        description="Play the module's side of a recorded scenario on a port.",
        epilog=f"example: {program} results/evidence/Read.Values/A_Float.jsonl --link /tmp/module",
    )
    parser.add_argument("evidence", type=Path, metavar="EVIDENCE.jsonl", help="of one scenario")
    add_port_options(parser)
    return parser


async def _serve(settings: ReplaySettings, recording: Recording) -> Outcome:
    """Play until a signal, or the end of stdin where it is watched.

    Raises:
        UartError: the port cannot be had.
    """
    ended = end_of_process()
    if settings.watch_stdin:
        watch_stdin(ended)
    printer = Printer()
    stage = _Stage(Player(recording, random.randrange(_MIDS)))  # noqa: S311 - a number, no secret
    try:
        uart = await open_uart(settings.at, settings.link, stage.typed)
        try:
            stage.uart = uart
            printer.print(Ready(uart.port, "replay", os.getpid()).to_json())
            await ended
        finally:
            await stage.close()
            await uart.close()
        printer.print(stage.outcome.to_json())
    finally:
        printer.close()
    return stage.outcome


class _Stage:
    """Hands the player what happens and does what it says.

    Attributes:
        uart: the serial side.
    """

    def __init__(self, player: Player) -> None:
        self.uart: Uart | None = None
        self._player = player
        self._editor = LineEditor()
        self._airs: dict[int, Air] = {}
        self._wait: asyncio.TimerHandle | None = None
        self._is_told = False

    @property
    def outcome(self) -> Outcome:
        misfit = self._player.misfit
        return Outcome(self._player.next_line, str(misfit) if misfit else "")

    def typed(self, data: bytes) -> None:
        """Bytes came in at the port."""
        for byte in data:
            line = self._editor.type(byte)
            if line is not None:
                self._perform(self._player.heard(line))

    def _received(self, session: int, message: AirMessage) -> None:
        self._perform(self._player.received(session, message))

    def _waited(self) -> None:
        self._wait = None
        self._perform(self._player.waited())

    def _perform(self, deeds: tuple[Deed, ...]) -> None:
        for deed in deeds:
            match deed:
                case Print(data):
                    if self.uart is not None:
                        self.uart.write(data)
                case Connect(session):
                    self._airs[session] = Air(deed, partial(self._received, session))
                case Transmit(session, message):
                    self._airs[session].send(message)
                case Wait(seconds):
                    loop = asyncio.get_running_loop()
                    self._wait = loop.call_later(seconds, self._waited)
        if self._player.misfit is not None and not self._is_told:
            self._is_told = True
            print(f"the recording does not fit at {self._player.misfit}", file=sys.stderr)

    async def close(self) -> None:
        """End sockets and timers."""
        if self._wait is not None:
            self._wait.cancel()
        for air in self._airs.values():
            await air.close()
