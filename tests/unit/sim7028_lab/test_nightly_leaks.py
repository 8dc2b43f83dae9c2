"""Secrets are found in whatever form a file of results holds them."""

from __future__ import annotations

import base64
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim7028_lab.nightly.leaks import _pattern, find_leaks

PASSWORD = "hunter2-of-the-lab"  # noqa: S105 - the secret that is looked for


@pytest.fixture
def leaks(tmp_path: Path) -> Callable[..., list[str]]:
    def look(content: bytes, *secrets: str, name: str = "run.jsonl") -> list[str]:
        (tmp_path / name).write_bytes(content)
        (tmp_path / "other.txt").write_text("nothing")
        return [path.name for path in find_leaks(tmp_path, secrets)]

    return look


@given(
    st.binary(max_size=40),
    st.text(st.characters(codec="utf-8"), min_size=6, max_size=30),
    st.binary(max_size=40),
)
def test_found_in_base64_wherever_it_stands(before: bytes, secret: str, after: bytes) -> None:
    pattern = _pattern([f"x{secret}"])
    assert pattern is not None
    assert pattern.search(base64.b64encode(before + f"x{secret}".encode() + after))


@pytest.mark.parametrize(
    "content",
    [
        PASSWORD.encode(),
        PASSWORD.encode().hex().encode(),
        PASSWORD.encode().hex().upper().encode(),
        base64.b64encode(b"lab:" + PASSWORD.encode()),
    ],
)
def test_found_in_each_form(leaks, content):
    assert leaks(b"before" + content + b"after", PASSWORD) == ["run.jsonl"]


def test_found_in_the_compressed_parts_of_robots_log(leaks):
    packed = base64.b64encode(zlib.compress(f"told {PASSWORD} to all".encode() * 3, 9))
    content = b'window.output["strings"] = ["*plain","' + packed + b'"];'
    assert leaks(content, PASSWORD, name="log.html") == ["log.html"]
    assert leaks(content.replace(packed, packed[:-8]), PASSWORD, name="log.html") == []


@pytest.mark.parametrize(
    "content", [b'"4711"', b"AT+CPIN=4711\n", b"the pin 4711 is", b"<arg>4711</arg>", b" 34373131 "]
)
def test_a_pin_that_stands_for_itself(leaks, content):
    assert leaks(content, "4711") == ["run.jsonl"]


@pytest.mark.parametrize(
    "content",
    [b"0.4711", b'"4711a"', b"147110", b'{"t": 4711, "u": 1}', b'"t":4711,', b"a4711b", b"x-4711"],
)
def test_digits_of_something_else(leaks, content):
    assert leaks(content, "4711") == []


def test_without_secrets_nothing_is_looked_for(leaks):
    assert leaks(b"anything") == []
