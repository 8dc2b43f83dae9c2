"""Captures: what a terminal program, or this project's own evidence, kept of a conversation.

A terminal's log has commands as the module echoed them or as they were typed, with or without
time stamps and direction marks, with prompts, notes and headings between. Whatever is in it,
reading it does not fail; what is neither a command nor from the module is kept as `Part.OTHER`.
"""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum

from lab_evidence import Event
from sim7028.conformance.lw_command import Form, parse_lw_command
from sim7028.framing import MAX_LINE, Framer, Line
from sim7028.network import RegistrationQuery
from sim7028.transcript import Entry, Part, entry_of, is_final
from sim7028.urcs import UnknownLine, parse_urc

_MOST_LINES_OF_A_VALUE = 64
_MOST_LINES_OF_A_COMMAND = 3
_SAMPLE = 4096  # bytes that tell how a file is written
_DAY = 86_400.0
_WITHOUT_FRACTION = 1.0  # s that a stamp without one may be late by


class Encoding(Enum):
    """How a capture's characters are written."""

    UTF_8 = "utf-8"
    UTF_16 = "utf-16"
    """Known by its byte order mark or its NULs; some Windows programs write it."""
    LATIN_1 = "latin-1"
    """Not UTF-8: taken byte by byte."""


@dataclass(frozen=True)
class Capture:
    """A capture that was read.

    Attributes:
        encoding: how it is written.
        entries: its lines, in their order; empty ones are left out.
    """

    encoding: Encoding
    entries: tuple[Entry, ...]

    @property
    def is_conversation(self) -> bool:
        """Whether there is a command or a URC in it at all."""
        return any(
            entry.part is Part.COMMAND or (entry.part is Part.URC and _NAMED.match(entry.raw))
            for entry in self.entries
        )


def read_capture(raw: bytes) -> Capture:
    """Read a capture from the bytes of its file. Never raises."""
    encoding, content = _decoded(raw)
    return Capture(encoding, tuple(_Reader(_physical_lines(content)).entries()))


def _decoded(raw: bytes) -> tuple[Encoding, bytes]:
    """The encoding, and the content in UTF-8, or as it is where that is not known to be text."""
    if raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return Encoding.UTF_16, raw.decode("utf-16", "replace").encode("utf-8", "replace")
    if order := _utf_16_without_mark(raw):
        return Encoding.UTF_16, raw.decode(order, "replace").encode("utf-8", "replace")
    raw = raw.removeprefix(codecs.BOM_UTF8)
    try:
        raw.decode()
    except UnicodeDecodeError:
        return Encoding.LATIN_1, raw
    return Encoding.UTF_8, raw


def _utf_16_without_mark(raw: bytes) -> str | None:
    """The codec of text in which nearly every other byte, and no other, is NUL; None if none is."""
    halves = raw[:_SAMPLE:2], raw[1:_SAMPLE:2]
    few, many = sorted(halves, key=lambda half: half.count(0))
    if not 4 * few.count(0) < len(few) or not 4 * many.count(0) > 3 * len(many):
        return None
    return "utf-16-be" if many is halves[0] else "utf-16-le"


class _Mark(Enum):
    """Which way a line went, if the terminal says so."""

    SENT = "sent"
    RECEIVED = "received"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class _Written:
    """A line of the file, taken apart.

    Attributes:
        number: from 1 on.
        t: its time stamp, in s; None without one.
        has_fraction: whether the stamp goes below the second.
        mark: its direction.
        content: what is left, without notes.
        raw: all of it.
        end: the characters that ended it.
    """

    number: int
    t: float | None
    has_fraction: bool
    mark: _Mark
    content: bytes
    raw: bytes
    end: bytes


