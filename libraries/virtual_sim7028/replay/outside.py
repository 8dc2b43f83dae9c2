"""Answers to commands that are no part of the recorded scenario: bring-up, probes, clean-up."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime

from virtual_sim7028.effects import After, CommandLine, Effect, Elapsed, PowerOn, Print
from virtual_sim7028.firmware import Firmware
from virtual_sim7028.identity import Identity
from virtual_sim7028.profiles import NOTE_103

_LWM2M = "AT+LW"
_NOT_AS_RECORDED = ("AT+CGMR", "AT+CPIN")
"""The firmware must not be taken for that of a real module; the PIN was taken out of the record."""


class Outside:
    """A module without LwM2M that is on the network: as recorded, else as a virtual one.

    Args:
        recorded: whole answers by command.
    """

    def __init__(self, recorded: Mapping[str, tuple[bytes, ...]]) -> None:
        self._recorded = recorded
        self._firmware = Firmware(NOTE_103, Identity(), lambda: datetime.now(UTC))
        self._settle(self._firmware.handle(PowerOn()))

    def answer(self, command: str) -> bytes:
        """What is printed for a command; ERROR for those of LwM2M."""
        if command.upper().startswith(_LWM2M):
            return framed(b"ERROR")
        # The firmware hears it in any case, so that it knows what was set when it is asked.
        answer = self._settle(self._firmware.handle(CommandLine(command.encode())))
        if command in self._recorded and not command.upper().startswith(_NOT_AS_RECORDED):
            return b"".join(map(framed, self._recorded[command]))
        return answer

    def _settle(self, effects: tuple[Effect, ...]) -> bytes:
        """What is printed until nothing happens any more; nobody waits for a timer here."""
        printed = b""
        for effect in effects:
            match effect:
                case Print(data):
                    printed += data
                case After(_, timer):
                    printed += self._settle(self._firmware.handle(Elapsed(timer)))
        return printed


def framed(line: bytes) -> bytes:
    """A line as a module prints it (V.250, verbose format)."""
    return b"\r\n" + line + b"\r\n"
