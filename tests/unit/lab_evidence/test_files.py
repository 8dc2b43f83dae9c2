import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lab_evidence import Json, decode_line, encode_line, read_events

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
