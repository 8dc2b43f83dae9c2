"""What doctor prints, for a person at a terminal or in a log."""

from __future__ import annotations

import os
import shutil
import textwrap
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path

import click

from sim7028_lab.benchfile import BenchFile
from sim7028_lab.doctor.check import Result, Verdict
from sim7028_lab.doctor.learning import Learnt, Seen

_COLOURS = {Verdict.GOOD: "green", Verdict.WARNING: "yellow", Verdict.BAD: "red"}
_VERDICT_WIDTH, _NAME_WIDTH = 13, 17
_NARROWEST, _WIDEST = 60, 110


class Console:
    """Prints results as they come, wrapped to the terminal.

    Colour is left out where no terminal is, or NO_COLOR is set; every verdict is a word.
    """

    def __init__(self) -> None:
        self._width = min(max(shutil.get_terminal_size().columns, _NARROWEST), _WIDEST)
        self._colour = False if os.environ.get("NO_COLOR") else None

    def begin(self, file: BenchFile) -> None:
        """Say what is examined."""
        self._print(f"Bench {file.name} ({file.path})")

    def say(self, text: str) -> None:
        """Tell somebody who waits what for; it is no result."""
        click.echo(f"{'':{_VERDICT_WIDTH}}{text} …", err=True)

    def tell(self, result: Result) -> None:
        """Print a result."""
        outcome = result.outcome
        word = outcome.verdict.value
        word = word.upper() if outcome.verdict is Verdict.BAD else word
        head = f"{word:{_VERDICT_WIDTH}}{result.name:{_NAME_WIDTH}}"
        text = self._wrapped(outcome.found, head)
        self._print(
            click.style(text[: len(word)], fg=_COLOURS.get(outcome.verdict)) + text[len(word) :]
        )
        if outcome.remedy:
            self._print(
                self._wrapped(outcome.remedy, f"{'':{_VERDICT_WIDTH}}{'  to do:':{_NAME_WIDTH}}")
            )

    def tell_learnt(self, learnt: Learnt) -> None:
        """Print every row of what was learnt, those with the same reason in one."""
        self._print(f"\nBeside the profile {learnt.profile.name}, which is the nearest:", bold=True)
        for row in learnt.rows:
            if row.seen is not Seen.NOT_TRIED:
                value = f" = {row.switch}" if row.switch is not None else ""
                self._print_seen(row.seen, f"{row.name}{value}: {row.told}")
        reasons = dict.fromkeys(row.told for row in learnt.rows if row.seen is Seen.NOT_TRIED)
        for reason in reasons:
            rows = "; ".join(row.name for row in learnt.rows if row.told == reason)
            self._print_seen(Seen.NOT_TRIED, f"{rows}: {reason}")

    def written(self, paths: Iterable[Path]) -> None:
        """Say which files there are now."""
        self._print(f"Written: {', '.join(map(str, paths))}\n")

    def _print_seen(self, seen: Seen, text: str) -> None:
        colour = {Seen.OTHER: "yellow"}.get(seen)
        wrapped = self._wrapped(text, f"{seen.value:{_VERDICT_WIDTH}}")
        self._print(click.style(wrapped[:_VERDICT_WIDTH], fg=colour) + wrapped[_VERDICT_WIDTH:])

    def sum_up(self, results: Sequence[Result], seconds: float) -> None:
        """Print what it comes to."""
        counts = Counter(result.outcome.verdict for result in results)
        counted = ", ".join(
            f"{counts[verdict]} {verdict.value}" for verdict in Verdict if counts[verdict]
        )
        wrong = [result.name for result in results if result.outcome.verdict is Verdict.BAD]
        sentence = f"NOT FIT for a run: {', '.join(wrong)}" if wrong else "Fit for a run"
        self._print(f"{sentence}. {counted}; {seconds:.1f} s.", bold=True)

    def _wrapped(self, text: str, head: str) -> str:
        return textwrap.fill(
            text,
            self._width,
            initial_indent=head,
            subsequent_indent=" " * len(head),
            break_long_words=False,
            break_on_hyphens=False,
        )

    def _print(self, text: str, *, bold: bool = False) -> None:
        click.echo(click.style(text, bold=True) if bold else text, color=self._colour)
