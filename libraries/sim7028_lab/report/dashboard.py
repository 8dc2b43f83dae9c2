"""The page of robotframework-dashboard beside the summary, where that package is installed."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterable
from importlib.util import find_spec
from pathlib import Path

PAGE = "dashboard.html"
_DATABASE = "dashboard.sqlite"
_LIMIT = 60.0


def write_dashboard(outputs: Iterable[Path], folder: Path) -> Path | None:
    """Add runs to the dashboard's database in `folder` and make its page.

    Returns:
        The page; None where the package is not installed, or could not make it.
    """
    if find_spec("robotframework_dashboard") is None:
        return None
    files = [argument for output in outputs for argument in ("-o", str(output))]
    made = subprocess.run(
        [
            *(sys.executable, "-m", "robotframework_dashboard.main"),
            *files,
            *("-d", str(folder / _DATABASE), "-n", str(folder / PAGE)),
            *("--offlinedependencies", "true", "-u", "true"),
        ],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        stdin=subprocess.DEVNULL,
        timeout=_LIMIT,
        check=False,
    )
    return folder / PAGE if made.returncode == 0 else None
