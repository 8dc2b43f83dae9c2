"""URCs that have come, and the marks from which they are claimed."""

from __future__ import annotations

import time
import weakref
from collections import deque
from collections.abc import Callable
from threading import Condition
from typing import TypeVar

from sim7028.errors import PortLost, UrcMissing, UrcUnexpected
from sim7028.framing import Line
from sim7028.urcs import Urc

U = TypeVar("U", bound=Urc)

_RECENT_LINES = 50


class Inbox:
    """What the reader thread leaves for the others, under one lock.

    A URC is kept as long as there is a mark that can claim it.

    Attributes:
        changed: notified whenever something here changes; its lock guards everything here.
        lost: what the operating system said when the port went away; None while it is there.
        failure: what else ended the reader, such as evidence that could not be kept.
        hopeless: why no URC that is awaited can come any more, though the port is well.
        last_command: when the last command was sent, and which.

    Args:
        port: the port's URL, for messages.
    """

    def __init__(self, port: str) -> None:
        self.changed = Condition()
        self.lost: OSError | None = None
        self.failure: Exception | None = None
        self.hopeless: Exception | None = None
        self.last_command: tuple[float, str] | None = None
        self._port = port
        self._recent: deque[Line] = deque(maxlen=_RECENT_LINES)
        self._urcs: dict[int, Urc] = {}
        self._arrivals = 0
        self._marks: weakref.WeakSet[Mark] = weakref.WeakSet()

    def saw(self, line: Line) -> None:
        """Remember a line for messages."""
        self._recent.append(line)

    def recent(self, since: float) -> list[Line]:
        """The last lines that came after the monotonic time `since`."""
        with self.changed:
            return [line for line in self._recent if line.t >= since]

    def put(self, urc: Urc) -> None:
        """A URC has come."""
        if self._marks:
            self._urcs[self._arrivals] = urc
        self._arrivals += 1
        self.changed.notify_all()

    def enter(self, mark: Mark) -> int:
        """Begin to keep URCs for this mark; give the number of the first that it can claim."""
        first = min((other.position for other in self._marks), default=self._arrivals)
        for arrival in [arrival for arrival in self._urcs if arrival < first]:
            del self._urcs[arrival]
        self._marks.add(mark)
        return self._arrivals

    def claim(self, position: int, wanted: Callable[[Urc], bool]) -> Urc | None:
        """Take the first wanted URC from `position` on out of what anybody can claim."""
        for arrival, urc in self._urcs.items():
            if arrival >= position and wanted(urc):
                del self._urcs[arrival]
                return urc
        return None

    def unclaimed(self, position: int) -> tuple[Urc, ...]:
        """All URCs from `position` on that nobody has claimed."""
        return tuple(urc for arrival, urc in self._urcs.items() if arrival >= position)

    @property
    def ended(self) -> bool:
        """Whether nothing more comes."""
        return self.failure is not None or self.lost is not None

    def check(self, asked: str, since: float) -> None:
        """Make sure that something can still come.

        Raises:
            PortLost: the port is gone.
            Exception: what else ended the reader.
        """
        if self.failure is not None:
            raise self.failure
        if self.lost is not None:
            after = time.monotonic() - since
            reason = str(self.lost)
            raise PortLost(asked, self.recent(since), after, self._port, reason) from self.lost


class Mark:
    """From here on: URCs that came before are not seen, and each is claimed once.

    Args:
        inbox: where URCs arrive.
        fence: returns when the module has worked off what it was told so far.
        quiet: how long "nothing comes" is, in s.
        cause: what is about to make URCs come, for messages; without one they name the last
            command.
    """

    def __init__(
        self, inbox: Inbox, fence: Callable[[], None], quiet: float, cause: str | None
    ) -> None:
        self._inbox = inbox
        self._fence = fence
        self._quiet = quiet
        self._cause = cause
        self._t = time.monotonic()
        with inbox.changed:
            self.position = inbox.enter(self)

    def next(
        self, kind: type[U], *, within: float = 9.0, where: Callable[[U], bool] | None = None
    ) -> U:
        """Wait for the first URC of a kind since the mark, and claim it.

        Args:
            kind: which URC.
            within: how long to wait from now, in s.
            where: which of that kind; others stay for others to claim.

        Raises:
            UrcMissing: it did not come in time.
            PortLost: the port went away meanwhile.
        """
        begun = time.monotonic()

        def wanted(urc: Urc) -> bool:
            return isinstance(urc, kind) and (where is None or where(urc))

        found = self._claim(wanted, within)
        if isinstance(found, kind):
            return found
        raise UrcMissing(
            asked=kind.name,
            came=self._inbox.recent(self._t),
            after=time.monotonic() - begun,
            within=within,
            cause=self._cause_told,
            hint=kind.hint,
        )

    def none(self, kind: type[Urc], *, quiet: float | None = None) -> None:
        """Make sure that no URC of a kind came since the mark, nor comes after a fence.

        The fence is an AT answered by OK; after it, nothing may come for the quiet time.

        Args:
            kind: which URC.
            quiet: the quiet time in s; without one, the channel's.

        Raises:
            UrcUnexpected: one came; it counts as claimed.
            AtTimeout, PortLost: the fence was not answered.
        """
        cause = self._cause_told  # before the fence becomes the last command
        self._fence()
        found = self._claim(
            lambda urc: isinstance(urc, kind), self._quiet if quiet is None else quiet
        )
        if found is not None:
            raise UrcUnexpected(
                asked=found.name,
                came=(found.line,),
                after=found.line.t - self._t,
                cause=cause,
            )

    def unclaimed(self) -> tuple[Urc, ...]:
        """All URCs since the mark that nobody has claimed."""
        with self._inbox.changed:
            return self._inbox.unclaimed(self.position)

    def _claim(self, wanted: Callable[[Urc], bool], within: float) -> Urc | None:
        found: Urc | None = None

        def came() -> bool:
            nonlocal found
            found = self._inbox.claim(self.position, wanted)
            return found is not None or self._inbox.ended or self._inbox.hopeless is not None

        begun = time.monotonic()
        with self._inbox.changed:
            self._inbox.changed.wait_for(came, within)
            if found is None:
                self._inbox.check("waiting for a URC", begun)
                if self._inbox.hopeless is not None:
                    raise self._inbox.hopeless
            return found

    @property
    def _cause_told(self) -> str:
        last = self._inbox.last_command
        if self._cause is not None:
            return self._cause
        return last[1] if last is not None and last[0] >= self._t else "the mark"
