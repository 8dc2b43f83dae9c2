"""`sim7028-lab doctor`."""

from __future__ import annotations

import tempfile
from pathlib import Path

import click

from sim7028_lab.bench import Bench
from sim7028_lab.benchfile import find, load
from sim7028_lab.benchsections import VIRTUAL
from sim7028_lab.scenario import Scenario


@click.command()
@click.option("--bench", default=VIRTUAL, show_default=True, help="Bench file, or a shipped one.")
@click.option("--leshan", help="auto, jvm, docker or a URL; overrides the bench file's server.")
def doctor(bench: str, leshan: str | None) -> None:
    """Open the bench and make one registration, to see that everything is there.

    Example: sim7028-lab doctor --bench benches/cellar.toml
    """
    file = load(find(bench), leshan)
    with tempfile.TemporaryDirectory(prefix="sim7028-lab-") as folder:
        opened = Bench(file, Path(folder), click.echo)
        try:
            scenario = Scenario(opened)
            try:
                scenario.module.start()
                scenario.point_at_server()
                scenario.open_session()
                scenario.expect_session()
                scenario.account.expect(
                    lambda registration: registration is not None, "The module is registered"
                )
            finally:
                scenario.end()
        finally:
            opened.close()
    click.echo("Registration: made, seen by the server, and taken back")
