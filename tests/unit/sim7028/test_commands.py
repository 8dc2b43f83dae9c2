from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lwm2m import Kind, Value
from sim7028 import (
    A76XX,
    DIALECTS,
    NOTE_103,
    AddObject,
    Close,
    Command,
    Configure,
    DeleteObject,
    Dialect,
    ExecuteResponse,
    Line,
    Name,
    Open,
    Parameter,
    Raw,
    ReadResponse,
    Result,
    Start,
    Stop,
    SupportTest,
    UnsafeValue,
    WriteResponse,
)
from sim7028.syntax import Malformed, split_fields

MakeLine = Callable[[str | bytes], Line]


@pytest.mark.parametrize(
    ("command", "line"),
    [
        (Start(), "AT+LWSTART"),
        (Stop(), "AT+LWSTOP"),
        (Open(), "AT+LWOPEN"),
        (Close(0), "AT+LWCLOSE=0"),
        (AddObject(0, 3303, 0, (5518, 5601)), "AT+LWADDOBJ=0,3303,0,2,5518,5601"),
        (DeleteObject(1, 3303), "AT+LWDELOBJ=1,3303"),
        (WriteResponse(0, Result.CHANGED), "AT+LWWRITERSP=0,68"),
        (ExecuteResponse(1, Result.NOT_FOUND), "AT+LWEXECUTERSP=1,132"),
    ],
)
def test_commands_are_written_as_in_the_note(command: Command[None], line: str) -> None:
    assert command.render() == line
    assert command.limit == 9.0


@pytest.mark.parametrize("name", Name)
def test_every_command_has_a_test_form(name: Name) -> None:
    assert SupportTest(name).render() == f"AT+{name.value}=?"


@pytest.mark.parametrize(
    ("parameter", "value", "note", "a76xx"),
    [
        (Parameter.SERVER, "a.b", '"server","a.b"', '"server","a.b"'),
        (Parameter.SERVER_PORT, 5683, '"serverport",5683', '"serverport","5683"'),
        (Parameter.ENDPOINT, "simcom", '"endpointname","simcom"', '"endpointname","simcom"'),
        (Parameter.CONNECTION_TYPE, 4, '"connectiontype",4', '"connectiontype","4"'),
        (Parameter.LIFETIME, 800, '"lifetime",800', '"lifetime","800"'),
        (Parameter.LOCAL_PORT, 56833, '"localport",56833', '"localport","56833"'),
    ],
)
def test_configuration_is_written_as_the_dialect_has_it(
    parameter: Parameter, value: str | int, note: str, a76xx: str
) -> None:
    assert Configure(parameter, value, NOTE_103).render() == f"AT+LWCNF={note}"
    assert Configure(parameter, value, A76XX).render() == f"AT+LWCNF={a76xx}"


def test_the_keyword_of_the_connection_type_is_the_dialects() -> None:
    dialect = Dialect("other", connection_type="connecttype")
    command = Configure(Parameter.CONNECTION_TYPE, 6, dialect)
    assert command.render() == 'AT+LWCNF="connecttype",6'


def test_dialects_are_found_by_the_profile() -> None:
    assert set(DIALECTS) == {"note-1.03", "strict", "a76xx"}
    assert all(dialect.name == name for name, dialect in DIALECTS.items())


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (Value(Kind.INTEGER, -42), '"I",3,"-42"'),
        (Value(Kind.FLOAT, 21.5), '"F",4,"21.5"'),
        (Value(Kind.BOOLEAN, True), '"B",1,"1"'),
        (Value(Kind.OPAQUE, b"\x00\r\xff"), '"D",3,"000dff"'),
        (Value(Kind.OPAQUE, b""), '"D",0,""'),
        (Value(Kind.STRING, "é,€"), '"S",6,"é,€"'),
        (Value(Kind.STRING, ""), '"S",0,""'),
    ],
)
def test_a_value_goes_with_its_length_in_bytes(value: Value, written: str) -> None:
    response = ReadResponse(0, 3303, 1, [(5700, value)])
    assert response.render() == f"AT+LWREADRSP=0,3303,1,1,5700,{written}"


