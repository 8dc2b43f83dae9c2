"""An HTTP response: what a dialect makes of it, or an error that names the side that is wrong."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from lab_evidence import shortened
from leshan.errors import (
    InvalidAnswer,
    LeshanError,
    NoAnswer,
    ServerLost,
    ServerRefused,
    UnknownDialect,
)
from lwm2m import InvalidValue

R = TypeVar("R")

_LONGEST_WORDS = 300
_TITLE = re.compile(r"<title>(.*?)</title>", re.DOTALL | re.IGNORECASE)
_TAG = re.compile(r"<[^>]*>")


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
        return shortened(" ".join(text.split()), _LONGEST_WORDS)

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
            case 500 if '"observation" is null' in self.text:
                # So 2.0.0-M4 trips over a device that answers and does not begin to observe.
                error, came = InvalidAnswer, "the device answered without observing"
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
