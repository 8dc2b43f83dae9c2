"""The folder that holds the nights: a dated folder each, the youngest by another name, a limit."""

from __future__ import annotations

import contextlib
import fcntl
import os
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import count
from pathlib import Path

from sim7028_lab.nightly.night import STATE, Night

LATEST = "latest"
"""The name of the link to the youngest night."""

_LOCK = ".lock"


class Shelf:
    """Where the nights are kept.

    Args:
        root: the folder; it is made when it is not there.
    """

    def __init__(self, root: Path) -> None:
        self.root = root.absolute()
        self.root.mkdir(parents=True, exist_ok=True)

    def new_folder(self) -> Path:
        """A folder for a night that begins now, named after the time in UTC, and linked to.

        Two nights of the same second get different ones.
        """
        name = f"{datetime.now(UTC):%Y%m%dT%H%M%SZ}"
        for number in count(1):
            folder = self.root / (name if number == 1 else f"{name}-{number}")
            with contextlib.suppress(FileExistsError):
                folder.mkdir()
                self._link(folder)
                return folder
        raise AssertionError("counting ends")

    def _link(self, folder: Path) -> None:
        fresh = self.root / f"{LATEST}.{os.getpid()}"
        fresh.unlink(missing_ok=True)
        fresh.symlink_to(folder.name)
        fresh.replace(self.root / LATEST)

    @contextlib.contextmanager
    def alone(self) -> Iterator[None]:
        """For what only one night may do at a time, such as writing the history."""
        with (self.root / _LOCK).open("w") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield

    def nights(self) -> list[Night]:
        """The nights, oldest first. A folder that no night made is none."""
        found = []
        for marker in sorted(self.root.glob(f"*/{STATE}")):
            if not marker.parent.is_symlink():
                with contextlib.suppress(ValueError):
                    found.append(Night.load(marker.parent))
        return sorted(found, key=lambda night: (night.started, night.folder.name))

    def remove(self, folder: Path) -> None:
        """Remove a night, its mark last, so that one that is removed in part is found again."""
        for path in folder.iterdir():
            if path.name == STATE:
                continue
            if path.is_dir() and not path.is_symlink():
                shutil.rmtree(path)
            else:
                path.unlink()
        (folder / STATE).unlink()
        folder.rmdir()
        link = self.root / LATEST
        if link.is_symlink() and not link.exists():
            link.unlink()

    def prune(self, keep: int | None, megabytes: float | None, *, but: Path) -> list[Path]:
        """Remove the oldest nights until so many, and so much, is left.

        One that goes on stays, and so does `but`.

        Args:
            keep: how many stay at most, those that may not be removed included.
            megabytes: how large they may be together.
            but: the folder of a night that is not removed.

        Returns:
            What was removed.
        """
        nights = self.nights()
        sizes = {night.folder: _size(night.folder) for night in nights}
        removed = []
        for night in nights:
            too_many = keep is not None and len(sizes) > keep
            too_large = megabytes is not None and sum(sizes.values()) > megabytes * 1e6
            if not too_many and not too_large:
                break
            if night.folder == but or night.goes_on:
                continue
            self.remove(night.folder)
            del sizes[night.folder]
            removed.append(night.folder)
        return removed


def _size(folder: Path) -> int:
    """Bytes of the files below."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
