"""The LwM2M service of the module: its configuration and its sessions (note 2.2.1 to 2.2.5)."""

from __future__ import annotations

from typing import TypeAlias

from virtual_sim7028.console import Console, Refused
from virtual_sim7028.effects import (
    Answered,
    Connected,
    Family,
    NotConnected,
    Received,
    Repeated,
    Timer,
)
from virtual_sim7028.identity import Identity
from virtual_sim7028.profiles import Profile
from virtual_sim7028.session import Configuration, Session, State

SessionInput: TypeAlias = Connected | NotConnected | Answered | Received | Repeated

SESSIONS = range(2)
"""The session numbers there are (note 2.2.4)."""


class Service:
    """The service.

    Attributes:
        started: whether it runs, from AT+LWSTART to AT+LWSTOP.
        configuration: what the next session is opened with.

    Args:
        identity: who the module is.
        profile: what the note leaves open.
        console: where replies, URCs and effects go.
    """

    def __init__(self, identity: Identity, profile: Profile, console: Console) -> None:
        self.started = False
        self.configuration = Configuration(
            server="",
            server_port=profile.server_port,
            endpoint="",
            family=Family.IPV4,
            lifetime=profile.lifetime,
            local_port=0,
        )
        self._identity = identity
        self._profile = profile
        self._console = console
        self._sessions: dict[int, Session] = {}
        self._ending = False

    def session(self, number: int) -> Session:
        """The session with this number.

        Raises:
            Refused: there is none.
        """
        if number not in self._sessions:
            raise Refused
        return self._sessions[number]

    def open(self) -> None:
        """Begin a session; the reply to the command comes when it has its socket.

        Raises:
            Refused: server or endpoint name are not configured, or all sessions are taken.
        """
        configuration = self.configuration
        free = [number for number in SESSIONS if number not in self._sessions]
        if not (configuration.server and configuration.endpoint and free):
            raise Refused
        self._sessions[free[0]] = Session(
            free[0], configuration, self._identity, self._profile, self._console
        )

    def close(self, number: int) -> None:
        """End a session; the reply to the command comes when the server knows.

        Raises:
            Refused: there is no such session.
        """
        self.session(number).close()
        self._ending = True
        self._bury()

    def stop(self) -> None:
        """End the service with all sessions; the reply comes when their servers know.

        Raises:
            Refused: the service does not run.
        """
        if not self.started:
            raise Refused
        self.started = False
        self._ending = True
        for session in self._sessions.values():
            session.close()
        self._bury()

    def handle(self, event: SessionInput) -> None:
        """Something happened to a session; one that is no more hears nothing."""
        session = self._sessions.get(event.session)
        if session is None:
            return
        match event:
            case Connected():
                session.connected()
            case NotConnected(failure=failure):
                session.not_connected(failure)
            case Answered():
                session.answered(event)
            case Received():
                session.received(event)
            case Repeated(exchange=exchange):
                session.errands.repeated(exchange)
        self._bury()

    def elapsed(self, timer: Timer) -> None:
        """A session's timer has run down."""
        for session in self._sessions.values():
            if session.id == timer.session:
                session.elapsed(timer.wakeup)
        self._bury()

    def _bury(self) -> None:
        """Forget the sessions that are no more; the command that ends them ends with the last."""
        self._sessions = {
            number: session
            for number, session in self._sessions.items()
            if session.state is not State.GONE
        }
        states = [session.state for session in self._sessions.values()]
        if self._ending and State.CLOSING not in states:
            self._ending = False
            self._console.succeed()

    def network_lost(self) -> None:
        """All sockets are gone."""
        for session in self._sessions.values():
            session.network_lost()
        self._bury()

    def network_found(self) -> None:
        """All sessions come back by themselves."""
        for session in self._sessions.values():
            session.network_found()
