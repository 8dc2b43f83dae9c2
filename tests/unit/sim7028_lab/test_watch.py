import pytest

from lab_evidence import Direction, Event, Source
from sim7028 import Line
from sim7028.urcs import parse_urc
from sim7028_lab.baseline import Baseline
from sim7028_lab.watch import Watch

KNOWN = Baseline({("urc-blank", "+LWREAD"): "as in the example"})


class Recording:
    def __init__(self) -> None:
        self.events: list[Event] = []

    def record(self, event: Event, /) -> None:
        self.events.append(event)

    @property
    def findings(self) -> list[tuple[object, object]]:
        found = [event for event in self.events if event.source is Source.FINDING]
        return [(event.data["rule"], event.data["accepted"]) for event in found]


@pytest.fixture
def recording() -> Recording:
    return Recording()


@pytest.fixture
def watch(recording: Recording) -> Watch:
    return Watch(recording, KNOWN)


def urc(text: str, t: float = 1.0) -> Event:
    return Event(Source.URC, Direction.RECEIVED, text, {}, t)


def test_everything_passes_on_with_the_findings_behind_their_causes(
    watch: Watch, recording: Recording
) -> None:
    events = [Event(Source.COAP, Direction.SENT, "GET"), urc("+LWREAD: 0,8,0,1,1", t=7.5)]
    for event in events:
        watch.record(event)
    assert recording.events[:2] == events
    (finding,) = recording.events[2:]
    assert (finding.source, finding.direction, finding.t) == (Source.FINDING, Direction.NOTED, 7.5)
    assert finding.text == (
        "+LWREAD: a blank after the colon, the definition has no blank (urc-blank, note 2.2.4, 3.1)"
    )
    assert finding.data["line"] == "+LWREAD: 0,8,0,1,1"


def test_a_kind_of_finding_is_told_once_a_scenario(watch: Watch, recording: Recording) -> None:
    for _ in range(3):
        watch.record(urc("+LWREAD: 0,8,0,1,1"))
    assert recording.findings == [("urc-blank", True)]
    watch.begin()
    watch.record(urc("+LWREAD: 0,8,0,1,1"))
    assert recording.findings == [("urc-blank", True)] * 2
    assert [finding.kind for finding in watch.findings] == [("urc-blank", "+LWREAD")]


def test_what_the_baseline_accepts_is_not_new_on_something_else_it_is(
    watch: Watch, recording: Recording
) -> None:
    watch.record(urc("+LWREAD: 0,8,0,1,1"))
    assert watch.take_new() == ()
    watch.record(urc("+LMOPEN: 0"))
    assert [finding.kind for finding in watch.take_new()] == [("urc-blank", "+LMOPEN")]
    assert recording.findings == [("urc-blank", True), ("urc-blank", False)]


def test_what_is_new_is_given_once_and_kept_until_then(watch: Watch) -> None:
    watch.record(urc("+LWOPEN:0"))
    watch.begin()
    assert len(watch.take_new()) == 1
    assert watch.take_new() == ()


def test_mistakes_of_the_application_do_not_count(watch: Watch, recording: Recording) -> None:
    watch.record(Event(Source.AT, Direction.SENT, "AT+LWCLOSE=2"))
    watch.record(Event(Source.AT, Direction.RECEIVED, "ERROR", {"final": True}))
    assert recording.findings == []
    watch.record(Event(Source.AT, Direction.SENT, "AT+LWCLOSE=2"))
    watch.record(Event(Source.AT, Direction.RECEIVED, "OK", {"final": True}))
    assert recording.findings == [("command-range", False)]


@pytest.mark.parametrize(
    ("text", "may_come"),
    [
        ("+CEREG: 2", True),
        ("+CSCON: 1", True),
        ("+XYZ: 1", True),
        ("+LMOPEN:0", True),
        ("+ABC: 1", False),
        ("+LWREAD:0,8,0,1,1", False),
        ("*ATREADY: 1", False),
        ("*ATREADY", False),
        ("*MATREADY: 1", False),
        ("+CPIN: NOT INSERTED", False),
        ("+CFUN: 1", False),
        ("no head", False),
    ],
)
def test_what_may_come_though_no_scenario_waits_for_it(
    recording: Recording, text: str, may_come: bool
) -> None:
    accepted = ("urc-unknown", "+XYZ"), ("open-unasked", "+LMOPEN")
    watch = Watch(recording, Baseline(dict.fromkeys(accepted, "it does no harm")))
    watch.record(Event(Source.AT, Direction.SENT, "AT+LWSTART", {"command": "AT+LWSTART"}))
    watch.record(Event(Source.AT, Direction.RECEIVED, "OK", {"final": True}))
    watch.record(urc(text))
    assert watch.passes_over(parse_urc(Line(1.0, text.encode()))) is may_come
