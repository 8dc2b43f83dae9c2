"""Keeps secrets out of Robot's own files and off the console."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from robot import output, result, running

from Sim7028Lab.stage import Stage

_WRITTEN = ("doc", "tags", "args", "assign", "values", "value", "message", "metadata")
"""What Robot writes of something when it ends."""


class Redaction:
    """Robot's listener that redacts everything that Robot is about to write.

    Messages are redacted as they are logged; keywords, control structures, tests and suites when
    they end, which is when Robot writes them. Their names, and the conditions of IF and WHILE, it
    writes when they begin, before any listener is told: a secret must not stand there. The same
    goes for what BuiltIn's Log To Console prints past all listeners.
    """

    ROBOT_LISTENER_API_VERSION = 3
    ROBOT_LISTENER_PRIORITY = -900
    """After those that add to a result, before the one that keeps the journal."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage

    def log_message(self, message: output.Message) -> None:
        """A message of a keyword, on its way to log and console."""
        if isinstance(message.message, str):
            message.message = self._stage.redact(message.message)

    def message(self, message: output.Message) -> None:
        """A message of Robot's own, such as a warning."""
        self.log_message(message)

    def end_body_item(self, _data: Any, ended: Any) -> None:
        """A keyword or a control structure."""
        for name in _WRITTEN:
            value = getattr(ended, name, None)
            if value and (clean := self._clean(value)) != value:
                setattr(ended, name, clean)

    def end_test(self, data: running.TestCase, ended: result.TestCase) -> None:
        """A test."""
        self.end_body_item(data, ended)

    def end_suite(self, data: running.TestSuite, ended: result.TestSuite) -> None:
        """A suite, whose setup or teardown may have failed."""
        self.end_body_item(data, ended)

    def _clean(self, value: Any) -> Any:
        match value:
            case str():
                return self._stage.redact(value)
            case Mapping():
                return {key: self._clean(inner) for key, inner in value.items()}
            case list() | tuple():
                return type(value)(map(self._clean, value))
            case _:
                return value
