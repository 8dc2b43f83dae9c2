"""Something asked of a device through the server: started now, awaited later, never lost."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from leshan.errors import InvalidAnswer
from lwm2m import Code, Path, Value

R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class Link:
    """One entry of a discovery (LwM2M 1.0, 5.4.2).

    Attributes:
        target: as the device wrote it, such as `/3303/0/5700`.
        attributes: such as `pmin` and `ver`, as text.
    """

    target: str
    attributes: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Answer:
    """Whatever the device said, 4.xx and 5.xx included.

    Attributes:
        asked: what it is the answer to, as a person would say it.
        code: the response code.
        values: of the resources (or their instances) that came, by their paths.
        links: what a discovery found.
        location: where a create put the new instance.
        elapsed: seconds from asking to answer, as the harness saw it.
        raw: the server's response as it came.
    """

    asked: str
    code: Code
    values: Mapping[Path, Value]
    links: tuple[Link, ...]
    location: Path | None
    elapsed: float
    raw: str

    @property
    def value(self) -> Value:
        """The only value that came.

        Raises:
            InvalidAnswer: there is none, or more than one.
        """
        if len(self.values) == 1:
            return next(iter(self.values.values()))
        several = ", ".join(f"{path} = {value}" for path, value in self.values.items())
        raise InvalidAnswer(
            self.asked,
            f"{self.code} with {f'{len(self.values)} values: {several}' if several else 'no value'}"
            f" where one was expected",
            self.elapsed,
        )


class Operation(Generic[R]):
    """Something asked on a thread of its own, from the moment that this is made.

    Args:
        description: what was asked, as a person would say it.
        work: asks, and gives the answer or raises. It must end by itself.

    Attributes:
        description: what was asked.
        started: when, in seconds on the monotonic clock.
    """

    def __init__(self, description: str, work: Callable[[], R]) -> None:
        self.description = description
        self.started = time.monotonic()
        self._work = work
        self._outcome: Future[R] = Future()
        self._awaited = False
        self._thread = threading.Thread(target=self._run, name=description, daemon=True)
        self._thread.start()

    def _run(self) -> None:
        try:
            self._outcome.set_result(self._work())
        except BaseException as error:  # raised again where it is awaited
            self._outcome.set_exception(error)

    @property
    def done(self) -> bool:
        """Whether `wait` would return or raise at once."""
        return self._outcome.done()

    @property
    def awaited(self) -> bool:
        """Whether somebody took the outcome, or said that nobody would."""
        return self._awaited

    def wait(self) -> R:
        """The outcome, once it is there; the operation ends by its own limit.

        Raises:
            NoAnswer: the device did not answer within the limit.
            InvalidAnswer: the device answered with what is no answer to this.
            ServerRefused: the server did not take the request; its words are in the message.
            ServerLimit: the server's release cannot show this.
            ServerLost: the server went away meanwhile.
            UnknownDialect: the server said what no known Leshan says.
        """
        self._awaited = True
        return self._outcome.result()

    def abandon(self) -> None:
        """Say that nobody will wait for this: whatever comes of it is no loss."""
        self._awaited = True

    def join(self) -> None:
        """Return when the operation's thread is gone, whatever came of it."""
        self._thread.join()

    def __repr__(self) -> str:
        return f"<Operation {self.description!r}, {'done' if self.done else 'running'}>"


class Operations:
    """Those that one client started and that are not over."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._running: list[Operation[Any]] = []

    def start(self, description: str, work: Callable[[], R]) -> Operation[R]:
        """Begin an operation."""
        operation = Operation(description, work)
        with self._lock:
            self._running = [other for other in self._running if not other.done]
            self._running.append(operation)
        return operation

    def join(self) -> None:
        """Return when the threads of all that were started are gone."""
        with self._lock:
            running, self._running = self._running, []
        for operation in running:
            operation.join()
