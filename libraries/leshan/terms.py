"""How a server that is started here is kept."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from lab_evidence import Recorder, Silent


@dataclass(frozen=True, kw_only=True)
class Terms:
    """How a server that is started here is kept.

    Attributes:
        recorder: is told of every change of the server's life, and what it logs of level WARN
            and up.
        log: the file that its log is appended to; one of its own when left out, which goes
            with the server.
        rest_port: the port for its REST API if that is free.
        coap_port: the port for CoAP if that is free.
        held: file descriptors that stay open as long as the server's guard lives.
    """

    recorder: Recorder = field(default_factory=Silent)
    log: Path | None = None
    rest_port: int | None = None
    coap_port: int | None = None
    held: Sequence[int] = ()
