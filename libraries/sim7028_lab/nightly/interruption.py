"""Ctrl-C and its like, as something that can be waited for."""

from __future__ import annotations

import contextlib
import os
import select
import signal
from collections.abc import Iterator
from types import FrameType

_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def _asking() -> Iterator[signal.Signals]:
    for number in _SIGNALS:
        if number is not signal.SIGHUP or signal.getsignal(number) is not signal.SIG_IGN:
            yield number


class Interruption:
    """Whether a signal has asked to stop.

    Attributes:
        by: the signal's name; None as long as none came.
        times: how many came.
    """

    def __init__(self) -> None:
        self.by: str | None = None
        self.times = 0
        self._reading, self._writing = os.pipe()
        os.set_blocking(self._writing, False)

    def wait(self, seconds: float) -> bool:
        """Wait so long, or until asked to stop; say whether that was so."""
        if self.by is None:
            select.select([self._reading], [], [], seconds)
        return self.by is not None

    @classmethod
    @contextlib.contextmanager
    def watched(cls) -> Iterator[Interruption]:
        """Take SIGINT, SIGTERM and SIGHUP for requests to stop, as long as the context lasts.

        A SIGHUP that is ignored, as `nohup` has it, stays so.
        """
        stop = cls()
        before = {number: signal.signal(number, stop._ask) for number in _asking()}
        try:
            yield stop
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)
            os.close(stop._reading)
            os.close(stop._writing)

    def _ask(self, number: int, _frame: FrameType | None) -> None:
        self.by = self.by or signal.Signals(number).name
        self.times += 1
        with contextlib.suppress(BlockingIOError):
            os.write(self._writing, b"!")
