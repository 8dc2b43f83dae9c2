"""The summary as data: what `schema/summary.schema.json` describes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sim7028_lab.report.air import Spent
from sim7028_lab.report.comparison import Row
from sim7028_lab.report.coverage import Covered
from sim7028_lab.report.findings import FindingSeen
from sim7028_lab.report.journal import ModuleFacts, Outcome
from sim7028_lab.report.parts import BenchPart
from sim7028_lab.report.recoveries import Recovery
from sim7028_lab.report.summary import Summary, results_by_outcome
from sim7028_lab.report.timing import CommandTimes
from sim7028_lab.report.trend import Changes, PastRun
from sim7028_lab.report.verdicts import Verdict
from sim7028_lab.report.weighed import Weighed

VERSION = 1
"""Of the schema; a change that breaks readers raises it."""


def to_document(summary: Summary) -> dict[str, Any]:
    """All that the page says."""
    robots = results_by_outcome(summary)
    return {
        "schema": VERSION,
        "made": summary.made.isoformat(timespec="seconds"),
        "first_words": list(summary.first_words),
        "verdict": summary.verdict.value,
        "good": summary.is_good,
        "sentence": summary.sentence,
        "lead": list(summary.lead),
        "complete": not summary.missing,
        "missing": list(summary.missing),
        "over_budget": bool(summary.over_budget),
        "counts": _counts(summary.counts),
        "robot": {outcome.value: robots[outcome] for outcome in Outcome},
        "benches": [_bench(bench) for bench in summary.benches],
        "scenarios": [
            _scenario(weighed, bench.trend.since(weighed.scenario.id))
            for bench in summary.benches
            for weighed in bench.scenarios
        ],
        "comparison": [_row(row, summary.benches) for row in summary.rows],
        "coverage": {
            "testable": summary.coverage.testable,
            "untestable": summary.coverage.untestable,
            "requirements": [
                _requirement(covered)
                for area in summary.coverage.areas
                for covered in area.requirements
            ],
        },
        "findings": [_finding(finding, summary.since(finding)) for finding in summary.findings],
        "commands": [_command(times) for times in summary.commands],
    }


def _bench(bench: BenchPart) -> dict[str, Any]:
    facts = bench.facts
    return {
        "name": bench.name,
        "verdict": bench.verdict.value,
        "good": bench.is_good,
        "sentence": bench.sentence,
        "broken": bench.broken or None,
        "missing": list(bench.missing),
        "counts": _counts(bench.counts),
        "kind": facts.kind.value,
        "port": facts.port,
        "profile": facts.profile,
        "module": {"start": _module(facts.module), "end": _module(bench.module_at_end)},
        "server": facts.server,
        "seconds": round(bench.seconds, 3),
        "number": bench.trend.number,
        "runs": [
            {
                "id": run.id,
                "started": run.started.isoformat(timespec="milliseconds") if run.started else None,
                "seconds": round(run.elapsed, 3),
                "tools": dict(run.tools),
                "missing": list(run.missing),
                "remarks": list(run.remarks),
                "air": _air(spent),
            }
            for run, spent in zip(bench.runs, bench.air, strict=True)
        ],
        "recoveries": [_recovery(each) for each in bench.recoveries],
        "changes": _changes(bench.changes) if bench.changes else None,
        "trend": [
            _past(past, number)
            for past, number in zip(bench.trend.runs, bench.trend.numbers, strict=True)
        ],
        "unsteady": [
            {"scenario": scenario, "turns": turns} for scenario, turns in bench.trend.unsteady
        ],
    }


def _counts(counts: Mapping[Verdict, int]) -> dict[str, int]:
    return {verdict.value: number for verdict, number in counts.items()}


def _air(spent: Spent) -> dict[str, Any]:
    traffic = spent.traffic
    return {
        "messages": {"up": traffic.messages_up, "down": traffic.messages_down},
        "bytes": {"up": traffic.bytes_up, "down": traffic.bytes_down},
        "budget": spent.budget,
        "over_budget": spent.is_over,
    }


def _recovery(recovery: Recovery) -> dict[str, Any]:
    return {
        "rung": recovery.rung,
        "outcome": recovery.outcome,
        "seconds": _rounded(recovery.seconds),
        "at": _rounded(recovery.at),
        "scenario": recovery.scenario.id if recovery.scenario else None,
    }


def _row(row: Row, benches: Sequence[BenchPart]) -> dict[str, Any]:
    return {
        "id": row.scenario.id,
        "same": len(row.verdicts) == 1,
        "verdicts": {
            bench.name: cell.verdict.value if cell else None
            for bench, cell in zip(benches, row.cells, strict=True)
        },
    }


def _module(facts: ModuleFacts | None) -> dict[str, str] | None:
    return {"model": facts.model, "firmware": facts.firmware} if facts else None


def _changes(changes: Changes) -> dict[str, list[str]]:
    return {
        "bench": list(changes.bench),
        "new": list(changes.new),
        "still": list(changes.still),
        "fixed": list(changes.fixed),
        "added": list(changes.added),
        "removed": list(changes.removed),
    }


def _past(past: PastRun, number: int) -> dict[str, Any]:
    return {
        "number": number,
        "run": past.run,
        "started": past.started.isoformat(timespec="milliseconds"),
        "complete": past.complete,
        "seconds": round(past.seconds, 3),
        "counts": _counts({verdict: past.count(verdict) for verdict in Verdict}),
        "slowest": {command: round(seconds, 6) for command, seconds in past.slowest.items()},
    }


def _scenario(weighed: Weighed, since: int | None) -> dict[str, Any]:
    scenario = weighed.scenario
    return {
        "id": scenario.id,
        "bench": weighed.bench.name,
        "suite": scenario.suite,
        "name": scenario.name,
        "sentence": scenario.sentence,
        "tags": list(scenario.tags),
        "verdict": weighed.verdict.value,
        "tries": weighed.tries,
        "message": scenario.message,
        "seconds": round(scenario.elapsed, 3),
        "evidence": scenario.evidence.as_posix() if scenario.evidence else None,
        "events": len(scenario.events),
        "since": since,
    }


def _requirement(covered: Covered) -> dict[str, Any]:
    requirement = covered.requirement
    return {
        "id": requirement.id,
        "area": requirement.area,
        "text": requirement.text,
        "section": requirement.section,
        "basis": requirement.basis.value,
        "untestable": requirement.untestable or None,
        "on": {
            kind.value: {
                "state": showing.state.value,
                "covered": showing.covered,
                "scenarios": [weighed.scenario.id for weighed in showing.scenarios],
                "unseen": list(showing.unseen),
            }
            for kind, showing in covered.on.items()
        },
    }


def _finding(finding: FindingSeen, since: int | None) -> dict[str, Any]:
    return {
        "rule": finding.rule,
        "on": finding.on,
        "seen": finding.seen,
        "says": finding.says,
        "fix": finding.fix,
        "section": finding.section,
        "severity": finding.severity,
        "accepted": finding.accepted,
        "count": finding.count,
        "scenarios": [weighed.scenario.id for weighed in finding.scenarios],
        "since": since,
    }


def _rounded(seconds: float | None) -> float | None:
    return None if seconds is None else round(seconds, 6)


def _command(times: CommandTimes) -> dict[str, Any]:
    return {
        "command": times.command,
        "limit": times.limit,
        "count": times.count,
        "unanswered": times.unanswered,
        "median": _rounded(times.median),
        "worst": _rounded(times.worst),
        "late": times.late,
    }
