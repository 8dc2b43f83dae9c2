"""One LwM2M session: its socket, its registration, what its server asks (LwM2M 1.0, 5 and 8)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import Enum

from lwm2m import Code, Path
from lwm2m.path import MAX_ID
from virtual_sim7028.codec import ContentFormat, Link, encode_links
from virtual_sim7028.console import CmeError, Console, Refused
from virtual_sim7028.effects import (
    After,
    Answered,
    Cancel,
    Connect,
    Disconnect,
    Failure,
    Family,
    Ignore,
    Method,
    Received,
    Request,
    Respond,
    Response,
    Send,
    Timer,
    Wakeup,
)
from virtual_sim7028.errands import Errands, ExecuteErrand, ReadErrand, WriteErrand
from virtual_sim7028.identity import Identity
from virtual_sim7028.objects import OWN_OBJECTS, ObjectRefused, ObjectTree
from virtual_sim7028.own_objects import Consequence, OwnObjects
from virtual_sim7028.profiles import Profile, Unresolved
from virtual_sim7028.requests import (
    Discover,
    Execute,
    Operation,
    Read,
    Unanswerable,
    Write,
    content,
    interpret,
)

_ROOT = Link("/", (("rt", '"oma.lwm2m"'),))
_REBOOT_DELAY = 0.1
"""The server's execute is answered first, s."""


@dataclass(frozen=True, slots=True)
class Configuration:
    """What AT+LWCNF sets (note 2.2.3); a session keeps what it was opened with.

    Attributes:
        server: a name or an address; empty until it is set.
        server_port: the server's UDP port.
        endpoint: the endpoint name; empty until it is set.
        family: which addresses of the server will do.
        lifetime: the registration's, s.
        local_port: the module's own UDP port; 0 for any.
    """

    server: str
    server_port: int
    endpoint: str
    family: Family
    lifetime: int
    local_port: int


class State(Enum):
    """Where a session stands."""

    OPENING = "opening"
    """AT+LWOPEN waits for the socket."""
    RECONNECTING = "reconnecting"
    """The network is back, the socket is not yet."""
    REGISTERING = "registering"
    REGISTERED = "registered"
    OFFLINE = "offline"
    """The network is gone."""
    CLOSING = "closing"
    """The server is told of the end; its answer is waited for."""
    GONE = "gone"


class _Purpose(Enum):
    """What a request to the server is for."""

    REGISTER = "register"
    UPDATE = "update"
    DEREGISTER = "deregister"


