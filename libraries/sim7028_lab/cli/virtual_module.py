"""`sim7028-lab virtual-module`."""

from __future__ import annotations

import click

import virtual_sim7028


@click.command(
    context_settings={"ignore_unknown_options": True, "help_option_names": []},
    add_help_option=False,
)
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def virtual_module(arguments: tuple[str, ...]) -> None:
    """Run a virtual SIM7028 on a pty or a TCP port until Ctrl-C."""
    raise SystemExit(virtual_sim7028.main(list(arguments), program="sim7028-lab virtual-module"))
