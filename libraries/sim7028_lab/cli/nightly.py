"""`sim7028-lab nightly`."""

from __future__ import annotations

import json
import os
import shlex
import sys
from pathlib import Path

import click

from sim7028_lab.benchfile import SHIPPED, find, load
from sim7028_lab.nightly.conduct import Concluded, conduct
from sim7028_lab.nightly.exitcode import ExitCode
from sim7028_lab.nightly.interruption import Interruption
from sim7028_lab.nightly.order import NightBroken, Order, find_campaign

_FOLDER = click.Path(path_type=Path, file_okay=False)
_ROBOTS = "words after --"


class _WithRobotsOptions(click.Command):
    """Keeps what stands behind `--` apart: it is robot's."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        ours, robots = args, list[str]()
        if "--" in args:
            at = args.index("--")
            ours, robots = args[:at], args[at + 1 :]
        ctx.meta[_ROBOTS] = robots
        return super().parse_args(ctx, ours)

    def collect_usage_pieces(self, ctx: click.Context) -> list[str]:
        return [*super().collect_usage_pieces(ctx), "[-- ROBOT OPTIONS]"]


@click.command(cls=_WithRobotsOptions)
@click.argument("suites", nargs=-1, type=click.Path(path_type=Path, exists=True))
@click.option(
    "--bench",
    "benches",
    multiple=True,
    required=True,
    help="Bench file, or a shipped one; once for each bench.",
)
@click.option("--campaign", help="Argument file of robot's, or a shipped one: smoke, full, …")
@click.option("--leshan", help="auto, jvm, docker or a URL; overrides the bench files' server.")
@click.option(
    "-d",
    "--results",
    type=_FOLDER,
    default=Path("results/nightly"),
    show_default=True,
    help="Where each night gets a dated folder.",
)
@click.option("--keep", type=click.IntRange(min=1), help="How many nights stay there.")
@click.option(
    "--keep-megabytes", type=click.FloatRange(min=0), help="How large they may be together."
)
@click.option(
    "--lock",
    type=click.Choice(["wait", "refuse"]),
    default="refuse",
    show_default=True,
    help="What to do when another run has a bench.",
)
@click.option("--skip-doctor", is_flag=True, help="Do not look at the benches first.")
@click.option("--flaky-is-good", is_flag=True, help="Exit code 0 where it would be 3.")
@click.option(
    "--limit",
    type=click.FloatRange(min=0, min_open=True),
    default=480,
    show_default=True,
    help="Minutes that all scenarios may take.",
)
@click.option(
    "--stall",
    type=click.FloatRange(min=0, min_open=True),
    default=10,
    show_default=True,
    help="Minutes that robot may go without writing anything.",
)
@click.option("--hook", default="", help="Command that is told at the end.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object on stdout.")
@click.pass_context
def nightly(
    ctx: click.Context,
    benches: tuple[str, ...],
    suites: tuple[Path, ...],
    campaign: str | None,
    leshan: str | None,
    results: Path,
    keep: int | None,
    keep_megabytes: float | None,
    lock: str,
    limit: float,
    stall: float,
    hook: str,
    *,
    skip_doctor: bool,
    flaky_is_good: bool,
    as_json: bool,
) -> None:
    """Run scenarios on one or several benches while nobody watches.

    Locks the benches, has doctor look at them, runs SUITES (all that come along, when left out) on
    those that are good, runs once more what failed, and makes one report with a column a bench:
    summary.html, summary.json and xunit.xml in a dated folder, to which `latest` leads. What stands
    behind -- goes to robot. Several benches run at once, through pabot: pip install
    'sim7028-lab[lab]'.

    A night that is killed leaves its folder with what it reached, and INCOMPLETE in its summary.

    The hook gets summary.json's path as its last argument and its content on standard input, and
    at most 60 s; whether it succeeds changes nothing.

    Exit codes; the first that fits of 4, 1, 2, 3, 0: 4 incomplete, 1 a scenario failed, 2 a bench
    is broken (or the call is wrong, and nothing was run), 3 scenarios passed only when they were
    run again, 0 good.

    Example: sim7028-lab nightly --bench cellar.toml --bench attic.toml --campaign smoke --keep 30

    Example: sim7028-lab nightly --bench virtual robot/06__read -- --exclude slow
    """
    order = Order(
        benches=[load(find(bench).absolute(), leshan) for bench in benches],
        suites=[suite.absolute() for suite in suites] or [SHIPPED.parent],
        campaign=find_campaign(campaign) if campaign else None,
        options=ctx.meta[_ROBOTS],
        leshan=leshan,
        results=results,
        keep=keep,
        keep_megabytes=keep_megabytes,
        waits=lock == "wait",
        examines=not skip_doctor,
        flaky_is_good=flaky_is_good,
        limit=limit * 60,
        stall=stall * 60,
        hook=_words(hook),
    )
    with Interruption.watched() as stop:
        try:
            concluded = conduct(order, stop)
        except NightBroken as error:
            click.secho(str(error), fg="red", err=True)
            sys.exit(ExitCode.INCOMPLETE)
    try:
        _tell(concluded, as_json=as_json)
        sys.stdout.flush()
    except OSError:  # nobody reads it; what is left in the buffer must not fail at the end either
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    sys.exit(concluded.code)


def _words(hook: str) -> list[str]:
    try:
        return shlex.split(hook)
    except ValueError as error:
        raise click.BadParameter(
            f"write a command as a shell would take it ({error})", param_hint="--hook"
        ) from None


def _tell(concluded: Concluded, *, as_json: bool) -> None:
    summary = concluded.report.summary
    incomplete = "INCOMPLETE: " if summary.missing else ""
    click.echo(f"{' and '.join(summary.first_words)}. {incomplete}{summary.sentence}", err=True)
    for bench in summary.benches if len(summary.benches) > 1 else ():
        click.echo(f"{bench.name}: {bench.verdict.value}. {bench.sentence}", err=True)
    for sentence in summary.missing:
        click.echo(f"Missing: {sentence}.", err=True)
    if not as_json:
        click.echo(concluded.report.page)
        return
    told = {
        "exit": int(concluded.code),
        "meaning": concluded.code.name.lower().replace("_", " "),
        "folder": str(concluded.folder),
        "summary": str(concluded.report.data),
        "complete": not summary.missing,
        "verdict": summary.verdict.value,
        "benches": [
            {"name": bench.name, "verdict": bench.verdict.value} for bench in summary.benches
        ],
    }
    click.echo(json.dumps(told, indent=2, ensure_ascii=False))
