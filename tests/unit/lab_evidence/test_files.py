import contextlib
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lab_evidence import (
    Direction,
    Event,
    Json,
    JsonlSink,
    Source,
    decode_line,
    encode_line,
    files,
    read_events,
)

INTEGER = 2**63
"""What fits into 64 bits, as every number does that a bench tells of."""
objects = st.dictionaries(
    st.text(),
    st.recursive(
        st.none()
        | st.booleans()
        | st.integers(-INTEGER, INTEGER - 1)
        | st.floats(allow_nan=False, allow_infinity=False)
        | st.text(st.characters(exclude_categories=())),  # half surrogate pairs too
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
        max_leaves=8,
    ),
    max_size=4,
)


@given(objects)
def test_a_line_gives_back_what_was_written(record: dict[str, Json]) -> None:
    line = encode_line(record)
    assert line.endswith(b"\n")
    assert line.count(b"\n") == 1
    assert decode_line(line) == record


@given(objects)
def test_any_reader_of_json_reads_a_line(record: dict[str, Json]) -> None:
    assert json.loads(encode_line(record)) == record


@pytest.mark.parametrize("line", ["{", "AT", "{}", "5", "[]", '"t"', "null"])
def test_a_line_that_is_no_event_is_named(tmp_path: Path, line: str) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text(f"{line}\n")
    with pytest.raises(ValueError, match=r"a\.jsonl, line 1: "):
        list(read_events(path))


@pytest.fixture(params=["as here", "as without a C library"])
def _however_it_is_written(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    if request.param == "as without a C library":
        monkeypatch.setattr(files, "_write", None)


@pytest.mark.usefixtures("_however_it_is_written")
def test_a_full_disk_is_told(tmp_path: Path) -> None:
    full = tmp_path / "a.jsonl"
    full.symlink_to("/dev/full")
    with (
        contextlib.closing(JsonlSink(full)) as sink,
        pytest.raises(OSError, match="No space left on device"),
    ):
        sink.write(Event(Source.AT, Direction.SENT, "AT"))


@pytest.mark.usefixtures("_however_it_is_written")
def test_what_a_disk_did_not_take_at_once_is_written_after_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sink, event = JsonlSink(tmp_path / "a.jsonl"), Event(Source.AT, Direction.SENT, "AT" * 20)
    append = sink._append
    monkeypatch.setattr(sink, "_append", lambda line: append(line[:7]))
    sink.write(event)
    sink.close()
    assert (tmp_path / "a.jsonl").read_bytes() == event.line


@pytest.mark.usefixtures("_however_it_is_written")
def test_nothing_is_written_into_a_file_that_was_closed(tmp_path: Path) -> None:
    sink = JsonlSink(tmp_path / "a.jsonl")
    sink.close()
    with pytest.raises(ValueError, match="closed"):
        sink.write(Event(Source.AT, Direction.SENT, "AT"))
