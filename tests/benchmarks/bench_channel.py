"""Round trips a second over a pty: plain pyserial against the AT channel, in one run.

    python tests/benchmarks/bench_channel.py [ROUNDS]

Prints the median of each and the ratio. The responder is a process of its own, as a module is.
"""

from __future__ import annotations

import os
import pty
import statistics
import subprocess
import sys
import time
import tty
from collections.abc import Callable

import serial

from sim7028 import At, Channel, open_port

TRIPS = 3_000
ROUNDS = 7

RESPONDER = """
import os, sys
descriptor = int(sys.argv[1])
try:
    while data := os.read(descriptor, 4096):
        os.write(descriptor, b"\\r\\nOK\\r\\n" * data.count(b"\\r"))
except OSError:
    pass
"""


def rate(trip: Callable[[], object]) -> float:
    """Round trips a second."""
    begun = time.perf_counter()
    for _ in range(TRIPS):
        trip()
    return TRIPS / (time.perf_counter() - begun)


def plain(path: str) -> float:
    """What pyserial alone can do."""
    with serial.Serial(path, 115_200, timeout=1) as port:

        def trip() -> None:
            port.write(b"AT\r")
            port.read_until(b"OK\r\n")

        return rate(trip)


def channel(path: str) -> float:
    """What the channel does, its framing and its events included."""
    with Channel(open_port(path)) as at:
        return rate(lambda: at.send(At()))


def main() -> None:
    """Measure both by turns, so that the machine's moods hit both."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else ROUNDS
    master, slave = pty.openpty()
    tty.setraw(slave)
    path = os.ttyname(slave)
    command = [sys.executable, "-c", RESPONDER, str(master)]
    with subprocess.Popen(command, pass_fds=[master]) as responder:
        os.close(master)
        try:
            rates = [(plain(path), channel(path)) for _ in range(rounds)]
        finally:
            responder.terminate()
            os.close(slave)
    pyserial, ours = (statistics.median(column) for column in zip(*rates, strict=True))
    print(f"pyserial read_until: {pyserial:8.0f} round trips/s (median of {rounds})")
    print(f"AT channel:          {ours:8.0f} round trips/s (median of {rounds})")
    print(f"ratio:               {ours / pyserial:8.2f}")


if __name__ == "__main__":
    main()
