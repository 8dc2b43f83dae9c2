"""The bench under examination: what has been opened of it so far."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Self

from lab_evidence import Redactor, Silent
from leshan import Leshan, Server
from sim7028 import Channel, Identity, Module
from sim7028_lab.baseline import load_baseline
from sim7028_lab.benchfile import BenchFile
from sim7028_lab.power import PowerSwitch
from sim7028_lab.watch import Watch


class Subject:
    """What checks look at, and leave for those that come after them.

    Nothing of it is kept on disk, so that nothing stays behind, however the examination ends.

    Attributes:
        file: the bench file.
        results: the folder that runs on this bench write to.
        say: takes a line for a person who waits.
        redactor: takes secrets out of what is told.
        watch: hears the AT channel, and finds where the module differs from what is documented.
        held: closes what was opened, the youngest first, when the subject is closed.
        place_switch: what switches the supply of the labgrid place; None where there is none.
        port: the URL of the module's port, once it is known.
        channel: the AT channel, once the port is open.
        module: the module behind it.
        identity: what the module said it is, once it was brought up.
        server: the server's life, once it is started or found.
        leshan: its REST API.

    Args:
        file: the bench file.
        results: the folder that runs on this bench write to.
        say: takes a line for a person who waits.
    """

    port: str
    channel: Channel
    module: Module
    identity: Identity
    server: Server
    leshan: Leshan

    def __init__(self, file: BenchFile, results: Path, say: Callable[[str], None]) -> None:
        self.file = file
        self.results = results
        self.say = say
        self.redactor = Redactor(file.secrets)
        self.watch = Watch(Silent(), load_baseline(file.module.baseline_file))
        self.held = contextlib.ExitStack()
        self.place_switch: PowerSwitch | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.held.close()
