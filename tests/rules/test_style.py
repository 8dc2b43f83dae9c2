"""What the tools that read the code have to say about it."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.mark.timeout(300)
@pytest.mark.parametrize(
    "command",
    [
        pytest.param(["ruff", "check", "."], id="ruff"),
        pytest.param(["ruff", "format", "--check", "."], id="ruff-format"),
        pytest.param([sys.executable, "-m", "mypy"], id="mypy"),
        pytest.param(["lint-imports", "--no-cache"], id="import-linter"),
        pytest.param(["robocop", "check", "robot"], id="robocop"),
        pytest.param(["robocop", "format", "--check", "--diff", "robot"], id="robocop-format"),
    ],
)
def test_nothing_is_found_by(command: list[str]) -> None:
    beside_python = shutil.which(command[0], path=str(Path(sys.executable).parent))
    result = subprocess.run(
        [beside_python or command[0], *command[1:]],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 0, result.stdout + result.stderr
