"""What the harness writes is what is read back from the line, in every spelling that is taken."""

from collections.abc import Callable

from hypothesis import given
from hypothesis import strategies as st

from lwm2m import Kind, Value
from sim7028 import (
    AddObject,
    Close,
    Configure,
    DeleteObject,
    ExecuteResponse,
    Open,
    Parameter,
    ReadResponse,
    Result,
    Start,
    Stop,
    SupportTest,
    WriteResponse,
)
from sim7028.conformance.lw_command import Form, LwCommand, parse_lw_command
from sim7028.dialect import DIALECTS, Dialect, Name

SESSIONS = st.integers(0, 1)
IDS = st.integers(0, 65535)
TEXTS = st.text(st.characters(exclude_characters='\r\n\x1a\x1b\b"', exclude_categories=["Cs"]))
NAMES = st.text("abcXYZ019.-:_ ,/", min_size=1).filter(str.strip)
VALUES = st.one_of(
    st.builds(Value, st.just(Kind.INTEGER), st.integers(-(2**63), 2**63 - 1)),
    st.builds(Value, st.just(Kind.FLOAT), st.floats(allow_nan=False, allow_infinity=False)),
    st.builds(Value, st.just(Kind.BOOLEAN), st.booleans()),
    st.builds(Value, st.just(Kind.OPAQUE), st.binary(max_size=40)),
    st.builds(Value, st.just(Kind.STRING), TEXTS),
)


def upper(line: str) -> str:
    return line


def lower(line: str) -> str:
    """A module takes the name in any case (V.250, 5.2.1)."""
    head, equals, rest = line.partition("=")
    return head.lower() + equals + rest


def spaced(line: str) -> str:
    """With the blanks of the note's examples (2.2.8, 2.2.9)."""
    return line.replace("=", " = ", 1)


SPELLINGS = st.sampled_from([upper, lower, spaced])
Spelling = Callable[[str], str]


def read(line: str) -> LwCommand:
    command = parse_lw_command(line.encode())
    assert command is not None
    assert not command.flaw
    return command


@given(st.sampled_from([Start(), Stop(), Open()]), st.sampled_from([upper, lower]))
def test_a_command_without_fields_is_read_back(
    command: Start | Stop | Open, spell: Spelling
) -> None:
    read_back = read(spell(command.render()))
    assert (f"AT+{read_back.name.value}", read_back.form) == (command.render(), Form.EXECUTE)


@given(st.sampled_from(Name), SPELLINGS)
def test_a_test_form_is_read_back(name: Name, spell: Spelling) -> None:
    read_back = read(spell(SupportTest(name).render()))
    assert (read_back.name, read_back.form) == (name, Form.TEST)


@given(SESSIONS, IDS, IDS, st.lists(IDS, min_size=1, max_size=15, unique=True), SPELLINGS)
def test_numbers_are_read_back(
    session: int, object_id: int, instance: int, resources: list[int], spell: Spelling
) -> None:
    added = read(spell(AddObject(session, object_id, instance, tuple(resources)).render()))
    assert added.name is Name.ADD_OBJECT
    assert added.numbers == (session, object_id, instance, len(resources), *resources)
    deleted = read(spell(DeleteObject(session, object_id).render()))
    assert (deleted.name, deleted.numbers) == (Name.DELETE_OBJECT, (session, object_id))
    closed = read(spell(Close(session).render()))
    assert (closed.name, closed.numbers) == (Name.CLOSE, (session,))


@given(SESSIONS, st.sampled_from(Result), SPELLINGS)
def test_results_are_read_back(session: int, result: Result, spell: Spelling) -> None:
    written = read(spell(WriteResponse(session, result).render()))
    executed = read(spell(ExecuteResponse(session, result).render()))
    assert (written.name, executed.name) == (Name.WRITE_RESPONSE, Name.EXECUTE_RESPONSE)
    assert written.numbers == executed.numbers == (session, result.value)


@given(
    st.sampled_from([Parameter.SERVER, Parameter.ENDPOINT]),
    NAMES,
    st.sampled_from(list(DIALECTS.values())),
    SPELLINGS,
)
def test_texts_that_are_configured_are_read_back(
    parameter: Parameter, text: str, dialect: Dialect, spell: Spelling
) -> None:
    setting = read(spell(Configure(parameter, text, dialect).render())).setting
    assert setting is not None
    assert (setting.parameter, setting.value.text) == (parameter, text)


@given(
    st.sampled_from([Parameter.SERVER_PORT, Parameter.LIFETIME, Parameter.LOCAL_PORT]),
    IDS,
    st.sampled_from(["{}", '"{}"']),
    SPELLINGS,
)
def test_numbers_that_are_configured_are_read_back_bare_and_in_quotes(
    parameter: Parameter, number: int, quotes: str, spell: Spelling
) -> None:
    line = f'AT+LWCNF="{parameter.value}",{quotes.format(number)}'
    setting = read(spell(line)).setting
    assert setting is not None
    assert (setting.parameter, setting.number) == (parameter, number)


@given(
    st.sampled_from(["connectiontype", "connecttype"]),
    st.sampled_from([4, 6]),
    st.sampled_from(["{}", '"{}"']),
)
def test_the_connection_type_is_read_back_under_both_its_names(
    keyword: str, version: int, quotes: str
) -> None:
    setting = read(f'AT+LWCNF="{keyword}",{quotes.format(version)}').setting
    assert setting is not None
    assert (setting.parameter, setting.number) == (Parameter.CONNECTION_TYPE, version)


@given(SESSIONS, IDS, IDS, st.dictionaries(IDS, VALUES, min_size=1, max_size=15), SPELLINGS)
def test_values_are_read_back(
    session: int, object_id: int, instance: int, values: dict[int, Value], spell: Spelling
) -> None:
    line = ReadResponse(session, object_id, instance, tuple(values.items())).render()
    answer = read(spell(line)).values
    assert answer is not None
    assert (answer.session, answer.object, answer.instance) == (session, object_id, instance)
    assert answer.count == len(values)
    assert {each.id: each.value for each in answer.values} == values
