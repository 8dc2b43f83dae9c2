import sys

import pytest

from lab_evidence import Silent
from sim7028_lab import virtual
from sim7028_lab.virtual import VirtualModule, VirtualModuleError
from virtual_sim7028 import Settings


@pytest.mark.parametrize(
    ("program", "limit", "said"),
    [
        ("import sys; sys.exit('no pty is left')", 20.0, "ended before it was ready; it said: no"),
        ("import sys; sys.stdin.read()", 0.1, "was not ready in 0.1 s; it said: nothing"),
    ],
    ids=["ends", "says nothing"],
)
def test_a_module_that_does_not_start_is_told_as_it_was(
    monkeypatch: pytest.MonkeyPatch, program: str, limit: float, said: str
) -> None:
    monkeypatch.setattr(virtual, "command_line", lambda _: [sys.executable, "-c", program])
    monkeypatch.setattr(virtual, "_START_LIMIT", limit)
    with pytest.raises(VirtualModuleError, match=said):
        VirtualModule(Settings(), Silent())
