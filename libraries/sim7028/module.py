"""The module as an application uses it: bring-up, service, sessions, radio."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Sequence
from dataclasses import dataclass

from sim7028.basics import (
    EchoOff,
    EnterPin,
    Get,
    GetNumber,
    Identify,
    Reset,
    Set,
    Sim,
    SimQuery,
)
from sim7028.channel import Channel
from sim7028.command import Raw
from sim7028.commands import AddObject, Close, Configure, DeleteObject, Open, Start, Stop
from sim7028.dialect import NOTE_103, Dialect, Parameter
from sim7028.errors import (
    AtRefused,
    AtTimeout,
    AtUnparsable,
    NotAttached,
    SettingLost,
    SimUnavailable,
    UrcMissing,
)
from sim7028.network import (
    AddressQuery,
    NetworkStatus,
    PdpAddress,
    RegistrationQuery,
    SignalQuality,
    SignalQuery,
)
from sim7028.syntax import quote
from sim7028.urcs import Ready, Registered, RegistrationChanged

SESSIONS = (0, 1)
"""The ids a session can have (note 2.2.4)."""

# How long the network may keep the module from answering, in s; assumed, no manual was at hand.
_RADIO_LIMIT = 20.0
_OPERATOR_LIMIT = 120.0

# How long a SIM may say that it is busy after a boot, in s, and how often it is asked; assumed.
_SIM_LIMIT = 10.0
_SIM_PAUSE = 0.5

# Between two looks at the registration, in s; each pause is twice the one before.
_FIRST_PAUSE = 0.05
_LONGEST_PAUSE = 1.0
_FULL_FUNCTIONALITY = 1
_AUTOMATIC = 0
_ATTACHED, _DETACHED = 1, 0
_SIM_BUSY = (14, "sim busy")
"""3GPP 27.007, 9.2.1: as a number and in words."""


@dataclass(frozen=True)
class BringUp:
    """What bring-up needs to know.

    Attributes:
        apn: the access point name; None leaves the module's, or the network's, as it is.
        pin: the SIM's PIN, sent only if the SIM asks for it.
        attach_limit: how long to wait for the network, in s.
        wake_limit: how long to wait for the first OK, in s.
        context: the PDP context that the APN is set for; 0 is the default one (note 4.1).
    """

    apn: str | None = None
    pin: str | None = None
    attach_limit: float = 180.0
    wake_limit: float = 10.0
    context: int = 0


@dataclass(frozen=True)
class Identity:
    """Which module this is.

    Attributes:
        model: AT+CGMM.
        firmware: AT+CGMR.
        imei: AT+CGSN.
    """

    model: str
    firmware: str
    imei: str


@dataclass(frozen=True)
class Configuration:
    """Where a session goes (note 2.2.3). None leaves the module's own value.

    Attributes:
        server: the server's address or name.
        server_port: its UDP port, 0..65535.
        endpoint: the name to register with.
        lifetime: of the registration, in s, at most 65535.
        connection_type: 4 or 6, for IPv4 or IPv6; when left out, 6 where the server is an IPv6
            address.
        local_port: the module's UDP port, 0..65535.
    """

    server: str
    server_port: int
    endpoint: str
    lifetime: int | None = None
    connection_type: int | None = None
    local_port: int | None = None


class Session:
    """A registration with a server, from AT+LWOPEN to AT+LWCLOSE.

    Attributes:
        id: 0 or 1.
        registered: the URC that told of it.
    """

    def __init__(self, channel: Channel, registered: Registered) -> None:
        self._channel = channel
        self.registered = registered
        self.id = registered.session

    def add(self, object_id: int, instance: int, resources: Sequence[int]) -> None:
        """Declare resources of an object instance (note 2.2.6).

        Raises:
            AtError: the module refused it, or did not answer.
        """
        self._channel.send(AddObject(self.id, object_id, instance, tuple(resources)))

    def delete(self, object_id: int) -> None:
        """Take back an object with all its instances (note 2.2.7).

        Raises:
            AtError: the module refused it, or did not answer.
        """
        self._channel.send(DeleteObject(self.id, object_id))

    def close(self) -> None:
        """Deregister (note 2.2.5).

        Raises:
            AtError: the module refused it, or did not answer.
        """
        self._channel.send(Close(self.id))


class Module:
    """A module behind a channel.

    Attributes:
        dialect: what is particular to its firmware.

    Args:
        channel: an open one.
        dialect: what is particular to its firmware.
    """

    def __init__(self, channel: Channel, dialect: Dialect = NOTE_103) -> None:
        self._channel = channel
        self.dialect = dialect
        self._spent_pins: set[str] = set()

    def moved_to(self, channel: Channel) -> Module:
        """The same module behind another channel: a PIN that it refused is not tried again."""
        moved = Module(channel, self.dialect)
        moved._spent_pins = self._spent_pins
        return moved

    def bring_up(self, plan: BringUp) -> Identity:
        """From a module in any state to one that is on the network and has no session.

        AT until OK, echo off, errors in words, identity, sleep off and read back, SIM, attach,
        address, and no session.

        Raises:
            AtTimeout, PortSpeaksBinary: it does not answer.
            SettingLost: it does not keep awake.
            SimUnavailable: the SIM cannot be used.
            NotAttached: the network does not take it in time, or gives no address.
            AtError: something else was refused or not answered.
        """
        send = self._channel.send
        self._channel.resynchronise(within=plan.wake_limit)
        send(EchoOff())
        try:
            send(Set("CMEE", "2"))
        except AtRefused:
            send(Set("CMEE", "1"))
        identity = Identity(
            model=send(Identify("CGMM")).text,
            firmware=send(Identify("CGMR")).text,
            imei=send(Identify("CGSN")).text,
        )
        self._keep_awake()
        self._unlock(plan.pin)
        self._attach(plan)
        self.release()
        return identity

    def _keep_awake(self) -> None:
        """PSM, eDRX and deep sleep off: each makes the UART deaf. All are on again after a boot."""
        self._set_and_read_back("CPSMS", "0")
        # Not read back: the answer tells the values that are kept, not whether they are in use.
        self._channel.send(Set("CEDRXS", "0"))
        self._set_and_read_back("QCPMUCFG", "1,1")

    def _set_and_read_back(self, name: str, value: str) -> None:
        begun = time.monotonic()
        command = Set(name, value)
        self._channel.send(command)
        settings = self._channel.send(Get(name))
        wanted = value.split(",")
        if not any(setting.texts[: len(wanted)] == wanted for setting in settings):
            lines = [setting.line for setting in settings]
            raise SettingLost(command.shown, lines, time.monotonic() - begun)

    def _unlock(self, pin: str | None) -> None:
        """Enter the PIN if the SIM asks for it: once, for three wrong ones lock the SIM."""
        begun = time.monotonic()
        sim = self._sim()
        if sim.state == "READY":
            return
        if sim.state != "SIM PIN":
            why = f"it asks for {sim.state}, which only its owner can give"
        elif not pin:
            why = "it asks for its PIN, and none was given"
        elif pin in self._spent_pins:
            why = "it did not take this PIN before, so it is not sent again"
        else:
            self._enter(pin)
            return
        raise SimUnavailable("AT+CPIN?", (sim.line,), time.monotonic() - begun, why)

    def _sim(self) -> Sim:
        """What the SIM waits for; one that is still starting after a boot is asked again."""
        begun = time.monotonic()
        while True:
            try:
                return self._channel.send(SimQuery())
            except AtRefused as error:
                is_busy = error.code in _SIM_BUSY or error.reason.lower() in _SIM_BUSY
                if is_busy and time.monotonic() - begun < _SIM_LIMIT:
                    time.sleep(_SIM_PAUSE)  # nothing tells that it has started
                    continue
                why = "it is missing, upside down or still starting"
                raise SimUnavailable(error.asked, error.came, error.after, why) from error

    def _enter(self, pin: str) -> None:
        self._spent_pins.add(pin)  # before it is sent: an answer that is lost may be a refusal
        try:
            self._channel.send(EnterPin(pin))
        except AtRefused as error:
            why = (
                "it did not take the PIN. It is not sent again, since three wrong ones lock the"
                " SIM: try it in a phone first"
            )
            raise SimUnavailable(error.asked, error.came, error.after, why) from error
        self._spent_pins.discard(pin)

    def _attach(self, plan: BringUp) -> None:
        """Radio on, operator chosen by itself, APN, attached; then wait for network and address."""
        send = self._channel.send
        begun = time.monotonic()
        if send(GetNumber("CFUN")).number != _FULL_FUNCTIONALITY:
            self.radio_on()
        if send(GetNumber("COPS")).number != _AUTOMATIC:
            send(Set("COPS", str(_AUTOMATIC), _OPERATOR_LIMIT))
        deadline = begun + plan.attach_limit
        apn = plan.apn or ""
        needs_apn = apn != "" and not self._has_context(plan.context, apn)
        is_attached = send(GetNumber("CGATT")).number == _ATTACHED
        if needs_apn and is_attached:
            # It keeps the APN that it came in by, and its context is in use, until it leaves.
            with contextlib.suppress(AtRefused):
                send(Set("CGATT", str(_DETACHED), _RADIO_LIMIT))
        if needs_apn:
            send(Set("CGDCONT", f'{plan.context},"IP",{quote(apn)}'))
        if needs_apn or not is_attached:
            self._join(deadline)
        self.await_network(max(0.0, deadline - time.monotonic()))

    def _join(self, deadline: float) -> None:
        """Attach; one that is still searching, or still leaving, refuses and is told again."""
        mark = self._channel.mark()
        while True:
            left = deadline - time.monotonic()
            try:
                self._channel.send(Set("CGATT", str(_ATTACHED), max(_RADIO_LIMIT, left)))
            except AtRefused:
                if left <= 0 or self.network_status().is_registered:
                    return
            else:
                return
            with contextlib.suppress(UrcMissing):
                mark.next(RegistrationChanged, within=min(_LONGEST_PAUSE, left))

    def _has_context(self, context: int, apn: str) -> bool:
        """Whether the APN is set already: then it is not set again."""
        for setting in self._channel.send(Get("CGDCONT")):
            cid, _, name = (*setting.texts, "", "")[:3]
            if cid == str(context) and name.lower() == apn.lower():
                return True
        return False

    def release(self) -> None:
        """Close both sessions and stop the service, whether or not they are there.

        Raises:
            AtError: anything but a refusal, which means that there was nothing to do.
        """
        for command in (*map(Close, SESSIONS), Stop()):
            with contextlib.suppress(AtRefused):
                self._channel.send(command)

    # The LwM2M service

    def start(self) -> None:
        """Start the service (note 2.2.1)."""
        self._channel.send(Start())

    def stop(self) -> None:
        """Stop the service (note 2.2.2)."""
        self._channel.send(Stop())

    def configure(self, configuration: Configuration) -> None:
        """Say where the next session goes (note 2.2.3).

        Raises:
            UnsafeValue: a text would break its line.
            AtError: the module refused a parameter, or did not answer.
        """
        connection_type = configuration.connection_type
        if connection_type is None and ":" in configuration.server:
            connection_type = 6
        values: tuple[tuple[Parameter, str | int | None], ...] = (
            (Parameter.SERVER, configuration.server),
            (Parameter.SERVER_PORT, configuration.server_port),
            (Parameter.ENDPOINT, configuration.endpoint),
            (Parameter.CONNECTION_TYPE, connection_type),
            (Parameter.LIFETIME, configuration.lifetime),
            (Parameter.LOCAL_PORT, configuration.local_port),
        )
        for parameter, value in values:
            if value is not None:
                self._channel.send(Configure(parameter, value, self.dialect))

    def open(self, within: float = 30.0) -> Session:
        """Register with the configured server (note 2.2.4).

        Args:
            within: how long to wait for the server, in s.

        Raises:
            UrcMissing: OK came, but no +LMOPEN in time: the module does not tell why.
            AtError: the module refused, or did not answer.
        """
        mark = self._channel.mark("AT+LWOPEN")  # before it, for +LMOPEN may come before OK
        self._channel.send(Open())
        return Session(self._channel, mark.next(Registered, within=within))

    # Network

    def signal(self) -> SignalQuality:
        """What the module measures of its cell: AT+CESQ (note 4.1)."""
        return self._channel.send(SignalQuery())

    def network_status(self) -> NetworkStatus:
        """Whether the network knows the module: AT+CEREG? (note 4.1)."""
        return self._channel.send(RegistrationQuery())

    def addresses(self) -> tuple[PdpAddress, ...]:
        """Every PDP context that the module names, with its address if it has one: AT+CGPADDR."""
        return self._channel.send(AddressQuery())

    def address(self) -> PdpAddress:
        """The first PDP context with an address, or the first without: AT+CGPADDR (note 4.1).

        Raises:
            AtUnparsable: no context is defined.
        """
        contexts = self.addresses()
        if not contexts:
            raise AtUnparsable("AT+CGPADDR", (), 0.0, "it names no PDP context")
        return next((pdp for pdp in contexts if pdp.address), contexts[0])

    def await_network(self, within: float) -> None:
        """Wait until the network has taken the module in and given it an address.

        Args:
            within: how long to wait, in s.

        Raises:
            NotAttached: it has not.
        """
        begun = time.monotonic()
        mark = self._channel.mark()
        pause = _FIRST_PAUSE
        while True:
            status = self._channel.send(RegistrationQuery())
            if status.is_registered and self._has_address():
                return
            after = time.monotonic() - begun
            if after >= within:
                without = ", but without an address" if status.is_registered else ""
                raise NotAttached("AT+CEREG?", (status.line,), after, f"{status}{without}")
            with contextlib.suppress(UrcMissing):  # a URC ends the pause early, if there are any
                mark.next(RegistrationChanged, within=min(pause, within - after))
            pause = min(2 * pause, _LONGEST_PAUSE)

    def _has_address(self) -> bool:
        try:
            return any(pdp.address for pdp in self.addresses())
        except AtRefused:  # there is no context to tell of yet
            return False

    def radio_off(self) -> None:
        """Leave the network, without telling the LwM2M server: AT+CFUN=0."""
        self._channel.send(Set("CFUN", "0", _RADIO_LIMIT))

    def radio_on(self) -> None:
        """Look for the network again, AT+CFUN=1; `await_network` tells when it is found."""
        self._channel.send(Set("CFUN", str(_FULL_FUNCTIONALITY), _RADIO_LIMIT))

    def restore(self) -> None:
        """Go back to the settings of a fresh module, ATZ (V.250, 6.1.1). It echoes again, too."""
        self._channel.send(Raw("ATZ"))

    def reset(self, within: float = 30.0) -> Ready:
        """Restart the module, AT+QCRST, and wait until it is ready. It needs `bring_up` again.

        Args:
            within: how long the restart may take, in s.

        Raises:
            UrcMissing: it did not become ready.
            PortLost: the port went with it, as a USB one does: open it again.
        """
        mark = self._channel.mark("AT+QCRST")
        with contextlib.suppress(AtTimeout):  # the restart may come before the OK
            self._channel.send(Reset())
        return mark.next(Ready, within=within)
