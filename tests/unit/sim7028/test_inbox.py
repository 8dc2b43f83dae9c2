from __future__ import annotations

import gc
import threading
from typing import Any

import pytest

from sim7028 import (
    At,
    AtTimeout,
    Channel,
    ReadRequest,
    Registered,
    UnknownLine,
    Urc,
    UrcMissing,
    UrcUnexpected,
)

Wire = Any


@pytest.fixture
def arrived(channel: Channel, wire: Wire) -> Any:
    """Says lines, and returns when the reader has seen them."""

    def say(*lines: str) -> None:
        fence = channel.mark()
        wire.say(*lines, "fence")
        fence.next(UnknownLine, where=lambda urc: urc.line.text == "fence")

    return say


def test_nothing_from_before_the_mark_is_seen(channel: Channel, arrived: Any) -> None:
    before = channel.mark()
    arrived("+LMOPEN: 0")
    mark = channel.mark()
    assert mark.unclaimed() == ()
    arrived("+LMOPEN: 1")
    assert mark.next(Registered).session == 1
    assert before.next(Registered).session == 0


def test_what_came_between_mark_and_wait_is_seen(channel: Channel, arrived: Any) -> None:
    mark = channel.mark()
    arrived("+LMOPEN: 0", "+LMOPEN: 1")
    assert [mark.next(Registered).session for _ in range(2)] == [0, 1]


def test_each_is_claimed_once_across_marks(channel: Channel, arrived: Any) -> None:
    first, second = channel.mark(), channel.mark()
    arrived("+LMOPEN: 0")
    assert second.next(Registered).session == 0
    assert first.unclaimed() == ()
    with pytest.raises(UrcMissing):
        first.next(Registered, within=0.0)


def test_others_are_left_for_others(channel: Channel, arrived: Any) -> None:
    mark = channel.mark()
    arrived("+LWREAD: 0,3303,0,1,5700", "+LMOPEN: 0", "+LWREAD: 0,3303,0,1,5701")
    wanted = mark.next(ReadRequest, where=lambda urc: urc.resources == (5701,))
    assert wanted.resources == (5701,)
    assert [urc.line.text for urc in mark.unclaimed()] == [
        "+LWREAD: 0,3303,0,1,5700",
        "+LMOPEN: 0",
    ]


def test_a_wait_ends_when_the_urc_comes(channel: Channel, wire: Wire) -> None:
    mark = channel.mark()
    wire.say("+LMOPEN: 0")
    assert mark.next(Registered, within=60).session == 0


def test_a_missing_one_names_the_cause(channel: Channel) -> None:
    mark = channel.mark("the server's GET /3303/0/5700")
    with pytest.raises(
        UrcMissing, match=r"\+LWREAD did not come .* after the server's GET .*nothing.*AddObject"
    ):
        mark.next(ReadRequest, within=0.0)


def test_a_missing_one_without_a_cause_names_the_mark(channel: Channel) -> None:
    channel.send(At())
    with pytest.raises(UrcMissing, match="after the mark"):
        channel.mark().next(ReadRequest, within=0.0)


def test_none_is_checked_by_a_fence(channel: Channel, wire: Wire) -> None:
    channel.mark().none(ReadRequest)
    assert wire.sent == ["AT"]


def test_one_that_came_before_the_fence_is_unexpected(channel: Channel, arrived: Any) -> None:
    mark = channel.mark("AT+LWDELOBJ=0,3303")
    arrived("+LWREAD: 0,3303,0,0")
    with pytest.raises(
        UrcUnexpected, match=r"\+LWREAD came after AT\+LWDELOBJ=0,3303.*'\+LWREAD: 0,3303,0,0'"
    ):
        mark.none(ReadRequest)
    assert mark.unclaimed() == ()


def test_one_that_comes_after_the_fence_is_unexpected(channel: Channel, wire: Wire) -> None:
    mark = channel.mark()
    wire.on("AT", "OK", "+LWREAD: 0,3303,0,0")
    with pytest.raises(UrcUnexpected):
        mark.none(ReadRequest, quiet=60)


def test_none_of_one_kind_says_nothing_of_others(channel: Channel, arrived: Any) -> None:
    mark = channel.mark()
    arrived("+LMOPEN: 0")
    mark.none(ReadRequest)
    assert [type(urc) for urc in mark.unclaimed()] == [Registered]
    with pytest.raises(UrcUnexpected):
        mark.none(Urc)


@pytest.mark.usefixtures("impatient")
def test_none_is_not_believed_of_a_deaf_module(
    channel: Channel, wire: Wire, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sim7028.command.At.limit", 0.05)
    wire.on("AT")
    with pytest.raises(AtTimeout):
        channel.mark().none(ReadRequest)


def test_no_urc_outlives_the_last_mark_that_could_claim_it(channel: Channel, arrived: Any) -> None:
    mark = channel.mark()
    arrived("+LMOPEN: 0")
    assert len(mark.unclaimed()) == 1
    del mark
    gc.collect()
    channel.mark()
    assert channel._inbox.unclaimed(0) == ()


def test_who_waits_is_told_that_the_cause_is_gone(channel: Channel, wire: Wire) -> None:
    wire.on("AT", "OK")
    mark = channel.mark()
    threading.Timer(0.05, channel.give_up, [RuntimeError("the server is gone")]).start()
    with pytest.raises(RuntimeError, match="the server is gone"):
        mark.next(Registered, within=60)
    channel.send(At())  # commands go on to work
    with pytest.raises(RuntimeError, match="the server is gone"):
        mark.next(Registered, within=60)


def test_what_had_come_before_can_still_be_claimed(channel: Channel, arrived: Any) -> None:
    mark = channel.mark()
    arrived("+LMOPEN: 0")
    channel.give_up(RuntimeError("the server is gone"))
    assert mark.next(Registered).session == 0
