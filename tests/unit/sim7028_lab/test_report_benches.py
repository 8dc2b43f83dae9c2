"""Several benches in one report, those too of which nothing is left."""

import dataclasses
import json
import re
import shutil
from html.parser import HTMLParser
from importlib.resources import files
from pathlib import Path

import jsonschema
import pytest

from lab_evidence import Direction, Event, Source
from sim7028_lab.report import publish as publishing
from sim7028_lab.report.journal import JOURNAL, Journal, Outcome
from sim7028_lab.report.publish import Attempt, publish
from sim7028_lab.report.run import NoRunError
from sim7028_lab.report.verdicts import Verdict

FAILED = Outcome.FAILED
SCHEMA = json.loads(
    files("sim7028_lab.report").joinpath("schema/summary.schema.json").read_text("utf-8")
)


@pytest.fixture(autouse=True)
def _quickly(monkeypatch, tmp_path):
    """Without another's page and without a catalogue of requirements, which take a while."""
    monkeypatch.setattr(publishing, "write_dashboard", lambda outputs, folder: None)
    monkeypatch.setattr(publishing, "SHIPPED", tmp_path / "no catalogue")


@pytest.fixture
def bench(virtual):
    """A bench of that name."""
    return lambda name: dataclasses.replace(virtual, name=name)


@pytest.fixture
def report(tmp_path):
    """Publishes runs, checks the data, and gives the summary, the data and the page's words."""

    def make(*results):
        published = publish(results, tmp_path / "report")
        document = json.loads(published.data.read_text("utf-8"))
        jsonschema.Draft202012Validator(SCHEMA).validate(document)
        return published.summary, document, Words(published.page)

    return make


class Words(HTMLParser):
    """What a page says, and where it links to."""

    def __init__(self, page):
        super().__init__()
        self._page, self._said, self.links = page, [], []
        self.feed(page.read_text("utf-8"))

    def handle_starttag(self, tag, attrs):
        if tag == "a":
            self.links.append(dict(attrs)["href"])

    def handle_data(self, data):
        self._said.append(data)

    @property
    def text(self):
        return " ".join(" ".join(self._said).split())


@pytest.mark.parametrize(
    ("outcomes", "verdict", "sentence"),
    [
        ({"a": [], "b": []}, Verdict.PASS, "All scenarios pass on all 2 benches."),
        ({"a": [], "b": ["no"]}, Verdict.FAIL, "Scenarios fail on 1 of 2 benches: b."),
        ({"a": ["no"], "b": ["no"]}, Verdict.FAIL, "Scenarios fail on 2 of 2 benches: a, b."),
        (
            {"a": [], "b": ["BENCH: detached"]},
            Verdict.BENCH,
            "The bench itself broke on 1 of 2 benches: b.",
        ),
        ({"a": ["BENCH: x"] * 2, "b": ["BENCH: y"] * 2}, Verdict.BENCH, "Nothing was tested."),
    ],
)
def test_the_verdict_on_several_benches(results, told, bench, report, outcomes, verdict, sentence):
    """Each bench has two scenarios, which fail with these messages."""
    folders = []
    for name, messages in outcomes.items():
        failing = [told(f"S{n}", FAILED, message) for n, message in enumerate(messages)]
        passing = [told(f"S{n}") for n in range(len(messages), 2)]
        folders.append(results(*failing, *passing, bench=bench(name)))
    summary, document, _ = report(*folders)
    assert (summary.verdict, summary.sentence) == (verdict, sentence)
    assert document["good"] is (verdict is Verdict.PASS)


def test_each_bench_has_its_own_verdict_and_sentence(results, told, bench, report):
    summary, document, _ = report(
        results(told("One"), told("Two"), bench=bench("desk")),
        results(told("One"), told("Two", FAILED, "no"), bench=bench("attic")),
    )
    assert [(b.name, b.verdict, b.sentence, b.is_good) for b in summary.benches] == [
        ("desk", Verdict.PASS, "All 2 scenarios pass.", True),
        ("attic", Verdict.FAIL, "1 of 2 scenarios fails.", False),
    ]
    assert [(b["verdict"], b["sentence"]) for b in document["benches"]] == [
        ("PASS", "All 2 scenarios pass."),
        ("FAIL", "1 of 2 scenarios fails."),
    ]


