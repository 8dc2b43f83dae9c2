from __future__ import annotations

import dataclasses

import pytest

from lwm2m import Code
from virtual_sim7028.profiles import (
    A76XX,
    FIXED,
    NOTE_103,
    PROFILES,
    STRICT,
    InvalidSwitch,
    Profile,
    profile_table,
)


def test_switches_are_read_by_their_type() -> None:
    profile = NOTE_103.switched(
        {"result0": "2.05", "dedup": "false", "ack_delay": "0.5", "unresolved": "silence"}
    )
    assert profile.result0 is Code.CONTENT
    assert profile.dedup is False
    assert profile.ack_delay == 0.5
    assert profile.unresolved.value == "silence"
    assert profile.name == "note-1.03"


@pytest.mark.parametrize("profile", PROFILES.values(), ids=lambda profile: profile.name)
def test_the_table_names_every_value_as_a_switch_takes_it(profile: Profile) -> None:
    header, _, *rows = [line.strip("| \n").split(" | ") for line in profile_table().splitlines()]
    column = header.index(profile.name)
    switches = {row[0].strip("`"): row[column].strip("`") for row in rows[: -len(FIXED)]}
    assert set(switches) == {f.name for f in dataclasses.fields(Profile)} - {"name"}
    assert dataclasses.replace(NOTE_103, name=profile.name).switched(switches) == profile


def test_the_profiles_differ() -> None:
    assert len({dataclasses.replace(p, name="") for p in (NOTE_103, STRICT, A76XX)}) == 3


@pytest.mark.parametrize(
    ("switches", "complaint"),
    [
        ({"colour": "red"}, "no switch is called 'colour': there are open_urc"),
        ({"name": "mine"}, "no switch is called 'name'"),
        ({"dedup": "maybe"}, "dedup is 'maybe': write true or false"),
        ({"result0": "2.31"}, "result0 is 2.31: write 2.04 or 2.05"),
        ({"result0": "ok"}, "'ok' is not a CoAP response code"),
        ({"test_forms": "all"}, "test_forms is 'all': write examples or tables or bare"),
        ({"ack_delay": "soon"}, "ack_delay is 'soon'"),
        ({"ack_delay": "-1"}, "ack_delay is -1: it goes from 0 to inf"),
        ({"ack_delay": "nan"}, "ack_delay is nan"),
        ({"lifetime": "65536"}, "lifetime is 65536: it goes from 1 to 65535"),
        ({"close_limit": "10"}, "close_limit is 10"),
    ],
)
def test_a_wrong_switch_is_told_with_what_would_be_right(
    switches: dict[str, str], complaint: str
) -> None:
    with pytest.raises(InvalidSwitch, match=complaint.replace("(", r"\(")):
        NOTE_103.switched(switches)
