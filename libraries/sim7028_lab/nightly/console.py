"""What a person who looks sees of a night, and a log file keeps: plain lines, on stderr.

On a terminal a last line says where every bench is, and is written over.
"""

from __future__ import annotations

import contextlib
import shutil
import sys
from collections.abc import Mapping

import click

from sim7028_lab.nightly.journals import Ended, JournalReader
from sim7028_lab.report.journal import Outcome

_COLOURS = {Outcome.PASSED: "green", Outcome.FAILED: "red"}
_CLEAR = "\r\033[K"


class Console:
    """Writes to stderr.

    Args:
        names: of the benches; with several, each line begins with one.
    """

    def __init__(self, names: tuple[str, ...]) -> None:
        self._width = max(map(len, names)) if len(names) > 1 else 0
        self._live = sys.stderr.isatty()
        self._standing = ""

    def say(self, bench: str, line: str) -> None:
        """A line about a bench, or about the night when the name is empty."""
        head = f"{bench:{self._width}}  " if self._width and bench else ""
        self._write(f"{head}{line}\n")

    def ended(
        self, bench: str, scenario: Ended, journal: JournalReader, left: float | None
    ) -> None:
        """A scenario ended, and about so many seconds are left on its bench."""
        number = f"{journal.finished:{len(str(journal.planned))}}/{journal.planned}"
        word = click.style(f"{scenario.outcome.value:4}", fg=_COLOURS.get(scenario.outcome))
        when = f", {_spoken(left)} left" if left else ""
        self.say(bench, f"{number}  {word}  {scenario.name}  ({scenario.elapsed:.1f} s{when})")

    def standing(
        self, journals: Mapping[str, JournalReader], left: Mapping[str, float | None]
    ) -> None:
        """Where every bench is, for a terminal."""
        if not self._live:
            return
        parts = []
        for name, journal in journals.items():
            failed = f", {journal.failed} failed" if journal.failed else ""
            rest = left[name]
            when = f", {_spoken(rest)} left" if rest else ""
            parts.append(f"{name}: {journal.finished} of {journal.planned or '?'}{failed}{when}")
        line = " | ".join(parts)[: shutil.get_terminal_size().columns - 1]  # it must not wrap
        if line != self._standing:
            self._standing = line
            _echo(f"{_CLEAR}{line}")

    def close(self) -> None:
        """Take the last line away."""
        if self._standing:
            self._standing = ""
            _echo(_CLEAR)

    def _write(self, text: str) -> None:
        standing = self._standing
        if standing:
            _echo(_CLEAR)
        _echo(text)
        if standing:
            _echo(standing)


def _echo(text: str) -> None:
    """On stderr; a night goes on when nobody reads it any more."""
    with contextlib.suppress(OSError):
        click.echo(text, err=True, nl=False)


def _spoken(seconds: float) -> str:
    """About so long, in words."""
    if seconds < 90:
        return f"about {max(seconds, 1):.0f} s"
    if seconds < 5400:
        return f"about {seconds / 60:.0f} min"
    return f"about {seconds / 3600:.1f} h"
