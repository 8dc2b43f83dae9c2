"""Checks of the server: what it runs in, its life, its REST API, its CoAP port."""

from __future__ import annotations

import contextlib
import os
import socket
import struct
import time

from docker.errors import ImageNotFound

from leshan import Leshan, Mode, ServerUnavailable, start_server
from leshan.engine import Engine, connect, find_engine
from leshan.java import find_java
from leshan.recipe import find_recipe
from leshan.release import RELEASES
from sim7028_lab.doctor.check import Check, Outcome, good, warning
from sim7028_lab.doctor.subject import Subject

_PING_LIMIT = 1.0
_PINGS = 2
# CoAP ping (RFC 7252, 4.3): an empty confirmable message, and the reset that answers it.
_EMPTY_CONFIRMABLE, _EMPTY_RESET = 0x40, 0x70


def _engine(subject: Subject) -> Outcome:
    """What the server runs in, and why in that."""
    match subject.file.leshan.mode:
        case Mode.JVM:
            return good(f"{find_java().name}, as leshan.mode asks")
        case Mode.DOCKER:
            return _with_image(find_engine(), subject)
        case _:
            try:
                engine = find_engine()
            except ServerUnavailable as error:
                return good(f"{find_java().name}, for no Docker: {error.came}")
            return _with_image(engine, subject)


def _with_image(engine: Engine, subject: Subject) -> Outcome:
    found = f"Docker {engine.version} with `{' '.join(engine.compose)}`"
    release = RELEASES.get(subject.file.leshan.version)
    if release is None:
        return good(found)  # the next check says which releases there are
    image = find_recipe(release).image
    with contextlib.closing(connect()) as client:
        try:
            client.images.get(image)
        except ImageNotFound:
            subject.say(f"Building the image {image}, which takes a minute or a few")
            return good(f"{found}; the server's start builds its image {image}, once")
    return good(f"{found}; the image {image} is built")


def _life(subject: Subject) -> Outcome:
    began = time.monotonic()
    settings = subject.file.leshan.server_settings
    subject.server = subject.held.enter_context(start_server(settings))
    verb = "found" if settings.mode is Mode.REMOTE else "started"
    return good(f"{subject.server.description}, {verb} in {time.monotonic() - began:.1f} s")


def _rest(subject: Subject) -> Outcome:
    leshan = subject.file.leshan
    subject.leshan = subject.held.enter_context(
        Leshan(subject.server.rest_url, auth=leshan.auth, ca=leshan.ca)
    )
    count = len(subject.leshan.registrations())
    devices = {0: "no device", 1: "one device"}.get(count, f"{count} devices")
    return good(f"it answers as {subject.leshan.dialect.name} does, with {devices} registered")


def _coap(subject: Subject) -> Outcome:
    """A hint only: the module's way to the server is another than this machine's."""
    address = subject.server.coap
    if _answers_ping(address.host, address.port):
        return good(f"a ping from this machine to {address} is answered")
    return warning(
        f"a ping from this machine to {address} is not answered; the module may have another way,"
        " which registration shows",
        f"see that UDP port {address.port} is open to the server: firewall, port forwarding,"
        " leshan.coap_host and coap_port",
    )


def _answers_ping(host: str, port: int) -> bool:
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_DGRAM)[
            0
        ]
    except OSError:
        return False
    with socket.socket(family, kind, protocol) as pinger:
        pinger.settimeout(_PING_LIMIT)
        for _ in range(_PINGS):
            message_id = int.from_bytes(os.urandom(2))
            with contextlib.suppress(OSError):
                pinger.connect(address)
                pinger.send(struct.pack("!BBH", _EMPTY_CONFIRMABLE, 0, message_id))
                return pinger.recv(16) == struct.pack("!BBH", _EMPTY_RESET, 0, message_id)
    return False


ENGINE = Check("Docker or Java", _engine)
SERVER = Check("server", _life, needs=(ENGINE,))
REST = Check("REST", _rest, needs=(SERVER,))
COAP = Check("CoAP", _coap, needs=(SERVER,))
