from __future__ import annotations

import threading

import pytest

from leshan.errors import ServerLost, ServerUnavailable
from leshan.release import RELEASES
from leshan.settings import Mode, ServerSettings
from leshan.supervision import LocalServer, last_lines
from leshan.terms import Terms


class Puppet(LocalServer):
    """A server that does as the test says, and keeps what was done to it."""

    mode = Mode.JVM
    guard_pid = 1

    def __init__(self, recorder):
        super().__init__(RELEASES["2.0.0-M4"], ServerSettings(), Terms(recorder=recorder), "a box")
        self.description = "the puppet"
        self.done = []
        self.log = ""
        self.ended = None
        self.fails = None

    def _launch(self):
        self._do("launch")
        self.log += "up\n"

    def _relaunch(self):
        self._do("relaunch")

    def _end(self):
        self._keep_log()
        self.log = ""
        self._do("end")

    def _kill(self):
        self._do("kill")
        self._lost("killed")  # as whoever watches it sees it

    def _pause(self):
        self._do("pause")

    def _resume(self):
        self._do("resume")

    def _leave(self):
        self._do("leave")

    def _how_it_ended(self):
        return self.ended

    def _read_log(self):
        return self.log

    def _do(self, what):
        self.done.append(what)
        if self.fails == what:
            raise ServerUnavailable("the puppet was to start", "it did not", 0.0)

    def dies(self, how="its strings were cut"):
        self._lost(how)


@pytest.fixture
def puppet(kept):
    return Puppet(kept)


@pytest.fixture
def running(puppet):
    return puppet.start()


def told(kept):
    return [event.text for event in kept.events]


def test_a_server_that_started_is_there(running, kept):
    running.check()
    assert told(kept) == ["server started: the puppet"]


def test_the_end_of_the_block_stops_it(puppet):
    with puppet.start():
        puppet.check()
    assert puppet.done == ["launch", "end"]


def test_stop_twice_is_as_once(running):
    running.stop()
    running.stop()
    assert running.done == ["launch", "end"]


def test_nothing_is_left_of_a_start_that_failed(puppet):
    puppet.fails = "launch"
    with pytest.raises(ServerUnavailable):
        puppet.start()
    assert puppet.done == ["launch", "end"]


def test_a_loss_is_told_with_the_end_of_the_log(running):
    running.log = "".join(f"line {n}\n" for n in range(100))
    running.dies()
    with pytest.raises(ServerLost) as caught:
        running.check()
    message = str(caught.value)
    assert message.startswith("the puppet was to be running: its strings were cut (after")
    assert message.endswith("line 98\nline 99")
    assert "line 80" not in message


def test_a_loss_without_log_says_so(running):
    running.log = ""
    running.dies()
    with pytest.raises(ServerLost, match="it is empty"):
        running.check()


def test_who_listens_hears_of_a_loss_once(running):
    heard = []
    running.on_loss(heard.append)
    running.dies()
    running.dies("again")
    assert [error.came for error in heard] == ["its strings were cut"]


def test_who_listens_late_hears_at_once(running):
    running.dies()
    heard = []
    running.on_loss(heard.append)
    assert len(heard) == 1


def test_who_listens_may_stop_the_server(running):
    running.on_loss(lambda _: running.stop())
    running.dies()
    assert running.done == ["launch", "end"]


def test_evidence_that_cannot_be_kept_leaves_no_server(puppet, monkeypatch):
    def lose(_):
        raise OSError("the disk is full")

    monkeypatch.setattr(puppet._terms.recorder, "record", lose)
    with pytest.raises(OSError, match="the disk is full"):
        puppet.start()
    assert puppet.done == ["launch", "end"]


def test_evidence_that_cannot_be_kept_keeps_nobody_from_hearing_of_a_loss(running, monkeypatch):
    def lose(_):
        raise OSError("the disk is full")

    heard = []
    running.on_loss(heard.append)
    monkeypatch.setattr(running._terms.recorder, "record", lose)
    with pytest.raises(OSError, match="the disk is full"):
        running.dies()
    assert len(heard) == 1


