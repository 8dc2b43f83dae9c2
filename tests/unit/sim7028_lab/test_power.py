"""What switches the module's supply, and what is said when it does not."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from sim7028_lab.benchsections import PowerSection
from sim7028_lab.power import CommandSwitch, PowerError, Supply, hub_switch, power_supply

Writing = Callable[[str], Sequence[str]]


class Switch:
    description = "a switch"

    def __init__(self) -> None:
        self.done: list[str] = []

    def off(self) -> None:
        self.done.append("off")

    def on(self) -> None:
        self.done.append("on")


def python(code: str) -> tuple[str, ...]:
    return (sys.executable, "-c", code)


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return tmp_path / "log"


@pytest.fixture
def writing(log: Path) -> Writing:
    """A command that writes down that it was run."""
    return lambda word: python(f"open({str(log)!r}, 'a').write({word!r})")


def test_a_cycle_is_off_and_on(log: Path, writing: Writing) -> None:
    Supply(CommandSwitch("two commands", writing("off "), writing("on")), rest=0).cycle()
    assert log.read_text() == "off on"


def test_what_a_command_says_is_told() -> None:
    switch = CommandSwitch("", python("import sys; sys.exit('relay 3 is unknown')"), ())
    with pytest.raises(PowerError, match=r"ended with code 1 and said: relay 3 is unknown"):
        switch.off()


def test_a_command_that_does_not_end_is_ended() -> None:
    switch = CommandSwitch("", python("import signal; signal.pause()"), (), limit=0.5)
    with pytest.raises(PowerError, match=r"did not end within 0\.5 s"):
        switch.off()


def test_a_program_that_is_not_there_is_named() -> None:
    with pytest.raises(PowerError, match=r"there is no program no-such-relay\. Install it"):
        CommandSwitch("", ("no-such-relay", "off"), ()).off()


def test_a_file_that_is_no_program_is_refused(tmp_path: Path) -> None:
    (tmp_path / "relay").touch()
    with pytest.raises(PowerError, match="May this user run it"):
        CommandSwitch("", (str(tmp_path / "relay"),), ()).off()


def test_the_supply_comes_back_whatever_ends_the_rest(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(_: float) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("sim7028_lab.power.time.sleep", interrupted)
    switch = Switch()
    with pytest.raises(KeyboardInterrupt):
        Supply(switch, rest=3).cycle()
    assert switch.done == ["off", "on"]


def test_a_hub_is_switched_by_uhubctl() -> None:
    hub = hub_switch("1-1.4", 2)
    assert hub.off_command == ("uhubctl", "-l", "1-1.4", "-p", "2", "-a", "off")
    assert hub.on_command == ("uhubctl", "-l", "1-1.4", "-p", "2", "-a", "on")


BY_COMMAND = PowerSection(off=("relay", "off"), on=("relay", "on"), rest=2)
BY_HUB = PowerSection(usb_hub=("1-1", 2), rest=2)


def test_what_the_bench_file_says_goes_before_the_place() -> None:
    place, virtual = Switch(), Switch()
    by_command = power_supply(BY_COMMAND, place, virtual)
    assert by_command == Supply(CommandSwitch("relay off", ("relay", "off"), ("relay", "on")), 2)
    assert power_supply(BY_HUB, place, virtual) == Supply(hub_switch("1-1", 2), 2)


def test_without_a_word_in_the_bench_file_each_has_its_own() -> None:
    place, virtual = Switch(), Switch()
    assert power_supply(PowerSection(), place, None) == Supply(place, 3.0)
    assert power_supply(PowerSection(), None, virtual) == Supply(virtual, 0.0)
    assert power_supply(PowerSection(), None, None) is None
