"""Keys of a bench file: what each may hold, and what is said of anything else."""

from __future__ import annotations

import os
import re
import shlex
from collections.abc import Callable, Mapping
from dataclasses import field
from enum import Enum
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from leshan import Mode
from sim7028 import DIALECTS
from sim7028_lab.rung import Rung


class Refused(ValueError):
    """Says what would have been right."""


def as_text(raw: object) -> str:
    if not isinstance(raw, str) or not raw.strip():
        raise Refused("write a text in quotes")
    return raw


def as_secret(raw: object) -> str:
    text = as_text(raw)
    if not text.startswith("env:"):
        return text
    name = text.removeprefix("env:")
    if not os.environ.get(name):
        raise Refused(f"set the environment variable {name}, which is empty or not there")
    return os.environ[name]


def as_flag(raw: object) -> bool:
    if not isinstance(raw, bool):
        raise Refused("write true or false")
    return raw


def as_seconds(raw: object) -> float:
    if isinstance(raw, bool) or not isinstance(raw, (int, float)) or not 0 < raw <= 3600:
        raise Refused("write seconds, more than 0 and at most 3600")
    return float(raw)


def as_baudrate(raw: object) -> int:
    if type(raw) is not int or not 300 <= raw <= 4_000_000:
        raise Refused("write a number of bits a second, such as 115200")
    return raw


def as_udp_port(raw: object) -> int:
    if type(raw) is not int or not 1 <= raw <= 65535:
        raise Refused("write a port from 1 to 65535; CoAP's own is 5683")
    return raw


def as_url(raw: object) -> str:
    text = as_text(raw)
    try:
        parts = urlsplit(text)
        good = parts.scheme in ("http", "https") and parts.hostname and parts.port != 0
    except ValueError:
        good = False
    if not good:
        raise Refused("write the address of the server's web page, such as http://10.0.0.5:8080")
    if parts.username or parts.password:
        raise Refused("write user and password as leshan.auth, not into the URL")
    return text.rstrip("/")


def as_mode(raw: object) -> Mode:
    names = [mode.value for mode in Mode]
    if raw not in names:
        raise Refused(f"write one of {', '.join(names)}")
    return Mode(raw)


def as_auth(raw: object) -> tuple[str, str]:
    user, colon, password = as_secret(raw).partition(":")
    if not colon or not user:
        raise Refused('write "user:password", or "env:NAME" to take that from the environment')
    return user, password


def as_ca(raw: object) -> Path:
    path = Path(as_text(raw))
    if not path.is_file():
        raise Refused(
            f"write the path of a file with CA certificates in PEM; {path.absolute()} is not there"
        )
    return path


def as_pin(raw: object) -> str:
    text = as_secret(raw)
    if not re.fullmatch(r"[0-9]{4,8}", text):
        raise Refused('write 4 to 8 digits in quotes, or "env:NAME"')
    return text


def as_firmware(raw: object) -> str:
    if not isinstance(raw, str) or raw not in DIALECTS:
        raise Refused(f"write one of {', '.join(DIALECTS)}")
    return raw


def as_baseline(raw: object) -> Path:
    path = Path(as_text(raw))
    if not path.is_file():
        raise Refused(
            f"write the path of a baseline; {path.absolute()} is not there,"
            " and sim7028-lab check-log --baseline-out makes one"
        )
    return path


def as_switches(raw: object) -> Mapping[str, str]:
    if not isinstance(raw, dict) or not all(isinstance(v, (str, bool)) for v in raw.values()):
        raise Refused('write a table such as { result0 = "2.05", dedup = false }')
    return {name: v if isinstance(v, str) else str(v).lower() for name, v in raw.items()}


def as_faults(raw: object) -> tuple[str, ...]:
    if not isinstance(raw, list) or not all(isinstance(each, str) for each in raw):
        raise Refused('write a list such as ["hang@AT+LWADDOBJ:2"]')
    return tuple(raw)


def as_count(raw: object) -> int:
    if type(raw) is not int or not 0 <= raw <= 1000:
        raise Refused("write a number from 0 to 1000")
    return raw


def as_command(raw: object) -> tuple[str, ...]:
    try:
        words = tuple(shlex.split(as_text(raw)))
    except ValueError as error:
        raise Refused(f"write a command as a shell would take it ({error})") from None
    return words


def as_hub(raw: object) -> tuple[str, int]:
    match raw:
        case {"location": str(location), "port": int(port), **others} if not others:
            return location, port
        case _:
            raise Refused('write a table such as { location = "1-1", port = 2 }, as uhubctl has it')


def as_ladder(raw: object) -> tuple[Rung, ...]:
    names = [rung.value for rung in Rung]
    if (
        not isinstance(raw, list)
        or not all(isinstance(each, str) for each in raw)
        or not set(raw) <= set(names)
        or raw != sorted(set(raw), key=names.index)
    ):
        raise Refused(f"write a list of {', '.join(names)}, in this order; leave out what you like")
    return tuple(map(Rung, raw))


def as_coordinator(raw: object) -> str:
    text = as_text(raw)
    host, _, port = text.rpartition(":")
    if not host or not port.isdecimal() or not 1 <= int(port) <= 65535:
        raise Refused("write host:port; labgrid's own port is 20408")
    return text


class Holds(Enum):
    """What a key's text is, beyond what its check says."""

    PLAIN = "as it stands"
    CONFIDENTIAL = "not to be shown"
    FILE = "a path from the bench file's own folder"


def key(check: Callable[[object], object], default: Any = None, holds: Holds = Holds.PLAIN) -> Any:
    made = default if callable(default) else lambda: default
    return field(default_factory=made, metadata={"check": check, "holds": holds})
