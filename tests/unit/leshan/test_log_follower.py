"""The log is recorded while it is written, and to its end."""

from __future__ import annotations

import queue
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from lab_evidence import Event
from leshan.log_follower import LogFollower

WITHIN = 10.0  # s for what takes a tenth of one


class Queued:
    """A recorder that can be waited for."""

    def __init__(self) -> None:
        self.events: queue.SimpleQueue[Event] = queue.SimpleQueue()

    def record(self, event: Event, /) -> None:
        self.events.put(event)

    def next(self) -> str:
        return self.events.get(timeout=WITHIN).text

    def rest(self) -> list[str]:
        texts = []
        while not self.events.empty():
            texts.append(self.next())
        return texts


@pytest.fixture
def recorded() -> Queued:
    return Queued()


@pytest.fixture
def log(tmp_path: Path) -> Path:
    path = tmp_path / "leshan.log"
    path.write_text(entry("of another run"))
    return path


@pytest.fixture
def follower(log: Path, recorded: Queued) -> Iterator[LogFollower]:
    with closing(LogFollower(log, recorded)) as follower:
        yield follower


def entry(text: str, level: str = "WARN") -> str:
    return f"2026-11-22 23:37:03,714 {level} ClientServlet - {text}\n"


def write(log: Path, text: str) -> None:
    with log.open("a") as file:
        file.write(text)


@pytest.mark.usefixtures("follower")
def test_an_entry_is_recorded_without_another_behind_it(log: Path, recorded: Queued) -> None:
    for text in ("one", "two"):
        write(log, entry(text))
        assert recorded.next() == text


def test_what_is_below_warn_is_not_recorded(
    log: Path, recorded: Queued, follower: LogFollower
) -> None:
    write(log, entry("quiet", "INFO") + entry("loud", "ERROR") + entry("quiet", "DEBUG"))
    follower.close()
    assert recorded.rest() == ["loud"]


def test_all_that_is_left_at_the_end_is_recorded(
    log: Path, recorded: Queued, follower: LogFollower
) -> None:
    texts = [f"number {n}" for n in range(1000)]
    write(log, "".join(map(entry, texts)) + entry("without its end").rstrip())
    follower.close()
    assert recorded.rest() == [*texts, "without its end"]


def test_a_log_that_was_removed_is_followed_to_its_end(
    log: Path, recorded: Queued, follower: LogFollower
) -> None:
    with log.open("a") as file:
        log.unlink()
        file.write(entry("last words"))
    follower.close()
    assert recorded.rest() == ["last words"]


def test_a_line_that_comes_in_pieces_is_one(
    log: Path, recorded: Queued, follower: LogFollower
) -> None:
    raw = entry("Größe").encode()
    with log.open("ab", buffering=0) as file:
        for place in range(len(raw)):
            file.write(raw[place : place + 1])
    assert recorded.next() == "Größe"
    follower.close()
    assert recorded.rest() == []


def test_bytes_that_are_no_text_do_no_harm(
    log: Path, recorded: Queued, follower: LogFollower
) -> None:
    with log.open("ab") as file:
        file.write(b"\xff\x00\n" + entry("x").encode().replace(b"x", b"\xfe") + b"\xf0\x9f")
    follower.close()
    assert recorded.rest() == ["\N{REPLACEMENT CHARACTER}"]


def test_closing_twice_is_as_once(recorded: Queued, follower: LogFollower) -> None:
    follower.close()
    follower.close()
    assert recorded.rest() == []


def test_a_recorder_that_fails_is_told_at_the_close(log: Path) -> None:
    class Full:
        def record(self, event: Event, /) -> None:
            raise OSError(f"the disk is full: {event.text}")

    follower = LogFollower(log, Full())
    write(log, entry("one"))
    with pytest.raises(OSError, match="the disk is full: one"):
        follower.close()
    follower.close()


def test_a_log_that_is_not_there_is_an_error(tmp_path: Path, recorded: Queued) -> None:
    with pytest.raises(FileNotFoundError):
        LogFollower(tmp_path / "none", recorded)
