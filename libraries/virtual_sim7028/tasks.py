"""Background tasks that are held, and whose failure is heard of."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any


class Tasks:
    """The tasks that one owner has started.

    A task that fails tells the event loop's exception handler at once, and not when it happens to
    be collected.
    """

    def __init__(self) -> None:
        self._running: set[asyncio.Task[None]] = set()

    def start(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        """Run a coroutine in the background."""
        task = asyncio.create_task(work)
        self._running.add(task)
        task.add_done_callback(self._done)
        return task

    def _done(self, task: asyncio.Task[None]) -> None:
        self._running.discard(task)
        if not task.cancelled():
            task.result()

    async def finish(self) -> None:
        """Wait until none runs."""
        await asyncio.gather(*self._running, return_exceptions=True)
