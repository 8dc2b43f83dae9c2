"""The command that is told at the end of a night."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path

from sim7028_lab.nightly.interruption import Interruption
from sim7028_lab.nightly.process import Child, end

_LIMIT = 60.0
_TICK = 0.1


def run_hook(command: Sequence[str], summary: Path, stop: Interruption) -> str | None:
    """Run it: summary.json's path is its last argument, the content its standard input.

    What it says goes to `hook.txt` beside the summary.

    Returns:
        What went wrong, for a person; None when nothing did.
    """
    said = summary.with_name("hook.txt")
    try:
        hook = Child([*command, str(summary)], summary.parent, said, given=summary)
    except OSError as error:
        return f"the hook could not be run: {error}"
    waited, before = 0.0, stop.times
    while hook.status is None:
        waited += _TICK
        if stop.by:  # that ended the night, and is no reason to keep it from being told
            time.sleep(_TICK)
        else:
            stop.wait(_TICK)
        if stop.times > before or waited > _LIMIT:
            end(lambda: [hook.pid] if hook.status is None else [])
            return f"the hook was ended after {waited:.0f} s; what it said is in {said}"
    if hook.status:
        return f"the hook ended with exit code {hook.status}; what it said is in {said}"
    return None
