"""Secrets become pseudonyms before anything is written."""

from __future__ import annotations

import dataclasses
import functools
import hashlib
import json
import operator
import re
import secrets
import threading
from collections.abc import Callable, Collection, Iterable, Mapping
from string import ascii_lowercase
from urllib.parse import quote

from lab_evidence.event import Event
from lab_evidence.identities import FEWEST_DIGITS, identities, identities_in_answer
from lab_evidence.lines import Json, encode_line

# What stands in a command that gives a PIN is secret even before anybody said so: unlocking (with
# a PUK, two numbers), changing a PIN, locking (3GPP 27.007, 8.3, 7.5 and 7.4).
_GIVES_PIN = re.compile(r"\+(?i:CPIN|CPWD|CLCK)=[^\r\n]*")
_GIVES_PIN_IN_BYTES = re.compile(_GIVES_PIN.pattern.encode())
_PIN = re.compile(r"(?<![0-9])[0-9]{4,8}(?![0-9])")
_IMEI = 15
_NOTHING = re.compile("(?!)")
_DIGITS_AS_0 = bytes.maketrans(b"0123456789", b"0" * 10)
_HEX_DIGITS_AS_F = bytes.maketrans(b"0123456789ABCDEFabcdef", b"f" * 22)
_PAST_ITS_TIME = len('{"t":12345678.123456')
"""Where the line of an event has the seconds of its time no more, which may be digits enough."""
_REMEMBERED = 1024
"""Texts whose redaction is remembered: names, commands and answers come again and again."""


class Redacted(str):
    """Text that was made of nothing but redacted events, and need not be searched again."""

    __slots__ = ()


