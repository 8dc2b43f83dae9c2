"""What is made of observations: the nearest profile, its switches, and the files."""

import tomllib
from dataclasses import replace
from math import inf
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lwm2m import Code
from sim7028.conformance import RULES, Finding, Side
from sim7028.transcript import Entry, Part
from sim7028_lab.baseline import load_baseline, shipped_baseline
from sim7028_lab.benchfile import load
from sim7028_lab.doctor.learning import (
    Learnt,
    Observation,
    Seen,
    Untried,
    baseline_file,
    bench_text,
    habits,
    learnt_baseline,
)
from sim7028_lab.doctor.learning.learnt import switches
from sim7028_lab.doctor.learning.lessons import LESSONS, UNTRIED
from virtual_sim7028 import NOTE_103, PROFILES, Profile
from virtual_sim7028.profiles import FIXED, Observing, TestForms, Unresolved

LEARNABLE = [name for lesson in LESSONS for name in lesson.rows if name in switches()]
TIMES = ("boot_time", "attach_time", "close_limit")
OTHERS: dict[str, st.SearchStrategy[Any]] = {
    "open_urc": st.sampled_from(["+LMOPEN: ", "+LMOPEN:", "LMOPEN:", "+LWOPEN:"]),
    "read_urc": st.sampled_from(["+LWREAD: ", "+LWREAD:"]),
    "write_urc": st.sampled_from(["+LWWRITE: ", "+LMWRITE:"]),
    "execute_urc": st.sampled_from(["+LWEXECUTE: ", "+LWEXECUTE:"]),
    "test_forms": st.sampled_from(TestForms),
    "unresolved": st.sampled_from(Unresolved),
    "observing": st.sampled_from(Observing),
    "result0": st.sampled_from([Code.CHANGED, Code.CONTENT]),
    "create_code": st.sampled_from([Code.CREATED, Code.METHOD_NOT_ALLOWED, Code.NOT_FOUND]),
    "delete_code": st.sampled_from([Code.DELETED, Code.METHOD_NOT_ALLOWED, Code.NOT_FOUND]),
    "lifetime": st.integers(1, 65535),
    "ack_delay": st.sampled_from([inf, 0.5, 1.0, 2.0]),
    **{name: st.integers(0, 18).map(lambda halves: halves / 2) for name in TIMES},
}


def shown(value: Any) -> Any:
    """What a lesson would tell of a module with this value."""
    match value:
        case Code():
            return value.dotted
        case TestForms() | Unresolved() | Observing():
            return value.value
        case bool() | float():
            return value
        case _:
            return str(value)


def of(module: Profile) -> list[Observation | Untried]:
    return [Observation(name, shown(getattr(module, name)), "seen") for name in LEARNABLE]


@pytest.fixture(params=PROFILES.values(), ids=list(PROFILES))
def profile(request: pytest.FixtureRequest) -> Profile:
    found: Profile = request.param
    return found


def test_a_module_as_a_profile_has_it_needs_no_switch(profile: Profile) -> None:
    learnt = Learnt.of(of(profile), "note-1.03")
    assert learnt.profile is profile
    assert not learnt.switches


@pytest.mark.parametrize("name", LEARNABLE)
@settings(max_examples=10)
@given(data=st.data())
def test_one_switch_is_found_and_no_other(name: str, data: st.DataObject) -> None:
    changed = data.draw(OTHERS.get(name, st.booleans()))
    learnt = Learnt.of(of(replace(NOTE_103, **{name: changed})), "note-1.03")
    assert learnt.profile is NOTE_103
    if changed == getattr(NOTE_103, name):
        assert not learnt.switches
    else:
        assert set(learnt.switches) <= {name}
        assert getattr(NOTE_103.switched(learnt.switches), name) == pytest.approx(changed, abs=0.6)


@given(
    base=st.sampled_from(list(PROFILES.values())),
    changes=st.fixed_dictionaries(
        {}, optional={name: OTHERS.get(name, st.booleans()) for name in LEARNABLE}
    ),
)
def test_the_learnt_profile_behaves_as_the_module_does(
    base: Profile, changes: dict[str, Any]
) -> None:
    module = replace(base, **changes)
    learnt = Learnt.of(of(module), "note-1.03")
    again = learnt.profile.switched(learnt.switches)
    for name in LEARNABLE:
        if name not in TIMES:
            assert getattr(again, name) == getattr(module, name)
    assert len(learnt.switches) <= len([n for n in changes if changes[n] != getattr(base, n)])


def test_what_no_switch_can_say_is_told_and_not_written() -> None:
    seen = [Observation("result0", None, "4.00 came"), Observation(habits.NEVER_ADDED, False, "!")]
    learnt = Learnt.of(seen, "note-1.03")
    assert [row.seen for row in learnt.rows] == [Seen.OTHER, Seen.OTHER]
    assert not learnt.switches


def test_an_impossible_time_is_told_and_not_written() -> None:
    learnt = Learnt.of([Observation("boot_time", 90.0, "from reset")], "note-1.03")
    assert learnt.rows[0].seen is Seen.OTHER
    assert "90 s from reset" in learnt.rows[0].told
    assert not learnt.switches


def test_every_row_of_the_table_is_either_in_a_lesson_or_has_a_reason() -> None:
    fixed = {row.meaning for row in FIXED}
    taught = [row for lesson in LESSONS for row in lesson.rows]
    assert len(taught) == len(set(taught))
    assert set(taught) <= {*switches(), *fixed}
    assert {*switches()} == {*LEARNABLE, *UNTRIED}


# The files


@given(
    changes=st.fixed_dictionaries(
        {}, optional={name: OTHERS.get(name, st.booleans()) for name in LEARNABLE}
    ),
    told=st.text(),
)
def test_the_bench_file_loads_and_has_the_switches(changes: dict[str, Any], told: str) -> None:
    seen = of(replace(NOTE_103, **changes))
    learnt = Learnt.of([*seen, Untried("answer_limit", told)], "note-1.03")
    with TemporaryDirectory() as folder:
        path = Path(folder) / "learnt.toml"
        baseline_file(path).write_text(learnt_baseline((), learnt.profile.name).toml)
        path.write_text(bench_text(learnt, "SIM7028, firmware B07", path), encoding="utf-8")
        file = load(path)
    assert file.module.is_virtual
    assert file.module.firmware == learnt.profile.name
    assert file.module.switches == learnt.switches
    assert file.timing.attach >= learnt.profile.switched(learnt.switches).attach_time


def test_the_baseline_has_what_was_found_with_the_known_reasons(tmp_path: Path) -> None:
    known = load_baseline(shipped_baseline("note-1.03"))
    rules = {rule.id: rule for rule in RULES}
    entry = Entry(Part.URC, b"+LMOPEN: 0")
    findings = [
        Finding(rules["urc-blank"], Side.MODULE, "+LMOPEN", "a blank", entry),
        Finding(rules["open-unasked"], Side.MODULE, "+LMOPEN", "again", entry),
    ]
    path = tmp_path / "b.toml"
    path.write_text(learnt_baseline(findings, "note-1.03").toml)
    reasons = load_baseline(path).reasons
    assert set(reasons) == {finding.kind for finding in findings}
    assert reasons["urc-blank", "+LMOPEN"] == known.reasons["urc-blank", "+LMOPEN"]
    assert reasons["open-unasked", "+LMOPEN"].startswith("to be judged")
    assert tomllib.loads(path.read_text())["accepted"]
