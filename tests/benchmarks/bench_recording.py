"""What recording costs: the same scenarios with the recorder and with a silent one, in turn.

    python tests/benchmarks/bench_recording.py [PAIRS]

Recording is all that is there for evidence alone: redacting events, writing and keeping them, what
each keyword logs of them, and the virtual module telling what it sees on the air. A silent run has
the rest: the conformance rules, Robot's own files and their redaction.

Runs are taken in pairs, the order changing from pair to pair, because machines drift. Of each
scenario the fastest counts, without the start of bench and server: what is slower was disturbed.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from robot.api import ExecutionResult

ROOT = Path(__file__).parents[2]
SUITES = ("06__read/values.robot", "07__write/values.robot", "09__results")

RECORDING = "import robot; robot.run_cli(exit=True)"
# Silent as lab_evidence.Silent is, put in from outside: the product has no switch for it.
SILENT = f"""
from lab_evidence import Timeline
from sim7028_lab import virtual
Timeline.record = lambda timeline, event: None
telling = virtual.command_line
virtual.command_line = lambda settings: [*telling(settings), "--quiet-events"]
{RECORDING}
"""

Seconds = Mapping[str, float]
"""What the scenarios of one run took, by Robot's id."""


def run(program: str) -> Seconds:
    with tempfile.TemporaryDirectory() as results:
        subprocess.run(
            [
                *(sys.executable, "-c", program),
                *("--console", "none", "--log", "none", "--report", "none"),
                *("-d", results, "-v", "LESHAN:jvm"),
                *(str(ROOT / "robot" / suite) for suite in SUITES),
            ],
            check=True,
            stdout=subprocess.DEVNULL,
        )
        suite = ExecutionResult(Path(results) / "output.xml").suite
        return {test.id: test.elapsed_time.total_seconds() for test in suite.all_tests}


def undisturbed(runs: Sequence[Seconds]) -> float:
    """What all scenarios take, each at its fastest."""
    return sum(min(run[scenario] for run in runs) for scenario in runs[0])


def main() -> None:
    pairs = int(sys.argv[1]) if len(sys.argv) > 1 else 7
    recording: list[Seconds] = []
    silent: list[Seconds] = []
    for pair in range(pairs):
        order = [(recording, RECORDING), (silent, SILENT)]
        for runs, program in reversed(order) if pair % 2 else order:
            runs.append(run(program))
    ratios = [
        sum(with_it.values()) / sum(without.values())
        for with_it, without in zip(recording, silent, strict=True)
    ]
    print(
        f"recording  {undisturbed(recording):7.3f} s, {len(recording[0])} scenarios, {pairs} pairs"
    )
    print(f"silent     {undisturbed(silent):7.3f} s")
    print(f"ratio      {undisturbed(recording) / undisturbed(silent):7.3f}")
    print(f"of a pair  {statistics.median(ratios):7.3f}   ({min(ratios):.3f} to {max(ratios):.3f})")


if __name__ == "__main__":
    main()
