"""The AT channel: one reader, one command at a time, URCs beside them."""

from __future__ import annotations

import threading
import time
from collections import deque
from enum import Enum
from functools import partial
from types import TracebackType
from typing import Any, TypeVar

from lab_evidence import Direction, Event, Json, Recorder, Silent, Source
from sim7028.command import At, Command
from sim7028.errors import AtRefused, AtTimeout, AtUnparsable, PortSpeaksBinary
from sim7028.framing import Ending, Framer, Line
from sim7028.inbox import Inbox, Mark
from sim7028.port import Port
from sim7028.urcs import Ready, UnknownLine, parse_urc

R = TypeVar("R")

LATE = 3.0
"""How much longer than a command's limit the channel listens, in s, to tell late from lost."""

_AT_AGAIN = 1.0  # s after which an AT is taken for unheard; it may have woken the module
_SILENT = Silent()
_MOST_QUARANTINED = 100
_TEXT = frozenset(range(0x20, 0x7F)) | frozenset(b"\r\n\t\0")


class _Part(Enum):
    """What a line is to the pending command."""

    ECHO = "echo"
    REPLY = "reply"
    FINAL = "final"


class _Pending:
    """A command on its way: what has come for it so far."""

    def __init__(self, command: Command[Any], text: str) -> None:
        self.command = command
        self.text = text
        self.sent = time.monotonic()
        self.reply: list[Line] = []
        self.final: Line | None = None
        self.restarted = False  # the module did, so it has forgotten the command
        self._echo = text.strip().encode()
        self._may_echo = True

    def part(self, line: Line) -> _Part | None:
        """What the line is to the command; None if it does not belong to it."""
        content = line.content
        if self.final is not None:
            return None
        if self._may_echo and content == self._echo:
            return _Part.ECHO
        if content in self.command.finals or self._is_refusal(content):
            return _Part.FINAL
        if len(self.reply) < self.command.max_lines and self.command.owns(line):
            return _Part.REPLY
        return None

    def take(self, line: Line, part: _Part) -> None:
        """Keep the line as that part."""
        match part:
            case _Part.ECHO:
                self._may_echo = False
            case _Part.REPLY:
                self.reply.append(line)
            case _Part.FINAL:
                self.final = line

    @staticmethod
    def _is_refusal(content: bytes) -> bool:
        return content == b"ERROR" or content.startswith((b"+CME ERROR:", b"+CMS ERROR:"))

    @property
    def is_over(self) -> bool:
        """Whether there is nothing to wait for any more."""
        return self.final is not None or self.restarted

    @property
    def in_time(self) -> bool:
        """Whether the final result code came within the command's limit."""
        return self.final is not None and self.final.t - self.sent <= self.command.limit

    @property
    def refused(self) -> bool:
        return self.final is not None and self._is_refusal(self.final.content)

    @property
    def came(self) -> list[Line]:
        return [*self.reply, self.final] if self.final is not None else self.reply


