"""HTTP connections that can be ended from another thread, whoever waits on them."""

from __future__ import annotations

import socket
import threading
import weakref
from contextlib import suppress
from typing import Any

from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.connection import HTTPConnection, HTTPSConnection

_KEPT = 32  # connections for reuse; more are made when more operations run at once


class CuttableAdapter(HTTPAdapter):
    """Connections for a `requests.Session`, which `cut` ends at once.

    Closing a socket does not wake the thread that reads from it; shutting it down does.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._sockets: weakref.WeakSet[socket.socket] = weakref.WeakSet()
        self._is_cut = False
        super().__init__(pool_connections=1, pool_maxsize=_KEPT)

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        """Make the pools, with connections that are known here."""
        super().init_poolmanager(*args, **kwargs)
        adapter = self

        class Connection(HTTPConnection):
            def connect(self) -> None:
                super().connect()
                adapter._keep(self.sock)

        class SecureConnection(HTTPSConnection):
            def connect(self) -> None:
                super().connect()
                adapter._keep(self.sock)

        class Pool(HTTPConnectionPool):
            ConnectionCls = Connection

        class SecurePool(HTTPSConnectionPool):
            ConnectionCls = SecureConnection

        self.poolmanager.pool_classes_by_scheme = {"http": Pool, "https": SecurePool}

    def cut(self) -> None:
        """End every connection, and every one that is made from here on."""
        with self._lock:
            self._is_cut = True
            for sock in self._sockets:
                _shut(sock)

    def _keep(self, sock: Any) -> None:
        with self._lock:
            self._sockets.add(sock)
            if self._is_cut:
                _shut(sock)


def _shut(sock: socket.socket) -> None:
    with suppress(OSError):  # it has ended by itself
        # Not the TLS socket's own method, which takes the session from the thread that reads.
        socket.socket.shutdown(sock, socket.SHUT_RDWR)
