"""Looks for secrets in what a night left: in the files themselves, in every form known to hide one.

What writes the files takes secrets out of them; this is who watches.
"""

from __future__ import annotations

import base64
import binascii
import re
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path

_SHORTEST_IN_BASE64 = 6
"""Fewer characters stand in base64 of anything by chance."""

_LOG = "log.html"
_COMPRESSED = re.compile(rb'"(eN[A-Za-z0-9+/]{20,}={0,2})"')
"""A text in Robot's log.html: zlib, then base64."""


def find_leaks(folder: Path, secrets: Iterable[str]) -> Iterator[Path]:
    """The files below `folder` that hold a secret: as it is, in hex digits, in base64.

    Digits only, such as a PIN, must stand for themselves: as part of a number they are none.
    """
    pattern = _pattern(secrets)
    if pattern is None:
        return
    for path in sorted(folder.rglob("*")):
        if path.is_file() and not path.is_symlink() and _holds(path, pattern):
            yield path


def _holds(path: Path, pattern: re.Pattern[bytes]) -> bool:
    content = path.read_bytes()
    if pattern.search(content):
        return True
    return path.name == _LOG and any(
        pattern.search(text) for text in map(_inflated, _COMPRESSED.findall(content))
    )


def _inflated(text: bytes) -> bytes:
    try:
        return zlib.decompress(base64.b64decode(text))
    except (zlib.error, binascii.Error):  # it only looked like one
        return b""


def _pattern(secrets: Iterable[str]) -> re.Pattern[bytes] | None:
    forms = [form for secret in secrets for form in _forms(secret)]
    return re.compile(b"|".join(forms)) if forms else None


def _forms(secret: str) -> Iterator[bytes]:
    """Patterns of the forms that a secret may have in a file."""
    plain = secret.encode()
    digits = b"(?i:" + plain.hex().encode() + b")"
    if secret.isdigit():
        # In quotes, as an argument, in a sentence; not the value of a number in JSON.
        yield rb"(?<!\": )(?<=[ \"'=>])" + plain + rb"(?=[ \"'<,\n])"
        yield rb"(?<=[ \"'=>])" + digits + rb"(?=[ \"'<,\n])"
    else:
        yield re.escape(plain)
        yield digits
    if len(plain) >= _SHORTEST_IN_BASE64:
        for before in range(3):
            yield re.escape(_core_in_base64(plain, before))


def _core_in_base64(plain: bytes, before: int) -> bytes:
    """What stays the same in base64 whatever stands around, with so many bytes before."""
    text = base64.b64encode(b"\0" * before + plain).rstrip(b"=")
    bits = 8 * (before + len(plain))
    return text[-(-8 * before // 6) : bits // 6]
