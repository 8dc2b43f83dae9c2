"""What tells a number that names a module, a SIM or a person from any other number.

A number that might be one is taken for one: of two mistakes, a value that cannot be read any more
is the one that does no harm. Numbers of 13 digits and fewer, such as times in milliseconds, and of
17 and more are never an IMEI or IMSI; those between are told apart as far as their form allows:

- An IMEI of 15 digits has a check digit, so nine in ten other numbers are known to be none.
- An IMSI has no check digit, only a country code before it. All that begins with 2 to 7 must pass
  for one: a day and time of this decade written as 14 digits, and two in three values of 15.
- An IMEI without its check digit (14 digits) or with the software version in its place (16) is
  known only by the body that allocated it: `17…`, a time in microseconds, is none, while hex
  digits `0102030405060708` might be one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

FEWEST_DIGITS = 7
"""Fewer in a row are never taken for an identity."""
_DIGITS = re.compile(f"[0-9]{{{FEWEST_DIGITS},}}")
# Not within hex digits, nor in a number with a fraction; a full stop may follow.
_NUMBER = re.compile(
    r"(?<![0-9A-Fa-f])(?<![0-9]\.)"
    r"(?:[0-9]{14,16}|(?P<iccid>89[0-9]{16,19}[0-9A-Fa-f]?))(?![0-9A-Fa-f]|\.[0-9])"
)
_PHONE = re.compile(r"(?<![0-9+])\+[1-9][0-9]{9,14}(?![0-9]|\.[0-9])")
# The first two digits of a type allocation code: who gave it (GSMA TS.06, annex A).
_ALLOCATED = re.compile(r"0[0-9]|10|3[035]|4[459]|5[0-4]|86|9[189]")
# Mobile country codes: of countries, of the test network, of international and private ones
# (ITU-T E.212).
_COUNTRY = re.compile(r"[2-7]|001|90|99")
# What an answer to one of these says is an identity, whatever its form.
_ASKS = re.compile(r"\+(?i:CGSN|GSN|CIMI|CCID|ICCID|CNUM)\b")
_SAYS = re.compile(rf"{_ASKS.pattern}:[^\r\n]*")
_SAID = re.compile(rf"{_DIGITS.pattern}[A-Fa-f]?")


def identities(text: str) -> Iterator[str]:
    """IMEI, IMSI, ICCID and phone numbers in `text`, known by their form or by what names them.

    An ICCID begins with 89 and has 18 to 22 digits, the last perhaps a letter (ITU-T E.118); a
    phone number begins with a plus sign (ITU-T E.164). What stands behind `+CGSN:` and the like is
    an identity in any form.
    """
    for digits in _DIGITS.finditer(text):
        start = digits.start()
        if phone := _PHONE.match(text, max(start - 1, 0)):
            yield phone[0]
        elif (number := _NUMBER.match(text, start)) and (
            number["iccid"] or _names_someone(number[0])
        ):
            yield number[0]
    for answer in _SAYS.finditer(text):
        yield from _SAID.findall(answer[0])


def identities_in_answer(command: str, line: str) -> Iterator[str]:
    """Identities in a line that answers `command`, of any form; none if it asks for none."""
    if _ASKS.search(command):
        yield from _SAID.findall(line)


def _names_someone(digits: str) -> bool:
    """Whether 14 to 16 digits may be an IMEI or an IMSI."""
    match len(digits):
        case 15:
            return bool(_COUNTRY.match(digits)) or _has_check_digit(digits)
        case 14:
            return bool(_COUNTRY.match(digits) or _ALLOCATED.match(digits))
        case _:
            return bool(_ALLOCATED.match(digits))


def _has_check_digit(digits: str) -> bool:
    """Whether the last digit is what the Luhn formula makes of those before it."""
    doubled = (sum(divmod(2 * int(digit), 10)) for digit in digits[-2::-2])
    return (sum(doubled) + sum(map(int, digits[-1::-2]))) % 10 == 0
