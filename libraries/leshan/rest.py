"""HTTP to the server: a response, or an error that names the side that is wrong."""

from __future__ import annotations

import html
import json
import re
import time
from collections.abc import Callable, Generator, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn, TypeVar
from urllib.parse import urlsplit

import requests
from sseclient import SSEClient
from urllib3.exceptions import HTTPError, ReadTimeoutError

from lab_evidence import Direction, Event, Json, Recorder, Source
from leshan.connections import CuttableAdapter
from leshan.errors import (
    InvalidAnswer,
    LeshanError,
    NoAnswer,
    ServerLost,
    ServerRefused,
    ServerUnavailable,
    UnknownDialect,
)
from lwm2m import InvalidValue

R = TypeVar("R")

CONNECT_LIMIT = 5.0
"""Seconds for a connection to the server."""
ANSWER_LIMIT = 10.0
"""Seconds for what the server answers by itself, without asking a device."""
QUIET_LIMIT = 35.0
"""Seconds without a byte on a stream of events; the server's heartbeat is one every 10 s."""

_LONGEST_WORDS = 300
_LONGEST_EVIDENCE = 4000
_TITLE = re.compile(r"<title>(.*?)</title>", re.DOTALL | re.IGNORECASE)
_TAG = re.compile(r"<[^>]*>")


@dataclass(frozen=True, slots=True)
class Body:
    """What a request carries.

    Attributes:
        text: sent as UTF-8.
        media_type: such as `application/json`.
    """

    text: str
    media_type: str


@dataclass(frozen=True, slots=True)
class Reply:
    """An HTTP response.

    Attributes:
        asked: what it is the response to, as a person would say it.
        status: the HTTP status.
        text: the body.
        elapsed: seconds from request to response.
        location: where a redirection points, else empty.
    """

    asked: str
    status: int
    text: str
    elapsed: float
    location: str = ""

    @property
    def words(self) -> str:
        """The body for a message: on one line, not too long, and of an HTML page its title."""
        text = self.text
        if text.lstrip().startswith("<"):
            title = _TITLE.search(text)
            text = html.unescape(title[1] if title else _TAG.sub(" ", text))
        return _shortened(" ".join(text.split()), _LONGEST_WORDS)

    def json(self) -> Any:
        """The body, read as JSON.

        Raises:
            UnknownDialect: it is none.
        """
        try:
            return json.loads(self.text)
        except ValueError:
            came = f"HTTP {self.status} with {self.words or 'nothing'}, which is no JSON"
            raise UnknownDialect(self.asked, came, self.elapsed) from None

    def understood(self, by: str, make: Callable[[Any], R]) -> R:
        """What a dialect makes of the body's JSON.

        Args:
            by: the release whose dialect it is.
            make: fails, as code does on JSON of another shape, where the dialect has no such thing.

        Raises:
            InvalidAnswer: the device said what is no value or no response code.
            UnknownDialect: the release says no such thing.
        """
        data = self.json()
        try:
            return make(data)
        except InvalidValue as error:
            raise InvalidAnswer(self.asked, str(error), self.elapsed) from error
        except (LookupError, TypeError, ValueError, AttributeError, ArithmeticError) as error:
            came = f"{self.words}, which {by} would not say ({type(error).__name__}: {error})"
            raise UnknownDialect(self.asked, came, self.elapsed) from error

    def checked(self) -> Reply:
        """This response, if the server did what it was asked.

        Raises:
            NoAnswer: the device gave no answer in time, or left while it was asked.
            InvalidAnswer: what the device answered is no answer to the request.
            ServerRefused: the server did not do it.
            ServerLost: something before the server says that it is not there.
        """
        if self.status == 200:
            return self
        came = f"HTTP {self.status} {self.words}".strip()
        error: type[LeshanError] = ServerRefused
        remedy = ""
        match self.status:
            case 500 if self.text.startswith(("Invalid Response", "Request rejected")):
                error = InvalidAnswer
            case 500 if self.text.startswith("Request cancelled"):
                # Leshan drops what it asked of a device that deregisters or registers anew.
                error = NoAnswer
            case 504 if self.text.startswith("Request timeout"):
                error, came = NoAnswer, "the device did not answer"
            case 502 | 503 | 504:
                error = ServerLost
                remedy = "A proxy says so in its place: see whether the server is up."
            case 500:
                remedy = "It failed on the request or on what the device said: see its log."
            case 401 | 403 | 407:
                remedy = "See the user and the password that are given for the server."
            case status if 300 <= status < 400:
                came = f"HTTP {status}, a redirection to {self.location or 'nowhere'}"
                remedy = "None is followed: give the server's own address."
            case _:
                remedy = "The device was not asked."
        raise error(self.asked, came, self.elapsed, remedy=remedy)


