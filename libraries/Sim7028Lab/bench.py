"""Keywords about the bench and the life of a scenario."""

from __future__ import annotations

import math

from robot.api import logger
from robot.api.deco import keyword

from Sim7028Lab.picture import log_picture
from Sim7028Lab.stage import Stage


class BenchKeywords:
    """The bench, and where scenarios begin and end."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage

    @keyword
    def open_bench(self) -> None:
        """Opens the bench that `${BENCH}` names, with the server that `${LESHAN}` says.

        The first scenario does this by itself when nobody did before.
        """
        bench = self._stage.bench
        logger.info(f"Module: {bench.description}\nServer: {bench.server.description}")

    @keyword
    def close_bench(self) -> None:
        """Closes module, port and server. What one of them does wrong does not stop the rest."""
        self._stage.close()

    @keyword
    def bench_short_lifetime(self) -> int:
        """The lifetime for a registration that is to be renewed or to end soon, in s.

        The bench's `[timing] short_lifetime`: longer than an update takes there.
        """
        return math.ceil(self._stage.bench.file.timing.short_lifetime)

    @keyword
    def start_scenario(self) -> None:
        """Gives the test a fresh endpoint name and a mark; the module has no sessions."""
        self._stage.start_scenario()
        logger.info(f"Endpoint: {self._stage.scenario.endpoint}")

    @keyword
    def end_scenario(self) -> None:
        """Drains: fails when a request of the server was not awaited or a URC not claimed.

        Leaves the module without sessions and the server without the registration.
        """
        self._stage.end_scenario()
        log_picture(self._stage)
