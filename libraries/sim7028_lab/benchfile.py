"""Bench files: which module, which network, which server, and how patient to be.

A bench file is TOML. Every key has a check and a remedy; all complaints about a file come at
once, each with its key.
"""

from __future__ import annotations

import ipaddress
import os
import re
import tomllib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, fields
from enum import Enum
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from leshan import DEFAULT_VERSION, Mode, ServerSettings
from sim7028 import DIALECTS, PortSettings, is_real_port
from sim7028_lab.baseline import BaselineError, load_baseline, shipped_baseline
from virtual_sim7028 import PROFILES, InvalidSwitch

VIRTUAL = "virtual"
"""As `module.port`: start a virtual module for this run."""

SHIPPED = Path(__file__).parents[2] / "robot" / "benches"
"""The bench files that come with a checkout."""


class BenchFileError(Exception):
    """A bench file cannot be used; the message lists every complaint with file, key and remedy."""

    ROBOT_SUPPRESS_NAME = True

    def __init__(self, path: Path, complaints: Iterable[str]) -> None:
        super().__init__("\n".join(f"{path}: {complaint}" for complaint in complaints))


class _Refused(ValueError):
    """Says what would have been right."""


def _text(raw: object) -> str:
    if not isinstance(raw, str) or not raw.strip():
        raise _Refused("write a text in quotes")
    return raw


def _secret(raw: object) -> str:
    text = _text(raw)
    if not text.startswith("env:"):
        return text
    name = text.removeprefix("env:")
    if not os.environ.get(name):
        raise _Refused(f"set the environment variable {name}, which is empty or not there")
    return os.environ[name]


def _flag(raw: object) -> bool:
    if not isinstance(raw, bool):
        raise _Refused("write true or false")
    return raw


def _seconds(raw: object) -> float:
    if isinstance(raw, bool) or not isinstance(raw, (int, float)) or not 0 < raw <= 3600:
        raise _Refused("write seconds, more than 0 and at most 3600")
    return float(raw)


def _baudrate(raw: object) -> int:
    if type(raw) is not int or not 300 <= raw <= 4_000_000:
        raise _Refused("write a number of bits a second, such as 115200")
    return raw


def _udp_port(raw: object) -> int:
    if type(raw) is not int or not 1 <= raw <= 65535:
        raise _Refused("write a port from 1 to 65535; CoAP's own is 5683")
    return raw


def _url(raw: object) -> str:
    text = _text(raw)
    try:
        parts = urlsplit(text)
        good = parts.scheme in ("http", "https") and parts.hostname and parts.port != 0
    except ValueError:
        good = False
    if not good:
        raise _Refused("write the address of the server's web page, such as http://10.0.0.5:8080")
    if parts.username or parts.password:
        raise _Refused("write user and password as leshan.auth, not into the URL")
    return text.rstrip("/")


def _mode(raw: object) -> Mode:
    names = [mode.value for mode in Mode]
    if raw not in names:
        raise _Refused(f"write one of {', '.join(names)}")
    return Mode(raw)


def _auth(raw: object) -> tuple[str, str]:
    user, colon, password = _secret(raw).partition(":")
    if not colon or not user:
        raise _Refused('write "user:password", or "env:NAME" to take that from the environment')
    return user, password


def _ca(raw: object) -> Path:
    path = Path(_text(raw))
    if not path.is_file():
        raise _Refused(
            f"write the path of a file with CA certificates in PEM; {path.absolute()} is not there"
        )
    return path


def _pin(raw: object) -> str:
    text = _secret(raw)
    if not re.fullmatch(r"[0-9]{4,8}", text):
        raise _Refused('write 4 to 8 digits in quotes, or "env:NAME"')
    return text


def _firmware(raw: object) -> str:
    if raw not in DIALECTS:
        raise _Refused(f"write one of {', '.join(DIALECTS)}")
    return str(raw)


def _baseline(raw: object) -> Path:
    path = Path(_text(raw))
    if not path.is_file():
        raise _Refused(
            f"write the path of a baseline; {path.absolute()} is not there,"
            " and sim7028-lab check-log --baseline-out makes one"
        )
    return path


