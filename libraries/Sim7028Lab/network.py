"""Keywords about the network that the module is in (note 4.1)."""

from __future__ import annotations

from robot.api.deco import keyword

from sim7028_lab.scenario import ScenarioFailed
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
            raise ScenarioFailed(f"the module measures no signal: {signal}. Is the antenna on?")

    @keyword
    def network_should_not_be_heard(self) -> None:
        """The module's signal is not known (`AT+CESQ`): 99 and 255 are no measurement."""
        signal = self._stage.scenario.bench.module.signal()
        if signal.is_known:
            raise ScenarioFailed(f"the module measures a signal: {signal}")

    @keyword
    def network_should_have_registered_module(self) -> None:
        """The module is registered, at home or roaming (`AT+CEREG?`, status 1 or 5)."""
        status = self._stage.scenario.bench.module.network_status()
        if not status.is_registered:
            raise ScenarioFailed(f"the module is not registered in the network: {status}")

    @keyword
    def network_should_not_have_registered_module(self) -> None:
        """The module is not registered (`AT+CEREG?`)."""
        status = self._stage.scenario.bench.module.network_status()
        if status.is_registered:
            raise ScenarioFailed(f"the module is still registered in the network: {status}")

    @keyword
    def network_should_have_given_address(self) -> None:
        """The module has an IP address (`AT+CGPADDR`)."""
        pdp = self._stage.scenario.bench.module.address()
        if not pdp.address:
            raise ScenarioFailed("the module has no IP address: its PDP context is not active")

    @keyword
    def network_should_not_have_given_address(self) -> None:
        """The module has no IP address (`AT+CGPADDR`)."""
        for pdp in self._stage.scenario.bench.module.addresses():
            if pdp.address:
                raise ScenarioFailed(f"the module has the IP address {pdp.address}")
