"""What recording costs: the same scenarios with the recorder and with a silent one, in turn.

    python tests/benchmarks/bench_recording.py [PAIRS]

Runs are taken in pairs, the order changing from pair to pair, because machines drift. Printed are
the medians of what the scenarios took, without the start of bench and server, and of the ratios.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

from robot.api import ExecutionResult

ROOT = Path(__file__).parents[2]
SUITES = ("06__read/values.robot", "07__write/values.robot", "09__results")

RECORDING = "import robot; robot.run_cli(exit=True)"
# Silent as lab_evidence.Silent is, put in from outside: the product has no switch for it.
SILENT = f"""
from lab_evidence import Timeline
Timeline.record = lambda timeline, event: None
{RECORDING}
"""


def seconds(program: str) -> float:
    """What the scenarios of one run took, in s."""
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
        return sum(test.elapsed_time.total_seconds() for test in suite.all_tests)


def main() -> None:
    pairs = int(sys.argv[1]) if len(sys.argv) > 1 else 7
    recording, silent = [], []
    for pair in range(pairs):
        order = [(recording, RECORDING), (silent, SILENT)]
        for times, program in reversed(order) if pair % 2 else order:
            times.append(seconds(program))
    ratios = [with_it / without for with_it, without in zip(recording, silent, strict=True)]
    print(f"recording  {statistics.median(recording):7.3f} s, median of {pairs}")
    print(f"silent     {statistics.median(silent):7.3f} s")
    print(f"ratio      {statistics.median(ratios):7.3f}   ({min(ratios):.3f} to {max(ratios):.3f})")


if __name__ == "__main__":
    main()
