"""What a scenario's log shows first: why it failed, and the sequence diagram."""

from __future__ import annotations

from enum import Enum
from urllib.parse import quote

from robot.api import logger
from robot.libraries.BuiltIn import BuiltIn

from lab_evidence import Redacted
from lwm2m import Code, Kind
from sim7028_lab.report.diagnosis import diagnose
from sim7028_lab.report.diagram import legend, render
from Sim7028Lab.stage import Stage


def log_picture(stage: Stage) -> None:
    """Log the diagram of the running scenario, headed by the diagnosis where it failed."""
    events = stage.since(0)
    file = stage.evidence_file
    if not events or file is None:
        return
    link = quote(f"evidence/{file.as_posix()}")
    passed = BuiltIn().get_variable_value("${TEST STATUS}") == "PASS"  # only a teardown has it
    diagnosis = None if passed else diagnose(events)
    for html in legend(), render(events, evidence=link, diagnosis=diagnosis):
        logger.info(Redacted(html), html=True)


def spoken(argument: object) -> str:
    """An argument of a keyword as the scenario's author writes it."""
    match argument:
        case Kind():
            return argument.value
        case Code():
            return str(argument)
        case Enum():
            return argument.name.replace("_", " ").title()
        case _:
            return str(argument)
