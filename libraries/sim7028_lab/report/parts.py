"""One bench's part of a summary: its runs, its scenarios, its verdict."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from sim7028_lab.report.air import Spent
from sim7028_lab.report.journal import BenchFacts, ModuleFacts
from sim7028_lab.report.recoveries import Recovery
from sim7028_lab.report.run import Run
from sim7028_lab.report.trend import Changes, Trend
from sim7028_lab.report.verdicts import Verdict
from sim7028_lab.report.weighed import Weighed
from sim7028_lab.report.words import count

_GOOD = (Verdict.PASS, Verdict.SERVER_LIMIT)


@dataclass(frozen=True)
class BenchPart:
    """What belongs to one bench.

    Attributes:
        facts: what it is.
        module_at_end: what its module said at the end of the youngest run.
        runs: the runs on it, oldest first.
        scenarios: with their verdicts.
        trend: the runs before.
        changes: what is different from the run before; None when there was none.
        air: what each run sent over the air, in the order of the runs.
        recoveries: what was done to bring its module back, in order.
    """

    facts: BenchFacts
    module_at_end: ModuleFacts | None
    runs: tuple[Run, ...]
    scenarios: tuple[Weighed, ...]
    trend: Trend
    changes: Changes | None
    air: tuple[Spent, ...]
    recoveries: tuple[Recovery, ...]

    @property
    def name(self) -> str:
        """What it is called."""
        return self.facts.name

    @property
    def seconds(self) -> float:
        """How long the runs took in all."""
        return sum(run.elapsed for run in self.runs)

    @property
    def stayed_itself(self) -> bool:
        """Whether the module was at the end what it was at the start, as far as it said."""
        return self.module_at_end in (None, self.facts.module)

    @property
    def missing(self) -> tuple[str, ...]:
        """What is not there; empty when all runs came to their end."""
        return tuple(sentence for run in self.runs for sentence in run.missing)

    @property
    def broken(self) -> str:
        """Why the bench cannot be used; empty where nothing speaks against it."""
        return "; ".join(dict.fromkeys(run.broken for run in self.runs if run.broken))

    @property
    def over_budget(self) -> tuple[Spent, ...]:
        """What runs sent over the air that sent more than they were allowed to."""
        return tuple(spent for spent in self.air if spent.is_over)

    @property
    def counts(self) -> Mapping[Verdict, int]:
        """How many scenarios came out in each way."""
        return count_verdicts(self.scenarios)

    @property
    def verdict(self) -> Verdict:
        """The most urgent verdict of any scenario, or of the bench itself."""
        found = {weighed.verdict for weighed in self.scenarios}
        if self.broken:
            found.add(Verdict.BENCH)
        return next((verdict for verdict in Verdict if verdict in found), Verdict.NOT_RUN)

    @property
    def was_idle(self) -> bool:
        """Whether nothing was tested on it."""
        return self.counts[Verdict.BENCH] + self.counts[Verdict.NOT_RUN] == len(self.scenarios)

    @property
    def is_good(self) -> bool:
        """Whether its runs are complete, within their budget, and nothing speaks against it."""
        return (
            bool(self.scenarios)
            and not (self.missing or self.broken or self.over_budget)
            and all(weighed.verdict in _GOOD for weighed in self.scenarios)
        )

    @property
    def sentence(self) -> str:
        """Its verdict in one sentence."""
        if self.broken and self.verdict is Verdict.BENCH:
            return f"The bench cannot be used: {self.broken}."
        new = len(self.changes.new) if self.changes else 0
        return _tell(self.scenarios, new=new, is_complete=not self.missing)


def count_verdicts(scenarios: Iterable[Weighed]) -> Mapping[Verdict, int]:
    """How many scenarios came out in each way, those of which there are none too."""
    counts = dict.fromkeys(Verdict, 0)
    for weighed in scenarios:
        counts[weighed.verdict] += 1
    return counts


def _tell(scenarios: Sequence[Weighed], *, new: int, is_complete: bool) -> str:
    """What scenarios on one bench come to, in one sentence.

    Args:
        scenarios: with their verdicts.
        new: how many of those that fail did not in the run before.
        is_complete: whether the run came to its end.
    """
    counts, total = count_verdicts(scenarios), len(scenarios)
    if counts[Verdict.BENCH] + counts[Verdict.NOT_RUN] == total:
        return "Nothing was tested."
    verdict = next(verdict for verdict in Verdict if counts[verdict])
    of = counts[verdict]
    match verdict:
        case Verdict.FAIL:
            news = f"; {new} of them {are(new)} new since the last run" if new else ""
            return f"{of} of {count(total, 'scenario')} {'fails' if of == 1 else 'fail'}{news}."
        case Verdict.FLAKY:
            return f"No scenario fails, but {of} passed only {when_flaky(scenarios)}."
        case Verdict.BENCH:
            return f"The bench broke in {of} of {count(total, 'scenario')}."
        case Verdict.SERVER_LIMIT:
            return f"All {total - of} scenarios that this server can judge pass."
        case Verdict.NOT_RUN if not is_complete:
            return f"{total - of} of {count(total, 'scenario')} came to a result; all pass."
        case Verdict.NOT_RUN:
            return f"{of} of {count(total, 'scenario')} {_were(of)} not run; the others pass."
        case Verdict.PASS:
            return f"All {total} scenarios pass." if total > 1 else "The one scenario passes."


def when_flaky(scenarios: Iterable[Weighed]) -> str:
    """What those that are FLAKY needed to pass."""
    again = [weighed.tries > 1 for weighed in scenarios if weighed.verdict is Verdict.FLAKY]
    if all(again):
        return "when run again"
    return f"{'when run again or ' if any(again) else ''}after the module had been recovered"


def are(number: int) -> str:
    """The verb that goes with a number."""
    return "is" if number == 1 else "are"


def _were(number: int) -> str:
    return "was" if number == 1 else "were"
