"""What is to be known of a release of Leshan to run it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

from leshan.settings import Address

# A test server runs for minutes: what starts soonest is best.
_QUICK = ("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC")

GROUP = "org.eclipse.leshan"
CLASSIFIER = "jar-with-dependencies"
LOOPBACK = "127.0.0.1"


@dataclass(frozen=True, slots=True)
class Configuration:
    """A file that the server reads from the folder it is started in."""

    name: str
    text: str


@dataclass(frozen=True)
class Release(ABC):
    """One release of Leshan's demo server.

    Attributes:
        version: its version at Maven Central.
    """

    version: str
    artifact: ClassVar[str]
    needed_jvm_options: ClassVar[tuple[str, ...]]
    spare_ports: ClassVar[int]
    """How many ports it opens beside REST and CoAP, wanted or not."""

    @property
    def coordinates(self) -> str:
        """Its jar's name at Maven Central."""
        return f"{GROUP}:{self.artifact}:{self.version}:{CLASSIFIER}"

    @property
    def jar_name(self) -> str:
        """Its jar's file name."""
        return f"{self.artifact}-{self.version}-{CLASSIFIER}.jar"

    @property
    def jvm_options(self) -> tuple[str, ...]:
        """What `java` needs to run it, and to start it soon."""
        return (*self.needed_jvm_options, *_QUICK)

    @abstractmethod
    def arguments(self, rest: Address, coap: Address, spare: Sequence[int]) -> list[str]:
        """What makes it listen on these addresses, the spare ports on loopback, nowhere else."""

    @abstractmethod
    def configuration(self, ack_timeout: float) -> Configuration:
        """What makes it wait `ack_timeout` seconds for an ACK before it repeats a request."""

    @staticmethod
    def _listen(rest: Address, coap: Address, coaps_port: int) -> list[str]:
        return [
            *("-wh", rest.host, "-wp", str(rest.port)),
            *("-lh", coap.host, "-lp", str(coap.port)),
            *("-slh", LOOPBACK, "-slp", str(coaps_port)),
        ]


class Milestone4(Release):
    """As 2.0.0-M4 is: Californium 2, command line of its own."""

    artifact = "leshan-server-demo"
    # Its JSON serializer looks into java.util: without it every list of clients is HTTP 500.
    needed_jvm_options = ("--add-opens", "java.base/java.util=ALL-UNNAMED")
    spare_ports = 1

    def arguments(self, rest: Address, coap: Address, spare: Sequence[int]) -> list[str]:
        """CoAP over DTLS cannot be turned off: it gets the spare port."""
        (coaps,) = spare
        return self._listen(rest, coap, coaps)

    def configuration(self, ack_timeout: float) -> Configuration:
        """A file that is there replaces Leshan's own settings: MID_TACKER is the only one."""
        return Configuration(
            "Californium.properties",
            f"MID_TACKER=NULL\nACK_TIMEOUT={round(ack_timeout * 1000)}\n",
        )


class Milestone18(Release):
    """As 2.0.0-M18 is: Californium 3, java-coap beside it.

    Taken from its source: the jar was not to be had where this was written.
    """

    artifact = "leshan-demo-server"
    needed_jvm_options = ()
    spare_ports = 3

    def arguments(self, rest: Address, coap: Address, spare: Sequence[int]) -> list[str]:
        """The java-coap endpoints, UDP and TCP, would listen on every address."""
        coaps, java_coap, tcp = spare
        return [
            *self._listen(rest, coap, coaps),
            *("-jh", LOOPBACK, "-jp", str(java_coap)),
            *("-th", LOOPBACK, "-tp", str(tcp)),
        ]

    def configuration(self, ack_timeout: float) -> Configuration:
        """What is not in the file stays as Leshan sets it."""
        return Configuration(
            "Californium3.server.properties",
            f"COAP.ACK_TIMEOUT={round(ack_timeout * 1000)}[ms]\n",
        )


RELEASES: Mapping[str, Release] = {
    release.version: release for release in (Milestone4("2.0.0-M4"), Milestone18("2.0.0-M18"))
}
"""The releases that can be started here."""
