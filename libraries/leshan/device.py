"""What a server asks of one device: each request an operation that is started and awaited."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping
from enum import Enum
from typing import Any
from urllib.parse import quote

from lab_evidence import shortened
from leshan.dialects import Dialect, NotExpressible
from leshan.errors import ServerRefused
from leshan.models import TypeOf
from leshan.operation import Answer, Operation, Operations
from leshan.rest import Body, Rest
from lwm2m import Path, Value

DEFAULT_LIMIT = 12.0
"""Seconds for a device's answer: the module's own limit is 9 (note 2.2.8), and there is the air."""

_LONGEST = 80  # characters of a value in the description of its write
_MARGIN = 3.0  # seconds more that the server has to say that nothing came


class Format(Enum):
    """What a value is carried in; of an answer, what the device is asked for (Accept option)."""

    TLV = "TLV"
    TEXT = "TEXT"
    OPAQUE = "OPAQUE"
    JSON = "JSON"


class WriteMode(Enum):
    """What becomes of resources that a write to their instance leaves out (LwM2M 1.0, 5.4.3)."""

    REPLACE = "true"
    """They go; the request is a PUT."""
    UPDATE = "false"
    """They stay; the request is a POST."""


class Device:
    """One device, as the server reaches it.

    Every request is an `Operation` on a thread of its own. Its limit is how long the server waits
    for the device, in seconds; Leshan counts whole ones, so it is rounded up. Whether the device
    has what is asked for is left to the device, and what a value may be to the server: a 4.xx is
    an answer, `ServerRefused` holds the server's words. What the server's release cannot show is
    `ServerLimit`, whatever the operation.

    Args:
        endpoint: the device's name; it need not be registered.
        rest: the server's REST API.
        dialect: gives what the server speaks, which may first have to be asked.
        type_of: tells the types of the device's resources.
        operations: starts what is asked.
    """

    def __init__(
        self,
        endpoint: str,
        *,
        rest: Rest,
        dialect: Callable[[], Dialect],
        type_of: TypeOf,
        operations: Operations,
    ) -> None:
        self.endpoint = endpoint
        self._rest = rest
        self._dialect = dialect
        self._type_of = type_of
        self._operations = operations

    def read(
        self, path: Path, *, limit: float = DEFAULT_LIMIT, accept: Format | None = None
    ) -> Operation[Answer]:
        """Read an object, an instance or a resource (LwM2M 1.0, 5.4.1).

        Args:
            path: what to read.
            limit: seconds for the device.
            accept: what to ask the device to answer in; its own choice when left out.
        """
        query = {"format": accept.value} if accept else {}
        return self._ask("read", "GET", path, limit, query=query)

    def write(
        self, path: Path, value: Value, *, limit: float = DEFAULT_LIMIT, form: Format | None = None
    ) -> Operation[Answer]:
        """Write a resource (LwM2M 1.0, 5.4.3).

        Args:
            path: of the resource.
            value: what to write.
            limit: seconds for the device.
            form: what to write it in; the server's own choice, TLV, when left out.

        Raises:
            ServerRefused: from the operation's `wait`, also where the server's REST API has no way
                to say `value`.
        """
        return self._ask(
            f"write {shortened(str(value), _LONGEST)} to",
            "PUT",
            path,
            limit,
            query={"format": form.value} if form else {},
            body=lambda dialect: _json(dialect.resource(path, value, self._type_of(path))),
        )

    def write_instance(
        self,
        path: Path,
        values: Mapping[int, Value],
        *,
        mode: WriteMode = WriteMode.REPLACE,
        limit: float = DEFAULT_LIMIT,
    ) -> Operation[Answer]:
        """Write several resources of an instance in one request (LwM2M 1.0, 5.4.3).

        Args:
            path: of the instance.
            values: of its resources, by their numbers.
            mode: what becomes of the others.
            limit: seconds for the device.

        Raises:
            ServerRefused: from the operation's `wait`, as for `write`.
        """
        return self._ask(
            f"{mode.name.lower()} {len(values)} resources of",
            "PUT",
            path,
            limit,
            query={"replace": mode.value},
            body=lambda dialect: _json(
                dialect.instance(path, path.instance, values, self._type_of)
            ),
        )

    def execute(
        self, path: Path, arguments: str = "", *, limit: float = DEFAULT_LIMIT
    ) -> Operation[Answer]:
        """Execute a resource (LwM2M 1.0, 5.4.5).

        Args:
            path: of the resource.
            arguments: goes to the device as it is.
            limit: seconds for the device.

        Raises:
            ServerLimit: from the operation's `wait`, where 2.0.0-M18 is to send what is not in the
                specification's grammar, such as `123456`.
        """
        return self._ask(
            f"execute{f' with {arguments!r}' if arguments else ''}",
            "POST",
            path,
            limit,
            body=lambda _: Body(arguments, "text/plain"),
        )

    def discover(self, path: Path, *, limit: float = DEFAULT_LIMIT) -> Operation[Answer]:
        """Ask what is at and below `path` (LwM2M 1.0, 5.4.2); see the answer's links."""
        return self._ask("discover", "GET", path, limit, verb="discover")

    def observe(self, path: Path, *, limit: float = DEFAULT_LIMIT) -> Operation[Answer]:
        """Ask to be notified of changes (LwM2M 1.0, 5.5.1); the answer holds what is there now.

        A device may answer and not observe (RFC 7641, 4.1). 2.0.0-M4 fails on such an answer, which
        is `ServerRefused` with an exception of its own in it.
        """
        return self._ask("observe", "POST", path, limit, verb="observe")

    def cancel(self, path: Path, *, limit: float = DEFAULT_LIMIT) -> Operation[None]:
        """Have the server forget the observation of `path` (LwM2M 1.0, 5.5.3).

        The device is not asked, so there is no answer of it: the server resets the device's next
        notification. It goes well also where nothing is observed.
        """
        description = f"cancel the observation of {path} on {self.endpoint}"
        url = f"{path_of(self.endpoint)}{path}/observe"

        def work() -> None:
            self._rest.ask(description, "DELETE", url, limit=_whole(limit) + _MARGIN).checked()

        return self._operations.start(description, work)

    def create(
        self,
        path: Path,
        instance: int | None,
        values: Mapping[int, Value],
        *,
        limit: float = DEFAULT_LIMIT,
    ) -> Operation[Answer]:
        """Create an instance of an object (LwM2M 1.0, 5.4.7).

        Args:
            path: of the object.
            instance: the new instance's number; None leaves it to the device, which tells it in
                the answer's location.
            values: of its resources, by their numbers.
            limit: seconds for the device.

        Raises:
            ServerRefused: from the operation's `wait`, as for `write`.
        """
        return self._ask(
            f"create instance {'' if instance is None else instance}".rstrip() + " of",
            "POST",
            path,
            limit,
            body=lambda dialect: _json(dialect.instance(path, instance, values, self._type_of)),
        )

    def delete(self, path: Path, *, limit: float = DEFAULT_LIMIT) -> Operation[Answer]:
        """Delete an instance (LwM2M 1.0, 5.4.8)."""
        return self._ask("delete", "DELETE", path, limit)

    def _ask(
        self,
        what: str,
        method: str,
        path: Path,
        limit: float,
        *,
        verb: str = "",
        query: Mapping[str, str] | None = None,
        body: Callable[[Dialect], Body] | None = None,
    ) -> Operation[Answer]:
        description = f"{what} {path} on {self.endpoint}"
        seconds = _whole(limit)
        url = f"{path_of(self.endpoint)}{path}{f'/{verb}' if verb else ''}"

        def work() -> Answer:
            dialect = self._dialect()
            try:
                carried = body(dialect) if body else None
            except NotExpressible as error:
                remedy = "Nothing was sent: write another kind, or use another release of Leshan."
                raise ServerRefused(description, str(error), 0.0, remedy=remedy) from error
            reply = self._rest.ask(
                description,
                method,
                url,
                query={**(query or {}), "timeout": str(seconds)},
                body=carried,
                limit=seconds + _MARGIN,
            )
            return dialect.checked(reply).understood(
                dialect.name,
                lambda data: dialect.answer(
                    description, path, data, reply.text, reply.elapsed, self._type_of
                ),
            )

        return self._operations.start(description, work)


def path_of(endpoint: str) -> str:
    """Where a device is in the REST API."""
    return f"/api/clients/{quote(endpoint, safe='')}"


def _whole(limit: float) -> int:
    if not limit > 0:
        raise ValueError(f"a limit of {limit} s gives the device no time: give more than 0")
    return math.ceil(limit)


def _json(body: Any) -> Body:
    return Body(json.dumps(body), "application/json")
