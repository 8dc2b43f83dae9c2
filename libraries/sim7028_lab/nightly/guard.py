"""A process that outlives a night which is killed, and clears up after it.

It holds the locks of the benches together with the night, so that nobody has them before all is
quiet. It reads its standard input: the end of that without `done` is the end of the night by
`kill -9` or the like. Then it ends what the night left running, and writes its summary, which says
INCOMPLETE.
"""

from __future__ import annotations

import contextlib
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from sim7028_lab.nightly.process import end, of_night, python

_DONE = b"done"
_LOG = "guard.txt"


@contextlib.contextmanager
def guarded(night: Path, held: Sequence[int]) -> Iterator[None]:
    """Have a night guarded, until its own end.

    Args:
        night: its folder.
        held: the file descriptors of its locks.
    """
    with (night / _LOG).open("wb") as log:
        guard = subprocess.Popen(
            python("sim7028_lab.nightly.guard", str(night)),
            stdin=subprocess.PIPE,
            stdout=log,
            stderr=log,
            pass_fds=held,
            start_new_session=True,  # Ctrl-C is the night's own affair
        )
    assert guard.stdin is not None  # noqa: S101 - Popen was asked for it
    try:
        yield
        with contextlib.suppress(BrokenPipeError):  # the guard was killed, and its work is done
            guard.stdin.write(_DONE)
            guard.stdin.flush()
    finally:
        with contextlib.suppress(BrokenPipeError):
            guard.stdin.close()
        guard.wait()
        with contextlib.suppress(FileNotFoundError):
            if (night / _LOG).stat().st_size == 0:
                (night / _LOG).unlink()


def main() -> None:
    """Wait for the end of the night whose folder is the only argument."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    night = Path(sys.argv[1])
    if sys.stdin.buffer.read() == _DONE:
        return
    end(lambda: [found.pid for found in of_night(night)])
    from sim7028_lab.nightly.night import Night
    from sim7028_lab.nightly.publishing import publish_night  # it takes long to import

    publish_night(Night.load(night))


if __name__ == "__main__":
    main()
