"""`sim7028-lab catalogue`."""

from __future__ import annotations

from pathlib import Path

import click

from sim7028_lab.report.catalogue import publish_catalogue

_FOLDER = click.Path(path_type=Path, file_okay=False)
_FILE = click.Path(path_type=Path, dir_okay=False)


@click.command()
@click.argument("suites", type=click.Path(path_type=Path), default="robot")
@click.option(
    "--output", type=_FOLDER, default="results", show_default=True, help="Where the pages go."
)
@click.option("--requirements", type=_FILE, help="Catalogue of requirements; the checkout's.")
def catalogue(suites: Path, output: Path, requirements: Path | None) -> None:
    """Write all scenarios and all keywords as pages, for a review before a run.

    Example: sim7028-lab catalogue robot --output results
    """
    for page in publish_catalogue(suites, output, requirements):
        click.echo(page)
