"""Only a pass is a pass."""

import pytest

from sim7028_lab.report.journal import Outcome
from sim7028_lab.report.run import ScenarioResult
from sim7028_lab.report.verdicts import Verdict, judge, rungs

PASSED, FAILED, SKIPPED = Outcome.PASSED, Outcome.FAILED, Outcome.SKIPPED


def scenario(outcome, message="", tags=(), **other):
    return ScenarioResult("a:b", "b", "A", "", tags, outcome, message, **other)


GOOD = scenario(PASSED)
BAD = scenario(FAILED, "no")
GONE = scenario(FAILED, "BENCH: detached", ("verdict:BENCH",))
HUNG = scenario(FAILED, "BENCH: deaf", ("verdict:BENCH", "recovered:power"))
STOPPED = "Execution terminated by signal"
REVIVED = scenario(PASSED, tags=("read", "recovered:resynchronise"))


@pytest.mark.parametrize(
    ("tries", "verdict"),
    [
        ([GOOD], Verdict.PASS),
        ([BAD], Verdict.FAIL),
        ([scenario(SKIPPED)], Verdict.NOT_RUN),
        ([scenario(Outcome.NOT_RUN)], Verdict.NOT_RUN),
        ([scenario(FAILED, tags=("verdict:BENCH",))], Verdict.BENCH),
        ([scenario(FAILED, "BENCH: detached")], Verdict.BENCH),
        ([scenario(FAILED, has_bench=False)], Verdict.BENCH),
        ([scenario(FAILED, tags=("verdict:server-limit",))], Verdict.SERVER_LIMIT),
        ([scenario(PASSED, tags=("verdict:SERVER-LIMIT",))], Verdict.PASS),
        ([scenario(FAILED, "Parent suite setup failed:\nno port")], Verdict.NOT_RUN),
        ([scenario(FAILED, f"{STOPPED}\n\nLikely side")], Verdict.NOT_RUN),
        ([scenario(FAILED, f"Teardown failed:\n{STOPPED}")], Verdict.NOT_RUN),
        ([scenario(FAILED, f"no\n\nAlso teardown failed:\n{STOPPED}")], Verdict.FAIL),
        ([scenario(FAILED, "no", tags=("robot:exit",))], Verdict.NOT_RUN),
        ([BAD, GOOD], Verdict.FLAKY),
        ([BAD, BAD, GOOD], Verdict.FLAKY),
        ([GOOD, BAD], Verdict.FAIL),
        ([GONE, GOOD], Verdict.PASS),
        ([BAD, GONE], Verdict.FAIL),
        ([BAD, GONE, GOOD], Verdict.FLAKY),
        ([scenario(SKIPPED), GOOD], Verdict.PASS),
        ([GONE, scenario(SKIPPED)], Verdict.BENCH),
        ([REVIVED], Verdict.FLAKY),
        ([scenario(PASSED, tags=("Recovered:power",))], Verdict.FLAKY),
        ([HUNG], Verdict.BENCH),
        ([HUNG, GOOD], Verdict.FLAKY),
        ([HUNG, BAD], Verdict.FAIL),
        ([REVIVED, GOOD], Verdict.FLAKY),
        ([GOOD, REVIVED], Verdict.FLAKY),
        ([scenario(FAILED, "no", tags=("recovered:power",))], Verdict.FAIL),
        ([HUNG, scenario(SKIPPED)], Verdict.BENCH),
        ([scenario(PASSED, earlier=(FAILED,))], Verdict.FLAKY),
        ([scenario(FAILED, earlier=(FAILED,))], Verdict.FAIL),
        ([scenario(PASSED, earlier=(PASSED,))], Verdict.PASS),
    ],
)
def test_tries_come_to(tries, verdict):
    assert judge(tries) is verdict


def test_what_recovered_the_module_is_told_by_its_tags():
    assert rungs(HUNG) == ("power",)
    assert rungs(GOOD) == ()


def test_each_verdict_looks_like_no_other():
    looks = [verdict.look for verdict in Verdict]
    assert len({look.shape for look in looks}) == len({look.css for look in looks}) == len(Verdict)
