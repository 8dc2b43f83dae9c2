"""A recorded test once more, against the replay of its module: does it end as it did?"""

from __future__ import annotations

import json
import re
import signal
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from robot.api import ExecutionResult
from robot.errors import DataError  # type: ignore[import-untyped]  # it carries no types

from lab_evidence import Event
from sim7028_lab.benchfile import BenchFileError, expanded, find
from sim7028_lab.report.diagnosis import first_failure
from sim7028_lab.report.errors import ReportError
from sim7028_lab.report.journal import OUTPUT, Outcome, read_journal, test_pattern
from sim7028_lab.report.run import ScenarioResult, read_run
from virtual_sim7028.replay import Outcome as Performance
from virtual_sim7028.replay import ReplaySettings, command_line

_END_LIMIT = 15.0
_FIRST_ERROR_OF_ROBOT = 251
"""Exit codes from here on say that Robot Framework could not run (its user guide, 3.2.3)."""
_ADDRESS = re.compile(r"\d+\.\d+\.\d+\.\d+(?::\d+)?")
_SECONDS = re.compile(r"\d+\.\d+ s\b")
_BENCHS_OWN = re.compile(r'("(?:server|serverport|endpointname|localport)",)\S+')


class RerunError(Exception):
    """A recorded test cannot be run again; the message says why, and what to do."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """How a test ended.

    Attributes:
        outcome: what Robot Framework says.
        step: the keyword that failed first; empty when none did.
        message: why it failed, without what differs from run to run.
    """

    outcome: Outcome
    step: str
    message: str

    def __str__(self) -> str:
        step = f" in {self.step}" if self.step else ""
        return f"{self.outcome.value}{step}{': ' if self.message else ''}{self.message}"


@dataclass(frozen=True, slots=True)
class Recorded:
    """A test of a run that is over.

    Attributes:
        evidence: its file.
        source: the suite file or folder that the run was given.
        pattern: what selects it there, as `robot --test` takes it.
        verdict: how it ended.
        bench: the name of its bench.
        firmware: the dialect that its module spoke.
    """

    evidence: Path
    source: Path
    pattern: str
    verdict: Verdict
    bench: str
    firmware: str


@dataclass(frozen=True, slots=True)
class Comparison:
    """How a test ended then and now.

    Attributes:
        then: in the recorded run.
        now: on the replay.
        performance: how far the recording was played.
        results: the folder of the new run.
    """

    then: Verdict
    now: Verdict
    performance: Performance
    results: Path

    @property
    def is_same(self) -> bool:
        """Whether verdict and message are the same, and all that came fitted the recording."""
        return self.then == self.now and not self.performance.misfit


def find_recorded(evidence: Path, suites: Path | None = None) -> Recorded:
    """The test that a file of evidence is from, by what the run left beside it.

    Args:
        evidence: the file.
        suites: the suite file or folder that the run was given, where that has moved.

    Raises:
        RerunError: the run's output.xml or journal is missing, or the test is in neither.
    """
    folder = _results_of(evidence)
    try:
        run = read_run(folder)
        journal = read_journal(folder)
        suite = ExecutionResult(run.output or folder / OUTPUT).suite
    except (ReportError, DataError) as error:
        raise RerunError(
            f"{evidence}: which test this is of is not known: {error}. It is told by {OUTPUT} in"
            f" {folder}; without it, replay the file and start robot by hand"
        ) from None
    wanted = evidence.absolute().relative_to(folder)
    scenario = next((each for each in run.scenarios if each.evidence == wanted), None)
    test = next((t for t in suite.all_tests if scenario and t.id == scenario.anchor), None)
    if scenario is None or test is None or test.source is None:
        raise RerunError(f"{folder / OUTPUT} has no test whose evidence is {wanted}")
    if journal is None or journal.bench is None:
        raise RerunError(f"{folder}: run.jsonl does not tell on which bench the test ran")
    top = suite
    while top.source is None:  # the run was given several paths: this is above all of them
        top = next(child for child in top.suites if test in child.all_tests)
    source = suites or Path(top.source)
    if not source.exists():
        raise RerunError(
            f"{source}, which the test was read from, is not there: name where it is now with"
            " --suites"
        )
    if not scenario.stands_alone:
        raise RerunError(
            f"{evidence}: the test goes on with a registration that an earlier test made, and its"
            " recording begins in the middle. Run the whole suite on the bench"
        )
    name = test.full_name.removeprefix(f"{top.full_name}.")
    return Recorded(
        evidence,
        source,
        test_pattern(name),
        _verdict(scenario),
        journal.bench.name,
        journal.bench.profile,
    )


def rerun(recorded: Recorded, results: Path, bench: str | None, leshan: str | None) -> Comparison:
    """Run a recorded test against the replay of its module.

    Args:
        recorded: the test.
        results: the folder of the new run.
        bench: the bench file whose times are kept to and whose server is taken; when left out,
            the times are the recorded bench's, and a server of this machine's is started.
        leshan: another server: `auto`, `jvm`, `docker` or a URL.

    Raises:
        RerunError: there is no such bench file, it cannot be opened, robot could not run, or its
            results would take the place of the recorded ones.
    """
    if results.resolve() == _results_of(recorded.evidence).resolve():
        raise RerunError(
            f"{results} holds the recorded run, which a new one would replace: name another folder"
            " with --output"
        )
    try:
        timing_of = find(bench or recorded.bench)
    except BenchFileError as error:
        raise RerunError(
            f"{error}. Its times are kept to in the new run: name it with --bench"
        ) from None
    kept = ("timing", "leshan") if bench else ("timing",)
    with _replaying(recorded.evidence) as replay, tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / f"{recorded.bench}-replayed.toml"
        file.write_text(_bench_file(timing_of, kept, recorded.firmware, replay.port), "utf-8")
        _run_robot(recorded, file, results, leshan)
        performance = replay.end()
    run = read_run(results)
    scenarios = [each for each in run.scenarios if each.outcome in _RAN]
    if run.bench is None:
        why = next((each.message for each in scenarios if each.message), "nothing tells why")
        raise RerunError(f"no bench could be opened for it: {why}")
    if len(scenarios) != 1:
        raise RerunError(
            f"{recorded.source}: {len(scenarios)} tests are called {recorded.pattern}, and one"
            " should be. Has the suite changed since?"
        )
    return Comparison(recorded.verdict, _verdict(scenarios[0]), performance, results)


def _results_of(evidence: Path) -> Path:
    """The folder of the run that left this file."""
    return evidence.absolute().parent.parent.parent


_RAN = (Outcome.PASSED, Outcome.FAILED, Outcome.SKIPPED)


def _verdict(scenario: ScenarioResult) -> Verdict:
    found = first_failure(scenario.events)
    step, message = (found[1].keyword, found[1].message) if found else ("", scenario.message)
    return Verdict(scenario.outcome, step, _comparable(message, scenario.events))


def _comparable(message: str, events: tuple[Event, ...]) -> str:
    """A message without what differs from run to run: names, addresses, measured times."""
    names = {
        str(event.data[key]): f"<{key}>"
        for event in events
        for key in ("endpoint", "registration")
        if event.data.get(key)
    }
    for name in sorted(names, key=len, reverse=True):  # one may begin with another
        message = message.replace(name, names[name])
    message = _BENCHS_OWN.sub(r"\1…", message)
    return _SECONDS.sub("… s", _ADDRESS.sub("<address>", message))


def _bench_file(like: Path, kept: tuple[str, ...], firmware: str, port: str) -> str:
    """A bench file for a replay, with some sections of another one."""
    content = tomllib.loads(like.read_text(encoding="utf-8"))
    module: dict[str, Any] = {"port": port, "firmware": firmware}
    if "baseline" in content.get("module", {}):
        module["baseline"] = content["module"]["baseline"]
    sections = {"module": module, **{name: content.get(name, {}) for name in kept}}
    for section, key in ("module", "baseline"), ("leshan", "ca"):
        if key in sections.get(section, {}):
            named = expanded(sections[section][key])
            sections[section][key] = str(like.parent.absolute() / named)
    return "\n".join(
        f"[{name}]\n" + "".join(f"{key} = {json.dumps(value)}\n" for key, value in keys.items())
        for name, keys in sections.items()
    )


class _Replay:
    """A replay as a process of its own."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process
        assert process.stdout is not None  # noqa: S101 - Popen was asked for it
        said = process.stdout.readline()
        if not said:
            self.end()
        self.port: str = json.loads(said)["port"]

    def end(self) -> Performance:
        """End it and ask how far it came.

        Raises:
            RerunError: it ended before, and not as it should.
        """
        said, complaint = self._process.communicate(timeout=_END_LIMIT)
        if not said:
            raise RerunError(complaint.strip())
        return Performance.from_json(json.loads(said))


