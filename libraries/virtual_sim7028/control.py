"""Orders from outside to a module that runs: a line asks, a line answers.

They come over standard input, from who started the module, or over a Unix socket, from anybody on
this machine who may write to it.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
from collections.abc import Callable
from enum import Enum
from pathlib import Path

from virtual_sim7028.condition import CannotHappen, Condition
from virtual_sim7028.faults import Fault
from virtual_sim7028.runtime import Runtime

OK = "ok"
_ERROR = "error: "
_ANSWER_LIMIT = 5.0
"""How long a module may take to answer an order, s."""
_OWNER_ONLY = 0o177  # a umask: all but read and write for the owner is taken away
_LONGEST_LINE = 1024


class ControlError(Exception):
    """An order cannot be given, or the module does not obey it; the message says why."""


class Order(Enum):
    """What a module can be told beside a fault's name."""

    POWER_ON = "power-on"
    NETWORK_ON = "network-on"
    STATUS = "status"


def read_order(line: str) -> Order | Fault:
    """Read a line: `hang`, `power off`; a blank is as good as a hyphen.

    Raises:
        ControlError: there is no such order.
    """
    name = "-".join(line.split())
    names: dict[str, Order | Fault] = {each.value: each for each in (*Order, *Fault)}
    if name not in names:
        raise ControlError(f"no order is called {name!r}: there are {', '.join(sorted(names))}")
    return names[name]


class Control:
    """Has a module do what it is told.

    Args:
        runtime: the module at work.
        condition: what goes wrong with it.
    """

    def __init__(self, runtime: Runtime, condition: Condition) -> None:
        self._runtime = runtime
        self._condition = condition

    def obey(self, line: str) -> str:
        """Do what a line says.

        Returns:
            `ok` when it has taken effect, to `status` with the condition: `ok: hang`, `ok: well`;
            else `error: …`.
        """
        try:
            match read_order(line):
                case Order.POWER_ON:
                    self._runtime.power_on()
                case Order.NETWORK_ON:
                    self._runtime.network_on()
                case Order.STATUS:
                    return f"{OK}: {self._condition}"
                case Fault() as fault:
                    self._runtime.strike(fault)
        except (ControlError, CannotHappen) as error:
            return f"{_ERROR}{error}"
        return OK


def outcome(answer: str) -> str:
    """What an answer of `Control.obey` tells; empty when that is only `ok`.

    Raises:
        ControlError: the order was refused.
    """
    if answer.startswith(_ERROR):
        raise ControlError(answer.removeprefix(_ERROR))
    return answer.removeprefix(OK).removeprefix(": ")


def give_order(path: Path, order: str) -> str:
    """Tell a module whose control socket is at this path.

    Returns:
        What it tells of itself, empty for most orders. The order has taken effect.

    Raises:
        ControlError: no module listens there, it does not answer, or it refuses.
    """
    line = order.replace("\n", " ").encode() + b"\n"
    try:
        with socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(_ANSWER_LIMIT)
            connection.connect(str(path))
            connection.sendall(line)
            with connection.makefile("rb") as answers:
                answer = answers.readline()
    except TimeoutError:
        raise ControlError(
            f"{path}: the virtual module took {order!r} and did not answer in {_ANSWER_LIMIT:g} s."
            " Is its process stopped?"
        ) from None
    except OSError as error:
        raise ControlError(
            f"{path}: {error.strerror or error}. Does a virtual module run that was started with"
            f" --control {path}?"
        ) from None
    if not answer.endswith(b"\n"):
        raise ControlError(f"{path}: the virtual module ended before it answered {order!r}")
    return outcome(answer.decode("utf-8", "replace").rstrip("\n"))


class ControlSocket:
    """A Unix socket that takes orders, from this machine's user only.

    Attributes:
        path: where it is.
    """

    def __init__(
        self, path: Path, server: asyncio.Server, users: set[asyncio.StreamWriter]
    ) -> None:
        self.path = path
        self._server = server
        self._users = users
        self._inode = path.stat().st_ino

    @classmethod
    async def open(cls, path: Path, obey: Callable[[str], str]) -> ControlSocket:
        """Listen, in place of a module that was killed.

        Raises:
            ControlError: another module listens there, it is no socket, or it cannot be made.
        """
        users: set[asyncio.StreamWriter] = set()

        async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            users.add(writer)
            try:
                # A line that is too long is a ValueError: whoever sends it does not speak this.
                with contextlib.suppress(ConnectionError, ValueError):
                    while (line := await reader.readline()).endswith(b"\n"):
                        writer.write(obey(line.decode("utf-8", "replace")).encode() + b"\n")
            finally:
                users.discard(writer)
                writer.close()

        listener = _listen(path)
        try:
            server = await asyncio.start_unix_server(serve, sock=listener, limit=_LONGEST_LINE)
        except BaseException:
            listener.close()
            raise
        return cls(path, server, users)

    async def close(self) -> None:
        """Hang up and take the socket away, unless another module has taken its place."""
        with contextlib.suppress(OSError):
            if self.path.stat().st_ino == self._inode:
                self.path.unlink()
        self._server.close()
        for user in self._users:
            user.close()


def _listen(path: Path) -> socket.socket:
    """A socket bound to this path.

    Raises:
        ControlError: it cannot be.
    """
    _make_way(path)
    listener = socket.socket(socket.AF_UNIX)
    before = os.umask(_OWNER_ONLY)  # by chmod, afterwards, somebody could come in between
    try:
        listener.bind(str(path))
    except OSError as error:
        listener.close()
        raise ControlError(f"--control {path}: {error.strerror or error}") from None
    finally:
        os.umask(before)
    return listener


def _make_way(path: Path) -> None:
    """Remove the socket of a module that was killed.

    Raises:
        ControlError: what is there is no such thing.
    """
    if not os.path.lexists(path):
        return
    if not path.is_socket():
        raise ControlError(
            f"--control {path}: a file of that name is there; remove it or name another"
        )
    with socket.socket(socket.AF_UNIX) as probe:
        probe.settimeout(_ANSWER_LIMIT)
        try:
            probe.connect(str(path))
        except ConnectionRefusedError:
            path.unlink(missing_ok=True)
        except OSError as error:
            raise ControlError(f"--control {path}: {error.strerror or error}") from None
        else:
            raise ControlError(
                f"--control {path}: another virtual module listens there; end it or name another"
            )
