"""A labgrid place, before a client that says what each test wants."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from pprint import pformat
from textwrap import indent

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim7028_lab import labgrid_client
from sim7028_lab.benchsections import LabgridSection
from sim7028_lab.labgrid_client import (
    ClientFailed,
    ClientMissing,
    CoordinatorSilent,
    LabgridClient,
    PlaceState,
    Resource,
    read_state,
)
from sim7028_lab.place import Place, PlaceError
from sim7028_lab.power import CommandSwitch

ME = "desk/engineer"
SECTION = LabgridSection("bench-1", "lab:20408")


def resource(kind: str, name: str = "", available: bool = True, **parameters: object) -> Resource:
    path = f"exporter/bench/{kind}/{name or kind}"
    return Resource(name or kind, path, kind, available, parameters)


PORT = resource("NetworkSerialPort", host="lab", port=4001, protocol="rfc2217")
SWITCH = resource("NetworkPowerPort", model="simplerest", host="http://pdu", index="1")


class Coordinator:
    """What labgrid's coordinator knows and does, with one place."""

    def __init__(self) -> None:
        self.place = PlaceState("bench-1", ("cellar",), None, "2026-01-01 12:00:00", (), ())
        self.offers: tuple[Resource, ...] = (PORT, SWITCH)
        self.times = 0

    def state(self, client: LabgridClient) -> PlaceState:
        return self.place

    def acquire(self, client: LabgridClient, who: str = ME) -> None:
        self.times += 1
        changed = f"2026-01-01 12:00:00.{self.times:06}"
        self.place = replace(self.place, holder=who, changed=changed, resources=self.offers)

    def release(self, client: LabgridClient) -> None:
        if self.place.holder is None:
            raise ClientFailed("release-from", "place bench-1 is not acquired")
        if self.place.holder == ME:
            self.place = replace(self.place, holder=None, resources=())

    def places(self, client: LabgridClient) -> tuple[str, ...]:
        return ("bench-1", "bench-2")

    @property
    def by_hand(self) -> LabgridClient:
        """Somebody's own client."""
        return LabgridClient("bench-1", "lab:20408")


