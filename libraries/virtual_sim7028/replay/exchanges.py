"""Recorded messages and those that stand for them now: IDs, tokens, locations, names, sockets."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TypeAlias

from virtual_sim7028.effects import Connect, Family, Method
from virtual_sim7028.replay.messages import AirMessage, MessageType
from virtual_sim7028.replay.parameters import Parameter, Parameters

_MIDS = 0x10000
_COAP_PORT = "5683"
_CREATED, _INTERNAL_SERVER_ERROR = 65, 160
_REGISTRATION = ("rd",)


@dataclass(frozen=True, slots=True)
class Transmit:
    """Send a message to the server of a session."""

    session: int
    message: AirMessage


AirDeed: TypeAlias = Connect | Transmit


@dataclass(frozen=True, slots=True)
class _Asker:
    """A request of the server's as it came now, and from which session's server."""

    session: int
    request: AirMessage


@dataclass(frozen=True, slots=True)
class _Registration:
    """Where a server keeps a registration now."""

    session: int
    location: str


class Exchanges:
    """All that is under way between module and servers.

    Args:
        parameters: what differs from run to run.
        first_mid: the first message ID that is used.
    """

    def __init__(self, parameters: Parameters, first_mid: int) -> None:
        self._parameters = parameters
        self._mids = itertools.count(first_mid)
        self._sessions: dict[str, int] = {}
        self._registrations: dict[str, _Registration] = {}
        self._own: dict[bytes, Transmit] = {}
        self._separate: dict[int, int] = {}
        self._askers_by_token: dict[bytes, _Asker] = {}
        self._askers_by_mid: dict[int, _Asker] = {}
        self._replies: dict[tuple[int, int], AirMessage | None] = {}

    # From the server

    def repeated(self, session: int, request: AirMessage) -> tuple[Transmit, ...] | None:
        """What a request that came before gets again; None for one that is new."""
        key = session, request.mid
        if key not in self._replies:
            self._replies[key] = None
            return None
        reply = self._replies[key]
        return (Transmit(session, reply),) if reply is not None else ()

    def asked(self, recorded: AirMessage, session: int, request: AirMessage) -> None:
        """A request came that stands for a recorded one."""
        asker = _Asker(session, request)
        self._askers_by_token[recorded.token] = asker
        self._askers_by_mid[recorded.mid] = asker

    def refused(self, session: int, request: AirMessage) -> Transmit:
        """A request came that stands for none: it is answered by 5.00."""
        refusal = AirMessage(MessageType.ACK, _INTERNAL_SERVER_ERROR, request.mid, request.token)
        return self._reply(_Asker(session, request), refusal)

    def belong_together(self, recorded: AirMessage, response: AirMessage) -> bool:
        """Whether a response answers the request that a recorded response answered."""
        own = self._own.get(recorded.token)
        return own is not None and own.message.token == response.token

    def answered(self, recorded: AirMessage, session: int, response: AirMessage) -> None:
        """A response came that stands for a recorded one."""
        if response.code == _CREATED and recorded.location and response.location:
            self._registrations[recorded.location] = _Registration(session, response.location)

    # To the server

    def told(self, recorded: AirMessage) -> Iterator[AirDeed]:
        """What is sent for a recorded message.

        Nothing where the recording lacks what it answers or belongs to.
        """
        if not recorded.is_request:
            yield from self._respond(recorded)
        elif recorded.path == _REGISTRATION:
            yield from self._register(recorded)
        elif recorded.path[-1:] and recorded.path[-1] in self._registrations:
            location = recorded.path[-1]
            kept = self._registrations[location]
            if recorded.code == Method.DELETE.value:
                del self._registrations[location]
            path = (*recorded.path[:-1], kept.location)
            yield self._request(recorded, kept.session, replace(recorded, path=path))
        elif recorded.token in self._own:  # a deregistration, again
            yield self._own[recorded.token]

    def _register(self, recorded: AirMessage) -> Iterator[AirDeed]:
        name = next((text[3:] for text in recorded.query if text.startswith("ep=")), "")
        if name not in self._sessions:
            self._sessions[name] = len(self._sessions)
            yield self._connect(self._sessions[name])
        query = tuple(
            f"ep={self._parameters.endpoint(name)}" if text == f"ep={name}" else text
            for text in recorded.query
        )
        yield self._request(recorded, self._sessions[name], replace(recorded, query=query))

    def _connect(self, session: int) -> Connect:
        now = self._parameters.now
        return Connect(
            session,
            now.get(Parameter.SERVER.value, ""),
            int(now.get(Parameter.SERVER_PORT.value, _COAP_PORT)),
            Family(int(now.get("connectiontype", now.get("connecttype", Family.IPV4.value)))),
            int(now.get(Parameter.LOCAL_PORT.value, "0")),
        )

    def _request(self, recorded: AirMessage, session: int, message: AirMessage) -> Transmit:
        if recorded.token not in self._own:
            mid = next(self._mids) % _MIDS
            own = replace(message, mid=mid, token=mid.to_bytes(2))
            self._own[recorded.token] = Transmit(session, own)
        return self._own[recorded.token]

    def _respond(self, recorded: AirMessage) -> Iterator[Transmit]:
        asker = (
            self._askers_by_mid.get(recorded.mid)
            if recorded.is_empty
            else self._askers_by_token.get(recorded.token)
        )
        if asker is None:
            return
        if recorded.type in (MessageType.ACK, MessageType.RST):
            yield self._reply(asker, replace(recorded, mid=asker.request.mid))
        else:
            if recorded.mid not in self._separate:
                self._separate[recorded.mid] = next(self._mids) % _MIDS
            message = replace(recorded, mid=self._separate[recorded.mid])
            yield Transmit(asker.session, self._addressed(asker, message))

    def _reply(self, asker: _Asker, message: AirMessage) -> Transmit:
        addressed = self._addressed(asker, message)
        self._replies[asker.session, asker.request.mid] = addressed
        return Transmit(asker.session, addressed)

    @staticmethod
    def _addressed(asker: _Asker, message: AirMessage) -> AirMessage:
        return message if message.is_empty else replace(message, token=asker.request.token)

    def deregister(self, session: int | None = None) -> Iterator[Transmit]:
        """End the registrations of a session, or all: what no recording says any more.

        Args:
            session: which; all when left out.
        """
        for location, kept in list(self._registrations.items()):
            if session in (None, kept.session):
                del self._registrations[location]
                mid = next(self._mids) % _MIDS
                path = (*_REGISTRATION, kept.location)
                yield Transmit(
                    kept.session,
                    AirMessage(
                        MessageType.CON, Method.DELETE.value, mid, mid.to_bytes(2), path=path
                    ),
                )
