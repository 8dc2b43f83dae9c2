"""What the server learned of a request, held against what it should have learned.

Each function waits for the operation, and raises `ScenarioFailed` when it ended otherwise; what
else its `wait` raises, such as `ServerLost`, passes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from leshan import Answer, InvalidAnswer, NoAnswer, Operation, ServerRefused
from lwm2m import Code, Path, Value
from sim7028_lab.failure import ScenarioFailed


def expect_value(operation: Operation[Answer], expected: Value) -> None:
    """The server got this value, and no other."""
    answer = operation.wait()
    if not answer.code.is_success:
        raise ScenarioFailed(
            operation.description, str(expected), f"the server was told {answer.code}"
        )
    if answer.value != expected:
        raise ScenarioFailed(
            operation.description, str(expected), f"the server received {answer.value}"
        )


def expect_nothing_but(operation: Operation[Answer], expected: Value) -> None:
    """The server got this value, or was told an error, or nothing that it could take."""
    try:
        answer = operation.wait()
    except (NoAnswer, InvalidAnswer):
        return
    if answer.code.is_success and answer.value != expected:
        raise ScenarioFailed(
            operation.description,
            f"{expected} or nothing",
            f"the server received {answer.value}",
        )


def expect_values(operation: Operation[Answer], expected: Mapping[Path, Value]) -> None:
    """The server got exactly these values."""
    answer = operation.wait()
    if not answer.code.is_success or answer.values != expected:
        came = listed(answer.values) if answer.code.is_success else str(answer.code)
        raise ScenarioFailed(operation.description, listed(expected), f"the server received {came}")


def expect_code(operation: Operation[Answer], expected: Code) -> None:
    """The server was told this code."""
    try:
        came = str(operation.wait().code)
    except (NoAnswer, InvalidAnswer) as error:
        came = str(error)
    if came != str(expected):
        raise ScenarioFailed(operation.description, str(expected), f"the server was told {came}")


def expect_no_answer(operation: Operation[Answer]) -> None:
    """The server waited to its limit and got nothing."""
    try:
        answer = operation.wait()
    except NoAnswer:
        return
    values = f" with {listed(answer.values)}" if answer.values else ""
    raise ScenarioFailed(
        operation.description, "no answer", f"the server was told {answer.code}{values}"
    )


def expect_invalid_answer(operation: Operation[Answer]) -> None:
    """The server got an answer that it cannot take for one."""
    try:
        answer = operation.wait()
    except InvalidAnswer:
        return
    raise ScenarioFailed(
        operation.description,
        "the server to reject the answer",
        f"it took {answer.code} {listed(answer.values)}",
    )


def expect_refused_request(operation: Operation[Answer]) -> None:
    """The server did not even ask the module."""
    try:
        answer = operation.wait()
    except ServerRefused:
        return
    raise ScenarioFailed(
        operation.description, "the server to refuse it", f"it was told {answer.code}"
    )


def expect_links(operation: Operation[Answer], expected: Sequence[Path]) -> None:
    """The server discovered at least these paths."""
    answer = operation.wait()
    came = [link.target for link in answer.links]
    if missing := [str(path) for path in expected if str(path) not in came]:
        raise ScenarioFailed(
            operation.description,
            f"{', '.join(missing)} among the links",
            f"the server was told {answer.code} {' '.join(came)}",
        )


def listed(values: Mapping[Path, Value]) -> str:
    """The values in words."""
    return ", ".join(f"{path} = {value}" for path, value in values.items()) or "nothing"
