"""What is there to copy for runs that nobody watches can be run as it stands."""

import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from sim7028_lab.cli import cli

ROOT = Path(__file__).parents[2]
FILES = [
    ROOT / ".ci" / "systemd" / "sim7028-lab-nightly.service",
    ROOT / ".github" / "workflows" / "nightly.yml",
    ROOT / ".gitlab-ci.yml",
    ROOT / "robot" / "benches" / "README.md",
]
SCHEMAS = {
    "vendor.github-workflows": ROOT / ".github" / "workflows" / "nightly.yml",
    "vendor.gitlab-ci": ROOT / ".gitlab-ci.yml",
}


def nightlies(file: Path) -> list[list[str]]:
    """The words behind each `sim7028-lab nightly` of a file, which may go on over lines."""
    text = re.sub(r"\n\s+(?=--)", " ", file.read_text(encoding="utf-8"))
    return [shlex.split(words) for words in re.findall(r"sim7028-lab nightly +(--[^\n]+)", text)]


@pytest.mark.parametrize("file", FILES, ids=lambda path: path.name)
def test_the_command_is_one_that_nightly_takes(file: Path) -> None:
    commands = nightlies(file)
    assert commands
    for arguments in commands:
        context = cli.commands["nightly"].make_context("nightly", arguments)
        assert context.params["benches"]


@pytest.mark.parametrize(("schema", "file"), SCHEMAS.items(), ids=SCHEMAS)
def test_a_workflow_is_well_formed(schema: str, file: Path) -> None:
    checked = subprocess.run(
        [sys.executable, "-m", "check_jsonschema", "--builtin-schema", schema, str(file)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert checked.returncode == 0, checked.stdout


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="there is no systemd-analyze")
def test_the_units_are_well_formed(tmp_path: Path) -> None:
    units = sorted((ROOT / ".ci" / "systemd").iterdir())
    assert {unit.suffix for unit in units} == {".service", ".timer"}
    for unit in units:
        program = re.compile(r"^ExecStart=\S+", re.MULTILINE)
        (tmp_path / unit.name).write_text(program.sub("ExecStart=/bin/true", unit.read_text()))
    checked = subprocess.run(
        ["systemd-analyze", "verify", *(str(tmp_path / unit.name) for unit in units)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (checked.returncode, checked.stderr) == (0, "")
