"""What the server learned, held against what it should have learned."""

from concurrent.futures import Future

import pytest

from leshan import Answer, InvalidAnswer, NoAnswer
from lwm2m import Code, Kind, Path, Value
from sim7028_lab.answers import expect_code, expect_refusal, expect_value
from sim7028_lab.failure import ScenarioFailed

PATH = Path(3303, 0, 5700)
WARM = Value(Kind.FLOAT, 21.5)


class Ended:
    """An operation that is over."""

    description = "read /3303/0/5700"

    def __init__(self, code=None, value=None, error=None):
        self._outcome = Future()
        if error is not None:
            self._outcome.set_exception(error)
        else:
            values = {} if value is None else {PATH: value}
            answer = Answer(self.description, code, values, (), None, 0.1, "")
            self._outcome.set_result(answer)

    def wait(self):
        return self._outcome.result()


SILENT = Ended(error=NoAnswer("read", "nothing came", 1.0))
CUT_OFF = Ended(error=InvalidAnswer("read", "half a value", 1.0))


@pytest.mark.parametrize("or_told", [None, Code.NOT_ACCEPTABLE])
def test_the_value_will_do(or_told):
    expect_value(Ended(Code.CONTENT, WARM), WARM, or_told)


def test_the_other_code_will_do_for_a_value():
    expect_value(Ended(Code.NOT_ACCEPTABLE), WARM, Code.NOT_ACCEPTABLE)


@pytest.mark.parametrize(
    "ended", [Ended(Code.CONTENT, Value(Kind.FLOAT, 4.0)), Ended(Code.NOT_FOUND)], ids=str
)
def test_another_value_or_code_will_not(ended):
    with pytest.raises(ScenarioFailed, match=r"the server (received F '4.0'|was told 4.04)"):
        expect_value(ended, WARM, Code.NOT_ACCEPTABLE)


@pytest.mark.parametrize(
    ("told", "or_told", "is_first"),
    [
        (Code.CHANGED, None, True),
        (Code.CHANGED, Code.UNSUPPORTED_CONTENT_FORMAT, True),
        (Code.UNSUPPORTED_CONTENT_FORMAT, Code.UNSUPPORTED_CONTENT_FORMAT, False),
    ],
)
def test_which_of_two_codes_was_told(told, or_told, is_first):
    assert expect_code(Ended(told), Code.CHANGED, or_told) is is_first


@pytest.mark.parametrize("ended", [Ended(Code.NOT_FOUND), SILENT, CUT_OFF], ids=str)
def test_neither_of_two_codes_was_told(ended):
    with pytest.raises(ScenarioFailed) as caught:
        expect_code(ended, Code.CHANGED, Code.UNSUPPORTED_CONTENT_FORMAT)
    assert "expected 2.04 Changed or 4.15 Unsupported Content Format" in str(caught.value)


@pytest.mark.parametrize("by", [None, Code.NOT_ACCEPTABLE])
def test_a_refusal_will_do(by):
    expect_refusal(Ended(Code.NOT_ACCEPTABLE), by)


@pytest.mark.parametrize(
    ("told", "by"), [(Code.CONTENT, None), (Code.NOT_FOUND, Code.NOT_ACCEPTABLE)]
)
def test_success_is_no_refusal_and_neither_is_another_error(told, by):
    with pytest.raises(ScenarioFailed, match=str(told)):
        expect_refusal(Ended(told), by)


def test_silence_is_no_refusal():
    with pytest.raises(NoAnswer):
        expect_refusal(SILENT)
