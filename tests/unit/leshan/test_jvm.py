"""The life of the server's process, with a script in the place of Java and Leshan."""

from __future__ import annotations

import os
import signal
import socket
import sys
import threading
from http.client import HTTPConnection
from pathlib import Path

import pytest

from leshan import jvm
from leshan.errors import ServerLost, ServerUnavailable
from leshan.java import Java
from leshan.server import start_server
from leshan.settings import Mode, ServerSettings

# Takes the options that matter, and does what Leshan does with them, or what the test wants.
SCRIPT = """#!{python} -IS
import os, socket, sys, time
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

options = dict(zip(sys.argv, sys.argv[1:]))
{before}
coap = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
coap.bind((options["-lh"], int(options["-lp"])))

class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response({status})
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"[]")

    def log_message(self, *_):
        pass

server = HTTPServer((options["-wh"], int(options["-wp"])), Handler)
print("Web server started at", server.server_port, flush=True)
server.serve_forever()
"""


@pytest.fixture
def java(tmp_path, monkeypatch):
    """Makes the stand-in for Java; `before` is what it does first."""

    def make(before="", status=200):
        path = tmp_path / "java"
        path.write_text(SCRIPT.format(python=sys.executable, before=before, status=status))
        path.chmod(0o755)
        monkeypatch.setattr(jvm, "find_java", lambda: Java(path, "Java for tests"))
        monkeypatch.setattr(jvm, "fetch_jar", lambda _: tmp_path / "leshan.jar")

    make()
    return make


JVM = ServerSettings(mode=Mode.JVM)


def answers(server):
    host, port = server.rest_url.removeprefix("http://").split(":")
    connection = HTTPConnection(host, int(port), timeout=10)
    connection.request("GET", "/api/clients")
    status = connection.getresponse().status
    connection.close()
    return status


def folder_of(server):
    return server._run._log.parent


def test_it_answers_where_it_says(java, watch):
    with start_server(JVM) as server:
        assert answers(server) == 200
        assert server.mode is Mode.JVM
        assert server.version == "2.0.0-M4"
        assert server.rest_url.startswith("http://127.0.0.1:")
        for part in ("2.0.0-M4", "Java for tests", "mode jvm: as asked", server.rest_url):
            assert part in server.description
        process, folder = watch(server.pid), folder_of(server)
        assert folder.exists()
    assert process.has_ended(0)
    assert not folder.exists()


def test_two_at_once(java):
    with start_server(JVM) as one, start_server(JVM) as other:
        assert answers(one) == answers(other) == 200
        assert one.rest_url != other.rest_url
        assert one.coap != other.coap


def test_a_timeout_is_written_where_the_server_reads_it(java):
    java("print(Path('Californium.properties').read_text(), flush=True)")
    with start_server(ServerSettings(mode=Mode.JVM, ack_timeout=9)) as server:
        assert "ACK_TIMEOUT=9000" in server.logs()


def test_without_timeout_the_server_s_own_stands(java):
    java("print(os.listdir(), flush=True)")
    with start_server(JVM) as server:
        assert "['leshan.log']" in server.logs()


def test_the_log_goes_where_it_is_wanted_and_stays(java, tmp_path):
    log = tmp_path / "results" / "leshan.log"
    log.parent.mkdir()
    log.write_text("of the last run\n")
    with start_server(JVM, log_path=log) as server:
        assert "of the last run" not in server.logs()
    assert log.read_text().startswith("of the last run\nWeb server started")


ENTRY = "2026-11-22 23:37:03,714 WARN ClientServlet - "
LOGS = f"""
import signal
print("{ENTRY}begins", flush=True)
def end(*_):
    print("{ENTRY}ends", flush=True)
    os._exit(0)
signal.signal(signal.SIGTERM, end)
"""


def warnings(kept):
    return [event.text for event in kept.events if "level" in event.data]


def test_its_warnings_are_recorded_from_beginning_to_end(java, kept):
    java(LOGS)
    with start_server(JVM, recorder=kept):
        pass
    assert warnings(kept) == ["begins", "ends"]


def test_its_warnings_are_recorded_in_a_log_that_stays(java, kept, tmp_path):
    java(LOGS)
    log = tmp_path / "leshan.log"
    log.write_text(f"{ENTRY}of the last run\n")
    with start_server(JVM, recorder=kept, log_path=log):
        pass
    assert warnings(kept) == ["begins", "ends"]


@pytest.mark.parametrize("log_name", [None, "leshan.log"])
def test_its_warnings_are_recorded_after_a_kill_a_restart_and_a_pause(
    java, kept, tmp_path, log_name
):
    java(LOGS)
    with start_server(JVM, recorder=kept, log_path=log_name and tmp_path / log_name) as server:
        server.kill()
        server.restart()
        server.restart()
        server.pause()
        server.resume()
    assert warnings(kept) == ["begins", "begins", "ends", "begins", "ends"]


def test_what_a_server_that_did_not_start_warned_of_is_recorded(java, kept):
    java(LOGS + "sys.exit(3)")
    with pytest.raises(ServerUnavailable):
        start_server(JVM, recorder=kept)
    assert warnings(kept) == ["begins"]


def test_nothing_goes_on_following(java, kept):
    java(LOGS)
    before = set(threading.enumerate())
    with start_server(JVM, recorder=kept) as server:
        server.restart()
        assert set(threading.enumerate()) - before
    assert not set(threading.enumerate()) - before


