"""The command line: `sim7028-lab`, one module for each command."""

from __future__ import annotations

import sys

import click

from lab_evidence import EvidenceError
from leshan import LeshanError
from sim7028 import AtError, PortError
from sim7028_lab.baseline import BaselineError
from sim7028_lab.benchfile import BenchFileError
from sim7028_lab.cli.catalogue import catalogue
from sim7028_lab.cli.check_log import check_log
from sim7028_lab.cli.doctor import doctor
from sim7028_lab.cli.nightly import nightly
from sim7028_lab.cli.replay import replay
from sim7028_lab.cli.report import report
from sim7028_lab.cli.server import server
from sim7028_lab.cli.virtual_control import virtual_control
from sim7028_lab.cli.virtual_module import virtual_module
from sim7028_lab.lock import BenchLocked
from sim7028_lab.nightly.order import NightlyError
from sim7028_lab.place import PlaceError
from sim7028_lab.power import PowerError
from sim7028_lab.report.errors import ReportError
from sim7028_lab.virtual import VirtualModuleError

BENCH_IS_WRONG = 2
_BENCH_ERRORS = (
    AtError,
    BaselineError,
    BenchFileError,
    BenchLocked,
    EvidenceError,
    LeshanError,
    NightlyError,
    PlaceError,
    PortError,
    PowerError,
    ReportError,
    VirtualModuleError,
)


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="sim7028-lab")
def cli() -> None:
    """Test the LwM2M commands of a SIM7028 module against a Leshan server.

    Exit codes: 0 good, 1 the tested thing is bad, 2 the call or the bench is wrong.
    """


for command in (
    catalogue,
    check_log,
    doctor,
    nightly,
    replay,
    report,
    server,
    virtual_control,
    virtual_module,
):
    cli.add_command(command)


def main() -> None:
    """Run the command line.

    What is wrong with the bench, or with a file, becomes one message and exit code 2.
    """
    try:
        cli()
    except _BENCH_ERRORS as error:
        click.secho(str(error), fg="red", err=True)
        sys.exit(BENCH_IS_WRONG)
    except OSError as error:
        what = error.filename or "standard output"
        click.secho(f"{what}: {error.strerror or error}", fg="red", err=True)
        sys.exit(BENCH_IS_WRONG)
