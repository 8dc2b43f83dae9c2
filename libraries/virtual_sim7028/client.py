# mypy: allow-untyped-calls
# aiocoap is annotated in part only.
"""One session's end of the air: a UDP socket with aiocoap's CoAP on it.

aiocoap repeats, matches, orders, and puts blocks together. Its own UDP transports are not used:
they share a local port with whoever else asks for it (SO_REUSEPORT). `_Wire` stands in for them
and sees every message on its way; `_Messages` is aiocoap's message layer with a module's manners.
"""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Callable
from dataclasses import dataclass
from typing import cast

from aiocoap import error, interfaces, resource
from aiocoap.message import Message
from aiocoap.messagemanager import MessageManager
from aiocoap.numbers import codes
from aiocoap.numbers.constants import TransportTuning
from aiocoap.protocol import Context
from aiocoap.tokenmanager import TokenManager

from lab_evidence import Direction, Recorder
from lwm2m import Code
from virtual_sim7028.coap_events import coap_event, unreadable_event
from virtual_sim7028.effects import Answered, Input, Method, Received, Repeated, Request, Response
from virtual_sim7028.sockets import SessionSocket
from virtual_sim7028.tasks import Tasks

_NO_RESPONSE = 26
"""The No-Response option that turns off responses of every class (RFC 7967, 2.1)."""
_METHODS = [method.value for method in Method]


@dataclass(frozen=True)
class _Server(interfaces.EndpointAddress):
    """The one peer of a socket, as aiocoap wants to see it."""

    peer: str

    scheme = "coap"
    is_multicast = False
    is_multicast_locally = False
    hostinfo_local = ""
    uri_base_local = "coap://"

    @property
    def hostinfo(self) -> str:
        return self.peer

    @property
    def uri_base(self) -> str:
        return f"coap://{self.peer}"

    @property
    def blockwise_key(self) -> str:
        return self.peer


class _Wire(interfaces.MessageInterface, asyncio.DatagramProtocol):
    """Messages to datagrams and back, each told to the recorder.

    Args:
        manager: the message layer above.
        server: the peer.
        ack_delay: after how long a request without a response gets an empty ACK, s.
        recorder: whom to tell.
    """

    def __init__(
        self, manager: MessageManager, server: _Server, ack_delay: float, recorder: Recorder
    ) -> None:
        self._manager = manager
        self._server = server
        self._recorder = recorder
        self._tuning = TransportTuning()
        self._tuning.EMPTY_ACK_DELAY = ack_delay
        self._transport: asyncio.DatagramTransport | None = None

    async def open(self, session_socket: SessionSocket) -> None:
        try:
            await asyncio.get_running_loop().create_datagram_endpoint(
                lambda: self, sock=session_socket.socket
            )
        except BaseException:  # cancelled too
            session_socket.socket.close()
            raise

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.DatagramTransport, transport)

    def close(self) -> None:
        if self._transport is not None:
            self._transport.abort()
            self._transport = None

    # A network that answers "port unreachable" is silence to a module: `error_received` of
    # DatagramProtocol, which does nothing, is right.

    def datagram_received(self, data: bytes, _address: object) -> None:
        try:
            message = Message.decode(data, self._server)
        except (error.UnparsableMessage, ValueError) as reason:
            self._recorder.record(unreadable_event(data, str(reason)))
            return
        message.transport_tuning = self._tuning
        self._recorder.record(coap_event(message, Direction.RECEIVED))
        self._manager.dispatch_message(message)

    def send(self, message: Message) -> None:
        if self._transport is not None:
            self._recorder.record(coap_event(message, Direction.SENT))
            self._transport.sendto(message.encode())

    async def recognize_remote(self, remote: object) -> bool:
        return remote == self._server

    async def determine_remote(self, _message: Message) -> _Server:
        return self._server

    async def shutdown(self) -> None:
        self.close()


class _Messages(MessageManager):
    """The message layer: it can keep silent, and it tells of repeats.

    Args:
        tokens: the layer above.
        on_repeat: is called with the message ID of a request that came again before there was
            anything to answer.
    """

    message_interface: _Wire

    def __init__(self, tokens: TokenManager, on_repeat: Callable[[int], None]) -> None:
        super().__init__(tokens)
        self._on_repeat = on_repeat

    def keep_silent(self, request: Message) -> None:
        """Send no ACK to this request, unless it is sent already."""
        opportunity = self._piggyback_opportunities.pop((_peer(request), request.token), None)
        if opportunity is not None:
            _, timer = opportunity
            timer.cancel()

    def _deduplicate_message(self, message: Message) -> bool:
        repeated: bool = super()._deduplicate_message(message)
        if repeated and self._recent_messages[_peer(message), message.mid] is None:
            self._on_repeat(message.mid)
        return repeated

    async def shutdown(self) -> None:
        for _, timer in self._piggyback_opportunities.values():
            timer.cancel()
        self._piggyback_opportunities.clear()
        await super().shutdown()


def _peer(message: Message) -> interfaces.EndpointAddress:
    return cast(interfaces.EndpointAddress, message.remote)


class _Tokens(TokenManager):
    """aiocoap's layer that matches requests and responses."""

    token_interface: _Messages