def test_a_loss_is_recorded(running, kept):
    running.dies()
    assert told(kept)[-1] == "server lost: its strings were cut"


def test_the_state_is_never_seen_before_the_reason(running):
    """Whoever checks at the very moment of the loss gets the log too."""
    reading = threading.Event()
    go_on = threading.Event()
    read_log = running._read_log

    def slowly():
        reading.set()
        assert go_on.wait(10)
        return read_log()

    running._read_log = slowly
    thread = threading.Thread(target=running.dies)
    thread.start()
    assert reading.wait(10)
    running.check()  # not lost yet
    go_on.set()
    thread.join()
    with pytest.raises(ServerLost, match="its strings were cut"):
        running.check()


def test_each_who_asks_gets_an_error_of_his_own(running):
    running.dies()
    errors = []
    for _ in range(2):
        with pytest.raises(ServerLost) as caught:
            running.check()
        errors.append(caught.value)
    assert errors[0] is not errors[1]


def test_a_death_during_the_start_is_seen(puppet):
    puppet.ended = "it was too weak"
    with pytest.raises(ServerLost, match="it was too weak"):
        puppet.start()


@pytest.mark.parametrize("wish", ["kill", "stop"])
def test_an_end_on_purpose_is_not_told_as_a_loss(wish, running):
    running.on_loss(pytest.fail)
    getattr(running, wish)()
    running.dies()


def test_a_killed_server_is_not_there(running):
    running.kill()
    with pytest.raises(ServerLost, match="was killed on purpose and not restarted"):
        running.check()


def test_a_stopped_server_is_not_there(running):
    running.stop()
    with pytest.raises(ServerLost, match="was stopped"):
        running.check()


@pytest.mark.parametrize("wish", ["kill", "pause", "resume"])
@pytest.mark.parametrize("end", ["kill", "stop", "dies"])
def test_nothing_can_be_done_to_a_server_that_is_not_there(end, wish, running):
    getattr(running, end)()
    done = list(running.done)
    with pytest.raises(ServerLost):
        getattr(running, wish)()
    assert running.done == done


@pytest.mark.parametrize("end", [None, "kill", "dies", "pause"])
def test_restart_brings_it_back(end, running, kept):
    if end:
        getattr(running, end)()
    running.restart()
    running.check()
    assert told(kept)[-1] == "server restarted: the puppet"


def test_a_loss_after_a_restart_is_told_anew(running):
    heard = []
    running.on_loss(heard.append)
    running.dies()
    running.restart()
    running.dies("again")
    assert [error.came for error in heard] == ["its strings were cut", "again"]


def test_a_stopped_server_cannot_be_restarted(running):
    running.stop()
    with pytest.raises(ServerLost, match="was stopped"):
        running.restart()


def test_nothing_is_left_of_a_restart_that_failed(running):
    running.fails = "relaunch"
    with pytest.raises(ServerUnavailable):
        running.restart()
    assert running.done == ["launch", "relaunch", "end"]


def test_pause_and_resume(running, kept):
    running.pause()
    running.check()
    running.resume()
    assert running.done == ["launch", "pause", "resume"]
    assert told(kept)[1:] == ["server paused", "server resumed"]


def test_the_log_can_be_read_after_the_end(running):
    running.stop()
    assert running.logs() == "up\n"


def test_the_last_lines_of_the_log(running):
    running.log = "a\nb\nc\n"
    assert running.logs(2) == "b\nc\n"
    assert running.logs(0) == ""
    assert running.logs(9) == running.logs() == "a\nb\nc\n"


def test_a_server_that_is_left_is_not_ended(running):
    running.leave()
    running.stop()
    assert running.done == ["launch", "leave"]


@pytest.mark.parametrize(
    ("lines", "text"), [(0, ""), (1, "c"), (2, "b\nc"), (3, "a\nb\nc"), (4, "a\nb\nc")]
)
def test_last_lines(lines, text):
    assert last_lines("a\nb\nc", lines) == text
