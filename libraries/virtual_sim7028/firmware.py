"""The firmware: inputs go in, effects come out, and nothing else touches the world."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from virtual_sim7028 import commands, modem_commands
from virtual_sim7028.commands import LATER
from virtual_sim7028.console import CmeError, Console, ErrorReport, Refused
from virtual_sim7028.effects import (
    After,
    CommandLine,
    Detached,
    Effect,
    Elapsed,
    Input,
    OutOfCoverage,
    PowerOn,
    Reset,
    Timer,
    Wakeup,
)
from virtual_sim7028.grammar import Command, Fields, Form, Malformed, parse_command
from virtual_sim7028.identity import Identity
from virtual_sim7028.network import Network
from virtual_sim7028.profiles import Profile
from virtual_sim7028.service import Service

_BOOTED = Timer(Wakeup.BOOTED)
_REBOOT_DUE = Timer(Wakeup.REBOOT_DUE)
_REBOOT_DELAY = 0.05
"""From the command's OK to the reset, s."""
_COMMANDS = {**commands.COMMANDS, **modem_commands.COMMANDS}
_NAMES = {name for name, _ in _COMMANDS}


class Firmware:
    """What runs on the module.

    The same inputs give the same effects: there is no clock, no chance and no input or output
    in here.

    Attributes:
        profile: what the note leaves open.
        identity: who module and SIM are.
        console: replies and URCs.
        network: radio and SIM.
        service: LwM2M.
        echo: whether the UART gives back what it takes (ATE).
        awake: whether it has booted; before that it is deaf.

    Args:
        profile: what the note leaves open.
        identity: who module and SIM are.
        clock: the time of day, for AT+CCLK.
    """

    def __init__(self, profile: Profile, identity: Identity, clock: Callable[[], datetime]) -> None:
        self.profile = profile
        self.identity = identity
        self.clock = clock
        self.awake = False
        self._start_over()

    def _start_over(self) -> None:
        """Everything as it is after a reset: nothing is saved (note, parameter saving mode)."""
        self.echo = True
        self.console = Console()
        self.network = Network(self.identity, self.profile, self.console)
        self.service = Service(self.identity, self.profile, self.console)

    @property
    def listening(self) -> bool:
        """Whether a command line would be taken now."""
        return self.awake and not self.console.busy

    def handle(self, event: Input) -> tuple[Effect, ...]:
        """Take one input.

        A command line that comes while the firmware is not `listening` is lost.

        Returns:
            What is to be done, in order.
        """
        match event:
            case PowerOn():
                self.reboot()
            case Detached():
                self.leave_network()
            case OutOfCoverage():
                self.leave_network()
                self.network.attach()
            case CommandLine(text):
                if self.listening:
                    self._execute(text)
            case Elapsed(timer) if timer.session is None:
                self._elapsed(timer.wakeup)
            case Elapsed(timer):
                self.service.elapsed(timer)
            case _:
                self.service.handle(event)
        return self.console.take()

    def reboot(self) -> None:
        """Start over; the server is not told."""
        self.awake = False
        self._start_over()
        self.console.emit(Reset())
        self.console.emit(After(self.profile.boot_time, _BOOTED))

    def _elapsed(self, wakeup: Wakeup) -> None:
        match wakeup:
            case Wakeup.BOOTED:
                self.awake = True
                self.console.urc(b"*ATREADY: 1")
                self.network.attach()
            case Wakeup.ATTACHED:
                self.network.found()
                self.service.network_found()
            case Wakeup.REBOOT_DUE:
                self.reboot()

    def leave_network(self) -> None:
        """The radio goes off the air, and every socket with it."""
        self.network.detach()
        self.service.network_lost()

    def reboot_soon(self) -> None:
        """Start over once the command that asked for it has its OK."""
        self.console.emit(After(_REBOOT_DELAY, _REBOOT_DUE))

    def _execute(self, line: bytes) -> None:
        try:
            command = parse_command(line)
        except Malformed:
            command = Command(line.decode("latin-1"), Form.EXECUTE)
        if command is None:
            return
        plain = command.name.startswith("+LW") and self.profile.plain_errors
        self.console.begin(ErrorReport.PLAIN if plain else None)
        try:
            reply = self._run(command)
        except Malformed:
            self.console.fail(CmeError.INCORRECT_PARAMETERS)
        except Refused as refused:
            self.console.fail(refused.error)
        else:
            if reply is not LATER:
                self.console.succeed(reply)

    def _run(self, command: Command) -> commands.Reply:
        """Run a command.

        Raises:
            Refused, Malformed: it is answered with an error.
        """
        handler = _COMMANDS.get((command.name, command.form))
        if handler is not None:
            fields = Fields(command.arguments, blanks=self.profile.blanks_accepted)
            return handler(self, fields)
        if command.form is Form.TEST and command.name in _NAMES:
            return ()
        raise Refused(CmeError.UNKNOWN)
