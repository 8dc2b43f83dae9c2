"""Where `sim7028-lab` begins: before the imports, which take a second in which Ctrl-C may come."""

from __future__ import annotations

import sys

_INTERRUPTED = 130


def main() -> None:
    """Import the command line and run it."""
    try:
        from sim7028_lab.cli import main as run

        run()
    except KeyboardInterrupt:
        sys.exit(_INTERRUPTED)
