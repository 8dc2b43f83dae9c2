"""Keeps secrets out of Robot's own files and off the console."""

from __future__ import annotations

import contextlib
import functools
import sys
from collections.abc import Callable, Mapping
from typing import Any

from robot import model, output, result, running
from robot.libraries.BuiltIn import BuiltIn

from lab_evidence import Redacted
from Sim7028Lab.stage import Stage

_WRITTEN: Mapping[type, tuple[str, ...]] = {
    result.TestSuite: ("name", "doc", "metadata", "message"),
    result.TestCase: ("name", "doc", "tags", "metadata", "message"),
    result.Keyword: ("name", "source_name", "doc", "tags", "args", "assign", "message"),
    result.For: ("assign", "values", "start", "mode", "fill", "message"),
    result.ForIteration: ("assign", "message"),
    result.While: ("condition", "limit", "on_limit", "on_limit_message", "message"),
    result.Group: ("name", "message"),
    result.IfBranch: ("condition", "message"),
    result.TryBranch: ("patterns", "pattern_type", "assign", "message"),
    result.Var: ("name", "value", "separator", "message"),
    result.Return: ("values", "message"),
    result.Error: ("values", "message"),
}
"""What Robot writes of something, in words that somebody chose; of all else, its message."""


class Redaction:
    """Redacts everything that Robot is about to write, on whatever way it gets there.

    Robot tells its files and its console what begins before it tells any listener, and its debug
    file messages that no listener is told. So names, conditions and messages are redacted where
    Robot hands them out to all of them: its one logger. How something ended is redacted as a
    listener: behind the listeners that add to a result, ahead of the files. What is printed past
    the logger, as Log To Console does, is redacted by the streams of the console themselves.

    The paths of files stay as they are.
    """

    ROBOT_LISTENER_API_VERSION = 3
    ROBOT_LISTENER_PRIORITY = -900
    """After those that add to a result, before the one that keeps the journal."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self._replaced = contextlib.ExitStack()
        if BuiltIn().robot_running:  # rather than the keywords' documentation being made
            self._stand_between()

    def _stand_between(self) -> None:
        logger = output.LOGGER
        for prefix, instead in ("start_", self._begin), ("end_", self._end):
            for name in dir(logger):
                if name.startswith(prefix) and callable(getattr(logger, name)):
                    self._replace(logger, name, instead)
        for name in ("log_message", "message"):
            self._replace(logger, name, self._tell)
        for stream in (sys.__stdout__, sys.__stderr__):
            if stream is not None:
                self._replace(stream, "write", self._print)

    def _replace(self, owner: object, name: str, instead: Callable[..., Any]) -> None:
        original = getattr(owner, name)
        setattr(owner, name, functools.partial(instead, original))
        self._replaced.callback(setattr, owner, name, original)

    def _begin(self, original: Callable[..., None], data: Any, *more: Any) -> None:
        if isinstance(data, running.TestSuite):
            self._stage.learn_secrets()
            data.name = self._stage.redact(data.name)  # which is what the debug file writes
        self._redact(more[-1])
        original(data, *more)

    def _end(self, original: Callable[..., None], data: Any, *more: Any) -> None:
        ended = more[-1]
        message = ended.message
        if isinstance(ended, result.TestSuite):
            # It may have begun before this stood here, and tells its end to no listener of a
            # library that it does not import.
            self._redact(ended)
        original(data, *more)
        # Robot takes another message for another failure, which ends no run and fits no EXCEPT.
        if ended.message == self._stage.redact(message):
            ended.message = message

    def _tell(self, original: Callable[..., None], message: output.Message) -> None:
        # A message of level TRACE is put in words only where it is logged; listeners know.
        if message.level != "TRACE":
            self._redact_message(message)
        original(message)

    def _print(self, original: Callable[..., int], text: str) -> int:
        return original(self._stage.redact(text))

    def log_message(self, message: output.Message) -> None:
        """A message that is logged."""
        if message.level == "TRACE":
            self._redact_message(message)

    def end_body_item(self, _data: Any, ended: Any) -> None:
        """A keyword or a control structure."""
        self._redact(ended)

    def end_test(self, _data: running.TestCase, ended: result.TestCase) -> None:
        """A test."""
        self._redact(ended)

    def end_suite(self, _data: running.TestSuite, ended: result.TestSuite) -> None:
        """A suite, whose setup or teardown may have failed."""
        self._redact(ended)

    def close(self) -> None:
        """The run is over."""
        self._replaced.close()

    def _redact_message(self, message: output.Message) -> None:
        if isinstance(message.message, str) and not isinstance(message.message, Redacted):
            message.message = self._stage.redact(message.message)

    def _redact(self, written: Any) -> None:
        for name in _WRITTEN.get(type(written), ("message",)):
            value = getattr(written, name)
            if value and (clean := self._clean(value)) != value:
                setattr(written, name, clean)

    def _clean(self, value: Any) -> Any:
        match value:
            case str():
                return self._stage.redact(value)
            case Mapping():
                return {key: self._clean(inner) for key, inner in value.items()}
            case list() | tuple() | model.Tags():
                clean = [self._clean(inner) for inner in value]
                return clean if clean != list(value) else value
            case _:
                return value
