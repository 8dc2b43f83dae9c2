"""What a person is shown of a long text."""

from __future__ import annotations


def shortened(text: str, longest: int) -> str:
    """`text`, or its beginning and how long it is."""
    return text if len(text) <= longest else f"{text[:longest]}… ({len(text)} characters)"
