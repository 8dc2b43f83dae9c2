"""Numbers and times as people write them."""

from __future__ import annotations

import re
from datetime import datetime

# Controls but tab and line feed, marks that turn the direction of text, blanks without width.
_UNSEEN = re.compile(
    "[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]"
)


def duration(seconds: float) -> str:
    """A time as short as can be: 0.4 ms, 38 ms, 9.41 s, 2 min 15 s."""
    if seconds < 0.01:
        return f"{seconds * 1000:.1f} ms"
    if seconds < 1:
        return f"{seconds * 1000:.0f} ms"
    if seconds < 59.95:
        return f"{seconds:.2f} s" if seconds < 10 else f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes} min" if hours else f"{minutes} min {rest} s"


def percent(share: float) -> str:
    """A share of 0 to 1; what is not all is never rounded up to all."""
    return "100 %" if share == 1 else f"{min(share * 100, 99.9):.1f} %"


def day(when: datetime | None) -> str:
    """22 November 2026, 20:37 UTC."""
    return f"{when.day} {when:%B %Y, %H:%M} UTC" if when else "at a time that nothing tells"


def count(number: int, one: str, more: str = "") -> str:
    """1 scenario, 2 scenarios."""
    return f"{number:,} {one if number == 1 else more or one + 's'}"


def listed(items: list[str]) -> str:
    """One, two and three."""
    return items[0] if len(items) == 1 else f"{', '.join(items[:-1])} and {items[-1]}"


def visible(text: str) -> str:
    """Characters that do not show, or turn a line around, by their number: ⟨U+202E⟩."""
    if text.isascii() and text.isprintable():  # nearly always, and told at once
        return text
    return _UNSEEN.sub(lambda match: f"⟨U+{ord(match[0]):04X}⟩", text)
