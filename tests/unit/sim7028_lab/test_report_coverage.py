"""Coverage is computed: a tag is a claim, traffic is the proof."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lab_evidence import Direction, Event, Source
from sim7028_lab.report.coverage import State, cover, unseen
from sim7028_lab.report.journal import BenchFacts, ModuleFacts, ModuleKind, Outcome
from sim7028_lab.report.requirements import (
    SHIPPED,
    Basis,
    Requirement,
    RequirementsError,
    load_requirements,
)
from sim7028_lab.report.run import Run, ScenarioResult
from sim7028_lab.report.verdicts import Verdict
from sim7028_lab.report.weighed import Weighed

VIRTUAL, REAL = ModuleKind.VIRTUAL, ModuleKind.REAL


def requirement(*traffic, name="A-1", area="read", untestable=""):
    patterns = tuple(map(re.compile, traffic))
    return Requirement(name, area, "It works.", "2.2", Basis.NOTE, patterns, untestable)


def weighed(*lines, tags=("A-1",), verdict=Verdict.PASS, kind=VIRTUAL):
    events = tuple(Event(Source.AT, Direction.SENT, line, {}, t) for t, line in enumerate(lines))
    scenario = ScenarioResult("a:b", "b", "A", "", tags, Outcome.PASSED, events=events)
    bench = BenchFacts("bench", kind, "", "", ModuleFacts("", ""), "", "")
    run = Run(None, "1", None, 0, bench, None, (), ())
    return Weighed(scenario, verdict, bench, run, 1)


def showing(needed, *scenarios, kind=VIRTUAL):
    return cover([needed], scenarios).areas[0].requirements[0].on[kind]


BOTH = requirement("^at sent AT$", "^at sent ATI")


@pytest.mark.parametrize(
    ("scenarios", "state", "covered"),
    [
        ([], State.NOT_RUN, False),
        ([weighed("AT", "ATI")], State.COVERED, True),
        ([weighed("AT", "ATI", tags=("B-2",))], State.NOT_RUN, False),
        ([weighed("AT")], State.NO_TRAFFIC, False),
        ([weighed("AT"), weighed("ATI")], State.NO_TRAFFIC, False),
        ([weighed("AT"), weighed("AT", "ATI")], State.COVERED, True),
        ([weighed("AT", "ATI", verdict=Verdict.FAIL)], State.FAIL, False),
        ([weighed("AT", "ATI", verdict=Verdict.FLAKY)], State.FLAKY, False),
        ([weighed("AT", "ATI", verdict=Verdict.BENCH)], State.BENCH, False),
        ([weighed(verdict=Verdict.SERVER_LIMIT)], State.SERVER_LIMIT, False),
        ([weighed(verdict=Verdict.NOT_RUN)], State.NOT_RUN, False),
        ([weighed("AT", "ATI"), weighed(verdict=Verdict.NOT_RUN)], State.COVERED, True),
        ([weighed("AT", "ATI"), weighed(verdict=Verdict.FAIL)], State.FAIL, True),
        ([weighed("AT", "ATI", kind=REAL)], State.NOT_RUN, False),
    ],
)
def test_a_requirement_on_a_simulated_module(scenarios, state, covered):
    shown = showing(BOTH, *scenarios)
    assert (shown.state, shown.covered) == (state, covered)


def test_real_and_simulated_modules_stand_apart():
    assert showing(BOTH, weighed("AT", "ATI", kind=REAL), kind=REAL).covered
    assert not showing(BOTH, weighed("AT", "ATI"), kind=REAL).covered


def test_what_cannot_be_tested_is_not_counted_as_a_gap():
    coverage = cover([requirement(untestable="It shows nothing."), BOTH], [])
    assert (coverage.testable, coverage.untestable) == (1, 1)
    assert coverage.areas[0].requirements[0].on[VIRTUAL].state is State.UNTESTABLE


def test_the_pattern_that_is_missing_is_named():
    assert showing(BOTH, weighed("AT")).unseen == ("^at sent ATI",)


def test_areas_keep_the_order_of_the_catalogue():
    names = ["write", "read"]
    coverage = cover([requirement(area=name) for name in names], [])
    assert [area.name for area in coverage.areas] == names


def test_what_cleans_up_shows_nothing():
    command = Event(Source.AT, Direction.SENT, "AT+LWSTOP", {}, 1)
    clean_up = Event(Source.KEYWORD, Direction.NOTED, "End Scenario", {}, 0)
    needed = requirement(r"^at sent AT\+LWSTOP$")
    assert unseen(needed, [command, clean_up]) == ()
    assert unseen(needed, [clean_up, command]) != ()


def test_a_pattern_sees_source_direction_and_text():
    event = Event(Source.URC, Direction.RECEIVED, "+LWREAD: 0", {}, 0)
    seen = weighed()
    scenario = ScenarioResult("a", "a", "A", "", ("A-1",), Outcome.PASSED, events=(event,))
    seen = Weighed(scenario, Verdict.PASS, seen.bench, seen.run, 1)
    assert showing(requirement(r"^urc received \+LWREAD"), seen).covered


LINES = st.lists(st.sampled_from(["AT", "ATI", "AT+X"]), max_size=3)
SCENARIO = st.builds(
    lambda lines, tags, verdict, kind: weighed(*lines, tags=tags, verdict=verdict, kind=kind),
    LINES,
    st.sets(st.sampled_from(["A-1", "B-2"])).map(tuple),
    st.sampled_from(Verdict),
    st.sampled_from([VIRTUAL, REAL]),
)
NEEDED = st.lists(
    st.builds(
        lambda name, words: requirement(*[f"^at sent {word}$" for word in words], name=name),
        st.sampled_from(["A-1", "B-2"]),
        st.lists(st.sampled_from(["AT", "ATI"]), min_size=1),
    ),
    max_size=3,
)


@given(NEEDED, st.lists(SCENARIO, max_size=4))
def test_counted_another_way_it_is_the_same(needed, scenarios):
    for kind in (VIRTUAL, REAL):
        expected = sum(
            any(
                each.verdict is Verdict.PASS
                and each.bench.kind is kind
                and one.id in each.scenario.tags
                and {p.pattern[9:-1] for p in one.traffic} <= {e.text for e in each.scenario.events}
                for each in scenarios
            )
            for one in needed
        )
        assert cover(needed, scenarios).covered(kind) == expected


def test_the_shipped_catalogue_loads():
    assert len(load_requirements(SHIPPED)) > 300


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("[[requirement]]\nid = 'A-1'", r"requirement A-1 has no 'area'"),
        ("no toml", r"list\.toml"),
        (
            "[[requirement]]\nid='A-1'\narea='a'\ntext='t'\nsection='2'\nbasis='note'\ntraffic=['(']",
            r"list\.toml",
        ),
    ],
)
def test_a_catalogue_that_cannot_be_used_is_refused_by_name(tmp_path, content, says):
    path = tmp_path / "list.toml"
    path.write_text(content)
    with pytest.raises(RequirementsError, match=says):
        load_requirements(path)


def test_a_catalogue_that_is_not_there(tmp_path):
    with pytest.raises(RequirementsError, match="--requirements"):
        load_requirements(tmp_path / "none.toml")