class Channel:
    """Commands and their answers, and URCs, over one port.

    A reader thread owns the port's input. Commands are sent one at a time, from any thread. After
    a command that got no answer in its time, what comes is quarantined (recorded, and given to
    nobody, unless it is a URC), and the next command is sent only when AT is answered by OK and
    then quiet.

    Closing the channel closes the port.

    Args:
        port: an open port; the channel owns it from here on.
        recorder: told every line, in the order seen. If it raises, so does everybody who waits.
        quiet: after how long "nothing more comes" is believed, in s.
    """

    def __init__(self, port: Port, recorder: Recorder = _SILENT, quiet: float = 0.2) -> None:
        self._port = port
        self._recorder = recorder
        self._quiet = quiet
        self._framer = Framer()
        self._inbox = Inbox(port.url)
        self._changed = self._inbox.changed
        self._turn = threading.RLock()
        self._pending: _Pending | None = None
        self._unanswered: str | None = None  # the command that left the channel out of step
        self._quarantined: deque[Line] = deque(maxlen=_MOST_QUARANTINED)
        self._strays = 0
        self._reader = threading.Thread(target=self._read, name=f"AT {port.url}", daemon=True)
        self._reader.start()

    def __enter__(self) -> Channel:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the port and end the reader; whoever waits gets `PortLost`. Once is enough."""
        self._port.close()
        self._reader.join()

    def give_up(self, error: Exception) -> None:
        """Let whoever waits for a URC, now or later, raise `error`: its cause is gone for good.

        Commands go on to work.
        """
        with self._changed:
            self._inbox.hopeless = error
            self._changed.notify_all()

    def mark(self, cause: str | None = None) -> Mark:
        """Take a mark before the cause of a URC; only from a mark can one be awaited.

        Args:
            cause: what is about to happen, for messages, such as "the server's GET /3303/0/5700".
        """
        return Mark(self._inbox, lambda: self.send(At()), self._quiet, cause)

    def send(self, command: Command[R]) -> R:
        """Send a command and wait for its answer.

        Raises:
            UnsafeValue: a value would break the line; nothing was sent.
            AtRefused: the module said no.
            AtTimeout: no final result code within the limit, whether late or lost.
            AtUnparsable: OK, but with an answer that cannot be read.
            PortLost: the port is gone.
        """
        text, shown = command.render(), command.shown
        with self._turn:
            if self._unanswered is not None:
                self.resynchronise()
            pending = self._exchange(command, text, command.limit + LATE)
        if pending.final is None:
            came = self._inbox.recent(pending.sent)
            raise AtTimeout(shown, came, time.monotonic() - pending.sent, command.limit)
        after = pending.final.t - pending.sent
        if not pending.in_time:
            raise AtTimeout(shown, pending.came, after, command.limit, late=pending.came)
        if pending.refused:
            raise AtRefused.of(shown, pending.came, after)
        try:
            return command.parse(pending.reply)
        except ValueError as error:
            raise AtUnparsable(shown, pending.came, after, str(error)) from error

    def resynchronise(self, *, within: float = 5.0) -> None:
        """Send AT until it is answered by OK and nothing follows for the quiet time.

        What comes meanwhile is quarantined. The first bytes may only wake the module.

        Args:
            within: how long to try, in s.

        Raises:
            AtTimeout: it was not answered; the channel stays out of step.
            PortSpeaksBinary: what came instead is no text.
            PortLost: the port is gone.
        """
        begun = time.monotonic()
        deadline = begun + within
        with self._turn:
            cause = self._unanswered
            self._unanswered = cause or "AT"
            self._quarantined.clear()
            while True:
                patience = min(_AT_AGAIN, max(deadline - time.monotonic(), self._quiet))
                pending = self._exchange(At(), "AT", patience)
                is_quiet = pending.final is None or self._is_quiet(deadline)
                if is_quiet and pending.in_time and not pending.refused:
                    break
                if time.monotonic() >= deadline:
                    self._give_up(begun, within)
            self._unanswered = None
            self._note(
                "in step again" if cause is None else f"in step again after {cause}",
                {"resynchronised": True, "quarantined": len(self._quarantined)},
            )

    def _give_up(self, begun: float, within: float) -> None:
        """Say why AT was not answered, with what came instead."""
        with self._changed:
            self._take(self._framer.finish(time.monotonic()))
            came = list(self._quarantined)
        content = b"".join(line.raw for line in came)
        if sum(byte not in _TEXT for byte in content) > len(content) / 3:
            raise PortSpeaksBinary(
                self._port.url,
                f"AT is answered by bytes that are no text: {content[:24].hex(' ')}",
                "it may be the module's diagnostic port, or at another baud rate; the AT port is"
                " usually another of the same device",
            )
        raise AtTimeout("AT", came, time.monotonic() - begun, within)

    def _is_quiet(self, deadline: float) -> bool:
        """Wait until nothing strays in for the quiet time; False if it still does at `deadline`."""
        with self._changed:
            while True:
                seen = self._strays
                strayed = self._changed.wait_for(partial(self._has_strayed, seen), self._quiet)
                self._inbox.check("AT", time.monotonic())
                if not strayed or time.monotonic() >= deadline:
                    return not strayed

    def _has_strayed(self, seen: int) -> bool:
        return self._strays != seen or self._inbox.ended

    def _exchange(self, command: Command[Any], text: str, patience: float) -> _Pending:
        """Send the line and wait for the final result code; without one the channel is out of step.

        That holds for whatever ends the wait, KeyboardInterrupt too.
        """
        pending = _Pending(command, text)
        try:
            with self._changed:
                self._inbox.check(command.shown, pending.sent)
                self._pending = pending
                self._inbox.last_command = (pending.sent, command.shown)
                sent: dict[str, Json] = {"command": text}
                if patience >= command.limit:  # it is given its whole time, so it can be late
                    sent["limit"] = command.limit
                self._record(Direction.SENT, text.encode(), sent, pending.sent)
            self._write(text)
            with self._changed:
                self._changed.wait_for(lambda: pending.is_over or self._inbox.ended, patience)
                if pending.final is None:
                    self._inbox.check(command.shown, pending.sent)
        finally:
            with self._changed:
                was_sent, self._pending = self._pending is pending, None
                if was_sent and not (pending.in_time or self._inbox.ended):
                    self._fall_out_of_step(command.shown)
        return pending

    def _write(self, text: str) -> None:
        try:
            self._port.write(text.encode() + b"\r")
        except OSError as error:
            with self._changed:
                self._inbox.lost = self._inbox.lost or error

    def _fall_out_of_step(self, unanswered: str) -> None:
        if self._unanswered is None:
            self._unanswered = unanswered
            text = f"out of step: {unanswered} was not answered in time; what comes is quarantined"
            self._note(text, {"quarantine": True})

    # The reader thread

    def _read(self) -> None:
        while not self._inbox.ended:
            data, lost = b"", None
            try:
                data = self._port.read(self._quiet if self._framer.in_value else None)
            except OSError as error:
                lost = error
            t = time.monotonic()
            with self._changed:
                self._took(data, lost, t)

    def _took(self, data: bytes, lost: OSError | None, t: float) -> None:
        """Make lines of what was read: nothing, after a quiet time or when the port is lost."""
        self._inbox.lost = self._inbox.lost or lost
        try:
            if lost is not None:
                self._take_rest(self._framer.finish(t))
            else:
                self._take(self._framer.feed(data, t) if data else self._framer.flush(t))
        except Exception as error:  # whoever waits raises it, on a thread that somebody watches
            self._inbox.failure = error
        if self._inbox.ended:
            self._changed.notify_all()

    def _take(self, lines: list[Line]) -> None:
        for line in lines:
            self._inbox.saw(line)
            pending = self._pending
            part = pending.part(line) if pending is not None else None
            if pending is not None and part is not None:
                self._take_answer(line, pending, part)
            else:
                self._take_unasked(line)

    def _take_rest(self, lines: list[Line]) -> None:
        """What was cut off when the port went says nothing of the module."""
        for line in lines:
            self._inbox.saw(line)
            data: dict[str, Json] = {"quarantined": True}
            self._record(Direction.RECEIVED, line.raw, data | _finding(line), line.t)

    def _take_answer(self, line: Line, pending: _Pending, part: _Part) -> None:
        data: dict[str, Json] = {"command": pending.text, part.value: True}
        self._record(Direction.RECEIVED, line.raw, data | _finding(line), line.t)
        pending.take(line, part)
        if part is _Part.FINAL:
            self._changed.notify_all()

    def _take_unasked(self, line: Line) -> None:
        urc = parse_urc(line)
        if self._unanswered is not None and isinstance(urc, UnknownLine):
            self._quarantined.append(line)
            self._strays += 1
            self._changed.notify_all()
            data: dict[str, Json] = {"quarantined": True}
            self._record(Direction.RECEIVED, line.raw, data | _finding(line), line.t)
            return
        data = {"urc": type(urc).__name__}
        if isinstance(urc, UnknownLine):
            data["reason"] = urc.reason
        self._recorder.record(
            Event.of_bytes(Source.URC, Direction.RECEIVED, line.raw, data | _finding(line), line.t)
        )
        if isinstance(urc, Ready) and self._pending is not None:
            self._pending.restarted = True
        self._inbox.put(urc)

    # Evidence

    def _record(self, direction: Direction, raw: bytes, data: dict[str, Json], t: float) -> None:
        self._recorder.record(Event.of_bytes(Source.AT, direction, raw, data, t))

    def _note(self, text: str, data: dict[str, Json]) -> None:
        self._recorder.record(Event(Source.AT, Direction.NOTED, text, data))


def _finding(line: Line) -> dict[str, Json]:
    return {} if line.ending is Ending.LINE_END else {"ending": line.ending.value}
