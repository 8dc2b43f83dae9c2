"""`sim7028-lab virtual-control`."""

from __future__ import annotations

from pathlib import Path

import click

from virtual_sim7028 import ControlError, give_order

_CANNOT = 2


@click.command()
@click.argument("path", type=click.Path(path_type=Path))
@click.argument("order", nargs=-1, required=True)
def virtual_control(path: Path, order: tuple[str, ...]) -> None:
    """Tell a virtual module what befalls it.

    PATH is what the module was started with as --control. ORDER is the name of a fault, such as
    `hang` or `power off`, which `sim7028-lab virtual-module --faults` lists, or `power on`,
    `network on`, or `status`, which prints the module's condition.

    It ends when the order has taken effect. A module that is powered on boots from there on.

    Exit codes: 0 done, 2 no module listens there, or it refuses.

    Example: sim7028-lab virtual-control /tmp/module.control power off
    """
    try:
        told = give_order(path, " ".join(order))
    except ControlError as error:
        click.secho(str(error), fg="red", err=True)
        raise SystemExit(_CANNOT) from None
    if told:
        click.echo(told)
