"""A registration that outlives its scenario, so that the next one takes it over."""

from __future__ import annotations

import contextlib
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from lwm2m import Path
from sim7028 import Module, Session
from sim7028_lab.account import Account


@dataclass(frozen=True, slots=True)
class OpenSession:
    """A session of the module, and the name it is registered under."""

    session: Session
    endpoint: str


@dataclass(frozen=True)
class Standing:
    """What a scenario leaves to the next.

    Over a cellular network each registration costs seconds and bytes.

    Attributes:
        sessions: the module's.
        accounts: the server's, by endpoint.
        resources: what the module declared.
    """

    sessions: tuple[OpenSession, ...]
    accounts: Mapping[str, Account]
    resources: frozenset[Path]

    def is_sound(self, resources: Collection[Path]) -> bool:
        """Whether it is still there, and for these resources."""
        return self.resources == frozenset(resources) and all(
            account.is_registered for account in self.accounts.values()
        )

    def forget(self) -> None:
        """Listen no more to what the server tells of it."""
        for account in self.accounts.values():
            account.close()

    def end(self, module: Module) -> None:
        """Deregister.

        Raises:
            ScenarioFailed: the server still lists it.
            AtError: the module refused, or did not answer.
        """
        with contextlib.ExitStack() as stack:
            stack.callback(self.forget)
            module.release()
            for account in self.accounts.values():
                account.expect_gone()
