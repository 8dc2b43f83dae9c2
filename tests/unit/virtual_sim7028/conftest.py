"""A firmware on the desk: inputs in, effects out, nothing around it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import TypeVar

import pytest

from lwm2m import Code
from virtual_sim7028.effects import (
    After,
    Answered,
    CommandLine,
    Connect,
    Connected,
    Effect,
    Elapsed,
    Input,
    Method,
    PowerOn,
    Print,
    Received,
    Request,
    Respond,
    Response,
    Send,
    Timer,
    Wakeup,
)
from virtual_sim7028.firmware import Firmware
from virtual_sim7028.identity import Identity
from virtual_sim7028.profiles import NOTE_103, Profile

E = TypeVar("E")
NOON = datetime(2026, 1, 2, 12, 0, 5, tzinfo=UTC)


class Desk:
    """One firmware; remembers all it ever did.

    Attributes:
        firmware: the firmware.
        effects: what the last input gave.
    """

    def __init__(self, profile: Profile, identity: Identity) -> None:
        self.firmware = Firmware(profile, identity, lambda: NOON)
        self.effects: tuple[Effect, ...] = ()
        self._exchange = 0

    def put(self, event: Input) -> list[str]:
        """Hand in an input; the lines that it prints."""
        self.effects = self.firmware.handle(event)
        return self.printed

    @property
    def printed(self) -> list[str]:
        """The lines that the last input printed; each stands in its own CR LF."""
        texts = [effect.data for effect in self.effects if isinstance(effect, Print)]
        assert all(text.startswith(b"\r\n") and text.endswith(b"\r\n") for text in texts)
        return [text[2:-2].decode("latin-1") for text in texts]

    def did(self, kind: type[E]) -> list[E]:
        """What the last input did of this kind, in order."""
        return [effect for effect in self.effects if isinstance(effect, kind)]

    def at(self, line: str) -> list[str]:
        """Type a command."""
        return self.put(CommandLine(line.encode("latin-1")))

    def elapse(self, wakeup: Wakeup, session: int | None = None) -> list[str]:
        """Let a timer run down."""
        return self.put(Elapsed(Timer(wakeup, session)))

    def boot(self) -> Desk:
        """Switch on, boot, attach."""
        self.put(PowerOn())
        assert self.elapse(Wakeup.BOOTED) == ["*ATREADY: 1"]
        for after in self.did(After):
            assert self.put(Elapsed(after.timer)) == []
        return self

    def start(self, endpoint: str = "desk") -> Desk:
        """Start the service and configure it."""
        for command in (
            "AT+LWSTART",
            'AT+LWCNF="server","192.0.2.1"',
            f'AT+LWCNF="endpointname","{endpoint}"',
        ):
            assert self.at(command) == ["OK"], command
        return self

    def answer(self, code: Code | None, location: tuple[str, ...] = ()) -> list[str]:
        """Let the server answer what was just sent."""
        (sent,) = self.did(Send)
        return self.put(Answered(sent.session, sent.exchange, code, location))

    def register(self, location: str = "a") -> Desk:
        """Open a session."""
        assert self.at("AT+LWOPEN") == []
        (connect,) = self.did(Connect)
        assert self.put(Connected(connect.session)) == ["OK"]
        opened = f"{self.firmware.profile.open_urc}{connect.session}"
        assert self.answer(Code.CREATED, ("rd", location)) == [opened]
        return self

    def add(self, *objects: str) -> Desk:
        """Add objects as AT+LWADDOBJ takes them."""
        for text in objects:
            assert self.at(f"AT+LWADDOBJ={text}") == ["OK"]
        return self

    def ask(
        self, method: Method, path: str, payload: bytes = b"", *, session: int = 0, **more: object
    ) -> list[str]:
        """Let the server ask something; the URCs that it makes."""
        self._exchange += 1
        request = replace(
            Request(method, tuple(filter(None, path.split("/"))), payload=payload), **more
        )
        return self.put(Received(session, self._exchange, request))

    @property
    def exchange(self) -> int:
        """The number of the exchange that `ask` opened last."""
        return self._exchange

    @property
    def response(self) -> Response:
        """What the last input answered the server."""
        (respond,) = self.did(Respond)
        return respond.response


PowerUp = Callable[..., Desk]


@pytest.fixture
def power_up() -> PowerUp:
    """Boots a module of a profile."""

    def boot(
        profile: Profile = NOTE_103, identity: Identity | None = None, **switches: str
    ) -> Desk:
        return Desk(profile.switched(switches), identity or Identity()).boot()

    return boot


@pytest.fixture
def module(power_up: PowerUp) -> Desk:
    """A booted module of the profile note-1.03."""
    return power_up()


@pytest.fixture
def session(module: Desk) -> Desk:
    """A module with session 0 open and objects 3340 and 3339 in it."""
    return module.start().register().add("0,3340,0,5,5521,5850,5534,5750,5523", "0,3339,0,1,5522")
