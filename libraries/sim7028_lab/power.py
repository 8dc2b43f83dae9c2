"""The module's supply: what switches it, and for how long it stays away."""

from __future__ import annotations

import contextlib
import subprocess
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import ClassVar, Protocol

from sim7028_lab.benchsections import PowerSection
from sim7028_lab.virtual import VirtualModule, VirtualModuleError

_COMMAND_LIMIT = 30.0
"""How long a command that switches the supply may take, in s."""

_LONGEST_SAID = 300
"""How much of a failed command's own words a message shows, in characters."""


@dataclass(eq=False)
class PowerError(Exception):
    """The supply could not be switched.

    Attributes:
        asked: what was to switch it.
        came: what happened instead.
        remedy: what to do.
    """

    ROBOT_SUPPRESS_NAME: ClassVar[bool] = True

    asked: str
    came: str
    remedy: str

    def __str__(self) -> str:
        return f"The module's supply was not switched by {self.asked}: {self.came}. {self.remedy}"


class PowerSwitch(Protocol):
    """Something that takes the module's supply away and gives it back."""

    @property
    def description(self) -> str:
        """What it is, for a person: `uhubctl, hub 1-1 port 2`."""

    def off(self) -> None:
        """Take the supply away, and return when it is.

        Raises:
            PowerError: it could not.
        """

    def on(self) -> None:
        """Give the supply back, and return when it is there; the module may still boot.

        Raises:
            PowerError: it could not.
        """


@dataclass(frozen=True, slots=True)
class CommandSwitch:
    """Two commands, run without a shell.

    Attributes:
        description: what they drive.
        off_command: takes the supply away; exit code 0 says that it did.
        on_command: gives it back, likewise.
        limit: how long each may take, in s.
    """

    description: str
    off_command: Sequence[str]
    on_command: Sequence[str]
    limit: float = _COMMAND_LIMIT

    def off(self) -> None:
        """See `PowerSwitch.off`."""
        self._run(self.off_command)

    def on(self) -> None:
        """See `PowerSwitch.on`."""
        self._run(self.on_command)

    def _run(self, command: Sequence[str]) -> None:
        asked = " ".join(command)
        try:
            ended = subprocess.run(
                command,
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                errors="backslashreplace",
                timeout=self.limit,
                check=False,
            )
        except FileNotFoundError:
            came, remedy = f"there is no program {command[0]}", "Install it, or write its path."
            raise PowerError(asked, came, remedy) from None
        except OSError as error:
            raise PowerError(asked, str(error), "May this user run it?") from error
        except subprocess.TimeoutExpired:
            came = f"it did not end within {self.limit:g} s"
            raise PowerError(asked, came, "Run it by hand to see what it waits for.") from None
        if ended.returncode:
            said = (ended.stderr.strip() or ended.stdout.strip() or "nothing")[-_LONGEST_SAID:]
            came = f"it ended with code {ended.returncode} and said: {said}"
            raise PowerError(asked, came, "Run it by hand; does it work as this user?")


def hub_switch(location: str, port: int) -> CommandSwitch:
    """A port of a USB hub that can be switched, by `uhubctl`.

    Args:
        location: of the hub, as `uhubctl` lists it: `1-1`.
        port: which of its ports.
    """
    command = ("uhubctl", "-l", location, "-p", str(port), "-a")
    return CommandSwitch(
        f"uhubctl, hub {location} port {port}", (*command, "off"), (*command, "on")
    )


@dataclass(frozen=True, slots=True)
class VirtualSwitch:
    """The switch of a virtual module that the run started.

    Attributes:
        module: which.
    """

    module: VirtualModule

    @property
    def description(self) -> str:
        """What it is."""
        return "the virtual module's own switch"

    def off(self) -> None:
        """See `PowerSwitch.off`."""
        with self._told():
            self.module.power_off()

    def on(self) -> None:
        """See `PowerSwitch.on`."""
        with self._told():
            self.module.power_on()

    @contextlib.contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except VirtualModuleError as error:
            remedy = "Begin a new run, which starts a new one."
            raise PowerError(self.description, str(error), remedy) from error


@dataclass(frozen=True, slots=True)
class Supply:
    """What the module runs on.

    Attributes:
        switch: what takes it away and gives it back.
        rest: how long it stays away, in s, so that capacitors run empty.
    """

    switch: PowerSwitch
    rest: float

    def cycle(self) -> None:
        """Off and on. Whatever ends the time between, Ctrl-C too, it is on again.

        Raises:
            PowerError: it could not be switched.
        """
        try:
            self.switch.off()
            time.sleep(self.rest)
        finally:
            self.switch.on()


def power_supply(
    section: PowerSection, place: PowerSwitch | None, virtual: PowerSwitch | None
) -> Supply | None:
    """The module's supply, if the bench can switch it.

    Args:
        section: what the bench file says; it goes before all else.
        place: the switch of the labgrid place, if it has one.
        virtual: that of the virtual module which the run started; it has no capacitors.
    """
    if section.off is not None and section.on is not None:
        by_command = CommandSwitch(" ".join(section.off), section.off, section.on)
        return Supply(by_command, section.rest)
    if section.usb_hub is not None:
        return Supply(hub_switch(*section.usb_hub), section.rest)
    if place is not None:
        return Supply(place, section.rest)
    return Supply(virtual, 0.0) if virtual is not None else None
