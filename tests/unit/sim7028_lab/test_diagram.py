"""The sequence diagram of a scenario, from its events."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from lab_evidence import Direction, Event, Source
from sim7028_lab.failure import Failure, ScenarioFailed
from sim7028_lab.report.diagnosis import diagnose
from sim7028_lab.report.diagram import legend, render
from sim7028_lab.report.rows import PROBING, Way, steps

SENT, RECEIVED, NOTED = Direction.SENT, Direction.RECEIVED, Direction.NOTED

texts = st.text(max_size=40)
events = st.lists(
    st.builds(
        Event,
        st.sampled_from(Source),
        st.sampled_from(Direction),
        texts,
        st.dictionaries(
            st.sampled_from(
                ["arguments", "failed", "seen_by", "mid", "token", "payload", "path", "command"]
            ),
            st.one_of(texts, st.integers(), st.lists(texts, max_size=3), st.just("module")),
        ),
        st.floats(0, 100),
    ),
    max_size=12,
)


def step(t: float, name: str, *arguments: str) -> Event:
    return Event(Source.KEYWORD, NOTED, name, {"arguments": list(arguments)}, t)


def command(t: float, text: str) -> Event:
    return Event(Source.AT, SENT, text, {"command": text}, t)


def final(t: float, asked: str, text: str = "OK") -> Event:
    return Event(Source.AT, RECEIVED, text, {"command": asked, "final": True}, t)


def coap(t: float, direction: Direction, seen_by: str, **data: object) -> Event:
    told = {"seen_by": seen_by, "type": "CON", "code": "GET", "mid": 7, "token": "0a", **data}
    return Event(Source.COAP, direction, "a message", told, t)


def failed(t: float) -> Event:
    failure = Failure.of("A Step", ScenarioFailed("a read", "F '1'", "the server received F '2'"))
    return Event(failure.event.source, NOTED, failure.event.text, failure.event.data, t)


def test_a_command_and_its_plain_ok_are_one_row() -> None:
    (shown,) = steps([step(0, "Starts"), command(1, "AT+LWSTART"), final(1.012, "AT+LWSTART")])
    (row,) = shown.rows
    assert (row.way, row.text, row.note) == (Way.COMMAND, "AT+LWSTART", "OK after 12 ms")


def test_what_comes_between_a_command_and_its_ok_keeps_them_apart() -> None:
    urc = Event(Source.URC, RECEIVED, "+LMOPEN: 0", {}, 1.005)
    (shown,) = steps([command(1, "AT+LWOPEN"), urc, final(1.012, "AT+LWOPEN")])
    assert [row.way for row in shown.rows] == [Way.TO_MODULE, Way.UNASKED, Way.FROM_MODULE]


def test_a_refusal_is_a_row_of_its_own() -> None:
    (shown,) = steps([command(1, "AT+LWSTOP"), final(1.1, "AT+LWSTOP", "ERROR")])
    assert [row.text for row in shown.rows] == ["AT+LWSTOP", "ERROR"]


def test_both_accounts_of_a_message_are_one_row_even_across_steps() -> None:
    first, second = steps(
        [
            step(0, "Asks"),
            coap(1.0, RECEIVED, "module", path="/3303/0/5700"),
            step(1.001, "Waits"),
            coap(1.002, SENT, "server", options='Uri-Path: "3303", "0", "5700"'),
        ]
    )
    (row,) = first.rows
    assert (row.way, row.told_by_server) == (Way.FROM_SERVER, False)
    assert "/3303/0/5700" in row.text
    assert not second.rows


def test_what_only_the_server_tells_is_marked() -> None:
    (shown,) = steps([coap(1.0, SENT, "server", options='Uri-Path: "3303", "0"')])
    assert shown.rows[0].told_by_server
    assert "CON GET /3303/0" in shown.rows[0].text
    assert 'title="as the server told it"' in render([coap(1.0, SENT, "server")])


def test_another_message_with_that_number_is_no_second_account() -> None:
    (shown,) = steps([coap(1, RECEIVED, "module"), coap(1.1, SENT, "server", type="ACK")])
    assert len(shown.rows) == 2


def test_lines_on_the_wire_are_never_cut() -> None:
    line = 'AT+LWREADRSP=0,3303,0,1,5700,"S",300,"' + "x" * 300 + '"'
    assert line.replace('"', "&#34;") in render([command(0, line)])


def test_a_long_pause_is_told() -> None:
    page = render([command(0, "AT"), command(3.5, "AT+CEREG?"), command(3.6, "AT+CESQ")])
    assert page.count('class="gap"') == 1
    assert "3.50 s" in page


def test_the_failing_step_is_marked_and_open_and_what_passed_is_folded() -> None:
    told = [
        step(0, "Module Registers"),
        command(0.1, "AT+LWOPEN"),
        step(1, "Server Starts Reading", "/3303/0/5700"),
        step(2, "Server Should Receive", "F", "1"),
        failed(2.5),
        command(3, "AT+CEREG?"),
        step(4, "End Scenario"),
    ]
    page = render(told, diagnosis=diagnose(told))
    assert page.count('class="failing"') == 1
    assert 'class="st bad" open><summary>✗ 3' in page
    assert 'class="st"><summary>✓ 1' in page
    assert 'class="st" open><summary>✓ 2' in page
    assert page.startswith('<details class="seq" open>')
    assert [shown.name for shown in steps(told)][3] == PROBING
    assert f'class="st"><summary>✓ 4 <b>{PROBING}' in page


def test_a_scenario_that_passed_is_folded_and_has_no_failing_step() -> None:
    page = render([step(0, "Starts"), command(1, "AT+LWSTART")], evidence="evidence/a%20b.jsonl")
    assert page.startswith('<details class="seq"><summary>')
    assert "failing" not in page
    assert 'href="evidence/a%20b.jsonl"' in page


def test_text_of_the_module_is_text() -> None:
    page = render([Event(Source.URC, RECEIVED, '<script>alert("1")</script>\u202e', {}, 0)])
    assert "<script" not in page
    assert "&lt;script&gt;" in page
    assert "\u202e" not in page
    assert "⟨U+202E⟩" in page


def test_the_legend_is_the_same_each_time_and_carries_the_style() -> None:
    assert legend() == legend()
    assert legend().startswith("<style>")


def test_nothing_is_drawn_of_nothing() -> None:
    assert render([]) == ""


@given(events)
def test_any_events_can_be_drawn_and_judged(told: list[Event]) -> None:
    page = render(told, diagnosis=diagnose(told))
    assert page.count("<details") == page.count("</details>")
    assert page.count("<li") == page.count("</li>")
