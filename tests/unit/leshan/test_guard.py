from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from leshan.guarded import CannotStart, GuardedProcess, Job, Order

SLEEP = "import time; time.sleep(60)"
# Opens a pipe when it is ready for what it ignores.
STUBBORN = """
import signal, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
open({pipe!r}, "w").close()
time.sleep(60)
"""


def python(code):
    return [sys.executable, "-I", "-S", "-c", code]


@pytest.fixture
def folder(tmp_path):
    folder = tmp_path / "removed at the end"
    folder.mkdir()
    return folder


@pytest.fixture
def job(tmp_path, folder):
    def make(code=SLEEP, **more):
        return Job(
            command=python(code), folder=tmp_path, log=tmp_path / "log", remove=[folder], **more
        )

    return make


class Ends:
    """Takes the one call of `on_end`."""

    def __init__(self):
        self._come = threading.Event()
        self.statuses = []

    def __call__(self, process):
        self.statuses.append(process.status)
        self._come.set()

    def wait(self):
        assert self._come.wait(10)
        return self.statuses


def test_runs_the_command_in_its_folder_with_its_environment(job, tmp_path):
    code = "import os; print(os.getcwd(), os.environ['GREETING'])"
    process = GuardedProcess(job(code, environment={**os.environ, "GREETING": "hello"}))
    assert process.wait(10)
    assert process.status == 0
    process.stop()
    assert (tmp_path / "log").read_text() == f"{tmp_path} hello\n"


def test_appends_to_the_log(job, tmp_path):
    (tmp_path / "log").write_text("before\n")
    process = GuardedProcess(job("print('after')"))
    assert process.wait(10)
    process.stop()
    assert (tmp_path / "log").read_text() == "before\nafter\n"


def test_stop_ends_the_process_then_undoes_then_removes(job, folder, tmp_path, watch):
    undo = python(f"import os; print('undone', os.path.exists({str(folder)!r}))")
    process = GuardedProcess(job(undo=undo))
    child, guard = watch(process.pid), watch(process.guard_pid)
    process.stop()
    assert child.has_ended(0)
    assert guard.has_ended(0)
    assert not folder.exists()
    assert "undone True" in (tmp_path / "log").read_text()


def test_stop_twice_is_as_once(job):
    process = GuardedProcess(job())
    process.stop()
    process.stop()


def test_a_process_that_ignores_sigterm_is_killed(job, monkeypatch, watch, tmp_path):
    monkeypatch.setattr("leshan.guarded._GRACE", 0.2)
    pipe = tmp_path / "ready"
    os.mkfifo(pipe)
    process = GuardedProcess(job(STUBBORN.format(pipe=str(pipe))))
    child = watch(process.pid)
    pipe.read_text()
    process.stop()
    assert child.has_ended(0)


# Opens a pipe when it is ready to say goodbye.
POLITE = """
import signal, sys, time
signal.signal(signal.SIGTERM, lambda *_: sys.exit(print("goodbye", flush=True)))
open({pipe!r}, "w").close()
time.sleep(60)
"""


def test_a_paused_process_is_woken_to_be_stopped(job, watch, tmp_path):
    pipe = tmp_path / "ready"
    os.mkfifo(pipe)
    process = GuardedProcess(job(POLITE.format(pipe=str(pipe))))
    child = watch(process.pid)
    pipe.read_text()
    process.order(Order.PAUSE)
    process.stop()
    assert child.has_ended(0)
    assert (tmp_path / "log").read_text() == "goodbye\n"


def test_a_process_can_be_paused_and_resumed(job):
    process = GuardedProcess(job())
    try:
        process.order(Order.PAUSE)
        assert state_of(process.pid) == "T"
        process.order(Order.RESUME)
        await_state(process.pid, "SR")
    finally:
        process.stop()


def test_a_process_does_nothing_any_more_once_it_is_paused(job):
    process = GuardedProcess(job("while True: pass"))
    try:
        for _ in range(50):
            process.order(Order.PAUSE)
            assert state_of(process.pid) == "T"
            process.order(Order.RESUME)
    finally:
        process.stop()


def test_pausing_twice_is_as_once(job):
    process = GuardedProcess(job())
    try:
        process.order(Order.PAUSE)
        process.order(Order.PAUSE)
        process.order(Order.RESUME)
        await_state(process.pid, "SR")
    finally:
        process.stop()


def state_of(pid):
    # The first field after the name, which is in parentheses.
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]


def await_state(pid, wanted):
    # SIGCONT is sent when the order returns; when the process goes on is the kernel's affair.
    deadline = time.monotonic() + 10
    while (found := state_of(pid)) not in wanted:
        assert time.monotonic() < deadline, f"it is in state {found}, not in {wanted}"
        time.sleep(0.001)


def test_an_end_of_its_own_is_told_with_its_status(job):
    ends = Ends()
    process = GuardedProcess(job("raise SystemExit(7)"), ends)
    assert ends.wait() == [7]
    assert process.ended
    process.stop()


