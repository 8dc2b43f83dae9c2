"""How the words of a scenario become the libraries' types."""

from __future__ import annotations

from lwm2m import Code, Kind, Path, Value

_KINDS = ", ".join(f"{kind.value} ({kind.name.lower()})" for kind in Kind)


def path(text: str) -> Path:
    """`/3303/0/5700`."""
    return Path.parse(text)


def kind(text: str) -> Kind:
    """`I`, `F`, `B`, `D` or `S`."""
    try:
        return Kind(text)
    except ValueError:
        raise ValueError(f"{text!r} is not a kind of value: write one of {_KINDS}") from None


def code(text: str) -> Code:
    """`4.04` or `Not Found`."""
    return Code.parse(text)


def resource_value(text: str) -> Value:
    """A kind and a content with a blank between: `F 21.5`."""
    letter, _, content = text.partition(" ")
    return Value.parse(kind(letter), content)