class Redactor:
    """Replaces secrets by pseudonyms of the same length, the same for the same secret.

    IMEI, IMSI, ICCID and phone numbers are known by their form or by the command that asks for
    them, a SIM's PIN by its command; everything else is named by `add`. What is known, or was seen
    once, is found in hex digits too, as payloads have it. The pseudonyms of one run cannot be
    turned back or compared with another's: each redactor has a key of its own.

    Args:
        known: secrets to begin with.
    """

    def __init__(self, known: Iterable[str] = ()) -> None:
        self._key = secrets.token_bytes(16)
        self._lock = threading.Lock()
        self._known = frozenset(known) - {""}
        self._search = _Search(self._known)
        self._redacted = self._redaction_of(self._known, self._search)

    def add(self, secret: str) -> None:
        """From here on, `secret` is replaced wherever it stands. An empty one is passed over."""
        self._learn([secret])

    def pseudonym(self, secret: str) -> str:
        """What stands for `secret`: as long, and no digit in it, so that it is no number."""
        digest = hashlib.blake2b(secret.encode(), key=self._key, digest_size=32).digest()
        letters = "".join(ascii_lowercase[byte % 26] for byte in digest)
        return ("~" + letters * (len(secret) // len(letters) + 1))[: len(secret)]

    def text(self, text: str) -> str:
        """`text` without its secrets."""
        return self._redacted(text)

    def __call__(self, event: Event) -> Event:
        """`event` without its secrets, in text and data."""
        if not self._search.may_find(event.line[_PAST_ITS_TIME:]):
            return event
        command = event.data.get("command")
        if isinstance(command, str):
            self._learn(identities_in_answer(command, event.text))
        text, data = self.text(event.text), self._clean_all(event.data)
        if text != event.text:
            # Not the same bytes once more, secret and all.
            data = {key: value for key, value in data.items() if key != "hex"}
        elif data is event.data:
            return event
        return dataclasses.replace(event, text=text, data=data)

    def _learn(self, found: Iterable[str]) -> None:
        """Know these from here on."""
        new = {secret for secret in found if secret} - self._known
        if new:
            with self._lock:
                known = self._known | new
                # In this order: who sees that a secret is known already relies on the others.
                self._search = _Search(known)
                self._redacted = self._redaction_of(known, self._search)
                self._known = known

    def _redaction_of(self, known: frozenset[str], search: _Search) -> Callable[[str], str]:
        """What takes these secrets, and what else is known by its form, out of a text.

        It remembers, so it is made anew for every secret more: it can never give back what it made
        of a text before that one was known.
        """

        @functools.lru_cache(_REMEMBERED)
        def redacted(text: str) -> str:
            if not search.may_find(text.encode("utf-8", "surrogatepass")):
                return text
            found = frozenset(identities(text))
            if not found <= known:
                self._learn(found)
                return self._redacted(text)
            text = search.replaced(text, self.pseudonym)
            return _GIVES_PIN.sub(
                lambda command: _PIN.sub(lambda pin: self.pseudonym(pin[0]), command[0]), text
            )

        return redacted

    def _clean(self, value: Json) -> Json:
        """`value` without its secrets; the same object if it has none."""
        if isinstance(value, str):
            clean = self.text(value)
            return value if clean == value else clean
        if value is None or isinstance(value, int | float):
            return value
        if isinstance(value, Mapping):
            return self._clean_all(value)
        items = [self._clean(inner) for inner in value]
        return value if all(map(operator.is_, items, value)) else items

    def _clean_all(self, values: Mapping[str, Json]) -> Mapping[str, Json]:
        """The same of a JSON object."""
        changed = {
            key: clean
            for key, value in values.items()
            if (clean := self._clean(value)) is not value
        }
        return {**values, **changed} if changed else values


class _Search:
    """Finds secrets in texts, however they are spelled there.

    Args:
        known: the secrets.
    """

    def __init__(self, known: Collection[str]) -> None:
        numbers = [secret for secret in known if secret.isascii() and secret.isdecimal()]
        words = {spelled for secret in known for spelled in _spellings(secret)} - set(numbers)
        self._numbers = frozenset(numbers)
        # An IMEI has its check digit, none, or the software version in its place.
        self._imeis = frozenset(number[:-1] for number in numbers if len(number) == _IMEI)
        shortest = min(map(len, self._numbers | self._imeis), default=0)
        self._number = re.compile(f"[0-9]{{{shortest},}}") if numbers else _NOTHING
        self._word = _any_of(map(re.escape, words))
        in_hex = [secret.encode().hex() for secret in words] + [
            # A digit beside a number makes it another number.
            f"(?<!3[0-9]){number.encode().hex()}(?!3[0-9])"
            for number in numbers
        ]
        shortest = min(map(len, known), default=FEWEST_DIGITS)
        self._hex_digits = re.compile(f"[0-9A-Fa-f]{{{2 * shortest},}}") if known else _NOTHING
        self._in_hex = _any_of(in_hex, re.IGNORECASE)
        self._digits = b"0" * min([FEWEST_DIGITS, *map(len, self._numbers | self._imeis)])
        self._word_in_hex = b"f" * (2 * shortest)
        self._words = [spelled for word in words for spelled in (word.encode(), _in_json(word))]

    def may_find(self, said: bytes) -> bool:
        """Whether a text, or texts as JSON, must be looked at closely: nearly all need not be.

        That is where there is a secret, a PIN, or digits enough for an identity or for a secret in
        hex.
        """
        return (
            self._digits in said.translate(_DIGITS_AS_0)  # which a number in hex has as well
            or _GIVES_PIN_IN_BYTES.search(said) is not None
            or (bool(self._words) and self._may_find_word(said))
        )

    def _may_find_word(self, said: bytes) -> bool:
        return self._word_in_hex in said.translate(_HEX_DIGITS_AS_F) or any(
            word in said for word in self._words
        )

    def replaced(self, text: str, pseudonym: Callable[[str], str]) -> str:
        """`text` with a pseudonym in the place of each secret.

        That of one in hex digits is in hex digits, so that what holds it can still be decoded.
        """

        def of_word(match: re.Match[str]) -> str:
            return pseudonym(match[0])

        def of_number(match: re.Match[str]) -> str:
            return pseudonym(match[0]) if self._is_secret(match[0]) else match[0]

        def of_hex(match: re.Match[str]) -> str:
            return pseudonym(bytes.fromhex(match[0]).decode()).encode().hex()

        text = self._word.sub(of_word, text)
        text = self._number.sub(of_number, text)
        return self._hex_digits.sub(lambda digits: self._in_hex.sub(of_hex, digits[0]), text)

    def _is_secret(self, number: str) -> bool:
        return number in self._numbers or (
            abs(len(number) - _IMEI) <= 1 and number[: _IMEI - 1] in self._imeis
        )


def _any_of(patterns: Iterable[str], flags: int = 0) -> re.Pattern[str]:
    """A pattern for the longest of these that fits; for nothing, if there are none."""
    longest_first = sorted(patterns, key=len, reverse=True)
    return re.compile("|".join(longest_first), flags) if longest_first else _NOTHING


def _in_json(text: str) -> bytes:
    """A text as it stands in a line of JSON, without its quotes."""
    return encode_line({"": text})[len(b'{"":"') : -len(b'"}\n')]


def _spellings(secret: str) -> set[str]:
    """How a secret may stand in a text: as it is, quoted for JSON or Python, in a URL."""
    in_url = (quote(secret), quote(secret, safe=""))
    return {secret, json.dumps(secret)[1:-1], repr(secret)[1:-1], *in_url}
