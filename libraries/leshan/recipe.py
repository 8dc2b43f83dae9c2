"""How the server's image is built: the folder with its Dockerfile and compose files."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from leshan.errors import ServerUnavailable
from leshan.jar import MAVEN_VARIABLE, PINNED
from leshan.release import Release

FOLDER_VARIABLE = "SIM7028_LAB_COMPOSE"
"""Names the folder `compose` where this package runs apart from its project."""

_COMPOSE_FILES = ("docker-compose.yml", "service.yml")
_BUILT_FROM = ("Dockerfile", "leshan", "rest-answers")
_IMAGE = "sim7028-lab-leshan"


@dataclass(frozen=True, slots=True)
class Recipe:
    """How the image of one release is built.

    Attributes:
        folder: where its files are.
        release: what is in it.
    """

    folder: Path
    release: Release

    @property
    def compose_file(self) -> Path:
        """The compose file that publishes the server's ports."""
        return self.folder / "docker-compose.yml"

    @property
    def environment(self) -> Mapping[str, str]:
        """What the compose file is told of the image."""
        repository = os.environ.get(MAVEN_VARIABLE, "").rstrip("/")
        recipe = {"LESHAN_RECIPE": f"-{self._digest}", "MAVEN_REPOSITORY": repository}
        return {**self._arguments, **recipe}

    @property
    def image(self) -> str:
        """The image's name: another one as soon as anything that it is built from changes."""
        return f"{_IMAGE}:{self.release.version}-{self._digest}"

    @property
    def _arguments(self) -> dict[str, str]:
        return {
            "LESHAN_VERSION": self.release.version,
            "LESHAN_ARTIFACT": self.release.artifact,
            "LESHAN_SHA256": PINNED.get(self.release.version, ""),
            "LESHAN_JVM_OPTIONS": " ".join(self.release.jvm_options),
        }

    @property
    def _digest(self) -> str:
        digest = hashlib.sha256(repr(sorted(self._arguments.items())).encode())
        for name in _BUILT_FROM:
            digest.update((self.folder / name).read_bytes())
        return digest.hexdigest()[:8]


def find_recipe(release: Release) -> Recipe:
    """The recipe in `SIM7028_LAB_COMPOSE`, or in the project that this package is part of.

    Raises:
        ServerUnavailable: its files are not there.
    """
    by_hand = os.environ.get(FOLDER_VARIABLE)
    folder = Path(by_hand) if by_hand else Path(__file__).parents[2] / "compose"
    missing = [name for name in (*_COMPOSE_FILES, *_BUILT_FROM) if not (folder / name).exists()]
    if missing:
        raise ServerUnavailable(
            f"the files that the server's image is built from, in {folder}",
            f"{', '.join(missing)} missing",
            0.0,
            remedy=f"They are in the folder compose of the project: install it from a checkout"
            f" (`pip install -e .`), or name that folder in {FOLDER_VARIABLE}. Mode jvm does"
            " without.",
        )
    return Recipe(folder, release)
