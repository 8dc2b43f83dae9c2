"""HTTP to the server."""

from __future__ import annotations

import time
from collections.abc import Callable, Generator, Iterator, Mapping
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn
from urllib.parse import urlsplit

import requests
from sseclient import SSEClient
from urllib3.exceptions import HTTPError, ProtocolError, ReadTimeoutError

from lab_evidence import Direction, Event, Recorder, Silent, Source, shortened
from leshan.connections import CuttableAdapter
from leshan.errors import ServerLost, ServerUnavailable, UnknownDialect
from leshan.reach import innermost
from leshan.reply import Reply

CONNECT_LIMIT = 5.0
"""Seconds for a connection to the server."""
ANSWER_LIMIT = 10.0
"""Seconds for what the server answers by itself, without asking a device."""
QUIET_LIMIT = 35.0
"""Seconds without a byte on a stream of events; the server's heartbeat is one every 10 s."""

_LONGEST_EVIDENCE = 4000
_BLOCK = 65536
_SETTLING = 5  # round trips: without any, 3 streams of 1,000 miss what comes at once


@dataclass(frozen=True, slots=True)
class Body:
    """What a request carries.

    Attributes:
        text: sent as UTF-8.
        media_type: such as `application/json`.
    """

    text: str
    media_type: str


class Stream:
    """Server-sent events of a response that has begun.

    Args:
        asked: what this is, as a person would say it.
        response: whose body they are.
        is_over: says whether the client as a whole was closed.
    """

    def __init__(
        self, asked: str, response: requests.Response, is_over: Callable[[], bool]
    ) -> None:
        self._asked = asked
        self._response = response
        self._is_over = is_over
        self._opened = time.monotonic()
        self._ended = False
        self._closed = False

    def events(self) -> Generator[tuple[str, str], None, None]:
        """Name and data of each event as it comes, until the stream is closed.

        Raises:
            ServerLost: the server ended it, broke it off, or has been silent for too long.
        """
        with self._response:
            try:
                for event in SSEClient(self._until_the_end()).events():
                    if self._ended:
                        break  # and this one was cut off
                    yield event.event, event.data
                came = "the server ended the stream"
            except ReadTimeoutError:
                came = f"the server has been silent for {QUIET_LIMIT:g} s"
            except (HTTPError, OSError, ValueError) as error:
                # A socket that is shut down under TLS raises ValueError.
                came = _reason(error)
        if not (self._closed or self._is_over()):
            raise ServerLost(self._asked, came, time.monotonic() - self._opened)

    def _until_the_end(self) -> Iterator[bytes]:
        yield from _pieces(self._response)
        self._ended = True

    def close(self) -> None:
        """End the stream that another thread reads: its `events` end."""
        self._closed = True
        with suppress(OSError, ValueError, RuntimeError):  # it has ended by itself
            self._response.raw.shutdown()

    def discard(self) -> None:
        """End the stream, which nobody reads."""
        self._response.close()


@dataclass(frozen=True, slots=True)
class _Exchange:
    """A request that was sent and the response that has begun."""

    asked: str
    sent: Event
    response: requests.Response
    recorder: Recorder

    def received(self, text: str) -> float:
        """Tell what came, and give the seconds that it took."""
        status = self.response.status_code
        now = time.monotonic()
        elapsed = now - self.sent.t
        text = shortened(f"HTTP {status} {text}".rstrip(), _LONGEST_EVIDENCE)
        data = {**self.sent.data, "status": status, "seconds": round(elapsed, 6)}
        self.recorder.record(Event(Source.REST, Direction.RECEIVED, text, data, now))
        return elapsed


