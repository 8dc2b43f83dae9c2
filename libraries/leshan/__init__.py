"""Eclipse Leshan from outside: its REST API, its events, and its life as a process.

`Leshan` asks a server that runs somewhere; `start_server` makes one run.
"""

from leshan.client import Leshan
from leshan.device import Device, Format, WriteMode
from leshan.errors import (
    EventMissing,
    InvalidAnswer,
    LeshanError,
    NoAnswer,
    ServerLimit,
    ServerLost,
    ServerRefused,
    ServerUnavailable,
    UnknownDialect,
)
from leshan.events import (
    CoapMessage,
    Deregistered,
    EventStream,
    MessageType,
    Notification,
    Other,
    Registered,
    ServerEvent,
    Updated,
)
from leshan.models import DataType, ObjectModel, ResourceModel
from leshan.operation import Answer, Link, Operation
from leshan.registration import Registration
from leshan.server import start_server
from leshan.settings import DEFAULT_VERSION, Address, Mode, ServerSettings
from leshan.supervision import Server

__all__ = [
    "DEFAULT_VERSION",
    "Address",
    "Answer",
    "CoapMessage",
    "DataType",
    "Deregistered",
    "Device",
    "EventMissing",
    "EventStream",
    "Format",
    "InvalidAnswer",
    "Leshan",
    "LeshanError",
    "Link",
    "MessageType",
    "Mode",
    "NoAnswer",
    "Notification",
    "ObjectModel",
    "Operation",
    "Other",
    "Registered",
    "Registration",
    "ResourceModel",
    "Server",
    "ServerEvent",
    "ServerLimit",
    "ServerLost",
    "ServerRefused",
    "ServerSettings",
    "ServerUnavailable",
    "UnknownDialect",
    "Updated",
    "WriteMode",
    "start_server",
]
