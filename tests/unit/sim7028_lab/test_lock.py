"""Locks on benches: what is exclusive, who has it, and that they end with their holder."""

import fcntl
import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim7028_lab.benchfile import BenchFile
from sim7028_lab.benchsections import LabgridSection, ModuleSection
from sim7028_lab.lock import BenchLock, BenchLocked, Holder, what_is_exclusive

HOLDING = """
import sys
from pathlib import Path
from sim7028_lab.benchfile import BenchFile
from sim7028_lab.lock import BenchLock
lock = BenchLock(BenchFile(Path(sys.argv[1])))
lock.acquire()
print(lock.path, flush=True)
sys.stdin.read()
"""


def at(port: str, **sections: object) -> BenchFile:
    return BenchFile(Path("benches/cellar.toml"), ModuleSection(port=port), **sections)


@pytest.fixture
def bench(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> BenchFile:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    return BenchFile(tmp_path / "cellar.toml")


@pytest.mark.parametrize(
    ("bench", "what"),
    [
        (at("virtual"), f"bench file {Path.cwd()}/benches/cellar.toml"),
        (at("socket://Lab:7028"), "port lab:7028"),
        (at("rfc2217://lab:7028?logging=debug"), "port lab:7028"),
        (at("socket://lab:99999"), "port socket://lab:99999"),
        (
            at("labgrid", labgrid=LabgridSection("cellar", "lab:20408")),
            "labgrid place cellar at lab:20408",
        ),
    ],
)
def test_what_only_one_run_can_have(bench: BenchFile, what: str) -> None:
    assert what_is_exclusive(bench) == what


def test_two_names_of_a_device_are_one_lock(tmp_path: Path) -> None:
    (tmp_path / "by-id").symlink_to("/dev/null")
    assert BenchLock(at(f"{tmp_path}/by-id")).path == BenchLock(at("/dev/null")).path


def test_the_second_is_told_who_is_first(bench: BenchFile) -> None:
    with BenchLock(bench), pytest.raises(BenchLocked) as refused:
        BenchLock(bench).acquire()
    holder = refused.value.holder
    assert holder is not None
    assert holder.pid == Holder.here().pid
    assert str(refused.value).startswith(f"bench cellar: bench file {bench.path} is in use by pid ")


def test_it_is_free_afterwards_and_leaves_nothing(bench: BenchFile) -> None:
    for _ in range(2):
        with BenchLock(bench) as lock:
            assert lock.path.exists()
        assert not lock.path.exists()


def test_a_file_that_was_removed_meanwhile_is_no_lock(
    bench: BenchFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = BenchLock(bench), BenchLock(bench)
    first.acquire()
    flock = fcntl.flock

    def late(descriptor: int, how: int) -> None:
        first.release()  # between the other's opening of the file and its locking
        flock(descriptor, how)

    monkeypatch.setattr("fcntl.flock", late)
    second.acquire()
    monkeypatch.undo()
    monkeypatch.setattr("tempfile.tempdir", str(second.path.parent))
    with pytest.raises(BenchLocked):
        BenchLock(bench).acquire()
    second.release()


@pytest.fixture
def holding(bench: BenchFile) -> "subprocess.Popen[str]":
    process = subprocess.Popen(
        [sys.executable, "-c", HOLDING, bench.path],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={"TMPDIR": str(bench.path.parent)},
    )
    with process:
        assert process.stdout is not None
        assert process.stdout.readline().strip() == str(BenchLock(bench).path)
        yield process
        process.kill()


def test_a_killed_holder_holds_nothing(bench: BenchFile, holding: "subprocess.Popen[str]") -> None:
    with pytest.raises(BenchLocked, match=f"pid {holding.pid} "):
        BenchLock(bench).acquire()
    holding.kill()
    holding.wait()
    with BenchLock(bench):
        pass


def test_who_inherits_it_holds_it(bench: BenchFile) -> None:
    lock = BenchLock(bench)
    lock.acquire()
    with subprocess.Popen(["cat"], stdin=subprocess.PIPE, pass_fds=[lock.descriptor]) as heir:
        os.close(lock.descriptor)  # as when it is killed
        with pytest.raises(BenchLocked):
            BenchLock(bench).acquire()
        assert heir.stdin is not None
        heir.stdin.close()
        heir.wait()
    with BenchLock(bench):
        pass


@given(
    st.builds(
        Holder,
        pid=st.integers(1, 4_000_000),
        user=st.text(),
        since=st.datetimes(timezones=st.just(UTC)).map(lambda t: t.replace(microsecond=0)),
        command=st.text(),
    )
)
def test_a_holder_reads_what_it_wrote(holder: Holder) -> None:
    assert Holder.from_json(holder.to_json()) == holder


@given(st.text() | st.from_regex(r'\{("pid": 1(, "user": "a")?)?\}', fullmatch=True))
def test_anything_else_is_nobody(text: str) -> None:
    assert Holder.from_json(text) is None


def test_a_holder_that_has_not_said_who_it_is() -> None:
    told = str(BenchLocked("cellar", "device /dev/ttyUSB0", None))
    assert "in use by a process that has not said who it is" in told


def test_when_is_told_in_utc() -> None:
    since = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)
    assert str(Holder(7, "lab", since, "x y")) == "pid 7 of lab since 2026-11-22 03:00:00 UTC: x y"
