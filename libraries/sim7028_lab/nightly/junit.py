"""The verdicts as JUnit XML, for programs that read that: a test suite a bench.

Robot's own would show a scenario that passed when it was run again as passed, one that the bench
spoiled as failed, and one without a result not at all.
"""

from __future__ import annotations

import re
from pathlib import Path
from xml.etree.ElementTree import Element, ElementTree, SubElement, indent

from sim7028_lab.report.parts import BenchPart
from sim7028_lab.report.summary import Summary
from sim7028_lab.report.verdicts import Verdict
from sim7028_lab.report.weighed import Weighed

JUNIT = "xunit.xml"
"""Its name in a night's folder, as Robot Framework has it."""

_NOT_IN_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")

_SHOWN = {
    Verdict.FAIL: "failure",
    Verdict.FLAKY: "failure",
    Verdict.BENCH: "error",
    Verdict.NOT_RUN: "error",
    Verdict.SERVER_LIMIT: "skipped",
}


def write_junit(summary: Summary, path: Path) -> None:
    """Write it. A bench that is broken or incomplete has a test case more, which says so."""
    top = Element("testsuites", name="sim7028-lab nightly")
    for bench in summary.benches:
        _add_bench(top, bench)
    indent(top)
    ElementTree(top).write(path, encoding="utf-8", xml_declaration=True)


def _add_bench(top: Element, bench: BenchPart) -> None:
    suite = SubElement(top, "testsuite", name=bench.name)
    for weighed in bench.scenarios:
        _add_scenario(suite, bench.name, weighed)
    told = [("broken", bench.broken)] if bench.broken else []
    told += [("incomplete", sentence) for sentence in bench.missing]
    for number, (what, sentence) in enumerate(told, 1):
        name = f"{what} {number}" if len(told) > 1 else what
        case = SubElement(suite, "testcase", classname=bench.name, name=f"The bench is {name}")
        SubElement(case, "error", type=what.upper(), message=_clean(sentence))
    for count, tag in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
        suite.set(count, str(len(suite.findall(f"testcase/{tag}"))))
    suite.set("tests", str(len(suite)))
    suite.set("time", f"{sum(weighed.scenario.elapsed for weighed in bench.scenarios):.3f}")


def _add_scenario(suite: Element, bench: str, weighed: Weighed) -> None:
    scenario = weighed.scenario
    case = SubElement(
        suite,
        "testcase",
        classname=_clean(f"{bench}.{scenario.suite}"),
        name=_clean(scenario.name),
        time=f"{scenario.elapsed:.3f}",
    )
    if tag := _SHOWN.get(weighed.verdict):
        first = scenario.message.partition("\n")[0] or weighed.verdict.look.meaning
        told = SubElement(case, tag, type=weighed.verdict.value, message=_clean(first))
        told.text = _clean(scenario.message)


def _clean(text: str) -> str:
    """Text without what XML 1.0 cannot hold."""
    return _NOT_IN_XML.sub("�", text)