@pytest.fixture
def coordinator(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Coordinator:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.setenv("LG_HOSTNAME", "desk")
    monkeypatch.setenv("LG_USERNAME", "engineer")
    monkeypatch.setattr(labgrid_client.shutil, "which", lambda *_, **__: "/bin/labgrid-client")
    coordinator = Coordinator()
    for name in ("state", "acquire", "release", "places"):
        method = getattr(coordinator, name)
        monkeypatch.setattr(LabgridClient, name, lambda client, call=method: call(client))
    return coordinator


def quietly(_: str) -> None:
    """Nobody waits."""


def enter(section: LabgridSection = SECTION, say: Callable[[str], None] = quietly) -> None:
    with Place(section, say):
        pass


# Acquired and released


def test_a_place_is_had_for_as_long_as_the_run(coordinator: Coordinator) -> None:
    with Place(SECTION, quietly) as place:
        assert coordinator.place.holder == ME
        assert place.port == "rfc2217://lab:4001"
    assert coordinator.place.holder is None


def test_a_place_is_released_whatever_happens(coordinator: Coordinator) -> None:
    with pytest.raises(KeyboardInterrupt), Place(SECTION, quietly):
        raise KeyboardInterrupt
    assert coordinator.place.holder is None


def test_ctrl_c_while_it_is_acquired_releases_it(
    coordinator: Coordinator, monkeypatch: pytest.MonkeyPatch
) -> None:
    def acquire_and_be_stopped(client: LabgridClient) -> None:
        coordinator.acquire(client)
        raise KeyboardInterrupt

    monkeypatch.setattr(LabgridClient, "acquire", acquire_and_be_stopped)
    with pytest.raises(KeyboardInterrupt):
        enter()
    assert coordinator.place.holder is None


def test_a_place_that_lacks_a_serial_port_is_released(coordinator: Coordinator) -> None:
    coordinator.offers = (SWITCH,)
    with pytest.raises(PlaceError, match=r"no serial port.*only exporter/bench/NetworkPowerPort"):
        enter()
    assert coordinator.place.holder is None


def test_a_place_that_stays_acquired_is_told(
    coordinator: Coordinator, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_: LabgridClient) -> None:
        raise CoordinatorSilent("labgrid-client release-from", "Connection refused")

    monkeypatch.setattr(LabgridClient, "release", fail)
    with pytest.raises(PlaceError, match=r"stays acquired.*refused.*-p bench-1 release$"):
        enter()


def test_what_somebody_else_has_stays_theirs(coordinator: Coordinator) -> None:
    coordinator.acquire(coordinator.by_hand, "attic/boss")
    with pytest.raises(PlaceError, match="attic/boss has it since 2026-01-01 12:00:00"):
        enter()
    assert coordinator.place.holder == "attic/boss"


def test_what_was_acquired_by_hand_stays_so(coordinator: Coordinator) -> None:
    coordinator.acquire(coordinator.by_hand)
    with pytest.raises(PlaceError, match=r"you on this machine.*-p bench-1 release$"):
        enter()
    assert coordinator.place.holder == ME


def test_two_runs_of_a_user_do_not_share_a_place(coordinator: Coordinator) -> None:
    second = pytest.raises(PlaceError, match=rf"another run.*pid {os.getpid()} ")
    with Place(SECTION, quietly), second:
        enter()
    enter()


def killed_run() -> None:
    """Leaves what SIGKILL leaves: the place, the record, and no lock."""
    place = Place(SECTION, quietly).__enter__()
    place._release_later.pop_all()
    filelock_of_a_dead_process = place._lock_file
    filelock_of_a_dead_process.unlink()


def test_what_a_killed_run_left_is_taken_over(coordinator: Coordinator) -> None:
    killed_run()
    said: list[str] = []
    enter(say=said.append)
    assert said == ["labgrid place bench-1: released what a killed run left acquired"]
    assert coordinator.place.holder is None


def test_what_was_acquired_since_a_run_was_killed_is_not(coordinator: Coordinator) -> None:
    killed_run()
    coordinator.release(coordinator.by_hand)
    coordinator.acquire(coordinator.by_hand)
    with pytest.raises(PlaceError, match="you on this machine"):
        enter()


def test_a_place_that_was_taken_away_is_not_given_back(coordinator: Coordinator) -> None:
    with Place(SECTION, quietly) as place:
        coordinator.acquire(coordinator.by_hand, "attic/boss")
        with pytest.raises(PlaceError, match="taken away from this run, attic/boss has it"):
            place.look_again()
    assert coordinator.place.holder == "attic/boss"


def test_a_place_that_nobody_has_any_more_is_no_failure(coordinator: Coordinator) -> None:
    with Place(SECTION, quietly):
        coordinator.release(coordinator.by_hand)


# Names


def test_a_place_has_other_names(coordinator: Coordinator) -> None:
    enter(LabgridSection("cellar", "lab:20408"))


def test_a_part_of_a_name_is_no_place(coordinator: Coordinator) -> None:
    with pytest.raises(PlaceError, match=r"lab:20408 has no such place.*it has: bench-1, bench-2"):
        enter(LabgridSection("bench", "lab:20408"))


@pytest.mark.parametrize(
    ("error", "complaint"),
    [
        (ClientFailed("show", "place pattern bench-1 matches nothing"), "has no such place"),
        (ClientFailed("show", "pattern bench matches multiple places (a, b)"), "multiple places"),
        (ClientMissing("show", "no program"), r"not installed.*pip install 'sim7028-lab\[lab\]'"),
        (CoordinatorSilent("show", "refused"), r"lab:20408 does not answer: refused.*LG_COORD"),
    ],
)
def test_what_the_client_says_is_told_with_what_to_do(
    coordinator: Coordinator,
    monkeypatch: pytest.MonkeyPatch,
    error: ClientFailed,
    complaint: str,
) -> None:
    def fail(_: LabgridClient) -> PlaceState:
        raise error

    monkeypatch.setattr(LabgridClient, "state", fail)
    with pytest.raises(PlaceError, match=complaint):
        enter()


# What is in it


@pytest.mark.parametrize(
    ("port", "url"),
    [
        (PORT, "rfc2217://lab:4001"),
        (resource("NetworkSerialPort", host="fd00::1", port=1), "rfc2217://[fd00::1]:1"),
        (resource("NetworkSerialPort", host="a", port=1, protocol="raw"), "socket://a:1"),
    ],
)
def test_the_port_is_as_its_exporter_has_it(
    coordinator: Coordinator, port: Resource, url: str
) -> None:
    coordinator.offers = (port,)
    with Place(SECTION, quietly) as place:
        assert place.port == url
        assert place.power is None


@pytest.mark.parametrize(
    ("port", "complaint"),
    [
        (replace(PORT, available=False), "cannot offer .* now.*plugged in"),
        (resource("NetworkSerialPort", host="lab", port=None), "cannot offer"),
        (resource("NetworkSerialPort", host="a", port=1, protocol="x"), "speaks x.*rfc2217 or raw"),
        (
            resource("NetworkSerialPort", host="a", port=1, extra={"proxy_required": True}),
            "SSH proxy only",
        ),
    ],
)
def test_a_port_that_cannot_be_opened_is_told(
    coordinator: Coordinator, port: Resource, complaint: str
) -> None:
    coordinator.offers = (port,)
    with pytest.raises(PlaceError, match=complaint):
        enter()


def test_a_port_that_moved_is_found_again(coordinator: Coordinator) -> None:
    with Place(SECTION, quietly) as place:
        moved = replace(PORT, parameters={**PORT.parameters, "port": 4002})
        coordinator.place = replace(coordinator.place, resources=(moved,))
        place.look_again()
        assert place.port == "rfc2217://lab:4002"


def test_an_exporter_that_went_away_is_named(coordinator: Coordinator) -> None:
    with Place(SECTION, quietly) as place:
        coordinator.place = replace(coordinator.place, resources=(), orphans=(PORT.path,))
        with pytest.raises(PlaceError, match=f"exporter is gone, with {PORT.path}"):
            place.look_again()


def test_power_is_switched_as_the_client_does(coordinator: Coordinator) -> None:
    with Place(SECTION, quietly) as place:
        assert isinstance(place.power, CommandSwitch)
        typed = ("-x", "lab:20408", "-p", "bench-1", "power", "off", "-n", "NetworkPowerPort")
        assert place.power.off_command == ("/bin/labgrid-client", *typed)
        assert place.power.description == f"{SWITCH.path} of the labgrid place bench-1"


def test_of_several_ports_the_one_called_module_is_taken(coordinator: Coordinator) -> None:
    debug = resource("NetworkSerialPort", "debug", host="lab", port=4002)
    coordinator.offers = (debug, replace(PORT, name="module"))
    with Place(SECTION, quietly) as place:
        assert place.port == "rfc2217://lab:4001"
    coordinator.offers = (debug, PORT)
    with pytest.raises(PlaceError, match=r"more than one serial port.*add-named-match.*module$"):
        enter()


# What the client prints

words = st.text(st.characters(codec="ascii", exclude_categories=["Cc"], exclude_characters="'()"))
names = words.map(str.strip).filter(bool)
parameters = st.dictionaries(names, st.one_of(st.none(), st.booleans(), st.integers(), st.text()))


@st.composite
def resources(draw: st.DrawFn) -> Resource:
    return Resource(draw(names), draw(names), draw(names), draw(st.booleans()), draw(parameters))


def shown(state: PlaceState) -> str:
    """As labgrid 26 prints it."""
    lines = [f"Place '{state.name}':"]
    if state.aliases:
        lines.append(f"  aliases: {', '.join(state.aliases)}")
    lines += ["  matches:", "    exporter/bench/*", f"  acquired: {state.holder}"]
    lines += ["  acquired resources:", *(f"    {each.path}" for each in state.resources)]
    lines += ["  created: 2026-01-01 11:00:00.5", f"  changed: {state.changed}"]
    for each in state.resources:
        lines.append(f"Acquired resource '{each.name}' ({each.path}):")
        entry = {
            "cls": each.kind,
            "params": dict(each.parameters),
            "acquired": state.name,
            "avail": each.available,
        }
        lines.append(indent(pformat(entry), "  "))
    lines += [f"Orphaned resource 'x' ({path})" for path in state.orphans]
    return "\n".join(lines) + "\n"


@settings(deadline=None, max_examples=50)
@given(st.lists(resources(), max_size=3), st.lists(names, max_size=2))
def test_what_is_shown_is_read(found: list[Resource], orphans: list[str]) -> None:
    state = PlaceState(
        "bench-1", ("a", "b c"), ME, "2026-01-01 12:00:00.25", tuple(found), tuple(orphans)
    )
    assert read_state(shown(state)) == state


@given(st.text())
def test_what_is_no_state_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="it names no place"):
        read_state(text)


