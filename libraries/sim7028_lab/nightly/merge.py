"""Robot's own log and report of a bench, its tries put together."""

from __future__ import annotations

import io
import tempfile
from pathlib import Path

from robot import result
from robot.api import ExecutionResult, ResultVisitor
from robot.errors import DataError  # type: ignore[import-untyped]  # it carries no types
from robot.rebot import rebot  # type: ignore[import-untyped]  # likewise

from sim7028_lab.nightly.night import BenchRun
from sim7028_lab.report.journal import OUTPUT

_LINK = 'href="evidence/'


class _Links(ResultVisitor):  # type: ignore[misc]  # it carries no types
    """Leads the links of a try to where its evidence is, as seen from the bench's folder."""

    def __init__(self, folder: str) -> None:
        self._there = f'href="{folder}/evidence/'

    def visit_message(self, message: result.Message) -> None:
        """Lead those of one message."""
        if message.html and _LINK in message.message:
            message.message = message.message.replace(_LINK, self._there)


def merge(bench: BenchRun) -> str | None:
    """Write output.xml, log.html and report.html of all tries on a bench into its folder.

    Returns:
        Why that could not be done; None when it was, or nothing is there to be merged.
    """
    with tempfile.TemporaryDirectory(prefix="sim7028-lab-") as folder:
        outputs = []
        for each in bench.tries:
            linked = Path(folder) / f"{each.name}.xml"
            try:
                output = ExecutionResult(each / OUTPUT)
            except DataError:  # robot was killed: the report says so
                continue
            output.visit(_Links(each.name))
            output.save(linked)
            outputs.append(linked)
        if not outputs:
            return None
        said = io.StringIO()
        rebot(
            *outputs,
            merge=len(outputs) > 1,
            name=bench.name,
            outputdir=bench.folder,
            output=OUTPUT,
            stdout=io.StringIO(),
            stderr=said,
        )
    there = all((bench.folder / name).is_file() for name in (OUTPUT, "log.html", "report.html"))
    return None if there else f"Robot's own log could not be made: {said.getvalue().strip()}"