_PHYSICAL = re.compile(rb"([^\r\n]*)(\r\n|\r|\n|\Z)")
_ESCAPES = re.compile(rb"\x1b(?:\[[0-9;?]*[ -/]*[@-~]|[@-Z\\-_])")
_STAMP = re.compile(
    rb"""[ \t]*[\[(]?[ ]?
    (?:(?:[A-Z][a-z]{2},?[ ]+){0,2}\d{1,2}[ ]+                       # Mon Jan  1
      |\d{4}[-/.]\d{1,2}[-/.]\d{1,2}(?:T|[ _,]+)                     # 2030-01-01
      |\d{1,2}[-/.]\d{1,2}[-/.]\d{2,4}(?:T|[ _,]+))?                 # 01.01.2030
    (?P<hour>\d{1,2}):(?P<minute>\d{2}):(?P<second>\d{2})(?:[.,:](?P<fraction>\d{1,9}))?
    (?:[ ]?(?P<noon>[AaPp])\.?[Mm]\.?)?(?:[ ]\d{4})?(?:[ ]?(?:Z|UTC|[+-]\d{2}:?\d{2}))?
    [ ]?[\])]?(?:[ \t]*[:|,;])?(?:[ \t]+-(?=[ \t]))?[ \t]*""",
    re.VERBOSE,
)
_SECONDS = re.compile(
    rb"[ \t]*(?P<bracket>[\[(])?[ ]*(?P<seconds>\d{1,10}\.\d{1,9})[ ]?s?"
    rb"(?(bracket)[\])])(?:[ \t]*[:|,;])?[ \t]+"
)
_SENT = re.compile(
    rb"[ \t]*(?:[\[(]?(?:tx|sent|send|out|write|dte|te|host|pc)[\])]?[ \t]*[\]:>|=-]+"
    rb"|[\[(](?:tx|sent|send|out)[\])]|-*>+|=+>|\xe2\x86\x92)[ \t]*",
    re.IGNORECASE,
)
_RECEIVED = re.compile(
    rb"[ \t]*(?:[\[(]?(?:rx|received|receive|recv|in|read|dce|ta|module|modem)[\])]?"
    rb"[ \t]*[\]:<|=-]+>?|[\[(](?:rx|received|recv|in)[\])]|<+-+|<<+|<=+|<(?=(?-i:[ \t+*A-Z]))"
    rb"|\xe2\x86\x90)[ \t]*",
    re.IGNORECASE,
)
_PROMPT = re.compile(rb"[\w@~:/. -]{0,40}[>$#] ?(?=[Aa][Tt](?:[+*&]|[A-Za-z]\d?$|$))")
_NOTE = re.compile(rb"[ \t]//")
_WHOLE_NOTES = (b"//", b"#", b";")
_COMMAND = re.compile(
    rb"(?:AT|at)(?:[+*#$%^&\\!][A-Za-z].*|(?:[DEFHILMNOPQSTVWXZ]\d?){0,3}|[Ss]\d+(?:\?|=\d*))",
    re.DOTALL,
)
_FRAMED = re.compile(rb"\+L[WM]WRITE *:|\+LWEXECUTE *:")
_NAME = re.compile(rb"[Aa][Tt](\+[A-Za-z0-9]+)")
_NAMED = re.compile(rb"[+*]?[A-Za-z][A-Za-z0-9]{1,19}(?: *:|$)")
_BREAKS = re.compile(rb"\r\n|\r|\n")


def _physical_lines(content: bytes) -> list[_Written]:
    """The lines of the file; they are counted as an editor counts them."""
    counted = b"\n" if b"\n" in content else b"\r"
    lines, number, before = [], 1, None
    for match in _PHYSICAL.finditer(content):
        raw, end = match.groups()
        if raw or end:
            written = _taken_apart(raw, end, number, before)
            before = written.t if written.t is not None else before
            lines.append(written)
        number += end.count(counted)
    return lines


def _taken_apart(raw: bytes, end: bytes, number: int, before: float | None) -> _Written:
    if len(raw) > MAX_LINE or raw.lstrip()[:1] == b"{":
        return _Written(number, None, False, _Mark.NONE, raw, raw, end)
    plain = _ESCAPES.sub(b"", raw)
    t, has_fraction, position = _stamp(plain, before)
    mark = _Mark.NONE
    if match := _RECEIVED.match(plain, position):
        mark, position = _Mark.RECEIVED, match.end()
    elif match := _SENT.match(plain, position):
        mark, position = _Mark.SENT, match.end()
    elif match := _PROMPT.match(plain, position):
        position = match.end()
    content = _without_note(plain[position:])
    return _Written(number, t, has_fraction, mark, content, raw, end)


def _stamp(raw: bytes, before: float | None) -> tuple[float | None, bool, int]:
    """The time stamp in s, whether it has a fraction, and where the line goes on behind it."""
    if match := _SECONDS.match(raw):
        return float(match["seconds"]), True, match.end()
    match = _STAMP.match(raw)
    if match is None:
        return None, False, 0
    hour, minute, second = (int(match[part]) for part in ("hour", "minute", "second"))
    if match["noon"]:
        hour = hour % 12 + (12 if match["noon"] in b"Pp" else 0)
    t = hour * 3600.0 + minute * 60.0 + second + float(b"0." + (match["fraction"] or b"0"))
    if before is not None:  # a stamp tells the time of day only
        t += round((before - t) / _DAY) * _DAY
    return t, match["fraction"] is not None, match.end()


def _without_note(content: bytes) -> bytes:
    """The line without what somebody wrote behind it, `// like this`, outside of quotes."""
    for match in _NOTE.finditer(content):
        if content.count(b'"', 0, match.start()) % 2 == 0:
            return content[: match.start()].rstrip()
    return content