def test_several_values_go_with_their_count() -> None:
    values = [(5700, Value(Kind.FLOAT, 1.5)), (5701, Value(Kind.STRING, "C"))]
    assert ReadResponse(1, 3303, 0, values).render() == (
        'AT+LWREADRSP=1,3303,0,2,5700,"F",3,"1.5",5701,"S",1,"C"'
    )


@given(st.text(), st.sampled_from('\r\n\x1a\x1b"'))
def test_a_string_that_would_break_the_line_is_refused(text: str, unsafe: str) -> None:
    with pytest.raises(UnsafeValue):
        ReadResponse(0, 1, 0, [(0, Value(Kind.STRING, text + unsafe))]).render()


@given(st.text(st.characters(exclude_characters='\r\n\x1a\x1b\b"', exclude_categories=["Cs"])))
def test_the_length_of_a_string_counts_what_goes_over_the_wire(text: str) -> None:
    raw = ReadResponse(0, 1, 0, [(0, Value(Kind.STRING, text))]).render().encode()
    *_, length, value = split_fields(raw)
    assert length.number == len(value.raw)


def test_half_a_surrogate_pair_is_refused() -> None:
    with pytest.raises(UnsafeValue, match="UTF-8"):
        Raw("\ud800").render()
    with pytest.raises(UnsafeValue, match="UTF-8"):
        ReadResponse(0, 1, 0, [(0, Value(Kind.STRING, "\ud800"))]).render()


def test_the_result_codes_are_those_of_the_note() -> None:
    assert sorted(Result) == [
        0, 1, 65, 66, 68, 69, 95, 128, 129, 130, 132, 133, 134, 136, 140, 141, 160, 161, 163,
    ]  # fmt: skip


ADD_OBJECT_FORM = "<lwm2mId>,<objectId>,<instanceId>,<resourceCnt>,<resourceId>[,<resourceId>...]"


@pytest.mark.parametrize(
    ("name", "answer", "parameters"),
    [
        (Name.START, [], ()),
        (Name.ADD_OBJECT, [f"+LWADDOBJ: {ADD_OBJECT_FORM}"], (ADD_OBJECT_FORM,)),
        (Name.ADD_OBJECT, ["+LWADDOBJ:", ADD_OBJECT_FORM], (ADD_OBJECT_FORM,)),
        (
            Name.CONFIGURE,
            ['+LWCNF: "server",<ipaddress>', '+LWCNF: "connecttype",,(4,6)'],
            ('"server",<ipaddress>', '"connecttype",,(4,6)'),
        ),
    ],
)
def test_the_answer_to_a_test_form_is_read_in_both_shapes(
    name: Name, answer: Sequence[str], parameters: tuple[str, ...], line: MakeLine
) -> None:
    command = SupportTest(name)
    lines = [line(text) for text in answer]
    assert all(command.owns(each) for each in lines)
    forms = command.parse(lines)
    assert forms.parameters == parameters
    assert forms.lines == tuple(lines)


def test_parameters_without_their_prefix_are_malformed(line: MakeLine) -> None:
    with pytest.raises(Malformed, match=r"\+LWADDOBJ:"):
        SupportTest(Name.ADD_OBJECT).parse([line("<lwm2mId>")])


def test_a_raw_command_goes_as_it_is(line: MakeLine) -> None:
    command = Raw('AT+LWADDOBJ=0,"', prefix="+LWADDOBJ", limit=1.0)
    assert command.render() == 'AT+LWADDOBJ=0,"'
    assert command.owns(line("+LWADDOBJ: x"))
    assert not command.owns(line("+LWADDOBJX: x"))
    assert not Raw("AT").owns(line("+LWREAD: 0,1,0,0"))


@pytest.mark.parametrize("text", ["AT\r", "A\nT"])
def test_a_raw_command_is_one_line(text: str) -> None:
    with pytest.raises(UnsafeValue, match="one line"):
        Raw(text).render()
