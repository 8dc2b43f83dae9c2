"""`sim7028-lab doctor`."""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import click

from sim7028_lab.benchfile import BenchFile, find, load
from sim7028_lab.benchsections import VIRTUAL
from sim7028_lab.doctor import Console, Result, Subject, Verdict, checks_of, examine
from sim7028_lab.doctor.learning import (
    Learnt,
    Study,
    baseline_file,
    bench_text,
    learnt_baseline,
    study_all,
)

_BENCH_IS_BAD, _CALL_IS_WRONG, _INTERRUPTED = 1, 2, 130


@click.command()
@click.option("--bench", default=VIRTUAL, show_default=True, help="Bench file, or a shipped one.")
@click.option("--leshan", help="auto, jvm, docker or a URL; overrides the bench file's server.")
@click.option(
    "--results",
    type=click.Path(path_type=Path, file_okay=False),
    default="results",
    show_default=True,
    help="Where runs will write to.",
)
@click.option(
    "--learn",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Try out the module's dialect, and write a bench file for a virtual module that has it.",
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object and nothing else.")
def doctor(
    bench: str, leshan: str | None, results: Path, learn: Path | None, *, as_json: bool
) -> None:
    """Check everything that a bench needs, and say what mends what is bad.

    The module is brought up, registers with the server, and takes the registration back: that is
    the proof that the two reach each other. No supply is switched. Ctrl-C ends it at any time.

    With --learn the module then shows what the application note leaves open, row by row of what
    sim7028-lab virtual-module --profiles lists. It is restarted twice and leaves the network once;
    no PIN is tried and nothing is written that survives a restart. Beside FILE goes a baseline of
    what was found meanwhile.

    Exit codes: 0 nothing is bad (there may be warnings), 1 something is, 2 the call or the bench
    file is wrong.

    Example: sim7028-lab doctor --bench benches/cellar.toml

    Example: sim7028-lab doctor --bench benches/cellar.toml --learn benches/cellar-virtual.toml
    """
    file = load(find(bench), leshan)
    if learn is not None:
        _refuse_to_overwrite(learn)
    console = None if as_json else Console()
    began = time.monotonic()
    if console:
        console.begin(file)
    try:
        visit = _visit(file, results, learn, console)
    except KeyboardInterrupt:
        click.echo("Interrupted; what was opened is closed again.", err=True)
        raise SystemExit(_INTERRUPTED) from None
    seconds = time.monotonic() - began
    if console:
        console.sum_up(visit.results, seconds)
    else:
        click.echo(json.dumps(_report(file, visit, learn, seconds), indent=2, ensure_ascii=False))
    raise SystemExit(0 if visit.is_fit else _BENCH_IS_BAD)


@dataclass(frozen=True)
class _Visit:
    """What came of a call.

    Attributes:
        results: of all checks.
        learnt: of the module; None where that was not asked, or something was bad.
    """

    results: Sequence[Result]
    learnt: Learnt | None

    @property
    def is_fit(self) -> bool:
        return not any(result.outcome.verdict is Verdict.BAD for result in self.results)


def _visit(file: BenchFile, results: Path, learn: Path | None, console: Console | None) -> _Visit:
    done: list[Result] = []
    with Subject(file, results, console.say if console else _keep_quiet) as subject:
        for result in examine(subject, checks_of(file)):
            done.append(result)
            if console:
                console.tell(result)
        visit = _Visit(done, None)
        if learn is None or not visit.is_fit:
            return visit
        learnt = Learnt.of(list(study_all(Study(subject))), file.module.firmware)
        _write(learn, learnt, subject)
    if console:
        console.tell_learnt(learnt)
        console.written((learn, baseline_file(learn)))
    return _Visit(done, learnt)


def _keep_quiet(_text: str) -> None:
    """Nobody waits at a screen."""


def _refuse_to_overwrite(learn: Path) -> None:
    for path in (learn, baseline_file(learn)):
        if path.exists():
            raise click.UsageError(f"--learn: {path} is there already; name another file")
    if not learn.absolute().parent.is_dir():
        raise click.UsageError(f"--learn: there is no folder {learn.absolute().parent}")


def _write(learn: Path, learnt: Learnt, subject: Subject) -> None:
    baseline = learnt_baseline(subject.watch.findings, learnt.profile.name)
    module = f"{subject.identity.model}, firmware {subject.identity.firmware}"
    redacted = subject.redactor.text
    try:
        baseline_file(learn).write_text(redacted(baseline.toml), encoding="utf-8")
        learn.write_text(redacted(bench_text(learnt, module, learn)), encoding="utf-8")
    except OSError as error:
        click.secho(f"{error.filename}: cannot be written: {error.strerror}", fg="red", err=True)
        raise SystemExit(_CALL_IS_WRONG) from None


def _report(
    file: BenchFile, visit: _Visit, learn: Path | None, seconds: float
) -> dict[str, object]:
    """What `doctor.schema.json` beside this module describes."""
    report: dict[str, object] = {
        "bench": file.name,
        "file": str(file.path),
        "fit": visit.is_fit,
        "seconds": round(seconds, 3),
        "checks": [
            {
                "name": result.name,
                "verdict": result.outcome.verdict.value,
                "found": result.outcome.found,
                "remedy": result.outcome.remedy,
                "seconds": round(result.seconds, 3),
            }
            for result in visit.results
        ],
    }
    if learn is not None and visit.learnt is not None:
        report["learnt"] = {
            "profile": visit.learnt.profile.name,
            "file": str(learn),
            "baseline": str(baseline_file(learn)),
            "rows": [
                {
                    "name": row.name,
                    "seen": row.seen.value,
                    "switch": row.switch,
                    "told": row.told,
                }
                for row in visit.learnt.rows
            ],
        }
    return report