class _Reader:
    """Tells commands, answers and URCs apart, and puts broken lines together."""

    def __init__(self, lines: list[_Written]) -> None:
        self._lines = lines
        self._pending: bytes | None = None
        self._may_echo = False

    def entries(self) -> Iterator[Entry]:
        """Every line that says something."""
        index = 0
        while index < len(self._lines):
            written = self._lines[index]
            index += 1
            if not written.content.strip(b"\0 \t"):
                continue
            if written.content.lstrip()[:1] == b"{" and (event := _event(written.content)):
                if entry := entry_of(event, written.number):
                    yield entry
            elif len(written.content) > MAX_LINE:
                yield Entry(Part.OTHER, written.content[:MAX_LINE], written.t, written.number)
            else:
                entry, more = self._entry(written, index)
                index += more
                yield entry

    def _entry(self, written: _Written, following: int) -> tuple[Entry, int]:
        """The line's entry, and how many of the lines that follow belong to it."""
        content = written.content.strip(b"\0 \t")
        if written.mark is not _Mark.SENT and _FRAMED.match(content):
            line, more = self._framed(written, following)
            return Entry(Part.URC, line.raw, written.t, written.number, line.ending), more
        more = 0
        if _COMMAND.fullmatch(content):
            content, more = self._whole_command(content, following)
        part = self._part(content, written.mark)
        t = written.t
        match part:
            case Part.COMMAND:
                self._pending, self._may_echo = content, True
                if t is not None and not written.has_fraction:
                    t += _WITHOUT_FRACTION  # so that no answer is called late that was not
            case Part.ECHO | Part.REPLY:
                self._may_echo = False
            case Part.FINAL:
                self._pending = None
        return Entry(part, content, t, written.number), more

    def _part(self, content: bytes, mark: _Mark) -> Part:
        pending = self._pending
        if _COMMAND.fullmatch(content):
            echoes = self._may_echo and content == pending and mark is not _Mark.SENT
            return Part.ECHO if echoes else Part.COMMAND
        if mark is _Mark.SENT or content.startswith(_WHOLE_NOTES):
            return Part.OTHER
        if is_final(content):
            return Part.URC if pending is None else Part.FINAL
        urc = parse_urc(Line(0.0, content))
        if pending is not None and _answers(content, pending, isinstance(urc, UnknownLine)):
            return Part.REPLY
        is_urc = content[:1] in b"+*" or not isinstance(urc, UnknownLine)
        return Part.URC if is_urc else Part.OTHER

    def _framed(self, written: _Written, following: int) -> tuple[Line, int]:
        """A URC with a value that may go on over lines, and how many more lines it took."""
        is_plain = written.t is None and written.mark is _Mark.NONE
        framer = Framer()
        lines = framer.feed(written.content + written.end, 0.0)
        for more in self._lines[following : following + _MOST_LINES_OF_A_VALUE]:
            if lines:
                break
            lines = framer.feed((more.raw if is_plain else more.content) + more.end, 0.0)
        first = (lines or framer.finish(0.0))[0]
        return first, len(_BREAKS.findall(first.raw))

    def _whole_command(self, content: bytes, following: int) -> tuple[bytes, int]:
        """A command whose quote goes on in the lines below, as where a terminal broke it."""
        whole = content
        below_it = self._lines[following : following + _MOST_LINES_OF_A_COMMAND]
        for more, written in enumerate(below_it):
            if whole.count(b'"') % 2 == 0:
                return whole, more
            below = written.content
            if _COMMAND.fullmatch(below) or is_final(below) or below[:1] in (b"+", b"*", b"{"):
                break
            whole += b"\n" + below
        return content, 0


def _answers(content: bytes, pending: bytes, is_unknown: bool) -> bool:
    """Whether a line that is no final result code belongs to the answer of a command."""
    command = parse_lw_command(pending)
    if command is not None:
        name = f"+{command.name.value}:".encode()
        return command.form is Form.TEST and content.startswith((name, b"<"))
    if pending.upper() == b"AT+CEREG?" and content.startswith(b"+CEREG:"):
        return RegistrationQuery().owns(Line(0.0, content))
    name_of = _NAME.match(pending)
    if name_of is not None and content.startswith(name_of[1].upper() + b":"):
        return True
    return is_unknown and content[:1] not in b"+*"


def _event(content: bytes) -> Event | None:
    """The event that a line of an evidence file holds."""
    try:
        record = json.loads(content)
        return Event.from_json(record) if isinstance(record, dict) else None
    except (ValueError, OverflowError, RecursionError):
        return None