def test_a_kill_is_told_with_the_signal(job):
    ends = Ends()
    process = GuardedProcess(job(), ends)
    process.order(Order.KILL)
    assert ends.wait() == [-signal.SIGKILL]
    process.stop()


def test_a_stop_is_not_told(job):
    ends = Ends()
    GuardedProcess(job(), ends).stop()
    assert ends.statuses == []


def test_stop_may_be_called_by_who_is_told_of_the_end(job, folder):
    stopped = threading.Event()

    def stop(process):
        process.stop()
        stopped.set()

    GuardedProcess(job("pass"), stop)
    assert stopped.wait(10)
    assert not folder.exists()


def test_orders_to_a_process_that_ended_do_nothing(job):
    process = GuardedProcess(job("pass"))
    assert process.wait(10)
    process.order(Order.PAUSE)
    process.stop()
    process.order(Order.KILL)


def test_what_an_ended_process_left_stays_until_stop(job, folder):
    process = GuardedProcess(job("pass"))
    assert process.wait(10)
    assert folder.exists()
    process.stop()
    assert not folder.exists()


def test_a_command_that_is_not_there_is_named(tmp_path, folder):
    with pytest.raises(CannotStart, match="no-such-command"):
        GuardedProcess(
            Job(
                command=["no-such-command"],
                folder=tmp_path,
                log=tmp_path / "log",
                remove=[folder],
            )
        )
    assert not folder.exists()


def test_it_is_out_of_reach_of_a_ctrl_c_in_the_terminal(job):
    process = GuardedProcess(job())
    try:
        assert os.getsid(process.pid) == os.getsid(process.guard_pid) != os.getsid(0)
    finally:
        process.stop()


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux kills children with their parent")
def test_the_process_does_not_survive_its_guard_and_stop_does_what_it_left(
    job, folder, tmp_path, watch
):
    ends = Ends()
    process = GuardedProcess(job(undo=python("print('undone')")), ends)
    child = watch(process.pid)
    os.kill(process.guard_pid, signal.SIGKILL)
    assert ends.wait() == [None]
    assert child.has_ended()
    process.order(Order.PAUSE)
    process.stop()
    assert not folder.exists()
    assert "undone" in (tmp_path / "log").read_text()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_a_signal_to_the_guard_ends_everything(number, job, folder, watch):
    process = GuardedProcess(job())
    child, guard = watch(process.pid), watch(process.guard_pid)
    os.kill(process.guard_pid, number)
    assert guard.has_ended()
    assert child.has_ended(0)
    assert not folder.exists()
    process.stop()


OWNER = """
import sys, time
from pathlib import Path
from leshan.guarded import GuardedProcess, Job
tmp, folder = map(Path, sys.argv[1:3])
process = GuardedProcess(Job(
    command=[sys.executable, "-c", "import time; time.sleep(60)"],
    folder=tmp, log=tmp / "log", remove=[folder], undo=["touch", str(tmp / "undone")],
))
print(process.guard_pid, process.pid, flush=True)
{then}
"""


def owner(then, tmp_path, folder):
    return subprocess.Popen(
        [sys.executable, "-c", OWNER.format(then=then), str(tmp_path), str(folder)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def test_kill_9_of_the_owner_leaves_nothing(tmp_path, folder, watch):
    with owner("time.sleep(60)", tmp_path, folder) as program:
        guard, child = (watch(int(pid)) for pid in program.stdout.readline().split())
        program.kill()
    assert guard.has_ended()
    assert child.has_ended(0)
    assert not folder.exists()
    assert (tmp_path / "undone").exists()


def test_an_owner_that_forgets_leaves_nothing(tmp_path, folder, watch):
    forgets = "import os; sys.stdin.read(); os._exit(0)"  # once its children are watched
    with owner(forgets, tmp_path, folder) as program:
        guard, child = (watch(int(pid)) for pid in program.stdout.readline().split())
    assert guard.has_ended()
    assert child.has_ended(0)
    assert not folder.exists()


def test_a_process_that_was_left_outlives_its_owner(tmp_path, folder, watch):
    with owner("process.leave()", tmp_path, folder) as program:
        guard, child = (watch(int(pid)) for pid in program.stdout.readline().split())
        assert program.wait(10) == 0
    assert guard.is_running()
    assert child.is_running()
    os.kill(guard.pid, signal.SIGTERM)
    assert guard.has_ended()
    assert child.has_ended(0)
    assert not folder.exists()


def test_the_guard_holds_what_it_is_given(job, tmp_path):
    reading, writing = os.pipe()
    process = GuardedProcess(job(held=[writing]))
    os.close(writing)
    os.set_blocking(reading, False)
    with pytest.raises(BlockingIOError):  # somebody still has the other end
        os.read(reading, 1)
    process.stop()
    assert os.read(reading, 1) == b""
    os.close(reading)
