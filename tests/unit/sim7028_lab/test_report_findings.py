"""Findings are put together from the evidence."""

from lab_evidence import Direction, Event, Source
from sim7028_lab.report.findings import collect_findings
from sim7028_lab.report.run import read_run
from sim7028_lab.report.weighed import weigh


def finding(rule, on="+LWREAD", *, accepted=False):
    data = {
        "rule": rule,
        "on": on,
        "seen": "a blank",
        "says": "no blank",
        "section": "2.2.8",
        "severity": "info",
        "fix": "Be tolerant.",
        "accepted": accepted,
    }
    return Event(Source.FINDING, Direction.NOTED, f"{on}: a blank", data)


def test_the_same_finding_is_counted_over_scenarios(results, told):
    folder = results(
        told("One", events=[finding("blank"), finding("blank")]),
        told("Two", events=[finding("blank"), finding("blank", "+LMOPEN")]),
    )
    often, once = collect_findings(weigh([read_run(folder)]))
    assert (often.rule, often.on, often.count) == ("blank", "+LWREAD", 3)
    assert [weighed.scenario.name for weighed in often.scenarios] == ["One", "Two"]
    assert (often.seen, often.says, often.fix) == ("a blank", "no blank", "Be tolerant.")
    assert (often.section, often.severity) == ("2.2.8", "info")
    assert once.key == "blank +LMOPEN"


def test_what_a_baseline_accepts_comes_last(results, told):
    events = [finding("old", accepted=True), finding("old", accepted=True), finding("new")]
    first, last = collect_findings(weigh([read_run(results(told("One", events=events)))]))
    assert (first.rule, first.accepted, last.rule, last.accepted) == ("new", False, "old", True)


def test_a_finding_without_a_rule_is_what_it_says(results, told):
    bare = Event(Source.FINDING, Direction.NOTED, "4.05 is assumed")
    (seen,) = collect_findings(weigh([read_run(results(told("One", events=[bare])))]))
    assert (seen.key, seen.seen, seen.accepted) == ("4.05 is assumed", "4.05 is assumed", False)