def _switches(raw: object) -> Mapping[str, str]:
    if not isinstance(raw, dict) or not all(isinstance(v, (str, bool)) for v in raw.values()):
        raise _Refused('write a table such as { result0 = "2.05", dedup = false }')
    return {name: v if isinstance(v, str) else str(v).lower() for name, v in raw.items()}


class _Holds(Enum):
    """What a key's text is, beyond what its check says."""

    PLAIN = "as it stands"
    CONFIDENTIAL = "not to be shown"
    FILE = "a path from the bench file's own folder"


def _key(
    check: Callable[[object], object], default: Any = None, holds: _Holds = _Holds.PLAIN
) -> Any:
    made = default if callable(default) else lambda: default
    return field(default_factory=made, metadata={"check": check, "holds": holds})


@dataclass(frozen=True, slots=True)
class ModuleSection:
    """`[module]`: where the module is and how to talk to it.

    Attributes:
        port: a device such as `/dev/serial/by-id/…`, `socket://host:port`, `rfc2217://host:port`,
            or `virtual` for a virtual module started for the run.
        baudrate: bits a second.
        firmware: the dialect that the module speaks; on a virtual module, its profile.
        dtr: level to put on DTR when the port opens; left alone when absent.
        rts: the same for RTS.
        rtscts: hardware flow control.
        switches: single choices of the virtual module's profile, by name.
        baseline: what is accepted of the firmware though it is not as documented; when left out,
            what is shipped for it.
    """

    port: str = _key(_text, VIRTUAL)
    baudrate: int = _key(_baudrate, 115200)
    firmware: str = _key(_firmware, "note-1.03")
    dtr: bool | None = _key(_flag)
    rts: bool | None = _key(_flag)
    rtscts: bool = _key(_flag, False)
    switches: Mapping[str, str] = _key(_switches, dict)
    baseline: Path | None = _key(_baseline, holds=_Holds.FILE)

    @property
    def is_virtual(self) -> bool:
        """Whether the run starts its own virtual module."""
        return self.port == VIRTUAL

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

    apn: str | None = _key(_text)
    pin: str | None = _key(_pin, holds=_Holds.CONFIDENTIAL)


@dataclass(frozen=True, slots=True)
class TimingSection:
    """`[timing]`: how long things may take on this bench, in seconds.

    Attributes:
        attach: from power-up or CFUN=1 to registered in the network.
        registration: from AT+LWOPEN to +LMOPEN, and from there to the server's list.
        urc: from the server's request to the URC.
        server: from the server's request to the module's answer, as the server waits for it.
        quiet: how long nothing must come before "should not" is believed.
    """

    attach: float = _key(_seconds, 120.0)
    registration: float = _key(_seconds, 60.0)
    urc: float = _key(_seconds, 20.0)
    server: float = _key(_seconds, 30.0)
    quiet: float = _key(_seconds, 3.0)


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
    """

    mode: Mode = _key(_mode, Mode.AUTO)
    version: str = _key(_text, DEFAULT_VERSION)
    rest_url: str | None = _key(_url)
    coap_host: str | None = _key(_text)
    coap_port: int | None = _key(_udp_port)
    auth: tuple[str, str] | None = _key(_auth, holds=_Holds.CONFIDENTIAL)
    ca: Path | None = _key(_ca, holds=_Holds.FILE)

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
        )


@dataclass(frozen=True, slots=True)
class BenchFile:
    """All that a bench file says.

    Attributes:
        path: where it was read.
    """

    path: Path
    module: ModuleSection = field(default_factory=ModuleSection)
    network: NetworkSection = field(default_factory=NetworkSection)
    timing: TimingSection = field(default_factory=TimingSection)
    leshan: LeshanSection = field(default_factory=LeshanSection)

    @property
    def name(self) -> str:
        """What the bench is called in reports: the file's name without its ending."""
        return self.path.stem

    @property
    def secrets(self) -> tuple[str, ...]:
        """What must never be written down."""
        password = self.leshan.auth[1] if self.leshan.auth else None
        return tuple(secret for secret in (self.network.pin, password) if secret)


_SECTIONS = {
    "module": ModuleSection,
    "network": NetworkSection,
    "timing": TimingSection,
    "leshan": LeshanSection,
}


