"""Checks of the way to the module: labgrid's place, the power switch, the port, an answer on it."""

from __future__ import annotations

import shutil

from sim7028 import AtTimeout, Channel, Module, PortSpeaksBinary, open_port
from sim7028.dialect import DIALECTS
from sim7028.holders import running
from sim7028_lab.benchsections import LABGRID
from sim7028_lab.doctor.check import Check, Outcome, bad, good, warning
from sim7028_lab.doctor.subject import Subject
from sim7028_lab.place import Place
from sim7028_lab.power import power_supply
from sim7028_lab.rung import Rung
from sim7028_lab.virtual import VirtualModule
from virtual_sim7028 import Settings

_WAKE_LIMIT = 3.0
_WAKE_LIMIT_IN_THE_FIELD = 10.0
"""How long AT is tried, in s; a module that sleeps deeply needs a while."""
_MODEM_MANAGER = "ModemManager"


def _place(subject: Subject) -> Outcome:
    place = subject.held.enter_context(Place(subject.file.labgrid, subject.say))
    subject.port, subject.place_switch = place.port, place.power
    return good(f"{subject.file.labgrid.place} is acquired; its port is {place.port}")


def _port(subject: Subject) -> Outcome:
    module = subject.file.module
    if module.is_virtual:
        subject.port = _start_virtual_module(subject)
    elif module.port != LABGRID:  # the place has told where its own is
        subject.port = module.port
    port = open_port(subject.port, module.port_settings)
    subject.channel = subject.held.enter_context(
        Channel(port, subject.watch, quiet=subject.file.timing.quiet)
    )
    subject.module = Module(subject.channel, DIALECTS[module.firmware])
    found = f"{subject.port} is open"
    if module.is_virtual:
        return good(f"the virtual module is at {subject.port}")
    if not module.is_in_the_field:
        return good(found)
    found = f"{found} at {module.baudrate} bit/s"
    if "://" not in subject.port and running(_MODEM_MANAGER):
        return warning(
            f"{found}, and {_MODEM_MANAGER} runs, which probes every modem that it sees",
            f"sudo systemctl disable --now {_MODEM_MANAGER}",
        )
    return good(found)


def _start_virtual_module(subject: Subject) -> str:
    """Start one with the bench's choices, and give its port; its faults are for scenarios."""
    module = subject.file.module
    virtual = VirtualModule(
        Settings(profile=module.firmware, switches=module.switches, pin=subject.file.network.pin),
        subject.watch,
    )
    subject.held.callback(virtual.close)
    return virtual.port


def _answer(subject: Subject) -> Outcome:
    module = subject.file.module
    limit = _WAKE_LIMIT_IN_THE_FIELD if module.is_in_the_field else _WAKE_LIMIT
    try:
        subject.channel.resynchronise(within=limit)
    except PortSpeaksBinary as error:
        return bad(
            error.reason,
            f"see that module.baudrate = {module.baudrate} is the module's own (AT+IPR), or name"
            " another port of the same device: ls -l /dev/serial/by-id",
        )
    except AtTimeout as error:
        came = f"this came: {error.came[-1]}" if error.came else "nothing came"
        return bad(
            f"AT was not answered within {limit:g} s; {came}",
            f"see that the module is powered, that this is its AT port and that module.baudrate ="
            f" {module.baudrate} is its own (AT+IPR); module.dtr and module.rts switch some boards"
            " off",
        )
    return good("AT is answered by OK")


def _power(subject: Subject) -> Outcome:
    """Which switch there is; it is not touched."""
    section = subject.file.power
    commands = [command[0] for command in (section.off, section.on) if command]
    if section.usb_hub is not None:
        commands.append("uhubctl")
    for command in commands:
        if shutil.which(command) is None:
            return bad(
                f"the command {command} of [power] is not there",
                "install it, or write its whole path",
            )
    supply = power_supply(section, subject.place_switch, None)
    if supply is not None:
        return good(f"switched by {supply.switch.description}")
    if subject.file.module.is_virtual:
        return good("switched by the virtual module itself")
    if Rung.POWER in subject.file.recovery.ladder and subject.file.module.is_in_the_field:
        return warning(
            "no switch: a module that hangs needs a hand",
            "write [power] off and on, or usb_hub, or take power out of recovery.ladder",
        )
    return good("no switch, and none is needed")


PLACE = Check("place", _place)
PORT = Check("port", _port, needs=(PLACE,))
POWER = Check("power", _power, needs=(PLACE,))
ANSWER = Check("AT", _answer, needs=(PORT,))