def test_a_resource_that_cannot_be_read_is_shown() -> None:
    text = shown(PlaceState("a", (), None, "now", (PORT,), ())).replace("'cls'", "cls")
    with pytest.raises(ValueError, match=r"exporter/bench/NetworkSerialPort.* is shown as .*cls"):
        read_state(text)


# How it is run


def a_client(folder: Path, script: str) -> LabgridClient:
    program = folder / "labgrid-client"
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)
    return LabgridClient("bench-1", "lab:20408")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where programs are."""
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    monkeypatch.setattr(labgrid_client.sysconfig, "get_path", lambda _: str(tmp_path))
    return tmp_path


def test_the_environment_does_not_change_what_is_asked(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LG_ENV", "other.yaml")
    monkeypatch.setenv("STATE", "up")
    assert a_client(folder, 'echo "$@/$LG_ENV$STATE"').places() == (
        "-x lab:20408 -p bench-1 complete places/",
    )


def test_a_silent_coordinator_is_told_from_a_refusal(folder: Path) -> None:
    silent = a_client(
        folder, "echo 'last error: refused\nCould not connect to coordinator' >&2; exit 1"
    )
    with pytest.raises(CoordinatorSilent, match=r"-p bench-1 acquire failed: refused$"):
        silent.acquire()
    with pytest.raises(ClientFailed, match=r"release-from .* failed: no such place$"):
        a_client(folder, "echo 'labgrid-client: Error: no such place' >&2; exit 1").release()


def test_a_client_that_hangs_is_given_up(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(labgrid_client, "_LIMIT", 0.05)
    with pytest.raises(CoordinatorSilent, match=r"did not end within 0\.05 s"):
        a_client(folder, "exec sleep 60").acquire()


def test_another_way_of_showing_is_told(folder: Path) -> None:
    with pytest.raises(ClientFailed, match=r"cannot be read.*is its version not 25 or 26\?"):
        a_client(folder, "echo '{}'").state()


def test_a_program_that_is_missing_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(labgrid_client.shutil, "which", lambda *_, **__: None)
    with pytest.raises(ClientMissing, match="there is no program labgrid-client"):
        LabgridClient("bench-1", "lab:20408").state()


@pytest.mark.parametrize(
    ("told", "environment", "coordinator"),
    [("a:1", "b:2", "a:1"), (None, "b:2", "b:2"), (None, "", "127.0.0.1:20408")],
)
def test_where_the_coordinator_is(
    monkeypatch: pytest.MonkeyPatch, told: str | None, environment: str, coordinator: str
) -> None:
    monkeypatch.setenv("LG_COORDINATOR", environment)
    assert LabgridClient.of("bench-1", told).coordinator == coordinator