def test_scenarios_stand_side_by_side(results, told, bench, report):
    _, document, page = report(
        results(told("One"), told("Two"), told("Three"), bench=bench("desk")),
        results(told("One"), told("Two", FAILED, "no"), bench=bench("attic")),
    )
    verdicts = {row["id"].partition(":")[2]: row["verdicts"] for row in document["comparison"]}
    assert verdicts == {
        "One": {"desk": "PASS", "attic": "PASS"},
        "Two": {"desk": "PASS", "attic": "FAIL"},
        "Three": {"desk": "PASS", "attic": None},
    }
    assert [row["same"] for row in document["comparison"]] == [True, False, True]
    assert "The benches differ 1 scenario Scenario desk attic Two Read.Reads PASS FAIL" in page.text
    assert "PASS on all benches that have it 2 scenarios Scenario desk attic One" in page.text
    assert "Three Read.Reads PASS not planned" in page.text


def test_a_bench_that_broke_does_not_differ_from_the_others(results, told, bench, report):
    """A morning's first look is for what the modules do otherwise, not for a cable."""
    _, document, page = report(
        results(told("One"), bench=bench("desk")),
        results(told("One", FAILED, "BENCH: detached"), bench=bench("attic")),
    )
    assert not document["comparison"][0]["same"]
    assert "The benches differ" not in page.text
    assert "PASS where it was tested, which is not everywhere 1 scenario" in page.text


def test_a_run_that_left_nothing_has_its_column(results, told, bench, report, tmp_path):
    died = Attempt(tmp_path / "nowhere", "cellar", ("robot was killed (signal 9)",))
    summary, document, page = report(results(told("One"), bench=bench("desk")), died)
    assert [b.name for b in summary.benches] == ["desk", "cellar"]
    cellar = document["benches"][1]
    assert (cellar["verdict"], cellar["good"]) == ("NOT RUN", False)
    assert document["missing"] == ["cellar: robot was killed (signal 9)"]
    assert not document["complete"]
    assert "One Read.Reads PASS no result" in page.text
    assert "INCOMPLETE" in page.text


def test_a_run_that_left_nothing_is_incomplete_without_a_word(report, tmp_path):
    summary, document, _ = report(Attempt(tmp_path / "nowhere"))
    assert summary.missing == ("The run left nothing",)
    assert (summary.sentence, summary.is_good) == ("Nothing was tested.", False)
    assert document["benches"][0]["name"] == "nowhere"


def test_a_folder_that_is_no_attempt_must_hold_a_run(report, tmp_path):
    with pytest.raises(NoRunError):
        report(tmp_path)


def test_a_journal_that_cannot_be_read_does_not_stop_the_report_on_others(
    results, told, bench, report
):
    damaged = results(told("One"), bench=bench("attic"))
    (damaged / JOURNAL).write_text("no journal\n")
    summary, _, _ = report(results(told("One"), bench=bench("desk")), Attempt(damaged, "attic"))
    assert [b.verdict for b in summary.benches] == [Verdict.PASS, Verdict.NOT_RUN]
    assert "run.jsonl, line 1: not of a journal" in summary.missing[0]


def test_a_bench_that_doctor_refused_is_broken_and_not_incomplete(
    results, told, bench, report, tmp_path
):
    refused = Attempt(tmp_path / "nowhere", "attic", broken="minicom holds the port")
    summary, document, page = report(results(told("One"), bench=bench("desk")), refused)
    assert (summary.verdict, summary.missing) == (Verdict.BENCH, ())
    assert document["benches"][1]["broken"] == "minicom holds the port"
    assert "The bench cannot be used: minicom holds the port." in page.text


def test_a_broken_bench_is_told_beside_the_failures_before(results, told, report):
    folder = results(told("One", FAILED, "no"))
    summary, _, _ = report(Attempt(folder, broken="power did not help"))
    assert (summary.verdict, summary.sentence) == (Verdict.FAIL, "1 of 1 scenario fails.")
    assert "The bench cannot be used: power did not help." in summary.lead


