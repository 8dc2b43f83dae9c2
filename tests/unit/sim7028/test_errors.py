from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from sim7028 import AtRefused, AtTimeout, Line, PortLost
from sim7028.errors import shown

MakeLine = Callable[[str | bytes], Line]


def test_a_message_shows_the_last_lines(line: MakeLine) -> None:
    assert shown([]) == "nothing"
    assert shown([line("a"), line(b"\xff")]) == r"'a', '\\xff'"
    assert shown([line(str(n)) for n in range(10)]).startswith("(2 earlier) '2', '3'")
    assert len(shown([line("x" * 10_000)])) < 200


def test_an_error_passes_through_a_context_manager_and_keeps_its_cause(line: MakeLine) -> None:
    @contextmanager
    def around() -> Iterator[None]:
        yield

    with pytest.raises(AtTimeout) as caught, around():
        raise AtTimeout("AT", (line("x"),), 1.0, 0.5) from OSError("cause")
    assert isinstance(caught.value.__cause__, OSError)


def test_the_messages_say_what_was_asked_what_came_and_what_to_do(line: MakeLine) -> None:
    assert str(AtTimeout("AT+CESQ", (), 12.0, 9.0)) == (
        "AT+CESQ was not answered: no final result code within 9 s (listened for 12.0 s)."
        " Came meanwhile: nothing."
        " Is the module powered and awake, is this its AT port, and is the baud rate right?"
    )
    assert str(AtTimeout("AT+CESQ", (), 10.5, 9.0, late=(line("OK"),))) == (
        "AT+CESQ was answered too late: after 10.5 s, its limit is 9 s."
        " The late lines, given to nobody: 'OK'."
        " The module is slow, or the network is: look at what it was doing just before."
    )
    assert str(AtRefused.of("AT+LWSTART", [line("+CME ERROR: 30")], 0.5)) == (
        "The module refused AT+LWSTART after 0.50 s: +CME ERROR: 30 (no network service)."
        " Is the command allowed in this state, are its parameters in range?"
    )
    assert str(PortLost("AT", (), 0.25, "/dev/ttyUSB0", "unplugged")) == (
        "The port /dev/ttyUSB0 was lost 0.25 s into AT: unplugged. Came before: nothing."
        " Look at cable, hub and supply; then open it again."
    )
