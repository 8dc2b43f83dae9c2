"""Where a module differs from the application note, told from its traffic alone.

The reader of this package is tolerant: it takes every spelling that is known. These rules are
strict: every difference is a `Finding`, with the rule's id and the note's section. They watch a
live channel as well as a log:

    conformance = Conformance()
    for entry in read_capture(Path("putty.log").read_bytes()).entries:
        for finding in conformance.feed(entry):
            print(finding)
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator

from sim7028.conformance.answer_rules import ANSWER_RULES
from sim7028.conformance.command_rules import COMMAND_RULES
from sim7028.conformance.exchange import Exchange
from sim7028.conformance.lw_command import LwCommand
from sim7028.conformance.rule import Finding, Rule, Severity, Side, cited
from sim7028.conformance.service import Service
from sim7028.conformance.urc_rules import URC_RULES, urc_name
from sim7028.dialect import Name
from sim7028.transcript import Entry, Part
from sim7028.urcs import parse_urc

__all__ = ["RULES", "Conformance", "Finding", "Rule", "Severity", "Side", "check", "cited"]

RULES: tuple[Rule, ...] = (*URC_RULES, *ANSWER_RULES, *COMMAND_RULES)
"""Every rule; an id stands for one of them."""

# To close what may not be open costs nothing, and every bring-up does it.
_HARMLESS_WHEN_REFUSED = (Name.STOP, Name.CLOSE)
_ORDER = ("command-before-start", "command-session")


class Conformance:
    """Watches one conversation, a line at a time, from anywhere in it on.

    What it cannot know, because it was said before, it does not judge.
    """

    def __init__(self) -> None:
        self._service = Service()
        self._exchange: Exchange | None = None

    def feed(self, entry: Entry) -> tuple[Finding, ...]:
        """Take the next line; tell what differs from the note. Never raises."""
        exchange = self._exchange
        match entry.part:
            case Part.COMMAND:
                found = tuple(self._end(exchange)) if exchange is not None else ()
                self._exchange = Exchange(entry)
                self._service.sent(self._exchange)
                return found
            case Part.ECHO if exchange is not None:
                self._exchange = dataclasses.replace(exchange, echo=entry)
            case Part.REPLY if exchange is not None:
                replies = (*exchange.replies, entry)
                self._exchange = dataclasses.replace(exchange, replies=replies)
            case Part.FINAL if exchange is not None:
                self._exchange = None
                return tuple(self._end(dataclasses.replace(exchange, final=entry)))
            case Part.URC | Part.REPLY | Part.FINAL:
                return tuple(self._unasked(entry))
        return ()

    def _unasked(self, entry: Entry) -> Iterator[Finding]:
        urc = parse_urc(entry.line)
        for rule in URC_RULES:
            for seen in rule.check(urc, self._service):
                yield Finding(rule, Side.MODULE, urc_name(urc), seen, entry)
        self._service.told(urc)

    def _end(self, exchange: Exchange) -> Iterator[Finding]:
        """Judge a command once it is answered, or when it is plain that it never will be."""
        command = exchange.lw
        on = command.shown if command is not None else exchange.command.text.strip()
        for answer_rule in ANSWER_RULES:
            for seen in answer_rule.check(exchange, self._service):
                yield Finding(answer_rule, Side.MODULE, on, seen, exchange.command)
        if command is not None:
            yield from self._judge(command, exchange)
        self._service.ended(exchange)

    def _judge(self, command: LwCommand, exchange: Exchange) -> Iterator[Finding]:
        side, accepted = Side.APPLICATION, ""
        if exchange.accepted:
            side, accepted = Side.MODULE, "it was accepted, though "
        harmless = side is Side.APPLICATION and command.name in _HARMLESS_WHEN_REFUSED
        for rule in COMMAND_RULES:
            if harmless and rule.id in _ORDER:
                continue
            for seen in rule.check(command, self._service):
                yield Finding(rule, side, command.shown, accepted + seen, exchange.command)


def check(entries: Iterable[Entry]) -> list[Finding]:
    """All that differs from the note in a conversation, in the order of its lines."""
    conformance = Conformance()
    return [finding for entry in entries for finding in conformance.feed(entry)]
