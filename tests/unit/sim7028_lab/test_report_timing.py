"""How long the module took, and where times stand in the picture."""

from hypothesis import given
from hypothesis import strategies as st

from lab_evidence import Direction, Event, Source
from sim7028_lab.report.charts import shares, strips
from sim7028_lab.report.timing import LIMIT, CommandTimes, time_commands
from sim7028_lab.report.verdicts import Verdict


def test_times_go_from_the_command_to_its_final_result_code(at):
    (times,) = time_commands(
        [
            [
                at(1, 'AT+LWCNF="server","a"'),
                at(2, "+LWCNF: x", received=True),
                at(3, "OK", final=True),
                at(5, "AT+LWCNF=?"),
                at(5.5, "ERROR", final=True),
            ]
        ]
    )
    assert (times.command, times.seconds, times.unanswered) == ("AT+LWCNF", (0.5, 2.0), 0)
    assert (times.median, times.worst, times.limit) == (1.25, 2.0, LIMIT)


def test_a_command_without_an_answer_is_late(at):
    slow, lost = at(0, "AT+LWOPEN"), at(100, "AT+LWOPEN")
    (times,) = time_commands([[slow, at(9.1, "OK", final=True), lost]])
    assert (times.count, times.unanswered, times.late) == (2, 1, 2)


def test_a_command_that_was_never_answered_is_counted(at):
    (times,) = time_commands([[at(0, "AT+LWSTOP"), at(20, "AT+LWSTOP")]])
    assert (times.count, times.unanswered, times.seconds) == (2, 2, ())


def test_a_timeline_does_not_answer_another(at):
    times = time_commands([[at(0, "AT+LWOPEN")], [at(1, "OK", final=True)]])
    assert [each.unanswered for each in times] == [1]


def test_what_is_no_command_is_passed_over(at):
    urc = Event(Source.URC, Direction.RECEIVED, "+LMOPEN: 0", {"final": True}, 1)
    assert time_commands([[urc, at(2, "OK", final=True)]]) == ()


def test_a_command_without_a_limit_is_never_late(at):
    (times,) = time_commands([[at(0, "AT+CFUN=1"), at(50, "OK", final=True)]])
    assert (times.limit, times.share, times.late) == (None, None, 0)


def test_each_is_held_against_the_limit_that_it_was_sent_with():
    def sent(t, limit):
        return Event(Source.AT, Direction.SENT, "AT+CFUN=0", {"limit": limit}, t)

    def ok(t):
        return Event(Source.AT, Direction.RECEIVED, "OK", {"final": True}, t)

    (times,) = time_commands([[sent(0, 5), ok(6), sent(10, 30), ok(18), sent(40, 30)]])
    assert (times.limit, times.seconds, times.unanswered, times.late) == (30, (6, 8), 1, 2)


def test_one_that_was_given_no_limit_is_not_late_when_nothing_answers(at):
    (times,) = time_commands([[at(0, "AT"), at(1, "AT"), at(1.1, "OK", final=True)]])
    assert (times.limit, times.unanswered, times.late) == (None, 1, 0)


def test_those_nearest_to_their_limit_come_first(at):
    def took(command, seconds):
        return [at(0, command), at(seconds, "OK", final=True)]

    lines = took("AT", 5), took("AT+LWSTART", 1), took("AT+LWSTOP", 3)
    assert [times.command for times in time_commands(lines)] == ["AT+LWSTOP", "AT+LWSTART", "AT"]


SECONDS = st.lists(st.floats(1e-5, 100), min_size=1, max_size=50)


@given(st.lists(SECONDS, min_size=1, max_size=4), st.sampled_from([None, LIMIT]))
def test_everything_stands_within_the_picture(series, limit):
    commands = [CommandTimes("AT", limit, tuple(sorted(seconds)), 0, 0) for seconds in series]
    picture = strips(commands)
    for strip in picture.strips:
        assert 0 <= strip.median <= strip.worst <= 100
        assert all(0 <= x <= 1000 and 0 < half < 15 for x, half in strip.marks)
        assert strip.limit is None or 0 < strip.limit < 100
    places = [tick.at for tick in picture.ticks]
    assert places == sorted(places)
    assert all(0 <= place <= 100 for place in places)


def test_no_commands_no_picture():
    assert strips([]).strips == ()


@given(st.lists(st.tuples(st.sampled_from(Verdict), st.integers(0, 500)), max_size=6))
def test_the_parts_of_the_bar_make_the_whole(counts):
    segments = shares(counts)
    assert len(segments) == sum(number > 0 for _, number in counts)
    if segments:
        assert abs(sum(segment.length for segment in segments) - 100) < 1e-6


def test_a_command_that_was_never_answered_has_a_row_without_marks():
    (strip,) = strips([CommandTimes("AT+LWOPEN", LIMIT, (), 1, 1)]).strips
    assert (strip.marks, strip.median, strip.worst) == ((), None, None)
