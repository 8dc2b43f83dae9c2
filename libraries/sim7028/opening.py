"""Opening a port: by a URL as pyserial has it, for nobody else at the same time.

What can go wrong is told as one message that says what was tried and what to do.
"""

from __future__ import annotations

import contextlib
import errno
import os
import re
import select
import socket
import stat
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import filelock
import serial
from serial.tools import list_ports

from sim7028.errors import PortError, PortForbidden, PortInUse, PortNotFound
from sim7028.holders import Holder, holders_of, running
from sim7028.port import DescriptorPort, Port, PySerialPort
from sim7028.rfc2217 import Connection

_CONNECT_PATIENCE = 5.0  # s
_REFUSAL_PATIENCE = 0.1  # s; a server that will not have us says so and hangs up at once
_ASK_AGAIN_PATIENCE = 1.0  # s
_HUNG_UP = getattr(select, "POLLRDHUP", select.POLLHUP)  # the other end closed; Linux tells early
_TELNET_OPTION = re.compile(rb"\xff[\xfb-\xfe].", re.DOTALL)  # RFC 854: IAC, WILL to DONT, which
_IN_USE = "in use"  # what ser2net says to a second client
_PTY_MAJORS = range(136, 144)  # Linux: Documentation/admin-guide/devices.txt, Unix98 PTY slaves
_MODEM_MANAGER = "ModemManager"
_BUSY = {errno.EBUSY, errno.EAGAIN, errno.EWOULDBLOCK}
_FORBIDDEN = {errno.EACCES, errno.EPERM}


@dataclass(frozen=True, slots=True)
class PortSettings:
    """How a serial port is set.

    Attributes:
        baudrate: in bit/s. 8 data bits, no parity, 1 stop bit are fixed.
        dtr: the level of DTR while open; None leaves it as pyserial has it, which is on.
        rts: the level of RTS while open; None likewise. Some boards reset or power off by these.
        rtscts: whether RTS and CTS control the flow.
    """

    baudrate: int = 115_200
    dtr: bool | None = None
    rts: bool | None = None
    rtscts: bool = False

    @property
    def lines_matter(self) -> bool:
        """Whether any of the control lines must be as it says."""
        return self.rtscts or self.dtr is not None or self.rts is not None


_DEFAULTS = PortSettings()


def is_real_port(url: str) -> bool:
    """Whether a URL stands for a serial device, here or behind RFC 2217.

    A pty and a plain TCP connection are none: a simulated module is there. A device that does not
    exist counts as real.
    """
    if "://" in url:
        return not url.lower().startswith(("socket://", "loop://"))
    return not _is_pty(url)


def _is_pty(path: str) -> bool:
    with contextlib.suppress(OSError):
        status = Path(path).stat()
        return stat.S_ISCHR(status.st_mode) and os.major(status.st_rdev) in _PTY_MAJORS
    return False


def open_port(url: str, settings: PortSettings = _DEFAULTS) -> Port:
    """Open a port.

    Args:
        url: a device such as /dev/serial/by-id/usb-…, socket://host:port, rfc2217://host:port, or
            another that pyserial knows.
        settings: how to set it; a plain TCP connection has nothing to set.

    Raises:
        PortNotFound: there is no such port.
        PortInUse: another process has it, or this one already.
        PortForbidden: the user may not open it.
        PortError: it cannot be opened for another reason.
    """
    scheme = url.partition("://")[0].lower() if "://" in url else ""
    with contextlib.ExitStack() as undo:
        if scheme == "socket":
            descriptor = _connect(url, undo)
            return DescriptorPort(url, descriptor, undo.pop_all())
        if not scheme:
            _reserve(url, undo)
        connection = _open_serial(url, settings, undo)
        if not scheme and os.name == "posix":
            return DescriptorPort(url, connection.fileno(), undo.pop_all())
        return PySerialPort(url, connection, undo.pop_all())


