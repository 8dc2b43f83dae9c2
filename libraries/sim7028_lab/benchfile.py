"""Bench files: which module, which network, which server, and how patient to be.

A bench file is TOML. Every key has a check and a remedy; all complaints about a file come at
once, each with its key.
"""

from __future__ import annotations

import ipaddress
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from leshan import Mode
from sim7028_lab.baseline import BaselineError, load_baseline
from sim7028_lab.benchkeys import Holds, Refused
from sim7028_lab.benchsections import (
    LABGRID,
    VIRTUAL,
    LabgridSection,
    LeshanSection,
    ModuleSection,
    NetworkSection,
    PowerSection,
    RecoverySection,
    TimingSection,
)
from virtual_sim7028 import PROFILES, InvalidFault, InvalidSwitch, PlannedFault

SHIPPED = Path(__file__).parents[2] / "robot" / "benches"
"""The bench files that come with a checkout."""


class BenchFileError(Exception):
    """A bench file cannot be used; the message lists every complaint with file, key and remedy."""

    ROBOT_SUPPRESS_NAME = True

    def __init__(self, path: Path, complaints: Iterable[str]) -> None:
        super().__init__("\n".join(f"{path}: {complaint}" for complaint in complaints))


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
    power: PowerSection = field(default_factory=PowerSection)
    recovery: RecoverySection = field(default_factory=RecoverySection)
    labgrid: LabgridSection = field(default_factory=LabgridSection)

    @property
    def name(self) -> str:
        """What the bench is called in reports: the file's name without its ending."""
        return self.path.stem

    @property
    def unfit_tags(self) -> tuple[str, ...]:
        """Tags of scenarios that this bench cannot carry out."""
        tags = {
            "virtual-only": self.module.is_in_the_field,
            "local-server": self.leshan.mode is Mode.REMOTE,
        }
        return tuple(tag for tag, unfit in tags.items() if unfit)

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
    "power": PowerSection,
    "recovery": RecoverySection,
    "labgrid": LabgridSection,
}


def expanded(path: str) -> Path:
    """A path with its `~`; as it is where that is nobody's home."""
    try:
        return Path(path).expanduser()
    except RuntimeError:
        return Path(path)


def find(name: str) -> Path:
    """The bench file that `name` means: a path, or the name of one that comes with the checkout.

    Raises:
        BenchFileError: there is none.
    """
    for candidate in (expanded(name), SHIPPED / name, SHIPPED / f"{name}.toml"):
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
        names_file = holds is Holds.FILE and isinstance(raw, str) and raw
        try:
            values[key] = check(str(folder / expanded(raw)) if names_file else raw)
        except Refused as remedy:
            shown = "a value" if holds is Holds.CONFIDENTIAL else repr(raw)
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
    for name in ("switches", "faults"):
        if getattr(module, name) and not module.is_virtual:
            yield f'module.{name} are for module.port = "{VIRTUAL}" only'
    if module.switches and module.is_virtual:
        try:
            PROFILES[module.firmware].switched(module.switches)
        except InvalidSwitch as error:
            yield f"module.switches: {error}"
    for fault in module.faults:
        try:
            PlannedFault.parse(fault)
        except InvalidFault as error:
            yield f"module.faults: {error}"
    try:
        load_baseline(module.baseline_file)
    except BaselineError as error:
        yield f"the baseline of firmware {module.firmware} cannot be used: {error}"
    yield from _impossible_hardware(bench)
    if module.is_in_the_field and _on_loopback(leshan):
        yield (
            f"module.port = {module.port!r} is a real module, and it cannot reach a server on this"
            " machine's loopback over the cellular network. Say in leshan.coap_host (and"
            " coap_port) under which public address this server is reached, or use a public one:"
            ' mode = "remote", rest_url = "https://…"'
        )


def _impossible_hardware(bench: BenchFile) -> Iterable[str]:
    power, labgrid = bench.power, bench.labgrid
    if (bench.module.port == LABGRID) != (labgrid.place is not None):
        yield f'labgrid.place and module.port = "{LABGRID}" go together: write both or none'
    elif labgrid.coordinator and labgrid.place is None:
        yield "labgrid.coordinator is of no use without labgrid.place"
    if (power.off is None) != (power.on is None):
        yield "power.off and power.on go together: write both or none"
    if power.off is not None and power.usb_hub is not None:
        yield "power.usb_hub cannot stand beside power.off and power.on: write one of the two ways"


def _on_loopback(leshan: LeshanSection) -> bool:
    host = leshan.coap_host
    # Another mode, given on the command line, leaves the file's rest_url where it is.
    if host is None and leshan.mode is Mode.REMOTE and leshan.rest_url is not None:
        host = urlsplit(leshan.rest_url).hostname
    elif host is None:
        host = "127.0.0.1"
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host or "").is_loopback
    except ValueError:
        return False
