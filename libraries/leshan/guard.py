"""A process that runs another and ends it, and cleans up, when its owner is gone.

Run by its path, with nothing but the standard library, so that it is there in no time and
needs nothing that its owner has. `guarded` is how it is used.

It reads orders from its standard input, one a line: `kill`, `pause`, `resume`, `stay`. The end
of the input is the end of the owner, however that came about (`kill -9` included); so is
SIGTERM, SIGINT or SIGHUP. After `stay` only these signals end it. It tells what happens on its
standard output, one a line: `started <pid>`, `failed <reason>`, `done` for an order, `ended
<exit status>` (negative: the signal).

At the end it stops the process (SIGTERM, then SIGKILL), runs the command that undoes things,
removes what is to be removed, and exits with 0. A process that ends earlier by itself is told
and nothing else is done: the owner may want to look at what it left.
"""

from __future__ import annotations

import contextlib
import ctypes
import json
import os
import select
import shutil
import signal
import subprocess
import sys
from typing import Any

_ENDING = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
_ORDERS = {"kill": signal.SIGKILL, "pause": signal.SIGSTOP, "resume": signal.SIGCONT}
_PR_SET_PDEATHSIG = 1


def main() -> int:
    """Run what the only argument says, a JSON object made by `guarded`."""
    orders = json.loads(sys.argv[1])
    woken = _signals_as_bytes()
    with open(orders["log"], "ab", buffering=0) as log:  # noqa: PTH123 - pathlib is slow to load
        os.dup2(log.fileno(), 2)
        try:
            child = _start(orders, log)
        except OSError as error:
            _tell(f"failed {error}")
        else:
            _tell(f"started {child.pid}")
            _attend(child, woken)
            _end(child, orders["grace"])
        if orders["undo"]:
            with contextlib.suppress(OSError, subprocess.TimeoutExpired):
                subprocess.run(
                    orders["undo"],
                    cwd=orders["folder"],
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=log,
                    timeout=orders["undo_limit"],
                    check=False,
                )
    for path in orders["remove"]:
        shutil.rmtree(path, ignore_errors=True)
    return 0


def _signals_as_bytes() -> int:
    """Turn every signal of interest into a byte on the file descriptor that is returned."""
    reading, writing = os.pipe()
    os.set_blocking(writing, False)
    signal.set_wakeup_fd(writing)
    for number in (*_ENDING, signal.SIGCHLD):
        signal.signal(number, lambda *_: None)
    return reading


def _start(orders: dict[str, Any], log: Any) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        orders["command"],
        cwd=orders["folder"],
        stdin=subprocess.DEVNULL,
        stdout=log,
        stderr=log,
        process_group=0,
        preexec_fn=_end_with_parent if sys.platform == "linux" else None,
    )


def _end_with_parent() -> None:
    """Let the kernel kill this process when its guard is killed."""
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


def _attend(child: subprocess.Popen[bytes], woken: int) -> None:
    """Carry out orders and tell of the child's end, until the owner is gone."""
    sources = [0, woken]
    while True:
        ready, _, _ = select.select(sources, [], [])
        if woken in ready:
            received = os.read(woken, 4096)
            if any(number in received for number in _ENDING):
                return
            if child.returncode is None and child.poll() is not None:
                _tell(f"ended {child.returncode}")
        if 0 in ready:
            lines = os.read(0, 4096).decode().split()
            if not lines:
                return
            for line in lines:
                if line == "stay":
                    sources.remove(0)
                    _forget_owner()
                else:
                    _signal(child, _ORDERS[line])
                    _tell("done")


def _forget_owner() -> None:
    nobody = os.open(os.devnull, os.O_RDWR)
    os.dup2(nobody, 0)
    os.dup2(nobody, 1)


def _end(child: subprocess.Popen[bytes], grace: float) -> None:
    if child.returncode is not None:
        return
    _signal(child, signal.SIGTERM)
    _signal(child, signal.SIGCONT)  # a paused process hears SIGTERM only then
    try:
        child.wait(grace)
    except subprocess.TimeoutExpired:
        _signal(child, signal.SIGKILL)
        child.wait()


def _signal(child: subprocess.Popen[bytes], number: int) -> None:
    if child.returncode is None:  # not waited for, so its id cannot be another's by now
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(child.pid, number)
        if number == signal.SIGSTOP:
            # On a busy machine its threads go on until one of them takes the signal. Its end, which
            # may come first, is left for `poll` to find.
            os.waitid(os.P_PID, child.pid, os.WSTOPPED | os.WEXITED | os.WNOWAIT)


def _tell(line: str) -> None:
    with contextlib.suppress(OSError):  # nobody listens any more
        os.write(1, f"{line}\n".encode())


if __name__ == "__main__":
    sys.exit(main())
