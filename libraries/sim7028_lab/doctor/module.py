"""Checks of the module: who it is, its SIM, its network, its sleep, its clock, its dialect."""

from __future__ import annotations

import contextlib
import re
import time
from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address, IPv6Address, ip_network

from sim7028 import (
    AtError,
    AtRefused,
    BringUp,
    Name,
    NotAttached,
    SettingLost,
    SimUnavailable,
    SupportTest,
)
from sim7028.basics import Get, Identify, SimQuery
from sim7028_lab.doctor.check import Check, Outcome, bad, good, warning
from sim7028_lab.doctor.serial import ANSWER
from sim7028_lab.doctor.subject import Subject
from sim7028_lab.report.journal import ModuleKind
from virtual_sim7028.identity import Identity as VirtualIdentity

_MODEL = "SIM7028"
_WEAK_RSRP, _WEAK_RSRQ = -115, -15
"""Below these, in dBm and dB, NB-IoT repeats what it sends (3GPP 36.213, 16.4) and gets slow."""
_LOST_RSRP = -130
"""Below this, in dBm, it seldom gets through: 20 dB of coverage enhancement are used up."""
_SHARED = ip_network("100.64.0.0/10")
"""Addresses that carriers share out behind their NAT (RFC 6598)."""
_CLOCK = re.compile(
    r"(?P<local>\d{2}/\d{2}/\d{2},\d{2}:\d{2}:\d{2})(?P<quarters>[+-]\d{1,2})?", re.ASCII
)
_CLOCK_TOLERANCE = timedelta(minutes=1)
_SLEEP = {"CPSMS": ["0"], "QCPMUCFG": ["1", "1"]}
"""How each kind of sleep reads that is off."""


def _identity(subject: Subject) -> Outcome:
    send = subject.channel.send
    model, firmware = send(Identify("CGMM")).text, send(Identify("CGMR")).text
    section = subject.file.module
    is_told = section.is_virtual or section.simulated
    kind = (
        ModuleKind.VIRTUAL if is_told or firmware == VirtualIdentity().revision else ModuleKind.REAL
    )
    found = f"{kind.words}, {model}, firmware {firmware}"
    if _MODEL not in model.upper():
        return warning(
            f"{found}: it is no {_MODEL}",
            "see whether module.port is the right one; the dialect of another model can be learnt"
            " with --learn FILE",
        )
    return good(found)


def _sim(subject: Subject) -> Outcome:
    try:
        state = subject.channel.send(SimQuery()).state
    except AtRefused as error:
        return bad(
            f"AT+CPIN? is refused ({error.reason or 'ERROR'}): it is missing, upside down or"
            " broken",
            "put it in with the power off",
        )
    if state == "READY":
        return good("ready")
    if state != "SIM PIN":
        return bad(f"it asks for {state}", "unlock it in a phone")
    if subject.file.network.pin:
        return good("it asks for its PIN, which the bench file has")
    return bad(
        "it asks for its PIN, and the bench file has none",
        '[network] pin = "env:SIM_PIN", then: export SIM_PIN=…',
    )


def _network(subject: Subject) -> Outcome:
    """The harness's own bring-up, as every run begins with."""
    network = subject.file.network
    plan = BringUp(apn=network.apn, pin=network.pin, attach_limit=subject.file.timing.attach)
    began = time.monotonic()
    if subject.file.module.is_in_the_field:
        subject.say(f"Waiting for the network, at most {plan.attach_limit:g} s")
    try:
        subject.identity = subject.module.bring_up(plan)
    except (SettingLost, SimUnavailable) as error:
        return bad(str(error), "")
    except NotAttached as error:
        apn = network.apn or "the network's own choice"
        return bad(
            f"not attached after {error.after:.0f} s: {error.state}",
            f"look at antenna and SIM, at network.apn ({apn}), at timing.attach"
            f" ({plan.attach_limit:g} s), and whether NB-IoT is to be had here (AT+COPS=?)",
        )
    subject.redactor.add(subject.identity.imei)
    status = subject.module.network_status()
    return good(f"{status} after {time.monotonic() - began:.1f} s")


def _sleep(subject: Subject) -> Outcome:
    for name, off in _SLEEP.items():
        settings = subject.channel.send(Get(name))
        if not any(setting.texts[: len(off)] == off for setting in settings):
            came = ", ".join(str(setting.line) for setting in settings) or "nothing"
            return bad(
                f"AT+{name}? gave {came}: the module may fall asleep and go deaf",
                f"AT+{name}={','.join(off)}, then AT+QCRST, and look whether it is kept",
            )
    return good("off: PSM and deep sleep are read back, eDRX was accepted")


