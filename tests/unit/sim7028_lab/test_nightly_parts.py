"""The parts of a night: its order, its argument files, its journals, whom it runs again."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from robot.api import ExecutionResult

from sim7028_lab.benchfile import BenchFile
from sim7028_lab.benchsections import ModuleSection
from sim7028_lab.nightly import worker
from sim7028_lab.nightly.checks import check
from sim7028_lab.nightly.console import Console
from sim7028_lab.nightly.hook import run_hook
from sim7028_lab.nightly.interruption import Interruption
from sim7028_lab.nightly.journals import Ended, JournalReader, growth
from sim7028_lab.nightly.merge import merge
from sim7028_lab.nightly.night import BenchRun
from sim7028_lab.nightly.order import NightlyError, Order, find_campaign
from sim7028_lab.nightly.plan import Meant, meant_for, words_for
from sim7028_lab.nightly.process import Child, end, of_night
from sim7028_lab.nightly.rerun import wants_rerun
from sim7028_lab.nightly.robots import write_arguments
from sim7028_lab.report.journal import Outcome
from sim7028_lab.report.publish import publish
from sim7028_lab.report.verdicts import BENCH_TAG

FAILED = Outcome.FAILED
CELLAR = BenchFile(Path("cellar.toml"))


def test_benches_of_one_name_are_refused() -> None:
    order = Order([CELLAR, BenchFile(Path("other/cellar.toml"))])
    with pytest.raises(NightlyError, match=r"2 benches are called cellar.*other/cellar\.toml"):
        order.check()


def test_several_benches_need_pabot(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    Order([CELLAR]).check()
    with pytest.raises(NightlyError, match=r"pip install 'sim7028-lab\[lab\]'"):
        Order([CELLAR, BenchFile(Path("attic.toml"))]).check()


@pytest.mark.parametrize("word", ["", "#tag", " x", "two\nlines"])
def test_what_an_argument_file_cannot_hold_is_refused(word: str) -> None:
    with pytest.raises(NightlyError, match="cannot be written into an argument file"):
        Order([CELLAR], options=["--include", word]).check()


def test_a_campaign_by_path_and_one_that_is_not_there(tmp_path: Path) -> None:
    (tmp_path / "mine.args").write_text("--include smoke\n")
    assert find_campaign(str(tmp_path / "mine.args")) == tmp_path / "mine.args"
    with pytest.raises(NightlyError, match="no such campaign"):
        find_campaign("none-of-this-name")


def test_robot_is_given_what_was_said_and_then_what_must_be(tmp_path: Path) -> None:
    folder, words = tmp_path / "cellar" / "run", ["--exclude", "slow", "-d", "/elsewhere"]
    write_arguments(folder, words, Path("/benches/my cellar.toml"), [Path("/a robot"), Path("/b")])
    lines = (folder / "arguments.txt").read_text("utf-8").splitlines()
    assert lines[:4] == words
    assert lines[-2:] == ["/a robot", "/b"]
    assert "BENCH:/benches/my cellar.toml" in lines
    assert lines.index(str(folder)) > lines.index("/elsewhere")


LINES = [
    {
        "what": "begin",
        "planned": [
            {"id": "a:One", "suite": "A", "name": "One"},
            {"id": "x", "suite": "", "name": ""},
        ],
    },
    {"what": "opened", "name": "cellar"},
    {"what": "finished", "id": "a:One", "outcome": "PASS", "elapsed": 0.5},
    {"what": "finished", "id": "b:Two", "outcome": "FAIL", "elapsed": 1},
    {"what": "ended"},
]


@given(st.lists(st.integers(0, 400), max_size=6))
def test_a_journal_is_followed_in_whatever_pieces_it_grows(tmp_path_factory, cuts) -> None:
    folder = tmp_path_factory.mktemp("run")
    text = "".join(f"{json.dumps(line)}\n" for line in LINES).encode()
    edges = sorted({0, len(text), *(cut for cut in cuts if cut < len(text))})
    reader = JournalReader(folder)
    seen = list(reader.news())
    for one, other in pairwise(edges):
        with (folder / "run.jsonl").open("ab") as file:
            file.write(text[one:other])
        seen += reader.news()
    assert seen == [Ended("A: One", Outcome.PASSED, 0.5), Ended("b:Two", FAILED, 1.0)]
    assert (reader.planned, reader.finished, reader.failed, reader.is_over) == (2, 2, 1, True)


def test_a_run_grows_with_each_byte(tmp_path: Path) -> None:
    (tmp_path / "evidence").mkdir()
    before = growth(tmp_path)
    (tmp_path / "evidence" / "a.jsonl").write_bytes(b"12345")
    assert growth(tmp_path) - before == 5


def test_the_console_names_the_bench_where_there_are_several(capsys) -> None:
    reader = JournalReader(Path("nowhere"))
    reader.planned = reader.finished = 12
    for names in (("cellar",), ("cellar", "roof")):
        console = Console(names)
        console.ended("roof", Ended("A: One", Outcome.PASSED, 0.5), reader, 150.0)
        console.close()
    assert capsys.readouterr().err == (
        "12/12  PASS  A: One  (0.5 s, about 2 min left)\n"
        "roof    12/12  PASS  A: One  (0.5 s, about 2 min left)\n"
    )


@pytest.fixture
def bench(tmp_path):
    """A bench whose campaign left the results that are given."""

    def of(folder: Path, again: Path | None = None) -> BenchRun:
        run = BenchRun("virtual", Path("virtual.toml"), tmp_path / "bench")
        run.folder.mkdir()
        folder.rename(run.first)
        if again:
            again.rename(run.second)
        return run

    return of


def test_a_few_failures_are_run_again(bench, results, told):
    run = bench(results(told("One"), told("Two", FAILED, "no")))
    assert wants_rerun(run)
    assert not run.not_rerun


def test_what_the_bench_spoiled_is_run_again(bench, results, told):
    assert wants_rerun(bench(results(told("One"), told("Two", FAILED, "x", [BENCH_TAG]))))


def test_without_failures_there_is_no_rerun(bench, results, told):
    run = bench(results(told("One")))
    assert not wants_rerun(run)
    assert not run.not_rerun


def test_many_failures_are_no_chance(bench, results, told):
    run = bench(results(*(told(f"No {n}", FAILED) for n in range(6)), told("One")))
    assert not wants_rerun(run)
    assert run.not_rerun == "6 of 7 failed, too many for chance"


def test_the_page_says_why_there_was_no_rerun(bench, results, told, tmp_path):
    run = bench(results(*(told(f"No {n}", FAILED) for n in range(6)), told("One")))
    wants_rerun(run)
    page = publish(run.attempts(), tmp_path / "report").page.read_text("utf-8")
    assert "What failed was not run again: 6 of 7 failed, too many for chance" in page


def test_a_killed_run_is_not_run_again(bench, results, told):
    run = bench(results(told("One", FAILED), planned=["Two"], killed=True))
    assert not wants_rerun(run)
    assert run.not_rerun == "the run did not come to its end"


@pytest.mark.parametrize("never_began", [{"tags": ["robot:exit"]}, {}])
def test_a_bench_that_broke_is_not_run_again(bench, results, told, never_began):
    facts = {} if never_began else {"bench": None}
    run = bench(results(told("One", FAILED), told("Two", FAILED, **never_began), **facts))
    assert not wants_rerun(run)
    assert run.not_rerun == "the bench broke"


def test_scenarios_that_are_not_there_are_counted(bench, results, told):
    run = bench(results(told("One")))
    check(run, CELLAR, ["a", "b", "c"])
    assert "1 of 3 expected scenarios came to a result" in run.missing


def test_scenarios_without_evidence_are_named(bench, results, told):
    run = bench(results(told("One"), told("Two")))
    next(run.first.glob("evidence/*/Two.jsonl")).unlink()
    check(run, CELLAR, ["a", "b"])
    assert run.missing == ["1 scenario left no evidence: Two"]


def test_nothing_is_missing(bench, results, told):
    run = bench(results(told("One"), told("Two")))
    check(run, CELLAR, ["a", "b"])
    assert run.missing == []


def test_a_broken_bench_ran_nothing_and_misses_nothing(tmp_path):
    run = BenchRun("attic", Path("attic.toml"), tmp_path, broken="there is no such port")
    check(run, CELLAR, ["a", "b"])
    assert run.missing == []


def test_tries_become_one_log_whose_links_lead_to_each_try(bench, results, told):
    run = bench(results(told("One"), told("Two", FAILED, "no")), results(told("Two")))
    assert merge(run) is None
    merged = ExecutionResult(run.folder / "output.xml")
    assert [(t.name, t.status) for t in merged.suite.all_tests] == [
        ("One", "PASS"),
        ("Two", "PASS"),
    ]
    text = (run.folder / "output.xml").read_text("utf-8")
    assert "run/evidence/Read.Reads/One.jsonl" in text
    assert "rerun/evidence/Read.Reads/Two.jsonl" in text


def test_a_bench_without_results_has_no_log(tmp_path):
    assert merge(BenchRun("attic", Path("attic.toml"), tmp_path)) is None
    assert not list(tmp_path.iterdir())


def test_a_signal_is_waited_for_and_handlers_come_back() -> None:
    before = signal.getsignal(signal.SIGTERM)
    with Interruption.watched() as stop:
        assert not stop.wait(0)
        os.kill(os.getpid(), signal.SIGTERM)
        assert stop.wait(60)
        assert (stop.by, stop.times) == ("SIGTERM", 1)
    assert signal.getsignal(signal.SIGTERM) is before


def test_a_hangup_that_is_ignored_stays_ignored() -> None:
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        with Interruption.watched() as stop:
            os.kill(os.getpid(), signal.SIGHUP)
            assert not stop.wait(0.1)
    finally:
        signal.signal(signal.SIGHUP, before)


def test_a_hook_of_a_night_that_was_stopped_has_its_time(tmp_path) -> None:
    summary, log = tmp_path / "summary.json", tmp_path / "log"
    summary.write_text("{}")
    with Interruption.watched() as stop:
        os.kill(os.getpid(), signal.SIGTERM)
        assert stop.wait(60)
        command = ["sh", "-c", f"sleep 0.3; echo done > {log}"]
        assert run_hook(command, summary, stop) is None
    assert log.read_text() == "done\n"


def test_a_line_that_nobody_reads_is_no_reason_to_end(monkeypatch) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    broken = os.fdopen(writing, "w", buffering=1)
    monkeypatch.setattr(sys, "stderr", broken)
    Console(("attic",)).say("", "still here")
    with contextlib.suppress(BrokenPipeError):  # what could not be written is still with it
        broken.close()


def test_what_pabot_asks_once_more_is_not_run(tmp_path) -> None:
    ended = subprocess.run(
        [sys.executable, "-m", worker.__name__, "--dryrun", "-A", str(tmp_path / "none")],
        check=False,
        timeout=60,
    )
    assert ended.returncode == 0


@pytest.fixture
def child(tmp_path):
    """Starts a process of a night that is deaf to the signals that are named, once it is ready."""

    def start(*deaf: str) -> Child:
        ignore = "".join(f"signal.signal(signal.{name}, signal.SIG_IGN);" for name in deaf)
        code = f"import signal, os; {ignore} os.write(1, b'ready'); signal.pause()"
        process = Child([sys.executable, "-c", code], tmp_path, tmp_path / "said.txt")
        while (tmp_path / "said.txt").read_bytes() != b"ready":
            assert process.status is None
        started.append(process)
        return process

    started: list[Child] = []
    yield start
    for process in started:
        if process.status is None:
            os.kill(process.pid, signal.SIGKILL)
        process.wait()


def test_the_processes_of_a_night_are_found_by_it(child, tmp_path):
    process = child()
    assert [found.pid for found in of_night(tmp_path)] == [process.pid]
    assert of_night(tmp_path / "another") == []


@pytest.mark.parametrize(
    ("deaf", "needed"),
    [((), "SIGINT"), (("SIGINT",), "SIGTERM"), (("SIGINT", "SIGTERM"), "SIGKILL")],
)
def test_a_process_is_ended_as_gently_as_can_be(child, tmp_path, monkeypatch, deaf, needed):
    monkeypatch.setattr("sim7028_lab.nightly.process.TEARDOWNS", 0.2)
    monkeypatch.setattr("sim7028_lab.nightly.process.FORCE", 0.2)
    process = child(*deaf)
    assert end(lambda: [process.pid] if process.status is None else []) == needed
    assert of_night(tmp_path) == []


def test_impatience_leaves_the_gentle_ways_out(child):
    process = child()
    assert end(lambda: [process.pid] if process.status is None else [], lambda: True) == "SIGKILL"


def test_a_bench_is_not_asked_for_what_it_cannot_carry_out() -> None:
    field = BenchFile(Path("field.toml"), module=ModuleSection(port="/dev/ttyUSB_of_a_lab"))
    planned = [Meant("a", frozenset({"read"})), Meant("b", frozenset({"virtual-only"}))]
    assert words_for(CELLAR) == []
    assert meant_for(CELLAR, planned) == ("a", "b")
    assert words_for(field) == ["--exclude", "virtual-only"]
    assert meant_for(field, planned) == ("a",)
