"""The text side of the firmware: replies, final results, URCs, and their order."""

from __future__ import annotations

from collections.abc import Iterable
from enum import Enum, IntEnum

from virtual_sim7028.effects import Effect, Print


class CmeError(IntEnum):
    """Error codes of 3GPP TS 27.007, 9.2, as far as they are used."""

    OPERATION_NOT_ALLOWED = 3
    OPERATION_NOT_SUPPORTED = 4
    SIM_PIN_REQUIRED = 11
    INCORRECT_PASSWORD = 16
    NO_NETWORK_SERVICE = 30
    INCORRECT_PARAMETERS = 50
    UNKNOWN = 100


class ErrorReport(Enum):
    """How a refused command is answered (AT+CMEE)."""

    PLAIN = 0
    NUMERIC = 1
    VERBOSE = 2


class Refused(Exception):
    """A command is answered with an error.

    Args:
        error: what a report of it says.
    """

    def __init__(self, error: CmeError = CmeError.OPERATION_NOT_ALLOWED) -> None:
        super().__init__(error.name)
        self.error = error


class Console:
    """Collects effects in order, and keeps URCs out of the reply to a command.

    While a command runs, URCs wait; its final result lets them go.

    Attributes:
        busy: whether a command runs, so that no other is taken.
        report: how a refused command is answered.
    """

    def __init__(self) -> None:
        self.busy = False
        self.report = ErrorReport.PLAIN
        self._report_now = self.report
        self._effects: list[Effect] = []
        self._waiting: list[bytes] = []

    def emit(self, effect: Effect) -> None:
        """Have something done, after all that was told before."""
        self._effects.append(effect)

    def take(self) -> tuple[Effect, ...]:
        """What is to be done, in order; it is told once."""
        effects, self._effects = self._effects, []
        return tuple(effects)

    def urc(self, text: bytes) -> None:
        """Print an unsolicited line as soon as no command runs."""
        if self.busy:
            self._waiting.append(text)
        else:
            self._frame(text)

    def begin(self, report: ErrorReport | None = None) -> None:
        """A command runs from here on, until it succeeds or fails.

        Args:
            report: in which shape its error would be told; as AT+CMEE asked when left out.
        """
        self.busy = True
        self._report_now = report or self.report

    def succeed(self, lines: Iterable[str] = ()) -> None:
        """End the command that runs: its lines, then OK."""
        for line in lines:
            self._frame(line.encode())
        self._finish("OK")

    def fail(self, error: CmeError) -> None:
        """End the command that runs with an error."""
        match self._report_now:
            case ErrorReport.PLAIN:
                self._finish("ERROR")
            case ErrorReport.NUMERIC:
                self._finish(f"+CME ERROR: {error.value}")
            case ErrorReport.VERBOSE:
                self._finish(f"+CME ERROR: {error.name.replace('_', ' ').lower()}")

    def _finish(self, final: str) -> None:
        self._frame(final.encode())
        self.busy = False
        waiting, self._waiting = self._waiting, []
        for text in waiting:
            self._frame(text)

    def _frame(self, text: bytes) -> None:
        self.emit(Print(b"\r\n" + text + b"\r\n"))
