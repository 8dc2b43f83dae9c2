"""The radio side as AT commands see it: SIM, attach, and the settings of bring-up."""

from __future__ import annotations

from enum import Enum

from virtual_sim7028.console import CmeError, Console, Refused
from virtual_sim7028.effects import After, Cancel, Timer, Wakeup
from virtual_sim7028.identity import Identity
from virtual_sim7028.profiles import Profile

ADDRESS = "10.170.28.1"
"""The address that the network gave; the sockets are those of the machine underneath."""
_ATTACH = Timer(Wakeup.ATTACHED)


class Status(Enum):
    """EPS registration status (3GPP TS 27.007, 10.1.22)."""

    NOT_REGISTERED = 0
    REGISTERED = 1
    SEARCHING = 2


class Network:
    """Radio and SIM.

    Attributes:
        status: whether the module is attached.
        radio: the functionality, 0, 1 or 4 (AT+CFUN).
        unlocked: whether the SIM has its PIN, if it wants one.
        report: what +CEREG URCs tell, 0 to 5 (AT+CEREG); 0 for none.
        context: the PDP context of AT+CGDCONT: type and APN.
        settings: settings that are only kept and read back, by command.

    Args:
        identity: who the SIM is.
        profile: what the note leaves open.
        console: where URCs and effects go.
    """

    def __init__(self, identity: Identity, profile: Profile, console: Console) -> None:
        self.status = Status.NOT_REGISTERED
        self.radio = 1
        self.unlocked = identity.pin is None
        self.report = 0
        self.context = ("IP", "")
        # Sleep is on after every boot, which is why bring-up turns it off.
        self.settings = {"+CPSMS": "1", "+CEDRXS": '5,"0101"', "+QCPMUCFG": "1,4"}
        self._identity = identity
        self._profile = profile
        self._console = console

    def unlock(self, pin: bytes) -> None:
        """Give the SIM its PIN.

        Raises:
            Refused: it is another, or the SIM wants none.
        """
        if self.unlocked:
            raise Refused
        if pin.decode("latin-1") != self._identity.pin:
            raise Refused(CmeError.INCORRECT_PASSWORD)
        self.unlocked = True
        self.attach()

    def attach(self) -> None:
        """Look for the network, if radio and SIM allow it; `found` follows."""
        if self.radio == 1 and self.unlocked and self.status is Status.NOT_REGISTERED:
            self._become(Status.SEARCHING)
            self._console.emit(After(self._profile.attach_time, _ATTACH))

    def found(self) -> None:
        """The network took the module in."""
        self._become(Status.REGISTERED)

    def detach(self) -> None:
        """Leave the network."""
        self._console.emit(Cancel(_ATTACH))
        if self.status is not Status.NOT_REGISTERED:
            self._become(Status.NOT_REGISTERED)

    @property
    def attached(self) -> bool:
        """Whether the network took the module in."""
        return self.status is Status.REGISTERED

    @property
    def place(self) -> str:
        """Status, and where the report of AT+CEREG asks for it the cell too."""
        told = f"{self.status.value}"
        return f'{told},"0001","01A2D101",9' if self.report >= 2 and self.attached else told

    def _become(self, status: Status) -> None:
        self.status = status
        if self.report:
            self._console.urc(f"+CEREG: {self.place}".encode())
