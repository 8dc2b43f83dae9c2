"""`sim7028-lab server`."""

from __future__ import annotations

import click

from leshan import ServerLost, desk
from sim7028_lab.benchfile import find, load
from sim7028_lab.benchsections import VIRTUAL


@click.group()
def server() -> None:
    """A Leshan server for the desk, which goes on after the command ends."""


@server.command()
@click.option("--bench", default=VIRTUAL, show_default=True, help="Bench file, or a shipped one.")
@click.option("--leshan", help="auto, jvm or docker; overrides the bench file's mode.")
def up(bench: str, leshan: str | None) -> None:
    """Start the server, unless it is up.

    Example: sim7028-lab server up --leshan jvm
    """
    click.echo(desk.up(load(find(bench), leshan).leshan.server_settings).description)


@server.command()
def down() -> None:
    """Stop the server that `up` started.

    Example: sim7028-lab server down
    """
    click.echo(f"ended: {desk.down().description}")


@server.command()
def status() -> None:
    """Say whether it is up, and where; exit 1 when it is not.

    Example: sim7028-lab server status
    """
    try:
        click.echo(desk.status().description)
    except (desk.NotUp, ServerLost) as error:
        click.echo(str(error), err=True)
        raise SystemExit(1) from None


@server.command()
@click.option("--lines", default=40, show_default=True, help="How many of the last lines.")
def logs(lines: int) -> None:
    """Print the last lines of its log.

    Example: sim7028-lab server logs --lines 100
    """
    click.echo(desk.logs(lines))
