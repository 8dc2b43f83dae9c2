import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim7028.capture import read_capture
from sim7028.conformance import RULES, Conformance, Finding, Side, check
from sim7028.transcript import Entry, Part

STARTED = "AT+LWSTART\nOK\n"
OPEN = f"{STARTED}AT+LWOPEN\nOK\n+LMOPEN:0\n"
READY = f"{OPEN}AT+LWADDOBJ=0,3303,0,3,5700,5701,5750\nOK\n"
READ = f"{READY}+LWREAD:0,3303,0,1,5700\n"
WRITTEN = f'{READY}+LWWRITE: 0,3303,0,1,5750,S,5,"Celsi"\n'


def event(source: str, direction: str, text: str, t: float = 0.0, **data: object) -> str:
    record = {"t": t, "source": source, "direction": direction, "text": text, "data": data}
    return json.dumps(record) + "\n"


# For each rule, a conversation that breaks it and one, as near to it as can be, that does not.
SHOWN: dict[str, tuple[str, str]] = {
    "urc-spelling": ('+LMWRITE: 0,3303,0,1,5750,S,1,"x"', '+LWWRITE: 0,3303,0,1,5750,S,1,"x"'),
    "urc-blank": ("+LWREAD: 0,3303,0,1,5700", "+LWREAD:0,3303,0,1,5700"),
    "urc-unreadable": ("+LWREAD:0,3303,0,1,", "+LWREAD:0,3303,0,1,5700"),
    "urc-unknown": ("AT\nOK\n+lmopen: 0", "AT\nOK\n+CEREG: 5"),
    "urc-line-end": (
        event("urc", "received", "+LMOPEN:0", ending="quiet"),
        event("urc", "received", "+LMOPEN:0"),
    ),
    "urc-session": ("+LMOPEN:2", "+LMOPEN:1"),
    "urc-object": ("+LWREAD:0,7,0,1,5700", "+LWREAD:0,8,0,1,5700"),
    "urc-count-range": ("+LWREAD:0,3303,0,0", "+LWREAD:0,3303,0,1,5700"),
    "urc-count": ("+LWREAD:0,3303,0,2,5700", "+LWREAD:0,3303,0,0"),
    "urc-length": (
        '+LWWRITE: 0,3303,0,1,5750,S,3,"four"',
        '+LWWRITE: 0,3303,0,1,5750,S,9,"a","b"\r\nc"\n+LWWRITE: 0,3303,0,1,5751,D,2,"00ff"',
    ),
    "urc-type": ('+LWWRITE: 0,3303,0,1,5750,0,1,"1"', '+LWWRITE: 0,3303,0,1,5750,I,1,"1"'),
    "urc-value": ('+LWWRITE: 0,3303,0,1,5750,I,1,"x"', '+LWWRITE: 0,3303,0,1,5750,I,2,"-1"'),
    "urc-value-quotes": ("+LWWRITE: 0,3303,0,1,5750,I,1,1", '+LWWRITE: 0,3303,0,1,5750,I,1,"1"'),
    "urc-type-quotes": (
        '+LWWRITE: 0,3303,0,2,1,S,3,"a,b",2,"S",1,"c"',
        '+LWWRITE: 0,3303,0,2,1,S,3,"a,b",2,S,1,"c"',
    ),
    "urc-comma": ('+LWWRITE: 0,3303,0,1,5750 I,1,"1"', '+LWWRITE: 0,3303,0,1,5750,I,1,"1"'),
    "urc-opaque": ('+LWWRITE: 0,3303,0,1,5750,D,4,"00ff"', '+LWWRITE: 0,3303,0,1,5750,D,2,"00ff"'),
    "urc-undeclared": (f"{READY}+LWREAD:0,3303,0,1,5702", READ),
    "urc-session-closed": (f"{READY}+LWREAD:1,3303,0,1,5700", READ),
    "open-before-ok": (f"{STARTED}AT+LWOPEN\n+LMOPEN:0\nOK", OPEN),
    "open-unasked": (f"{OPEN}+LMOPEN:1", f"{OPEN}AT+LWOPEN\nOK\n+LMOPEN:1"),
    "result-unasked": ("AT\nOK\nOK", "OK\n+LMOPEN:0\nAT\nOK"),
    "answer-late": (
        "10:00:00.000 AT+LWSTART\n10:00:09.001 OK",
        "10:00:00.000 AT+LWSTART\n10:00:09.000 OK",
    ),
    "answer-missing": ("AT+LWSTART\nAT\nOK", "AT\nAT+LWSTART\nOK"),
    "answer-echo": (
        "> ATE0\n< OK\n> AT+LWSTOP\n< AT+LWSTOP\n< OK",
        "> ATE0\n< ATE0\n< OK\n> AT+LWSTOP\n< OK\n> ATE1\n< OK\n> AT\n< AT\n< OK",
    ),
    "answer-error": ("AT+LWSTART\n+CME ERROR: 3", "AT+LWSTART\nERROR\nAT+CFUN=9\n+CME ERROR: 3"),
    "answer-test": (
        "AT+LWCLOSE=?\nOK",
        "AT+LWCLOSE=?\n+LWCLOSE:\n<lwm2mId>\n\nOK\nAT+LWOPEN=?\nOK",
    ),
    "answer-configuration": (
        f'{STARTED}AT+LWCNF="serverport","5683"\nERROR',
        f'AT+LWCNF="serverport",5683\nERROR\n{STARTED}AT+LWCNF="serverport",65536\nERROR',
    ),
    "open-missing": (
        f"{STARTED}AT+LWOPEN\nOK\nAT+LWCLOSE=0\nOK",
        f"{STARTED}AT+LWOPEN\nERROR\nAT+LWSTOP\nOK\n{OPEN}AT+LWCLOSE=0\nOK",
    ),
    "command-before-start": (
        "AT+LWSTART\nOK\nAT+LWSTOP\nOK\nAT+LWOPEN\nERROR",
        "AT+LWOPEN\nERROR\nAT+LWSTART\nOK\nAT+LWOPEN\nOK\nAT+LWSTOP\nOK\nAT+LWCLOSE=?\nOK",
    ),
    "command-session": (
        f"{STARTED}AT+LWADDOBJ=0,3303,0,1,5700\nERROR",
        f"{STARTED}AT+LWOPEN\nOK\nAT+LWCLOSE=0\nOK\nAT+LWCLOSE=1\nERROR",
    ),
    "command-form": ("AT+LWCLOSE\nERROR", "AT+LWCLOSE=0\nOK"),
    "command-blank": ("AT+LWCLOSE= 0\nOK", "AT+LWADDOBJ=0,3303, 0,1,5700\nOK"),
    "command-keyword": (
        'AT+LWCNF="connecttype",4\nERROR',
        'AT+LWCNF="connectiontype",4\nERROR',
    ),
    "command-range": (
        'AT+LWCNF="connectiontype",5\nERROR',
        'AT+LWCNF="connectiontype","6"\nOK\nAT+LWADDOBJ=1,65535,65535,1,65535\nOK',
    ),
    "command-count": (
        "AT+LWADDOBJ=0,3303,0,2,5700\nERROR",
        'AT+LWREADRSP=0,3303,0,2,1,"S",3,"a,b",2,"S",0,""\nOK',
    ),
    "command-length": (
        'AT+LWREADRSP=0,3303,0,1,5700,"S",2,"ü1"\nERROR',
        'AT+LWREADRSP=0,3303,0,1,5700,"S",3,"ü1"\nOK',
    ),
    "command-type": (
        'AT+LWREADRSP=0,3303,0,1,5700,"X",1,"1"\nERROR',
        'AT+LWREADRSP=0,3303,0,1,5700,"D",1,"1f"\nOK',
    ),
    "command-value": (
        'AT+LWREADRSP=0,3303,0,1,5700,"B",1,"2"\nERROR',
        'AT+LWREADRSP=0,3303,0,1,5700,"B",1,"1"\nOK',
    ),
    "command-type-quotes": (
        'AT+LWREADRSP=0,3303,0,1,5700,F,1,"1"\nOK',
        'AT+LWREADRSP=0,3303,0,1,5700,"F",1,"1"\nOK',
    ),
    "command-result": ("AT+LWWRITERSP=0,67\nERROR", "AT+LWWRITERSP=0,163\nOK"),
    "command-unasked": (
        f"{WRITTEN}AT+LWWRITERSP=0,68\nOK\nAT+LWWRITERSP=0,68\nERROR",
        f"{WRITTEN}AT+LWWRITERSP=0,68\nERROR\nAT+LWWRITERSP=0,68\nOK",
    ),
    "command-misfit": (
        f'{READ}AT+LWREADRSP=0,3303,0,1,5701,"F",1,"1"\nERROR',
        f'{READ}AT+LWREADRSP=0,3303,0,1,5700,"F",1,"1"\nOK',
    ),
}  # fmt: skip


