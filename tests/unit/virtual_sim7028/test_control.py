"""Orders as they are written, and what becomes of the answers."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from virtual_sim7028 import ControlError, give_order, outcome
from virtual_sim7028.control import Order, read_order
from virtual_sim7028.faults import Fault


@pytest.mark.parametrize(
    ("line", "order"),
    [
        ("hang", Fault.HANG),
        ("power off", Fault.POWER_OFF),
        ("  network \t off\r", Fault.NETWORK_OFF),
        ("power-on", Order.POWER_ON),
        ("network on", Order.NETWORK_ON),
        ("status", Order.STATUS),
    ],
)
def test_an_order_is_read(line: str, order: Order | Fault) -> None:
    assert read_order(line) is order


@given(st.sampled_from([*Order, *Fault]))
def test_every_order_reads_with_blanks_and_with_hyphens(order: Order | Fault) -> None:
    assert read_order(order.value) is order
    assert read_order(order.value.replace("-", " ")) is order


@given(st.text())
def test_every_other_line_is_refused_with_what_there_is(line: str) -> None:
    with pytest.raises(ControlError, match=r"no order is called .*: there are .*hang.*status"):
        read_order(f"x{line}")


@pytest.mark.parametrize(("answer", "told"), [("ok", ""), ("ok: hang, deaf", "hang, deaf")])
def test_what_an_answer_tells(answer: str, told: str) -> None:
    assert outcome(answer) == told


def test_an_answer_that_is_an_error_is_raised() -> None:
    with pytest.raises(ControlError, match=r"^it does not run$"):
        outcome("error: it does not run")


def test_a_socket_that_is_not_there(tmp_path) -> None:
    with pytest.raises(ControlError, match=r"none: No such file or directory\. Does a virtual "):
        give_order(tmp_path / "none", "hang")


def test_a_path_that_is_too_long_for_a_socket(tmp_path) -> None:
    with pytest.raises(ControlError, match="AF_UNIX path too long"):
        give_order(tmp_path / ("x" * 120), "hang")
