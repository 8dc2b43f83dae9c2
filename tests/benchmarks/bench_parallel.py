"""Three virtual benches at once against the same three in turn: wall times of whole nights.

    python tests/benchmarks/bench_parallel.py [SUITE…]

Each night runs the suites, robot/06__read when none is named, on a Leshan server in a JVM of its
own for each bench, without doctor, and makes its report. Several benches at once need pabot.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).parents[2]
BENCHES = ("virtual", "virtual-strict", "virtual-a76xx")


def night(results: str, suites: list[str], *benches: str) -> tuple[float, dict[str, str]]:
    """How long a night on these benches took, in s, and the verdict of each."""
    began = time.monotonic()
    done = subprocess.run(
        [
            *(sys.executable, "-m", "sim7028_lab.cli", "nightly", "--json", "-d", results),
            *("--leshan", "jvm", "--skip-doctor"),
            *(word for bench in benches for word in ("--bench", bench)),
            *suites,
        ],
        cwd=ROOT,
        check=False,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    seconds = time.monotonic() - began
    told = json.loads(done.stdout)
    return seconds, {bench["name"]: bench["verdict"] for bench in told["benches"]}


def main() -> None:
    suites = sys.argv[1:] or ["robot/06__read"]
    with tempfile.TemporaryDirectory() as results:
        in_turn, verdicts = 0.0, dict[str, str]()
        for bench in BENCHES:
            seconds, verdict = night(results, suites, bench)
            print(f"{bench:16} {seconds:7.1f} s  {verdict[bench]}", flush=True)
            in_turn += seconds
            verdicts |= verdict
        at_once, verdicts_at_once = night(results, suites, *BENCHES)
    print(f"{'in turn':16} {in_turn:7.1f} s")
    print(f"{'at once':16} {at_once:7.1f} s  {at_once / in_turn:.2f} of it")
    if verdicts != verdicts_at_once:
        sys.exit(f"the verdicts differ: in turn {verdicts}, at once {verdicts_at_once}")


if __name__ == "__main__":
    main()