def found(log: str) -> list[Finding]:
    return check(read_capture(log.encode()).entries)


@pytest.mark.parametrize("rule", [rule.id for rule in RULES])
def test_every_rule_is_shown_broken_and_kept(rule: str) -> None:
    broken, kept = SHOWN[rule]
    assert rule in [finding.rule.id for finding in found(broken)]
    assert rule not in [finding.rule.id for finding in found(kept)]


def test_no_rule_is_shown_that_is_not_there() -> None:
    ids = [rule.id for rule in RULES]
    assert sorted(SHOWN) == sorted(ids)
    assert len(set(ids)) == len(ids)


def test_a_session_as_the_definitions_have_it_has_no_finding() -> None:
    log = f"""{READ}
        AT+LWREADRSP=0,3303,0,1,5700,"F",4,"21.5"
        OK
        +LWWRITE: 0,3303,0,2,5700,F,1,"3",5750,S,5,"a,""b"
        AT+LWWRITERSP=0,68
        OK
        +LWEXECUTE: 0,3303,0,5701,0
        AT+LWEXECUTERSP=0,132
        OK
        +LWEXECUTE: 0,3303,0,5701,0,""
        AT+LWEXECUTERSP=0,1
        OK
        AT+LWDELOBJ=0,3303
        OK
        AT+LWCLOSE=0
        OK
        AT+LWSTOP
        OK
    """
    assert found("\n".join(line.strip() for line in log.splitlines())) == []


