"""The catalogue of requirements: what the note promises, one id each."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Any

from sim7028_lab.report.errors import ReportError

SHIPPED = Path(__file__).parents[3] / "robot" / "requirements.toml"
"""The catalogue that comes with a checkout."""


class RequirementsError(ReportError):
    """A catalogue of requirements cannot be used; the message says why."""


class Basis(Enum):
    """Where a requirement comes from."""

    NOTE = "note"
    """The application note says so."""
    ASSUMED = "assumed"
    """The note is silent, and a real module may differ."""
    OMA = "oma"
    """A test of OMA's enabler test specification."""


@dataclass(frozen=True)
class Requirement:
    """One promise, and how it is known to be kept.

    Attributes:
        id: the tag of the scenarios that show it.
        area: which suite it belongs to.
        text: what is promised, in a sentence.
        section: where it stands.
        basis: what kind of place that is.
        traffic: all of these must be found in the timeline of a scenario that shows it, each
            on "<source> <direction> <text>" of some event.
        untestable: why no scenario can show it from outside; empty when one can.
    """

    id: str
    area: str
    text: str
    section: str
    basis: Basis
    traffic: tuple[re.Pattern[str], ...]
    untestable: str = ""


def load_requirements(path: Path) -> tuple[Requirement, ...]:
    """The requirements of a catalogue, in its order.

    Raises:
        RequirementsError: it is not there, is no TOML, or an entry lacks something.
    """
    try:
        entries = tomllib.loads(path.read_text(encoding="utf-8")).get("requirement", [])
        return tuple(_requirement(entry) for entry in entries)
    except OSError as error:
        raise RequirementsError(
            f"{path} cannot be read ({error.strerror}); name the catalogue of requirements with"
            " --requirements, such as robot/requirements.toml of your checkout"
        ) from None
    except (ValueError, re.error) as error:
        raise RequirementsError(f"{path}: {error}") from None


def _requirement(entry: dict[str, Any]) -> Requirement:
    try:
        return Requirement(
            id=entry["id"],
            area=entry["area"],
            text=entry["text"],
            section=entry["section"],
            basis=Basis(entry["basis"]),
            traffic=tuple(re.compile(pattern) for pattern in entry["traffic"]),
            untestable=entry.get("untestable", ""),
        )
    except KeyError as error:
        raise ValueError(f"requirement {entry.get('id', '?')} has no {error}") from None
