import json
import subprocess
import sys
from pathlib import Path

import jsonschema
import pytest
from click.testing import CliRunner, Result
from hypothesis import given
from hypothesis import strategies as st

import sim7028_lab.cli
from lab_evidence import Direction, Event, JsonlSink, Source
from sim7028.conformance import RULES
from sim7028_lab.baseline import load_baseline
from sim7028_lab.cli import cli

CAPTURES = Path(__file__).parents[2] / "captures"
SCHEMA = json.loads(
    (Path(sim7028_lab.cli.__file__).parent / "check_log.schema.json").read_text(encoding="utf-8")
)
COMPARED = ("line", "rule", "section", "severity", "side", "on", "seen")

CLEAN = "AT+LWSTART\nOK\n"
BROKEN = "AT+LWSTART\nOK\nAT+LWOPEN\nOK\n+LWOPEN:0\n"


def run(*arguments: str | Path, stdin: str | bytes = b"") -> Result:
    return CliRunner().invoke(cli, ["check-log", *map(str, arguments)], input=stdin)


@pytest.fixture
def log(tmp_path: Path) -> Path:
    path = tmp_path / "terminal.log"
    path.write_text(BROKEN)
    return path


# The captures: a chapter 4 of our own, and one run of a virtual module for each firmware profile.


def test_every_capture_has_its_expected_findings() -> None:
    logs = {path.stem for path in CAPTURES.glob("*.log")}
    assert logs == {path.stem for path in CAPTURES.glob("*.json")}
    assert {"chapter-4", "note-1.03", "strict", "a76xx"} <= logs


@pytest.mark.parametrize("capture", sorted(CAPTURES.glob("*.log")), ids=lambda path: path.stem)
def test_a_capture_has_exactly_its_expected_findings(capture: Path) -> None:
    came = json.loads(run("--json", capture).stdout)["findings"]
    expected = json.loads(capture.with_suffix(".json").read_text(encoding="utf-8"))["findings"]
    assert [{key: finding[key] for key in COMPARED} for finding in came] == expected


@pytest.mark.parametrize("firmware", ["note-1.03", "strict", "a76xx"])
def test_what_the_module_of_a_capture_does_is_in_the_baseline_of_its_firmware(
    firmware: str,
) -> None:
    report = json.loads(run("--json", "--firmware", firmware, CAPTURES / f"{firmware}.log").stdout)
    assert {finding["side"] for finding in report["findings"]} == {"application"}
    assert report["accepted"]


# What it prints


def test_each_finding_is_told_with_place_rule_section_and_fix(log: Path) -> None:
    result = run(log)
    assert result.exit_code == 1
    assert f"{log}:5: warning: +LMOPEN: +LWOPEN stands for +LMOPEN" in result.stdout
    assert "(urc-spelling, note 2.2.4, 3.1)" in result.stdout
    assert "fix: " in result.stdout
    assert "1 findings and 0 accepted ones in 2 commands and 1 URCs" in result.stderr


def test_json_is_one_object_as_the_schema_has_it(log: Path) -> None:
    result = run("--json", log, log)
    report = json.loads(result.stdout)
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    jsonschema.validate(report, SCHEMA)
    assert [each["file"] for each in report["files"]] == [str(log), str(log)]
    assert [each["rule"] for each in report["findings"]] == ["urc-spelling"] * 2


def test_a_log_without_findings_is_exit_0() -> None:
    result = run("-", stdin=CLEAN)
    assert (result.exit_code, result.stdout) == (0, "")


def test_evidence_of_our_own_is_a_log_too(tmp_path: Path) -> None:
    sink = JsonlSink(tmp_path / "test.jsonl")
    sink.write(Event(Source.URC, Direction.RECEIVED, "+LMOPEN:3"))
    sink.close()
    report = json.loads(run("--json", tmp_path / "test.jsonl").stdout)
    assert [(each["line"], each["rule"]) for each in report["findings"]] == [(1, "urc-session")]


def test_the_rules_can_be_listed() -> None:
    result = run("--rules")
    assert result.exit_code == 0
    assert [line.split()[0] for line in result.stdout.splitlines()] == [rule.id for rule in RULES]


def test_help_has_an_example() -> None:
    assert "Example: sim7028-lab check-log putty.log" in run("--help").stdout


# What cannot be read


