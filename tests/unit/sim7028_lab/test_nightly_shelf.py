"""The dated folders of nights, and which of them go."""

from __future__ import annotations

import os
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from sim7028_lab.nightly.night import Night, Phase
from sim7028_lab.nightly.shelf import LATEST, Shelf

LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    return Shelf(tmp_path / "nights")


@pytest.fixture
def nights(shelf: Shelf) -> list[Night]:
    """Five nights that are over, a megabyte each, oldest first."""
    made = []
    for number in range(5):
        night = Night.begin(shelf.new_folder(), {"cellar": Path("cellar.toml")})
        night.started = LONG_AGO + timedelta(days=number)
        night.reach(Phase.OVER)
        (night.folder / "cellar" / "log.html").write_bytes(b"." * 1_000_000)
        made.append(night)
    return made


def there(nights: list[Night]) -> list[int]:
    return [number for number, night in enumerate(nights) if night.folder.exists()]


def test_nights_of_one_second_have_folders_of_their_own(shelf: Shelf) -> None:
    folders = [shelf.new_folder() for _ in range(20)]
    assert len(set(folders)) == 20
    assert (shelf.root / LATEST).resolve() == folders[-1]


def test_the_name_is_the_time_in_utc(shelf: Shelf) -> None:
    name = shelf.new_folder().name
    made = datetime.strptime(name, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    assert abs(datetime.now(UTC) - made) < timedelta(minutes=1)


def test_the_oldest_go(shelf: Shelf, nights: list[Night]) -> None:
    assert shelf.prune(2, None, but=nights[4].folder) == [n.folder for n in nights[:3]]
    assert there(nights) == [3, 4]


def test_what_is_too_large_goes(shelf: Shelf, nights: list[Night]) -> None:
    shelf.prune(None, 3.5, but=nights[4].folder)
    assert there(nights) == [2, 3, 4]


def test_without_a_limit_all_stay(shelf: Shelf, nights: list[Night]) -> None:
    assert shelf.prune(None, None, but=nights[4].folder) == []


def test_this_night_stays_however_large(shelf: Shelf, nights: list[Night]) -> None:
    shelf.prune(None, 0, but=nights[0].folder)
    assert there(nights) == [0]


def test_a_night_that_goes_on_stays(shelf: Shelf, nights: list[Night]) -> None:
    nights[0].phase, nights[0].pid = Phase.CAMPAIGN, os.getpid()
    nights[0].save()
    shelf.prune(1, None, but=nights[4].folder)
    assert there(nights) == [0, 4]


def test_a_night_that_was_killed_goes(shelf: Shelf, nights: list[Night]) -> None:
    with subprocess.Popen(["true"]) as gone:
        gone.wait()
    nights[0].phase, nights[0].pid = Phase.CAMPAIGN, gone.pid
    nights[0].save()
    shelf.prune(4, None, but=nights[4].folder)
    assert there(nights) == [1, 2, 3, 4]


def test_what_no_night_made_stays(shelf: Shelf, nights: list[Night]) -> None:
    foreign = shelf.root / "20200101T000000Z"
    foreign.mkdir()
    (foreign / "night.json").write_text("{}")
    (shelf.root / "history.jsonl").write_text("")
    shelf.prune(1, 0, but=nights[4].folder)
    assert foreign.exists()
    assert (shelf.root / "history.jsonl").exists()
    assert there(nights) == [4]


def test_one_that_was_removed_in_part_is_found_again(
    shelf: Shelf, nights: list[Night], monkeypatch: pytest.MonkeyPatch
) -> None:
    def stopped(_path: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("shutil.rmtree", stopped)
    with pytest.raises(KeyboardInterrupt):
        shelf.prune(4, None, but=nights[4].folder)
    monkeypatch.undo()
    shelf.prune(4, None, but=nights[4].folder)
    assert there(nights) == [1, 2, 3, 4]


def test_a_night_reads_what_it_wrote(nights: list[Night]) -> None:
    night = nights[0]
    night.benches[0].miss("robot was killed")
    night.benches[0].miss("robot was killed")
    night.reach(Phase.MERGE)
    assert Night.load(night.folder) == night
    assert night.benches[0].missing == ["robot was killed"]
    assert "putting the tries together" in night.attempts()[0].missing[1]


@pytest.mark.parametrize("text", ["", "{", "[]", '{"pid": 1}', '{"started": "now"}'])
def test_another_file_is_no_night(tmp_path: Path, text: str) -> None:
    (tmp_path / "night.json").write_text(text)
    with pytest.raises(ValueError, match="is no folder of a night"):
        Night.load(tmp_path)
