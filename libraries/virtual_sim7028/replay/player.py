"""Plays the module's side of a recording: causes go in, deeds come out; no input or output.

A deed is done when every cause that was recorded before it has come. Commands have to come in
their recorded order; requests of the server may overtake each other and the commands.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeAlias, TypeVar

from virtual_sim7028.effects import Print
from virtual_sim7028.replay.exchanges import AirDeed, Exchanges
from virtual_sim7028.replay.messages import AirMessage
from virtual_sim7028.replay.outside import Outside, framed
from virtual_sim7028.replay.parameters import Parameters
from virtual_sim7028.replay.recording import STOP, Recording
from virtual_sim7028.replay.steps import Answered, Asked, Heard, Said, Told

_ATTENTION = "AT"
_CLOSE = "AT+LWCLOSE"
_LWM2M = "AT+LW"
_S = TypeVar("_S", Heard, Asked, Answered)


@dataclass(frozen=True, slots=True)
class Wait:
    """Tell when so many seconds are over, once."""

    seconds: float


Deed: TypeAlias = Print | AirDeed | Wait


@dataclass(frozen=True, slots=True)
class Misfit:
    """What came is not what was recorded.

    Attributes:
        line: of the evidence, where something else stands; its last where nothing more does.
        expected: what stands there.
        came: what came instead.
    """

    line: int
    expected: str
    came: str

    def __str__(self) -> str:
        return f"line {self.line}: expected {self.expected}; there came {self.came}"


class Player:
    """One performance of a recording.

    Attributes:
        misfit: where it ceased to fit; from there on nothing of the recording is played, and only
            what is outside of it is answered.

    Args:
        recording: what to play.
        first_mid: the first message ID that is used towards servers.
    """

    def __init__(self, recording: Recording, first_mid: int) -> None:
        self.misfit: Misfit | None = None
        self._steps = recording.steps
        self._delays = recording.delays
        self._has_come: set[int] = set()
        self._next = 0
        self._is_waiting = False
        self._parameters = Parameters(recording.own)
        self._exchanges = Exchanges(self._parameters, first_mid)
        self._outside = Outside(recording.answers)
        self._has_begun = False
        self._after_stop = recording.after_stop
        self._is_stopped = False
        self._is_deaf = False

    @property
    def next_line(self) -> int | None:
        """The line of the evidence that is due; None when all of it was played."""
        return self._steps[self._next].line if self._next < len(self._steps) else None

    # What comes

    def heard(self, line: bytes) -> tuple[Deed, ...]:
        """A command line came, without its CR."""
        text = line.decode("utf-8", "backslashreplace").strip("\0 \t")
        if not text:
            return ()
        due = self._due(text)
        if due is not None:
            self._take(*due, text)
            return tuple(self._go_on())
        if not self._may_be_outside(text):
            self._differ(Heard, text)
        return tuple(self._answer_outside(text))

    def received(self, session: int, message: AirMessage) -> tuple[Deed, ...]:
        """A message came from the server of a session."""
        if message.is_response:
            self._answered(session, message)
            return tuple(self._go_on())
        if not message.is_request:
            return ()
        again = self._exchanges.repeated(session, message)
        if again is not None:
            return again
        for index, step in self._missing(Asked):
            if step.message.asks_the_same(message):
                self._exchanges.asked(step.message, session, message)
                self._has_come.add(index)
                return tuple(self._go_on())
        self._differ(Asked, f"the server's {message}")
        return (self._exchanges.refused(session, message),)

    def waited(self) -> tuple[Deed, ...]:
        """The time that a `Wait` named is over."""
        self._is_waiting = False
        return () if self.misfit else (*self._do_next(), *self._go_on())

    # Commands

    def _due(self, text: str) -> tuple[int, Heard] | None:
        """The step that a command is, if it is the one that has to come next."""
        if not (self._has_begun or self._is_brought_up or not _is_outside_lwm2m(text)):
            return None
        for index, step in self._missing(Heard):
            if self._parameters.fits(step.text, text):
                return index, step
            # How often a module that is silent is asked for a sign of life is a matter of time.
            if step.text != _ATTENTION or self._final(index) is not None:
                return None
        return None

    @property
    def _is_brought_up(self) -> bool:
        """Whether what comes now need not be part of the bring-up any more."""
        return self._is_stopped and self._after_stop <= 0

    def _take(self, index: int, step: Heard, text: str) -> None:
        final = self._final(index)
        self._has_begun = True
        self._has_come.update(i for i, _ in self._missing(Heard) if i <= index)
        self._parameters.take(step.text, text, final)
        self._is_deaf = final is None

    def _final(self, index: int) -> str | None:
        """The recorded final result code of the command at this step; None if it has none."""
        for step in self._steps[index + 1 :]:
            if isinstance(step, Heard):
                return None
            if isinstance(step, Said) and step.is_final:
                return step.raw.decode("utf-8", "backslashreplace").strip()
        return None

    def _may_be_outside(self, text: str) -> bool:
        """Whether a command may come though it does not stand in the recording here."""
        if self._has_begun and any(self._missing(Heard)):
            return text == _ATTENTION
        return _is_outside_lwm2m(text)

    def _answer_outside(self, text: str) -> Iterator[Deed]:
        if self._is_stopped:
            self._after_stop -= 1
        name, _, number = text.upper().partition("=")
        if name not in (_CLOSE, STOP):
            is_silent = text == _ATTENTION and self._is_deaf and self.misfit is None
            if not is_silent:
                yield Print(self._outside.answer(text))
            return
        if name == STOP:
            self._is_stopped = True
            ended = tuple(self._exchanges.deregister())
        else:
            ended = tuple(self._exchanges.deregister(int(number) if number.isdecimal() else -1))
        yield from ended
        yield Print(framed(b"OK" if ended else b"ERROR"))

    # The air

    def _answered(self, session: int, message: AirMessage) -> None:
        for index, step in self._missing(Answered):
            if self._exchanges.belong_together(step.message, message):
                if step.message.code == message.code:
                    self._exchanges.answered(step.message, session, message)
                    self._has_come.add(index)
                else:
                    self._differ(Answered, f"the server's answer {message}", (index, step))
                return

    # The recording

    def _missing(self, kind: type[_S]) -> Iterator[tuple[int, _S]]:
        """The steps of a kind that have not come, in their order; none once it does not fit."""
        if self.misfit is None:
            for index in range(self._next, len(self._steps)):
                step = self._steps[index]
                if isinstance(step, kind) and index not in self._has_come:
                    yield index, step

    def _differ(self, kind: type[_S], came: str, expected: tuple[int, _S] | None = None) -> None:
        """It does not fit from here on; only the first misfit is told."""
        if self.misfit is not None:
            return
        _, step = expected or next(self._missing(kind), (None, None))
        if step is not None:
            self.misfit = Misfit(step.line, str(step), came)
        else:
            self.misfit = Misfit(self._steps[-1].line, f"no more {_PLURALS[kind]}", came)

    def _go_on(self) -> Iterator[Deed]:
        """Do all whose causes have come, up to one that takes its time."""
        while not (self._is_waiting or self.misfit) and self._next < len(self._steps):
            if isinstance(self._steps[self._next], Said | Told):
                if self._delays[self._next]:
                    self._is_waiting = True
                    yield Wait(self._delays[self._next])
                else:
                    yield from self._do_next()
            elif self._next in self._has_come:
                self._next += 1
            else:
                return

    def _do_next(self) -> Iterator[Deed]:
        step = self._steps[self._next]
        self._next += 1
        match step:
            case Said():
                yield Print(framed(step.raw) if step.is_ended else b"\r\n" + step.raw)
            case Told():
                yield from self._exchanges.told(step.message)


_PLURALS = {Heard: "commands", Asked: "requests of the server", Answered: "answers"}


def _is_outside_lwm2m(text: str) -> bool:
    """Whether a command is of the kind that bring-up, probes and clean-up are made of."""
    upper = text.upper()
    return not upper.startswith(_LWM2M) or upper.startswith((_CLOSE, STOP))
