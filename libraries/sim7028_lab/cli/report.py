"""`sim7028-lab report`."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from sim7028_lab.report.publish import publish

TESTED_THING_IS_BAD = 1

_FOLDER = click.Path(path_type=Path, file_okay=False)
_FILE = click.Path(path_type=Path, dir_okay=False)


@click.command()
@click.argument("results", nargs=-1, required=True, type=_FOLDER)
@click.option(
    "--output",
    type=_FOLDER,
    help="Where the report goes; the folder of results itself when there is one.",
)
@click.option("--history", type=_FILE, help="History file; history.jsonl beside the report.")
@click.option("--requirements", type=_FILE, help="Catalogue of requirements; the checkout's.")
@click.option("--json", "as_json", is_flag=True, help="Print summary.json on stdout.")
def report(
    results: tuple[Path, ...],
    output: Path | None,
    history: Path | None,
    requirements: Path | None,
    *,
    as_json: bool,
) -> None:
    """Make summary.html and summary.json again from what one or several runs left.

    Runs on benches of the same name are tries of the same scenarios: one that failed and then
    passed is FLAKY. Runs on other benches stand side by side. Of a run that was killed, the
    report says INCOMPLETE and what is missing.

    Exit code 1 when a scenario did not pass, a run is incomplete, or it sent more over the air
    than its budget allows.

    Example: sim7028-lab report results/virtual results/cellar --output results/both
    """
    if output is None and len(results) > 1:
        raise click.UsageError("several runs need --output FOLDER, where their report goes")
    published = publish(results, output or results[0], history=history, requirements=requirements)
    summary = published.summary
    incomplete = "INCOMPLETE: " if summary.missing else ""
    click.echo(f"{' and '.join(summary.first_words)}. {incomplete}{summary.sentence}", err=True)
    if len(summary.benches) > 1:
        for bench in summary.benches:
            click.echo(f"{bench.name}: {bench.verdict.value}. {bench.sentence}", err=True)
    for sentence in summary.over_budget:
        click.echo(sentence, err=True)
    for sentence in summary.missing:
        click.echo(f"Missing: {sentence}.", err=True)
    click.echo(published.data.read_text("utf-8") if as_json else published.page, nl=not as_json)
    sys.exit(0 if summary.is_good else TESTED_THING_IS_BAD)
