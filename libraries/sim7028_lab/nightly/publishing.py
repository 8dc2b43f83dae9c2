"""The report of a night, made again and again as it goes on."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from sim7028_lab.nightly.junit import JUNIT, write_junit
from sim7028_lab.nightly.night import Night
from sim7028_lab.nightly.shelf import Shelf
from sim7028_lab.report.publish import Published, publish
from sim7028_lab.report.trend import HISTORY, read_history


def publish_night(night: Night) -> Published:
    """Write summary.html, summary.json and the JUnit file of what is there of a night.

    As long as the night is not over, they say INCOMPLETE.
    """
    shelf = Shelf(night.folder.parent)
    with shelf.alone():  # the history is written anew
        published = publish(night.attempts(), night.folder, history=shelf.root / HISTORY)
    write_junit(published.summary, night.folder / JUNIT)
    return published


def mean_times(root: Path) -> Mapping[str, float]:
    """How long a scenario took on each bench in the last complete night, in s."""
    return {
        past.bench: past.seconds / len(past.verdicts)
        for past in read_history(root / HISTORY)
        if past.complete and past.verdicts
    }
