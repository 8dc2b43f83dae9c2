"""What can be known of a run is read, and what cannot is named."""

import os

import pytest
from robot.api import ExecutionResult

from lab_evidence import Direction, Event, JsonlSink, Source
from sim7028_lab.report.journal import Finished, Journal, Outcome, Planned
from sim7028_lab.report.run import NoRunError, read_run

EVENTS = [Event(Source.KEYWORD, Direction.NOTED, name, {"arguments": []}) for name in "ab"]


def test_a_complete_run(results, told, virtual):
    folder = results(
        told("One", tags=["LWREAD-ONE"], sentence="It works.", events=EVENTS),
        told("Two", Outcome.FAILED, "no"),
    )
    run = read_run(folder)
    one, two = run.scenarios
    assert (run.bench, run.module_at_end, run.missing) == (virtual, virtual.module, ())
    assert (one.id, one.suite, one.area) == ("06__read/reads.robot:One", "Read.Reads", "Read")
    assert (one.outcome, one.tags, one.sentence) == (Outcome.PASSED, ("LWREAD-ONE",), "It works.")
    assert [event.text for event in one.events] == ["a", "b"]
    assert (folder / one.evidence).is_file()
    assert (one.anchor, one.diagram) == ("s1-s1-s1-t1", "s1-s1-s1-t1-k2")
    assert (two.outcome, two.message) == (Outcome.FAILED, "no")
    assert [(step.name, step.arguments) for step in two.steps] == [
        ("Server Should Receive", ("F", "21.5"))
    ]


def test_what_was_seen_between_the_scenarios_is_read_too(results, told):
    folder = results(told("One"))
    sink = JsonlSink(folder / "evidence" / "bench.jsonl")
    sink.write(EVENTS[0])
    sink.close()
    assert [event.text for event in read_run(folder).events] == ["a"]


@pytest.mark.parametrize(
    ("given", "name"), [("/lab/cellar.toml", "cellar"), ("virtual-strict", "virtual-strict")]
)
def test_a_bench_that_was_never_opened_has_a_name(results, told, given, name):
    folder = results(told("One"), bench=None)
    Journal(folder).begin([], given)
    run = read_run(folder)
    assert (run.bench, run.bench_name, run.facts.name) == (None, name, name)


def test_a_run_that_does_not_tell_its_bench_is_called_as_its_folder(results, told):
    run = read_run(results(told("One"), journal=False))
    assert (run.bench_name, run.bench_given) == ("run-1", "")


def test_events_stand_in_order_of_time(results, told):
    late, early = EVENTS[::-1]
    run = read_run(results(told("One", events=[late, early])))
    assert [event.text for event in run.scenarios[0].events] == ["a", "b"]


def test_a_killed_run_is_read_from_its_journal(results, told, virtual):
    folder = results(
        told("One", events=EVENTS),
        told("Two", Outcome.FAILED, "no"),
        planned=["Three"],
        killed=True,
    )
    run = read_run(folder)
    one, two, three = run.scenarios
    assert [s.outcome for s in run.scenarios] == [
        Outcome.PASSED,
        Outcome.FAILED,
        Outcome.NOT_RUN,
    ]
    assert (two.message, three.message) == ("no", "the run ended before it began")
    assert len(one.events) == 2
    assert not one.anchor, "log.html is not of this run"
    assert run.bench == virtual
    assert run.module_at_end is None
    assert "output.xml is empty or cut short" in run.missing[0]
    assert "1 of 3 planned scenarios have no result" in run.missing


def test_the_scenario_that_a_kill_hit_keeps_its_evidence(results, told):
    folder = results(told("One", events=EVENTS), planned=["Two"], killed=True)
    evidence = folder / "evidence" / "Read.Reads"
    (evidence / "Two.jsonl").write_bytes((evidence / "One.jsonl").read_bytes()[:-9])
    two = read_run(folder).scenarios[1]
    assert two.message == "the run ended while it was running"
    assert [event.text for event in two.events] == ["a"], "up to the line that was cut"


