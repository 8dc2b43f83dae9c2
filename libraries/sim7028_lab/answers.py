"""What the server learned of a request, held against what it should have learned.

Each function waits for the operation, and raises `ScenarioFailed` when it ended otherwise; what
else its `wait` raises, such as `ServerLost`, passes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from leshan import Answer, InvalidAnswer, NoAnswer, Operation, ServerRefused
from lwm2m import Code, Path, Value
from sim7028_lab.failure import ScenarioFailed


def expect_value(
    operation: Operation[Answer], expected: Value, or_told: Code | None = None
) -> None:
    """The server got this value, and no other; the code `or_told` will do as well."""
    answer = operation.wait()
    if answer.code is or_told:
        return
    if not answer.code.is_success:
        raise ScenarioFailed(
            operation.description, str(expected), f"the server was told {answer.code}"
        )
    if answer.value != expected:
        raise ScenarioFailed(
            operation.description, str(expected), f"the server received {answer.value}"
        )


def expect_nothing_but(operation: Operation[Answer], expected: Value) -> bool:
    """The server got this value, or was told an error, or nothing that it could take.

    Returns:
        Whether there was an answer.
    """
    try:
        answer = operation.wait()
    except NoAnswer:
        return False
    except InvalidAnswer:
        return True
    if answer.code.is_success and answer.value != expected:
        raise ScenarioFailed(
            operation.description,
            f"{expected} or nothing",
            f"the server received {answer.value}",
        )
    return True


def expect_values(operation: Operation[Answer], expected: Mapping[Path, Value]) -> None:
    """The server got exactly these values."""
    answer = operation.wait()
    if not answer.code.is_success or answer.values != expected:
        came = listed(answer.values) if answer.code.is_success else str(answer.code)
        raise ScenarioFailed(operation.description, listed(expected), f"the server received {came}")


def expect_code(operation: Operation[Answer], expected: Code, or_told: Code | None = None) -> bool:
    """The server was told this code, or the other; whether it was this one."""
    try:
        code = operation.wait().code
    except (NoAnswer, InvalidAnswer) as error:
        came = str(error)
    else:
        if code in (expected, or_told):
            return code is expected
        came = str(code)
    wanted = " or ".join(str(code) for code in (expected, or_told) if code is not None)
    raise ScenarioFailed(operation.description, wanted, f"the server was told {came}")


def expect_refusal(operation: Operation[Answer], by: Code | None = None) -> None:
    """The server was told an error: this code, or whichever."""
    code = operation.wait().code
    is_refused = not code.is_success if by is None else code is by
    if not is_refused:
        wanted = "a report, or an error" if by is None else f"a report, or {by}"
        raise ScenarioFailed(operation.description, wanted, f"the server was told {code} without")


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
