"""Numbers and times as people write them, and what does not show."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim7028_lab.report.words import count, duration, listed, percent, visible


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0, "0.0 ms"),
        (0.0004, "0.4 ms"),
        (0.038, "38 ms"),
        (9.41, "9.41 s"),
        (21, "21.0 s"),
        (59.96, "1 min 0 s"),
        (135, "2 min 15 s"),
        (7260, "2 h 1 min"),
    ],
)
def test_durations(seconds, words):
    assert duration(seconds) == words


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain", "plain"),
        ("a\u202eb", "a⟨U+202E⟩b"),
        ("\u200f\ufeff\x1b[31m", "⟨U+200F⟩⟨U+FEFF⟩⟨U+001B⟩[31m"),
        ("tab\tand\nline", "tab\tand\nline"),
        ("שלום", "שלום"),
    ],
)
def test_what_does_not_show_is_shown(text, shown):
    assert visible(text) == shown


@given(st.text())
def test_nothing_that_turns_a_line_around_is_left(text):
    assert not set(visible(text)) & set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def test_lists_and_counts():
    assert listed(["a"]) == "a"
    assert listed(["a", "b", "c"]) == "a, b and c"
    assert (count(1, "scenario"), count(2, "scenario")) == ("1 scenario", "2 scenarios")


@pytest.mark.parametrize(
    ("share", "words"), [(1, "100 %"), (0.9999, "99.9 %"), (0.955, "95.5 %"), (0, "0.0 %")]
)
def test_shares(share, words):
    assert percent(share) == words
