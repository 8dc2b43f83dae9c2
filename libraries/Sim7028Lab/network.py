"""Keywords about the network that the module is in (note 4.1)."""

from __future__ import annotations

from robot.api.deco import keyword

from sim7028_lab.failure import ScenarioFailed, Side
from Sim7028Lab.stage import Stage


class NetworkKeywords:
    """What must be so before anything else can work."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage

    @keyword
    def network_should_be_heard(self) -> None:
        """The module measures a signal (`AT+CESQ`): at least one of its figures is known."""
        signal = self._stage.scenario.bench.module.signal()
        if not signal.is_known:
            asked = "the signal; is the antenna on?"
            raise ScenarioFailed(asked, "a figure", f"the module tells {signal}", Side.BENCH)

    @keyword
    def network_should_not_be_heard(self) -> None:
        """The module's signal is not known (`AT+CESQ`): 99 and 255 are no measurement."""
        signal = self._stage.scenario.bench.module.signal()
        if signal.is_known:
            raise ScenarioFailed("the signal", "none", f"the module tells {signal}", Side.MODULE)

    @keyword
    def network_should_have_registered_module(self) -> None:
        """The module is registered, at home or roaming (`AT+CEREG?`, status 1 or 5)."""
        status = self._stage.scenario.bench.module.network_status()
        if not status.is_registered:
            expected = "the module to be registered"
            raise ScenarioFailed("the network", expected, f"it tells {status}", Side.BENCH)

    @keyword
    def network_should_not_have_registered_module(self) -> None:
        """The module is not registered (`AT+CEREG?`)."""
        status = self._stage.scenario.bench.module.network_status()
        if status.is_registered:
            expected = "the module not to be registered any more"
            raise ScenarioFailed("the network", expected, f"it tells {status}", Side.MODULE)

    @keyword
    def network_should_have_given_address(self) -> None:
        """The module has an IP address (`AT+CGPADDR`)."""
        pdp = self._stage.scenario.bench.module.address()
        if not pdp.address:
            came = "the module has none: its PDP context is not active"
            raise ScenarioFailed("the network", "an IP address", came, Side.BENCH)

    @keyword
    def network_should_not_have_given_address(self) -> None:
        """The module has no IP address (`AT+CGPADDR`)."""
        for pdp in self._stage.scenario.bench.module.addresses():
            if pdp.address:
                came = f"the module has {pdp.address}"
                raise ScenarioFailed("the network", "no IP address", came, Side.MODULE)
