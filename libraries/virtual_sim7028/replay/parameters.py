"""What differs from run to run: names and addresses that the bench gives the module."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import Enum

from virtual_sim7028.replay.evidence import Moment

ACCEPTED = "OK"
"""The final result code of a command that had its effect."""
_CONFIGURE = re.compile(
    r'(?P<before>AT\+LWCNF *= *(?:\d+ *, *)?"?(?P<name>\w+)"? *, *"?)(?P<value>[^"]*)(?P<after>"?)',
    re.ASCII | re.IGNORECASE,
)
_OPEN = re.compile(r"AT\+LWOPEN *", re.IGNORECASE)
_CLIENT = re.compile(r"/(?:api/clients/|event\?ep=)(?P<endpoint>[^/?&]+)")
_COAP = re.compile(r"\bCoAP \[?(?P<host>[^\s\]]+)\]?:(?P<port>\d+)")
_PSEUDONYM = re.compile(r"(~[a-z2-7]*)")


class Parameter(Enum):
    """The parameters of AT+LWCNF that a bench decides (note 2.2.3)."""

    SERVER = "server"
    SERVER_PORT = "serverport"
    ENDPOINT = "endpointname"
    LOCAL_PORT = "localport"


@dataclass(frozen=True, slots=True)
class Setting:
    """A value of a parameter."""

    parameter: Parameter
    value: str


def own_settings(moments: Iterable[Moment], beside: Iterable[Moment]) -> frozenset[Setting]:
    """The settings of a recorded run that another run has its own of.

    They are those with which a session was opened, the endpoint names that the server was asked
    about, and its address. All others are part of the scenario.

    Args:
        moments: the scenario.
        beside: what happened between the scenarios of the same run.
    """
    found: set[Setting] = set()
    current: dict[Parameter, Setting] = {}
    for moment in (*beside, *moments):
        text, data = moment.event.text, moment.event.data
        if moment.is_command and _OPEN.fullmatch(text):
            found |= {*current.values()}
        elif data.get("final") and text == ACCEPTED:
            if setting := _setting(str(data.get("command"))):
                current[setting.parameter] = setting
        elif "endpoint" in data:
            found.add(Setting(Parameter.ENDPOINT, str(data["endpoint"])))
        elif client := _CLIENT.match(str(data.get("path", ""))):
            found.add(Setting(Parameter.ENDPOINT, client["endpoint"]))
        elif address := _COAP.search(text):
            found.add(Setting(Parameter.SERVER, address["host"]))
            found.add(Setting(Parameter.SERVER_PORT, address["port"]))
    return frozenset(found)


def _setting(command: str) -> Setting | None:
    match = _CONFIGURE.fullmatch(command)
    try:
        return Setting(Parameter(match["name"].lower()), match["value"]) if match else None
    except ValueError:
        return None


@dataclass
class Parameters:
    """Recorded values and those that stand for them now.

    Attributes:
        own: the recorded settings that may have another value now; it is then the same one
            throughout.
        now: the value of each parameter as the module last accepted it.
    """

    own: frozenset[Setting]
    now: dict[str, str] = field(default_factory=dict)
    _instead: dict[Setting, str] = field(default_factory=dict)

    def fits(self, recorded: str, command: str) -> bool:
        """Whether a command is the recorded one, but for what differs from run to run.

        A pseudonym in the recorded one stands for any text of its length.
        """
        then, now = _CONFIGURE.fullmatch(recorded), _CONFIGURE.fullmatch(command)
        setting = _setting(recorded)
        if then and now and setting in self.own and self._may_differ(then, now):
            return self._instead.get(setting, now["value"]) == now["value"]
        return bool(_pattern(recorded).fullmatch(command))

    @staticmethod
    def _may_differ(then: re.Match[str], now: re.Match[str]) -> bool:
        return then.group("before", "after") == now.group("before", "after")

    def take(self, recorded: str, command: str, final: str | None) -> None:
        """A command that fits was given: remember what it sets.

        Args:
            recorded: the command in the recording.
            command: the command now.
            final: the final result code that the recording has for it.
        """
        now, setting = _CONFIGURE.fullmatch(command), _setting(recorded)
        if now and setting in self.own:
            self._instead[setting] = now["value"]
        if now and final == ACCEPTED:
            self.now[now["name"].lower()] = now["value"]

    def endpoint(self, recorded: str) -> str:
        """The endpoint name that stands for a recorded one."""
        return self._instead.get(Setting(Parameter.ENDPOINT, recorded), recorded)


def _pattern(recorded: str) -> re.Pattern[str]:
    parts = _PSEUDONYM.split(recorded)
    return re.compile(
        "".join(f".{{{len(part)}}}" if part[:1] == "~" else re.escape(part) for part in parts),
        re.DOTALL,
    )
