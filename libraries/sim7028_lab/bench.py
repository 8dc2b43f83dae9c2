"""The bench: module, server and evidence, opened in order and closed in reverse."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from lab_evidence import JsonlSink, Redactor, Timeline, evidence_file
from leshan import Leshan, start_server
from sim7028 import DIALECTS, AtError, BringUp, Channel, Module, PortError, open_port
from sim7028.basics import Identify
from sim7028_lab.baseline import load_baseline
from sim7028_lab.benchfile import BenchFile
from sim7028_lab.report.journal import BenchFacts, Journal, ModuleFacts, ModuleKind
from sim7028_lab.standing import Standing
from sim7028_lab.virtual import VirtualModule
from sim7028_lab.watch import Watch
from virtual_sim7028 import Settings
from virtual_sim7028.identity import Identity as VirtualIdentity


class Bench:
    """What scenarios stand on.

    Opening starts the server while the module is brought up; a failure on either side closes what
    is open and is raised. Closing goes through everything, whatever fails on the way, and chains
    the errors.

    Attributes:
        file: the bench file it was made from.
        results: the folder of the run.
        evidence: the folder of the run's evidence, below it.
        redactor: what takes secrets out of everything that is written.
        timeline: the recorder of everything.
        watch: finds where the module differs from what is documented.
        server: the running server's life.
        leshan: its REST API.
        channel: the AT channel.
        module: the module behind it.
        identity: what the module said it is.
        address: the IP address that the network gave it last; None when it gave none.
        standing: a registration that a scenario left to the next; None when there is none.

    Args:
        file: the bench file.
        results: the folder of the run; evidence goes to `evidence` below it.
        say: takes a line for a person who waits.
        redactor: takes secrets out; the bench file's are added to those that it knows.

    Raises:
        PortError, AtError, LeshanError, VirtualModuleError: what is wrong with the bench.
    """

    def __init__(
        self,
        file: BenchFile,
        results: Path,
        say: Callable[[str], None],
        redactor: Redactor | None = None,
    ) -> None:
        self.file = file
        self.results = results
        self.evidence = results / "evidence"
        self.redactor = redactor or Redactor()
        for secret in file.secrets:
            self.redactor.add(secret)
        self.standing: Standing | None = None
        self._kept: set[Path] = set()
        with contextlib.ExitStack() as stack:
            self._open(stack, say)
            self._close = stack.pop_all()

    def _open(self, stack: contextlib.ExitStack, say: Callable[[str], None]) -> None:
        self.timeline = Timeline(self.redactor, self._sink)
        stack.callback(self.timeline.close)
        self.watch = Watch(self.timeline, load_baseline(self.file.module.baseline_file))
        with ThreadPoolExecutor(1, "server start") as pool:
            starting = pool.submit(
                start_server, self.file.leshan.server_settings, recorder=self.timeline
            )
            stack.callback(lambda: starting.exception() or starting.result().stop())
            self._open_module(stack)
            self.server = starting.result()
        self.server.on_loss(self.channel.give_up)
        self.leshan = stack.enter_context(
            Leshan(
                self.server.rest_url,
                auth=self.file.leshan.auth,
                ca=self.file.leshan.ca,
                recorder=self.timeline,
            )
        )
        stack.callback(self._forget_standing)
        journal = Journal(self.results, self.redactor.text)
        journal.opened(self.facts)
        stack.callback(lambda: journal.closed(self._module_once_more()))
        say(f"Server: {self.server.description}")
        say(f"Module: {self.description}")

    def _open_module(self, stack: contextlib.ExitStack) -> None:
        file = self.file
        url = file.module.port
        if file.module.is_virtual:
            settings = Settings(
                profile=file.module.firmware, switches=file.module.switches, pin=file.network.pin
            )
            virtual = VirtualModule(settings, self.timeline)
            stack.callback(virtual.close)
            url = virtual.port
        port = open_port(url, file.module.port_settings)
        self.channel = stack.enter_context(Channel(port, self.watch, quiet=file.timing.quiet))
        self.module = Module(self.channel, DIALECTS[file.module.firmware])
        self.bring_up()

    def bring_up(self) -> None:
        """Get the module from power-up to the network, without sessions."""
        self._forget_standing()
        network = self.file.network
        self.identity = self.module.bring_up(
            BringUp(apn=network.apn, pin=network.pin, attach_limit=self.file.timing.attach)
        )
        self.redactor.add(self.identity.imei)
        self.address = self.module.address().address

    def end_standing(self) -> None:
        """Deregister what a scenario left to the next, if one did.

        Raises:
            ScenarioFailed: the server still lists it.
            AtError: the module refused, or did not answer.
        """
        standing, self.standing = self.standing, None
        if standing is not None:
            standing.end(self.module)

    def _forget_standing(self) -> None:
        standing, self.standing = self.standing, None
        if standing is not None:
            standing.forget()

    def await_network(self) -> None:
        """Wait until the network has the module, perhaps at another address than before.

        Raises:
            NotAttached: it has not in time.
        """
        self.module.await_network(self.file.timing.attach)
        self.address = self.module.address().address

    @property
    def facts(self) -> BenchFacts:
        """What the run stands on, for its reports."""
        module = self.file.module
        # A virtual module that somebody started by hand is behind a port like any other.
        is_told = module.is_virtual or module.simulated
        simulated = is_told or self.identity.firmware == VirtualIdentity().revision
        return BenchFacts(
            name=self.file.name,
            kind=ModuleKind.VIRTUAL if simulated else ModuleKind.REAL,
            port=module.port,
            profile=module.firmware,
            module=ModuleFacts(self.identity.model, self.identity.firmware),
            server=f"Leshan {self.server.version} ({self.server.mode.value})",
            server_described=self.server.description,
        )

    @property
    def description(self) -> str:
        """What kind of module this is, its model, firmware and port, in one line."""
        facts = self.facts
        return f"{facts.kind.words}, {facts.module}, at {facts.port}"

    def _module_once_more(self) -> ModuleFacts | None:
        """What the module says it is at the end of the run; None when it does not say."""
        try:
            return ModuleFacts(
                model=self.channel.send(Identify("CGMM")).text,
                firmware=self.channel.send(Identify("CGMR")).text,
            )
        except (AtError, PortError):
            return None

    def _sink(self, name: str) -> JsonlSink:
        return JsonlSink(self.evidence / (name or "bench.jsonl"))

    @contextlib.contextmanager
    def keeping_evidence(self, suite: str, test: str) -> Iterator[Path]:
        """Give what happens from here on to this test.

        Yields:
            The file, relative to the folder of evidence.

        Raises:
            EvidenceError: it cannot be kept.
        """
        path = first = evidence_file(Path(), suite, test)
        while path in self._kept:
            path = first.with_stem(f"{first.stem}-{len(self._kept)}")
        self._kept.add(path)
        with self.timeline.scenario(str(path)):
            yield path

    def close(self) -> None:
        """Close everything, the youngest first; errors are chained, none hides another."""
        self._close.close()
