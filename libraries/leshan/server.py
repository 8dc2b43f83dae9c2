"""Where a server is to be had: `start_server`."""

from __future__ import annotations

from pathlib import Path

from lab_evidence import Recorder, Silent
from leshan.compose import ComposeServer
from leshan.engine import find_engine
from leshan.errors import ServerUnavailable
from leshan.jvm import JvmServer
from leshan.release import RELEASES, Release
from leshan.remote import RemoteServer
from leshan.settings import Address, Mode, ServerSettings
from leshan.supervision import LocalServer, Server
from leshan.terms import Terms

__all__ = ["Address", "Mode", "Server", "ServerSettings", "start_local", "start_server"]


def start_server(
    settings: ServerSettings, *, recorder: Recorder | None = None, log_path: Path | None = None
) -> Server:
    """Start the server that is wanted, or find it, and return when it answers.

    Args:
        settings: which, and where.
        recorder: is told of every change of the server's life and, of one that is started here,
            what it logs of level WARN and up, as it does.
        log_path: the file that the server's log is appended to; it stays. Without one, the log
            goes with the server and can be had from `Server.logs` only.

    Raises:
        ServerUnavailable: it cannot be started or does not answer; nothing is left behind.
    """
    recorder = recorder or Silent()
    if settings.mode is Mode.REMOTE:
        return RemoteServer(settings, recorder)
    return start_local(settings, Terms(recorder=recorder, log=log_path))


def start_local(settings: ServerSettings, terms: Terms) -> LocalServer:
    """As `start_server`, for a server that runs here, kept on these terms."""
    release = _release(settings.version)
    match settings.mode:
        case Mode.JVM:
            return JvmServer(release, settings, "as asked", terms).start()
        case Mode.DOCKER:
            return ComposeServer(release, settings, "as asked", terms, find_engine()).start()
        case _:
            return _start_whatever_is_there(release, settings, terms)


def _start_whatever_is_there(
    release: Release, settings: ServerSettings, terms: Terms
) -> LocalServer:
    try:
        engine = find_engine()
    except ServerUnavailable as error:
        return JvmServer(release, settings, f"no Docker, {error.came}", terms).start()
    return ComposeServer(release, settings, "an engine answers", terms, engine).start()


def _release(version: str) -> Release:
    if version not in RELEASES:
        raise ServerUnavailable(
            f"Leshan {version}",
            "it is not known here how to run that release",
            0.0,
            remedy=f"Set version to one of {', '.join(RELEASES)}, or run it yourself and use"
            ' mode "remote".',
        )
    return RELEASES[version]
