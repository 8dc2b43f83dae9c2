"""All scenarios with their sentences and requirements, and all keywords, as pages to review."""

from __future__ import annotations

import importlib.util
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

from robot.api import TestSuite
from robot.libdoc import libdoc  # type: ignore[import-untyped]  # it carries no types

from sim7028_lab.report.errors import ReportError
from sim7028_lab.report.journal import suite_path
from sim7028_lab.report.page import templates
from sim7028_lab.report.requirements import SHIPPED, Requirement, load_requirements

PAGE = "catalogue.html"
KEYWORDS = "keywords.html"
_LIBRARY = "Sim7028Lab"


class CatalogueError(ReportError):
    """The pages cannot be made; the message says why."""


@dataclass(frozen=True)
class Listed:
    """One scenario, as it is written.

    Attributes:
        suite: the suites above it, without the topmost.
        name: its name.
        sentence: its documentation.
        requirements: those that it claims.
        tags: its other tags.
        steps: its keywords with their arguments, as written.
    """

    suite: str
    name: str
    sentence: str
    requirements: tuple[Requirement, ...]
    tags: tuple[str, ...]
    steps: tuple[str, ...]

    @property
    def area(self) -> str:
        """The topmost suite that it belongs to."""
        return self.suite.split(".", maxsplit=1)[0]


def publish_catalogue(
    suites: Path, folder: Path, requirements: Path | None = None
) -> tuple[Path, Path]:
    """Write the page of all scenarios and the page of all keywords.

    Args:
        suites: the file or folder of scenarios.
        folder: where the pages go.
        requirements: the catalogue; the one of the checkout when left out, none where there is no
            checkout.

    Raises:
        RequirementsError: the catalogue cannot be used.
        CatalogueError: the scenarios cannot be read, or the keywords' page cannot be made.
    """
    if requirements is None and SHIPPED.is_file():
        requirements = SHIPPED
    known = load_requirements(requirements) if requirements else ()
    scenarios = read_scenarios(suites, known)
    folder.mkdir(parents=True, exist_ok=True)
    page = folder / PAGE
    page.write_text(_render(scenarios, known), encoding="utf-8")
    return page, _write_keywords(folder / KEYWORDS)


def read_scenarios(suites: Path, known: Sequence[Requirement]) -> tuple[Listed, ...]:
    """The scenarios in a file or folder, in the order in which they run.

    Raises:
        CatalogueError: there are none.
    """
    if not suites.exists():
        raise CatalogueError(f"{suites} is not there; name the folder of scenarios, such as robot/")
    by_id = {requirement.id: requirement for requirement in known}
    suite = TestSuite.from_file_system(suites, allow_empty_suite=True)
    scenarios = [
        Listed(
            suite=suite_path(test.parent),
            name=test.name,
            sentence=test.doc,
            requirements=tuple(by_id[tag] for tag in test.tags if tag in by_id),
            tags=tuple(tag for tag in test.tags if tag not in by_id),
            steps=tuple(
                "    ".join([keyword.name or "", *map(str, keyword.args)])
                for keyword in test.body
                if hasattr(keyword, "args")
            ),
        )
        for test in suite.all_tests
    ]
    if not scenarios:
        raise CatalogueError(f"{suites} holds no scenarios")
    return tuple(scenarios)


def _render(scenarios: Sequence[Listed], known: Sequence[Requirement]) -> str:
    claimed: defaultdict[str, list[Listed]] = defaultdict(list)
    for scenario in scenarios:
        for requirement in scenario.requirements:
            claimed[requirement.id].append(scenario)
    return (
        templates()
        .get_template("catalogue.html")
        .render(
            total=len(scenarios),
            known=known,
            claimed=claimed,
            unclaimed=[r for r in known if not r.untestable and r.id not in claimed],
            groups=[(area, list(group)) for area, group in groupby(scenarios, lambda s: s.area)],
            keywords=KEYWORDS,
        )
    )


def _write_keywords(page: Path) -> Path:
    if importlib.util.find_spec("markdown") is None:
        raise CatalogueError("the keywords' page needs the package markdown: pip install markdown")
    if libdoc(_LIBRARY, str(page), quiet=True) != 0:
        raise CatalogueError(f"Robot's libdoc could not write {page}")
    return page
