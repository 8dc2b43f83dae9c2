"""The server's jar: fetched by its coordinates, verified before it is run."""

from __future__ import annotations

import hashlib
import logging
import os
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path

import requests

from leshan.errors import ServerUnavailable
from leshan.reach import reason
from leshan.release import CLASSIFIER, GROUP, Release

PINNED: Mapping[str, str] = {
    "2.0.0-M4": "6d1cf53a18d516f02ae0b7bc34dd06dac15f3d67797d163574dec4b5feecbd32",
}
"""The SHA-256 of each release's jar."""

JAR_VARIABLE = "SIM7028_LAB_LESHAN_JAR"
"""Names a jar that is used instead of fetching one."""

MAVEN_VARIABLE = "SIM7028_LAB_MAVEN"
"""Names a mirror of Maven Central."""

_CONNECT_LIMIT = 3.0
_ANSWER_LIMIT = 5.0
"""Together under 10 s with the two addresses that Maven Central has."""

_READ_LIMIT = 20
"""Seconds between two pieces of the jar."""

_log = logging.getLogger(__name__)


def fetch_jar(release: Release) -> Path:
    """The verified jar of `release`.

    It is looked for at `SIM7028_LAB_LESHAN_JAR`, in the local Maven repository (`M2_REPO` or
    `~/.m2/repository`), and then fetched into that from Maven Central or `SIM7028_LAB_MAVEN`.

    Raises:
        ServerUnavailable: it cannot be had, or it is not the one whose checksum is pinned.
    """
    if by_hand := os.environ.get(JAR_VARIABLE):
        jar = Path(by_hand)
        if not jar.is_file():
            raise ServerUnavailable(
                f"the jar that {JAR_VARIABLE} names",
                f"{jar} is no file",
                0.0,
                remedy=f"Put {release.jar_name} there, or unset {JAR_VARIABLE} to have it fetched.",
            )
    else:
        jar = _local_copy(release)
        if not jar.is_file():
            _fetch(release, jar)  # which verifies it before it is in its place
            return jar
    _verify(jar, release)
    return jar


def _local_copy(release: Release) -> Path:
    """Where Maven keeps it. jgo knows that too, but takes 0.1 s to load for each start."""
    repository = Path(os.environ.get("M2_REPO") or Path.home() / ".m2" / "repository")
    return repository / _folder(release) / release.jar_name


def _folder(release: Release) -> str:
    return f"{GROUP.replace('.', '/')}/{release.artifact}/{release.version}"


def _verify(jar: Path, release: Release) -> None:
    if found := _wrong_sum(jar, release):
        raise _wrong(jar, release, found)


def _wrong_sum(jar: Path, release: Release) -> str | None:
    """The checksum of a jar, where that is not the one that is pinned."""
    with jar.open("rb") as file:
        found = hashlib.file_digest(file, "sha256").hexdigest()
    pinned = PINNED.get(release.version)
    if pinned is None:
        _log.warning("no checksum is pinned for %s: running %s unverified", jar.name, found)
        return None
    return found if found != pinned else None


def _wrong(jar: Path, release: Release, found: str) -> ServerUnavailable:
    return ServerUnavailable(
        f"{jar} with SHA-256 {PINNED[release.version]}",
        f"its SHA-256 is {found}",
        0.0,
        remedy="It was changed or cut short, and nothing of it was run. Delete it to have it"
        " fetched anew; if that comes out the same, the repository it comes from is wrong.",
    )


def _fetch(release: Release, jar: Path) -> None:
    from jgo.constants import MAVEN_CENTRAL_URL  # takes 0.1 s, and most starts need no fetching

    repository = os.environ.get(MAVEN_VARIABLE, MAVEN_CENTRAL_URL).rstrip("/")
    began = time.monotonic()

    def unavailable(came: str) -> ServerUnavailable:
        return ServerUnavailable(
            f"{release.coordinates} from {repository}",
            came,
            time.monotonic() - began,
            remedy=f"Set {MAVEN_VARIABLE} to a mirror of Maven Central that this machine reaches,"
            f" or put {release.jar_name} on this machine by hand and name it in {JAR_VARIABLE}.",
        )

    _log.info("fetching %s from %s into %s", release.coordinates, repository, jar)
    try:
        address = f"{repository}/{_folder(release)}/{release.jar_name}"
        with requests.head(
            address, timeout=(_CONNECT_LIMIT, _ANSWER_LIMIT), allow_redirects=True
        ) as told:
            if told.status_code == requests.codes.not_found:
                raise unavailable("there is no such jar (HTTP 404)")
            if not told.ok:
                raise unavailable(f"HTTP {told.status_code} {told.reason}")
        _download(release, repository, jar)
    except requests.RequestException as error:
        raise unavailable(reason(error)) from error
    except OSError as error:
        raise unavailable(f"it cannot be kept: {error}") from error


def _download(release: Release, repository: str, jar: Path) -> None:
    """Put the jar in its place whole and verified, however many do so at the same time."""
    from jgo.maven import MavenContext

    jar.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".fetching-", dir=jar.parent) as staging:
        context = MavenContext(
            repo_cache=Path(staging), remote_repos={"maven": repository}, timeout=_READ_LIMIT
        )
        component = context.project(GROUP, release.artifact).at_version(release.version)
        fetched = component.artifact(classifier=CLASSIFIER, packaging="jar").resolve()
        if found := _wrong_sum(fetched, release):
            kept = jar.with_name(f"{jar.name}.unverified")
            fetched.replace(kept)
            raise _wrong(kept, release, found)
        fetched.replace(jar)
