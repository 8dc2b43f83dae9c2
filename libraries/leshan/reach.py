"""Whether a web address answers, and in few words why not."""

from __future__ import annotations

from http.client import HTTPConnection, HTTPException

import requests
from urllib3.exceptions import (
    ConnectTimeoutError,
    NameResolutionError,
    NewConnectionError,
    ReadTimeoutError,
)

from leshan.settings import Address

CLIENTS = "/api/clients"
"""The list of registrations: in every release, and an answer only from a server that works."""

_POLL_LIMIT = 2.0


def complaint(rest: Address) -> str | None:
    """What is wrong with the REST API of a server of ours; None if it answers.

    No proxy and no redirect comes in between.
    """
    connection = HTTPConnection(rest.host, rest.port, timeout=_POLL_LIMIT)
    try:
        connection.request("GET", CLIENTS)
        status = connection.getresponse().status
    except (OSError, HTTPException) as error:
        return str(error) or type(error).__name__
    finally:
        connection.close()
    return None if status == 200 else f"HTTP {status}"


def reason(error: requests.RequestException) -> str:
    """What kept a request from being answered, without the layers it came through."""
    layers = _layers(error)
    for layer in layers:
        match layer:
            case NameResolutionError():
                return "its host name does not resolve"
            case NewConnectionError():  # which is a ConnectTimeoutError too, by its class
                break
            case ConnectTimeoutError():
                return "nothing there takes a connection (timed out)"
            case ReadTimeoutError() | TimeoutError():
                return "it takes connections but does not answer (timed out)"
    return str(layers[-1])


def innermost(error: BaseException) -> BaseException:
    """The error at the bottom of those that `requests` and `urllib3` wrap around each other."""
    return _layers(error)[-1]


def _layers(error: BaseException) -> list[BaseException]:
    layers = [error]
    while inner := _inner(layers[-1]):
        layers.append(inner)
    return layers


def _inner(error: BaseException) -> BaseException | None:
    for inner in (getattr(error, "reason", None), *error.args, error.__cause__):
        if isinstance(inner, BaseException):
            return inner
    return None
