import socket
import threading

import pytest
import requests

from leshan.ports import free_ports
from leshan.reach import complaint, reason
from leshan.settings import Address


def address_of(fake):
    return Address("127.0.0.1", int(fake.url.rpartition(":")[2]))


def test_no_complaint_about_a_server_that_lists_its_registrations(fake):
    fake.routes["GET", "/api/clients"] = (200, "[]")
    assert complaint(address_of(fake)) is None


def test_an_error_is_told(fake):
    fake.routes["GET", "/api/clients"] = (500, "")
    assert complaint(address_of(fake)) == "HTTP 500"


def test_a_redirect_is_not_followed(fake):
    fake.routes["GET", "/api/clients"] = (302, "", {"Location": "/login"})
    assert complaint(address_of(fake)) == "HTTP 302"


def test_nobody_there_is_told():
    assert "Connection refused" in complaint(Address("127.0.0.1", *free_ports(1)))


def test_what_is_no_http_is_told():
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(10)
        thread = threading.Thread(target=answer_with, args=(server, b"*ATREADY: 1\r\n"))
        thread.start()
        assert "ATREADY" in complaint(Address("127.0.0.1", server.getsockname()[1]))
        thread.join()


def answer_with(server, raw):
    connection, _ = server.accept()
    with connection:
        connection.recv(4096)
        connection.sendall(raw)


def test_silence_is_told(fake, monkeypatch):
    monkeypatch.setattr("leshan.reach._POLL_LIMIT", 0.1)
    fake.routes["GET", "/api/clients"] = "silence"
    assert complaint(address_of(fake)) == "timed out"


def test_no_proxy_comes_in_between(fake, monkeypatch):
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    fake.routes["GET", "/api/clients"] = (200, "[]")
    assert complaint(address_of(fake)) is None


def reason_of(url, timeout=10):
    with pytest.raises(requests.RequestException) as caught:
        requests.get(url, timeout=timeout)
    return reason(caught.value)


@pytest.fixture(autouse=True)
def _no_proxies(monkeypatch):
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)


def test_the_reason_is_without_layers(fake):
    nobody = f"http://127.0.0.1:{free_ports(1)[0]}"
    assert reason_of(nobody) == "[Errno 111] Connection refused"


def test_a_time_out_says_which(fake):
    fake.routes["GET", "/"] = "silence"
    assert (
        reason_of(fake.url, timeout=0.1) == "it takes connections but does not answer (timed out)"
    )


def test_a_connection_that_broke(fake):
    fake.routes["GET", "/"] = "hang up"
    assert "closed connection without response" in reason_of(fake.url)


def test_a_connection_that_nobody_takes(monkeypatch):
    def timed_out(*_, **__):
        raise TimeoutError("timed out")

    monkeypatch.setattr("urllib3.util.connection.create_connection", timed_out)
    assert reason_of("http://127.0.0.1") == "nothing there takes a connection (timed out)"
