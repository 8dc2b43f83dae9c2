"""What a rule is, and what it finds."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import Enum

from sim7028.conformance.exchange import Exchange
from sim7028.conformance.lw_command import LwCommand
from sim7028.conformance.service import Service
from sim7028.transcript import Entry
from sim7028.urcs import Urc


class Severity(Enum):
    """How much a finding matters."""

    ERROR = "error"
    """An application that follows the note goes wrong on it."""
    WARNING = "warning"
    """It differs from the note; a tolerant reader copes."""
    INFO = "info"
    """The note has it both ways, or leaves it open."""


class Side(Enum):
    """Who did what is not documented."""

    MODULE = "module"
    APPLICATION = "application"


@dataclass(frozen=True)
class Rule:
    """One thing that the note says and that traffic alone can show.

    Attributes:
        id: its name.
        section: of the application note, or of the document named there.
        severity: how much breaking it matters.
        says: what is documented.
        fix: what to do about a finding.
    """

    id: str
    section: str
    severity: Severity
    says: str
    fix: str


@dataclass(frozen=True)
class UrcRule(Rule):
    """A rule on a line that no command asked for.

    Attributes:
        check: tells what differs, if anything, given the conversation before.
    """

    check: Callable[[Urc, Service], Iterable[str]]


@dataclass(frozen=True)
class AnswerRule(Rule):
    """A rule on how the module answers a command; what differs is the module's.

    Attributes:
        check: tells what differs, if anything, given the conversation before.
    """

    check: Callable[[Exchange, Service], Iterable[str]]


@dataclass(frozen=True)
class CommandRule(Rule):
    """A rule on what a command may be.

    The application broke it. Where the module says OK nevertheless, the finding is the module's,
    for it should have refused.

    Attributes:
        check: tells what differs, if anything, given the conversation before.
    """

    check: Callable[[LwCommand, Service], Iterable[str]]


@dataclass(frozen=True)
class Finding:
    """A difference from what is documented.

    Attributes:
        rule: the rule that was broken.
        side: who broke it.
        on: the URC, or the command in its form, such as `+LWREAD` or `AT+LWCNF=?`. Together with
            the rule's id it says what kind of finding this is.
        seen: what was seen.
        entry: the line it was seen in.
    """

    rule: Rule
    side: Side
    on: str
    seen: str
    entry: Entry

    @property
    def kind(self) -> tuple[str, str]:
        """The rule's id and what it was broken on: what a baseline accepts."""
        return self.rule.id, self.on

    def __str__(self) -> str:
        return f"{self.on}: {self.seen} ({self.rule.id}, {cited(self.rule.section)})"


def cited(section: str) -> str:
    """A rule's section as prose names it: `note 3.1`, or another document as it stands."""
    return f"note {section}" if section[:1].isdigit() else section
