"""From folders of results to the pages and files of a report."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from sim7028_lab.report.dashboard import write_dashboard
from sim7028_lab.report.document import to_document
from sim7028_lab.report.errors import ReportError
from sim7028_lab.report.page import render
from sim7028_lab.report.requirements import SHIPPED, load_requirements
from sim7028_lab.report.run import NoRunError, Run, empty_run, read_run
from sim7028_lab.report.summary import Summary, summarise
from sim7028_lab.report.trend import HISTORY

PAGE = "summary.html"
DATA = "summary.json"


_ROBOTS = (("Robot's own log", "log.html"), ("Robot's own report", "report.html"))


@dataclass(frozen=True, slots=True)
class Attempt:
    """A run that was meant to be, whatever is left of it.

    Attributes:
        folder: where its results are, if there are any.
        bench: what its bench is called in the report; as the run itself tells when left out.
            Attempts on a bench of the same name are tries of the same scenarios.
        missing: what is not there, or did not go to its end, as far as only the one who started
            the run can know; a sentence each, without a full stop.
        broken: why the bench cannot be used, likewise; empty where nothing speaks against it.
        remarks: what else a reader must know, likewise.
    """

    folder: Path
    bench: str = ""
    missing: tuple[str, ...] = ()
    broken: str = ""
    remarks: tuple[str, ...] = ()


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
    results: Sequence[Path | Attempt],
    folder: Path,
    *,
    history: Path | None = None,
    requirements: Path | None = None,
) -> Published:
    """Write the report of one or several runs.

    Args:
        results: the folders of the runs; as an attempt where there may be nothing in one.
        folder: where the report goes.
        history: of the benches; the one in `folder` when left out.
        requirements: the catalogue; the one of the checkout when left out, none where there is no
            checkout.

    Raises:
        ReportError: a folder that is no attempt holds no run, or a file cannot be used; the message
            names it.
    """
    if requirements is None and SHIPPED.is_file():
        requirements = SHIPPED
    catalogue = load_requirements(requirements) if requirements else ()
    runs = [_read(each) if isinstance(each, Attempt) else read_run(each) for each in results]
    folder.mkdir(parents=True, exist_ok=True)
    summary = summarise(runs, catalogue, history or folder / HISTORY)
    complete = [run.output for run in runs if run.output and not run.missing]
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


def _read(attempt: Attempt) -> Run:
    missing = attempt.missing
    try:
        run = read_run(attempt.folder)
    except NoRunError:
        run = empty_run(attempt.folder)
        missing = missing or (() if attempt.broken else ("The run left nothing",))
    except ReportError as error:
        run = empty_run(attempt.folder)
        missing = (*missing, str(error))
    name = attempt.bench or run.bench_name
    return replace(
        run,
        bench_name=name,
        bench=replace(run.bench, name=name) if run.bench else None,
        missing=(*missing, *run.missing),
        remarks=(*attempt.remarks, *run.remarks),
        broken=attempt.broken,
    )
