"""One request of the server, as each place on its way to the module and back shows it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from lab_evidence import Direction, Event, Source
from lwm2m import Code
from sim7028 import OWN_OBJECTS, ExecuteRequest, Line, ReadRequest, WriteRequest, parse_urc
from sim7028.conformance.lw_command import LwCommand, parse_lw_command
from sim7028_lab.report.content import (
    Content,
    Report,
    bytes_of,
    decoded,
    json_of,
    of_answer,
    of_json,
    of_report,
    parsed,
    shown,
)
from sim7028_lab.report.rows import message_path

_RESOURCE = re.compile(r"/api/clients/(?P<endpoint>[^/?]+)(?P<path>(?:/\d+){1,4})(?:[/?]|$)")
_STATUS = re.compile(r"\((\d)(\d\d)\)")
_RESPONSE = re.compile(r"[2-5]\.\d\d")
_SLACK = 0.05
"""So far apart, in s, two ends may tell of the same moment."""


@dataclass(frozen=True, slots=True)
class Sight:
    """What was seen at one place.

    Attributes:
        shows: what, for people.
        content: what it can be compared by.
    """

    shows: str
    content: Content = None


def last_exchange(events: Sequence[Event], about: str) -> Exchange | None:
    """The last one whose path a text names; None when there is none.

    Args:
        events: of one scenario, in order of time.
        about: the text.
    """
    for event in reversed(events):
        if event.source is Source.REST and event.direction is Direction.SENT:
            match = _RESOURCE.match(str(event.data.get("path", "")))
            if match and re.search(rf"(?<![\w/]){match['path']}(?![\d/])", about):
                return Exchange(events, event, match["path"])
    return None


class Exchange:
    """What was seen of one request of the server.

    Attributes:
        asked: what the server was asked to do, over REST.
        request: its CoAP request; None when it sent none.
        report: the module's URC; None when it printed none.
        told: the command that answered it; None when the harness sent none.
        told_is_accepted: whether the module said OK to that.
        answer: the module's CoAP response; None when it sent none.
        reply: what the server told over REST; None when it has told nothing yet.
        is_reported: whether the module has to ask its application for such a path.
        is_acknowledged: whether the module is known to have the request.

    Args:
        events: of the scenario, in order of time.
        asking: the REST request.
        path: what it is about.
    """

    def __init__(self, events: Sequence[Event], asking: Event, path: str) -> None:
        self._asking = asking
        self._path = path
        self._ids = tuple(map(int, path.split("/")[1:]))
        self._events = [event for event in events if event.t >= asking.t - _SLACK]
        report, told, response = self._report(), None, None
        self._reported = report[1] if report else None
        self.is_reported = self._ids[0] not in OWN_OBJECTS
        self.asked = self._asked()
        request = self._request()
        self.request = self._sight_of_request(request) if request else None
        self.report = self._sight_of_report(*report) if report else None
        if report:
            told = self._told(report[0].t)
        self.told_is_accepted = told is not None and self._is_accepted(told[0])
        self.told = Sight(told[0].text, of_answer(told[1])) if told else None
        if request:
            response = self._response(str(request.data.get("token", "")))
        self.answer = self._sight_of_response(response) if response else None
        self.reply = self._reply(response)
        self.is_acknowledged = request is not None and self._has_arrived(request)

    # The request

    def _asked(self) -> Sight:
        method, path = str(self._asking.data.get("method")), str(self._asking.data["path"])
        body = self._asking.text.partition(path)[2].strip()
        if method == "PUT":
            content = of_json(json_of(body), self._kinds())
            return Sight(f"write {self._path} {shown(content)}".strip(), content)
        if method == "POST" and len(self._ids) == 3 and "/observe" not in path:
            return Sight(f"execute {self._path} {body}".strip(), body.encode())
        return Sight(f"{'read' if method == 'GET' else method} {self._path}")

    def _kinds(self) -> Content:
        """The kinds of what is written: JSON does not tell an integer from a float."""
        steps = [event for event in self._events if event.source is Source.KEYWORD]
        for step in steps:
            arguments = step.data.get("arguments")
            if step.text == "Server Starts Writing" and isinstance(arguments, list | tuple):
                return parsed(self._ids[-1], *map(str, arguments[1:3]))
        return of_report(self._reported) if self._reported else None

    def _request(self) -> Event | None:
        codes = {"GET": ("GET",)}.get(str(self._asking.data.get("method")), ("PUT", "POST"))
        found = [
            message
            for message in self._messages()
            if message.data.get("code") in codes and message_path(message.data) == self._path
        ]
        return _best(found)

    def _has_arrived(self, request: Event) -> bool:
        return any(
            message.data.get("mid") == request.data.get("mid")
            and (message.data.get("seen_by") == "module" or message.data.get("type") == "ACK")
            for message in self._messages()
        )

    def _sight_of_request(self, request: Event) -> Sight:
        content = decoded(request.data, self.asked.content)
        return Sight(f"{request.data.get('code')} {self._path} {shown(content)}".strip(), content)

    def _report(self) -> tuple[Event, Report] | None:
        for event in self._events:
            if event.source is Source.URC:
                urc = parse_urc(Line(event.t, bytes_of(event)))
                if isinstance(urc, ReadRequest | WriteRequest | ExecuteRequest):
                    ids = urc.path.ids
                    shared = min(len(ids), len(self._ids))
                    if ids[:shared] == self._ids[:shared]:
                        return event, urc
        return None

    def _sight_of_report(self, event: Event, report: Report) -> Sight:
        content = of_report(report) if self.asked.content is not None else None
        return Sight(event.text, content)

    # The answer

    def _told(self, since: float) -> tuple[Event, LwCommand] | None:
        """The first command that answers; one that the module took goes before one it refused."""
        found = []
        for event in self._events:
            if event.t >= since and event.source is Source.AT and event.direction is Direction.SENT:
                command = parse_lw_command(bytes_of(event))
                if command is not None and command.name.value.endswith("RSP"):
                    found.append((event, command))
        accepted = [each for each in found if self._is_accepted(each[0])]
        return next(iter(accepted or found), None)

    def _is_accepted(self, command: Event) -> bool:
        finals = (
            event
            for event in self._events
            if event.source is Source.AT
            and event.t >= command.t
            and event.data.get("final") is True
            and event.data.get("command") == command.data.get("command")
        )
        final = next(finals, None)
        return final is not None and final.text == "OK"

    def _response(self, token: str) -> Event | None:
        found = [
            message
            for message in self._messages()
            if str(message.data.get("token", "")).lower() == token.lower()
            and _RESPONSE.fullmatch(str(message.data.get("code", "")))
        ]
        return _best(found)

    def _sight_of_response(self, response: Event) -> Sight:
        """Compared by its code if a code was told, else by what it carries."""
        code = Code.parse(str(response.data["code"]))
        told = self.told.content if self.told else None
        if isinstance(told, Code):
            return Sight(str(code), code)
        content = decoded(response.data, told) if code.is_success else code
        return Sight(f"{code} {shown(content) if code.is_success else ''}".strip(), content)

    def _reply(self, response: Event | None) -> Sight | None:
        path = self._asking.data.get("path")
        for event in self._events:
            is_reply = event.source is Source.REST and event.direction is not Direction.SENT
            if is_reply and event.data.get("path") == path and event.t >= self._asking.t:
                return self._sight_of_reply(event, response)
        return None

    def _sight_of_reply(self, reply: Event, response: Event | None) -> Sight:
        told = json_of(reply.text)
        status = _STATUS.search(str(told.get("status", ""))) if told else None
        if told is None or status is None:
            return Sight(reply.text)
        dotted = f"{status[1]}.{status[2]}"
        came = self.answer.content if self.answer else None
        if response is not None and dotted != response.data.get("code"):
            return Sight(str(told["status"]), dotted.encode())
        if isinstance(came, Code):
            return Sight(str(told["status"]), came)
        content = of_json(told.get("content"), came)
        return Sight(f"{told['status']} {shown(content)}".strip(), content)

    def _messages(self) -> Iterator[Event]:
        return (event for event in self._events if event.source is Source.COAP)


def _best(accounts: Sequence[Event]) -> Event | None:
    """The module's account has the bytes; the server's may be the only one."""
    return min(accounts, key=lambda each: each.data.get("seen_by") != "module", default=None)
