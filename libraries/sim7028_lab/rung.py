"""The rungs of the ladder that brings a module back: each costs more than the one before."""

from __future__ import annotations

from enum import Enum


class Rung(Enum):
    """One way to bring a module back, as a bench file names it."""

    RESYNCHRONISE = "resynchronise"
    """AT until it is answered by OK, which ends what the UART was in the middle of."""
    ATZ = "atz"
    """ATZ and echo off: the settings of a fresh module."""
    CFUN = "cfun"
    """The radio off and on, AT+CFUN=0 and 1."""
    QCRST = "qcrst"
    """A restart by AT+QCRST."""
    POWER = "power"
    """The supply off and on, with the bench's power switch."""
