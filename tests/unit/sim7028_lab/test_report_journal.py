"""The journal of a run tells all up to a kill, and nothing secret."""

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lab_evidence import Redactor
from sim7028_lab.report.journal import (
    JOURNAL,
    Finished,
    Journal,
    JournalError,
    ModuleFacts,
    Outcome,
    Planned,
    read_journal,
    scenario_id,
)

ONE = Planned("a:One", "Read.Reads", "One", "It wörks “always”.", ("read",))
ENDED = Finished("a:One", Outcome.FAILED, 'came "2"\nand 3', ("read", "verdict:BENCH"), 1.5)


@pytest.fixture
def whole(tmp_path, virtual):
    """A journal from begin to end."""
    journal = Journal(tmp_path)
    journal.begin([ONE], "benches/virtual.toml", budget=50_000)
    journal.opened(virtual)
    journal.finished(ENDED)
    journal.closed(ModuleFacts("SIM7028", "B08"))
    journal.ended()
    return tmp_path


def test_what_is_written_is_read(whole, virtual):
    record = read_journal(whole)
    assert record.planned == (ONE,)
    assert (record.given, record.budget) == ("benches/virtual.toml", 50_000)
    assert record.finished == (ENDED,)
    assert record.bench == virtual
    assert record.module_at_end == ModuleFacts("SIM7028", "B08")
    assert record.closed
    assert record.ended is not None
    assert record.tools["Robot Framework"]


def test_a_journal_from_before_there_were_budgets_is_read(whole):
    path = whole / JOURNAL
    first, *rest = path.read_text("utf-8").splitlines()
    begin = {k: v for k, v in json.loads(first).items() if k not in ("bench", "budget")}
    path.write_text("\n".join([json.dumps(begin), *rest, ""]), "utf-8")
    record = read_journal(whole)
    assert (record.given, record.budget) == ("", None)
    assert record.planned == (ONE,)


def test_a_new_run_forgets_the_last_one(whole):
    before = read_journal(whole).run
    Journal(whole).begin([])
    record = read_journal(whole)
    assert record.run != before
    assert record.finished == ()
    assert record.ended is None


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_a_kill_at_any_byte_leaves_what_was_told_before(whole, data):
    path = whole / JOURNAL
    content = path.read_bytes()
    length = data.draw(st.integers(0, len(content)))
    try:
        path.write_bytes(content[:length])
        record = read_journal(whole)
        lines = content[: length + 1].count(b"\n")  # whole but for its end is whole
        assert (record is not None) == (lines >= 1)
        if record:
            assert record.planned == (ONE,)
            assert len(record.finished) == (lines >= 3)
    finally:
        path.write_bytes(content)


def test_no_journal(tmp_path):
    assert read_journal(tmp_path) is None


@pytest.mark.parametrize("line", ["no json", "[1]", '{"t": 1}', '{"what": "begin"}'])
def test_what_is_no_journal_is_refused_by_name(tmp_path, line):
    (tmp_path / JOURNAL).write_text(f"{line}\n")
    with pytest.raises(JournalError, match=r"run\.jsonl"):
        read_journal(tmp_path)


def test_no_secret_is_written(tmp_path):
    journal = Journal(tmp_path, Redactor(["hunter2"]).text)
    journal.begin([ONE])
    journal.finished(Finished("a:One", Outcome.FAILED, "hunter2 at 490154203237518", (), 1.0))
    text = (tmp_path / JOURNAL).read_text()
    assert "hunter2" not in text
    assert "490154203237518" not in text


@pytest.mark.parametrize(
    ("source", "name", "expected"),
    [
        ("/one/checkout/robot/06__read/reads.robot", "A", "06__read/reads.robot:A"),
        ("/another/robot/06__read/reads.robot", "A", "06__read/reads.robot:A"),
        (None, "A", ":A"),
    ],
)
def test_a_scenario_is_called_the_same_everywhere(source, name, expected):
    assert scenario_id(source, name) == expected
