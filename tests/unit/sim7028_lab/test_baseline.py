from pathlib import Path
from types import MappingProxyType

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim7028 import DIALECTS
from sim7028.conformance import RULES
from sim7028_lab.baseline import Baseline, BaselineError, load_baseline, shipped_baseline

ENTRY = '[[accepted]]\nrule = "urc-blank"\non = "+LWREAD"\nwhy = "as in the example"\n'


@pytest.mark.parametrize("firmware", DIALECTS)
def test_every_firmware_has_one_with_a_reason_for_each_entry(firmware: str) -> None:
    reasons = load_baseline(shipped_baseline(firmware)).reasons
    assert not [kind for kind, why in reasons.items() if "to be judged" in why]


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        ("accepted = 3", "entry 1: write rule, on, why, and nothing else"),
        (ENTRY.replace("why", "because"), "entry 1: write rule, on, why, and nothing else"),
        (ENTRY.replace("urc-blank", "urc-blink"), "rule = 'urc-blink' is not known"),
        (ENTRY.replace("as in the example", " "), "why = ' ': write a text in quotes"),
        (ENTRY + ENTRY, "entry 2: urc-blank on +LWREAD stands there twice"),
        ("known = 1", "known is not known; write [[accepted]] entries only"),
        ("[[accepted", "cannot be read as TOML"),
    ],
)
def test_what_is_wrong_is_told_with_file_and_entry(
    tmp_path: Path, content: str, complaint: str
) -> None:
    path = tmp_path / "baseline.toml"
    path.write_text(content)
    with pytest.raises(BaselineError) as error:
        load_baseline(path)
    assert str(error.value).startswith(f"{path}: ")
    assert complaint in str(error.value)


def test_one_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(BaselineError, match="No such file"):
        load_baseline(tmp_path / "none.toml")


@given(
    st.dictionaries(
        st.tuples(st.sampled_from([rule.id for rule in RULES]), st.text(min_size=1)),
        st.text(min_size=1),
    )
)
def test_what_is_written_is_read_again(
    tmp_path_factory: pytest.TempPathFactory, reasons: dict[tuple[str, str], str]
) -> None:
    reasons = {kind: why for kind, why in reasons.items() if kind[1].strip() and why.strip()}
    path = tmp_path_factory.mktemp("baseline") / "written.toml"
    path.write_text(Baseline(MappingProxyType(reasons)).toml, encoding="utf-8")
    assert load_baseline(path).reasons == reasons
