import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lwm2m import InvalidPath, Path

ids = st.integers(0, 65535)
paths = st.lists(ids, min_size=1, max_size=4).map(Path.of)


@given(paths)
def test_what_is_printed_can_be_read(path: Path) -> None:
    assert Path.parse(str(path)) == path


@given(st.text())
def test_any_text_is_a_path_or_refused(text: str) -> None:
    with contextlib.suppress(InvalidPath):
        assert str(Path.parse(text)).count("/") == text.count("/")


@pytest.mark.parametrize(
    "text",
    ["", "/", "3303", "/3303/x", "/3303/", "//0", "/65536", "/-1", "/1/2/3/4/5", "/3303/0 ", "/٣"],
)
def test_other_texts_are_refused(text: str) -> None:
    with pytest.raises(InvalidPath, match="not an LwM2M path"):
        Path.parse(text)


def test_a_gap_is_refused() -> None:
    with pytest.raises(InvalidPath, match="resource 5700 has nothing above it"):
        Path(3303, None, 5700)


@given(paths, ids)
def test_one_level_down_and_up_again(path: Path, identifier: int) -> None:
    if len(path.ids) == 4:
        with pytest.raises(InvalidPath):
            path / identifier
    else:
        below = path / identifier
        assert below.parent == path
        assert below in path
        assert path not in below


def test_paths_sort_by_number() -> None:
    assert sorted([Path(10), Path(9, 1), Path(9)]) == [Path(9), Path(9, 1), Path(10)]
