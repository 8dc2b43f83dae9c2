"""What the history of a bench tells about its youngest run."""

import dataclasses
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim7028_lab.report.trend import (
    SHOWN,
    HistoryError,
    PastRun,
    changes,
    keep,
    read_history,
    trend,
)
from sim7028_lab.report.verdicts import Verdict

PASS, FAIL, FLAKY, NOT_RUN = Verdict.PASS, Verdict.FAIL, Verdict.FLAKY, Verdict.NOT_RUN


def past(day=1, verdicts=None, bench="virtual", **other):
    return PastRun(
        **{
            "run": f"run-{day}",
            "started": datetime(2026, 11, day, tzinfo=UTC),
            "bench": bench,
            "module": "SIM7028, firmware B06",
            "server": "Leshan 2.0.0-M4 (jvm)",
            "harness": "0.1.0",
            "complete": True,
            "seconds": 6.0,
            "verdicts": verdicts or {},
            "findings": (),
            "slowest": {},
        }
        | other
    )


def after(*days):
    """The trend of a scenario that came out so, day by day; None where it was not there."""
    runs = [past(day, {"a": v} if v else {}) for day, v in enumerate(days, 1)]
    return trend(runs, runs[-1])


PAST = st.builds(
    past,
    day=st.integers(1, 28),
    bench=st.text(),
    verdicts=st.dictionaries(st.text(), st.sampled_from(Verdict)),
    module=st.text(),
    seconds=st.integers(0, 10**6).map(lambda ms: ms / 1000),
    complete=st.booleans(),
    findings=st.lists(st.text()).map(tuple),
)


@given(PAST)
def test_a_line_of_the_history_is_read_as_written(one):
    assert PastRun.from_json(one.to_json()) == one


def test_a_report_made_again_replaces_what_it_said(tmp_path):
    file = tmp_path / "history.jsonl"
    keep(file, [past(1, {"a": FAIL})])
    keep(file, [past(2)])
    again = past(1, {"a": FLAKY})
    assert keep(file, [again]) == read_history(file) == (again, past(2))


def test_runs_that_were_put_together_replace_each_of_them(tmp_path):
    file = tmp_path / "history.jsonl"
    keep(file, [past(1), past(2), past(3), past(1, bench="cellar")])
    both = dataclasses.replace(past(2), run="run-1+run-2")
    assert {p.run for p in keep(file, [both])} == {"run-1+run-2", "run-3", "run-1"}


def test_a_line_that_was_cut_is_passed_over(tmp_path):
    file = tmp_path / "history.jsonl"
    keep(file, [past(1), past(2)])
    file.write_bytes(file.read_bytes()[:-30])
    assert read_history(file) == (past(1),)


@pytest.mark.parametrize("line", ["no json", "{}", "[]", '{"run": 1}'])
def test_a_history_that_cannot_be_used_is_refused_by_name(tmp_path, line):
    file = tmp_path / "history.jsonl"
    file.write_text(f"{line}\n")
    with pytest.raises(HistoryError, match=r"history\.jsonl, line 1"):
        read_history(file)


def test_no_history_yet(tmp_path):
    assert read_history(tmp_path / "history.jsonl") == ()


@pytest.mark.parametrize(
    ("days", "since"),
    [
        ([FAIL], None),
        ([PASS, FAIL], None),
        ([FAIL, FAIL], 1),
        ([PASS, FAIL, FAIL], 2),
        ([FAIL, PASS, FAIL], None),
        ([FAIL, NOT_RUN, FAIL], 1),
        ([FAIL, None, FAIL], 1),
        ([FLAKY, FAIL], None),
    ],
)
def test_since_when_it_is_so(days, since):
    assert after(*days).since("a") == since


@pytest.mark.parametrize(
    ("days", "unsteady"),
    [
        ([PASS, PASS], ()),
        ([PASS, FAIL], ()),
        ([PASS, FAIL, PASS], (("a", 2),)),
        ([FAIL, PASS, FAIL, PASS], (("a", 3),)),
        ([PASS, FLAKY], (("a", 1),)),
        ([PASS, NOT_RUN, PASS, NOT_RUN], ()),
    ],
)
def test_what_goes_back_and_forth(days, unsteady):
    assert after(*days).unsteady == unsteady


def test_numbers_count_the_runs_of_the_bench_only():
    runs = [past(1), past(2, bench="cellar"), past(3)]
    assert trend(runs, runs[-1]).numbers == (1, 2)


def test_pages_show_the_last_runs_only():
    runs = [past(day) for day in range(1, SHOWN + 4)]
    line = trend(runs, runs[-1])
    assert len(line.runs) == SHOWN
    assert line.number == SHOWN + 3


def test_runs_after_it_are_not_its_past():
    runs = [past(1), past(2), past(3)]
    assert trend(runs, runs[1]).runs == (past(1), past(2))


def test_what_changed():
    before = {"new": PASS, "still": FAIL, "fixed": FAIL, "steadied": FLAKY, "removed": PASS}
    now = {"new": FAIL, "still": FAIL, "fixed": PASS, "steadied": PASS, "added": FAIL}
    runs = [past(1, before), past(2, now, module="SIM7028, firmware B07")]
    changed = changes(trend(runs, runs[-1]))
    assert changed.new == ("new", "added")
    assert changed.still == ("still",)
    assert changed.fixed == ("fixed", "steadied")
    assert (changed.added, changed.removed) == (("added",), ("removed",))
    assert changed.bench == ("Module: SIM7028, firmware B06 → SIM7028, firmware B07",)


def test_nothing_to_compare_the_first_run_with():
    assert changes(after(FAIL)) is None


def test_since_when_a_finding_is_known():
    runs = [past(1, findings=("r",)), past(2), past(3, findings=("r", "s"))]
    line = trend(runs, runs[-1])
    assert (line.finding_since("r"), line.finding_since("s")) == (1, None)
