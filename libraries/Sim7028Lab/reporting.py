"""Keeps the journal of a run, and writes its summary when everything else is written."""

from __future__ import annotations

import atexit
import os
from collections.abc import Iterator
from pathlib import Path

from robot import result, running
from robot.api import logger
from robot.libraries.BuiltIn import BuiltIn

from sim7028_lab.benchfile import expanded
from sim7028_lab.benchsections import VIRTUAL
from sim7028_lab.report.errors import ReportError
from sim7028_lab.report.journal import (
    OUTPUT,
    Finished,
    Journal,
    Outcome,
    Planned,
    scenario_id,
    suite_path,
)
from sim7028_lab.report.publish import forget, publish
from Sim7028Lab.stage import Stage


class Reporting:
    """Robot's listener that tells the journal what is planned and how each scenario ended.

    Robot closes a library's listeners before output.xml is complete, so the summary waits for the
    end of the process: then log.html is there as well, after Ctrl-C too. A dry run and a run
    without output.xml have no summary.
    """

    ROBOT_LISTENER_API_VERSION = 3
    ROBOT_LISTENER_PRIORITY = -1000
    """After every other listener, so that it sees what those made of a result."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self._journal: Journal | None = None

    def start_suite(self, suite: running.TestSuite, _result: result.TestSuite) -> None:
        """Begin the journal with the first suite that has the library."""
        if self._journal is not None:
            return
        variable = BuiltIn().get_variable_value
        results, output = Path(variable("${OUTPUT DIR}")), variable("${OUTPUT FILE}")
        if not (is_dry := BuiltIn().dry_run_active):
            forget(results)
        elif output == "NONE" or os.path.relpath(output, results) != OUTPUT:
            return
        self._journal = Journal(results, self._stage.redact)
        self._journal.begin(
            _planned(_topmost(suite)),
            bench=_bench(variable("${BENCH}") or VIRTUAL),
            budget=_budget(variable("${AIR BUDGET}")),
            output=None if output == "NONE" else os.path.relpath(output, results),
            is_dry=is_dry,
        )
        if output != "NONE" and not is_dry:
            atexit.register(_summarise, results)

    def end_test(self, _test: running.TestCase, outcome: result.TestCase) -> None:
        """Keep how it ended."""
        if self._journal is not None:
            evidence = self._stage.last_evidence
            self._journal.finished(
                Finished(
                    id=scenario_id(outcome.source, outcome.name),
                    outcome=Outcome(outcome.status),
                    message=outcome.message,
                    tags=tuple(outcome.tags),
                    elapsed=outcome.elapsed_time.total_seconds(),
                    evidence=str(Path("evidence", evidence)) if evidence else "",
                )
            )

    def close(self) -> None:
        """End the journal; the bench is closed."""
        if self._journal is not None:
            self._journal.ended()


def _bench(given: str) -> str:
    """The bench that the run was given; a file so that it is found from anywhere."""
    file = expanded(given)
    return str(file.absolute()) if file.is_file() else given


def _budget(given: object) -> int | None:
    """How many bytes the run may send over the air; None when nothing sensible is given."""
    if given is None:
        return None
    try:
        budget = int(str(given))
    except ValueError:
        budget = 0
    if budget > 0:
        return budget
    logger.error(
        f"AIR_BUDGET is {given!r}, and should be a number of bytes from 1 on, such as 50000: the"
        " run goes on without a budget"
    )
    return None


def _topmost(suite: running.TestSuite) -> running.TestSuite:
    return suite if suite.parent is None else _topmost(suite.parent)


def _planned(suite: running.TestSuite) -> Iterator[Planned]:
    for test in suite.all_tests:
        yield Planned(
            id=scenario_id(test.source, test.name),
            suite=suite_path(test.parent),
            name=test.name,
            sentence=test.doc,
            tags=tuple(test.tags),
        )


def _summarise(results: Path) -> None:
    try:
        published = publish([results], results)
    except (ReportError, OSError) as error:
        logger.console(f"Summary: none could be made: {error}")
    else:
        logger.console(f"Summary: {published.page}")
