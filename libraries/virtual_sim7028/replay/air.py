# mypy: allow-untyped-calls
# aiocoap is annotated in part only.
"""Recorded messages on a real socket: one datagram for each, nothing added."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from typing import cast

from aiocoap import error
from aiocoap.message import Message
from aiocoap.numbers.codes import Code
from aiocoap.numbers.types import Type

from virtual_sim7028.effects import Connect
from virtual_sim7028.replay.messages import AirMessage, Block, MessageType
from virtual_sim7028.sockets import NoSocket, open_socket
from virtual_sim7028.tasks import Tasks


class Air(asyncio.DatagramProtocol):
    """The socket of one session.

    Args:
        connect: where it goes.
        deliver: takes each message that comes.
    """

    def __init__(self, connect: Connect, deliver: Callable[[AirMessage], None]) -> None:
        self._deliver = deliver
        self._transport: asyncio.DatagramTransport | None = None
        self._waiting: list[bytes] = []
        self._tasks = Tasks()
        self._opening = self._tasks.start(self._open(connect))

    async def _open(self, connect: Connect) -> None:
        # A server that cannot be reached is silence, as it was for the module.
        with contextlib.suppress(NoSocket):
            session_socket = await open_socket(connect)
            try:
                await asyncio.get_running_loop().create_datagram_endpoint(
                    lambda: self, sock=session_socket.socket
                )
            except BaseException:  # cancelled too
                session_socket.socket.close()
                raise

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """The socket is there: send what waits for it."""
        self._transport = cast(asyncio.DatagramTransport, transport)
        for datagram in self._waiting:
            self._transport.sendto(datagram)
        self._waiting.clear()

    def datagram_received(self, data: bytes, _address: object) -> None:
        """Deliver what is a message."""
        with contextlib.suppress(error.UnparsableMessage, ValueError):
            self._deliver(_received(Message.decode(data)))

    def send(self, message: AirMessage) -> None:
        """Send a message, as soon as there is a socket."""
        datagram = _to_send(message).encode()
        if self._transport is not None:
            self._transport.sendto(datagram)
        else:
            self._waiting.append(datagram)

    async def close(self) -> None:
        """Close the socket at once."""
        self._opening.cancel()
        await self._tasks.finish()
        if self._transport is not None:
            self._transport.abort()


def _to_send(message: AirMessage) -> Message:
    sent = Message(
        code=Code(message.code),
        uri_path=message.path,
        uri_query=message.query,
        content_format=message.content_format,
        accept=message.accept,
        observe=message.observe,
        payload=message.payload,
    )
    sent.mtype, sent.mid, sent.token = Type[message.type.value], message.mid, message.token
    for name in ("block1", "block2"):
        block: Block | None = getattr(message, name)
        if block is not None:
            setattr(sent.opt, name, (block.number, block.more, block.size_exponent))
    return sent


def _received(message: Message) -> AirMessage:
    opt = message.opt
    return AirMessage(
        type=MessageType(Type(message.mtype or 0).name),
        code=int(message.code or 0),
        mid=message.mid,
        token=message.token,
        path=tuple(opt.uri_path),
        query=tuple(opt.uri_query),
        content_format=_number(opt.content_format),
        accept=_number(opt.accept),
        observe=_number(opt.observe),
        block1=_block(opt.block1),
        block2=_block(opt.block2),
        location=opt.location_path[-1] if opt.location_path else None,
        payload=message.payload or b"",
    )


def _number(option: int | None) -> int | None:
    return None if option is None else int(option)


def _block(option: tuple[int, bool, int] | None) -> Block | None:
    return Block(*option) if option is not None else None