@pytest.mark.parametrize("content", [b"", b"\0" * 1000, b"Dear diary,\n", bytes(range(256))])
def test_a_file_without_at_traffic_is_exit_2(content: bytes) -> None:
    result = run("-", stdin=content)
    assert (result.exit_code, result.stdout) == (2, "")
    assert "no AT command and no URC is in it" in result.stderr


def test_a_file_that_is_not_there_is_exit_2(tmp_path: Path) -> None:
    missing, folder = run(tmp_path / "none.log"), run(tmp_path)
    assert (missing.exit_code, folder.exit_code) == (2, 2)
    assert "none.log: cannot be read: No such file or directory" in missing.stderr
    assert "cannot be read: Is a directory" in folder.stderr


def test_a_call_without_a_file_is_exit_2() -> None:
    assert run().exit_code == 2
    assert run("--firmware", "strict", "--baseline", "x.toml", "-", stdin=CLEAN).exit_code == 2


@given(st.binary())
def test_no_file_crashes_it(content: bytes) -> None:
    result = run("--json", "-", stdin=content)
    assert isinstance(result.exception, SystemExit | None)
    assert result.exit_code in (0, 1, 2)


# Baselines


def test_a_baseline_is_made_judged_and_then_accepts(log: Path, tmp_path: Path) -> None:
    baseline = tmp_path / "mine.toml"
    assert run("--baseline-out", baseline, log).exit_code == 1
    assert set(load_baseline(baseline).reasons) == {("urc-spelling", "+LMOPEN")}
    accepted = run("--baseline", baseline, "--json", log)
    assert accepted.exit_code == 0
    report = json.loads(accepted.stdout)
    assert (report["findings"], len(report["accepted"])) == ([], 1)


def test_a_baseline_that_is_there_keeps_its_reasons(log: Path, tmp_path: Path) -> None:
    baseline = tmp_path / "mine.toml"
    reason = 'why = "the maker said so"'
    baseline.write_text(f'[[accepted]]\nrule = "urc-blank"\non = "+LWREAD"\n{reason}\n')
    run("--baseline-out", baseline, log)
    assert reason in baseline.read_text()
    assert len(load_baseline(baseline).reasons) == 2


def test_a_baseline_takes_no_mistakes_of_the_application(tmp_path: Path) -> None:
    baseline = tmp_path / "mine.toml"
    assert run("--baseline-out", baseline, "-", stdin="AT+LWCLOSE=2\nERROR\n").exit_code == 1
    assert not load_baseline(baseline).reasons


def test_a_wrong_baseline_is_one_message(
    log: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    baseline = tmp_path / "bad.toml"
    baseline.write_text("[accepted]\n")
    monkeypatch.setattr(
        "sys.argv", ["sim7028-lab", "check-log", "--baseline", str(baseline), str(log)]
    )
    with pytest.raises(SystemExit) as ended:
        sim7028_lab.cli.main()
    assert ended.value.code == 2
    assert f"{baseline}: entry 1: write rule, on, why, and nothing else" in capsys.readouterr().err


# What cannot be read


def test_one_unreadable_file_does_not_hide_what_is_in_the_others(log: Path) -> None:
    result = run("--json", "/no/such.log", log)
    report = json.loads(result.stdout)
    jsonschema.validate(report, SCHEMA)
    assert result.exit_code == 2
    assert report["unreadable"] == [
        {"file": "/no/such.log", "why": "cannot be read: No such file or directory"}
    ]
    assert report["findings"]


def test_an_endless_device_is_not_read() -> None:
    result = run("/dev/zero")
    assert result.exit_code == 2
    assert "a device and no saved log" in result.stderr


def test_a_pipe_without_end_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys.modules["sim7028_lab.cli.check_log"], "_LARGEST", 2**20)
    result = run("-", stdin=b"AT\r\nOK\r\n" * 2**18)
    assert result.exit_code == 2
    assert "larger than 1 MB" in result.stderr


def test_a_baseline_is_not_made_of_half_the_files(log: Path, tmp_path: Path) -> None:
    made = tmp_path / "made.toml"
    assert run("--baseline-out", made, "/no/such.log", log).exit_code == 2
    assert not made.exists()


def test_a_full_disk_behind_stdout_is_one_line(log: Path) -> None:
    with Path("/dev/full").open("w") as full:
        result = subprocess.run(
            [sys.executable, "-m", "sim7028_lab.cli", "check-log", "--json", log],
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    assert result.returncode == 2
    assert result.stderr == "standard output: No space left on device\n"
