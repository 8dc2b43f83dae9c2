"""The ten LwM2M commands of the note: one function for each (2.2).

A function takes the firmware and the fields after the equals sign. It returns the lines that
stand before OK, or `LATER` where the final result waits for the network; it raises `Refused` or
`Malformed` for an error.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from enum import Enum
from typing import TYPE_CHECKING, Any, Final, Literal, TypeAlias

from lwm2m import Path, Value
from lwm2m.path import MAX_ID
from virtual_sim7028.console import CmeError, Refused
from virtual_sim7028.effects import Family
from virtual_sim7028.errands import ExecuteErrand, Result, ResultErrand, Unfit, WriteErrand
from virtual_sim7028.grammar import Fields, Form, Malformed
from virtual_sim7028.objects import MOST_RESOURCES
from virtual_sim7028.profiles import TestForms
from virtual_sim7028.service import SESSIONS
from virtual_sim7028.session import Session

if TYPE_CHECKING:
    from virtual_sim7028.firmware import Firmware


class Later(Enum):
    """The final result comes later."""

    LATER = "later"


LATER: Final = Later.LATER
Reply: TypeAlias = Sequence[str] | Literal[Later.LATER]
Handler: TypeAlias = "Callable[[Firmware, Fields], Reply]"
Commands: TypeAlias = Mapping[tuple[str, Form], Handler]

_PORTS = (0, 65535)
_LONGEST_LIFETIME = 65535


def lwstart(firmware: Firmware, _fields: Fields) -> Reply:
    """2.2.1: start the service."""
    service = firmware.service
    if not firmware.network.attached or (service.started and not firmware.profile.start_again):
        raise Refused
    service.started = True
    return ()


def lwstop(firmware: Firmware, _fields: Fields) -> Reply:
    """2.2.2: stop the service; sessions that are open are closed first."""
    firmware.service.stop()
    return LATER


def lwcnf(firmware: Firmware, fields: Fields) -> Reply:
    """2.2.3: set one parameter of the sessions to come; numbers come bare or in quotes."""
    if not firmware.profile.configure_before_start:
        _require_started(firmware)
    service = firmware.service
    service.configuration = replace(
        service.configuration, **_parameter(fields, firmware.profile.connecttype_accepted)
    )
    return ()


def _parameter(fields: Fields, connecttype_accepted: bool) -> dict[str, Any]:
    """What one AT+LWCNF sets, by the name of the configuration's attribute."""
    parameter: dict[str, Any]
    match fields.text():
        case b"server":
            parameter = {"server": _name(fields.text())}
        case b"serverport":
            parameter = {"server_port": fields.number(*_PORTS)}
        case b"endpointname":
            parameter = {"endpoint": _name(fields.text())}
        case b"connectiontype":
            parameter = {"family": _family(fields)}
        case b"connecttype" if connecttype_accepted:
            parameter = {"family": _family(fields)}
        case b"lifetime":
            parameter = {"lifetime": fields.number(1, _LONGEST_LIFETIME)}
        case b"localport":
            parameter = {"local_port": fields.number(*_PORTS)}
        case other:
            raise Malformed(f"{other!r} cannot be configured")
    fields.end()
    return parameter


def _family(fields: Fields) -> Family:
    try:
        return Family(fields.number(4, 6))
    except ValueError as error:
        raise Malformed(str(error)) from None


def _name(text: bytes) -> str:
    try:
        name = text.decode()
    except UnicodeDecodeError as error:
        raise Malformed(str(error)) from None
    if not name:
        raise Malformed("a name is expected")
    return name


def lwopen(firmware: Firmware, _fields: Fields) -> Reply:
    """2.2.4: open a session; +LMOPEN follows when the server took the registration."""
    _require_started(firmware)
    if not firmware.network.attached:
        raise Refused(CmeError.NO_NETWORK_SERVICE)
    firmware.service.open()
    return LATER


def lwclose(firmware: Firmware, fields: Fields) -> Reply:
    """2.2.5: close a session."""
    number = _session_number(fields)
    fields.end()
    firmware.service.close(number)
    return LATER


def lwaddobj(firmware: Firmware, fields: Fields) -> Reply:
    """2.2.6: declare an object instance and its resources."""
    number = _session_number(fields)
    instance = Path(_id(fields), _id(fields))
    resources = [_id(fields) for _ in range(fields.integer(1, MOST_RESOURCES))]
    fields.end()
    _session(firmware, number).add_object(instance, resources)
    return ()


def lwdelobj(firmware: Firmware, fields: Fields) -> Reply:
    """2.2.7: take an object away, with all its instances."""
    number, object_id = _session_number(fields), _id(fields)
    fields.end()
    _session(firmware, number).delete_object(object_id)
    return ()