@contextmanager
def _replaying(evidence: Path) -> Iterator[_Replay]:
    with subprocess.Popen(
        command_line(ReplaySettings(evidence, watch_stdin=True)),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,  # Ctrl-C is for the run, which ends before its port does
    ) as process:
        try:
            yield _Replay(process)
        finally:
            if process.poll() is None:
                process.kill()


def _run_robot(recorded: Recorded, bench: Path, results: Path, leshan: str | None) -> None:
    """Run the test; Ctrl-C is passed on, so that it ends with its teardowns."""
    command = [sys.executable, "-m", "robot", "--console", "none", "--outputdir", str(results)]
    command += ["--test", recorded.pattern]
    command += ["--variable", f"BENCH:{bench}"]
    command += ["--variable", f"LESHAN:{leshan}"] if leshan else []
    robot = subprocess.Popen(
        [*command, str(recorded.source)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    try:
        said, _ = robot.communicate()
    except BaseException:
        robot.send_signal(signal.SIGINT)
        try:
            robot.communicate(timeout=_END_LIMIT)
        except subprocess.TimeoutExpired:
            robot.kill()
            robot.communicate()
        raise
    if robot.returncode >= _FIRST_ERROR_OF_ROBOT or not (results / OUTPUT).is_file():
        raise RerunError(f"robot could not run {recorded.source}: {said.strip()}")
