"""Checks, one after the other."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from dataclasses import replace

from sim7028_lab.doctor.check import Check, Outcome, Result, Verdict, not_checked, trouble
from sim7028_lab.doctor.subject import Subject


def examine(subject: Subject, checks: Iterable[Check]) -> Iterator[Result]:
    """The result of each check, as soon as it is there, without the bench's secrets.

    Args:
        subject: the bench.
        checks: in an order in which each comes after those that it needs; a need that is not among
            them is none.
    """
    verdicts: dict[Check, Verdict] = {}
    for check in checks:
        began = time.monotonic()
        outcome = _not_to_be_had(check, verdicts) or _looked_at(check, subject)
        verdicts[check] = outcome.verdict
        told = replace(
            outcome,
            found=subject.redactor.text(outcome.found),
            remedy=subject.redactor.text(outcome.remedy),
        )
        yield Result(check.name, told, time.monotonic() - began)


def _not_to_be_had(check: Check, verdicts: dict[Check, Verdict]) -> Outcome | None:
    """Why a check makes no sense after those before it; None when it does."""
    for need in check.needs:
        if verdicts.get(need) in (Verdict.BAD, Verdict.NOT_CHECKED):
            return not_checked(f"needs {need.name}")
    return None


def _looked_at(check: Check, subject: Subject) -> Outcome:
    try:
        return check.look(subject)
    except Exception as error:  # whatever is wrong with a bench is to be one line of the report
        return trouble(error)
