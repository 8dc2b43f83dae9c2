"""Robot on one bench, or on several at once through pabot: one process a bench either way."""

from __future__ import annotations

import os
import shutil
import signal
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Protocol

from sim7028_lab.nightly import worker
from sim7028_lab.nightly.process import Child, Found, end, of_night, python

_ARGUMENTS, _CONSOLE = "arguments.txt", "console.txt"

_STAND_IN = "*** Test Cases ***\nWhat The Argument File Names\n    No Operation\n"
"""pabot starts a process for each suite and argument file; there shall be one for each of these."""


class Robots(Protocol):
    """The robots of a campaign, one a bench, while they run."""

    def go_on(self) -> bool:
        """Whether one of them, or what they need to be seen through, is there still."""

    def runs(self, folder: Path) -> bool:
        """Whether the one that writes into a folder is there still."""

    def end(self, folders: Sequence[Path], give_up: Callable[[], bool]) -> None:
        """End those that write into these folders, with their teardowns if there is time."""

    def close(self) -> None:
        """Say in each folder what is known when all are gone."""

    def was_abandoned(self, folder: Path) -> bool:
        """Whether the one that writes into a folder lost what had started it, and was ended."""

    def words_at_end(self, folder: Path) -> str:
        """How the one that writes into a folder ended too early, as far as can be told."""


def write_arguments(
    folder: Path, words: Sequence[str], bench: Path, suites: Sequence[Path]
) -> None:
    """Make the folder of a robot's results, with the argument file that it is given.

    What `words` say about results and bench does not count.
    """
    folder.mkdir(parents=True)
    ours = ["--variable", f"BENCH:{bench}", "--console", "quiet"]
    ours += ["--outputdir", str(folder), "--output", "output.xml"]
    lines = [*words, *ours, *map(str, suites)]
    (folder / _ARGUMENTS).write_text("\n".join(lines) + "\n", encoding="utf-8")


def start(night: Path, folders: Sequence[Path]) -> Robots:
    """Start the robots for these folders, each with the argument file that is in it."""
    return _One(night, folders[0]) if len(folders) == 1 else _Several(night, folders)


class _One:
    """A robot, started here."""

    def __init__(self, night: Path, folder: Path) -> None:
        command = python("robot", "--argumentfile", str(folder / _ARGUMENTS))
        self._child = Child(command, night, folder / _CONSOLE)

    def go_on(self) -> bool:
        return self._child.status is None

    def runs(self, _folder: Path) -> bool:
        return self.go_on()

    def end(self, _folders: Sequence[Path], give_up: Callable[[], bool]) -> None:
        end(lambda: [self._child.pid] if self.go_on() else [], give_up)

    def close(self) -> None:
        """Its words are where they belong already."""

    def was_abandoned(self, _folder: Path) -> bool:
        return False

    def words_at_end(self, folder: Path) -> str:
        status = self._child.status
        if status is not None and status < 0:
            return f"robot was killed ({signal.Signals(-status).name})"
        return f"robot ended before the run was over (exit code {status}){_said(folder)}"


class _Several:
    """A robot for each of several benches, started by pabot."""

    def __init__(self, night: Path, folders: Sequence[Path]) -> None:
        self._night = night
        self._folder = night / "pabot"
        self._folders = {str(number): folder for number, folder in enumerate(folders, 1)}
        self._abandoned: set[Path] = set()
        self._folder.mkdir()
        suite = self._folder / "bench.robot"
        suite.write_text(_STAND_IN, encoding="utf-8")
        here = Path(sys.executable)
        self._child = Child(
            python("pabot.pabot", *self._options(here.name), "--outputdir", ".", suite.name),
            night,
            self._folder / _CONSOLE,
            folder=self._folder,  # it leaves a file of its own where it runs
            environment=(
                (worker.FOLDER, str(Path.cwd())),
                # pabot divides the command at blanks: found by its name, there may be some.
                ("PATH", f"{here.parent}{os.pathsep}{os.environ.get('PATH', '')}"),
            ),
        )

    def _options(self, interpreter: str) -> list[str]:
        return [
            # Nothing here needs its server, and a merge of its own would not know of reruns.
            *("--no-pabotlib", "--no-rebot", "--pabotconsole", "none"),
            *("--processes", str(len(self._folders))),
            *("--command", interpreter, "-m", worker.__name__, "--end-command"),
            *(
                word
                for number, folder in self._folders.items()
                for word in (f"--argumentfile{number}", str(folder / _ARGUMENTS))
            ),
        ]

    def go_on(self) -> bool:
        """Without pabot a robot has nobody to talk to any more, and is not left alone."""
        if self._child.status is None:
            return True
        self._abandoned = {folder for folder in self._folders.values() if self.runs(folder)}
        self.end(list(self._abandoned), lambda: False)
        return False

    def runs(self, folder: Path) -> bool:
        return bool(self._pids([folder]))

    def end(self, folders: Sequence[Path], give_up: Callable[[], bool]) -> None:
        # Never by way of pabot: it ends a robot's module and server first, and the robot then.
        end(lambda: self._pids(folders), give_up)
        if set(folders) == set(self._folders.values()):
            end(lambda: [self._child.pid] if self._child.status is None else [], give_up)

    def _pids(self, folders: Sequence[Path]) -> list[int]:
        files = {str(folder / _ARGUMENTS) for folder in folders}
        return [found.pid for found in of_night(self._night) if _is_robot_of(found, files)]

    def close(self) -> None:
        status = self._child.wait()
        self._pabot = (
            f", and pabot was killed ({signal.Signals(-status).name})" if status < 0 else ""
        )
        for number, folder in self._folders.items():
            with (folder / _CONSOLE).open("wb") as console:
                for file in sorted(self._folder.glob(f"pabot_results/{number}/*/*_std*.out")):
                    console.write(file.read_bytes())
        shutil.rmtree(self._folder)

    def was_abandoned(self, folder: Path) -> bool:
        return folder in self._abandoned

    def words_at_end(self, folder: Path) -> str:
        return f"robot was killed, or ended before the run was over{self._pabot}{_said(folder)}"


def _is_robot_of(process: Found, files: set[str]) -> bool:
    return "robot" in process.command and not files.isdisjoint(process.command)


def _said(folder: Path) -> str:
    """The last line that a robot said, after a colon; empty when it said nothing."""
    lines = (folder / _CONSOLE).read_text("utf-8", errors="replace").strip().splitlines()
    return f"; its last words: {lines[-1].strip()}" if lines else ""
