"""The note's checks before anything else (4.1): signal, registration, address."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum
from ipaddress import IPv4Address, IPv6Address, ip_address

from sim7028.command import Command
from sim7028.framing import Line
from sim7028.syntax import Malformed, after_prefix, split_fields


@dataclass(frozen=True)
class SignalQuality:
    """What the module measures of its cell (3GPP 27.007, 8.69).

    Attributes:
        rsrp: reference signal received power, the lower bound of its step, in dBm, -141 to -44;
            None: not known, which is not the same as no signal.
        rsrq: reference signal received quality, likewise, in dB, -20 to -3.
        line: the line it came in.
    """

    rsrp: int | None
    rsrq: float | None
    line: Line

    @property
    def is_known(self) -> bool:
        """Whether at least one of the two is known."""
        return self.rsrp is not None or self.rsrq is not None

    def __str__(self) -> str:
        rsrp = "RSRP not known" if self.rsrp is None else f"RSRP {self.rsrp} dBm"
        rsrq = "RSRQ not known" if self.rsrq is None else f"RSRQ {self.rsrq:g} dB"
        return f"{rsrp}, {rsrq}"


class RegistrationState(IntEnum):
    """<stat> of +CEREG (3GPP 27.007, 10.1.22)."""

    NOT_REGISTERED = 0
    HOME = 1
    SEARCHING = 2
    DENIED = 3
    UNKNOWN = 4
    ROAMING = 5
    SMS_ONLY_HOME = 6
    SMS_ONLY_ROAMING = 7
    EMERGENCY_ONLY = 8
    CSFB_NOT_PREFERRED_HOME = 9
    CSFB_NOT_PREFERRED_ROAMING = 10

    @property
    def is_registered(self) -> bool:
        """Whether data can flow: at home or roaming."""
        return self in (RegistrationState.HOME, RegistrationState.ROAMING)

    def __str__(self) -> str:
        return f"{self.value} ({self.name.lower().replace('_', ' ')})"


@dataclass(frozen=True)
class NetworkStatus:
    """Whether the network knows the module.

    Attributes:
        state: the registration.
        reporting: which changes the module reports on its own, 0 for none (AT+CEREG=<n>).
        line: the line it came in.
    """

    state: RegistrationState
    reporting: int
    line: Line

    @property
    def is_registered(self) -> bool:
        """Whether data can flow: at home or roaming."""
        return self.state.is_registered

    def __str__(self) -> str:
        return f"registration {self.state}"


@dataclass(frozen=True)
class PdpAddress:
    """The IP address of a PDP context.

    Attributes:
        context: the context's id; 0 is the default one (note 4.1).
        address: its first address; None when it has none.
        line: the line it came in.
    """

    context: int
    address: IPv4Address | IPv6Address | None
    line: Line


class SignalQuery(Command[SignalQuality]):
    """AT+CESQ."""

    prefix = "+CESQ"
    max_lines = 1

    def render(self) -> str:
        """AT+CESQ."""
        return "AT+CESQ"

    def parse(self, lines: Sequence[Line]) -> SignalQuality:
        """The signal, from <rxlev>,<ber>,<rscp>,<ecno>,<rsrq>,<rsrp>."""
        fields = split_fields(self.only_payload(lines))
        if len(fields) != 6:
            raise Malformed(f"six numbers should stand there, not {len(fields)} fields")
        rsrq, rsrp = fields[4].number, fields[5].number
        return SignalQuality(
            rsrp=None if _not_known(rsrp, 97) else rsrp - 141,
            rsrq=None if _not_known(rsrq, 34) else rsrq / 2 - 20,
            line=lines[0],
        )


def _not_known(step: int, last: int) -> bool:
    if step in (99, 255):
        return True
    if step > last:
        raise Malformed(f"{step} is neither a step in 0..{last} nor 255, not known")
    return False


class RegistrationQuery(Command[NetworkStatus]):
    """AT+CEREG?."""

    prefix = "+CEREG"
    max_lines = 1

    def render(self) -> str:
        """AT+CEREG?."""
        return "AT+CEREG?"

    def owns(self, line: Line) -> bool:
        """A line whose second field is a bare number.

        The URC of the same name has a quoted area code there, or nothing.
        """
        if not super().owns(line):
            return False
        try:
            fields = split_fields(after_prefix(line.content, self.prefix))
        except Malformed:
            return False
        return len(fields) > 1 and fields[1].raw != b"" and not fields[1].quoted

    def parse(self, lines: Sequence[Line]) -> NetworkStatus:
        """The status, from <n>,<stat>[,...]."""
        reporting, state, *_ = split_fields(self.only_payload(lines))
        return NetworkStatus(RegistrationState(state.number), reporting.number, lines[0])


class AddressQuery(Command[tuple[PdpAddress, ...]]):
    """AT+CGPADDR, for all contexts that are defined."""

    prefix = "+CGPADDR"
    max_lines = 16

    def render(self) -> str:
        """AT+CGPADDR."""
        return "AT+CGPADDR"

    def parse(self, lines: Sequence[Line]) -> tuple[PdpAddress, ...]:
        """A context for each line of <cid>[,<address>[,<address>]]."""
        return tuple(self._context(line) for line in lines)

    def _context(self, line: Line) -> PdpAddress:
        context, *addresses = split_fields(self.only_payload([line]))
        known = (_address(field.text) for field in addresses)
        return PdpAddress(
            context.number, next((address for address in known if address), None), line
        )


def _address(text: str) -> IPv4Address | IPv6Address | None:
    """An address as it is usually written, or as 16 decimal bytes with dots (AT+CGPIAF=0)."""
    if not text:
        return None
    parts = text.split(".")
    address = ip_address(bytes(map(int, parts)) if len(parts) == 16 else text)
    return None if address.is_unspecified else address
