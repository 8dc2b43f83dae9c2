"""Baselines: where a firmware is known to differ from the application note, and why that is borne.

A baseline is a TOML file of entries, each a rule, the URC or command that breaks it, and a reason.
A difference that it does not list is new, and fails the run.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType

from sim7028.conformance import RULES, Finding

SHIPPED = Path(__file__).parents[2] / "robot" / "benches" / "baselines"
"""The baselines that come with a checkout, one for each firmware profile."""

_ENTRY = ("rule", "on", "why")
_HEADING = """\
# Where this firmware differs from the application note, and why that is borne. What is not listed
# here fails a run.
#
# rule  the id of the rule, as sim7028-lab check-log tells it
# on    the URC, or the command in its form, that breaks it
# why   for whoever wonders in a year
"""


class BaselineError(Exception):
    """A baseline cannot be used; the message lists every complaint with file, entry and remedy."""

    ROBOT_SUPPRESS_NAME = True

    def __init__(self, path: Path, complaints: Iterable[str]) -> None:
        super().__init__("\n".join(f"{path}: {complaint}" for complaint in complaints))


@dataclass(frozen=True)
class Baseline:
    """Which kinds of findings are accepted.

    Attributes:
        reasons: why each kind is, by the rule's id and what breaks it.
    """

    reasons: Mapping[tuple[str, str], str] = field(default_factory=lambda: MappingProxyType({}))

    def accepts(self, finding: Finding) -> bool:
        """Whether the finding is known."""
        return finding.kind in self.reasons

    def with_findings(self, findings: Iterable[Finding]) -> Baseline:
        """A baseline that accepts these too; the reason of a new entry is what its rule says."""
        seen = {finding.kind: f"to be judged; {finding.rule.says}" for finding in findings}
        return Baseline(MappingProxyType(seen | dict(self.reasons)))

    @property
    def toml(self) -> str:
        """The file's content, in the order of the rules."""
        rules = [rule.id for rule in RULES]
        kinds = sorted(self.reasons, key=lambda kind: (rules.index(kind[0]), kind[1]))
        entries = (
            f"\n[[accepted]]\nrule = {_quoted(rule)}\non = {_quoted(on)}"
            f"\nwhy = {_quoted(self.reasons[rule, on])}\n"
            for rule, on in kinds
        )
        return _HEADING + "".join(entries)


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007F")


def shipped_baseline(firmware: str) -> Path:
    """The baseline that comes with a checkout for this firmware."""
    return SHIPPED / f"{firmware}.toml"


def load_baseline(path: Path) -> Baseline:
    """Read and check a baseline.

    Raises:
        BaselineError: it cannot be read, or an entry is incomplete, unknown or doubled.
    """
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise BaselineError(path, [f"cannot be read as TOML: {error}"]) from None
    entries = content.pop("accepted", [])
    complaints = [f"{key} is not known; write [[accepted]] entries only" for key in content]
    reasons: dict[tuple[str, str], str] = {}
    for number, entry in enumerate(entries if isinstance(entries, list) else [entries], 1):
        if complaint := _complaint(entry, reasons):
            complaints.append(f"entry {number}: {complaint}")
        else:
            reasons[entry["rule"], entry["on"]] = entry["why"]
    if complaints:
        raise BaselineError(path, complaints)
    return Baseline(MappingProxyType(reasons))


def _complaint(entry: object, before: Mapping[tuple[str, str], str]) -> str:
    if not isinstance(entry, dict) or set(entry) != set(_ENTRY):
        return f"write {', '.join(_ENTRY)}, and nothing else"
    for key, value in entry.items():
        if not isinstance(value, str) or not value.strip():
            return f"{key} = {value!r}: write a text in quotes"
    if entry["rule"] not in {rule.id for rule in RULES}:
        return f"rule = {entry['rule']!r} is not known; sim7028-lab check-log --rules lists them"
    if (entry["rule"], entry["on"]) in before:
        return f"{entry['rule']} on {entry['on']} stands there twice"
    return ""
