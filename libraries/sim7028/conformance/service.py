"""What the conversation has told so far of the LwM2M service: sessions, objects, requests."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TypeAlias

from sim7028.conformance.exchange import Exchange
from sim7028.conformance.lw_command import Form, LwCommand
from sim7028.dialect import Name
from sim7028.urcs import ExecuteRequest, ReadRequest, Ready, Registered, Urc, WriteRequest

Request: TypeAlias = ReadRequest | WriteRequest | ExecuteRequest

_ANSWERED_BY: dict[Name, type[Request]] = {
    Name.READ_RESPONSE: ReadRequest,
    Name.WRITE_RESPONSE: WriteRequest,
    Name.EXECUTE_RESPONSE: ExecuteRequest,
}

_NAME = re.compile(rb" *[Aa][Tt]([+*][A-Za-z0-9]+)")


@dataclass
class Session:
    """An open session.

    Attributes:
        declared: the resources of each (object, instance).
        requests: what the module reported and the application has not answered.
    """

    declared: dict[tuple[int, int], set[int]] = field(default_factory=dict)
    requests: list[Request] = field(default_factory=list)

    def fitting(self, command: LwCommand) -> Request | None:
        """The oldest request that a response command answers; None when there is none."""
        return next((each for each in self.asked(command) if _fits(command, each)), None)

    def asked(self, command: LwCommand) -> Iterator[Request]:
        """The requests of the kind that a response command answers."""
        kind = _ANSWERED_BY[command.name]
        return (request for request in self.requests if isinstance(request, kind))


def is_response(command: LwCommand) -> bool:
    """Whether a command answers a request, and can be read."""
    return command.name in _ANSWERED_BY and command.form is Form.WRITE and not command.flaw


def _fits(command: LwCommand, request: Request) -> bool:
    if command.values is None or not isinstance(request, ReadRequest):
        return True  # a result code names no resource
    answer = command.values
    return (answer.object, answer.instance) == (request.object, request.instance) and (
        not request.resources or {each.id for each in answer.values} == set(request.resources)
    )


class Service:
    """The state of the module's LwM2M service, as far as the lines seen so far tell it.

    Attributes:
        started: whether AT+LWSTART is in effect; None when the conversation began before these
            lines, so that nothing is known of sessions either.
        sessions: those that are open, by id.
        opening: how many AT+LWOPEN wait for their +LMOPEN.
        pending: the command that waits for its final result code.
        awaited: how the lines of its reply begin, such as `+CESQ`; empty when it has none.
        has_heard_command: whether any command was seen; a log may hold the module's side only.
        echoes: whether commands are echoed (ATE); None when nobody has said so.
    """

    def __init__(self) -> None:
        self.pending: LwCommand | None = None
        self.awaited = b""
        self.has_heard_command = False
        self.echoes: bool | None = None
        self._forget()

    def _forget(self, started: bool | None = None) -> None:
        self.started = started
        self.sessions: dict[int, Session] = {}
        self.opening = 0

    def sent(self, exchange: Exchange) -> None:
        """A command went out."""
        command = exchange.lw
        self.has_heard_command = True
        self.pending = command
        if command is None or command.form is Form.TEST:
            name = _NAME.match(exchange.command.raw)
            self.awaited = name[1].upper() if name else b""
        if command is not None and command.name is Name.OPEN and command.form is Form.EXECUTE:
            self.opening += 1

    def ended(self, exchange: Exchange) -> None:
        """A command was answered, or never will be."""
        self.pending = None
        self.awaited = b""
        command = exchange.lw
        if command is None:
            self._general(exchange)
        elif command.form is Form.TEST or command.flaw:
            return
        elif exchange.accepted:
            self._accepted(command)
        elif exchange.final is None:
            self._forget()  # whether it was done or not, nobody knows
        elif command.name is Name.OPEN:
            self.opening = max(0, self.opening - 1)

    def _general(self, exchange: Exchange) -> None:
        text = exchange.command.text.strip().upper()
        if not exchange.accepted:
            return
        if text in ("ATE", "ATE0", "ATE1"):
            self.echoes = text == "ATE1"
        elif text == "AT+QCRST":
            self._forget()

    def _accepted(self, command: LwCommand) -> None:
        session = self.sessions.get(command.session) if command.session is not None else None
        match command.name:
            case Name.START if not self.started:
                self._forget(started=True)
            case Name.STOP:
                self._forget(started=False)
            case Name.CLOSE:
                if self.sessions.pop(command.numbers[0], None) is None:
                    self.opening = max(0, self.opening - 1)
            case Name.ADD_OBJECT if session is not None:
                _, object_id, instance, _, *resources = command.numbers
                session.declared.setdefault((object_id, instance), set()).update(resources)
            case Name.DELETE_OBJECT if session is not None:
                for place in [key for key in session.declared if key[0] == command.numbers[1]]:
                    del session.declared[place]
            case _ if session is not None and is_response(command):
                request = session.fitting(command)
                if request is not None:
                    session.requests.remove(request)

    def told(self, urc: Urc) -> None:
        """The module said something on its own."""
        match urc:
            case Ready():
                self._forget(started=False)
                self.echoes = None
            case Registered(session=number):
                self.opening = max(0, self.opening - 1)
                if self.started is not None:
                    self.sessions.setdefault(number, Session())
            case ReadRequest() | WriteRequest() | ExecuteRequest() if urc.session in self.sessions:
                self.sessions[urc.session].requests.append(urc)