def test_what_should_have_been_refused_is_the_module_s_finding_once_it_is_accepted() -> None:
    (refused,) = found("AT+LWCLOSE=2\nERROR")
    (accepted,) = found("AT+LWCLOSE=2\nOK")
    assert (refused.side, accepted.side) == (Side.APPLICATION, Side.MODULE)
    assert "accepted" in accepted.seen
    assert refused.kind == accepted.kind == ("command-range", "AT+LWCLOSE")


def test_a_finding_tells_where_it_was_seen() -> None:
    (finding,) = found("// begun at noon\n\nAT\nOK\n+LWOPEN:1")
    assert finding.entry.number == 5
    assert str(finding) == "+LMOPEN: +LWOPEN stands for +LMOPEN (urc-spelling, note 2.2.4, 3.1)"


def test_a_late_answer_is_the_command_s_finding() -> None:
    sent = event("at", "sent", "AT+LWSTOP", t=100.0)
    (late,) = found(sent + event("at", "received", "OK", t=109.5, final=True))
    assert late.rule.id == "answer-late"
    assert "9.5 s" in late.seen
    assert late.entry.number == 1


def test_only_the_note_s_own_commands_have_its_limit() -> None:
    assert found("10:00:00.0 AT+CFUN=0\n10:00:15.0 OK") == []


@pytest.mark.parametrize("line", ["AT+LWCLOSE=0", "AT+LWCLOSE=1", "AT+LWSTOP"])
def test_to_close_what_is_not_open_is_no_mistake(line: str) -> None:
    assert found(f"*ATREADY: 1\n{line}\nERROR") == []
    assert [finding.side for finding in found(f"*ATREADY: 1\n{line}\nOK")] == [Side.MODULE]


@pytest.mark.parametrize(
    "log",
    [
        "+LWREAD:0,3303,0,1,5700",
        'AT+LWREADRSP=0,3303,0,1,5700,"F",1,"1"\nOK',
        "AT+LWADDOBJ=1,3303,0,1,5700\nOK",
        "+LMOPEN:1",
    ],
)
def test_what_was_said_before_the_log_began_is_not_judged(log: str) -> None:
    assert found(log) == []


