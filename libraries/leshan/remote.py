"""A server that somebody else runs: used, never touched."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import NoReturn
from urllib.parse import urlsplit

import requests

from lab_evidence import Direction, Event, Recorder, Source
from leshan.errors import ServerLost, ServerRefused, ServerUnavailable
from leshan.reach import CLIENTS, reason
from leshan.settings import COAP_PORT, Address, Mode, ServerSettings
from leshan.supervision import Server

_LIMIT = 10.0


class RemoteServer(Server):
    """A Leshan server that runs already.

    Its end is seen by whoever asks something of it; nothing here watches it.

    Args:
        settings: where it is, and how to be let in.
        recorder: is told that it was found.

    Raises:
        ServerUnavailable: its REST API does not answer.
    """

    mode = Mode.REMOTE
    version = "unknown"

    def __init__(self, settings: ServerSettings, recorder: Recorder) -> None:
        assert settings.rest_url is not None  # noqa: S101 - ServerSettings sees to it
        self.rest_url = settings.rest_url.rstrip("/")
        host = settings.coap_host or urlsplit(self.rest_url).hostname or ""
        self.coap = Address(host, settings.coap_port or COAP_PORT)
        self.description = f"Leshan run by others, REST {self.rest_url}, CoAP {self.coap}"
        self._ask_once(settings)
        recorder.record(Event(Source.SERVER, Direction.NOTED, f"server found: {self.description}"))

    def _ask_once(self, settings: ServerSettings) -> None:
        began = time.monotonic()

        def unavailable(came: str, remedy: str) -> ServerUnavailable:
            asked = f"{self.description} was to answer GET {CLIENTS}"
            return ServerUnavailable(asked, came, time.monotonic() - began, remedy=remedy)

        try:
            with requests.Session() as session:
                session.trust_env = False  # as for all that is asked later
                response = session.get(
                    self.rest_url + CLIENTS,
                    auth=settings.auth,
                    verify=str(settings.ca) if settings.ca else True,
                    timeout=_LIMIT,
                    allow_redirects=False,
                )
                status = f"HTTP {response.status_code} {response.reason}"
        except requests.exceptions.SSLError as error:
            remedy = "Give the authority that signed its certificate as ca, a file in PEM format."
            raise unavailable(f"its certificate is not trusted: {reason(error)}", remedy) from error
        except OSError as error:  # what requests raises, and a ca file that is not there
            came = reason(error) if isinstance(error, requests.RequestException) else str(error)
            remedy = "See that it runs, that rest_url is right and that no firewall is between."
            raise unavailable(came, remedy) from error
        if response.status_code in (requests.codes.unauthorized, requests.codes.forbidden):
            raise unavailable(status, "Give user and password as auth.")
        if response.is_redirect:
            came = f"{status} to {response.headers['Location']}"
            raise unavailable(came, "Give the address that it leads to as rest_url.")
        if not response.ok:
            raise unavailable(status, "See that rest_url is that of a Leshan server's web page.")

    def check(self) -> None:
        """Nothing is known of a remote server before it is asked something."""

    def on_loss(self, tell: Callable[[ServerLost], None]) -> None:
        """Nobody watches a remote server: `tell` is never called."""

    def stop(self) -> None:
        """A remote server is not ours to stop."""

    def kill(self) -> NoReturn:
        """Refused.

        Raises:
            ServerRefused: always.
        """
        self._refuse("killed")

    def pause(self) -> NoReturn:
        """Refused.

        Raises:
            ServerRefused: always.
        """
        self._refuse("paused")

    def resume(self) -> NoReturn:
        """Refused.

        Raises:
            ServerRefused: always.
        """
        self._refuse("resumed")

    def restart(self) -> NoReturn:
        """Refused.

        Raises:
            ServerRefused: always.
        """
        self._refuse("restarted")

    def logs(self, lines: int | None = None) -> str:  # noqa: ARG002 - there is nothing to cut
        """Empty: a remote server's log is where it runs."""
        return ""

    def _refuse(self, done: str) -> NoReturn:
        raise ServerRefused(
            f"{self.description} was to be {done}",
            "somebody else runs it",
            0.0,
            remedy="Use mode jvm or docker for what needs a server of our own.",
        )
