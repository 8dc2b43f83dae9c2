"""The general commands that bring a module up (V.250, 3GPP 27.007)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sim7028.command import Command, Order
from sim7028.framing import Line
from sim7028.syntax import Field, Malformed, after_prefix, quote, split_fields
from sim7028.urcs import UnknownLine, parse_urc


@dataclass(frozen=True)
class EchoOff(Order):
    """ATE0: commands are no longer repeated."""

    def render(self) -> str:
        """ATE0."""
        return "ATE0"


@dataclass(frozen=True)
class Set(Order):
    """AT+<name>=<value>.

    Attributes:
        name: such as `CFUN`.
        value: the parameters as they go on the wire.
        limit: how long the module may take, in s.
    """

    name: str
    value: str
    limit: float = 9.0

    def render(self) -> str:
        """AT+<name>=<value>."""
        return f"AT+{self.name}={self.value}"


@dataclass(frozen=True)
class Setting:
    """One line of what a setting is.

    Attributes:
        fields: its parameters.
        line: the line they came in.
    """

    fields: tuple[Field, ...]
    line: Line

    @property
    def texts(self) -> list[str]:
        """The parameters as text."""
        return [field.text for field in self.fields]

    @property
    def number(self) -> int:
        """The first parameter as a number.

        Raises:
            Malformed: it is none.
        """
        return self.fields[0].number


@dataclass(frozen=True)
class Get(Command[tuple[Setting, ...]]):
    """AT+<name>?.

    Attributes:
        name: such as `CFUN`.
    """

    name: str
    max_lines = 16

    def render(self) -> str:
        """AT+<name>?."""
        return f"AT+{self.name}?"

    def owns(self, line: Line) -> bool:
        """Lines that begin with +<name>."""
        return line.content.startswith(f"+{self.name}:".encode())

    def parse(self, lines: Sequence[Line]) -> tuple[Setting, ...]:
        """A setting for each line."""
        return tuple(
            Setting(split_fields(after_prefix(line.content, f"+{self.name}")), line)
            for line in lines
        )


@dataclass(frozen=True)
class GetNumber(Command[Setting]):
    """AT+<name>?, for a setting of one line that begins with a number.

    Attributes:
        name: such as `CFUN`.
    """

    name: str
    max_lines = 1

    def render(self) -> str:
        """AT+<name>?."""
        return f"AT+{self.name}?"

    def owns(self, line: Line) -> bool:
        """A line that begins with +<name>."""
        return line.content.startswith(f"+{self.name}:".encode())

    def parse(self, lines: Sequence[Line]) -> Setting:
        """The setting; its `number` is there."""
        if not lines:
            raise Malformed(f"a line that begins with +{self.name}: is missing")
        (setting,) = Get(self.name).parse(lines)
        _ = setting.number
        return setting


@dataclass(frozen=True)
class Sim:
    """What the SIM asks for (3GPP 27.007, 8.3).

    Attributes:
        state: `READY`, `SIM PIN`, `SIM PUK` and others.
        line: the line it came in.
    """

    state: str
    line: Line


class SimQuery(Command[Sim]):
    """AT+CPIN?."""

    prefix = "+CPIN"
    max_lines = 1

    def render(self) -> str:
        """AT+CPIN?."""
        return "AT+CPIN?"

    def parse(self, lines: Sequence[Line]) -> Sim:
        """What it asks for."""
        return Sim(self.only_payload(lines).decode(), lines[0])


@dataclass(frozen=True)
class Identification:
    """What the module calls itself.

    Attributes:
        text: without prefix and quotes.
        line: the line it came in.
    """

    text: str
    line: Line


@dataclass(frozen=True)
class Identify(Command[Identification]):
    """AT+CGMM, AT+CGMR or AT+CGSN: model, firmware, IMEI, as text.

    Modules answer with or without a prefix, with or without quotes.

    Attributes:
        name: which of them.
    """

    name: str
    max_lines = 1

    def render(self) -> str:
        """AT+<name>."""
        return f"AT+{self.name}"

    def owns(self, line: Line) -> bool:
        """A line with the prefix, or one that is no URC and does not begin like one."""
        content = line.content
        return content.startswith(f"+{self.name}:".encode()) or (
            content[:1] not in b"+*" and isinstance(parse_urc(line), UnknownLine)
        )

    def parse(self, lines: Sequence[Line]) -> Identification:
        """The text, without prefix and quotes."""
        if not lines:
            raise Malformed("the text is missing")
        text = lines[0].content.decode()
        text = text.removeprefix(f"+{self.name}:").strip().strip('"')
        return Identification(text, lines[0])


@dataclass(frozen=True)
class EnterPin(Order):
    """AT+CPIN=<pin>. A SIM locks itself after three wrong ones.

    Attributes:
        pin: four to eight digits.
    """

    pin: str

    def render(self) -> str:
        """AT+CPIN="<pin>"."""
        return f"AT+CPIN={quote(self.pin)}"

    @property
    def shown(self) -> str:
        """Without the PIN."""
        return "AT+CPIN=****"


@dataclass(frozen=True)
class Reset(Order):
    """AT+QCRST: restart the module; all that the note's commands set is lost (note 2.2)."""

    def render(self) -> str:
        """AT+QCRST."""
        return "AT+QCRST"
