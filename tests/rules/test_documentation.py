"""What documentation repeats of the code is as the code has it."""

import re
from pathlib import Path

from sim7028_lab.cli import cli
from virtual_sim7028 import profile_table

ROOT = Path(__file__).parents[2]


def test_the_table_of_profiles_is_the_code_s() -> None:
    page = (ROOT / "libraries" / "virtual_sim7028" / "PROFILES.md").read_text(encoding="utf-8")
    assert page.endswith(profile_table()), "write it anew: sim7028-lab virtual-module --profiles"


def test_the_readme_names_commands_that_are_there() -> None:
    named = re.findall(r"`sim7028-lab ([a-z-]+)|^ +sim7028-lab ([a-z-]+)", readme(), re.MULTILINE)
    commands = {one or other for one, other in named}
    assert commands
    assert commands <= set(cli.commands)


def test_the_readme_s_links_lead_somewhere() -> None:
    links = re.findall(r"\]\((?!https?:)([^)#]+)\)", readme())
    assert links
    assert [link for link in links if not (ROOT / link).exists()] == []


def test_the_readme_shows_a_whole_scenario() -> None:
    (suite,) = re.findall(r"```robotframework\n(.*?)```", readme(), re.DOTALL)
    assert suite.startswith("*** Settings ***")
    assert "*** Test Cases ***" in suite


def readme() -> str:
    return (ROOT / "README.md").read_text(encoding="utf-8")
