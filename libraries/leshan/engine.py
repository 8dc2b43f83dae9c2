"""The Docker engine of this machine, and the compose command that goes with it."""

from __future__ import annotations

import grp
import os
import shutil
import subprocess
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import docker
from docker.errors import DockerException

from leshan.errors import ServerUnavailable
from leshan.reach import innermost

ANSWER_LIMIT = 2.0
"""Seconds that an engine may take to answer."""

_SOCKET = Path("/var/run/docker.sock")
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


def connect(limit: float | None = 60.0) -> docker.DockerClient:
    """A client of the engine, found as the command `docker` finds it.

    Args:
        limit: seconds that each of its answers may take.

    Raises:
        DockerException: it does not answer.
    """
    # The annotation of `timeout` leaves out None, which stands for no limit.
    return docker.from_env(timeout=limit)  # type: ignore[arg-type]


def find_engine() -> Engine:
    """The engine, asked at `DOCKER_HOST`, the current Docker context, or the usual socket.

    Raises:
        ServerUnavailable: none answers, it may not be used, or there is no compose.
    """
    began = time.monotonic()
    try:
        client = connect(ANSWER_LIMIT)
        try:
            version = client.version()["Version"]
        finally:
            client.close()
    except (DockerException, OSError) as error:
        came, remedy = _explain(innermost(error))
        asked = "a Docker engine to run Leshan in"
        raise ServerUnavailable(asked, came, time.monotonic() - began, remedy=remedy) from error
    return Engine(version, _find_compose())


_WITHOUT = "or use mode jvm, which needs no Docker."


def _explain(error: BaseException) -> tuple[str, str]:
    """What came instead of an answer, and what to do."""
    where = os.environ.get("DOCKER_HOST") or str(_SOCKET)
    match error:
        case PermissionError():
            group = _group_of_socket()
            came = f"this user may not use {where}"
            remedy = f"Have the user put into the group {group} (`sudo usermod -aG {group} $USER`,"
            return came, f"{remedy} then log in again), {_WITHOUT}"
        case FileNotFoundError() | ConnectionRefusedError():
            remedy = f"Start it, for example with `sudo systemctl start docker`, {_WITHOUT}"
            return f"none answers at {where}", remedy
        case TimeoutError():
            return f"{where} takes connections but does not answer", f"Restart it, {_WITHOUT}"
    return f"{where}: {error}", f"See whether `docker version` works, {_WITHOUT}"


def _group_of_socket() -> str:
    try:
        return grp.getgrgid(_SOCKET.stat().st_gid).gr_name
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