def test_of_a_killed_run_every_round_keeps_its_result(tmp_path):
    book, name = Journal(tmp_path), "06__read/reads.robot:One"
    book.begin(Planned(name, f"Round {number}.Reads", "One", "", ()) for number in range(4))
    for outcome in Outcome.PASSED, Outcome.FAILED, Outcome.PASSED:
        book.finished(Finished(name, outcome, "", (), 1.0))
    run = read_run(tmp_path)
    assert [scenario.outcome.value for scenario in run.scenarios] == [
        "PASS",
        "FAIL",
        "PASS",
        "NOT RUN",
    ]
    assert len({scenario.id for scenario in run.scenarios}) == 4
    assert "1 of 4 planned scenarios have no result" in run.missing


def test_the_output_that_the_journal_names_is_read(results, told):
    folder = results(told("One", Outcome.FAILED, "no"))
    (folder / "output.xml").rename(folder / "second.xml")
    results(told("One"))
    (folder.parent / "run-2" / "output.xml").rename(folder / "output.xml")
    Journal(folder).begin([], output="second.xml")
    os.utime(folder / "output.xml", (1, 1))
    assert [scenario.outcome for scenario in read_run(folder).scenarios] == [Outcome.FAILED]
    os.utime(folder / "second.xml", (0, 0))  # rebot has merged it into the other since
    assert [scenario.outcome for scenario in read_run(folder).scenarios] == [Outcome.PASSED]


def test_a_dry_run_is_no_run(results, told):
    folder = results(told("One"))
    Journal(folder).begin([], is_dry=True)
    with pytest.raises(NoRunError, match="holds a dry run"):
        read_run(folder)


def test_what_was_planned_and_is_not_there_is_counted(results, told):
    run = read_run(results(told("One"), planned=["Two", "Three"]))
    assert [s.outcome for s in run.scenarios] == [
        Outcome.PASSED,
        Outcome.NOT_RUN,
        Outcome.NOT_RUN,
    ]
    assert run.missing == ("2 planned scenarios have no result",)


def test_a_run_without_journal_is_read_from_its_output(results, told):
    run = read_run(results(told("One"), journal=False))
    assert [s.outcome for s in run.scenarios] == [Outcome.PASSED]
    assert run.bench is None
    assert run.id == "20261101T200000.000000"


def test_a_folder_without_a_run(tmp_path):
    with pytest.raises(NoRunError, match=r"output\.xml is not there, and there is no run\.jsonl"):
        read_run(tmp_path)


def test_the_same_scenario_twice_is_told_apart(results, told):
    run = read_run(results(told("One"), told("One")))
    assert [s.id for s in run.scenarios] == [
        "06__read/reads.robot:One",
        "06__read/reads.robot:One #2",
    ]


def test_markup_of_a_message_goes_and_its_text_stays(results, told):
    message = "*HTML* <p>expected <b>1</b> &lt;script&gt;</p><p>came 2<br>3</p>"
    run = read_run(results(told("One", Outcome.FAILED, message)))
    assert run.scenarios[0].message == "expected 1 <script>\ncame 2\n3"


def test_a_message_that_only_looks_like_markup_stays(results, told):
    run = read_run(results(told("One", Outcome.FAILED, "came <b>1</b>")))
    assert run.scenarios[0].message == "came <b>1</b>"


def test_earlier_tries_that_rebot_merged_are_known(results, told):
    first = results(told("One", Outcome.FAILED, "no"), told("Two"))
    second = results(told("One", Outcome.PASSED))
    merged = ExecutionResult(first / "output.xml", second / "output.xml", merge=True)
    merged.save(second / "output.xml")
    one, two = read_run(second).scenarios
    assert (one.outcome, one.earlier) == (Outcome.PASSED, (Outcome.FAILED,))
    assert two.earlier == ()


def test_damaged_evidence_is_remarked_and_the_rest_is_read(results, told):
    folder = results(told("One", events=EVENTS), told("Two", events=EVENTS))
    damaged = folder / "evidence" / "Read.Reads" / "One.jsonl"
    damaged.write_text("not evidence\n" + damaged.read_text())
    run = read_run(folder)
    assert len(run.scenarios[1].events) == 2
    assert "One.jsonl, line 1" in run.remarks[0]


def test_a_link_out_of_the_folder_is_not_followed(results, told, tmp_path):
    folder = results(told("One"))
    (tmp_path / "secret.jsonl").write_text("")
    output = folder / "output.xml"
    output.write_text(
        output.read_text().replace("evidence/Read.Reads/One.jsonl", "evidence/../../secret.jsonl")
    )
    assert read_run(folder).scenarios[0].evidence.name == "One.jsonl"
