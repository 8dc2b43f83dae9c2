"""A stand-in for Leshan's REST API that says what a test tells it to."""

import json
import queue
import ssl
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import trustme

from lab_evidence import Event

HERE = Path(__file__).parent
ENDPOINTS = {
    "2.0.0-M4": '{"securedEndpointPort":"5684", "unsecuredEndpointPort":"5683"}',
    "2.0.0-M18": '[{"uri":{"full":"coap://127.0.0.1:5683"},"description":"CoAP over UDP"}]',
}
NOT_REGISTERED = (400, "no registered client with id 'x'")


@dataclass(frozen=True)
class Asked:
    """A request that came."""

    method: str
    path: str
    query: str
    body: str
    headers: dict[str, str]
    port: int


@dataclass
class FakeLeshan:
    """Answers by routes, streams what is pushed, and keeps what it was asked."""

    url: str = ""
    routes: dict[tuple[str, str], Any] = field(default_factory=dict)
    asked: list[Asked] = field(default_factory=list)
    chunked: bool = False
    streams: list["queue.Queue[bytes | None]"] = field(default_factory=list)
    closing: threading.Event = field(default_factory=threading.Event)

    def speaks(self, release: str) -> "FakeLeshan":
        self.routes["GET", "/api/server/endpoint"] = (200, ENDPOINTS[release])
        specs = HERE / "recorded" / "leshan-2.0.0-M4.objectspecs.json"
        self.routes["GET", "/api/objectspecs/simcom-1"] = (200, specs.read_text())
        return self

    def pushes(self, raw: bytes) -> None:
        """Send bytes on the first stream behind the one that the client opens for practice."""
        self.streams[1].put(raw)

    def tells(self, name: str, data: Any) -> None:
        text = data if isinstance(data, str) else json.dumps(data)
        self.pushes(f"event: {name}\r\ndata: {text}\r\n\r\n".encode())

    def ends_streams(self) -> None:
        for stream in self.streams:
            stream.put(None)

    def was_asked(self, path: str) -> list[Asked]:
        return [asked for asked in self.asked if asked.path == path]


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    fake: FakeLeshan

    def answer(self) -> None:
        url = urlsplit(self.path)
        body = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
        self.fake.asked.append(
            Asked(
                method=self.command,
                path=url.path,
                query=url.query,
                body=body,
                headers=dict(self.headers.items()),
                port=self.client_address[1],
            )
        )
        if "text/event-stream" in self.headers.get("Accept", "") and url.path.endswith("/event"):
            self.stream()
            return
        route = self.fake.routes.get((self.command, url.path), (404, "<title>Error 404</title>"))
        if callable(route):
            route = route()
        if route == "silence":
            self.fake.closing.wait()
            self.close_connection = True
            return
        if route[0] == "breaks off":
            text = route[2].encode()
            self.send_response(route[1])
            self.send_header("Transfer-Encoding", "chunked")
            self.end_headers()
            self.wfile.write(b"%x\r\n%s\r\n" % (len(text), text))
            self.close_connection = True
            return
        if route == "hang up":
            self.close_connection = True
            return
        status, text, *headers = route
        self.send_response(status)
        told = {"Content-Length": str(len(text.encode())), **(headers[0] if headers else {})}
        for name, value in told.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(text.encode())
        self.close_connection = told["Content-Length"] != str(len(text.encode()))

    def stream(self) -> None:
        pushed: queue.Queue[bytes | None] = queue.Queue()
        self.fake.streams.append(pushed)
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream;charset=utf-8")
        if self.fake.chunked:
            self.send_header("Transfer-Encoding", "chunked")
        else:
            self.send_header("Connection", "close")
        self.end_headers()
        self.close_connection = True
        while (raw := pushed.get()) is not None:
            try:
                self.wfile.write(b"%x\r\n%s\r\n" % (len(raw), raw) if self.fake.chunked else raw)
            except OSError:
                return

    do_GET = do_PUT = do_POST = do_DELETE = answer  # noqa: N815 - the names http.server looks for

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - as in the base
        pass


class Server(ThreadingHTTPServer):
    request_queue_size = 64

    def handle_error(self, request: Any, client_address: Any) -> None:
        pass  # a client that went away


@pytest.fixture
def serve() -> Iterator[Callable[..., FakeLeshan]]:
    """Start a stand-in; with `certificate`, for HTTPS."""
    running = []

    def start(certificate: Path | None = None) -> FakeLeshan:
        fake = FakeLeshan()
        server = Server(("127.0.0.1", 0), type("OneHandler", (Handler,), {"fake": fake}))
        scheme = "http"
        if certificate:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(certificate)
            server.socket = context.wrap_socket(server.socket, server_side=True)
            scheme = "https"
        fake.url = f"{scheme}://127.0.0.1:{server.server_address[1]}"
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        running.append((fake, server, thread))
        return fake

    yield start
    for fake, server, thread in running:
        fake.closing.set()
        fake.ends_streams()
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture
def fake(serve: Callable[..., FakeLeshan]) -> FakeLeshan:
    """A stand-in that speaks 2.0.0-M4."""
    return serve().speaks("2.0.0-M4")


class Kept:
    """A recorder that keeps everything."""

    def __init__(self) -> None:
        self.events: list[Event] = []

    def record(self, event: Event, /) -> None:
        self.events.append(event)


@pytest.fixture
def kept() -> Kept:
    return Kept()


@pytest.fixture(scope="session")
def exchanges() -> Callable[[str], list[dict[str, Any]]]:
    """What was recorded of a release, one exchange after the other."""

    def read(release: str) -> list[dict[str, Any]]:
        lines = (HERE / "recorded" / f"leshan-{release}.jsonl").read_text().splitlines()
        return [record for line in lines if "request" in (record := json.loads(line))]

    return read


@pytest.fixture(scope="session")
def told() -> Callable[[str], list[tuple[str, str]]]:
    """Name and data of the events that were recorded of a release."""

    def read(release: str) -> list[tuple[str, str]]:
        text = (HERE / "recorded" / f"leshan-{release}.events.txt").read_text()
        blocks = [block.splitlines() for block in text.strip().split("\n\n")]
        registration = json.loads(
            (HERE / "recorded" / f"leshan-{release}.jsonl").read_text().splitlines()[0]
        )
        return [
            (registration["event"], registration["data"]),
            *((name.removeprefix("event: "), data.removeprefix("data: ")) for name, data in blocks),
        ]

    return read


@dataclass(frozen=True)
class Tls:
    """An authority of the tests' own, and a server of loopback that it vouches for; PEM files."""

    ca: Path
    server: Path


@pytest.fixture(scope="session")
def tls(tmp_path_factory: pytest.TempPathFactory) -> Tls:
    folder = tmp_path_factory.mktemp("tls")
    authority = trustme.CA()
    authority.cert_pem.write_to_path(folder / "ca.pem")
    server = authority.issue_cert("127.0.0.1", "localhost")
    server.private_key_and_cert_chain_pem.write_to_path(folder / "server.pem")
    return Tls(folder / "ca.pem", folder / "server.pem")
