"""`sim7028-lab check-log`."""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import click

from lab_evidence import shortened
from sim7028 import DIALECTS
from sim7028.capture import Capture, read_capture
from sim7028.conformance import RULES, Finding, Severity, Side, check, cited
from sim7028.transcript import Part
from sim7028_lab.baseline import Baseline, load_baseline, shipped_baseline

NOT_READABLE = 2
_LARGEST = 256 * 2**20
"""Bytes; a log of years has less, and what is larger is no log of an AT port."""
_LONGEST = 150
"""How much of a line is shown, in characters."""
_COLOURS = {Severity.ERROR: "red", Severity.WARNING: "yellow", Severity.INFO: "cyan"}


@dataclass(frozen=True)
class _Checked:
    """A file that was read, and what differs in it."""

    name: str
    capture: Capture
    findings: Sequence[Finding]
    accepted: Sequence[Finding]


@dataclass(eq=False)
class _Unreadable(Exception):
    """A file that nothing can be said of, and why."""

    name: str
    why: str


@click.command("check-log")
@click.argument("files", nargs=-1, metavar="FILE...")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object and nothing else.")
@click.option("--firmware", type=click.Choice(list(DIALECTS)), help="Accept what is known of it.")
@click.option("--baseline", type=click.Path(path_type=Path), help="Accept what this file lists.")
@click.option(
    "--baseline-out",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Write a baseline that accepts what the module did here, to be judged and kept.",
)
@click.option("--rules", is_flag=True, help="List the rules and do nothing else.")
def check_log(
    files: tuple[str, ...],
    as_json: bool,
    firmware: str | None,
    baseline: Path | None,
    baseline_out: Path | None,
    rules: bool,
) -> None:
    """Tell what in a log of the AT port is not as SIMCom's application note has it.

    FILE is what a terminal program saved (with or without time stamps, echo, direction marks and
    notes behind //), or a file of results/evidence; - reads standard input. Nothing is sent
    anywhere.

    Example: sim7028-lab check-log putty.log

    Example: sim7028-lab check-log --firmware note-1.03 --json results/evidence/*/*.jsonl

    Exit codes: 0 nothing found, 1 findings, 2 a file is not readable or holds no AT traffic; the
    others are told all the same.
    """
    if rules:
        _list_rules()
        return
    if not files:
        raise click.UsageError("Missing argument 'FILE...'.")
    known = _baseline(firmware, baseline)
    checked: list[_Checked] = []
    unreadable: list[_Unreadable] = []
    for name in files:
        try:
            checked.append(_check(name, known))
        except _Unreadable as error:
            unreadable.append(error)
            click.secho(f"{name}: {error.why}", fg="red", err=True)
    if baseline_out is not None and not unreadable:
        _write_baseline(baseline_out, known, checked)
    if as_json:
        click.echo(json.dumps(_report(checked, unreadable), indent=2, ensure_ascii=True))
    elif checked:
        _print(checked)
    if unreadable:
        raise SystemExit(NOT_READABLE)
    raise SystemExit(1 if any(each.findings for each in checked) else 0)


def _list_rules() -> None:
    for rule in RULES:
        click.echo(f"{rule.id:22} {rule.severity.value:8} {cited(rule.section)}: {rule.says}")


def _baseline(firmware: str | None, path: Path | None) -> Baseline:
    if firmware is not None and path is not None:
        raise click.UsageError("--firmware names a baseline too: give one of the two.")
    if firmware is not None:
        path = shipped_baseline(firmware)
    return load_baseline(path) if path is not None else Baseline()


def _check(name: str, known: Baseline) -> _Checked:
    capture = read_capture(_read(name))
    if not capture.is_conversation:
        why = (
            "no AT command and no URC is in it. Is it the log of the module's AT port, and saved"
            " as text?"
        )
        raise _Unreadable(name, why)
    found = check(capture.entries)
    told: dict[bool, list[Finding]] = {False: [], True: []}
    for each in found:
        told[each.side is Side.MODULE and known.accepts(each)].append(each)
    return _Checked(name, capture, findings=told[False], accepted=told[True])


def _read(name: str) -> bytes:
    """The file, if it is one and of a size that a log can have."""
    try:
        if name == "-":
            raw = sys.stdin.buffer.read(_LARGEST + 1)
        elif (path := Path(name)).is_char_device() or path.is_block_device():
            raise _Unreadable(
                name, "a device and no saved log; save what it prints, then check that"
            )
        else:
            with path.open("rb") as file:
                raw = file.read(_LARGEST + 1)
    except OSError as error:
        raise _Unreadable(name, f"cannot be read: {error.strerror or error}") from None
    if len(raw) > _LARGEST:
        raise _Unreadable(name, f"it is larger than {_LARGEST >> 20} MB; give a part of it")
    return raw


def _write_baseline(path: Path, known: Baseline, checked: Sequence[_Checked]) -> None:
    before = load_baseline(path) if path.exists() else known
    module = [
        finding
        for each in checked
        for finding in (*each.accepted, *each.findings)
        if finding.side is Side.MODULE
    ]
    path.write_text(before.with_findings(module).toml, encoding="utf-8")


def _report(checked: Sequence[_Checked], unreadable: Sequence[_Unreadable]) -> dict[str, object]:
    """What `check_log.schema.json` beside this module describes."""
    return {
        "files": [
            {
                "file": each.name,
                "encoding": each.capture.encoding.value,
                **_counts(each.capture),
                "findings": len(each.findings),
                "accepted": len(each.accepted),
            }
            for each in checked
        ],
        "unreadable": [{"file": each.name, "why": each.why} for each in unreadable],
        "findings": [_finding(each.name, f) for each in checked for f in each.findings],
        "accepted": [_finding(each.name, f) for each in checked for f in each.accepted],
    }


def _counts(capture: Capture) -> dict[str, int]:
    parts = Counter(entry.part for entry in capture.entries)
    return {
        "commands": parts[Part.COMMAND],
        "urcs": parts[Part.URC],
        "passed_over": parts[Part.OTHER],
    }


def _finding(file: str, finding: Finding) -> dict[str, object]:
    rule = finding.rule
    return {
        "file": file,
        "line": finding.entry.number,
        "rule": rule.id,
        "section": rule.section,
        "severity": rule.severity.value,
        "side": finding.side.value,
        "on": finding.on,
        "text": finding.entry.text,
        "seen": finding.seen,
        "says": rule.says,
        "fix": rule.fix,
    }


def _print(checked: Sequence[_Checked]) -> None:
    for each in checked:
        for finding in each.findings:
            rule = finding.rule
            place = click.style(f"{each.name}:{finding.entry.number}", bold=True)
            severity = click.style(rule.severity.value, fg=_COLOURS[rule.severity])
            click.echo(f"{place}: {severity}: {finding}")
            click.echo(
                f"    by the {finding.side.value}, in: {shortened(finding.entry.text, _LONGEST)}"
            )
            click.echo(f"    documented: {rule.says}")
            click.echo(f"    fix: {rule.fix}")
    found = sum(len(each.findings) for each in checked)
    accepted = sum(len(each.accepted) for each in checked)
    counts = Counter[str]()
    for each in checked:
        counts.update(_counts(each.capture))
    click.echo(
        f"{found} findings and {accepted} accepted ones in {counts['commands']} commands and"
        f" {counts['urcs']} URCs; {counts['passed_over']} other lines were passed over",
        err=True,
    )
