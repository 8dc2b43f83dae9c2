"""What recording costs: the same run with the recorder and with a silent one, in turn.

    python tests/benchmarks/bench_recording.py [PAIRS] [ROBOT OPTIONS AND SUITES…]

Recording is all that is there for evidence alone: redacting events, writing and keeping them, what
each keyword logs of them, the diagrams, the virtual module telling what it sees on the air, waiting
for the server's word of what it answered, and what all that adds to log.html and the summary. A
silent run has the rest: the conformance rules, Robot's own files and their redaction.

Runs are taken in pairs, the order changing from pair to pair, because machines drift. Told are
medians, with the ratio's from the pairs: of whole runs, as their user waits for them, and of the
scenarios alone without those tagged slow, which wait by design and so hide what the others take.
Of the same scenarios each at its fastest is told too, because what is slower was disturbed.
Scenarios that did not pass in every run are left out of the last two.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from robot.api import ExecutionResult

ROOT = Path(__file__).parents[2]
EVERYTHING = [str(ROOT / "robot")]
"""As the README's first command runs it."""

RECORDING = "import robot; robot.run_cli(exit=True)"
# Silent as lab_evidence.Silent is, put in from outside: the product has no switch for it.
SILENT = f"""
from lab_evidence import Timeline
from sim7028_lab import virtual
from sim7028_lab.account import Account
Timeline.record = lambda timeline, event: None
Account._await_word = lambda account, wanted, since: None
telling = virtual.command_line
virtual.command_line = lambda settings: [*telling(settings), "--quiet-events"]
{RECORDING}
"""


@dataclass(frozen=True, slots=True)
class Took:
    """What one run took.

    Attributes:
        whole: the process from its start to its end, s.
        scenarios: each that passed and is not slow by design, by Robot's id, s.
    """

    whole: float
    scenarios: Mapping[str, float]


def run(program: str, arguments: Sequence[str]) -> Took:
    with tempfile.TemporaryDirectory() as results:
        began = time.monotonic()
        subprocess.run(
            [
                *(sys.executable, "-c", program),
                *("--console", "none", "-d", results, "-v", "LESHAN:jvm", *arguments),
            ],
            check=False,  # without evidence, scenarios about evidence fail
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        whole = time.monotonic() - began
        suite = ExecutionResult(Path(results) / "output.xml").suite
        passed = [test for test in suite.all_tests if test.passed and "slow" not in test.tags]
        return Took(whole, {test.id: test.elapsed_time.total_seconds() for test in passed})


def main() -> None:
    pairs = int(sys.argv[1]) if len(sys.argv) > 1 else 5
    arguments = sys.argv[2:] or EVERYTHING
    recording: list[Took] = []
    silent: list[Took] = []
    for pair in range(pairs):
        order = [(recording, RECORDING), (silent, SILENT)]
        for runs, program in reversed(order) if pair % 2 else order:
            runs.append(run(program, arguments))
    shared = set.intersection(*(set(took.scenarios) for took in [*recording, *silent]))
    fewest = min(len(took.scenarios) for took in recording)
    print(
        f"{pairs} pairs; of {fewest} scenarios that are not slow, {len(shared)} passed in all runs"
    )
    print(f"{'':24}{'recording':>10}{'silent':>10}{'ratio':>8}")
    tell("whole run", [took.whole for took in recording], [took.whole for took in silent])
    tell(
        "scenarios", [of(took, shared) for took in recording], [of(took, shared) for took in silent]
    )
    tell("each at its fastest", [fastest(recording, shared)], [fastest(silent, shared)])


def of(took: Took, scenarios: set[str]) -> float:
    return sum(took.scenarios[scenario] for scenario in scenarios)


def fastest(runs: Sequence[Took], scenarios: set[str]) -> float:
    return sum(min(took.scenarios[scenario] for took in runs) for scenario in scenarios)


def tell(what: str, recording: Sequence[float], silent: Sequence[float]) -> None:
    ratios = [one / other for one, other in zip(recording, silent, strict=True)]
    spread = f"   ({min(ratios):.3f} to {max(ratios):.3f})" if len(ratios) > 1 else ""
    print(
        f"{what:24}{statistics.median(recording):8.2f} s{statistics.median(silent):8.2f} s"
        f"{statistics.median(ratios):8.3f}{spread}"
    )


if __name__ == "__main__":
    main()