def find(name: str) -> Path:
    """The bench file that `name` means: a path, or the name of one that comes with the checkout.

    Raises:
        BenchFileError: there is none.
    """
    for candidate in (Path(name).expanduser(), SHIPPED / name, SHIPPED / f"{name}.toml"):
        if candidate.is_file():
            return candidate
    shipped = ", ".join(sorted(path.stem for path in SHIPPED.glob("*.toml")))
    raise BenchFileError(
        Path(name), [f"no such bench file; name a file, or one of those shipped: {shipped}"]
    )


def load(path: Path, leshan: str | None = None) -> BenchFile:
    """Read and check a bench file.

    Args:
        path: the file.
        leshan: overrides its server: `auto`, `jvm`, `docker`, or the URL of a running one.

    Raises:
        BenchFileError: it cannot be read, or something in it is unknown, wrong, or cannot work.
    """
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise BenchFileError(path, [f"cannot be read as TOML: {error}"]) from None
    if leshan:
        server = content.setdefault("leshan", {})
        if isinstance(server, dict):
            server |= (
                {"mode": leshan}
                if "://" not in leshan
                else {
                    "mode": "remote",
                    "rest_url": leshan,
                }
            )
    complaints: list[str] = []
    sections = {
        name: _section(name, content.pop(name, {}), complaints, path.parent) for name in _SECTIONS
    }
    complaints += [f"[{name}] is not known; there are {_listed(_SECTIONS)}" for name in content]
    if complaints:
        raise BenchFileError(path, complaints)
    bench = BenchFile(path, **sections)
    if complaints := list(_impossible(bench)):
        raise BenchFileError(path, complaints)
    return bench


def _section(name: str, content: object, complaints: list[str], folder: Path) -> Any:
    """Check one section; what it names is looked for from the bench file's own folder."""
    section = _SECTIONS[name]
    if not isinstance(content, dict):
        complaints.append(f"{name} = {content!r}: write a table, [{name}]")
        return None
    keys = {key.name: key for key in fields(section)}
    values = {}
    for key, raw in content.items():
        if key not in keys:
            complaints.append(f"{name}.{key} is not known; [{name}] has {_listed(keys)}")
            continue
        check, holds = keys[key].metadata["check"], keys[key].metadata["holds"]
        names_file = holds is _Holds.FILE and isinstance(raw, str) and raw
        try:
            values[key] = check(str(folder / Path(raw).expanduser()) if names_file else raw)
        except _Refused as remedy:
            shown = "a value" if holds is _Holds.CONFIDENTIAL else repr(raw)
            complaints.append(f"{name}.{key} = {shown}: {remedy}")
    return section(**values)


def _listed(names: Iterable[str]) -> str:
    return ", ".join(names)


def _impossible(bench: BenchFile) -> Iterable[str]:
    """What each key allows by itself but not beside the others."""
    module, leshan = bench.module, bench.leshan
    if leshan.mode is Mode.REMOTE and leshan.rest_url is None:
        yield "leshan.rest_url is missing: mode remote needs the address of the server's web page"
    else:
        try:
            _ = leshan.server_settings
        except ValueError as error:
            yield f"leshan.{error}"
    if module.switches and not module.is_virtual:
        yield f'module.switches are for module.port = "{VIRTUAL}" only'
    elif module.switches:
        try:
            PROFILES[module.firmware].switched(module.switches)
        except InvalidSwitch as error:
            yield f"module.switches: {error}"
    try:
        load_baseline(module.baseline_file)
    except BaselineError as error:
        yield f"the baseline of firmware {module.firmware} cannot be used: {error}"
    if not module.is_virtual and is_real_port(module.port) and _on_loopback(leshan):
        yield (
            f"module.port = {module.port!r} is a real module, and it cannot reach a server on this"
            " machine's loopback over the cellular network. Say in leshan.coap_host (and"
            " coap_port) under which public address this server is reached, or use a public one:"
            ' mode = "remote", rest_url = "https://…"'
        )


def _on_loopback(leshan: LeshanSection) -> bool:
    host = leshan.coap_host
    if host is None:
        host = urlsplit(leshan.rest_url).hostname if leshan.rest_url else "127.0.0.1"
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host or "").is_loopback
    except ValueError:
        return False
