"""The commands that every modem has, as far as bring-up and the note's pre-checks use them.

3GPP TS 27.007 and ITU-T V.250, and two of the module's own: QCPMUCFG and QCRST. They answer as
the standard has them, with the values of a module that is attached to NB-IoT (note 4.1).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from virtual_sim7028.commands import Commands, Handler, Reply
from virtual_sim7028.console import CmeError, ErrorReport, Refused
from virtual_sim7028.grammar import Fields, Form
from virtual_sim7028.network import ADDRESS

if TYPE_CHECKING:
    from virtual_sim7028.firmware import Firmware


def _nothing(_firmware: Firmware, _fields: Fields) -> Reply:
    return ()


def ate(firmware: Firmware, fields: Fields) -> Reply:
    """Echo off or on."""
    firmware.echo = bool(fields.integer(0, 1)) if fields.more else False
    fields.end()
    return ()


def atv(_firmware: Firmware, fields: Fields) -> Reply:
    """Result codes as words; as numbers they are not to be had."""
    fields.integer(1, 1)
    fields.end()
    return ()


def ati(firmware: Firmware, _fields: Fields) -> Reply:
    """Who the module is."""
    identity = firmware.identity
    return (
        f"Manufacturer: {identity.manufacturer}",
        f"Model: {identity.model}",
        f"Revision: {identity.revision}",
        f"IMEI: {identity.imei}",
    )


def atz(firmware: Firmware, _fields: Fields) -> Reply:
    """Back to the settings after a reset."""
    firmware.echo = True
    firmware.console.report = ErrorReport.PLAIN
    return ()


def ats3(_firmware: Firmware, _fields: Fields) -> Reply:
    """The character that ends a line."""
    return ("013",)


def ats5(_firmware: Firmware, _fields: Fields) -> Reply:
    """The character that takes one back."""
    return ("008",)


def cmee(firmware: Firmware, fields: Fields) -> Reply:
    """Set how errors are told."""
    report = ErrorReport(fields.integer(0, 2))
    fields.end()
    firmware.console.report = report
    return ()


def cmee_read(firmware: Firmware, _fields: Fields) -> Reply:
    """How errors are told."""
    return (f"+CMEE: {firmware.console.report.value}",)


def cgmi(firmware: Firmware, _fields: Fields) -> Reply:
    """Manufacturer."""
    return (firmware.identity.manufacturer,)


def cgmm(firmware: Firmware, _fields: Fields) -> Reply:
    """Model."""
    return (firmware.identity.model,)


def cgmr(firmware: Firmware, _fields: Fields) -> Reply:
    """Revision of the firmware; it says that it is a virtual one."""
    return (firmware.identity.revision,)


def cgsn(firmware: Firmware, _fields: Fields) -> Reply:
    """IMEI, bare."""
    return (firmware.identity.imei,)


def cgsn_kind(firmware: Firmware, fields: Fields) -> Reply:
    """Serial number or IMEI, by kind."""
    kind = fields.integer(0, 1)
    fields.end()
    return (f'+CGSN: "{firmware.identity.imei}"',) if kind else (firmware.identity.imei,)


def cimi(firmware: Firmware, _fields: Fields) -> Reply:
    """IMSI."""
    _require_sim(firmware)
    return (firmware.identity.imsi,)


def ccid(firmware: Firmware, _fields: Fields) -> Reply:
    """ICCID."""
    return (f"+CCID: {firmware.identity.iccid}",)


def cpin_read(firmware: Firmware, _fields: Fields) -> Reply:
    """What the SIM waits for."""
    return ("+CPIN: READY" if firmware.network.unlocked else "+CPIN: SIM PIN",)


def cpin(firmware: Firmware, fields: Fields) -> Reply:
    """Give the SIM its PIN."""
    pin = fields.word()
    fields.end()
    firmware.network.unlock(pin)
    return ()


def cfun_read(firmware: Firmware, _fields: Fields) -> Reply:
    """Functionality."""
    return (f"+CFUN: {firmware.network.radio}",)


def cfun(firmware: Firmware, fields: Fields) -> Reply:
    """Radio off (0, 4) or on (1); with 1,1 the module starts over."""
    radio = fields.integer(0, 4)
    reset = fields.integer(0, 1) if fields.more else 0
    fields.end()
    if radio not in (0, 1, 4):
        raise Refused(CmeError.OPERATION_NOT_SUPPORTED)
    if reset:
        firmware.reboot_soon()
        return ()
    firmware.network.radio = radio
    if radio == 1:
        firmware.network.attach()
    else:
        firmware.leave_network()
    return ()


def cops_read(firmware: Firmware, _fields: Fields) -> Reply:
    """The operator."""
    return ('+COPS: 0,2,"00101",9' if firmware.network.attached else "+COPS: 0",)


def cops(_firmware: Firmware, fields: Fields) -> Reply:
    """Choose the operator; only automatically (0)."""
    fields.integer(0, 0)
    fields.end()
    return ()


def cgatt_read(firmware: Firmware, _fields: Fields) -> Reply:
    """Whether the module is attached."""
    return (f"+CGATT: {int(firmware.network.attached)}",)


def cgatt(firmware: Firmware, fields: Fields) -> Reply:
    """Leave the network or look for it."""
    attach = fields.integer(0, 1)
    fields.end()
    if not attach:
        firmware.leave_network()
    elif firmware.network.radio == 1:
        firmware.network.attach()
    else:
        raise Refused
    return ()


def cgdcont_read(firmware: Firmware, _fields: Fields) -> Reply:
    """The PDP context."""
    kind, apn = firmware.network.context
    return (f'+CGDCONT: 1,"{kind}","{apn}","",0,0',)


def cgdcont(firmware: Firmware, fields: Fields) -> Reply:
    """Set the PDP context: number, type, APN; what follows is passed over."""
    fields.integer(0, 11)
    kind = fields.text() if fields.more else b"IP"
    apn = fields.text() if fields.more else b""
    firmware.network.context = (kind.decode("latin-1"), apn.decode("latin-1"))
    return ()


def _setting(name: str) -> tuple[Handler, Handler]:
    """The functions that keep a setting and read it back."""

    def write(firmware: Firmware, fields: Fields) -> Reply:
        firmware.network.settings[name] = fields.rest().decode("latin-1")
        return ()

    def read(firmware: Firmware, _fields: Fields) -> Reply:
        return (f"{name}: {firmware.network.settings[name]}",)

    return write, read


def cesq(firmware: Firmware, _fields: Fields) -> Reply:
    """Signal quality; 99 and 255 mean not known."""
    return ("+CESQ: 99,99,255,255,22,58" if firmware.network.attached else _NO_SIGNAL,)


_NO_SIGNAL = "+CESQ: 99,99,255,255,255,255"


def cereg_read(firmware: Firmware, _fields: Fields) -> Reply:
    """Network registration."""
    return (f"+CEREG: {firmware.network.report},{firmware.network.place}",)


def cereg(firmware: Firmware, fields: Fields) -> Reply:
    """Set what +CEREG tells unasked."""
    report = fields.integer(0, 5)
    fields.end()
    firmware.network.report = report
    return ()


def cgpaddr(firmware: Firmware, _fields: Fields) -> Reply:
    """The address that the network gave."""
    return (f'+CGPADDR: 0,"{ADDRESS}"',) if firmware.network.attached else ()


def cgact_read(firmware: Firmware, _fields: Fields) -> Reply:
    """Whether the PDP context is active."""
    return (f"+CGACT: 0,{int(firmware.network.attached)}",)


def cclk_read(firmware: Firmware, _fields: Fields) -> Reply:
    """The time, UTC."""
    return (firmware.clock().strftime('+CCLK: "%y/%m/%d,%H:%M:%S+00"'),)


def qcrst(firmware: Firmware, _fields: Fields) -> Reply:
    """Start over."""
    firmware.reboot_soon()
    return ()


def _require_sim(firmware: Firmware) -> None:
    if not firmware.network.unlocked:
        raise Refused(CmeError.SIM_PIN_REQUIRED)


_SETTINGS: Commands = {
    (name, form): handler
    for name in ("+CPSMS", "+CEDRXS", "+QCPMUCFG")
    for form, handler in zip((Form.WRITE, Form.READ), _setting(name), strict=True)
}

COMMANDS: Commands = {
    ("", Form.EXECUTE): _nothing,
    ("E", Form.EXECUTE): ate,
    ("V", Form.EXECUTE): atv,
    ("I", Form.EXECUTE): ati,
    ("Z", Form.EXECUTE): atz,
    ("&F", Form.EXECUTE): atz,
    ("S3", Form.READ): ats3,
    ("S5", Form.READ): ats5,
    ("+CMEE", Form.WRITE): cmee,
    ("+CMEE", Form.READ): cmee_read,
    ("+CGMI", Form.EXECUTE): cgmi,
    ("+CGMM", Form.EXECUTE): cgmm,
    ("+CGMR", Form.EXECUTE): cgmr,
    ("+CGSN", Form.EXECUTE): cgsn,
    ("+CGSN", Form.WRITE): cgsn_kind,
    ("+CIMI", Form.EXECUTE): cimi,
    ("+CCID", Form.EXECUTE): ccid,
    ("+CCID", Form.READ): ccid,
    ("+CPIN", Form.READ): cpin_read,
    ("+CPIN", Form.WRITE): cpin,
    ("+CFUN", Form.READ): cfun_read,
    ("+CFUN", Form.WRITE): cfun,
    ("+COPS", Form.READ): cops_read,
    ("+COPS", Form.WRITE): cops,
    ("+CGATT", Form.READ): cgatt_read,
    ("+CGATT", Form.WRITE): cgatt,
    ("+CGDCONT", Form.READ): cgdcont_read,
    ("+CGDCONT", Form.WRITE): cgdcont,
    ("+CESQ", Form.EXECUTE): cesq,
    ("+CEREG", Form.READ): cereg_read,
    ("+CEREG", Form.WRITE): cereg,
    ("+CGPADDR", Form.EXECUTE): cgpaddr,
    ("+CGPADDR", Form.READ): cgpaddr,
    ("+CGPADDR", Form.WRITE): cgpaddr,
    ("+CGACT", Form.READ): cgact_read,
    ("+CCLK", Form.READ): cclk_read,
    ("+QCRST", Form.EXECUTE): qcrst,
    **_SETTINGS,
}
