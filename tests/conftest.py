from __future__ import annotations

import functools
import os
import select
import signal
from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest

from leshan.engine import find_engine
from leshan.errors import ServerUnavailable


def pytest_configure() -> None:
    # In a background job of a shell SIGINT is ignored, and every process that a test starts to
    # press Ctrl-C on would inherit that.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    # Whoever ends the tests ends what they started: a browser does not notice by itself.
    signal.signal(signal.SIGTERM, signal.default_int_handler)


@functools.cache
def _why_no_docker() -> str | None:
    try:
        find_engine()
    except ServerUnavailable as error:
        return str(error)
    return None


def pytest_runtest_setup(item: pytest.Item) -> None:
    if item.get_closest_marker("docker") and (reason := _why_no_docker()):
        if os.environ.get("REQUIRE_DOCKER") == "1":
            pytest.fail(f"REQUIRE_DOCKER=1, but {reason}", pytrace=False)
        pytest.skip(reason)


class WatchedProcess:
    """A process of which it can be told that it ended, whoever its parent is."""

    def __init__(self, pid: int) -> None:
        self.pid = pid
        self._fd = os.pidfd_open(pid)

    def has_ended(self, within: float = 10.0) -> bool:
        return bool(select.select([self._fd], [], [], within)[0])

    def is_running(self) -> bool:
        return not self.has_ended(within=0)

    def close(self) -> None:
        os.close(self._fd)


@pytest.fixture
def watch() -> Iterator[Callable[[int], WatchedProcess]]:
    with ExitStack() as watched:

        def start(pid: int) -> WatchedProcess:
            process = WatchedProcess(pid)
            watched.callback(process.close)
            return process

        yield start