class Rest:
    """One server's REST API.

    It asks the server itself: no proxy, no redirection, nothing from the environment.

    Args:
        url: such as `http://127.0.0.1:8080`.
        auth: user and password of HTTP basic authentication.
        ca: a file of certificates to trust instead of the usual ones.
        recorder: told of each request and each response.

    Raises:
        ServerUnavailable: the address is none, or the CA file is not there.
    """

    def __init__(
        self, url: str, *, auth: tuple[str, str] | None, ca: Path | None, recorder: Recorder
    ) -> None:
        self.url = _checked_url(url)
        self._recorder = recorder
        self._adapter = CuttableAdapter()
        self._session = requests.Session()
        self._session.trust_env = False
        self._session.auth = auth
        self._session.headers["Accept-Encoding"] = "identity"  # compressed events come in blocks
        self._session.mount("http://", self._adapter)
        self._session.mount("https://", self._adapter)
        if ca is not None:
            if not ca.is_file():
                remedy = "Give a file of the certificates, in PEM, that signed the server's."
                raise ServerUnavailable(f"trust {ca}", "there is no such file", 0.0, remedy=remedy)
            self._session.verify = str(ca)
        self._closed = False

    def ask(
        self,
        asked: str,
        method: str,
        path: str,
        *,
        query: Mapping[str, str] | None = None,
        body: Body | None = None,
        limit: float = ANSWER_LIMIT,
    ) -> Reply:
        """The server's response, whatever its status.

        Args:
            asked: what this is, as a person would say it.
            method: of HTTP.
            path: from its slash on, percent-encoded.
            query: the path's parameters.
            body: what the request carries.
            limit: seconds for the response.

        Raises:
            ServerLost: no response came.
            ServerUnavailable: the server's certificate is not trusted.
        """
        request = self._prepare(method, path, query, body)
        exchange = self._begin(asked, request, limit, self._recorder)
        with exchange.response:
            return self._finish(exchange)

    def stream(self, asked: str, path: str, *, query: Mapping[str, str] | None = None) -> Stream:
        """A stream of events; its response has begun when this returns.

        Raises:
            ServerLost: no response came.
            ServerUnavailable: the server's certificate is not trusted.
            ServerRefused: the response is an error.
            UnknownDialect: the response is no stream of events.
        """
        request = self._prepare("GET", path, query, None)
        request.headers["Accept"] = "text/event-stream"
        exchange = self._begin(asked, request, QUIET_LIMIT, self._recorder)
        with ExitStack() as unless_streaming:
            response = unless_streaming.enter_context(exchange.response)
            if response.headers.get("Content-Type", "").startswith("text/event-stream"):
                exchange.received("(a stream of events)")
                unless_streaming.pop_all()
                return Stream(asked, response, lambda: self._closed)
            reply = self._finish(exchange).checked()
        raise UnknownDialect(asked, f"no stream of events but {reply.words}", reply.elapsed)

    def settle(self) -> None:
        """Give the server the time to deliver on a stream whose response it has begun.

        Jetty sends the beginning of the response first and adds the stream to those that get
        events after that, on a thread that may have to wait for its turn. Nothing tells when it
        had it; so these are round trips, which take longer the busier the server is.

        Raises:
            ServerLost: it went away.
        """
        request = self._prepare("GET", "/api/server/endpoint", None, None)
        for _ in range(_SETTLING):
            exchange = self._begin(
                "see whether the server is there", request, ANSWER_LIMIT, Silent()
            )
            with exchange.response:
                self._finish(exchange)

    def close(self) -> None:
        """End every connection; whoever waits on one gets `ServerLost`."""
        self._closed = True
        self._adapter.cut()
        self._session.close()

    def _prepare(
        self, method: str, path: str, query: Mapping[str, str] | None, body: Body | None
    ) -> requests.PreparedRequest:
        return self._session.prepare_request(
            requests.Request(
                method,
                self.url + path,
                params=query,
                data=body.text.encode() if body else None,
                headers={"Content-Type": f"{body.media_type}; charset=utf-8"} if body else None,
            )
        )

    def _begin(
        self, asked: str, request: requests.PreparedRequest, limit: float, recorder: Recorder
    ) -> _Exchange:
        """Send the request; its response has begun."""
        carried = request.body.decode() if isinstance(request.body, bytes) else ""
        text = f"{request.method} {request.path_url} {carried}".rstrip()
        sent = Event(
            Source.REST,
            Direction.SENT,
            shortened(text, _LONGEST_EVIDENCE),
            {"method": request.method, "path": request.path_url},
        )
        recorder.record(sent)
        try:
            response = self._session.send(
                request, timeout=(CONNECT_LIMIT, limit), allow_redirects=False, stream=True
            )
        except (requests.RequestException, HTTPError, OSError) as error:
            self._lose(asked, sent, error, recorder)
        return _Exchange(asked, sent, response, recorder)

    def _finish(self, exchange: _Exchange) -> Reply:
        """Read the response to its end."""
        response = exchange.response
        parts: list[bytes] = []
        try:
            parts.extend(_pieces(response))
        except (requests.RequestException, HTTPError, OSError) as error:
            # 2.0.0-M4 breaks off behind the words that an endpoint is unknown to it.
            if response.status_code == 200:
                self._lose(exchange.asked, exchange.sent, error, exchange.recorder)
        text = b"".join(parts).decode("utf-8", "replace")
        return Reply(
            asked=exchange.asked,
            status=response.status_code,
            text=text,
            elapsed=exchange.received(text),
            location=response.headers.get("Location", ""),
        )

    def _lose(self, asked: str, sent: Event, error: Exception, recorder: Recorder) -> NoReturn:
        after = time.monotonic() - sent.t
        came = _reason(error)
        data = {**sent.data, "seconds": round(after, 6)}
        recorder.record(Event(Source.REST, Direction.NOTED, f"no response: {came}", data))
        if self._closed:
            remedy = "Ask before the client is closed."
            raise ServerLost(asked, "this client was closed", after, remedy=remedy) from None
        if isinstance(error, requests.exceptions.SSLError):
            remedy = "Give the file of the certificates that signed the server's."
            raise ServerUnavailable(asked, f"{self.url}: {came}", after, remedy=remedy) from error
        if isinstance(error, requests.exceptions.ReadTimeout | ReadTimeoutError):
            came = "no HTTP response in time"
        elif isinstance(error, ProtocolError):
            came = "the HTTP response was cut off"
        raise ServerLost(asked, f"{self.url}: {came}", after) from error


def _checked_url(url: str) -> str:
    """`url` without a slash at its end, if it is one that can be asked."""
    asked = f"use {url!r} as the server's REST address"
    remedy = "Write it like http://127.0.0.1:8080."
    try:
        parts = urlsplit(url)
        port_is_good = parts.port != 0
    except ValueError as error:
        raise ServerUnavailable(asked, str(error), 0.0, remedy=remedy) from None
    if parts.username is not None:
        remedy = "Give user and password apart from it: addresses are shown, they are not."
        raise ServerUnavailable(
            "use the server's REST address", "it holds a user", 0.0, remedy=remedy
        )
    if parts.scheme not in {"http", "https"} or not parts.hostname or not port_is_good:
        raise ServerUnavailable(asked, "that is no http or https address", 0.0, remedy=remedy)
    if parts.query or parts.fragment:
        raise ServerUnavailable(asked, "there is more behind its path", 0.0, remedy=remedy)
    return url.rstrip("/")


def _pieces(response: requests.Response) -> Iterator[bytes]:
    """The body as it comes; `iter_content` and `iter_lines` would wait for a block to be full."""
    while piece := response.raw.read1(_BLOCK):
        yield piece


def _reason(error: Exception) -> str:
    bottom = innermost(error)
    said = bottom.strerror if isinstance(bottom, OSError) else None
    return said or str(bottom) or type(bottom).__name__
