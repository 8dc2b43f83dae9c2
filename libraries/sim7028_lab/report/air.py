"""How much a run sent over the air, counted from what both ends tell of their CoAP messages.

The two ends tell what was in a message, not the datagram, so sizes are estimates: exact in the
payload, the token and texts, a few bytes off in the other options.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from lab_evidence import Direction, Event, Source
from sim7028_lab.report.rows import payload_bytes
from sim7028_lab.report.run import Run

_UDP_IP = 28
"""B before each message: UDP and IPv4 without options (RFC 768, RFC 791)."""
_HEADER = 4
"""B of CoAP's own (RFC 7252, 3)."""
_TOKEN = 8
"""B of the longest token (RFC 7252, 3)."""
_LONG = 13
"""From here on, in B, an option has its length in a byte more (RFC 7252, 3.1)."""
_NUMBER = 3
"""B of an option that is a number or a name that stands for one, mostly."""
_TEXTS = re.compile(r'(?:Uri|Location)-\w+: ("[^"]*"(?:, "[^"]*")*)')
_OBJECT_LINKS = 20
"""B of what a registration tells beside its objects: the root and its type (LwM2M 1.0, 5.3.1)."""


@dataclass(frozen=True, slots=True)
class Traffic:
    """What went over the air.

    Attributes:
        messages_up: how many the module sent, repetitions too.
        messages_down: how many the server sent.
        bytes_up: about how many B the module's are, UDP and IP included.
        bytes_down: about how many B the server's are.
    """

    messages_up: int = 0
    messages_down: int = 0
    bytes_up: int = 0
    bytes_down: int = 0

    def __add__(self, other: Traffic) -> Traffic:
        return Traffic(
            self.messages_up + other.messages_up,
            self.messages_down + other.messages_down,
            self.bytes_up + other.bytes_up,
            self.bytes_down + other.bytes_down,
        )

    @property
    def messages(self) -> int:
        """Both ways."""
        return self.messages_up + self.messages_down

    @property
    def bytes(self) -> int:
        """Both ways, in B."""
        return self.bytes_up + self.bytes_down


@dataclass(frozen=True, slots=True)
class Spent:
    """What a run sent over the air, and what it was allowed to.

    Attributes:
        traffic: all of it.
        budget: B both ways; None for as many as it takes.
    """

    traffic: Traffic
    budget: int | None

    @property
    def is_over(self) -> bool:
        """Whether it was more than allowed."""
        return self.budget is not None and self.traffic.bytes > self.budget


def spent(run: Run) -> Spent:
    """What all scenarios of a run sent, and what was sent between them."""
    timelines = [run.events, *(scenario.events for scenario in run.scenarios)]
    return Spent(sum(map(measure, timelines), Traffic()), run.budget)


def measure(events: Iterable[Event]) -> Traffic:
    """What the module and the server sent each other.

    A message that both ends tell of counts once, and one that only its sender tells of too: it was
    on the air, whether or not it came through. The server tells nothing of the message that
    registers a module; where the module does not either, the registration is taken for two.

    Args:
        events: of one scenario, in any order.
    """
    accounts: defaultdict[tuple[object, ...], dict[str, list[int]]] = defaultdict(dict)
    registered: list[Event] = []
    for event in events:
        teller = event.data.get("seen_by")
        if event.source is Source.COAP and teller in ("module", "server"):
            accounts[_identity(event)].setdefault(str(teller), []).append(_size(event.data))
        elif event.source is Source.SERVER and event.data.get("type") == "Registered":
            registered.append(event)
    up: list[int] = []
    down: list[int] = []
    for key, told in accounts.items():
        by_module, by_server = told.get("module", []), told.get("server", [])
        (up if key[0] else down).extend([*by_module, *by_server[len(by_module) :]])
    if not any("module" in told for told in accounts.values()):
        up += [_registration(event.data) for event in registered]
        down += [_acceptance(event.data) for event in registered]
    return Traffic(len(up), len(down), sum(up), sum(down))


def _identity(event: Event) -> tuple[object, ...]:
    """What both accounts of a message have in common; first whether the module sent it."""
    data = event.data
    is_up = (event.direction is Direction.SENT) is (data["seen_by"] == "module")
    code = data.get("code")
    token = str(data.get("token", "")).lower()
    return is_up, data.get("mid"), data.get("type"), "" if code == "EMPTY" else code, token


def _size(data: Mapping[str, object]) -> int:
    payload = _payload(data)
    if "mid" not in data:  # no CoAP message, so the payload is all of it
        return _UDP_IP + payload
    token = len(str(data.get("token", ""))) // 2
    return _UDP_IP + _HEADER + token + sum(_options(data)) + (1 + payload if payload else 0)


def _payload(data: Mapping[str, object]) -> int:
    try:
        return len(payload_bytes(data))
    except ValueError:  # a secret was among the digits; its pseudonym is as long
        return len(str(data.get("payload", "")).removeprefix("Hex:")) // 2


def _options(data: Mapping[str, object]) -> Iterator[int]:
    options = data.get("options") or {}
    path, query = str(data.get("path", "")), data.get("query")
    yield from map(_text, path.split("/")[1:])
    if isinstance(query, Sequence) and not isinstance(query, str):
        yield from (_text(str(each)) for each in query)
    if isinstance(options, Mapping):
        for name, value in options.items():
            yield _text(str(value)) if name.startswith("LOCATION") else _NUMBER
        return
    for texts in _TEXTS.findall(str(options)):
        yield from map(_text, re.findall(r'"([^"]*)"', texts))
    yield from [_NUMBER] * len([each for each in _TEXTS.sub("", str(options)).split(" - ") if each])


def _text(content: str) -> int:
    length = len(content.encode())
    return 1 + (length >= _LONG) + length


def _registration(data: Mapping[str, object]) -> int:
    objects = data.get("objects")
    paths = objects if isinstance(objects, Sequence) and not isinstance(objects, str) else ()
    links = _OBJECT_LINKS + sum(len(f",<{path}>") for path in paths)
    texts = ("rd", "lwm2m=1.0", f"ep={data.get('endpoint')}", "b=U", f"lt={data.get('lifetime')}")
    return _UDP_IP + _HEADER + _TOKEN + sum(map(_text, texts)) + _NUMBER + 1 + links


def _acceptance(data: Mapping[str, object]) -> int:
    texts = ("rd", str(data.get("registration")))
    return _UDP_IP + _HEADER + _TOKEN + sum(map(_text, texts))
