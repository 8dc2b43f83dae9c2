"""What comes before a container runs: the engine, the compose command, the recipe."""

from __future__ import annotations

import os
import queue
import shutil
import socket
from pathlib import Path

import pytest

from leshan import engine, jvm, server
from leshan.compose import _Watch
from leshan.engine import Engine, find_engine
from leshan.errors import ServerUnavailable
from leshan.jvm import JvmServer
from leshan.ports import free_ports
from leshan.recipe import find_recipe
from leshan.release import RELEASES
from leshan.server import start_server
from leshan.settings import ServerSettings

M4 = RELEASES["2.0.0-M4"]
M18 = RELEASES["2.0.0-M18"]
COMPOSE = Path(__file__).parents[3] / "compose"


@pytest.fixture
def bin_only(tmp_path, monkeypatch):
    """A PATH with nothing on it but what the test puts there."""
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder))

    def put(name, script="exit 0"):
        path = folder / name
        path.write_text(f"#!/bin/sh\n{script}\n")
        path.chmod(0o755)

    return put


def test_compose_of_today_comes_first(bin_only):
    bin_only("docker")
    bin_only("docker-compose")
    assert engine._find_compose() == ("docker", "compose")


def test_compose_of_old_where_docker_knows_no_compose(bin_only):
    bin_only("docker", "echo \"docker: 'compose' is not a docker command.\" >&2; exit 1")
    bin_only("docker-compose")
    assert engine._find_compose() == ("docker-compose",)


def test_compose_of_old_without_docker_s_own_command(bin_only):
    bin_only("docker-compose")
    assert engine._find_compose() == ("docker-compose",)


def test_neither_is_told_with_what_to_install(bin_only):
    bin_only("docker", "exit 1")
    with pytest.raises(ServerUnavailable, match=r"docker-compose-plugin.*mode jvm"):
        engine._find_compose()


def message(monkeypatch, host):
    monkeypatch.setenv("DOCKER_HOST", host)
    with pytest.raises(ServerUnavailable) as caught:
        find_engine()
    return str(caught.value)


def test_no_engine_is_told_with_where_it_was_looked_for(monkeypatch, tmp_path):
    said = message(monkeypatch, f"unix://{tmp_path}/docker.sock")
    assert f"none answers at {tmp_path}/docker.sock" in said
    assert "systemctl start docker" in said
    assert "mode jvm" in said


def test_a_socket_that_nobody_serves_any_more(monkeypatch, tmp_path):
    with socket.socket(socket.AF_UNIX) as dead:
        dead.bind(str(tmp_path / "docker.sock"))
    assert "none answers" in message(monkeypatch, f"unix://{tmp_path}/docker.sock")


def test_an_engine_that_hangs(monkeypatch, tmp_path):
    monkeypatch.setattr(engine, "ANSWER_LIMIT", 0.1)
    with socket.socket(socket.AF_UNIX) as silent:
        silent.bind(str(tmp_path / "docker.sock"))
        silent.listen()
        said = message(monkeypatch, f"unix://{tmp_path}/docker.sock")
    assert "takes connections but does not answer" in said


def test_nobody_at_an_address_of_the_network(monkeypatch):
    (port,) = free_ports(1)
    said = message(monkeypatch, f"tcp://127.0.0.1:{port}")
    assert f"tcp://127.0.0.1:{port}" in said


def test_an_address_that_is_none(monkeypatch):
    assert "nonsense" in message(monkeypatch, "nonsense://")


def test_missing_rights_name_the_group_of_the_socket(tmp_path):
    path = tmp_path / "docker.sock"
    path.touch()
    came, remedy = engine._explain(PermissionError(13, "Permission denied"), str(path))
    assert came == f"this user may not use {path}"
    assert f"usermod -aG {path.group()} $USER" in remedy


def test_without_socket_the_group_is_the_usual_one(tmp_path):
    _, remedy = engine._explain(PermissionError(13, "Permission denied"), str(tmp_path / "no"))
    assert "usermod -aG docker $USER" in remedy


@pytest.mark.skipif(os.geteuid() == 0, reason="root may use any socket")
def test_missing_rights(monkeypatch, tmp_path):
    with socket.socket(socket.AF_UNIX) as forbidden:
        forbidden.bind(str(tmp_path / "docker.sock"))
        forbidden.listen()
        (tmp_path / "docker.sock").chmod(0)
        assert "may not use" in message(monkeypatch, f"unix://{tmp_path}/docker.sock")


class Started(Exception):
    """In the place of starting a server."""


@pytest.fixture
def chosen(monkeypatch):
    """The kind and the reason of what `auto` would start."""
    monkeypatch.setattr(jvm, "fetch_jar", lambda _: Path("leshan.jar"))

    def stop_here(server):
        raise Started(server)

    monkeypatch.setattr("leshan.supervision.LocalServer.start", stop_here)

    def choose():
        with pytest.raises(Started) as caught:
            start_server(ServerSettings())
        return caught.value.args[0]

    return choose


