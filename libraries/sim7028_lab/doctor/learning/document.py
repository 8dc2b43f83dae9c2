"""What is written of a module that was studied: a bench file and a baseline."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from math import ceil
from pathlib import Path

from sim7028.conformance import Finding
from sim7028_lab.baseline import Baseline, load_baseline, shipped_baseline
from sim7028_lab.doctor.learning.learnt import Learnt, Row
from sim7028_lab.doctor.learning.observation import Seen

_WIDTH = 96
_ATTACH = 10
"""How long attaching may take where nothing goes over the air, in s."""


def baseline_file(bench_file: Path) -> Path:
    """Where the baseline goes that a learnt bench file names."""
    return bench_file.with_suffix(".baseline.toml")


def learnt_baseline(findings: Iterable[Finding], firmware: str) -> Baseline:
    """A baseline that accepts what was found while the module was studied, and nothing else.

    Args:
        findings: what was found.
        firmware: the nearest profile; what is known of it gives the reasons.
    """
    seen = Baseline().with_findings(findings)
    known = load_baseline(shipped_baseline(firmware)).reasons
    return Baseline({kind: known.get(kind, reason) for kind, reason in seen.reasons.items()})


def bench_text(learnt: Learnt, module: str, path: Path) -> str:
    """A bench file for a virtual module with the manners of the one that was studied.

    Args:
        learnt: what was learnt of it.
        module: which one it was, for a person.
        path: where the file goes.
    """
    slow = sum(float(learnt.switches.get(name, 0)) for name in ("boot_time", "attach_time"))
    lines = [
        *_comment(
            f"A virtual module with the manners of {module}, as sim7028-lab doctor --learn saw them"
            f" on {datetime.now(UTC):%Y-%m-%d}. Scenarios run on it without the module itself:"
        ),
        "#",
        f"#     robot -v BENCH:{path.name} -d results robot/",
        "#",
        *_comment(
            "In the module's own bench file, name the same firmware and baseline. The switches are"
            " those that sim7028-lab virtual-module --profiles explains."
        ),
        "",
        "[module]",
        'port = "virtual"',
        f"firmware = {json.dumps(learnt.profile.name)}  # the profile that is nearest",
        f"baseline = {json.dumps(baseline_file(path).name)}",
        "",
        "[module.switches]",
        *_switches(learnt),
        "",
        "[timing]  # seconds",
        f"attach = {_ATTACH + ceil(2 * slow)}",
        "registration = 5",
        "urc = 5",
        "server = 8",
        "quiet = 0.1",
        "short_lifetime = 2",
        "",
        "[leshan]",
        'mode = "auto"',
        "",
        *_rows(learnt, Seen.OTHER, "Other than assumed, and no switch can say it:"),
        *_rows(learnt, Seen.AS_ASSUMED, f"Seen to be as {learnt.profile.name} has it:"),
        *_rows(learnt, Seen.NOT_TRIED, f"Not tried, so as {learnt.profile.name} has it:"),
    ]
    return "\n".join(lines) + "\n"


def _switches(learnt: Learnt) -> Iterator[str]:
    others = [row for row in learnt.rows if row.switch is not None]
    if not others:
        yield f"# none: all that was tried is as {learnt.profile.name} has it"
    for row in others:
        yield from _comment(row.told)
        yield f"{row.name} = {json.dumps(row.switch)}"


def _rows(learnt: Learnt, seen: Seen, heading: str) -> Iterator[str]:
    rows = [row for row in learnt.rows if row.seen is seen and row.switch is None]
    if rows:
        yield "#"
        yield from _comment(heading)
        for row in rows:
            yield from _comment(_item(row), "#   ", "#       ")


def _item(row: Row) -> str:
    return f"{row.name}: {row.told}"


def _comment(text: str, first: str = "# ", then: str = "# ") -> list[str]:
    printable = "".join(each if each.isprintable() else ascii(each)[1:-1] for each in text)
    return textwrap.wrap(
        printable,
        _WIDTH,
        initial_indent=first,
        subsequent_indent=then,
        break_long_words=False,
        break_on_hyphens=False,
    )