def _connect(url: str, undo: contextlib.ExitStack) -> int:
    host, port = _host_and_port(url)
    try:
        connection = socket.create_connection((host, port), _CONNECT_PATIENCE)
    except OSError as error:
        remedy = f"does something listen on port {port} of {host}?"
        raise PortError(url, str(error), remedy) from error
    undo.callback(connection.close)
    connection.setblocking(False)
    if (refusal := _refusal(url, connection)) is not None:
        raise refusal
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return connection.fileno()


def _refusal(url: str, connection: socket.socket) -> PortError | None:
    """What a server such as ser2net says that hangs up on whoever comes; None if it does not."""
    end = select.poll()
    end.register(connection, _HUNG_UP)
    if not end.poll(_REFUSAL_PATIENCE * 1000):
        return None
    said = ""
    with contextlib.suppress(OSError):
        said = _TELNET_OPTION.sub(b"", connection.recv(1024)).decode(errors="replace").strip()
    if _IN_USE in said:
        reason = f"another client has it; the server there said {said!r} and hung up"
        remedy = "end the other client; with kickolduser, ser2net does so by itself"
        return PortInUse(url, reason, remedy, ())
    reason = f"the server there said {repr(said) if said else 'nothing'} and hung up"
    return PortError(url, reason, "look at the server's settings, and at the device behind it")


def _host_and_port(url: str) -> tuple[str, int]:
    with contextlib.suppress(ValueError):  # brackets that do not fit, a port out of range
        parts = urlsplit(url)
        if parts.hostname and parts.port is not None:
            return parts.hostname, parts.port
    raise PortError(url, "it names no host and port", "write socket://host:port")


def _open_serial(
    url: str, settings: PortSettings, undo: contextlib.ExitStack
) -> serial.Serial | Connection:
    try:
        connection = _connection(url, settings)
        connection.baudrate = settings.baudrate
        connection.rtscts = settings.rtscts
        connection.timeout = PySerialPort.READ_TIMEOUT
        connection.exclusive = True
        if settings.dtr is not None:
            connection.dtr = settings.dtr
        if settings.rts is not None:
            connection.rts = settings.rts
        undo.callback(connection.close)
        connection.open()
    except (OSError, ValueError) as error:
        raise _explained(url, error) from error
    return connection


def _connection(url: str, settings: PortSettings) -> serial.Serial | Connection:
    """What pyserial has for a URL, not open yet."""
    if not _is_rfc2217(url):
        return serial.serial_for_url(url, do_not_open=True)
    connection = Connection()
    # A server before something without control lines, as ser2net before a pty, never confirms them.
    unconfirmed = "" if settings.lines_matter else f"{'&' if '?' in url else '?'}ign_set_control"
    connection.port = url + unconfirmed
    return connection


def _is_rfc2217(url: str) -> bool:
    return url.lower().startswith("rfc2217://")


def _explained(url: str, error: OSError | ValueError) -> PortError:
    """The error of pyserial as one that says what to do."""
    number = error.errno if isinstance(error, OSError) else None
    if number in _BUSY:
        return _in_use(url, _holders_of_device(url))
    if number in _FORBIDDEN:
        return PortForbidden(url, str(error), _permission_remedy(url))
    if number == errno.ENOENT:
        return _not_found(url)
    if _is_rfc2217(url):
        return _explained_by_server(url, error)
    if "://" in url:
        remedy = (
            "write a device, socket://host:port or rfc2217://host:port, and make sure that the"
            " other end listens and speaks that protocol"
        )
    else:
        remedy = "is there a serial device behind it, and does it know this baud rate?"
    return PortError(url, str(error), remedy)