def test_attempts_of_the_same_name_are_tries_of_the_same(results, told, bench, report):
    first = results(told("One", FAILED, "no"), told("Two"), bench=bench("x"))
    again = results(told("One"), bench=bench("y"))
    summary, _, _ = report(Attempt(first, "attic"), Attempt(again, "attic"))
    (attic,) = summary.benches
    assert (attic.name, attic.verdict, len(attic.runs)) == ("attic", Verdict.FLAKY, 2)


def test_a_bench_that_could_not_be_opened_is_called_what_the_run_was_given(told, results, report):
    folder = results(told("One", FAILED, "Suite setup failed"), bench=None)
    journal = Journal(folder)
    journal.begin([], "/benches/cellar.toml")
    journal.ended()
    summary, _, _ = report(folder, results(told("One")))
    assert [b.name for b in summary.benches] == ["cellar", "virtual"]
    assert summary.benches[0].verdict is Verdict.BENCH
    assert "The bench cellar could not be opened" in " ".join(summary.lead)


def test_what_left_nothing_is_not_put_into_the_history(results, told, bench, tmp_path):
    history = tmp_path / "history.jsonl"
    folder = results(told("One", FAILED, "no"), bench=bench("attic"))
    publish([folder], tmp_path / "a", history=history)
    before = history.read_text()
    empty = Attempt(tmp_path / "nowhere", "attic")
    page = publish([empty], tmp_path / "b", history=history).page
    assert history.read_text() == before
    assert "The run left nothing that could be compared." in Words(page).text


def test_run_folders_below_the_report_are_linked_and_can_be_moved(results, told, bench, tmp_path):
    night = tmp_path / "night"
    for name, message in (("desk", ""), ("attic", "no")):
        outcome = FAILED if message else Outcome.PASSED
        shutil.move(results(told("One", outcome, message), bench=bench(name)), night / name)
        (night / name / "log.html").touch()
    publish([night / "desk", night / "attic"], night)
    moved = Path(shutil.move(night, tmp_path / "archive"))
    links = Words(moved / "summary.html").links
    for name in ("desk", "attic"):
        assert f"{name}/evidence/Read.Reads/One.jsonl" in links
        assert any(link.startswith(f"{name}/log.html#") for link in links)
        assert f"{name}/log.html" in links
    for link in links:
        file = link.partition("#")[0]
        assert not file or (moved / file).exists(), link


def test_one_bench_has_no_columns(results, told, report):
    _, _, page = report(results(told("One")))
    assert "Scenario by scenario" not in page.text


def budgeted(folder, budget):
    """The run again, begun with a budget."""
    lines = (folder / JOURNAL).read_text("utf-8").splitlines()
    begin = json.loads(lines[0]) | {"budget": budget}
    (folder / JOURNAL).write_text("\n".join([json.dumps(begin), *lines[1:], ""]), "utf-8")
    return folder


@pytest.fixture
def talkative(told):
    """A scenario that sends one message of 60 bytes."""
    data = {"seen_by": "module", "type": "ACK", "code": "EMPTY", "mid": 1, "token": ""}
    payload = {"payload": "00" * 27}
    return told("One", events=[Event(Source.COAP, Direction.SENT, "ACK", data | payload, 1.0)])


@pytest.mark.parametrize(("budget", "good"), [(60, True), (59, False)])
def test_a_run_over_its_budget_is_not_good(results, talkative, report, budget, good):
    folder = budgeted(results(talkative), budget)
    summary, document, page = report(folder)
    (air,) = (run["air"] for run in document["benches"][0]["runs"])
    assert air["bytes"] == {"up": 60, "down": 0}
    assert (air["budget"], air["over_budget"]) == (budget, not good)
    assert (document["good"], document["over_budget"]) == (good, not good)
    assert summary.verdict is Verdict.PASS
    said = "About 60 bytes went over the air, and 59 were allowed."
    assert (said in document["lead"]) is not good
    assert ("OVER BUDGET" in page.text) is not good


def test_without_a_budget_the_air_is_told_and_judges_nothing(results, talkative, report):
    _, document, page = report(results(talkative))
    assert document["good"]
    assert "about 60 bytes" in page.text
    assert re.search(r"60 from the module in 1 messages?", page.text)
