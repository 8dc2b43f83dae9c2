"""`sim7028-lab replay`."""

from __future__ import annotations

import json
import sys
import tempfile
from pathlib import Path

import click

from sim7028_lab.rerun import Comparison, RerunError, Verdict, find_recorded, rerun
from virtual_sim7028 import replay as replays

_DIFFERENT, _CANNOT = 1, 2


@click.command()
@click.argument("evidence", type=click.Path(path_type=Path), metavar="EVIDENCE.jsonl")
@click.option("--at", default="pty", show_default=True, help="pty, or tcp:HOST:PORT.")
@click.option("--link", type=click.Path(path_type=Path), help="A symbolic link to the pty.")
@click.option("--run", is_flag=True, help="Run the recorded test itself and compare.")
@click.option("--bench", help="With --run: bench file whose times and server to take.")
@click.option(
    "--suites",
    type=click.Path(path_type=Path),
    help="With --run: the suites that the run was given, where they have moved.",
)
@click.option("--leshan", help="With --run: auto, jvm, docker or a URL.")
@click.option(
    "--output",
    type=click.Path(path_type=Path, file_okay=False),
    help="With --run: where its results are kept; nowhere when left out.",
)
@click.option("--json", "as_json", is_flag=True, help="With --run: print one JSON object.")
def replay(
    evidence: Path,
    at: str,
    link: Path | None,
    bench: str | None,
    suites: Path | None,
    leshan: str | None,
    output: Path | None,
    *,
    run: bool,
    as_json: bool,
) -> None:
    """Play the module's side of a recorded scenario, its serial lines and its CoAP messages.

    The first line on stdout names the port, as that of `virtual-module` does; name it as
    module.port in a bench file and run the scenario. Until Ctrl-C. What does not fit is told with
    its line of the evidence.

    With --run the recorded test is run against it at once, and its verdict and message are
    compared with the recorded ones. The times are those of the recorded bench, if a bench file of
    that name is shipped, and a server of this machine's is started, unless --bench says otherwise.

    Exit codes: 0 all fitted (with --run: verdict and message are the same), 1 they do not, 2 it
    cannot be replayed.

    Example: sim7028-lab replay results/evidence/Read.Values/A_Float.jsonl --link /tmp/module

    Example: sim7028-lab replay --run --leshan jvm results/evidence/Read.Values/A_Float.jsonl
    """
    if not run:
        arguments = [str(evidence), "--at", at]
        arguments += ["--link", str(link)] if link is not None else []
        raise SystemExit(replays.main(arguments, program="sim7028-lab replay"))
    try:
        with tempfile.TemporaryDirectory(prefix="sim7028-lab-") as folder:
            recorded = find_recorded(evidence, suites)
            comparison = rerun(recorded, output or Path(folder), bench, leshan)
    except RerunError as error:
        click.secho(str(error), fg="red", err=True)
        raise SystemExit(_CANNOT) from None
    _tell(comparison, as_json=as_json)
    if output is not None:
        click.echo(f"Results: {output}", err=True)
    sys.exit(0 if comparison.is_same else _DIFFERENT)


def _tell(comparison: Comparison, *, as_json: bool) -> None:
    if as_json:
        told = {
            "same": comparison.is_same,
            "recorded": _told(comparison.then),
            "replayed": _told(comparison.now),
            **comparison.performance.to_json(),
        }
        click.echo(json.dumps(told, indent=2, ensure_ascii=False))
        return
    click.echo(f"recorded: {comparison.then}")
    click.echo(f"replayed: {comparison.now}")
    click.echo(f"{'The same' if comparison.is_same else 'DIFFERENT'}; {comparison.performance}")


def _told(verdict: Verdict) -> dict[str, str]:
    return {"outcome": verdict.outcome.value, "step": verdict.step, "message": verdict.message}
