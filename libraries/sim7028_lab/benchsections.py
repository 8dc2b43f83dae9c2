"""Sections of a bench file, each a dataclass whose fields are its keys."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from leshan import DEFAULT_VERSION, Mode, ServerSettings
from sim7028 import PortSettings, is_real_port
from sim7028_lab.baseline import shipped_baseline
from sim7028_lab.benchkeys import (
    Holds,
    as_auth,
    as_baseline,
    as_baudrate,
    as_ca,
    as_command,
    as_coordinator,
    as_count,
    as_faults,
    as_firmware,
    as_flag,
    as_hub,
    as_ladder,
    as_mode,
    as_pin,
    as_seconds,
    as_switches,
    as_text,
    as_udp_port,
    as_url,
    key,
)
from sim7028_lab.rung import Rung

VIRTUAL = "virtual"
"""As `module.port`: start a virtual module for this run."""

LABGRID = "labgrid"
"""As `module.port`: the serial port of the place that `[labgrid]` names."""


@dataclass(frozen=True, slots=True)
class ModuleSection:
    """`[module]`: where the module is and how to talk to it.

    Attributes:
        port: a device such as `/dev/serial/by-id/…`, `socket://host:port`, `rfc2217://host:port`,
            `labgrid` for the one of a labgrid place, or `virtual` for a virtual module started for
            the run.
        simulated: a virtual module that somebody else started is behind that port: it can reach
            this machine's loopback, and reports call it simulated.
        baudrate: bits a second.
        firmware: the dialect that the module speaks; on a virtual module, its profile.
        dtr: level to put on DTR when the port opens; left alone when absent.
        rts: the same for RTS.
        rtscts: hardware flow control.
        switches: single choices of the virtual module's profile, by name.
        faults: what the virtual module does wrong, and when, such as `hang@AT+LWADDOBJ:2`.
        baseline: what is accepted of the firmware though it is not as documented; when left out,
            what is shipped for it.
    """

    port: str = key(as_text, VIRTUAL)
    simulated: bool = key(as_flag, False)
    baudrate: int = key(as_baudrate, 115200)
    firmware: str = key(as_firmware, "note-1.03")
    dtr: bool | None = key(as_flag)
    rts: bool | None = key(as_flag)
    rtscts: bool = key(as_flag, False)
    switches: Mapping[str, str] = key(as_switches, dict)
    faults: tuple[str, ...] = key(as_faults, ())
    baseline: Path | None = key(as_baseline, holds=Holds.FILE)

    @property
    def is_virtual(self) -> bool:
        """Whether the run starts its own virtual module."""
        return self.port == VIRTUAL

    @property
    def is_in_the_field(self) -> bool:
        """Whether the module is on a cellular network, and so cannot reach this machine's loopback.

        Only a device, here or behind RFC 2217, is taken for a real module.
        """
        return not self.is_virtual and not self.simulated and is_real_port(self.port)

    @property
    def baseline_file(self) -> Path:
        """Where the baseline is."""
        return self.baseline or shipped_baseline(self.firmware)

    @property
    def port_settings(self) -> PortSettings:
        """How to open the port."""
        return PortSettings(baudrate=self.baudrate, dtr=self.dtr, rts=self.rts, rtscts=self.rtscts)


@dataclass(frozen=True, slots=True)
class NetworkSection:
    """`[network]`: what the module needs to get on the air.

    Attributes:
        apn: access point name of the default PDP context; the network's own choice when absent.
        pin: the SIM's PIN, 4 to 8 digits.
    """

    apn: str | None = key(as_text)
    pin: str | None = key(as_pin, holds=Holds.CONFIDENTIAL)


@dataclass(frozen=True, slots=True)
class TimingSection:
    """`[timing]`: how long things may take on this bench, in seconds.

    Attributes:
        attach: from power-up or CFUN=1 to registered in the network.
        registration: from AT+LWOPEN to +LMOPEN, and from there to the server's list.
        urc: from the server's request to the URC.
        server: from the server's request to the module's answer, as the server waits for it.
        quiet: how long nothing must come before "should not" is believed.
        short_lifetime: of a registration that a scenario wants to see renewed, or end; longer than
            an update takes on this bench.
        nat_idle: how long after the module's last message the network still lets the server's
            requests through to it; for ever when left out. Registrations get a lifetime that
            keeps the way open, and a request that stays unanswered later is the bench's failure.
    """

    attach: float = key(as_seconds, 120.0)
    registration: float = key(as_seconds, 60.0)
    urc: float = key(as_seconds, 20.0)
    server: float = key(as_seconds, 30.0)
    quiet: float = key(as_seconds, 3.0)
    short_lifetime: float = key(as_seconds, 60.0)
    nat_idle: float | None = key(as_seconds)


@dataclass(frozen=True, slots=True)
class LeshanSection:
    """`[leshan]`: the server that the module registers with.

    Attributes:
        mode: `auto`, `docker`, `jvm` or `remote`.
        version: of the server to start.
        rest_url: in remote mode, where the harness reaches its web page.
        coap_host: the address that the module is told.
        coap_port: the UDP port that the module is told.
        auth: user and password for a server behind a proxy.
        ca: certificates to check such a server's own with.
        ack_timeout: how long a server that is started here waits before it repeats a request, in s
            (CoAP's ACK_TIMEOUT, RFC 7252, 4.8); its own 2 s when left out, too short for a slow
            radio.
    """

    mode: Mode = key(as_mode, Mode.AUTO)
    version: str = key(as_text, DEFAULT_VERSION)
    rest_url: str | None = key(as_url)
    coap_host: str | None = key(as_text)
    coap_port: int | None = key(as_udp_port)
    auth: tuple[str, str] | None = key(as_auth, holds=Holds.CONFIDENTIAL)
    ca: Path | None = key(as_ca, holds=Holds.FILE)
    ack_timeout: float | None = key(as_seconds)

    @property
    def server_settings(self) -> ServerSettings:
        """How to start or find the server; what is about a running one only goes to that one."""
        remote = self.mode is Mode.REMOTE
        return ServerSettings(
            mode=self.mode,
            version=self.version,
            coap_host=self.coap_host,
            coap_port=self.coap_port,
            rest_url=self.rest_url if remote else None,
            auth=self.auth if remote else None,
            ca=self.ca if remote else None,
            ack_timeout=self.ack_timeout,
        )


@dataclass(frozen=True, slots=True)
class PowerSection:
    """`[power]`: how the module's supply is switched; either by commands or by a USB hub.

    Without any of it, a virtual module and a labgrid place are switched by their own means.

    Attributes:
        off: the command that takes the supply away.
        on: the command that gives it back.
        usb_hub: location and port of a hub that `uhubctl` switches.
        rest: how long the supply stays away, in s, so that capacitors run empty.
    """

    off: tuple[str, ...] | None = key(as_command)
    on: tuple[str, ...] | None = key(as_command)
    usb_hub: tuple[str, int] | None = key(as_hub)
    rest: float = key(as_seconds, 3.0)


@dataclass(frozen=True, slots=True)
class RecoverySection:
    """`[recovery]`: what is done when the module does not answer as it should any more.

    Attributes:
        ladder: the rungs that are climbed until one helps.
        limit: how long a rung may take to bring an answer, in s; the network comes on top, with
            its own `timing.attach`.
        climbs: how often in a run; after that the bench is given up.
    """

    ladder: tuple[Rung, ...] = key(as_ladder, tuple(Rung))
    limit: float = key(as_seconds, 30.0)
    climbs: int = key(as_count, 5)


@dataclass(frozen=True, slots=True)
class LabgridSection:
    """`[labgrid]`: the place that has the module, for `module.port = "labgrid"`.

    Attributes:
        place: its name.
        coordinator: host and port; what the environment's LG_COORDINATOR says when left out.
    """

    place: str | None = key(as_text)
    coordinator: str | None = key(as_coordinator)