def _explained_by_server(url: str, error: OSError | ValueError) -> PortError:
    """A server that refuses says so in plain text, to which RFC 2217 is deaf: listen once more."""
    with contextlib.suppress(OSError, PortError):
        address = _host_and_port(url)
        with socket.create_connection(address, _ASK_AGAIN_PATIENCE) as connection:
            if (refusal := _refusal(url, connection)) is not None:
                return refusal
    if "'control'" in str(error):
        remedy = (
            "what is behind it has no such lines, as a pty has none: leave dtr, rts and rtscts out"
        )
        reason = f"its server does not confirm DTR, RTS or flow control ({error})"
        return PortError(url, reason, remedy)
    remedy = (
        "make sure that the other end listens and speaks RFC 2217, in ser2net"
        " telnet(rfc2217,mode=server),tcp; one that speaks plain TCP is socket://host:port"
    )
    return PortError(url, str(error), remedy)


def _reserve(path: str, undo: contextlib.ExitStack) -> None:
    """Lock the device by its number, so that all its names are one lock."""
    try:
        status = Path(path).stat()
    except FileNotFoundError as error:
        raise _not_found(path) from error
    except OSError as error:
        raise PortError(path, str(error), "name the device's node") from error
    if not stat.S_ISCHR(status.st_mode):
        raise PortError(path, "it is no device but a file", "name the device's node") from None
    lock = filelock.FileLock(_lock_file(status.st_rdev), timeout=0, thread_local=False)
    try:
        lock.acquire()
    except filelock.Timeout:
        lock_status = Path(lock.lock_file).stat()
        holders = holders_of(
            lambda s: (s.st_dev, s.st_ino) == (lock_status.st_dev, lock_status.st_ino)
        )
        raise _in_use(path, holders) from None
    except OSError as error:
        remedy = f"make {lock.lock_file} writable, or remove it"
        raise PortError(path, f"its lock file cannot be made: {error}", remedy) from error
    undo.callback(lock.release)
    # A terminal program takes no lock, yet would eat half of the bytes. The other end of a pty
    # rightly holds it, too.
    if is_real_port(path) and (holders := _holders_of_device(path)):
        raise _in_use(path, holders)


def _lock_file(device: int) -> Path:
    # One for each user: another user's file cannot be opened in a sticky directory, and pyserial's
    # own lock on the device keeps other users out already.
    name = f"sim7028-port-{os.getuid()}-{os.major(device)}-{os.minor(device)}.lock"
    return Path(tempfile.gettempdir()) / name


def _holders_of_device(path: str) -> list[Holder]:
    with contextlib.suppress(OSError):
        device = Path(path).stat().st_rdev
        return holders_of(lambda s: stat.S_ISCHR(s.st_mode) and s.st_rdev == device)
    return []


def _in_use(url: str, holders: list[Holder]) -> PortInUse:
    managers = [holder for holder in holders if _MODEM_MANAGER in holder.command]
    if managers or (not holders and running(_MODEM_MANAGER)):
        remedy = (
            f"{_MODEM_MANAGER} probes every modem it sees: stop it with systemctl stop"
            f" {_MODEM_MANAGER}, or keep it off this one by the udev property"
            " ID_MM_DEVICE_IGNORE=1"
        )
    else:
        remedy = "end that, or name another port"
    by = ", ".join(map(str, holders)) or "a process of another user (look as root: lsof)"
    return PortInUse(url, f"it is in use by {by}", remedy, tuple(holders))


def _not_found(url: str) -> PortNotFound:
    ports = ", ".join(_existing_ports()) or "none at all"
    remedy = f"ports that exist: {ports}. Is the module plugged in and powered?"
    return PortNotFound(url, "there is no such port", remedy)


def _existing_ports() -> Iterator[str]:
    return (port.device for port in sorted(list_ports.comports(include_links=True)))


def _permission_remedy(path: str) -> str:
    import grp  # not on Windows, where no port has a group

    status = Path(path).stat()
    try:
        group = grp.getgrgid(status.st_gid).gr_name
    except KeyError:
        group = str(status.st_gid)
    if not status.st_mode & stat.S_IWGRP:
        return f"its mode is {stat.filemode(status.st_mode)}: let the group {group} read and write"
    return f"join the group {group}: sudo usermod -aG {group} $USER, then log in anew"
