"""Keywords about what is documented of the module."""

from __future__ import annotations

from robot.api import logger
from robot.api.deco import keyword

from Sim7028Lab.stage import Stage


class ConformanceKeywords:
    """The module against the application note."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage

    @keyword
    def module_should_conform(self) -> None:
        """The module has done nothing in this scenario that is neither documented nor accepted.

        What is accepted of its firmware stands in the bench's baseline. The end of every scenario
        asks the same; this step asks earlier.
        """
        scenario = self._stage.scenario
        scenario.expect_conformance()
        accepted = "\n".join(map(str, scenario.bench.watch.findings))
        logger.info(f"Accepted by the baseline: {accepted or 'nothing'}")
