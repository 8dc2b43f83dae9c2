from __future__ import annotations

import hashlib
import os
import socket
import threading
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer

import pytest

from leshan import jar
from leshan.errors import ServerUnavailable
from leshan.jar import fetch_jar
from leshan.ports import free_ports
from leshan.release import RELEASES

M4 = RELEASES["2.0.0-M4"]
FOLDER = "org/eclipse/leshan/leshan-server-demo/2.0.0-M4"
BYTES = b"PK, and so on"
SUM = hashlib.sha256(BYTES).hexdigest()


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_):
        pass


@pytest.fixture(autouse=True)
def _alone(monkeypatch, tmp_path):
    """No repository and no settings but those of the test."""
    for name in ("SIM7028_LAB_LESHAN_JAR", "http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("M2_REPO", str(tmp_path / "m2"))
    monkeypatch.setattr(jar, "PINNED", {"2.0.0-M4": SUM})


@pytest.fixture
def maven(tmp_path, monkeypatch):
    """A repository that holds the jar; its folder."""
    folder = tmp_path / "maven" / FOLDER
    folder.mkdir(parents=True)
    (folder / M4.jar_name).write_bytes(BYTES)
    server = ThreadingHTTPServer(
        ("127.0.0.1", 0), partial(Quiet, directory=str(tmp_path / "maven"))
    )
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    monkeypatch.setenv("SIM7028_LAB_MAVEN", f"http://127.0.0.1:{server.server_port}/")
    yield folder
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def local(tmp_path):
    """Where the local repository has it."""
    return tmp_path / "m2" / FOLDER / M4.jar_name


def test_the_jar_is_fetched_into_the_local_repository(maven, local):
    assert fetch_jar(M4) == local
    assert local.read_bytes() == BYTES
    assert [path.name for path in local.parent.iterdir()] == [M4.jar_name]


def test_a_jar_that_is_there_is_not_fetched(maven, local):
    fetch_jar(M4)
    (maven / M4.jar_name).unlink()
    assert fetch_jar(M4) == local


def test_many_may_fetch_at_once(maven, local):
    found = []
    threads = [threading.Thread(target=lambda: found.append(fetch_jar(M4))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [local] * 8
    assert local.read_bytes() == BYTES


def test_a_wrong_checksum_of_what_was_fetched_names_file_and_both_sums(maven, local):
    (maven / M4.jar_name).write_bytes(b"another")
    other = hashlib.sha256(b"another").hexdigest()
    with pytest.raises(ServerUnavailable, match=f"{SUM}.*{other}") as caught:
        fetch_jar(M4)
    assert f"{local}.unverified" in str(caught.value)
    assert not local.exists()  # nobody takes it for verified
    assert local.with_name(f"{local.name}.unverified").read_bytes() == b"another"


def test_a_wrong_checksum_of_a_local_jar_names_file_and_both_sums(local):
    local.parent.mkdir(parents=True)
    local.write_bytes(BYTES[:5])
    with pytest.raises(ServerUnavailable) as caught:
        fetch_jar(M4)
    message = str(caught.value)
    assert str(local) in message
    assert SUM in message
    assert hashlib.sha256(BYTES[:5]).hexdigest() in message
    assert local.exists()  # nothing is removed behind the user's back


def test_a_jar_put_there_by_hand_is_used(monkeypatch, tmp_path):
    (tmp_path / "my.jar").write_bytes(BYTES)
    monkeypatch.setenv("SIM7028_LAB_LESHAN_JAR", str(tmp_path / "my.jar"))
    assert fetch_jar(M4) == tmp_path / "my.jar"


def test_a_jar_put_there_by_hand_is_verified(monkeypatch, tmp_path):
    (tmp_path / "my.jar").write_bytes(b"another")
    monkeypatch.setenv("SIM7028_LAB_LESHAN_JAR", str(tmp_path / "my.jar"))
    with pytest.raises(ServerUnavailable, match=rf"my\.jar with SHA-256 {SUM}"):
        fetch_jar(M4)


def test_a_jar_named_by_hand_that_is_not_there_is_named(monkeypatch, tmp_path):
    monkeypatch.setenv("SIM7028_LAB_LESHAN_JAR", str(tmp_path / "my.jar"))
    with pytest.raises(ServerUnavailable, match=r"SIM7028_LAB_LESHAN_JAR.*my\.jar is no file"):
        fetch_jar(M4)


def test_a_release_without_pin_is_used_with_a_warning(maven, monkeypatch, caplog):
    monkeypatch.setattr(jar, "PINNED", {})
    fetch_jar(M4)
    assert f"running {SUM} unverified" in caplog.text


WHAT_TO_DO = (
    f"{M4.coordinates} from",
    "SIM7028_LAB_MAVEN to a mirror",
    f"put {M4.jar_name} on this machine",
    "SIM7028_LAB_LESHAN_JAR",
)


def message_of_fetch():
    with pytest.raises(ServerUnavailable) as caught:
        fetch_jar(M4)
    message = str(caught.value)
    for part in WHAT_TO_DO:
        assert part in message
    return message


def test_a_repository_without_the_jar(maven):
    (maven / M4.jar_name).unlink()
    assert "there is no such jar (HTTP 404)" in message_of_fetch()


def test_nobody_there(monkeypatch):
    monkeypatch.setenv("SIM7028_LAB_MAVEN", f"http://127.0.0.1:{free_ports(1)[0]}")
    assert "Connection refused" in message_of_fetch()


def test_a_name_that_does_not_resolve(monkeypatch):
    monkeypatch.setenv("SIM7028_LAB_MAVEN", "http://maven.invalid")
    monkeypatch.setattr(socket, "getaddrinfo", no_such_name)
    assert "its host name does not resolve" in message_of_fetch()


def no_such_name(*_, **__):
    raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")


def test_a_repository_that_does_not_answer(monkeypatch):
    monkeypatch.setattr(jar, "_ANSWER_LIMIT", 0.1)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        monkeypatch.setenv("SIM7028_LAB_MAVEN", f"http://127.0.0.1:{silent.getsockname()[1]}")
        assert "does not answer" in message_of_fetch()


def test_the_limits_leave_a_message_within_ten_seconds():
    addresses_of_maven_central = 2
    assert jar._CONNECT_LIMIT * addresses_of_maven_central < 10
    assert jar._CONNECT_LIMIT + jar._ANSWER_LIMIT < 10


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_local_repository_that_cannot_be_written(maven, tmp_path):
    (tmp_path / "m2").mkdir(mode=0o500)
    assert "it cannot be kept" in message_of_fetch()


def test_a_local_repository_that_is_no_folder(maven, tmp_path):
    (tmp_path / "m2").write_text("")
    assert "it cannot be kept" in message_of_fetch()
