"""The catalogue of requirements keeps its own schema."""

import hashlib
import re
import tomllib
from collections.abc import Callable
from itertools import groupby
from pathlib import Path
from typing import Any

import pytest

from lab_evidence import Source

CATALOGUE = Path(__file__).parents[2] / "robot" / "requirements.toml"

# As the suites are numbered.
AREAS = [
    "network",
    "service",
    "configuration",
    "registration",
    "objects",
    "read",
    "write",
    "execute",
    "results",
    "order",
    "own-objects",
    "interoperability",
]
BASES = {"note", "assumed", "oma"}
EDITIONS = {"1.0", "1.1"}
REQUIRED = {"id", "area", "text", "section", "basis", "traffic"}
OPTIONAL = {"untestable", "edition"}
MAX_TEXT = 160

# The note may be cited but not copied, so what must not be repeated is known here by fingerprint:
# blake2b, 4 bytes, of its sentences of five words and more, in lower case, one space apart.
NOTE_SENTENCES = frozenset(
    re.findall(
        "[0-9a-f]{8}",
        """
        0187e6f7 031222e1 07a7e6b2 0cbe1c80 0f0d62f8 0f128c69 14e1abd1 17d1c157 243c0226 28afcda8
        2c610c68 2daefa68 3318e583 33eabe3c 366f2b5c 388d7c3b 3c365519 438822db 474e8388 475f5da8
        4aa71695 5236bc42 5249bed8 5648add9 56c42b16 593618ce 65d63592 669921e8 67cf66a4 696f2906
        6f7d7965 700e3d2b 721b824d 743ab8e1 74c36f19 750049db 78aa7de2 793f93d0 83054e00 87807529
        89fa6d34 8a638823 8d887c1c 8e70a929 91c02090 97cdae53 99ad355c 9c096ab1 9c72a090 a187c504
        aa8b9615 aab5ea60 ae513a77 b25b1ea6 b3b8b139 b9deab97 b9e53e5e bd17d0e3 c070b393 c0a597bb
        c150dd08 c1b4aa54 c9526e08 d0cb3c67 d1f42ae7 d336d3ca d471c78b d4ab89e4 d67a56dd ddc6d23a
        e2051067 e3820ef3 e45e15a8 e598ff35 e60e8499 e70e29e0 e89897a1 e8cf05d9 ea05aeb1 ee5c8612
        f003a78b f36d6f6b f3ae1f50 f44da1f9 fc4c5188
        """,
    )
)
SHORTEST_SENTENCE = 5

REQUIREMENTS = tomllib.loads(CATALOGUE.read_text(encoding="utf-8"))["requirement"]


def breaking(keeps: Callable[[dict[str, Any]], object]) -> list[str]:
    """The ids of the requirements that do not keep a rule."""
    return [entry["id"] for entry in REQUIREMENTS if not keeps(entry)]


def is_one_sentence(text: str) -> bool:
    return re.fullmatch(r"[A-Z](?:(?![.!?]\s).)*[^.!?\s]\.", text) is not None


def is_short_sentence(text: str) -> bool:
    return is_one_sentence(text) and len(text) <= MAX_TEXT


def repeats_the_note(text: str) -> bool:
    words = re.findall(r"[a-z0-9+]+", text.lower())
    phrases = (
        " ".join(words[start:end])
        for start in range(len(words))
        for end in range(start + SHORTEST_SENTENCE, len(words) + 1)
    )
    return any(
        hashlib.blake2b(phrase.encode(), digest_size=4).hexdigest() in NOTE_SENTENCES
        for phrase in phrases
    )


def cites_its_source(entry: dict[str, Any]) -> bool:
    section, edition = entry["section"], entry.get("edition")
    if entry["basis"] == "oma":
        number = entry["id"].removeprefix("OMA-")
        return edition in EDITIONS and section == f"LightweightM2M-{edition}-int-{number}"
    return edition is None and re.fullmatch(r"[2-4](?:\.[0-9]{1,2}){1,2}", section) is not None


def test_keys_are_known_and_complete():
    assert not breaking(lambda entry: REQUIRED <= entry.keys() <= REQUIRED | OPTIONAL)


def test_ids_are_unique():
    ids = [entry["id"] for entry in REQUIREMENTS]
    assert not {each for each in ids if ids.count(each) > 1}


def test_ids_can_be_told_from_other_tags():
    assert not breaking(lambda entry: re.fullmatch(r"[A-Z][A-Z0-9]*(-[A-Z0-9]+)+", entry["id"]))


def test_areas_stand_together_in_the_order_of_the_suites():
    assert [area for area, _ in groupby(REQUIREMENTS, key=lambda entry: entry["area"])] == AREAS


def test_texts_are_short_sentences():
    assert not breaking(lambda entry: is_short_sentence(entry["text"]))


def test_texts_are_unique():
    texts = [entry["text"] for entry in REQUIREMENTS]
    assert not {each for each in texts if texts.count(each) > 1}


def test_no_sentence_of_the_note_is_repeated():
    assert not breaking(
        lambda entry: not repeats_the_note(f"{entry['text']} {entry.get('untestable', '')}")
    )


def test_each_cites_where_it_stands():
    assert not breaking(lambda entry: entry["basis"] in BASES and cites_its_source(entry))


def test_traffic_is_asked_for_unless_a_reason_says_why_not():
    assert not breaking(lambda entry: bool(entry["traffic"]) != ("untestable" in entry))
    assert not breaking(lambda entry: is_short_sentence(entry.get("untestable", "None.")))


def test_traffic_patterns_compile_and_begin_with_source_and_direction():
    sources = "|".join(source.value for source in Source)
    begins = re.compile(rf"\^(?:{sources}) (?:sent|received|\\w\+) ")
    assert not breaking(
        lambda entry: all(re.compile(each) and begins.match(each) for each in entry["traffic"])
    )


@pytest.mark.parametrize(
    "text",
    [
        "Two sentences. In one text.",
        "It does not end",
        "it begins small.",
        "It ends in two dots..",
        "",
    ],
)
def test_what_is_not_one_sentence(text):
    assert not is_one_sentence(text)


def test_numbers_with_a_dot_do_not_end_a_sentence():
    assert is_one_sentence("The server is told 4.04 for it.")


def test_a_sentence_is_found_within_another(monkeypatch):
    known = hashlib.blake2b(b"a hat is not a coat", digest_size=4).hexdigest()
    monkeypatch.setitem(globals(), "NOTE_SENTENCES", {known})
    assert repeats_the_note("They say: a hat is not a Coat, ever.")
    assert not repeats_the_note("A hat is never a coat.")
