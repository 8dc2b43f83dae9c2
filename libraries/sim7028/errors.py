"""What can go wrong on the AT channel. Each error carries what was asked, what came, and when."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sim7028.framing import Line
from sim7028.holders import Holder

_SHOWN_LINES = 8
_SHOWN_CHARACTERS = 120

# 3GPP 27.007, 9.2: those that a bench meets, for modules that give the number only.
_CME_ERRORS = {
    3: "operation not allowed",
    4: "operation not supported",
    10: "SIM not inserted",
    11: "SIM PIN required",
    12: "SIM PUK required",
    13: "SIM failure",
    14: "SIM busy",
    15: "SIM wrong",
    16: "incorrect password",
    30: "no network service",
    50: "incorrect parameters",
    100: "unknown",
}


def shown(lines: Sequence[Line]) -> str:
    """The last lines for a message, or `nothing`."""
    if not lines:
        return "nothing"
    texts = [repr(line.text[:_SHOWN_CHARACTERS]) for line in lines[-_SHOWN_LINES:]]
    omitted = len(lines) - len(texts)
    return (f"({omitted} earlier) " if omitted else "") + ", ".join(texts)


@dataclass(eq=False)
class AtError(Exception):
    """Something was asked of the module and did not come as it should.

    Attributes:
        asked: the command, or the URC that was awaited; secrets are masked.
        came: the lines that came in the meantime.
        after: how long it took, in s.
    """

    asked: str
    came: Sequence[Line]
    after: float


@dataclass(eq=False)
class AtTimeout(AtError):
    """No final result code came within the command's limit.

    Attributes:
        limit: the command's limit, in s.
        late: the answer's lines, if they came after the limit while the channel still listened;
            empty when the answer was lost.
    """

    limit: float
    late: Sequence[Line] = ()

    def __str__(self) -> str:
        if self.late:
            return (
                f"{self.asked} was answered too late: after {self.after:.1f} s,"
                f" its limit is {self.limit:g} s. The late lines, given to nobody:"
                f" {shown(self.late)}. The module is slow, or the network is: look at what it was"
                " doing just before."
            )
        if any(line.content.startswith(b"*ATREADY") for line in self.came):
            what = f"the module restarted {self.after:.1f} s after it was sent"
            hint = "If nobody restarted it on purpose, look at its supply."
        else:
            what = f"no final result code within {self.limit:g} s (listened for {self.after:.1f} s)"
            hint = (
                "The module speaks, but did not end the command: did it hang in it?"
                if self.came
                else "Is the module powered and awake, is this its AT port, and is the baud rate"
                " right?"
            )
        return f"{self.asked} was not answered: {what}. Came meanwhile: {shown(self.came)}. {hint}"


@dataclass(eq=False)
class AtRefused(AtError):
    """The module said no.

    Attributes:
        code: the number in +CME ERROR, None when it gave words (AT+CMEE=2) or only ERROR.
        reason: its words, the meaning of the number, or empty for a plain ERROR.
    """

    code: int | None
    reason: str

    def __str__(self) -> str:
        match self.code, self.reason:
            case None, "":
                why = "ERROR, without a reason"
            case None, reason:
                why = f"+CME ERROR: {reason}"
            case code, reason:
                why = f"+CME ERROR: {code} ({reason or 'a number of its own, see its AT manual'})"
        return (
            f"The module refused {self.asked} after {self.after:.2f} s: {why}."
            " Is the command allowed in this state, are its parameters in range?"
        )

    @classmethod
    def of(cls, asked: str, came: Sequence[Line], after: float) -> AtRefused:
        """From the lines that came, the refusal last, in one of its three shapes (AT+CMEE)."""
        _, _, reason = came[-1].text.strip().partition("ERROR:")
        reason = reason.strip()
        if reason.isascii() and reason.isdigit() and len(reason) <= 5:
            code = int(reason)
            return cls(asked, came, after, code, _CME_ERRORS.get(code, ""))
        return cls(asked, came, after, None, reason)


@dataclass(eq=False)
class AtUnparsable(AtError):
    """The module said OK, but not what the command should give.

    Attributes:
        reason: what is wrong with it.
    """

    reason: str

    def __str__(self) -> str:
        return (
            f"{self.asked} was answered OK after {self.after:.2f} s, but its answer cannot be read:"
            f" {self.reason}. It was: {shown(self.came)}. Another firmware may write it"
            " otherwise; compare with its AT manual."
        )


@dataclass(eq=False)
class PortLost(AtError):
    """The port went away, or was closed, while something was asked or awaited.

    Attributes:
        port: its URL.
        reason: what the operating system said.
    """

    port: str
    reason: str

    def __str__(self) -> str:
        return (
            f"The port {self.port} was lost {self.after:.2f} s into {self.asked}: {self.reason}."
            f" Came before: {shown(self.came)}. Look at cable, hub and supply; then open it again."
        )


@dataclass(eq=False)
class UrcMissing(AtError):
    """An awaited URC did not come.

    Attributes:
        within: how long it was awaited, in s.
        cause: what should have made it come.
        hint: what to look at.
    """

    within: float
    cause: str
    hint: str

    def __str__(self) -> str:
        return (
            f"{self.asked} did not come within {self.within:g} s after {self.cause}."
            f" Last lines since then: {shown(self.came)}. {self.hint}"
        )


@dataclass(eq=False)
class UrcUnexpected(AtError):
    """A URC came that should not have.

    Attributes:
        cause: since when it should not.
    """

    cause: str

    def __str__(self) -> str:
        return f"{self.asked} came after {self.cause}, and should not have: {shown(self.came)}."


@dataclass(eq=False)
class SettingLost(AtError):
    """The module accepted a setting and then did not have it."""

    def __str__(self) -> str:
        return (
            f"{self.asked} was answered OK, but reading it back gave {shown(self.came)}. With sleep"
            " on the UART goes deaf: set it by hand, restart the module, and look into its AT"
            " manual for this firmware."
        )


@dataclass(eq=False)
class SimUnavailable(AtError):
    """The SIM cannot be used.

    Attributes:
        reason: why, and what to do.
    """

    reason: str

    def __str__(self) -> str:
        return f"The SIM cannot be used: {self.reason}. {self.asked} gave {shown(self.came)}."


@dataclass(eq=False)
class NotAttached(AtError):
    """The network did not take the module in.

    Attributes:
        state: what the module last said of it.
    """

    state: str

    def __str__(self) -> str:
        return (
            f"The module is not attached to the network after {self.after:.0f} s: {self.state}."
            f" Last: {shown(self.came)}. Look at antenna, SIM and APN, and whether this network"
            " has NB-IoT here."
        )


@dataclass(eq=False)
class PortError(Exception):
    """A port cannot be opened, or cannot be the module's.

    Attributes:
        url: the port.
        reason: what was found.
        remedy: what to do.
    """

    url: str
    reason: str
    remedy: str

    def __str__(self) -> str:
        return f"The port {self.url} cannot be used: {self.reason}. What to do: {self.remedy}"


@dataclass(eq=False)
class PortNotFound(PortError):
    """There is no such port; the remedy lists those that exist."""


@dataclass(eq=False)
class PortInUse(PortError):
    """Another process has the port, or this one already.

    Attributes:
        holders: the processes, as far as they can be seen.
    """

    holders: Sequence[Holder]


@dataclass(eq=False)
class PortForbidden(PortError):
    """The user may not open the port; the remedy names the group that may."""


@dataclass(eq=False)
class PortSpeaksBinary(PortError):
    """Something is on the port that does not speak AT."""
