"""The one Robot Framework library of the lab: keywords by actor, one bench a run."""

from __future__ import annotations

from typing import Any

from robot.api import FatalError, logger
from robot.api.deco import library
from robotlibcore import DynamicCore

from lab_evidence import Direction, Event, EvidenceError, Json, Source
from leshan import ServerLost, ServerUnavailable
from lwm2m import Code, Kind, Path, Value
from sim7028 import PortError, PortLost
from sim7028_lab.benchfile import BenchFileError
from sim7028_lab.failure import BenchBroken
from sim7028_lab.place import PlaceError
from sim7028_lab.virtual import VirtualModuleError
from Sim7028Lab.bench import BenchKeywords
from Sim7028Lab.conformance import ConformanceKeywords
from Sim7028Lab.converters import code, kind, path, resource_value
from Sim7028Lab.evidence import EvidenceKeywords
from Sim7028Lab.exchange import exchange
from Sim7028Lab.listener import Listener
from Sim7028Lab.module import ModuleKeywords
from Sim7028Lab.network import NetworkKeywords
from Sim7028Lab.picture import log_picture, spoken
from Sim7028Lab.redaction import Redaction
from Sim7028Lab.reporting import Reporting
from Sim7028Lab.server import ServerKeywords
from Sim7028Lab.stage import Stage

# Nothing that comes after one of these could be believed.
_FATAL = (
    BenchBroken,
    BenchFileError,
    EvidenceError,
    PlaceError,
    ServerLost,
    ServerUnavailable,
    VirtualModuleError,
)
# As fatal while the bench is opened; later, the module may be brought back.
_FATAL_AT_FIRST = (PortError, PortLost)


class RunEnds(FatalError):
    """Nothing that comes after this could be believed."""

    ROBOT_SUPPRESS_NAME = True


@library(
    scope="GLOBAL",
    version="0.1.0",
    doc_format="MARKDOWN",
    converters={Path: path, Kind: kind, Code: code, Value: resource_value},
)
class Sim7028Lab(DynamicCore):
    """Drives a SIM7028's LwM2M commands and a Leshan server, and checks both ends.

    A keyword's name begins with who acts: *Module*, *Server*, *Network*, *Bench*, *Evidence*.
    Each waits at most as long as the bench file's `[timing]` says, and says on failure what it
    saw instead.

    A server's request and the module's answer are separate steps:

    ```robotframework
    Server Starts Reading        /3303/0/5700
    Module Should Report Read    /3303/0/5700
    Module Answers Read          F    21.5
    Server Should Receive        F    21.5
    ```

    A **path** is written `/object/instance/resource`. A **kind** is the letter that the AT
    commands use: `I` integer, `F` float, `B` boolean (`1` or `0`), `D` opaque (hex digits), `S`
    string. A **code** is a CoAP response code, `4.04` or `Not Found`.

    The bench is opened by the first scenario, or by *Open Bench*; the variable `${BENCH}` names
    its file (default: the virtual bench), `${LESHAN}` overrides its server.
    """

    def __init__(self) -> None:
        self._stage = Stage()
        super().__init__(
            [
                BenchKeywords(self._stage),
                NetworkKeywords(self._stage),
                ModuleKeywords(self._stage),
                ServerKeywords(self._stage),
                EvidenceKeywords(self._stage),
                ConformanceKeywords(self._stage),
                Listener(self._stage),
                Redaction(self._stage),
                Reporting(self._stage),
            ]
        )

    def run_keyword(self, name: str, args: Any, kwargs: Any = None) -> Any:
        """Run one keyword, put it on the timeline, and log what both ends said meanwhile."""
        sentence = name.replace("_", " ").title()
        given: list[Json] = [
            *map(spoken, args),
            *(f"{name}={spoken(v)}" for name, v in (kwargs or {}).items()),
        ]
        try:
            self._stage.hear_out()
            step = Event(Source.KEYWORD, Direction.NOTED, sentence, {"arguments": given})
            self._stage.record(step)
            returned = super().run_keyword(name, args, kwargs)  # type: ignore[no-untyped-call]
        except Exception as error:
            self._stage.failed(sentence, error)
            log_picture(self._stage)
            if self._stage.broken not in (None, error):
                raise RunEnds(f"{error}\n{self._stage.broken}") from error
            if isinstance(error, _FATAL if self._stage.is_open else _FATAL + _FATAL_AT_FIRST):
                raise RunEnds(str(error)) from error
            raise
        if self._stage.steps_tell and (seen := exchange(self._stage.since(step.t), step)):
            logger.write(seen, "INFO" if self._stage.evidence_file is None else "DEBUG", html=True)
        return returned
