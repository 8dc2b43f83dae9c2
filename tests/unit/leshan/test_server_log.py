"""What is made of the server's log."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import count
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lab_evidence import Direction, Source
from leshan.server_log import Level, LogEntry, LogReader

RECORDED = Path(__file__).parent / "recorded" / "leshan-2.0.0-M4.log"
"""A registration without endpoint and one with lt=abc, a bad path, an operation that timed out, a
stream that its client dropped, another operation that timed out: each with what M4 wrote of it."""

AT = "2026-11-22 23:37:03,714"


def entries(*lines: str) -> list[LogEntry]:
    reader = LogReader()
    ended = [reader.read(line, float(number)) for number, line in enumerate(lines)]
    return [entry for entry in (*ended, reader.end()) if entry]


def test_what_2_0_0_m4_writes() -> None:
    recorded = entries(*RECORDED.read_text().splitlines())
    assert [(entry.level, entry.logger, entry.text[:32]) for entry in recorded] == [
        (Level.INFO, "LeshanServer", "LWM2M server started at coap:///"),
        (Level.INFO, "LeshanServerDemo", "Web server started at http://loc"),
        (Level.DEBUG, "LwM2mCoapResource", "Invalid request [CON-POST   MID="),
        (Level.ERROR, "LwM2mCoapResource", "Exception while handling request"),
        (Level.WARN, "ClientServlet", "Unexpected exception"),
        (Level.WARN, "ClientServlet", "Request /api/clients/y/3303/0/57"),
        (Level.WARN, "ClientServlet", "Request /api/clients/y/3303/0/56"),
    ]
    assert [len(entry.trace) for entry in recorded] == [0, 0, 20, 22, 41, 0, 0]
    assert "EofException" not in str(recorded)


def test_only_warnings_and_errors_are_for_the_timeline() -> None:
    assert [level.name for level in Level if level.is_for_the_timeline] == ["WARN", "ERROR"]


def test_an_event_has_the_text_and_marks_what_the_server_says() -> None:
    (entry,) = entries(f"{AT} WARN ClientServlet - Unexpected - exception", "a.B: c", "\tat d")
    event = entry.as_event()
    assert (event.source, event.direction) == (Source.SERVER, Direction.NOTED)
    assert event.text == "Unexpected - exception"
    assert event.t == 0.0
    assert event.data == {
        "seen_by": "server",
        "level": "WARN",
        "logger": "ClientServlet",
        "server_time": "2026-11-22T23:37:03.714000+00:00",
        "trace": "a.B: c\n\tat d",
    }


def test_an_event_without_trace_has_none() -> None:
    (entry,) = entries(f"{AT} WARN A - b")
    assert "trace" not in entry.as_event().data


def test_of_a_long_trace_both_ends_are_kept() -> None:
    (entry,) = entries(f"{AT} ERROR A - b", *(str(n) for n in range(1000)))
    trace = str(entry.as_event().data["trace"]).split("\n")
    assert trace == [*map(str, range(20)), "… (960 lines)", *map(str, range(980, 1000))]


@pytest.mark.parametrize("length", [39, 40])
def test_a_short_trace_is_kept_whole(length: int) -> None:
    lines = [str(n) for n in range(length)]
    (entry,) = entries(f"{AT} ERROR A - b", *lines)
    assert entry.as_event().data["trace"] == "\n".join(lines)


def test_long_lines_are_shortened() -> None:
    (entry,) = entries(f"{AT} ERROR A - {'x' * 9000}", "y" * 9000)
    event = entry.as_event()
    assert event.text == "x" * 2000 + "… (9000 characters)"
    assert event.data["trace"] == "y" * 2000 + "… (9000 characters)"


def test_the_time_is_that_of_the_first_line() -> None:
    first, second = entries(f"{AT} WARN A - b", "x", "y", f"{AT} WARN C - d")
    assert (first.t, second.t) == (0.0, 3.0)


def test_a_dropped_stream_is_no_part_of_the_entry_before() -> None:
    dropped = ("org.eclipse.jetty.io.EofException", "\tat a", "Caused by: java.io.IOException")
    first, second = entries(f"{AT} WARN A - b", *dropped, *dropped, f"{AT} WARN C - d", "\tat e")
    assert first.trace == ()
    assert second.trace == ("\tat e",)


@pytest.mark.parametrize(
    "line",
    [
        "org.eclipse.jetty.io.EofException: Closed",
        "Caused by: org.eclipse.jetty.io.EofException",
        "java.io.EOFException",
    ],
)
def test_any_other_exception_stays_with_its_entry(line: str) -> None:
    (entry,) = entries(f"{AT} WARN A - b", line)
    assert entry.trace == (line,)


def test_what_was_printed_without_an_entry_is_none() -> None:
    assert entries("OpenJDK 64-Bit Server VM warning: x", "\tat y") == []


def test_what_comes_after_the_end_of_an_entry_belongs_to_no_other() -> None:
    reader = LogReader()
    reader.read(f"{AT} WARN A - b", 0.0)
    assert reader.end()
    reader.read("\tat late", 0.0)
    reader.read(f"{AT} WARN C - d", 0.0)
    entry = reader.end()
    assert entry
    assert entry.trace == ()


@pytest.mark.parametrize(
    "line",
    [
        "2026-11-31 23:37:03,714 WARN A - b",
        "2026-11-22 24:37:03,714 WARN A - b",
        "2026-11-22 23:37:03,714 FATAL A - b",
        " 2026-11-22 23:37:03,714 WARN A - b",
        "2026-11-22 23:37:03.714 WARN A - b",
        "2026-11-22 23:37:03,714 WARN A b",
    ],
)
def test_what_is_no_entry_stands_below_the_one_before(line: str) -> None:
    (entry,) = entries(f"{AT} WARN A - b", line)
    assert entry.trace == (line,)


STAMPS = st.datetimes(datetime(1900, 1, 1), datetime(9999, 12, 31))  # noqa: DTZ001 - no zone there
LINES = st.text(st.characters(exclude_characters="\n"))


@given(STAMPS, st.sampled_from(Level), st.from_regex(r"[A-Za-z$]+", fullmatch=True), LINES)
def test_every_entry_is_read_as_it_was_written(
    stamp: datetime, level: Level, logger: str, text: str
) -> None:
    milliseconds = stamp.microsecond // 1000
    written = f"{stamp:%Y-%m-%d %H:%M:%S},{milliseconds:03} {level.value} {logger} - {text}"
    (entry,) = entries(written)
    moment = stamp.replace(microsecond=milliseconds * 1000, tzinfo=UTC)
    assert entry == LogEntry(0.0, moment, level, logger, text)


@given(
    st.lists(
        LINES
        | st.from_regex(
            r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3} (WARN|INFO) A - .", fullmatch=True
        ).map(lambda line: line.replace("\n", " "))
    )
)
def test_no_line_is_lost_or_told_twice(lines: list[str]) -> None:
    numbers = count()
    numbered = [f"{line} #{next(numbers)}" for line in lines]
    texts = [line for entry in entries(*numbered) for line in (entry.text, *entry.trace)]
    told = [line.rpartition("#")[2] for line in texts]
    assert told == [str(number) for number in range(len(lines) - len(told), len(lines))]
