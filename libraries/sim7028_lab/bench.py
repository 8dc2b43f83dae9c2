"""The bench: module, server and evidence, opened in order and closed in reverse."""

from __future__ import annotations

import contextlib
import itertools
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from lab_evidence import JsonlSink, Redactor, Timeline, evidence_file
from leshan import Leshan, start_server
from sim7028 import (
    DIALECTS,
    AtError,
    BringUp,
    Channel,
    Module,
    PortError,
    PortLost,
    Raw,
    Ready,
    open_port,
)
from sim7028.basics import Identify
from sim7028_lab.baseline import load_baseline
from sim7028_lab.benchfile import BenchFile
from sim7028_lab.benchsections import LABGRID
from sim7028_lab.place import Place, PlaceError
from sim7028_lab.power import VirtualSwitch, power_supply
from sim7028_lab.report.journal import BenchFacts, Journal, ModuleFacts, ModuleKind
from sim7028_lab.standing import Standing
from sim7028_lab.virtual import VirtualModule
from sim7028_lab.watch import Watch
from virtual_sim7028 import Settings
from virtual_sim7028.identity import Identity as VirtualIdentity

_ANSWER_LIMIT = 2.0
"""How long a module that is well takes at most to answer AT, in s."""

_PORT_PAUSE = 0.1
"""Between two attempts to open a port that went away, in s."""


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
        supply: how the module's power is switched; None where the bench cannot.
        say: takes a line for a person who waits.
        standing: a registration that a scenario left to the next; None when there is none.

    Args:
        file: the bench file.
        results: the folder of the run; evidence goes to `evidence` below it.
        say: takes a line for a person who waits.
        redactor: takes secrets out; the bench file's are added to those that it knows.

    Raises:
        PortError, PlaceError, AtError, LeshanError, VirtualModuleError: what is wrong with it.
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
        self.say = say
        self.evidence = results / "evidence"
        self.redactor = redactor or Redactor()
        for secret in file.secrets:
            self.redactor.add(secret)
        self.standing: Standing | None = None
        self._kept: set[Path] = set()
        with contextlib.ExitStack() as stack:
            self._open(stack)
            self._close = stack.pop_all()

    def _open(self, stack: contextlib.ExitStack) -> None:
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
        self.server.on_loss(lambda error: self.channel.give_up(error))
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
        self.say(f"Server: {self.server.description}")
        self.say(f"Module: {self.description}")

    def _open_module(self, stack: contextlib.ExitStack) -> None:
        file = self.file
        self._place = None
        virtual = None
        if file.module.port == LABGRID:
            self._place = stack.enter_context(Place(file.labgrid, self.say))
        elif file.module.is_virtual:
            settings = Settings(
                profile=file.module.firmware,
                switches=file.module.switches,
                faults=file.module.faults,
                pin=file.network.pin,
            )
            virtual = VirtualModule(settings, self.timeline)
            stack.callback(virtual.close)
        self._virtual = virtual
        self.supply = power_supply(
            file.power,
            self._place.power if self._place else None,
            VirtualSwitch(virtual) if virtual else None,
        )
        self.channel = self._open_channel()
        stack.callback(lambda: self.channel.close())
        self.module = Module(self.channel, DIALECTS[file.module.firmware])
        self.bring_up()

    @property
    def _port(self) -> str:
        """Where the module's port is."""
        if self._place is not None:
            return self._place.port
        return self._virtual.port if self._virtual is not None else self.file.module.port

    def _open_channel(self) -> Channel:
        port = open_port(self._port, self.file.module.port_settings)
        self.watch.listen_anew()
        return Channel(port, self.watch, quiet=self.file.timing.quiet)

    def reopen(self, within: float) -> None:
        """Open the module's port again, once it is back; the module needs `bring_up`.

        Args:
            within: how long it may stay away, in s.

        Raises:
            PortError, PlaceError: it is not to be had.
        """
        self.channel.close()
        if self._virtual is not None:
            # Its name may be another's by now: the number of a pty is given out again.
            raise PortError(
                self._port,
                "the virtual module's process ended, and its port with it",
                "begin a new run, which starts a new one",
            )
        deadline = time.monotonic() + within
        while True:
            try:
                if self._place is not None:
                    self._place.look_again()
                self.channel = self._open_channel()
                break
            except (PortError, PlaceError):
                if time.monotonic() >= deadline:
                    raise
                time.sleep(_PORT_PAUSE)  # nothing tells of every kind of port that it is back
        self.module = self.module.moved_to(self.channel)

    def come_back(self) -> None:
        """Bring the module up after a restart; over a port opened anew, where that went with it.

        Raises:
            PortError, PlaceError: the port does not come back within the bench's recovery limit.
            AtError: the module does not answer in that time, or does not come up.
        """
        limit = self.file.recovery.limit
        try:
            self.channel.resynchronise(within=limit)
        except PortLost:
            self.reopen(within=limit)
            self.channel.resynchronise(within=limit)
        self.bring_up()

    def bring_up(self) -> None:
        """Get the module from power-up to the network, without sessions."""
        self._forget_standing()
        network = self.file.network
        self.identity = self.module.bring_up(
            BringUp(apn=network.apn, pin=network.pin, attach_limit=self.file.timing.attach)
        )
        self.redactor.add(self.identity.imei)
        self.note_address()
        self._up = self.channel.mark()

    def note_address(self) -> None:
        """Take the module's address as it is now for the right one."""
        self.address = self.module.address().address

    @property
    def has_restarted(self) -> bool:
        """Whether the module booted since it was brought up, and nobody had asked it to."""
        return any(isinstance(urc, Ready) for urc in self._up.unclaimed())

    @property
    def answers(self) -> bool:
        """Whether the module answers AT by OK within 2 s; it takes 5 s to know that it does not."""
        try:
            self.channel.send(Raw("AT", limit=_ANSWER_LIMIT))
        except (AtError, PortError):
            return False
        return True

    def give_up(self) -> None:
        """Close the module's port, so that nobody waits for a module that is broken."""
        self.channel.close()

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
        self.note_address()

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
        for number in itertools.count(2):
            if path not in self._kept:
                break
            path = first.with_stem(f"{first.stem}-{number}")
        self._kept.add(path)
        with self.timeline.scenario(str(path)):
            yield path

    def close(self) -> None:
        """Close everything, the youngest first; errors are chained, none hides another."""
        self._close.close()
