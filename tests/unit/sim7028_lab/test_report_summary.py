"""What a stakeholder is told, and the files that tell it."""

import dataclasses
import json
import re
from html.parser import HTMLParser
from importlib.resources import files

import jsonschema
import pytest
from robot.api import ExecutionResult

from lab_evidence import Direction, Event, Source
from sim7028_lab.failure import Failure, Side
from sim7028_lab.report import publish as publishing
from sim7028_lab.report.journal import JOURNAL, ModuleFacts, Outcome
from sim7028_lab.report.publish import publish
from sim7028_lab.report.verdicts import Verdict

FAILED, PASSED, SKIPPED = Outcome.FAILED, Outcome.PASSED, Outcome.SKIPPED
SCHEMA = json.loads(
    files("sim7028_lab.report").joinpath("schema/summary.schema.json").read_text("utf-8")
)
NASTY = "</style><script>alert(1)</script> \"'&{{ 7*7 }}\u202e\x07"


@pytest.fixture(autouse=True)
def _no_dashboard(monkeypatch):
    """It is another's page, and takes a while."""
    monkeypatch.setattr(publishing, "write_dashboard", lambda outputs, folder: None)


def summary_of(*folders):
    return publish(folders, folders[-1]).summary


class Reader(HTMLParser):
    """The page's texts, and whatever it loads, links to or can be linked to."""

    def __init__(self, page):
        super().__init__()
        self.texts, self.links, self.ids, self.loads, self.scripts = [], [], [], [], 0
        self.feed(page.read_text("utf-8"))

    def handle_starttag(self, tag, attrs):
        attributes = dict(attrs)
        self.scripts += tag == "script"
        self.ids += [attributes["id"]] if "id" in attributes else []
        if tag == "a":
            self.links.append(attributes["href"])
        elif value := attributes.get("src") or attributes.get("href"):
            self.loads.append(value)

    def handle_data(self, data):
        if data.strip():
            self.texts.append(data.strip())


@pytest.mark.parametrize(
    ("outcomes", "verdict", "sentence"),
    [
        ([PASSED] * 3, Verdict.PASS, "All 3 scenarios pass."),
        ([PASSED], Verdict.PASS, "The one scenario passes."),
        ([PASSED, FAILED], Verdict.FAIL, "1 of 2 scenarios fails."),
        ([FAILED, FAILED], Verdict.FAIL, "2 of 2 scenarios fail."),
        ([PASSED, SKIPPED], Verdict.NOT_RUN, "1 of 2 scenarios was not run; the others pass."),
        ([SKIPPED, SKIPPED], Verdict.NOT_RUN, "Nothing was tested."),
    ],
)
def test_the_verdict_in_one_sentence(results, told, outcomes, verdict, sentence):
    scenarios = [told(f"S{number}", outcome) for number, outcome in enumerate(outcomes)]
    summary = summary_of(results(*scenarios))
    assert (summary.verdict, summary.sentence) == (verdict, sentence)
    assert summary.is_good == (verdict is Verdict.PASS)


@pytest.mark.parametrize(
    ("tag", "verdict", "sentence", "good"),
    [
        ("verdict:BENCH", Verdict.BENCH, "The bench broke in 1 of 2 scenarios.", False),
        (
            "verdict:SERVER-LIMIT",
            Verdict.SERVER_LIMIT,
            "All 1 scenarios that this server can judge pass.",
            True,
        ),
    ],
)
def test_what_says_nothing_about_the_module(results, told, tag, verdict, sentence, good):
    summary = summary_of(results(told("One"), told("Two", FAILED, "no", [tag])))
    assert (summary.verdict, summary.sentence, summary.is_good) == (verdict, sentence, good)


def test_what_was_not_run_is_not_good_beside_a_server_limit_either(results, told):
    limited = told("One", FAILED, "no", ["verdict:SERVER-LIMIT"])
    summary = summary_of(results(limited, told("Two"), told("Three", SKIPPED)))
    assert (summary.verdict, summary.is_good) == (Verdict.SERVER_LIMIT, False)


def test_failed_and_then_passed_is_flaky_and_no_pass(results, told):
    summary = summary_of(results(told("One", FAILED, "no"), told("Two")), results(told("One")))
    assert summary.counts[Verdict.FLAKY] == 1
    assert summary.sentence == "No scenario fails, but 1 passed only when run again."
    flaky = next(w for w in summary.scenarios if w.verdict is Verdict.FLAKY)
    assert (flaky.tries, flaky.scenario.message) == (2, "no")
    assert not summary.is_good


def test_other_benches_stand_side_by_side(results, told, real):
    simulated, cellar = results(told("One", FAILED, "no")), results(told("One"), bench=real)
    summary = summary_of(simulated, cellar)
    assert [w.verdict for w in summary.scenarios] == [Verdict.FAIL, Verdict.PASS]
    assert summary.first_words == ("SIMULATED MODULE", "SIM7028, firmware B07")