class Stream:
    """Server-sent events of a response that has begun.

    Args:
        asked: what this is, as a person would say it.
        response: whose body they are.
    """

    def __init__(self, asked: str, response: requests.Response) -> None:
        self._asked = asked
        self._response = response
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
                for event in SSEClient(self._chunks()).events():
                    if self._ended:
                        break  # and this one was cut off
                    yield event.event, event.data
                came = "the server ended the stream"
            except ReadTimeoutError:
                came = f"the server has been silent for {QUIET_LIMIT:g} s"
            except (HTTPError, OSError, ValueError) as error:
                # A socket that is shut down under TLS raises ValueError.
                came = _reason(error)
        if not self._closed:
            raise ServerLost(self._asked, came, time.monotonic() - self._opened)

    def _chunks(self) -> Iterator[bytes]:
        # What has come, and not until a block is full, as iter_content and iter_lines would.
        while chunk := self._response.raw.read1():
            yield chunk
        self._ended = True

    def close(self) -> None:
        """End the stream that another thread reads: its `events` end."""
        self._closed = True
        with suppress(OSError, ValueError, RuntimeError):  # it has ended by itself
            self._response.raw.shutdown()

    def discard(self) -> None:
        """End the stream, which nobody reads."""
        self._response.close()


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
        started = self._record_sent(request, body)
        try:
            response = self._session.send(
                request, timeout=(CONNECT_LIMIT, limit), allow_redirects=False
            )
        except (requests.RequestException, HTTPError, OSError) as error:
            self._raise(asked, request, error, started, limit)
        return self._reply(asked, request, response, started)

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
        started = self._record_sent(request, None)
        try:
            response = self._session.send(
                request, timeout=(CONNECT_LIMIT, QUIET_LIMIT), allow_redirects=False, stream=True
            )
        except (requests.RequestException, HTTPError, OSError) as error:
            self._raise(asked, request, error, started, QUIET_LIMIT)
        if response.headers.get("Content-Type", "").startswith("text/event-stream"):
            self._record_received(request, response, started, "(a stream of events)")
            return Stream(asked, response)
        with response:
            reply = self._reply(asked, request, response, started).checked()
        raise UnknownDialect(asked, f"no stream of events but {reply.words}", reply.elapsed)

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

    def _reply(
        self,
        asked: str,
        request: requests.PreparedRequest,
        response: requests.Response,
        started: float,
    ) -> Reply:
        text = response.content.decode("utf-8", "replace")
        elapsed = self._record_received(request, response, started, text)
        location = response.headers.get("Location", "")
        return Reply(asked, response.status_code, text, elapsed, location)

    def _raise(
        self,
        asked: str,
        request: requests.PreparedRequest,
        error: Exception,
        started: float,
        limit: float,
    ) -> NoReturn:
        after = time.monotonic() - started
        came = _reason(error)
        data: dict[str, Json] = {**_data(request), "seconds": round(after, 6)}
        self._recorder.record(Event(Source.REST, Direction.NOTED, f"no response: {came}", data))
        if self._closed:
            remedy = "Ask before the client is closed."
            raise ServerLost(asked, "this client was closed", after, remedy=remedy) from None
        if isinstance(error, requests.exceptions.SSLError):
            remedy = "Give the file of the certificates that signed the server's."
            raise ServerUnavailable(asked, f"{self.url}: {came}", after, remedy=remedy) from error
        if isinstance(error, requests.exceptions.ReadTimeout):
            came = f"no HTTP response within {limit:g} s"
        raise ServerLost(asked, f"{self.url}: {came}", after) from error

    def _record_sent(self, request: requests.PreparedRequest, body: Body | None) -> float:
        text = f"{request.method} {request.path_url} {body.text if body else ''}".rstrip()
        event = Event(
            Source.REST, Direction.SENT, _shortened(text, _LONGEST_EVIDENCE), _data(request)
        )
        self._recorder.record(event)
        return event.t

    def _record_received(
        self,
        request: requests.PreparedRequest,
        response: requests.Response,
        started: float,
        text: str,
    ) -> float:
        now = time.monotonic()
        data: dict[str, Json] = {
            **_data(request),
            "status": response.status_code,
            "seconds": round(now - started, 6),
        }
        text = _shortened(f"HTTP {response.status_code} {text}".rstrip(), _LONGEST_EVIDENCE)
        self._recorder.record(Event(Source.REST, Direction.RECEIVED, text, data, now))
        return now - started


def _data(request: requests.PreparedRequest) -> dict[str, Json]:
    return {"method": request.method, "path": request.path_url}


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


def _shortened(text: str, longest: int) -> str:
    return text if len(text) <= longest else f"{text[:longest]}… ({len(text)} characters)"


def _reason(error: BaseException) -> str:
    """What was wrong under the layers of requests and urllib3."""
    while type(error).__module__.partition(".")[0] in {"requests", "urllib3"}:
        below = error.__cause__ or error.__context__
        if below is None:
            break
        error = below
    strerror = error.strerror if isinstance(error, OSError) else None
    return strerror or str(error) or type(error).__name__
