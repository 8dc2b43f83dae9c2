"""Templates of the report: they escape everything and show what does not show by itself."""

from __future__ import annotations

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape

from sim7028_lab.report.words import visible


def environment() -> Environment:
    """The templates beside this module."""
    return Environment(
        loader=PackageLoader("sim7028_lab.report"),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_finalize,
        keep_trailing_newline=True,
    )


def of_text(text: str) -> Markup:
    """A text as the templates write it."""
    return escape(visible(text))


def _finalize(value: object) -> object:
    return value if isinstance(value, Markup) else visible(str(value))