def test_a_page_begins_with_what_answered(results, told, real):
    for bench, words in ((None, "MODULE NOT KNOWN"), (real, "SIM7028, firmware B07")):
        page = publish([(folder := results(told("One"), bench=bench))], folder).page
        texts = Reader(page).texts
        assert texts[0].startswith(words)
        assert next(t for t in texts[2:] if "module" in t.lower() or "SIM7028" in t).startswith(
            words
        )


def test_a_simulated_module_is_never_taken_for_a_real_one(results, told):
    folder = results(told("One"))
    published = publish([folder], folder)
    texts = Reader(published.page).texts
    assert texts[0].startswith("SIMULATED MODULE"), "the title"
    assert any(text == "SIMULATED MODULE" for text in texts[2:4]), "the first words of the page"
    assert "nothing about a real SIM7028" in " ".join(published.summary.lead)


def test_a_module_that_changed_during_the_run_is_told(results, told, real):
    other = ModuleFacts("SIM7028", "B08")
    summary = summary_of(results(told("One"), bench=real, module_at_end=other))
    assert "it was SIM7028, firmware B07, and at the end SIM7028, firmware B08" in summary.lead[0]


def test_a_killed_run_says_what_is_missing(results, told):
    folder = results(told("One"), planned=["Two"], killed=True)
    published = publish([folder], folder)
    assert published.summary.sentence == "1 of 2 scenarios came to a result; all pass."
    assert not published.summary.is_good
    texts = Reader(published.page).texts
    assert "INCOMPLETE" in texts
    assert any("1 of 2 planned scenarios have no result" in text for text in texts)
    assert not any("log.html" in link for link in Reader(published.page).links)


def test_counts_equal_robots_own(results, told):
    folder = results(
        told("One"),
        told("Two", FAILED, "no"),
        told("Three", FAILED, "BENCH: no port"),
        told("Four", FAILED, "Parent suite setup failed: no"),
        told("Five", SKIPPED),
    )
    document = json.loads(publish([folder], folder).data.read_text())
    total = ExecutionResult(folder / "output.xml").statistics.total
    robots = document["robot"]
    assert (robots["PASS"], robots["FAIL"], robots["SKIP"], robots["NOT RUN"]) == (
        total.passed,
        total.failed,
        total.skipped,
        0,
    )
    assert document["counts"]["PASS"] == total.passed
    assert sum(document["counts"].values()) == total.total


def test_the_data_keep_their_schema(results, told, real):
    finding = Event(Source.FINDING, Direction.NOTED, "differs", {"rule": "r"})
    lost = Event(Source.AT, Direction.SENT, "AT+LWOPEN")
    first = results(told("One", FAILED, NASTY, ["LWREAD-ONE"], events=[finding, lost]))
    second = results(told("One"), planned=["Two"], killed=True)
    other = results(told("One"), bench=real)
    history = first / "history.jsonl"
    publish([first], first, history=history)
    for folders in ([first], [second], [first, second, other]):
        document = json.loads(publish(folders, first, history=history).data.read_text())
        jsonschema.Draft202012Validator(SCHEMA, format_checker=jsonschema.FormatChecker()).validate(
            document
        )
        assert document["benches"][0]["changes"] is None or folders != [first]


def test_the_schema_is_one():
    jsonschema.Draft202012Validator.check_schema(SCHEMA)


def test_what_changed_is_told_against_the_history(results, told, tmp_path):
    history = tmp_path / "history.jsonl"
    before = results(told("One"), told("Two", FAILED, "no"), told("Three", FAILED, "no"))
    now = results(told("One", FAILED, "no"), told("Two", FAILED, "no"), told("Three"))
    publish([before], before, history=history)
    published = publish([now], now, history=history)
    assert (
        published.summary.sentence == "2 of 3 scenarios fail; 1 of them is new since the last run."
    )
    texts = " ".join(Reader(published.page).texts)
    assert re.search(r"FAIL 1 new One", texts)
    assert re.search(r"FAIL 1 still Two", texts)
    assert re.search(r"PASS 1 fixed Three", texts)
    assert "FAIL since run 1" in texts


def test_a_report_made_again_is_the_same_run(results, told):
    folder = results(told("One", FAILED, "no"))
    publish([folder], folder)
    (bench,) = publish([folder], folder).summary.benches
    assert (bench.trend.number, bench.changes) == (1, None)


def test_what_comes_from_the_module_stays_text(results, told, virtual):
    bench = dataclasses.replace(virtual, module=ModuleFacts(NASTY, NASTY), server=NASTY)
    event = Event(Source.FINDING, Direction.NOTED, NASTY, {"rule": NASTY, "says": NASTY})
    sent = Event(Source.AT, Direction.SENT, NASTY)
    folder = results(
        told(f"One {NASTY}", FAILED, NASTY, ["LWREAD-ONE"], NASTY, [event, sent]),
        told("Plain"),
        bench=bench,
    )
    page = publish([folder], folder).page
    reader = Reader(page)
    assert reader.scripts == 1, "only the page's own"
    assert any("<script>alert(1)</script>" in text for text in reader.texts)
    assert "⟨U+202E⟩⟨U+0007⟩" in page.read_text("utf-8")
    assert "\u202e" not in page.read_text("utf-8")
    assert "{{ 7*7 }}" in page.read_text("utf-8")


