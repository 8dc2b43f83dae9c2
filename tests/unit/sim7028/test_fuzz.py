"""Random and mutated lines through everything that reads: nothing is raised, nothing is lost.

By default some ten thousand lines; SIM7028_LAB_FUZZ=1000000 sets another number.
"""

import contextlib
import os
import random
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import pytest

from sim7028 import Framer, Line, UnknownLine, parse_urc
from sim7028.capture import read_capture
from sim7028.commands import SupportTest
from sim7028.conformance import check
from sim7028.conformance.lw_command import parse_lw_command
from sim7028.dialect import Name
from sim7028.network import AddressQuery, RegistrationQuery, SignalQuery
from sim7028.syntax import split_fields

INPUTS = int(os.environ.get("SIM7028_LAB_FUZZ", "20000"))
LINES_A_FILE = 100
CAPTURES = Path(__file__).parents[2] / "captures"
QUERIES = [AddressQuery(), RegistrationQuery(), SignalQuery(), *map(SupportTest, Name)]
EVIDENCE = b'{"t":1.5,"source":"urc","direction":"received","text":"+LMOPEN:0","data":{}}'
PIECES = [
    b'"', b",", b"\r", b"\n", b"\0", b"\x1a", b"\x1b[0m", b"\xff", b" ", b":", b"=?", b"//", b"{",
    b"65536", b"99999999999", b"-1", b"0", b"AT", b'+LWWRITE: 0,8,0,1,1,S,9,"', b"> ", b"< ",
    b"[12:00:00.5] ", b"OK", b"\xef\xbb\xbf", b"D,", b"ff" * 40,
]  # fmt: skip


def inputs(chance: random.Random) -> Iterator[bytes]:
    """Lines of the captures with some bytes changed, and bytes without any sense."""
    seeds = [line for file in CAPTURES.glob("*.log") for line in file.read_bytes().splitlines()]
    seeds = [*sorted({line for line in seeds if line}), EVIDENCE]
    while True:
        if chance.random() < 0.2:
            yield chance.randbytes(chance.randrange(40))
            continue
        line = bytearray(chance.choice(seeds))
        for _ in range(chance.randrange(4)):
            at = chance.randrange(len(line) + 1)
            match chance.randrange(4):
                case 0:
                    line[at : at + chance.randrange(1, 8)] = b""
                case 1:
                    line[at:at] = chance.choice(PIECES)
                case 2:
                    line[at : at + 1] = chance.randbytes(1)
                case 3:
                    line[at:at] = line[chance.randrange(len(line) + 1) :][: chance.randrange(12)]
        yield bytes(line)


def framed(raw: bytes, chance: random.Random) -> list[Line]:
    framer = Framer()
    cut = chance.randrange(len(raw) + 1)
    return [*framer.feed(raw[:cut], 0.0), *framer.feed(raw[cut:], 0.0), *framer.finish(0.0)]


def read_by_every_parser(line: Line) -> None:
    urc = parse_urc(line)
    assert urc.line is line
    assert not isinstance(urc, UnknownLine) or urc.reason
    command = parse_lw_command(line.raw)
    assert command is None or command.shown.startswith("AT+LW")
    for query in QUERIES:
        if query.owns(line):
            refused(query.parse, [line])
    refused(split_fields, line.raw)


def refused(parse: Callable[[Any], object], raw: object) -> None:
    with contextlib.suppress(ValueError):  # its way to say no; anything else fails the test
        parse(raw)


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_whatever_comes_is_read() -> None:
    chance = random.Random(7028)  # noqa: S311 - the same inputs each time are what is wanted
    source = inputs(chance)
    left = INPUTS
    while left > 0:
        lines = list(islice(source, min(LINES_A_FILE, left)))
        left -= len(lines)
        for raw in lines:
            came = framed(raw, chance)
            kept = b"".join(line.raw for line in came)
            assert len(kept) + raw.count(b"\r") + raw.count(b"\n") >= len(raw)
            for line in came:
                read_by_every_parser(line)
        capture = read_capture(b"\n".join(lines))
        for finding in check(capture.entries):
            assert finding.entry in capture.entries
            assert str(finding)