@pytest.mark.parametrize(
    ("end", "on"),
    [("AT+LWCLOSE=1", "AT+LWCLOSE"), ("AT+LWSTOP", "AT+LWSTOP")],
)
def test_a_registration_that_was_never_told_is_found_when_it_is_given_up(end: str, on: str) -> None:
    (finding,) = found(f"{OPEN}AT+LWOPEN\nOK\n{end}\nOK")
    assert finding.kind == ("open-missing", on)
    assert found(f"{OPEN}AT+LWOPEN\nOK\nAT+LWCLOSE=0\nOK") == []


def test_a_restart_forgets_sessions() -> None:
    (finding,) = found(f"{READY}*ATREADY: 1\n+LWREAD:0,3303,0,1,5700")
    assert finding.rule.id == "urc-session-closed"


@pytest.mark.parametrize("order", ["AT+LWSTOP", "AT+LWOPEN", "AT+LWCLOSE=0"])
def test_after_a_lost_answer_nothing_is_known(order: str) -> None:
    log = f"{READY}{order}\nAT\nOK\n+LWREAD:1,8,0,1,5700\nAT+LWADDOBJ=1,9,0,1,1\nOK"
    assert [finding.rule.id for finding in found(log)] == ["answer-missing"]


def test_deleting_an_object_takes_it_back() -> None:
    (finding,) = found(f"{READY}AT+LWDELOBJ=0,3303\nOK\n+LWREAD:0,3303,0,1,5700")
    assert finding.rule.id == "urc-undeclared"


def test_a_second_read_is_answered_by_its_own_answer() -> None:
    both = f"{READ}+LWREAD:0,3303,0,1,5701\n"
    second = 'AT+LWREADRSP=0,3303,0,1,5701,"F",1,"1"\nOK\n'
    first = 'AT+LWREADRSP=0,3303,0,1,5700,"F",1,"1"\nOK\n'
    assert found(both + second + first) == []
    (again,) = found(both + second + second)
    assert again.rule.id == "command-misfit"


def test_answers_of_other_commands_are_no_unknown_urcs() -> None:
    assert found("AT+CCID\n+CCID: 89490200001234567890\n\nOK\nAT+CGMM\nSIM7028\nOK") == []


@pytest.mark.parametrize("final", [b"\x80", b"\x01", b"+CME ERROR: \xff"])
def test_a_final_result_code_of_any_bytes_is_told(final: bytes) -> None:
    (finding,) = check([Entry(Part.COMMAND, b"AT+LWSTART"), Entry(Part.FINAL, final)])
    assert finding.rule.id == "answer-error"
    assert finding.seen.isprintable()


# Properties

LINES = sorted({line for pair in SHOWN.values() for log in pair for line in log.splitlines()})


@given(st.lists(st.sampled_from(LINES), max_size=30))
def test_lines_in_any_order_are_judged_alike_at_once_and_one_by_one(lines: list[str]) -> None:
    entries = read_capture("\n".join(lines).encode()).entries
    watching = Conformance()
    assert check(entries) == [finding for entry in entries for finding in watching.feed(entry)]


@given(
    st.lists(
        st.builds(
            Entry,
            part=st.sampled_from(Part),
            raw=st.binary(max_size=60) | st.sampled_from(LINES).map(str.encode),
            t=st.none() | st.floats(),
        ),
        max_size=30,
    )
)
def test_whatever_is_fed_nothing_is_raised_and_findings_name_their_line(
    entries: list[Entry],
) -> None:
    for finding in check(entries):
        assert finding.entry in entries
        assert finding.seen
        assert str(finding).isprintable()
        assert finding.entry.text.isprintable()


@given(
    resource=st.integers(0, 65535),
    content=st.binary(max_size=40),
    lie=st.integers(-3, 3).filter(bool),
)
def test_a_length_is_found_wrong_exactly_when_it_is(
    resource: int, content: bytes, lie: int
) -> None:
    def rules(length: int) -> set[str]:
        raw = b'+LWWRITE: 0,3303,0,1,%d,S,%d,"%s"' % (resource, length, content)
        return {finding.rule.id for finding in check([Entry(Part.URC, raw)])}

    assert "urc-length" not in rules(len(content))
    if b'"' not in content and len(content) + lie >= 0:
        assert "urc-length" in rules(len(content) + lie)