def lwreadrsp(firmware: Firmware, fields: Fields) -> Reply:
    """2.2.8: answer +LWREAD with values."""
    number = _session_number(fields)
    instance = Path(_id(fields), _id(fields))
    values: dict[int, Value] = {}
    for _ in range(fields.integer(1, MOST_RESOURCES)):
        resource = _id(fields)
        if resource in values:
            raise Malformed(f"resource {resource} is answered twice")
        values[resource] = fields.value()
    fields.end()
    try:
        _session(firmware, number).errands.read_answer(instance, values)
    except Unfit:
        raise Refused from None
    return ()


def lwwritersp(firmware: Firmware, fields: Fields) -> Reply:
    """2.2.9: answer +LWWRITE with a result."""
    return _answer_result(firmware, fields, WriteErrand)


def lwexecutersp(firmware: Firmware, fields: Fields) -> Reply:
    """2.2.10: answer +LWEXECUTE with a result."""
    return _answer_result(firmware, fields, ExecuteErrand)


def _answer_result(firmware: Firmware, fields: Fields, kind: type[ResultErrand]) -> Reply:
    number = _session_number(fields)
    result = fields.integer(0, max(Result))
    fields.end()
    if result not in list(Result):
        raise Malformed(f"{result} is no result (2.3)")
    try:
        _session(firmware, number).errands.result_answer(kind, Result(result))
    except Unfit:
        raise Refused from None
    return ()


def _require_started(firmware: Firmware) -> None:
    if not firmware.service.started:
        raise Refused


def _session(firmware: Firmware, number: int) -> Session:
    _require_started(firmware)
    return firmware.service.session(number)


def _session_number(fields: Fields) -> int:
    return fields.integer(SESSIONS[0], SESSIONS[-1])


def _id(fields: Fields) -> int:
    return fields.integer(0, MAX_ID)


_READRSP = (
    "<lwm2mId>,<objectId>,<instanceId>,<resourceCnt>,<resourceId>,<valuetype>,<valueLen>,<value>"
    "[,<resourceId>,<valuetype>...]"
)
_TABLES: Mapping[str, Sequence[str]] = {
    "+LWSTART": (),
    "+LWSTOP": (),
    "+LWCNF": (
        '+LWCNF: "server",<ipaddress>',
        '+LWCNF: "serverport",<serverport>',
        '+LWCNF: "endpointname",<endpointname>',
        '+LWCNF: "connecttype",(4,6)',
        '+LWCNF: "lifetime",<lifetime>',
        '+LWCNF: "localport",<localport>',
    ),
    "+LWOPEN": (),
    "+LWCLOSE": ("+LWCLOSE: <lwm2mId>",),
    "+LWADDOBJ": (
        "+LWADDOBJ: <lwm2mId>,<objectId>,<instanceId>,<resourceCnt>,<resourceId>[,<resourceId>...]",
    ),
    "+LWDELOBJ": ("+LWDELOBJ: <lwm2mId>,<objectId>",),
    "+LWREADRSP": (f"+LWREADRSP: {_READRSP}",),
    "+LWWRITERSP": ("+LWWRITERSP: <lwm2mId>,<result>",),
    "+LWEXECUTERSP": ("+LWEXECUTERSP: <lwm2mId>,<result>",),
}
_EXAMPLES = {
    **_TABLES,
    "+LWCNF": tuple(line.replace(",(4,6)", ",,(4,6)") for line in _TABLES["+LWCNF"]),
    "+LWEXECUTERSP": (),
}


def _test(name: str) -> Handler:
    """The function for a command's test form."""

    def test(firmware: Firmware, _fields: Fields) -> Reply:
        match firmware.profile.test_forms:
            case TestForms.EXAMPLES:
                return _EXAMPLES[name]
            case TestForms.TABLES:
                return _TABLES[name]
            case TestForms.BARE:
                return ()

    return test


COMMANDS: Commands = {
    ("+LWSTART", Form.EXECUTE): lwstart,
    ("+LWSTOP", Form.EXECUTE): lwstop,
    ("+LWCNF", Form.WRITE): lwcnf,
    ("+LWOPEN", Form.EXECUTE): lwopen,
    ("+LWCLOSE", Form.WRITE): lwclose,
    ("+LWADDOBJ", Form.WRITE): lwaddobj,
    ("+LWDELOBJ", Form.WRITE): lwdelobj,
    ("+LWREADRSP", Form.WRITE): lwreadrsp,
    ("+LWWRITERSP", Form.WRITE): lwwritersp,
    ("+LWEXECUTERSP", Form.WRITE): lwexecutersp,
    **{(name, Form.TEST): _test(name) for name in _TABLES},
}
