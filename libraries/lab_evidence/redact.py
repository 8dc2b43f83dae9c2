"""Secrets become pseudonyms before anything is written."""

from __future__ import annotations

import base64
import dataclasses
import hashlib
import re
import secrets
import threading
from collections.abc import Iterable, Mapping, Sequence

from lab_evidence.event import Event, Json

# What follows a PIN or a password command is secret even before anybody said so.
_AT_SECRET = re.compile(r'(?i)(?<=AT\+CPIN=)"?([0-9]{4,8})')
# A phone number as E.164 has it: the SIM's own (AT+CNUM), its service centre's (AT+CSCA).
_PHONE = re.compile(r"(?<![\w.+])\+[1-9][0-9]{9,14}(?![\w.])")
# IMEI and IMSI have 14 to 16 digits, an ICCID 18 to 22 (the last may be a letter).
_IDENTITY = re.compile(
    r"(?<![0-9A-Za-z.])(?:[0-9]{14,16}|89[0-9]{16,19}[0-9A-Fa-f]?)(?![0-9A-Za-z.])"
)


class Redactor:
    """Replaces secrets by pseudonyms of the same length, the same for the same secret.

    IMEI, IMSI, ICCID and phone numbers are known by their form, a SIM's PIN by its command;
    everything else is named by `add`. What is known, or was seen once, is found in hex digits too,
    as payloads have it. The pseudonyms of one run cannot be turned back or compared with
    another's: each redactor has a key of its own.

    Args:
        known: secrets to begin with.
    """

    def __init__(self, known: Iterable[str] = ()) -> None:
        self._key = secrets.token_bytes(16)
        self._lock = threading.Lock()
        self._known: set[str] = set()
        self._pattern: re.Pattern[str] | None = None
        self._hex_pattern: re.Pattern[str] | None = None
        for secret in known:
            self.add(secret)

    def add(self, secret: str) -> None:
        """From here on, `secret` is replaced wherever it stands. An empty one is passed over."""
        with self._lock:
            if not secret or secret in self._known:
                return
            self._known.add(secret)
            longest_first = sorted(self._known, key=len, reverse=True)
            # Digits beside a short number make it another number, not the secret.
            self._pattern = re.compile(
                "|".join(
                    rf"(?<![0-9]){re.escape(s)}(?![0-9])" if s.isdigit() else re.escape(s)
                    for s in longest_first
                )
            )
            self._hex_pattern = re.compile("|".join(map(_in_hex, longest_first)), re.IGNORECASE)

    def pseudonym(self, secret: str) -> str:
        """What stands for `secret`: as long, and no digits only."""
        digest = hashlib.blake2b(secret.encode(), key=self._key, digest_size=32).digest()
        letters = base64.b32encode(digest).decode().lower().rstrip("=")
        return ("~" + letters * (len(secret) // len(letters) + 1))[: len(secret)]

    def _learned(self, match: re.Match[str]) -> str:
        """The pseudonym of what was known by its form, which is known in hex digits from now on."""
        self.add(match[0])
        return self.pseudonym(match[0])

    def _hex_pseudonym(self, match: re.Match[str]) -> str:
        """The pseudonym in hex digits, so that what holds them can still be decoded."""
        return self.pseudonym(bytes.fromhex(match[0]).decode()).encode().hex()

    def text(self, text: str) -> str:
        """`text` without its secrets."""
        if self._pattern is not None:
            text = self._pattern.sub(lambda match: self.pseudonym(match[0]), text)
        if self._hex_pattern is not None:
            text = self._hex_pattern.sub(self._hex_pseudonym, text)
        text = _IDENTITY.sub(self._learned, text)
        text = _PHONE.sub(self._learned, text)
        return _AT_SECRET.sub(
            lambda match: match[0].replace(match[1], self.pseudonym(match[1])), text
        )

    def __call__(self, event: Event) -> Event:
        """`event` without its secrets, in text and data."""
        text = self.text(event.text)
        data = {key: self._clean(value) for key, value in event.data.items()}
        if text != event.text:
            data.pop("hex", None)  # the same bytes once more, secret and all
        return dataclasses.replace(event, text=text, data=data)

    def _clean(self, value: Json) -> Json:
        match value:
            case str():
                return self.text(value)
            case Mapping():
                return {key: self._clean(inner) for key, inner in value.items()}
            case Sequence():
                return [self._clean(inner) for inner in value]
            case _:
                return value


def _in_hex(secret: str) -> str:
    """A pattern for a secret's bytes in hex digits; a digit beside a number makes it another."""
    digits = secret.encode().hex()
    return rf"(?<!3[0-9]){digits}(?!3[0-9])" if secret.isdigit() else digits