class Session:
    """One session, from AT+LWOPEN on.

    Attributes:
        id: its number.
        state: where it stands.
        opened: whether +LMOPEN told of it, so that it takes objects.
        errands: what its application has to do.

    Args:
        number: its number.
        configuration: what is configured now.
        identity: who the module is.
        profile: what the note leaves open.
        console: where replies, URCs and effects go.
    """

    def __init__(
        self,
        number: int,
        configuration: Configuration,
        identity: Identity,
        profile: Profile,
        console: Console,
    ) -> None:
        self.id = number
        self.state = State.OPENING
        self.opened = False
        self.errands = Errands(number, profile, console)
        self._configuration = configuration
        self._profile = profile
        self._console = console
        self._own = OwnObjects(identity, configuration.lifetime)
        self._tree = ObjectTree()
        self._location: tuple[str, ...] = ()
        self._exchanges = 0
        self._sent: dict[int, _Purpose] = {}
        self._connect()

    # The socket

    def _connect(self) -> None:
        configuration = self._configuration
        self._console.emit(
            Connect(
                self.id,
                configuration.server,
                configuration.server_port,
                configuration.family,
                configuration.local_port,
            )
        )

    def connected(self) -> None:
        """The socket is there: AT+LWOPEN, if it waits, is answered; the session registers."""
        if self.state is State.OPENING:
            self._console.succeed()
        self._register()

    def not_connected(self, failure: Failure) -> None:
        """There is no socket: AT+LWOPEN, if it waits, is answered; the session is no more."""
        opening = self.state is State.OPENING
        self._end()
        if not opening:
            return
        if failure is Failure.UNRESOLVED and self._profile.unresolved is Unresolved.SILENCE:
            self._console.succeed()
        else:
            self._console.fail(CmeError.NO_NETWORK_SERVICE)

    def network_lost(self) -> None:
        """The socket is gone, and all that was under way with it.

        A session that was opening or closing is no more; the command that waits is answered.
        """
        match self.state:
            case State.OPENING:
                self._end()
                self._console.fail(CmeError.NO_NETWORK_SERVICE)
            case State.CLOSING:
                self._end()
            case _:
                self._disconnect()
                self.state = State.OFFLINE

    def network_found(self) -> None:
        """The session gets a new socket and registers anew."""
        self.state = State.RECONNECTING
        self._connect()

    def _disconnect(self) -> None:
        self._sent.clear()
        self.errands.ignore_all()
        for wakeup in (Wakeup.UPDATE_DUE, Wakeup.CLOSE_OVERDUE):
            self._console.emit(Cancel(Timer(wakeup, self.id)))
        self._console.emit(Disconnect(self.id))

    def _end(self) -> None:
        self._disconnect()
        self.state = State.GONE

    # The registration

    @property
    def _links(self) -> bytes:
        """What a registration announces: every instance that can be, own ones first."""
        # 65535 is reserved (LwM2M 1.0, 6.1): servers refuse a whole list for it.
        announced = [instance for instance in self._tree if instance.instance != MAX_ID]
        return encode_links([_ROOT, *self._own.instances, *announced])

    def _register(self) -> None:
        self.state = State.REGISTERING
        query = (
            "lwm2m=1.0",
            f"ep={self._configuration.endpoint}",
            "b=U",
            f"lt={self._own.lifetime}",
        )
        self._send(
            _Purpose.REGISTER,
            Request(Method.POST, ("rd",), query, ContentFormat.LINKS, payload=self._links),
        )

    def _registered(self, location: tuple[str, ...]) -> None:
        self.state = State.REGISTERED
        self._location = location
        if not self.opened or self._profile.reopen_urc:
            self._console.urc(f"{self._profile.open_urc}{self.id}".encode())
        self.opened = True
        self._schedule_update()

    def _update_objects(self) -> None:
        self._update(Request(Method.POST, (), (), ContentFormat.LINKS, payload=self._links))

    def _update(self, request: Request) -> None:
        """Send an update; while there is no registration, the next one tells the same."""
        if self.state is State.REGISTERED:
            self._send(_Purpose.UPDATE, replace(request, path=self._location))
            self._schedule_update()

    def _schedule_update(self) -> None:
        lifetime = self._own.lifetime
        wait = max(lifetime - self._profile.update_margin, lifetime / 2)
        self._console.emit(After(wait, Timer(Wakeup.UPDATE_DUE, self.id)))

    def close(self) -> None:
        """End the session; a server that has its registration is told first."""
        if self.state is not State.REGISTERED:
            self._end()
            return
        self.state = State.CLOSING
        self.errands.ignore_all()
        self._send(_Purpose.DEREGISTER, Request(Method.DELETE, self._location))
        self._console.emit(After(self._profile.close_limit, Timer(Wakeup.CLOSE_OVERDUE, self.id)))

    def _send(self, purpose: _Purpose, request: Request) -> None:
        self._exchanges += 1
        self._sent[self._exchanges] = purpose
        self._console.emit(Send(self.id, self._exchanges, request))

    def answered(self, event: Answered) -> None:
        """The server answered a request of the session's, or did not."""
        match self._sent.pop(event.exchange, None), event.code:
            case _Purpose.REGISTER, Code.CREATED:
                self._registered(event.location)
            case ((_Purpose.REGISTER | _Purpose.DEREGISTER), _):
                self._end()
            case _Purpose.UPDATE, None | Code.NOT_FOUND if self.state is State.REGISTERED:
                self._register()  # the server has forgotten it

    # Objects

    def add_object(self, instance: Path, resources: list[int]) -> None:
        """Declare an object instance and tell the server.

        Raises:
            Refused: the session has no number yet, or the object cannot be added.
        """
        self._change_objects(lambda tree: tree.add(instance, resources))

    def delete_object(self, object_id: int) -> None:
        """Take an object away and tell the server; what waits for it is answered by 4.04.

        Raises:
            Refused: the session has no number yet, or the object was never added.
        """
        self._change_objects(lambda tree: tree.delete(object_id))
        self.errands.object_deleted(object_id)

    def _change_objects(self, change: Callable[[ObjectTree], None]) -> None:
        if not self.opened:
            raise Refused
        try:
            change(self._tree)
        except ObjectRefused:
            raise Refused(CmeError.INCORRECT_PARAMETERS) from None
        self._update_objects()

    # What the server asks

    def received(self, event: Received) -> None:
        """The server asks something: the module answers, or the application is asked."""
        if self.state is State.CLOSING:
            self._console.emit(Ignore(self.id, event.exchange))
            return
        try:
            self._serve(event.exchange, interpret(event.request, self._profile))
        except Unanswerable as refusal:
            self._respond(event.exchange, Response(refusal.code))

    def _serve(self, exchange: int, operation: Operation) -> None:
        match operation:
            case Discover(path):
                self._respond(exchange, self._discover(path))
            case Read(path) if path.object in OWN_OBJECTS:
                self._respond(exchange, content(operation, self._own.read(path)))
            case Write(instance) if instance.object in OWN_OBJECTS:
                self._serve_own(exchange, *self._own.write(operation))
            case Execute(path) if path.object in OWN_OBJECTS:
                self._serve_own(exchange, *self._own.execute(path))
            case Read(path) if path in self._tree:
                self.errands.add(ReadErrand(self.id, exchange, operation, self._tree))
            case Write(instance) if all(instance / n in self._tree for n in operation.values):
                self.errands.add(WriteErrand(self.id, exchange, operation))
            case Execute(path) if path in self._tree:
                self.errands.add(ExecuteErrand(self.id, exchange, operation))
            case _:
                self._respond(exchange, Response(Code.NOT_FOUND))

    def _serve_own(self, exchange: int, code: Code, consequence: Consequence) -> None:
        self._respond(exchange, Response(code))
        match consequence:
            case Consequence.UPDATE:
                self._update(Request(Method.POST))
            case Consequence.TELL_LIFETIME if self._profile.update_on_lifetime_write:
                self._update(Request(Method.POST, query=(f"lt={self._own.lifetime}",)))
            case Consequence.REBOOT:
                self._console.emit(After(_REBOOT_DELAY, Timer(Wakeup.REBOOT_DUE)))

    def _discover(self, path: Path) -> Response:
        instances = {
            **{instance: self._own.resources(instance) for instance in self._own.instances},
            **{instance: self._tree.resources(instance) for instance in self._tree},
        }
        found: list[Path] = []
        for instance, resources in instances.items():
            below = [instance, *(instance / number for number in resources)]
            found += [candidate for candidate in below if candidate in path]
        if not found:
            return Response(Code.NOT_FOUND)
        if path.instance is None:
            found.insert(0, path)
        return Response(Code.CONTENT, encode_links(found), ContentFormat.LINKS)

    def _respond(self, exchange: int, response: Response) -> None:
        self._console.emit(Respond(self.id, exchange, response))

    def elapsed(self, wakeup: Wakeup) -> None:
        """One of the session's timers has run down."""
        match wakeup:
            case Wakeup.UPDATE_DUE:
                self._update(Request(Method.POST))
            case Wakeup.ANSWER_OVERDUE:
                self.errands.overdue()
            case Wakeup.CLOSE_OVERDUE:
                self._end()
