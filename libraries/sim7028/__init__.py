"""Control of a SIM7028 NB-IoT module over its serial port: AT commands, LwM2M, URCs.

    with Channel(open_port("/dev/ttyUSB0")) as channel:
        module = Module(channel)
        module.bring_up(BringUp(apn="iot"))
        module.start()
        module.configure(Configuration("leshan.example", 5683, "my-endpoint"))
        session = module.open(within=30)
        mark = channel.mark()
        session.add(3303, 0, [5700])
        request = mark.next(ReadRequest, within=60)
        channel.send(request.answer(Value(Kind.FLOAT, 21.5)))

References such as "note 2.2.8" are to SIMCom's application note on LwM2M for this series, V1.03.
"""

from sim7028.channel import Channel
from sim7028.command import At, Command, Order, Raw
from sim7028.commands import (
    OWN_OBJECTS,
    AddObject,
    Close,
    Configure,
    DeleteObject,
    ExecuteResponse,
    Open,
    ReadResponse,
    Result,
    Start,
    Stop,
    SupportedForms,
    SupportTest,
    WriteResponse,
)
from sim7028.dialect import A76XX, DIALECTS, NOTE_103, STRICT, Dialect, Name, Numbers, Parameter
from sim7028.errors import (
    AtError,
    AtRefused,
    AtTimeout,
    AtUnparsable,
    NotAttached,
    PortError,
    PortForbidden,
    PortInUse,
    PortLost,
    PortNotFound,
    PortSpeaksBinary,
    SettingLost,
    SimUnavailable,
    UrcMissing,
    UrcUnexpected,
)
from sim7028.framing import Ending, Framer, Line
from sim7028.inbox import Mark
from sim7028.module import BringUp, Configuration, Identity, Module, Session
from sim7028.network import NetworkStatus, PdpAddress, RegistrationState, SignalQuality
from sim7028.opening import PortSettings, is_real_port, open_port
from sim7028.port import Port
from sim7028.syntax import UnsafeValue
from sim7028.urcs import (
    ExecuteRequest,
    ReadRequest,
    Ready,
    Registered,
    RegistrationChanged,
    UnknownLine,
    Urc,
    WriteRequest,
    WrittenResource,
    parse_urc,
)

__all__ = [
    "A76XX",
    "DIALECTS",
    "NOTE_103",
    "OWN_OBJECTS",
    "STRICT",
    "AddObject",
    "At",
    "AtError",
    "AtRefused",
    "AtTimeout",
    "AtUnparsable",
    "BringUp",
    "Channel",
    "Close",
    "Command",
    "Configuration",
    "Configure",
    "DeleteObject",
    "Dialect",
    "Ending",
    "ExecuteRequest",
    "ExecuteResponse",
    "Framer",
    "Identity",
    "Line",
    "Mark",
    "Module",
    "Name",
    "NetworkStatus",
    "NotAttached",
    "Numbers",
    "Open",
    "Order",
    "Parameter",
    "PdpAddress",
    "Port",
    "PortError",
    "PortForbidden",
    "PortInUse",
    "PortLost",
    "PortNotFound",
    "PortSettings",
    "PortSpeaksBinary",
    "Raw",
    "ReadRequest",
    "ReadResponse",
    "Ready",
    "Registered",
    "RegistrationChanged",
    "RegistrationState",
    "Result",
    "Session",
    "SettingLost",
    "SignalQuality",
    "SimUnavailable",
    "Start",
    "Stop",
    "SupportTest",
    "SupportedForms",
    "UnknownLine",
    "UnsafeValue",
    "Urc",
    "UrcMissing",
    "UrcUnexpected",
    "WriteRequest",
    "WriteResponse",
    "WrittenResource",
    "is_real_port",
    "open_port",
    "parse_urc",
]
