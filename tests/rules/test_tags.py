"""Scenarios and requirements know each other: tags one way, ids the other."""

import re
import tomllib
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest
import robot.api

ROBOT = Path(__file__).parents[2] / "robot"

# A tag in capitals with a hyphen is an id; every other tag (slow, smoke, read) groups scenarios.
ID = re.compile(r"[A-Z][A-Z0-9]*(?:-[A-Z0-9]+)+")


def scenarios(suite: robot.api.TestSuite) -> Iterator[tuple[str, list[str]]]:
    for test in suite.tests:
        yield test.full_name, list(test.tags)
    for child in suite.suites:
        yield from scenarios(child)


@pytest.fixture(scope="module")
def shown_by() -> dict[str, list[str]]:
    """The names of the scenarios that carry each id."""
    suite = robot.api.TestSuite.from_file_system(ROBOT, allow_empty_suite=True)
    tagged = defaultdict(list)
    for name, tags in scenarios(suite):
        for tag in filter(ID.fullmatch, tags):
            tagged[tag].append(name)
    return dict(tagged)


@pytest.fixture(scope="module")
def requirements() -> dict[str, dict[str, object]]:
    entries = tomllib.loads((ROBOT / "requirements.toml").read_text(encoding="utf-8"))
    return {entry["id"]: entry for entry in entries["requirement"]}


def test_every_id_on_a_scenario_is_in_the_catalogue(shown_by, requirements):
    unknown = {tag: names for tag, names in shown_by.items() if tag not in requirements}
    assert not unknown, "tags that robot/requirements.toml does not hold"


def test_no_scenario_claims_what_is_called_untestable(shown_by, requirements):
    claimed = {
        tag: names for tag, names in shown_by.items() if "untestable" in requirements.get(tag, {})
    }
    assert not claimed, "take the tag off, or give the requirement its traffic"


def test_every_requirement_has_a_scenario_or_a_reason(shown_by, requirements):
    missing = [
        identity
        for identity, entry in requirements.items()
        if "untestable" not in entry and identity not in shown_by
    ]
    assert not missing, "requirements that no scenario is tagged with"


def test_every_id_can_be_asked_for_by_include(requirements):
    operators = [identity for identity in requirements if re.search("AND|OR|NOT", identity)]
    assert not operators, "Robot Framework reads these words in a tag pattern as operators"