def _signal(subject: Subject) -> Outcome:
    signal = subject.module.signal()
    if not signal.is_known:
        return warning("the module does not know it", "ask again in a while: AT+CESQ")
    rsrp, rsrq = signal.rsrp, signal.rsrq
    remedy = "move the antenna, and look again: AT+CESQ"
    if rsrp is not None and rsrp < _LOST_RSRP:
        return bad(f"{signal}: too weak to be relied on", remedy)
    weak = [
        f"{name} is below {limit} {unit}"
        for name, value, limit, unit in (
            ("RSRP", rsrp, _WEAK_RSRP, "dBm"),
            ("RSRQ", rsrq, _WEAK_RSRQ, "dB"),
        )
        if value is not None and value < limit
    ]
    if weak:
        slow = "answers are slow, so give [timing] room"
        return warning(f"{signal}: weak, {' and '.join(weak)}; {slow}", remedy)
    return good(f"{signal}: good")


def _address(subject: Subject) -> Outcome:
    pdp = subject.module.address()
    if pdp.address is None:
        return bad("the network gave none", "see whether network.apn is right: AT+CGDCONT?")
    found = f"{pdp.address} in PDP context {pdp.context}"
    if subject.file.module.is_in_the_field and _is_behind_nat(pdp.address):
        found = f"{found}, behind the carrier's NAT"
        if subject.file.timing.nat_idle is None:
            return warning(
                f"{found}, which lets the server's requests through for a while only",
                "write timing.nat_idle, in s; many carriers forget a path after 30 to 120",
            )
        return good(f"{found}; timing.nat_idle is {subject.file.timing.nat_idle:g} s")
    return good(found)


def _is_behind_nat(address: IPv4Address | IPv6Address) -> bool:
    return address in _SHARED or address.is_private


def _clock(subject: Subject) -> Outcome:
    """The module's clock beside this machine's: stamps of its own logs go by it."""
    try:
        (setting, *_) = subject.channel.send(Get("CCLK")) or (None,)
    except AtError as error:
        return warning(f"not told ({type(error).__name__})", "AT+CCLK?")
    told = ",".join(setting.texts) if setting else "nothing"
    time_of_day = _utc(told)
    if time_of_day is None:
        return warning(f"AT+CCLK? told {told}, which is no time", "AT+CTZU=1, then AT+CFUN=0 and 1")
    difference = time_of_day - datetime.now(UTC)
    if abs(difference) > _CLOCK_TOLERANCE:
        seconds = difference.total_seconds()
        where = "ahead of" if seconds > 0 else "behind"
        return warning(
            f"{time_of_day:%Y-%m-%d %H:%M:%S} UTC, {_shown(abs(seconds))} {where} this machine's",
            "is this machine's right? The network's is taken with AT+CTZU=1, then AT+CFUN=0 and 1",
        )
    return good(f"{time_of_day:%Y-%m-%d %H:%M:%S} UTC, as this machine's")


def _utc(told: str) -> datetime | None:
    """The time that AT+CCLK tells (3GPP 27.007, 8.15), which is local; its zone is in quarters."""
    match = _CLOCK.fullmatch(told)
    if match is None:
        return None
    with contextlib.suppress(ValueError):
        local = datetime.strptime(match["local"], "%y/%m/%d,%H:%M:%S").replace(tzinfo=UTC)
        return local - timedelta(minutes=15 * int(match["quarters"] or 0))
    return None


def _shown(seconds: float) -> str:
    for size, unit in ((86_400, "days"), (3600, "hours"), (60, "minutes")):
        if seconds >= 2 * size:
            return f"{seconds / size:.0f} {unit}"
    return f"{seconds:.0f} s"


def _dialect(subject: Subject) -> Outcome:
    """Whether the module answers test forms as the firmware that the bench file names."""
    firmware = subject.file.module.firmware
    for name in (Name.CONFIGURE, Name.READ_RESPONSE, Name.EXECUTE_RESPONSE):
        told = subject.channel.send(SupportTest(name)).parameters
        if bool(told) == (name in subject.module.dialect.bare_tests):
            said = "its fields" if told else "OK alone"
            return warning(
                f"AT+{name.value}=? told {said}, other than firmware {firmware} does",
                "set module.firmware to another, or learn this one's manners with --learn FILE",
            )
    return good(f"test forms are answered as {firmware} does")


IDENTITY = Check("module", _identity, needs=(ANSWER,))
SIM = Check("SIM", _sim, needs=(ANSWER,))
NETWORK = Check("network", _network, needs=(SIM,))
SLEEP = Check("sleep", _sleep, needs=(NETWORK,))
SIGNAL = Check("signal", _signal, needs=(NETWORK,))
ADDRESS = Check("address", _address, needs=(NETWORK,))
MODULE_CLOCK = Check("module's clock", _clock, needs=(NETWORK,))
DIALECT = Check("dialect", _dialect, needs=(ANSWER,))
