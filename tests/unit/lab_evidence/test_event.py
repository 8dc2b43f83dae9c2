import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lab_evidence import Direction, Event, Source


@given(st.binary())
def test_bytes_are_kept_whatever_they_are(raw: bytes) -> None:
    event = Event.of_bytes(Source.AT, Direction.RECEIVED, raw)
    kept = event.data.get("hex")
    assert (event.text.encode() if kept is None else bytes.fromhex(str(kept))) == raw


@given(st.text(), st.sampled_from(Source), st.sampled_from(Direction))
def test_what_is_written_can_be_read(text: str, source: Source, direction: Direction) -> None:
    event = Event(source, direction, text, {"n": [1, None, {"a": "b"}]}, t=12.5)
    assert Event.from_json(json.loads(json.dumps(event.to_json()))) == event


def test_wall_is_utc_now_and_follows_t() -> None:
    one = Event(Source.AT, Direction.SENT, "AT")
    later = Event(Source.AT, Direction.SENT, "AT", t=one.t + 60)
    assert abs((one.wall - datetime.now(UTC)).total_seconds()) < 5
    assert (later.wall - one.wall).total_seconds() == pytest.approx(60, abs=1e-3)


@pytest.mark.parametrize(
    "record",
    [
        {},
        {"t": 1, "source": "at", "direction": "sent"},
        {"t": 1, "source": "moon", "direction": "sent", "text": ""},
        {"t": 1, "source": [], "direction": "sent", "text": ""},
        {"t": "1", "source": "at", "direction": "sent", "text": ""},
        {"t": 1, "source": "at", "direction": "sent", "text": "", "data": []},
    ],
)
def test_other_records_are_refused(record: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"event|Source"):
        Event.from_json(record)