def test_auto_is_docker_where_an_engine_answers(chosen, monkeypatch):
    monkeypatch.setattr(server, "find_engine", lambda: Engine("27.1", ("docker", "compose")))
    assert "Docker 27.1 (mode docker: an engine answers)" in chosen().description


def test_auto_is_java_where_none_answers_and_says_so(chosen, monkeypatch, tmp_path):
    monkeypatch.setenv("DOCKER_HOST", f"unix://{tmp_path}/docker.sock")
    found = chosen()
    assert isinstance(found, JvmServer)
    assert f"no Docker, none answers at {tmp_path}/docker.sock" in found.description


def test_auto_is_java_where_there_is_no_compose(chosen, monkeypatch):
    def no_compose():
        raise ServerUnavailable("compose", "there is none", 0.0)

    monkeypatch.setattr(server, "find_engine", no_compose)
    assert "mode jvm: no Docker, there is none" in chosen().description


@pytest.fixture
def recipe_folder(tmp_path, monkeypatch):
    folder = tmp_path / "compose"
    shutil.copytree(COMPOSE, folder)
    monkeypatch.setenv("SIM7028_LAB_COMPOSE", str(folder))
    return folder


def test_the_recipe_is_the_project_s_own(monkeypatch):
    monkeypatch.delenv("SIM7028_LAB_COMPOSE", raising=False)
    assert find_recipe(M4).folder == COMPOSE


def test_the_recipe_may_be_elsewhere(recipe_folder):
    assert find_recipe(M4).compose_file == recipe_folder / "docker-compose.yml"


@pytest.mark.parametrize("name", ["docker-compose.yml", "service.yml", "Dockerfile", "leshan"])
def test_a_missing_file_is_named(name, recipe_folder):
    (recipe_folder / name).unlink()
    with pytest.raises(ServerUnavailable, match=f"{name} missing.*SIM7028_LAB_COMPOSE"):
        find_recipe(M4)


def test_an_image_is_named_after_what_it_is_made_of(recipe_folder):
    before = find_recipe(M4).image
    assert before.startswith("sim7028-lab-leshan:2.0.0-M4-")
    assert find_recipe(M4).image == before
    with (recipe_folder / "Dockerfile").open("a") as file:
        file.write("# changed\n")
    assert find_recipe(M4).image != before


def test_each_release_has_its_image():
    assert find_recipe(M4).image != find_recipe(M18).image


def test_a_mirror_makes_no_other_image(monkeypatch):
    monkeypatch.delenv("SIM7028_LAB_MAVEN", raising=False)
    before = find_recipe(M4).image
    monkeypatch.setenv("SIM7028_LAB_MAVEN", "https://mirror.example/maven2/")
    assert find_recipe(M4).image == before
    assert find_recipe(M4).environment["MAVEN_REPOSITORY"] == "https://mirror.example/maven2"


def test_compose_builds_the_image_that_is_looked_for():
    recipe = find_recipe(M4)
    template = "sim7028-lab-leshan:${LESHAN_VERSION:-2.0.0-M4}${LESHAN_RECIPE:-}"
    assert template in (recipe.folder / "service.yml").read_text()
    version, suffix = recipe.environment["LESHAN_VERSION"], recipe.environment["LESHAN_RECIPE"]
    assert recipe.image == f"sim7028-lab-leshan:{version}{suffix}"


class Engines:
    """What a client of an engine gives to who watches: events that the test makes."""

    def __init__(self):
        self.pushed = queue.SimpleQueue()

    def events(self, **_):
        return self

    def __iter__(self):
        return iter(self.pushed.get, None)

    def close(self):
        self.pushed.put(None)


@pytest.fixture
def heard():
    return queue.SimpleQueue()


def test_an_engine_that_goes_away_takes_the_server_with_it(heard):
    engines = Engines()
    watch = _Watch(engines, "project", heard.put)
    engines.close()
    assert heard.get(timeout=10) == "the Docker engine that it ran in went away"
    watch.close()


@pytest.mark.parametrize(
    ("status", "how"),
    [
        ("0", "its container ended with exit status 0"),
        ("1", "its container ended with exit status 1"),
        ("137", "its container was ended by SIGKILL"),
        ("255", "its container ended with exit status 255"),
    ],
)
def test_how_a_container_ended_is_told(status, how, heard):
    engines = Engines()
    watch = _Watch(engines, "project", heard.put)
    engines.pushed.put({"Actor": {"Attributes": {"exitCode": status}}})
    assert heard.get(timeout=10) == how
    watch.close()


def test_nothing_is_told_once_it_is_closed(heard):
    _Watch(Engines(), "project", heard.put).close()
    assert heard.empty()
