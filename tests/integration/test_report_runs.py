"""Real runs and what they leave: evidence that keeps its schema, a journal, a summary."""

import contextlib
import html
import json
import os
import re
import signal
import subprocess
import sys
import time
import tomllib
from collections import Counter
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path

import jsonschema
import pytest
from robot.api import ExecutionResult

from lab_evidence import Direction, Source, read_events
from sim7028_lab.report.air import Traffic, measure
from sim7028_lab.report.coverage import unseen
from sim7028_lab.report.journal import Outcome
from sim7028_lab.report.requirements import load_requirements
from sim7028_lab.report.run import read_run

ROOT = Path(__file__).parents[2]
ROBOT = [sys.executable, "-m", "robot", "--console", "dotted", "-v", "LESHAN:jvm"]


@contextlib.contextmanager
def robot(folder: Path, *arguments: str) -> Iterator["subprocess.Popen[str]"]:
    with subprocess.Popen(
        [*ROBOT, "-d", folder, *arguments],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    ) as process:
        try:
            yield process
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()


def report(*arguments: object) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-m", "sim7028_lab.cli", "report", *map(str, arguments)],
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture(scope="module")
def full_run(tmp_path_factory) -> Path:
    """The results of all suites."""
    folder = tmp_path_factory.mktemp("full")
    with robot(folder, "--exclude", "slow", "-v", "AIR_BUDGET:5000000", "robot/") as process:
        said, _ = process.communicate(timeout=280)
    assert f"Summary: {folder / 'summary.html'}" in said
    return folder


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_every_line_of_evidence_keeps_the_schema(full_run):
    schema = json.loads(files("lab_evidence").joinpath("schema.json").read_text("utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    validator = jsonschema.Draft202012Validator(schema)
    lines = 0
    for file in full_run.glob("evidence/**/*.jsonl"):
        for number, line in enumerate(file.read_text("utf-8").splitlines(), 1):
            wrong = [error.message for error in validator.iter_errors(json.loads(line))]
            assert not wrong, f"{file}, line {number}: {line}"
            lines += 1
    assert lines > 1000


@pytest.mark.slow
def test_counts_equal_those_of_robot(full_run):
    summary = json.loads((full_run / "summary.json").read_text("utf-8"))
    total = ExecutionResult(full_run / "output.xml").statistics.total
    assert summary["robot"] == {
        "PASS": total.passed,
        "FAIL": total.failed,
        "SKIP": total.skipped,
        "NOT RUN": 0,
    }
    assert sum(summary["counts"].values()) == total.total
    assert summary["complete"]


@pytest.mark.slow
def test_coverage_counted_from_the_files_themselves_is_the_same(full_run):
    passed = {}
    for test in ExecutionResult(full_run / "output.xml").suite.all_tests:
        if test.status == "PASS":
            messages = "".join(message.message for message in test.teardown.messages)
            (file,) = set(re.findall(r"evidence/[^\"<>]+?\.jsonl", messages))
            passed[full_run / file] = set(test.tags)
    lines = {
        file: [
            f"{event['source']} {event['direction']} {event['text']}"
            for event in map(json.loads, file.read_text("utf-8").splitlines())
        ]
        for file in passed
    }
    catalogue = tomllib.loads((ROOT / "robot" / "requirements.toml").read_text("utf-8"))
    expected = {
        each["id"]
        for each in catalogue["requirement"]
        if "untestable" not in each
        and any(
            each["id"] in tags
            and all(any(re.search(p, line) for line in lines[file]) for p in each["traffic"])
            for file, tags in passed.items()
        )
    }
    summary = json.loads((full_run / "summary.json").read_text("utf-8"))
    requirements = summary["coverage"]["requirements"]
    assert {r["id"] for r in requirements if r["on"]["virtual"]["covered"]} == expected
    assert not [r for r in requirements if r["on"]["real"]["covered"]]
    assert len(expected) > 100


@pytest.mark.slow
def test_what_the_server_saw_shows_as_much(full_run):
    """A real module does not tell of its CoAP messages."""
    requirements = {each.id: each for each in load_requirements(ROOT / "robot/requirements.toml")}
    claims = 0
    for scenario in read_run(full_run).scenarios:
        events = [event for event in scenario.events if event.data.get("seen_by") != "module"]
        for claimed in requirements.keys() & set(scenario.tags):
            claims += 1
            shown = unseen(requirements[claimed], events)
            assert shown == unseen(requirements[claimed], scenario.events), scenario.name
    assert claims > 300


@pytest.mark.slow
def test_a_file_that_is_run_alone_cleans_up_as_visibly(tmp_path):
    with robot(tmp_path, "robot/12__interoperability/registration.robot") as process:
        process.communicate(timeout=60)
    for scenario in read_run(tmp_path).scenarios:
        texts = [event.text for event in scenario.events]
        assert texts.count("End Scenario") == 1
        assert "AT+LWSTOP" in texts[texts.index("End Scenario") :]
        assert scenario.diagram, "in log.html"


ALIKE = f"""
*** Settings ***
Resource         {ROOT}/robot/resources/scenario.resource

*** Test Cases ***
A B
    Start Scenario
A_B
    Start Scenario
    Fail    not that one
A B
    Start Scenario
A/B [percent]
    Fail    nor that one
"""


@pytest.mark.timeout(60)
def test_tests_of_almost_the_same_name_keep_their_own_evidence(tmp_path):
    suite = tmp_path / "alike.robot"
    suite.write_text(ALIKE)
    with robot(tmp_path, "--name", "fw 1.03", str(suite)) as process:
        process.communicate(timeout=50)
    run = read_run(tmp_path)
    assert [scenario.suite for scenario in run.scenarios] == ["fw 1.03"] * 4
    files = [scenario.evidence for scenario in run.scenarios if scenario.evidence]
    assert len(set(files)) == len(files) == 3
    page = (tmp_path / "summary.html").read_text("utf-8")
    assert "*.fw 1.03.A/B [[]percent]" in html.unescape(page)


def test_a_run_is_read_from_the_output_that_it_wrote(tmp_path):
    suite = tmp_path / "two.robot"
    suite.write_text(f"{ALIKE.partition('A B')[0]}Good\n    Log    1\nBad\n    Fail    2\n")
    for output, test in ("output.xml", "Good"), ("more/second.xml", "Bad"):
        with robot(tmp_path, "-o", output, "-t", test, str(suite)) as process:
            said, _ = process.communicate(timeout=50)
        assert f"Summary: {tmp_path / 'summary.html'}" in said
    assert [scenario.outcome for scenario in read_run(tmp_path).scenarios] == [Outcome.FAILED]
    with robot(tmp_path, "--dryrun", str(suite)) as process:
        process.communicate(timeout=50)
    done = report(tmp_path)
    assert done.returncode == 2
    assert "a dry run, in which nothing was carried out" in done.stderr


@pytest.mark.slow
def test_the_run_says_what_it_stood_on(full_run):
    (bench,) = json.loads((full_run / "summary.json").read_text("utf-8"))["benches"]
    assert bench["kind"] == "virtual"
    assert bench["module"]["start"] == bench["module"]["end"]
    assert bench["module"]["start"]["model"] == "SIM7028"
    assert bench["server"].startswith("Leshan 2.")


@pytest.mark.slow
def test_every_command_is_recorded_with_its_limit(full_run):
    limits = Counter()
    for file in full_run.glob("evidence/**/*.jsonl"):
        for event in read_events(file):
            if event.source is Source.AT and event.direction is Direction.SENT:
                limits[event.text, event.data.get("limit")] += 1
    without = {text for text, limit in limits if limit is None}
    assert without <= {"AT"}, "but for the question whether the module is awake"
    assert {limit for text, limit in limits if text.startswith("AT+LW")} == {9.0}
    assert sum(limits.values()) > 1000


@pytest.mark.slow
def test_what_went_over_the_air_can_be_told_from_the_server_alone(full_run):
    """As on a real module, whose own account of its messages nobody has."""
    run = read_run(full_run)
    whole, by_server = Traffic(), Traffic()
    for scenario in run.scenarios:
        if "virtual-only" in scenario.tags:
            continue  # in some of them messages are lost on the way, on purpose
        whole += measure(scenario.events)
        by_server += measure(e for e in scenario.events if e.data.get("seen_by") != "module")
    assert whole.messages > 1000
    assert abs(by_server.messages - whole.messages) <= 0.02 * whole.messages
    assert abs(by_server.bytes - whole.bytes) <= 0.06 * whole.bytes
    (bench,) = json.loads((full_run / "summary.json").read_text("utf-8"))["benches"]
    (air,) = (each["air"] for each in bench["runs"])
    assert (air["budget"], air["over_budget"]) == (5_000_000, False)
    assert air["messages"]["up"] > whole.messages_up / 2


def test_a_killed_run_is_reported_with_all_up_to_the_kill(tmp_path):
    evidence = tmp_path / "evidence"
    with robot(tmp_path, "robot/06__read") as process:
        deadline = time.monotonic() + 60
        while len(list(evidence.glob("*/*.jsonl"))) < 5:
            assert time.monotonic() < deadline, "no scenarios within 60 s"
            assert process.poll() is None, process.communicate()[0]
            time.sleep(0.01)
        os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
    assert not (tmp_path / "summary.html").exists()
    made = report(tmp_path)
    assert made.returncode == 1, made.stderr
    assert "INCOMPLETE" in made.stderr
    assert "output.xml is empty or cut short" in made.stderr
    summary = json.loads((tmp_path / "summary.json").read_text("utf-8"))
    assert not summary["complete"]
    assert summary["counts"]["NOT RUN"] > 0
    with_evidence = {s["evidence"] for s in summary["scenarios"] if s["events"]}
    on_disk = {str(file.relative_to(tmp_path)) for file in evidence.glob("*/*.jsonl")}
    whole = {file for file in on_disk if "\n" in (tmp_path / file).read_text("utf-8")}
    assert with_evidence == whole
    assert "INCOMPLETE" in (tmp_path / "summary.html").read_text("utf-8")


def test_a_bench_that_cannot_be_opened_is_no_failure_of_the_module(tmp_path):
    given = ("-v", f"BENCH:{tmp_path / 'none.toml'}", "-v", "AIR_BUDGET:lots")
    with robot(tmp_path, *given, "robot/01__network") as process:
        said, _ = process.communicate(timeout=60)
    assert "Summary:" in said
    assert "AIR_BUDGET is 'lots', and should be a number of bytes from 1 on" in said
    summary = json.loads((tmp_path / "summary.json").read_text("utf-8"))
    assert summary["sentence"] == "Nothing was tested."
    assert (summary["verdict"], summary["counts"]["FAIL"]) == ("BENCH", 0)
    assert summary["first_words"] == ["MODULE NOT KNOWN"]
    (bench,) = summary["benches"]
    assert (bench["name"], bench["verdict"]) == ("none", "BENCH")
    assert "The bench could not be opened, so no module was asked anything." in summary["lead"]


def test_a_dry_run_leaves_no_summary(tmp_path):
    with robot(tmp_path, "--dryrun", "robot/01__network") as process:
        said, _ = process.communicate(timeout=60)
    assert process.returncode == 0, said
    assert not [*tmp_path.glob("summary.*")]
    assert report(tmp_path).returncode == 2
