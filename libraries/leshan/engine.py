"""The Docker engine of this machine, and the compose command that goes with it."""

from __future__ import annotations

import contextlib
import grp
import os
import shutil
import socket
import subprocess
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import docker
from docker.constants import DEFAULT_DOCKER_API_VERSION
from docker.errors import DockerException
from docker.transport import UnixHTTPAdapter

from leshan.errors import ServerUnavailable
from leshan.reach import innermost

ANSWER_LIMIT = 2
"""Seconds that an engine may take to answer."""

_COMPOSE_LIMIT = 10.0


@dataclass(frozen=True, slots=True)
class Engine:
    """A Docker engine that answers.

    Attributes:
        version: its version.
        compose: the command that runs compose against it.
    """

    version: str
    compose: Sequence[str]


def connect() -> docker.DockerClient:
    """A client of the engine, found as the command `docker` finds it.

    Raises:
        DockerException: it does not answer.
    """
    return docker.from_env()


def find_engine() -> Engine:
    """The engine, asked at `DOCKER_HOST`, the current Docker context, or the usual socket.

    Raises:
        ServerUnavailable: none answers, it may not be used, or there is no compose.
    """
    began = time.monotonic()
    where = os.environ.get("DOCKER_HOST") or "its usual address"
    try:
        # With a version given, the client asks nothing before it is ours to close.
        client = docker.from_env(version=DEFAULT_DOCKER_API_VERSION, timeout=ANSWER_LIMIT)
        with contextlib.closing(client):
            if path := _socket_of(client):
                where = path
                _try_to_connect(path)
            version = client.version(api_version=False)["Version"]
    except (DockerException, OSError) as error:
        came, remedy = _explain(innermost(error), where)
        asked = "a Docker engine to run Leshan in"
        raise ServerUnavailable(asked, came, time.monotonic() - began, remedy=remedy) from error
    return Engine(version, _find_compose())


def _socket_of(client: docker.DockerClient) -> str | None:
    """The path of the Unix socket that a client talks to, if it does to one."""
    for adapter in client.api.adapters.values():
        if isinstance(adapter, UnixHTTPAdapter):
            return str(adapter.socket_path)
    return None


def _try_to_connect(path: str) -> None:
    """See whether anybody is there. The client would too, but leave a socket open if not."""
    with socket.socket(socket.AF_UNIX) as probe:
        probe.settimeout(ANSWER_LIMIT)
        probe.connect(path)


_WITHOUT = "or use mode jvm, which needs no Docker."


def _explain(error: BaseException, where: str) -> tuple[str, str]:
    """What came instead of an answer, and what to do."""
    match error:
        case PermissionError():
            group = _group_of(Path(where))
            came = f"this user may not use {where}"
            remedy = f"Have the user put into the group {group} (`sudo usermod -aG {group} $USER`,"
            return came, f"{remedy} then log in again), {_WITHOUT}"
        case FileNotFoundError() | ConnectionRefusedError():
            remedy = f"Start it, for example with `sudo systemctl start docker`, {_WITHOUT}"
            return f"none answers at {where}", remedy
        case TimeoutError():
            return f"{where} takes connections but does not answer", f"Restart it, {_WITHOUT}"
    return f"{where}: {error}", f"See whether `docker version` works, {_WITHOUT}"


def _group_of(path: Path) -> str:
    try:
        return grp.getgrgid(path.stat().st_gid).gr_name
    except (OSError, KeyError):
        return "docker"


def _find_compose() -> Sequence[str]:
    if shutil.which("docker"):
        plugin = subprocess.run(
            ["docker", "compose", "version"],
            capture_output=True,
            timeout=_COMPOSE_LIMIT,
            check=False,
        )
        if plugin.returncode == 0:
            return ("docker", "compose")
    if shutil.which("docker-compose"):
        return ("docker-compose",)
    raise ServerUnavailable(
        "`docker compose` or `docker-compose`",
        "there is a Docker engine but neither of them",
        0.0,
        remedy="Install the package docker-compose-plugin (Docker's) or docker-compose (Debian's),"
        f" {_WITHOUT}",
    )
