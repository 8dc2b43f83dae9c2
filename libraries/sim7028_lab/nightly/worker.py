"""What pabot starts for each bench: robot, with that bench's argument file and nothing else.

pabot is made to divide suites among processes, and adds options of its own for that, a `--suite`
among them that undoes the campaign's. Here a process gets a bench and all suites, as a single bench
does. Run as `python -m sim7028_lab.nightly.worker -A FILE`, it becomes that robot.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

from sim7028_lab.nightly.process import python

FOLDER = "SIM7028_LAB_NIGHT_FROM"
"""The environment variable that says where robot runs."""

_OPTION = "--argumentfile "


def main() -> None:
    """Become robot."""
    if "--dryrun" in sys.argv:
        # pabot, interrupted, has each command say what it left out; nobody here reads that, and
        # what it would write is the campaign's.
        return
    told = Path(sys.argv[sys.argv.index("-A") + 1]).read_text("utf-8")
    (file,) = (line.removeprefix(_OPTION) for line in told.split("\n") if line.startswith(_OPTION))
    os.chdir(os.environ[FOLDER])
    os.execv(sys.executable, python("robot", "--argumentfile", file))  # noqa: S606 - no shell


if __name__ == "__main__":
    main()
