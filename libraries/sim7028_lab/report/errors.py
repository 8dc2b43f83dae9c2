"""Why a report cannot be made."""

from __future__ import annotations


class ReportError(Exception):
    """A report cannot be made from these files; the message says which, why and what to do."""
