"""Which server is wanted, and where."""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from urllib.parse import urlsplit

DEFAULT_VERSION = "2.0.0-M4"
"""The release of Leshan that everything here is proven against."""

COAP_PORT = 5683
"""CoAP's own port (RFC 7252 6.1)."""


class Mode(Enum):
    """How the server comes to be."""

    AUTO = "auto"
    """In Docker if an engine answers, else as a Java process."""
    DOCKER = "docker"
    """In a container of this machine's Docker engine."""
    JVM = "jvm"
    """As a Java process of this machine."""
    REMOTE = "remote"
    """Somebody else runs it; it is only used."""


@dataclass(frozen=True, slots=True)
class Address:
    """A host and a port, as one end of a connection."""

    host: str
    port: int

    def __str__(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerSettings:
    """The server that is wanted.

    Attributes:
        mode: how it comes to be.
        version: the release of Leshan; of no meaning for a remote server.
        rest_url: where a remote server's REST API is, as the harness reaches it.
        coap_host: where the module reaches the server. A local server listens on this address if
            it is one of this machine's, and on all of them if it is not, for then it forwards
            `coap_port` to here; on loopback when left out. A remote one is taken to listen on the
            host of `rest_url` when left out.
        coap_port: the UDP port that goes with it; a free one when left out, 5683 for a remote
            server.
        auth: user and password, where something before a remote server asks for them.
        ca: a file with the certificate authorities that a remote server's certificate is from.
        ack_timeout: seconds until a local server first repeats a request (CoAP's ACK_TIMEOUT);
            2 when left out.

    Raises:
        ValueError: the settings contradict each other or are out of range.
    """

    mode: Mode = Mode.AUTO
    version: str = DEFAULT_VERSION
    rest_url: str | None = None
    coap_host: str | None = None
    coap_port: int | None = None
    auth: tuple[str, str] | None = None
    ca: Path | None = None
    ack_timeout: float | None = None

    def __post_init__(self) -> None:
        if self.mode is Mode.REMOTE:
            self._check_remote()
        else:
            self._check_local()
        if self.coap_port is not None and not 1 <= self.coap_port <= 65535:
            raise ValueError(f"coap_port = {self.coap_port} is not a port: give one of 1..65535")

    def _check_remote(self) -> None:
        if self.rest_url is None:
            raise ValueError(
                'mode "remote" needs rest_url, the address of the server\'s REST API,'
                " for example http://leshan.example:8080"
            )
        parts = urlsplit(self.rest_url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ValueError(
                f"rest_url = {self.rest_url!r} is not an address of a REST API:"
                " give one such as http://leshan.example:8080"
            )
        if self.ack_timeout is not None:
            raise ValueError(
                "ack_timeout is for a server that is started here:"
                " set ACK_TIMEOUT in the remote server's own Californium.properties"
            )

    def _check_local(self) -> None:
        for name in ("rest_url", "auth", "ca"):
            if getattr(self, name) is not None:
                raise ValueError(
                    f'{name} is for a server that runs already: set mode to "remote" or leave'
                    f' {name} out (the mode is "{self.mode.value}")'
                )
        if self.coap_host in ("0.0.0.0", "::"):  # noqa: S104 - refused, not bound
            raise ValueError(
                f"coap_host = {self.coap_host!r} is no address that a module can reach:"
                " give the one of this machine's addresses that it is to use"
            )
        if self.ack_timeout is not None and not (
            math.isfinite(self.ack_timeout) and self.ack_timeout >= 0.001
        ):
            raise ValueError(
                f"ack_timeout = {self.ack_timeout} is not a time: give seconds, for example 9"
            )
