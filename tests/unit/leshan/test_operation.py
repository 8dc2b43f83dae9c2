import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from leshan.errors import InvalidAnswer, NoAnswer
from leshan.operation import Answer, Operation, Operations
from lwm2m import Code, Kind, Path, Value

TEMPERATURE = Path.parse("/3303/0/5700")


def answer(values: dict[Path, Value], code: Code = Code.CONTENT) -> Answer:
    return Answer("read /3303/0 on x", code, values, (), None, 0.25, "{}")


@contextmanager
def held() -> Iterator[tuple[Operation[str], threading.Event]]:
    release = threading.Event()

    def work() -> str:
        release.wait()
        return "done"

    operation = Operation("hold", work)
    try:
        yield operation, release
    finally:
        release.set()
        operation.join()


def test_an_operation_runs_before_anybody_waits() -> None:
    with held() as (operation, release):
        assert not operation.done
        release.set()
        operation.join()
        assert operation.done
        assert not operation.awaited
        assert operation.wait() == "done"
        assert operation.awaited


def test_the_outcome_can_be_asked_for_again() -> None:
    operation = Operation("count", lambda: object())
    assert operation.wait() is operation.wait()


def test_a_failure_is_raised_where_it_is_awaited() -> None:
    def work() -> None:
        raise NoAnswer("read /1 on x", "the device did not answer", 12.0)

    operation = Operation("read /1 on x", work)
    operation.join()
    assert operation.done
    for _ in range(2):
        with pytest.raises(NoAnswer, match=r"read /1 on x: .* \(after 12\.0 s\)"):
            operation.wait()


def test_an_abandoned_operation_is_nobodys_loss() -> None:
    with held() as (operation, _):
        operation.abandon()
        assert operation.awaited
        assert not operation.done
        assert repr(operation) == "<Operation 'hold', running>"


def test_operations_are_joined_together() -> None:
    operations = Operations()
    release = threading.Event()
    started = [operations.start(f"number {n}", release.wait) for n in range(3)]
    release.set()
    operations.join()
    assert all(operation.done for operation in started)
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("number")]


def test_the_only_value_of_an_answer() -> None:
    warm = Value(Kind.FLOAT, 21.5)
    assert answer({TEMPERATURE: warm}).value == warm


@pytest.mark.parametrize(
    ("values", "code", "words"),
    [
        ({}, Code.NOT_FOUND, "read /3303/0 on x: 4.04 Not Found with no value"),
        (
            {TEMPERATURE: Value(Kind.FLOAT, 21.5), Path(3303, 0, 5701): Value(Kind.STRING, "Cel")},
            Code.CONTENT,
            "2 values: /3303/0/5700 = F '21.5', /3303/0/5701 = S 'Cel'",
        ),
    ],
)
def test_an_answer_without_an_only_value_says_what_it_has(
    values: dict[Path, Value], code: Code, words: str
) -> None:
    with pytest.raises(InvalidAnswer) as caught:
        answer(values, code).value  # noqa: B018 - it raises
    assert words in str(caught.value)
