"""Runs the firmware: hands it what happens and does what it says."""

from __future__ import annotations

import asyncio

from lab_evidence import Recorder
from virtual_sim7028.client import Client
from virtual_sim7028.condition import Condition
from virtual_sim7028.effects import (
    Acknowledge,
    After,
    Cancel,
    CommandLine,
    Connect,
    Connected,
    Detached,
    Disconnect,
    Effect,
    Elapsed,
    Ignore,
    Input,
    NotConnected,
    OutOfCoverage,
    PowerOn,
    Print,
    Reset,
    Respond,
    Send,
    Timer,
)
from virtual_sim7028.faults import Fault, Remedy
from virtual_sim7028.firmware import Firmware
from virtual_sim7028.line_editor import LineEditor
from virtual_sim7028.sockets import NoSocket, open_socket
from virtual_sim7028.tasks import Tasks
from virtual_sim7028.uart import Uart

_ERROR = b"\r\nERROR\r\n"


class Runtime:
    """A module at work.

    Everything happens on one event loop, one input at a time.

    Args:
        firmware: what runs.
        condition: what goes wrong with the module.
        recorder: is told of every CoAP message.
    """

    def __init__(self, firmware: Firmware, condition: Condition, recorder: Recorder) -> None:
        self._firmware = firmware
        self._condition = condition
        self._recorder = recorder
        self._uart: Uart | None = None
        self._typed = bytearray()
        self._editor = LineEditor()
        self._timers: dict[Timer, asyncio.TimerHandle] = {}
        self._clients: dict[int, Client] = {}
        self._connecting: dict[int, asyncio.Task[None]] = {}
        self._tasks = Tasks()

    def start(self, uart: Uart) -> None:
        """Boot, with this serial side."""
        self._uart = uart
        self._feed(PowerOn())

    async def stop(self) -> None:
        """Stop for good; the server is not told."""
        self._reset()
        await self._tasks.finish()

    # What befalls the module

    def strike(self, fault: Fault) -> None:
        """Let a fault befall the module.

        Raises:
            CannotHappen: it cannot befall a module in this condition.
        """
        self._strike(fault)
        self._type()

    def _strike(self, fault: Fault) -> None:
        self._condition.begin(fault)
        match fault:
            case Fault.POWER_OFF | Fault.HANG | Fault.DEAD:
                self._reset()
            case Fault.DEAF:
                self._forget_typed()
            case Fault.REBOOT:
                self._perform(self._firmware.handle(PowerOn()))
            case Fault.DETACHED:
                self._perform(self._firmware.handle(Detached()))
            case Fault.NETWORK_OFF if self._condition.runs:
                self._perform(self._firmware.handle(OutOfCoverage()))

    def power_on(self) -> None:
        """Give the module its supply, so that it boots; one that has it goes on."""
        if self._condition.has_power:
            return
        self._condition.end(Remedy.POWER)
        if self._condition.runs:
            self._feed(PowerOn())

    def network_on(self) -> None:
        """Bring the network back; the module finds it if it looks for it."""
        self._condition.end(Remedy.NETWORK)
        self._perform(self._condition.released())

    # The serial side

    def typed(self, data: bytes) -> None:
        """Bytes came in; a module that boots is deaf to them."""
        if self._condition.hears and self._firmware.awake:
            self._typed += data
            self._type()

    def _type(self) -> None:
        """Take what was typed, up to a command that has no final result yet."""
        while self._typed and self._firmware.listening:
            byte = self._typed.pop(0)
            if self._firmware.echo:
                self._print(bytes([byte]))
            line = self._editor.type(byte)
            if line is not None:
                self._take(line)

    def _take(self, line: bytes) -> None:
        """A command line is whole: what is planned for it comes first."""
        for fault in self._condition.due(line):
            if self._condition.runs:
                self._strike(fault)
        if not self._condition.hears:
            return
        if self._condition.accepts(line):
            self._perform(self._firmware.handle(CommandLine(line)))
        else:
            self._print(_ERROR)

    def _print(self, data: bytes) -> None:
        if self._uart is not None:
            self._uart.write(data)

    # The firmware

    def _feed(self, event: Input) -> None:
        self._perform(self._firmware.handle(event))
        self._type()

    def _perform(self, effects: tuple[Effect, ...]) -> None:
        for effect in effects:
            if self._condition.let_pass(effect):
                self._do(effect)

    def _do(self, effect: Effect) -> None:
        match effect:
            case Print(data):
                self._print(data)
            case Connect(session):
                self._connecting[session] = self._tasks.start(self._connect(effect))
            case Disconnect(session):
                self._disconnect(session)
            case Send(session, exchange, request):
                self._clients[session].send(exchange, request)
            case Respond(session, exchange, response):
                self._clients[session].respond(exchange, response)
            case Acknowledge(session, exchange):
                self._clients[session].acknowledge(exchange)
            case Ignore(session, exchange):
                self._clients[session].ignore(exchange)
            case After(seconds, timer):
                self._cancel(timer)
                loop = asyncio.get_running_loop()
                self._timers[timer] = loop.call_later(seconds, self._elapsed, timer)
            case Cancel(timer):
                self._cancel(timer)
            case Reset():
                self._reset()

    # The air

    async def _connect(self, connect: Connect) -> None:
        session = connect.session
        client = Client(session, self._feed, self._firmware.profile.ack_delay, self._recorder)
        try:
            await client.open(await open_socket(connect))
        except NoSocket as error:
            del self._connecting[session]
            self._feed(NotConnected(session, error.failure))
            return
        del self._connecting[session]
        self._clients[session] = client
        self._feed(Connected(session))

    def _disconnect(self, session: int) -> None:
        connecting = self._connecting.pop(session, None)
        if connecting is not None:
            connecting.cancel()
        client = self._clients.pop(session, None)
        if client is not None:
            client.close()
            self._tasks.start(client.finish())

    # Time

    def _elapsed(self, timer: Timer) -> None:
        del self._timers[timer]
        self._feed(Elapsed(timer))

    def _cancel(self, timer: Timer) -> None:
        handle = self._timers.pop(timer, None)
        if handle is not None:
            handle.cancel()

    def _reset(self) -> None:
        for handle in self._timers.values():
            handle.cancel()
        self._timers.clear()
        for session in [*self._connecting, *self._clients]:
            self._disconnect(session)
        self._forget_typed()

    def _forget_typed(self) -> None:
        self._typed.clear()
        self._editor = LineEditor()