def test_a_server_that_dies_at_the_start_is_told_with_its_log(java, watch):
    java("print('no such option', flush=True); sys.exit(3)")
    with pytest.raises(ServerUnavailable, match=r"(?s)ended with exit status 3.*no such option"):
        start_server(JVM)


def test_a_server_that_never_gets_ready_is_told_with_its_log(java, monkeypatch):
    monkeypatch.setattr(jvm, "START_LIMIT", 1.0)
    java("print('waiting for entropy', flush=True); time.sleep(60)")
    with pytest.raises(ServerUnavailable, match=r"(?s)it is still starting.*waiting for entropy"):
        start_server(JVM)


def test_a_server_that_answers_errors_is_not_ready(java, monkeypatch):
    monkeypatch.setattr(jvm, "START_LIMIT", 0.5)
    java(status=500)
    with pytest.raises(ServerUnavailable, match="does not answer: HTTP 500"):
        start_server(JVM)


TAKEN_ONCE = """
if not Path({mark!r}).exists():
    Path({mark!r}).touch()
    print("java.net.BindException: Address already in use", flush=True)
"""


def test_when_a_port_is_snatched_others_are_tried(java, tmp_path, caplog):
    java(TAKEN_ONCE.format(mark=str(tmp_path / "mark")))
    with start_server(JVM) as server:
        assert answers(server) == 200
        assert "BindException" in server.logs()
    assert "a port was taken just now" in caplog.text


def test_ports_that_are_always_snatched_end_in_an_error(java):
    java('print("java.net.BindException: Address already in use", flush=True)')
    with pytest.raises(ServerUnavailable, match="taken under our hands 3 times"):
        start_server(JVM)


def test_a_port_that_was_asked_for_and_is_taken_is_named(java):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp:
        udp.bind(("127.0.0.1", 0))
        port = udp.getsockname()[1]
        with pytest.raises(ServerUnavailable, match=f"{port}: Address already in use"):
            start_server(ServerSettings(mode=Mode.JVM, coap_port=port))


def test_its_death_is_known_and_told(java):
    lost = threading.Event()
    heard = []
    with start_server(JVM) as server:
        server.on_loss(lambda error: (heard.append(error), lost.set()))
        os.kill(server.pid, signal.SIGKILL)
        assert lost.wait(2)
        with pytest.raises(ServerLost, match=r"(?s)ended by SIGKILL.*Web server started"):
            server.check()
        assert "SIGKILL" in str(heard[0])


def test_kill_and_restart_at_the_same_addresses(java, watch):
    with start_server(JVM) as server:
        before, process = (server.rest_url, server.coap), watch(server.pid)
        server.kill()
        assert process.has_ended(0)
        server.restart()
        assert answers(server) == 200
        assert (server.rest_url, server.coap) == before
        assert server.logs().count("Web server started") == 2


def test_restart_of_a_server_that_runs(java, watch):
    with start_server(JVM) as server:
        process = watch(server.pid)
        server.restart()
        assert process.has_ended(0)
        assert server.pid != process.pid
        assert answers(server) == 200


def test_a_port_taken_between_kill_and_restart_is_an_error(java, tmp_path):
    with start_server(JVM) as server:
        server.kill()
        java('print("java.net.BindException: Address already in use", flush=True)')
        with pytest.raises(ServerUnavailable, match="took one of its ports in the meantime"):
            server.restart()


def test_a_paused_server_answers_when_it_goes_on(java):
    with start_server(JVM) as server:
        server.pause()
        host, port = server.rest_url.removeprefix("http://").split(":")
        connection = HTTPConnection(host, int(port), timeout=0.2)
        connection.request("GET", "/api/clients")
        with pytest.raises(TimeoutError):
            connection.getresponse()
        connection.close()
        server.check()
        server.resume()
        assert answers(server) == 200


def test_a_paused_server_can_be_stopped(java, watch):
    with start_server(JVM) as server:
        process = watch(server.pid)
        server.pause()
    assert process.has_ended(0)


def test_its_temporary_files_go_with_it(java):
    java("print([a for a in sys.argv if a.startswith('-Djava.io.tmpdir=')], flush=True)")
    with start_server(JVM) as server:
        assert f"-Djava.io.tmpdir={folder_of(server)}" in server.logs()


def test_an_interrupted_start_leaves_nothing(java, monkeypatch, watch):
    java("time.sleep(60)")
    processes = []

    class Interrupted(jvm.GuardedProcess):
        def wait(self, timeout):
            processes.append((watch(self.pid), Path(self._job.folder)))
            raise KeyboardInterrupt

    monkeypatch.setattr(jvm, "GuardedProcess", Interrupted)
    with pytest.raises(KeyboardInterrupt):
        start_server(JVM)
    ((process, folder),) = processes
    assert process.has_ended(0)
    assert not folder.exists()


def test_a_java_that_cannot_be_run_is_named(java, monkeypatch, tmp_path):
    monkeypatch.setattr(jvm, "find_java", lambda: Java(tmp_path / "no-java", "no Java"))
    with pytest.raises(ServerUnavailable, match="no-java"):
        start_server(JVM)


def test_a_log_that_cannot_be_written_is_named(java, tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(ServerUnavailable, match="file"):
        start_server(JVM, log_path=tmp_path / "file" / "leshan.log")