def test_a_failure_is_told_with_its_likely_side(results, told):
    failure = Failure(
        "Module Answers Read", "AtRefused", "ERROR", "OK to AT+X", "ERROR", Side.MODULE, True
    )
    sent = Event(Source.AT, Direction.SENT, "AT+X", {"command": "AT+X"})
    message = "The module said ERROR.\n\nLikely side: module, clear. All this is said already."
    folder = results(told("One", FAILED, message, events=[sent, failure.event]))
    said = " ".join(Reader(publish([folder], folder).page).texts)
    assert "Expected OK to AT+X What came ERROR Likely side Module , clear." in said
    assert "In its own words The module said ERROR. At the step" in said
    assert "said already" not in said


def test_what_came_is_said_once(results, told):
    failure = Failure("Module Answers Read", "UnsafeValue", "No.", "", "No.", Side.HARNESS, True)
    message = "UnsafeValue: No.\n\nAlso teardown failed:\nYes.\n\nLikely side: harness, clear. Why."
    folder = results(told("One", FAILED, message, events=[failure.event]))
    said = " ".join(" ".join(Reader(publish([folder], folder).page).texts).split())
    assert said.count("No.") == 1
    assert "What came UnsafeValue: No. Also teardown failed: Yes. Likely side Harness" in said


def begun_with(folder, bench):
    """The run, as it would be had it been given this bench."""
    first, *rest = (folder / JOURNAL).read_text("utf-8").splitlines()
    begin = json.loads(first) | {"bench": bench}
    (folder / JOURNAL).write_text("\n".join([json.dumps(begin), *rest, ""]), "utf-8")
    return folder


@pytest.mark.parametrize(
    ("given", "bench", "more"),
    [
        ("virtual", "virtual", ""),
        ("/lab/the attic.toml", "'/lab/the attic.toml'", "--bench '/lab/the attic.toml' "),
    ],
)
def test_a_failure_says_how_to_see_it_again(results, told, given, bench, more):
    folder = begun_with(results(told("One", FAILED, "no")), given)
    said = " ".join(Reader(publish([folder], folder).page).texts)
    assert f"sim7028-lab replay --run {more}evidence/Read.Reads/One.jsonl" in said
    assert f"robot -v BENCH:{bench} -d results -t '*.Read.Reads.One' robot/" in said


def test_what_cannot_be_replayed_is_not_offered_to_be(results, told):
    lost, killed = told("One", FAILED, "no"), told("Two", FAILED, "no")
    without_evidence, cut_short = results(lost), results(killed, killed=True)
    (without_evidence / "evidence" / "Read.Reads" / "One.jsonl").unlink()
    for folder in (without_evidence, cut_short):
        said = " ".join(Reader(publish([folder], folder).page).texts)
        assert "sim7028-lab replay" not in said
        assert "robot -v BENCH:virtual" in said


def test_long_messages_are_cut_and_say_so(results, told):
    folder = results(told("One", FAILED, "no " * 1000))
    said = " ".join(Reader(publish([folder], folder).page).texts)
    assert "(2,999 characters; all of it is in the log)" in said


def test_the_page_loads_nothing_and_its_links_lead_somewhere(results, told):
    folder = results(told("One", FAILED, "no", ["LWREAD-ONE"]), told("Two", tags=["LWREAD-ONE"]))
    (folder / "log.html").touch()
    reader = Reader(publish([folder], folder).page)
    assert not [load for load in reader.loads if not load.startswith(("data:", "#"))]
    assert len(reader.ids) == len(set(reader.ids))
    for link in [*reader.links, *(load for load in reader.loads if load.startswith("#"))]:
        file, _, place = link.partition("#")
        assert file or place in reader.ids, link
        assert not file or (folder / file).exists(), link


def test_a_report_elsewhere_links_back(results, told, tmp_path):
    first, second = results(told("One", FAILED, "no")), results(told("One"))
    reader = Reader(publish([first, second], tmp_path / "both reports").page)
    evidence = [link for link in reader.links if link.endswith(".jsonl")]
    assert evidence
    assert all((tmp_path / "both reports" / link).is_file() for link in evidence)


def test_the_next_run_finds_nothing_of_the_last(results, told):
    folder = results(told("One", events=[Event(Source.AT, Direction.SENT, "AT")]))
    publish([folder], folder)
    publishing.forget(folder)
    assert not [*folder.glob("summary.*"), *folder.glob("evidence/**/*.jsonl")]
    assert (folder / "history.jsonl").is_file()
