"""Checks of this machine: what it runs, where results go, what time it is."""

from __future__ import annotations

import platform
import shutil
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from sim7028_lab.doctor.check import Check, Outcome, bad, good, warning
from sim7028_lab.doctor.subject import Subject

_MEGABYTE = 1_000_000
_TOO_LITTLE = 100 * _MEGABYTE
"""A run of every scenario leaves less than this."""
_SCARCE = 1000 * _MEGABYTE
"""Less than this is used up by a week of nightly runs."""


def _python(_subject: Subject) -> Outcome:
    return good(f"Python {platform.python_version()} on {platform.system()} {platform.machine()}")


def _results(subject: Subject) -> Outcome:
    return _folder(subject.results, "name another folder with --results (for a run: robot -d)")


def _temporary(_subject: Subject) -> Outcome:
    return _folder(Path(tempfile.gettempdir()), "set TMPDIR to another folder")


def _folder(folder: Path, otherwise: str) -> Outcome:
    """Whether files can be made there; the folder itself need not exist yet."""
    existing = next(each for each in _upwards(folder.absolute()) if each.exists())
    try:
        with tempfile.TemporaryFile(dir=existing) as trial:
            trial.write(b"trial")
    except OSError as error:
        reason = error.strerror or str(error)
        return bad(f"{folder} cannot be written to: {reason}", f"ls -ld {existing}; {otherwise}")
    free = shutil.disk_usage(existing).free
    found = f"{folder} can be written to, {_shown(free)} free"
    remedy = f"df -h {existing}; remove old results, or {otherwise}"
    if free < _TOO_LITTLE:
        return bad(f"{found}: too little for one run", remedy)
    if free < _SCARCE:
        return warning(f"{found}: too little for many runs", remedy)
    return good(found)


def _upwards(folder: Path) -> Iterator[Path]:
    yield folder
    yield from folder.parents


def _shown(size: int) -> str:
    return f"{size / 1000 / _MEGABYTE:.1f} GB" if size >= _SCARCE else f"{size // _MEGABYTE} MB"


def _clock(_subject: Subject) -> Outcome:
    now = datetime.now(UTC)
    installed = datetime.fromtimestamp(Path(__file__).stat().st_mtime, UTC)
    found = f"{now:%Y-%m-%d %H:%M:%S} UTC"
    if now < installed:
        return bad(
            f"{found}, which is before sim7028-lab was installed ({installed:%Y-%m-%d %H:%M})",
            "timedatectl set-ntp true",
        )
    return good(found)


PYTHON = Check("Python", _python)
RESULTS = Check("results", _results)
TEMPORARY = Check("temporary files", _temporary)
CLOCK = Check("clock", _clock)
