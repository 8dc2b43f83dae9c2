"""What a night is asked to do."""

from __future__ import annotations

import importlib.util
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from sim7028_lab.benchfile import SHIPPED, BenchFile

CAMPAIGNS = SHIPPED.parent / "campaigns"
"""The campaigns that come with a checkout."""


class NightlyError(Exception):
    """A night cannot be begun; the message says why, and what to do."""


class NightBroken(Exception):
    """A night ended before its time; what it reached is in its folder, which the message names."""


@dataclass(frozen=True)
class Order:
    """What a night is asked to do.

    Attributes:
        benches: where; their names differ.
        suites: what is run, files and folders.
        campaign: an argument file of robot's that selects from them.
        options: further options for robot, as on its command line.
        leshan: overrides the benches' server: `auto`, `jvm`, `docker` or a URL.
        results: the folder that holds a dated folder for each night.
        keep: how many nights stay there, this one included; all when left out.
        keep_megabytes: how large they may be together; as large as they are when left out.
        waits: whether it waits for a bench that another run has, or gives up.
        examines: whether doctor looks at each bench first.
        flaky_is_good: the policy on scenarios that passed only when they were run again.
        limit: how long all scenarios together may take, in s.
        stall: how long robot may go without writing anything, in s.
        hook: a command that is told at the end.
    """

    benches: Sequence[BenchFile]
    suites: Sequence[Path] = (SHIPPED.parent,)
    campaign: Path | None = None
    options: Sequence[str] = ()
    leshan: str | None = None
    results: Path = Path("results/nightly")
    keep: int | None = None
    keep_megabytes: float | None = None
    waits: bool = False
    examines: bool = True
    flaky_is_good: bool = False
    limit: float = 8 * 3600.0
    stall: float = 600.0
    hook: Sequence[str] = ()

    def check(self) -> None:
        """See that it can be done at all.

        Raises:
            NightlyError: it cannot.
        """
        names = [bench.name for bench in self.benches]
        for name in names:
            if names.count(name) > 1:
                files = ", ".join(str(b.path) for b in self.benches if b.name == name)
                raise NightlyError(
                    f"{names.count(name)} benches are called {name}, and a report has one column a"
                    f" name: {files}. Name each once, or rename a file"
                )
        if len(names) > 1 and importlib.util.find_spec("pabot") is None:
            raise NightlyError(
                "several benches at once need pabot, which is not installed:"
                " pip install 'sim7028-lab[lab]'"
            )
        for word in self.options:
            if not word.strip() or word != word.strip() or word[0] == "#" or "\n" in word:
                raise NightlyError(
                    f"robot's option {word!r} cannot be written into an argument file (its user"
                    " guide, 3.1.4): no option may be empty, begin with #, or have blanks around it"
                )


def find_campaign(name: str) -> Path:
    """The argument file that `name` means: a path, or the name of one that comes with the checkout.

    Raises:
        NightlyError: there is none.
    """
    for candidate in (Path(name).expanduser(), *sorted(CAMPAIGNS.glob(f"{Path(name).name}.*"))):
        if candidate.is_file():
            return candidate
    shipped = ", ".join(sorted(path.stem for path in CAMPAIGNS.glob("*.*"))) or "none"
    raise NightlyError(
        f"{name}: no such campaign; name an argument file of robot's, or one of those shipped:"
        f" {shipped}"
    )
