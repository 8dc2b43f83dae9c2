"""A module that had to be brought back is told, and its scenario is no plain pass."""

import json
from html.parser import HTMLParser

import pytest

from lab_evidence import Direction, Event, JsonlSink, Source
from sim7028_lab.report import publish as publishing
from sim7028_lab.report.journal import Outcome, read_journal
from sim7028_lab.report.publish import publish
from sim7028_lab.report.recoveries import recoveries
from sim7028_lab.report.run import read_run
from sim7028_lab.report.verdicts import Verdict


@pytest.fixture(autouse=True)
def _quickly(monkeypatch, tmp_path):
    """Without another's page and without a catalogue of requirements, which take a while."""
    monkeypatch.setattr(publishing, "write_dashboard", lambda outputs, folder: None)
    monkeypatch.setattr(publishing, "SHIPPED", tmp_path / "no catalogue")


def climbed(rung, outcome="helped", after=2.5, t=100.0):
    data = {"recovery": rung, "outcome": outcome, "after": after}
    return Event(Source.KEYWORD, Direction.NOTED, f"{rung} {outcome}", data, t)


def told_of(run):
    return [
        (each.rung, each.outcome, each.seconds, each.scenario.name if each.scenario else "")
        for each in recoveries(run)
    ]


def text_of(page):
    said = []
    reader = HTMLParser()
    reader.handle_data = said.append
    reader.feed(page.read_text("utf-8"))
    return " ".join(" ".join(said).split())


@pytest.fixture
def hung(results, told):
    """A run whose module hung in a scenario that passed all the same."""
    events = [climbed("resynchronise", "did not help", 2.0, 100.0), climbed("power", t=103.0)]
    return results(told("One", tags=["recovered:power"], events=events), told("Two"))


def test_each_rung_is_told_in_order(hung):
    assert told_of(read_run(hung)) == [
        ("resynchronise", "did not help", 2.0, "One"),
        ("power", "helped", 2.5, "One"),
    ]


def test_when_it_was_is_counted_from_the_start_of_the_run(hung):
    began = read_journal(hung).began
    assert [each.at for each in recoveries(read_run(hung))] == [100.0 - began, 103.0 - began]


def test_what_happened_between_scenarios_is_told_too(results, told):
    folder = results(told("One", tags=["recovered:power"]))
    sink = JsonlSink(folder / "evidence" / "bench.jsonl")
    sink.write(climbed("power"))
    sink.close()
    assert told_of(read_run(folder)) == [("power", "helped", 2.5, "")]


def test_a_tag_alone_is_enough(results, told):
    run = read_run(results(told("One", tags=["recovered:radio"])))
    assert told_of(run) == [("radio", "helped", None, "One")]


def test_a_run_without_any(results, told):
    assert recoveries(read_run(results(told("One")))) == ()


def test_the_page_and_the_data_say_so(hung):
    published = publish([hung], hung)
    assert published.summary.verdict is Verdict.FLAKY
    assert not published.summary.is_good
    assert (
        published.summary.sentence
        == "No scenario fails, but 1 passed only after the module had been recovered."
    )
    text = text_of(published.page)
    assert (
        "The module had to be recovered resynchronise did not help, 2.00 s; power helped, 2.50 s."
        in text
    )
    assert "Means Outcome In the time of Took Into the run resynchronise did not help One" in text
    (bench,) = json.loads(published.data.read_text("utf-8"))["benches"]
    assert [(each["rung"], each["outcome"]) for each in bench["recoveries"]] == [
        ("resynchronise", "did not help"),
        ("power", "helped"),
    ]
    assert bench["recoveries"][1]["scenario"].endswith(":One")


def test_a_page_without_recoveries_does_not_speak_of_them(results, told):
    folder = results(told("One"))
    assert "Recoveries" not in text_of(publish([folder], folder).page)


def test_a_hang_before_a_pass_is_flaky_and_shows_the_try_that_hung(results, told):
    hung = results(
        told(
            "One",
            Outcome.FAILED,
            "BENCH: deaf.",
            ["verdict:BENCH", "recovered:power"],
            events=[climbed("power")],
        )
    )
    again = results(told("One"))
    published = publish([hung, again], again)
    (weighed,) = published.summary.scenarios
    assert (weighed.verdict, weighed.scenario.message) == (Verdict.FLAKY, "BENCH: deaf.")
    assert "passed only when run again" in published.summary.sentence
    assert "The module had to be recovered power helped" in text_of(published.page)


def test_recovered_and_failed_again_tells_of_both(results, told):
    folder = results(
        told("One", tags=["recovered:power"]), told("Two", Outcome.FAILED, "no"), told("Three")
    )
    again = results(told("Two"))
    sentence = publish([folder, again], again).summary.sentence
    assert sentence == (
        "No scenario fails, but 2 passed only when run again or after the module had been"
        " recovered."
    )
