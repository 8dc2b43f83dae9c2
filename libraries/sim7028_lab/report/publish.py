"""From folders of results to the pages and files of a report."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from sim7028_lab.report.dashboard import write_dashboard
from sim7028_lab.report.document import to_document
from sim7028_lab.report.page import render
from sim7028_lab.report.requirements import SHIPPED, load_requirements
from sim7028_lab.report.run import read_run
from sim7028_lab.report.summary import Summary, summarise
from sim7028_lab.report.trend import HISTORY

PAGE = "summary.html"
DATA = "summary.json"


_ROBOTS = (("Robot's own log", "log.html"), ("Robot's own report", "report.html"))


@dataclass(frozen=True)
class Published:
    """A report that was written.

    Attributes:
        summary: what it says.
        page: summary.html.
        data: summary.json.
    """

    summary: Summary
    page: Path
    data: Path


def forget(folder: Path) -> None:
    """Remove what the last run into this folder left: nothing of it may stand for the next.

    The history stays.
    """
    for old in (folder / PAGE, folder / DATA, *folder.glob("evidence/**/*.jsonl")):
        old.unlink(missing_ok=True)


def publish(
    results: Sequence[Path],
    folder: Path,
    *,
    output: str = "output.xml",
    history: Path | None = None,
    requirements: Path | None = None,
) -> Published:
    """Write the report of one or several runs.

    Args:
        results: the folders of the runs.
        folder: where the report goes.
        output: the name of Robot's output in each folder of results.
        history: of the benches; the one in `folder` when left out.
        requirements: the catalogue; the one of the checkout when left out, none where there is no
            checkout.

    Raises:
        ReportError: a folder holds no run, or a file cannot be used; the message names it.
    """
    if requirements is None and SHIPPED.is_file():
        requirements = SHIPPED
    catalogue = load_requirements(requirements) if requirements else ()
    runs = [read_run(each, output) for each in results]
    folder.mkdir(parents=True, exist_ok=True)
    summary = summarise(runs, catalogue, history or folder / HISTORY)
    complete = [run.folder / output for run in runs if not run.missing]
    dashboard = write_dashboard(complete, folder) if complete else None
    robots = () if summary.missing else _ROBOTS
    others = {
        title: name
        for title, name in (
            *robots,
            ("Raw events", "evidence"),
            ("All scenarios", "catalogue.html"),
            ("More runs", dashboard.name if dashboard else ""),
        )
        if name and (folder / name).exists()
    }
    page, data = folder / PAGE, folder / DATA
    text = json.dumps(to_document(summary), ensure_ascii=False, indent=1)
    data.write_text(f"{text}\n", encoding="utf-8")
    page.write_text(render(summary, folder, others), encoding="utf-8")
    return Published(summary, page, data)
