"""Checks of a bench: their order, what they need, what they say, and how it is told."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from importlib import import_module
from ipaddress import ip_address
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import jsonschema
import pytest
from click.testing import CliRunner, Result
from hypothesis import given
from hypothesis import strategies as st

import sim7028_lab.cli
from leshan import ServerUnavailable
from sim7028 import AtTimeout, Line, PdpAddress, PortInUse, SignalQuality
from sim7028.basics import Setting
from sim7028.syntax import split_fields
from sim7028_lab.benchfile import BenchFile, find, load
from sim7028_lab.cli import cli
from sim7028_lab.doctor import Check, Outcome, Subject, Verdict, checks_of, examine, host, module
from sim7028_lab.doctor.check import bad, good, warning

SCHEMA = json.loads(
    (Path(sim7028_lab.cli.__file__).parent / "doctor.schema.json").read_text(encoding="utf-8")
)
COMMAND = import_module("sim7028_lab.cli.doctor")  # the package has a command of that name, too
PIN = "4711"
LINE = Line(0.0, b"")


@pytest.fixture
def file(tmp_path: Path) -> BenchFile:
    path = tmp_path / "desk.toml"
    path.write_text(f'[network]\npin = "{PIN}"\n')
    return load(path)


@pytest.fixture
def field(tmp_path: Path) -> BenchFile:
    """A bench with a module on a cellular network."""
    path = tmp_path / "field.toml"
    path.write_text(
        '[module]\nport = "/dev/ttyUSB7"\n[leshan]\nmode = "remote"\n'
        'rest_url = "https://leshan.example"\n'
    )
    return load(path)


@pytest.fixture
def subject(file: BenchFile, tmp_path: Path) -> Subject:
    return Subject(file, tmp_path, lambda _: None)


def results(subject: Subject, *checks: Check) -> dict[str, Outcome]:
    return {result.name: result.outcome for result in examine(subject, checks)}


def raising(error: Exception) -> Callable[[Subject], Outcome]:
    def look(_: Subject) -> Outcome:
        raise error

    return look


# Examination


def test_what_needs_something_bad_is_not_checked_and_says_so(subject: Subject) -> None:
    first = Check("first", lambda _: bad("gone", "bring it back"))
    second = Check("second", raising(AssertionError("looked at")), needs=(first,))
    third = Check("third", raising(AssertionError("looked at")), needs=(second,))
    other = Check("other", lambda _: good("there"))
    came = results(subject, first, second, third, other)
    assert [outcome.verdict for outcome in came.values()] == [
        Verdict.BAD,
        Verdict.NOT_CHECKED,
        Verdict.NOT_CHECKED,
        Verdict.GOOD,
    ]
    assert came["second"].found == "needs first"
    assert came["third"].found == "needs second"


def test_a_warning_keeps_nothing_from_being_checked(subject: Subject) -> None:
    first = Check("first", lambda _: warning("weak", "move it"))
    came = results(subject, first, Check("second", lambda _: good("there"), needs=(first,)))
    assert came["second"].verdict is Verdict.GOOD


@pytest.mark.parametrize(
    ("error", "found", "remedy"),
    [
        (PortInUse("/dev/x", "pid 7 has it", "end that", ()), "/dev/x: pid 7 has it", "end that"),
        (ServerUnavailable("a server", "none", 0.0, remedy="run it"), "a server: none", "run it"),
        (AtTimeout("AT", (), 9.0, 9.0), "AT was not answered", ""),
        (KeyError("slip"), "slip", ""),
    ],
)
def test_what_a_check_raises_is_one_line_of_the_report(
    subject: Subject, error: Exception, found: str, remedy: str
) -> None:
    outcome = results(subject, Check("it", raising(error)))["it"]
    assert outcome.verdict is Verdict.BAD
    assert found in outcome.found
    assert outcome.remedy == remedy


def test_ctrl_c_is_none_of_its_errors(subject: Subject) -> None:
    def interrupted(_: Subject) -> Outcome:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        results(subject, Check("it", interrupted))


def test_no_secret_is_told(subject: Subject) -> None:
    outcome = results(subject, Check("it", lambda _: bad(f"it has {PIN}", f"not {PIN}")))["it"]
    assert PIN not in outcome.found + outcome.remedy


@pytest.mark.parametrize("bench", ["virtual", "virtual-strict", "real-module.example"])
def test_checks_come_after_what_they_need_and_have_names_of_their_own(bench: str) -> None:
    checks = checks_of(load(find(bench)))
    assert len({check.name for check in checks}) == len(checks)
    for place, check in enumerate(checks):
        assert not set(check.needs) & set(checks[place:])


def test_a_server_of_others_needs_neither_docker_nor_java(field: BenchFile) -> None:
    assert "Docker or Java" not in {check.name for check in checks_of(field)}


# This machine


def test_a_folder_that_cannot_be_written_to_is_bad(subject: Subject, tmp_path: Path) -> None:
    occupied = tmp_path / "file"
    occupied.touch()
    subject.results = occupied / "results"
    outcome = host.RESULTS.look(subject)
    assert outcome.verdict is Verdict.BAD
    assert str(occupied) in outcome.found + outcome.remedy


def test_a_folder_that_is_not_there_yet_is_no_harm(subject: Subject, tmp_path: Path) -> None:
    subject.results = tmp_path / "not" / "there" / "yet"
    assert host.RESULTS.look(subject).verdict is not Verdict.BAD
    assert not list(tmp_path.glob("not*"))


@pytest.mark.parametrize(
    ("free", "verdict"),
    [(5e9, Verdict.GOOD), (5e8, Verdict.WARNING), (5e7, Verdict.BAD)],
)
def test_a_disk_that_is_nearly_full_is_told(
    subject: Subject, monkeypatch: pytest.MonkeyPatch, free: float, verdict: Verdict
) -> None:
    monkeypatch.setattr(host.shutil, "disk_usage", lambda _: SimpleNamespace(free=int(free)))
    assert host.RESULTS.look(subject).verdict is verdict


def test_a_clock_before_the_installation_is_bad(
    subject: Subject, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Stopped(datetime):
        @classmethod
        def now(cls, tz: Any = None) -> datetime:
            return datetime(1980, 1, 6, tzinfo=UTC)

    assert host.CLOCK.look(subject).verdict is Verdict.GOOD
    monkeypatch.setattr(host, "datetime", Stopped)
    assert host.CLOCK.look(subject).verdict is Verdict.BAD


# The module


class Answers:
    """A module, or a channel, that gives what it was made with."""

    def __init__(self, **given: Any) -> None:
        self.__dict__ |= {name: lambda *_, value=value: value for name, value in given.items()}


@pytest.mark.parametrize(
    ("rsrp", "rsrq", "verdict"),
    [
        (-80, -8.0, Verdict.GOOD),
        (-115, -15.0, Verdict.GOOD),
        (-116, -8.0, Verdict.WARNING),
        (-80, -15.5, Verdict.WARNING),
        (None, -8.0, Verdict.GOOD),
        (None, None, Verdict.WARNING),
        (-131, -8.0, Verdict.BAD),
    ],
)
def test_the_signal_has_limits(
    subject: Subject, rsrp: int | None, rsrq: float | None, verdict: Verdict
) -> None:
    subject.module = Answers(signal=SignalQuality(rsrp, rsrq, LINE))  # type: ignore[assignment]
    assert module.SIGNAL.look(subject).verdict is verdict


@pytest.mark.parametrize(
    ("address", "nat_idle", "verdict"),
    [
        ("203.0.114.7", None, Verdict.GOOD),
        ("10.1.2.3", None, Verdict.WARNING),
        ("100.64.3.4", None, Verdict.WARNING),
        ("100.64.3.4", 60.0, Verdict.GOOD),
        (None, None, Verdict.BAD),
    ],
)
def test_an_address_behind_a_nat_wants_nat_idle(
    field: BenchFile, tmp_path: Path, address: str | None, nat_idle: float | None, verdict: Verdict
) -> None:
    if nat_idle is not None:
        field.path.write_text(f"{field.path.read_text()}[timing]\nnat_idle = {nat_idle}\n")
    subject = Subject(load(field.path), tmp_path, lambda _: None)
    pdp = PdpAddress(0, ip_address(address) if address else None, LINE)
    subject.module = Answers(address=pdp)  # type: ignore[assignment]
    outcome = module.ADDRESS.look(subject)
    assert outcome.verdict is verdict
    assert ("nat_idle" in outcome.remedy) == (verdict is Verdict.WARNING)


def test_on_a_virtual_bench_no_address_wants_nat_idle(subject: Subject) -> None:
    pdp = PdpAddress(0, ip_address("10.1.2.3"), LINE)
    subject.module = Answers(address=pdp)  # type: ignore[assignment]
    assert module.ADDRESS.look(subject).verdict is Verdict.GOOD


def told_time(subject: Subject, text: str) -> Outcome:
    setting = Setting(split_fields(text.encode()), Line(0.0, f"+CCLK: {text}".encode()))
    subject.channel = Answers(send=(setting,))  # type: ignore[assignment]
    return module.MODULE_CLOCK.look(subject)


@given(quarters=st.integers(-48, 56), off=st.integers(-55, 55))
def test_the_modules_time_is_local_with_its_zone_in_quarters(quarters: int, off: int) -> None:
    subject = Subject(load(find("virtual")), Path(), lambda _: None)
    now = datetime.now(UTC) + timedelta(seconds=off, minutes=15 * quarters)
    outcome = told_time(subject, f'"{now:%y/%m/%d,%H:%M:%S}{quarters:+03}"')
    assert outcome.verdict is Verdict.GOOD, outcome


@pytest.mark.parametrize(
    "text", ['"80/01/06,00:00:12+00"', '"70/13/41,00:00:00+00"', '""', "nonsense"]
)
def test_a_module_without_the_time_is_warned_of(subject: Subject, text: str) -> None:
    outcome = told_time(subject, text)
    assert outcome.verdict is Verdict.WARNING
    assert "AT+CTZU=1" in outcome.remedy


# What is told


def run(monkeypatch: pytest.MonkeyPatch, checks: tuple[Check, ...], *arguments: str) -> Result:
    monkeypatch.setattr(COMMAND, "checks_of", lambda _: checks)
    return CliRunner().invoke(cli, ["doctor", *arguments])


WELL = Check("one", lambda _: good("fine"))
WEAK = Check("two", lambda _: warning("weak " * 40, "do this " * 20))
GONE = Check("three", lambda _: bad("gone", "bring it back"))
BEHIND = Check("four", lambda _: good("there"), needs=(GONE,))


@pytest.mark.parametrize(
    ("checks", "code", "sentence"),
    [
        ((WELL,), 0, "Fit for a run. 1 ok"),
        ((WELL, WEAK), 0, "Fit for a run. 1 ok, 1 warning"),
        (
            (WELL, WEAK, GONE, BEHIND),
            1,
            "NOT FIT for a run: three. 1 ok, 1 warning, 1 bad, 1 not checked",
        ),
    ],
)
def test_the_exit_code_is_1_only_for_what_is_bad(
    monkeypatch: pytest.MonkeyPatch, checks: tuple[Check, ...], code: int, sentence: str
) -> None:
    result = run(monkeypatch, checks)
    assert result.exit_code == code
    assert sentence in result.stdout.splitlines()[-1]


def test_lines_fit_a_terminal_and_each_verdict_is_a_word(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    lines = run(monkeypatch, (WELL, WEAK, GONE, BEHIND)).stdout.splitlines()[1:]
    assert max(map(len, lines)) <= 80
    assert [line.split("  ")[0] for line in lines if line[0] != " "][:4] == [
        "ok",
        "warning",
        "BAD",
        "not checked",
    ]
    assert "to do:" in "".join(lines)
    assert "\x1b" not in "".join(lines)


def test_no_colour_where_none_is_wanted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(COMMAND, "checks_of", lambda _: (WELL,))
    assert "\x1b[32m" in CliRunner().invoke(cli, ["doctor"], color=True).stdout
    monkeypatch.setenv("NO_COLOR", "1")
    assert "\x1b" not in CliRunner().invoke(cli, ["doctor"], color=True).stdout


def test_json_has_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    result = run(monkeypatch, (WELL, WEAK, GONE, BEHIND), "--json")
    report = json.loads(result.stdout)
    jsonschema.validate(report, SCHEMA)
    assert result.exit_code == 1
    assert not report["fit"]
    assert [check["verdict"] for check in report["checks"]] == [
        "ok",
        "warning",
        "bad",
        "not checked",
    ]
    assert report["checks"][2]["remedy"] == "bring it back"


def test_ctrl_c_says_so_in_a_line(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(_: Subject) -> Outcome:
        raise KeyboardInterrupt

    result = run(monkeypatch, (Check("one", interrupted),))
    assert result.exit_code == 130
    assert result.stderr.startswith("Interrupted")


def test_a_wrong_bench_file_is_2(tmp_path: Path) -> None:
    result = CliRunner().invoke(cli, ["doctor", "--bench", str(tmp_path / "nosuch.toml")])
    assert "no such bench file" in str(result.exception)


@pytest.mark.parametrize("name", ["there.toml", "there.baseline.toml", "nosuch/learnt.toml"])
def test_nothing_is_learnt_over_what_is_there(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, name: str
) -> None:
    path = tmp_path / name
    if path.parent.exists():
        path.touch()
    learn = tmp_path / "there.toml" if path.parent.exists() else path
    result = run(monkeypatch, (WELL,), "--learn", str(learn))
    assert result.exit_code == 2
    assert "--learn" in result.stderr


def test_nothing_is_learnt_on_a_bench_that_is_bad(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    learn = tmp_path / "learnt.toml"
    result = run(monkeypatch, (GONE,), "--learn", str(learn))
    assert result.exit_code == 1
    assert not learn.exists()
