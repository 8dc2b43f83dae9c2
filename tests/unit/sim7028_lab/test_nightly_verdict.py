"""What a night comes to, for a program that waits and for one that reads JUnit."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree

import pytest

from sim7028_lab.nightly.exitcode import ExitCode, exit_code
from sim7028_lab.nightly.junit import write_junit
from sim7028_lab.report import publish as publishing
from sim7028_lab.report.journal import BenchFacts, Outcome
from sim7028_lab.report.publish import Attempt, publish
from sim7028_lab.report.summary import Summary
from sim7028_lab.report.verdicts import BENCH_TAG

FAILED = Outcome.FAILED


@pytest.fixture
def summed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[..., Summary]:
    monkeypatch.setattr(publishing, "write_dashboard", lambda outputs, folder: None)
    return lambda *attempts: publish(attempts, tmp_path / "night").summary


@pytest.fixture
def good(results, told):
    return results(told("One"), told("Two"))


@pytest.fixture
def bad(results, told):
    return results(told("One"), told("Two", FAILED, "no"))


def test_all_passed(summed, good):
    assert exit_code(summed(good), flaky_is_good=False) is ExitCode.GOOD


def test_one_failed(summed, bad):
    assert exit_code(summed(bad), flaky_is_good=True) is ExitCode.FAILED


def test_flaky_is_good_only_by_policy(summed, results, told, bad):
    again = results(told("Two"))
    summary = summed(bad, again)
    assert exit_code(summary, flaky_is_good=False) is ExitCode.FLAKY
    assert exit_code(summary, flaky_is_good=True) is ExitCode.GOOD


def test_a_broken_bench_beside_a_good_one(summed, good, tmp_path):
    broken = Attempt(tmp_path / "none", "attic", broken="there is no such port")
    assert exit_code(summed(good, broken), flaky_is_good=True) is ExitCode.BENCH_BROKEN


def test_a_bench_that_broke_meanwhile(summed, results, told):
    broke = results(told("One"), told("Two", FAILED, "BENCH: gone", [BENCH_TAG]))
    assert exit_code(summed(broke), flaky_is_good=False) is ExitCode.BENCH_BROKEN


def test_a_failure_outweighs_a_broken_bench(summed, bad, tmp_path):
    broken = Attempt(tmp_path / "none", "attic", broken="there is no such port")
    assert exit_code(summed(bad, broken), flaky_is_good=False) is ExitCode.FAILED


def test_incomplete_outweighs_all(summed, bad, virtual: BenchFacts):
    attempt = Attempt(bad, virtual.name, missing=("robot was killed",))
    assert exit_code(summed(attempt), flaky_is_good=False) is ExitCode.INCOMPLETE


def test_what_was_not_run_is_missing(summed, results, told):
    skipped = results(told("One"), told("Two", Outcome.SKIPPED))
    assert exit_code(summed(skipped), flaky_is_good=False) is ExitCode.INCOMPLETE


@pytest.fixture
def junit(tmp_path):
    def read(summary: Summary) -> ElementTree.Element:
        write_junit(summary, tmp_path / "xunit.xml")
        return ElementTree.parse(tmp_path / "xunit.xml").getroot()  # noqa: S314 - our own

    return read


def test_a_suite_a_bench(junit, summed, results, told, virtual, real):
    top = junit(
        summed(
            results(told("One"), told("Two", FAILED, "no <script>")),
            results(told("One"), bench=real),
        )
    )
    counts = [(s.get("name"), s.get("tests"), s.get("failures"), s.get("errors")) for s in top]
    assert counts == [(virtual.name, "2", "1", "0"), (real.name, "1", "0", "0")]
    (failure,) = top.iter("failure")
    assert failure.text == "no <script>"


def test_what_xml_cannot_hold_is_marked(junit, summed, results, told):
    killed = results(told("Two", FAILED, "no \x00\x1b\ufffe!"), killed=True)
    (failure,) = junit(summed(killed)).iter("failure")
    assert failure.text == "no ���!"


def test_flaky_is_no_pass(junit, summed, results, told, bad):
    (failure,) = junit(summed(bad, results(told("Two")))).iter("failure")
    assert failure.get("type") == "FLAKY"


def test_what_is_missing_is_an_error(junit, summed, good, tmp_path, virtual):
    top = junit(
        summed(
            Attempt(good, virtual.name, missing=("robot was killed",)),
            Attempt(tmp_path / "none", "attic", broken="there is no such port"),
        )
    )
    errors = {(error.get("type"), error.get("message")) for error in top.iter("error")}
    assert ("BROKEN", "there is no such port") in errors
    assert any(kind == "INCOMPLETE" and "robot was killed" in text for kind, text in errors)
