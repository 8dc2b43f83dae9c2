"""The note's ten commands, read back from the line that was sent."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum

from sim7028.dialect import Name, Parameter
from sim7028.framing import Line
from sim7028.syntax import Field, Malformed, split_fields
from sim7028.urcs import UnknownLine, WriteRequest, parse_urc

TEST_FORM_KEYWORD = "connecttype"
"""What AT+LWCNF=? calls the parameter that AT+LWCNF sets as connectiontype (note 2.2.3)."""

_LINE = re.compile(
    rb"AT\+(?P<name>LW[A-Z]+)(?P<gap> *)(?:(?P<test>= *\?)|(?P<read>\?)|=(?P<arguments>.*))?",
    re.IGNORECASE | re.DOTALL,
)
_PARAMETERS = {parameter.value: parameter for parameter in Parameter} | {
    TEST_FORM_KEYWORD: Parameter.CONNECTION_TYPE
}


class Form(Enum):
    """What is asked of a command (V.250, 5.4)."""

    EXECUTE = ""
    READ = "?"
    WRITE = "="
    TEST = "=?"


_EXECUTED = (Name.START, Name.STOP, Name.OPEN)
_NUMBERS = {  # how many fields each has, at least and at most
    Name.CLOSE: (1, 1),
    Name.ADD_OBJECT: (4, 1000),
    Name.DELETE_OBJECT: (2, 2),
    Name.WRITE_RESPONSE: (2, 2),
    Name.EXECUTE_RESPONSE: (2, 2),
}


@dataclass(frozen=True)
class Setting:
    """What AT+LWCNF sets.

    Attributes:
        keyword: the parameter as it was written.
        parameter: which one that is.
        value: what it is set to.
    """

    keyword: str
    parameter: Parameter
    value: Field

    @property
    def number(self) -> int | None:
        """The value as a number; None for a parameter that is a text, and for no number."""
        if self.parameter in (Parameter.SERVER, Parameter.ENDPOINT):
            return None
        try:
            return self.value.number
        except Malformed:
            return None


@dataclass(frozen=True)
class LwCommand:
    """One of the note's commands (chapter 2).

    Attributes:
        name: which one.
        form: in which form.
        arguments: what follows the equals sign, without blanks around it.
        has_blank: whether a blank stands beside the equals sign.
        numbers: the fields of a command that has numbers only.
        setting: what AT+LWCNF sets.
        values: what AT+LWREADRSP answers; its fields are those of +LWWRITE (note 2.2.8, 3.1).
        flaw: why the fields cannot be read; empty if they can.
    """

    name: Name
    form: Form
    arguments: bytes = b""
    has_blank: bool = False
    numbers: tuple[int, ...] = ()
    setting: Setting | None = None
    values: WriteRequest | None = None
    flaw: str = ""

    @property
    def shown(self) -> str:
        """The command and its form: `AT+LWCNF`, `AT+LWCNF=?`."""
        form = "" if self.form is Form.WRITE else self.form.value
        return f"AT+{self.name.value}{form}"

    @property
    def session(self) -> int | None:
        """The session it is about; None for a command that names none."""
        if self.values is not None:
            return self.values.session
        return self.numbers[0] if self.numbers else None


def parse_lw_command(raw: bytes) -> LwCommand | None:
    """The command that a line holds; None when it is none of the ten. Never raises."""
    match = _LINE.fullmatch(raw.strip())
    if match is None:
        return None
    try:
        name = Name(match["name"].decode().upper())
    except ValueError:
        return None
    if match["arguments"] is None:
        form = Form.TEST if match["test"] else Form.READ if match["read"] else Form.EXECUTE
        return LwCommand(name, form, flaw=_undocumented(name, form))
    arguments = match["arguments"].strip()
    has_blank = bool(match["gap"]) or match["arguments"][:1] == b" "
    numbers: tuple[int, ...] = ()
    setting, values, flaw = None, None, _undocumented(name, Form.WRITE)
    try:
        if name in _NUMBERS:
            numbers = _numbers(name, arguments)
        elif name is Name.CONFIGURE:
            setting = _setting(arguments)
        elif name is Name.READ_RESPONSE:
            values = _values(arguments)
    except Malformed as error:
        flaw = str(error)
    return LwCommand(name, Form.WRITE, arguments, has_blank, numbers, setting, values, flaw)


def _undocumented(name: Name, form: Form) -> str:
    documented = Form.EXECUTE if name in _EXECUTED else Form.WRITE
    if form in (Form.TEST, documented):
        return ""
    return f"its forms are AT+{name.value}=? and AT+{name.value}{documented.value}"


def _numbers(name: Name, arguments: bytes) -> tuple[int, ...]:
    fields = split_fields(arguments)
    for field in fields:
        if field.quoted:
            raise Malformed(f"the number {field.text!r} stands in quotes")
    numbers = tuple(field.number for field in fields)
    least, most = _NUMBERS[name]
    if not least <= len(numbers) <= most:
        raise Malformed(f"it has {len(numbers)} fields and not {least}")
    return numbers


def _setting(arguments: bytes) -> Setting:
    fields = split_fields(arguments)
    if len(fields) != 2:
        raise Malformed(f"a parameter and a value should stand there, not {len(fields)} fields")
    keyword, value = fields
    parameter = _PARAMETERS.get(keyword.text)
    if parameter is None:
        raise Malformed(f"{keyword.text!r} is none of {', '.join(_PARAMETERS)}")
    if not keyword.quoted:
        raise Malformed(f"{keyword.text} stands without quotes")
    setting = Setting(keyword.text, parameter, value)
    if parameter in (Parameter.SERVER, Parameter.ENDPOINT):
        if not value.quoted or not value.raw:
            raise Malformed(f"the {keyword.text} should be a text in quotes")
    elif setting.number is None:
        raise Malformed(f"the {keyword.text} {value.text!r} is not a number")
    return setting


def _values(arguments: bytes) -> WriteRequest:
    read = parse_urc(Line(0.0, b"+LWWRITE: " + arguments))
    if isinstance(read, WriteRequest):
        return read
    reason = read.reason if isinstance(read, UnknownLine) else ""
    raise Malformed(reason.removeprefix("+LWWRITE is not followed by what should: "))
