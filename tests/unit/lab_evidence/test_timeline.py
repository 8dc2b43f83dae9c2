import contextlib
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lab_evidence import (
    Direction,
    Event,
    EvidenceError,
    JsonlSink,
    Redactor,
    Source,
    Timeline,
    evidence_file,
    read_events,
)


def line(text: str, t: float = 1.0) -> Event:
    return Event(Source.AT, Direction.SENT, text, t=t)


@pytest.fixture
def timeline(tmp_path: Path) -> Timeline:
    return Timeline(Redactor(["hunter22"]), sinks(tmp_path))


def sinks(folder: Path) -> Callable[[str], JsonlSink]:
    return lambda name: JsonlSink(folder / (name or "bench.jsonl"))


def texts(path: Path) -> list[str]:
    return [event.text for event in read_events(path)]


def test_each_scenario_has_its_own_file(timeline: Timeline, tmp_path: Path) -> None:
    timeline.record(line("before"))
    with timeline.scenario("a.jsonl"):
        timeline.record(line("in a"))
    timeline.record(line("between"))
    with timeline.scenario("b.jsonl"):
        timeline.record(line("in b"))
    timeline.close()
    assert texts(tmp_path / "a.jsonl") == ["in a"]
    assert texts(tmp_path / "b.jsonl") == ["in b"]
    assert texts(tmp_path / "bench.jsonl") == ["before", "between"]


def test_a_line_is_on_disk_before_record_returns(timeline: Timeline, tmp_path: Path) -> None:
    with timeline.scenario("a.jsonl"):
        timeline.record(line("AT"))
        assert texts(tmp_path / "a.jsonl") == ["AT"]


def test_nothing_passes_unredacted(timeline: Timeline, tmp_path: Path) -> None:
    with timeline.scenario("a.jsonl"):
        timeline.record(line("password hunter22"))
        assert "hunter22" not in timeline.since(0)[0].text
    assert "hunter22" not in (tmp_path / "a.jsonl").read_text()


def test_since_is_in_order_of_time(timeline: Timeline) -> None:
    with timeline.scenario("a.jsonl"):
        for t in (3.0, 1.0, 2.0):
            timeline.record(line(str(t), t))
        assert [event.text for event in timeline.since(2.0)] == ["2.0", "3.0"]


def test_events_of_one_moment_stay_in_the_order_they_were_told(timeline: Timeline) -> None:
    with timeline.scenario("a.jsonl"):
        for text in ("cause", "effect"):
            timeline.record(line(text, 1.0))
        assert [event.text for event in timeline.since(1.0)] == ["cause", "effect"]


def test_half_a_surrogate_pair_is_kept(timeline: Timeline, tmp_path: Path) -> None:
    with timeline.scenario("a.jsonl"):
        timeline.record(line("\udc80 ü"))
    assert texts(tmp_path / "a.jsonl") == ["\udc80 ü"]


def test_threads_do_not_tear_lines(timeline: Timeline, tmp_path: Path) -> None:
    def work(name: str) -> None:
        for _ in range(200):
            timeline.record(line(name * 50))

    with timeline.scenario("a.jsonl"):
        threads = [threading.Thread(target=work, args=(name,)) for name in "abcd"]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert sorted(texts(tmp_path / "a.jsonl")) == sorted(n * 50 for n in "abcd" for _ in range(200))


class FullDisk:
    def write(self, event: Event, /) -> None:
        raise OSError("No space left on device")

    def close(self) -> None:
        pass


def test_a_failing_sink_breaks_the_bench() -> None:
    timeline = Timeline(lambda event: event, lambda _: FullDisk())
    with contextlib.suppress(EvidenceError), timeline.scenario("a"):
        with pytest.raises(EvidenceError, match="No space left"):
            timeline.record(line("AT"))
        with pytest.raises(EvidenceError, match="No space left"):
            timeline.record(line("AT again"))
    with pytest.raises(EvidenceError, match="No space left"), timeline.scenario("b"):
        pass


def test_scenarios_do_not_nest(timeline: Timeline) -> None:
    with (
        timeline.scenario("a.jsonl"),
        pytest.raises(EvidenceError, match="while another is running"),
        timeline.scenario("b.jsonl"),
    ):
        pass


def test_a_killed_run_leaves_its_whole_lines(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    sink = JsonlSink(path)
    sink.write(line("whole"))
    sink.write(line("cut"))
    sink.close()
    path.write_text(path.read_text()[:-20])
    assert texts(path) == ["whole"]


def test_a_broken_line_is_named(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text("{}\n")
    with pytest.raises(ValueError, match=r"a\.jsonl, line 1"):
        texts(path)


def test_names_become_safe_files() -> None:
    assert evidence_file(Path("e"), "Read.Edge Cases", "One 2-3, ä") == Path(
        "e/Read.Edge_Cases/One_2-3_ä-b6c68c.jsonl"
    )
    assert evidence_file(Path("e"), "Read.Edge Cases", "One") == Path("e/Read.Edge_Cases/One.jsonl")


@given(st.text(min_size=1, max_size=200))
def test_no_name_leaves_its_folder(name: str) -> None:
    path = evidence_file(Path("e"), name, name)
    assert len(path.parts) == 3
    assert ".." not in path.parts
    assert len(path.name) < 150
    assert path.stem


@given(st.text("A/?*. _", min_size=1, max_size=6), st.text("A/?*. _", min_size=1, max_size=6))
def test_two_names_share_a_file_only_where_blanks_are_all_that_differs(one: str, two: str) -> None:
    same = evidence_file(Path("e"), "s", one) == evidence_file(Path("e"), "s", two)
    assert not same or one.replace(" ", "_") == two.replace(" ", "_")