@dataclass(frozen=True, slots=True)
class _Open:
    """A request of the server's that has no answer yet."""

    request: Message
    answer: asyncio.Future[Message]


class _Everything(resource.Resource):
    """The resource at every path: hands a whole request on and waits for the answer."""

    def __init__(self, answer: Callable[[Message], asyncio.Future[Message]]) -> None:
        super().__init__()
        self._answer = answer

    async def render(self, request: Message) -> Message:
        if request.code not in _METHODS:
            raise error.UnallowedMethod
        return await self._answer(request)


class Client:
    """CoAP over one session's socket, in the firmware's terms.

    Args:
        session: the session's number.
        deliver: takes what comes from the server.
        ack_delay: after how long a request without a response gets an empty ACK, s; inf for
            never.
        recorder: is told of every message.
    """

    def __init__(
        self,
        session: int,
        deliver: Callable[[Input], None],
        ack_delay: float,
        recorder: Recorder,
    ) -> None:
        self._session = session
        self._deliver = deliver
        self._ack_delay = ack_delay
        self._recorder = recorder
        self._numbers = itertools.count(1)
        self._open: dict[int, _Open] = {}
        self._requests = Tasks()
        self._closed = False

    async def open(self, session_socket: SessionSocket) -> None:
        """Take over a socket that is connected to the server, and close it should this fail."""
        self._server = _Server(session_socket.peer)
        self._context = Context(serversite=_Everything(self._received))
        tokens = _Tokens(self._context)
        self._messages = _Messages(tokens, self._repeated)
        self._wire = _Wire(self._messages, self._server, self._ack_delay, self._recorder)
        self._messages.message_interface = self._wire
        tokens.token_interface = self._messages
        self._context.request_interfaces.append(tokens)
        await self._wire.open(session_socket)

    def send(self, exchange: int, request: Request) -> None:
        """Send a request; `Answered` is delivered when it has an answer or will have none."""
        message = Message(
            code=codes.Code(request.method.value),
            uri_path=request.path,
            uri_query=request.query,
            content_format=request.content_format,
            payload=request.payload,
        )
        message.remote = self._server
        self._requests.start(self._request(exchange, message))

    async def _request(self, exchange: int, message: Message) -> None:
        answered = Answered(self._session, exchange, None)
        try:
            response = await self._context.request(message).response
        except error.LibraryShutdown:
            return  # the session is closed
        except error.Error:
            pass
        else:
            location = tuple(response.opt.location_path)
            answered = Answered(self._session, exchange, _code(response.code), location)
        self._tell(answered)

    def respond(self, exchange: int, response: Response) -> None:
        """Answer a request of the server's: on its ACK if that is not sent, else by itself."""
        self._end(
            exchange,
            Message(
                code=codes.Code(response.code.value),
                content_format=response.content_format,
                observe=response.observe,
                payload=response.payload,
            ),
        )

    def acknowledge(self, exchange: int) -> None:
        """End an exchange with an empty ACK, unless it is sent already."""
        self._end(exchange, Message(code=codes.CHANGED, no_response=_NO_RESPONSE))

    def ignore(self, exchange: int) -> None:
        """End an exchange with nothing."""
        if exchange in self._open:
            self._messages.keep_silent(self._open[exchange].request)
        self.acknowledge(exchange)

    def _end(self, exchange: int, message: Message) -> None:
        entry = self._open.pop(exchange, None)
        if entry is not None and not entry.answer.done():
            entry.answer.set_result(message)

    def _received(self, request: Message) -> asyncio.Future[Message]:
        exchange = next(self._numbers)
        answer: asyncio.Future[Message] = asyncio.get_running_loop().create_future()
        self._open[exchange] = _Open(request, answer)
        answer.add_done_callback(lambda _: self._open.pop(exchange, None))
        # Not called from here: what it raises would become a 5.00 of aiocoap's.
        asyncio.get_running_loop().call_soon(
            self._tell,
            Received(
                self._session,
                exchange,
                Request(
                    Method(int(request.code or 0)),
                    tuple(request.opt.uri_path),
                    tuple(request.opt.uri_query),
                    _number(request.opt.content_format),
                    _number(request.opt.accept),
                    request.opt.observe,
                    request.payload,
                ),
            ),
        )
        return answer

    def _repeated(self, message_id: int) -> None:
        for exchange, entry in self._open.items():
            if entry.request.mid == message_id:
                self._tell(Repeated(self._session, exchange))
                return

    def _tell(self, event: Input) -> None:
        if not self._closed:
            self._deliver(event)

    def close(self) -> None:
        """Close the socket at once; nothing is delivered from here on."""
        # Cancelling the requests instead would hit those that are being answered right now, which
        # aiocoap takes badly; `finish` ends them.
        self._closed = True
        self._wire.close()

    async def finish(self) -> None:
        """Let go of what `close` left: tasks and timers."""
        await self._context.shutdown()
        await self._requests.finish()


def _number(option: int | None) -> int | None:
    return None if option is None else int(option)


def _code(code: int) -> Code:
    """A response code; an unknown one stands for the first of its class (RFC 7252, 5.9)."""
    try:
        return Code(int(code))
    except ValueError:
        first = {2: Code.CHANGED, 4: Code.BAD_REQUEST}
        return first.get(int(code) >> 5, Code.INTERNAL_SERVER_ERROR)
