import re
from pathlib import Path

import pytest

from leshan.errors import ServerUnavailable
from leshan.jar import PINNED
from leshan.recipe import find_recipe
from leshan.release import RELEASES, Configuration
from leshan.server import start_server
from leshan.settings import DEFAULT_VERSION, Address, Mode, ServerSettings

REST = Address("127.0.0.1", 1)
COAP = Address("192.0.2.1", 2)
M4 = RELEASES["2.0.0-M4"]
M18 = RELEASES["2.0.0-M18"]


def test_the_default_is_a_release_whose_checksum_is_pinned():
    assert RELEASES[DEFAULT_VERSION] is M4
    assert re.fullmatch("[0-9a-f]{64}", PINNED[DEFAULT_VERSION])


def test_coordinates():
    assert M4.coordinates == "org.eclipse.leshan:leshan-server-demo:2.0.0-M4:jar-with-dependencies"
    assert M18.jar_name == "leshan-demo-server-2.0.0-M18-jar-with-dependencies.jar"


def test_m4_listens_where_it_is_told_and_on_loopback():
    options = M4.arguments(REST, COAP, [3])
    assert " ".join(options) == "-wh 127.0.0.1 -wp 1 -lh 192.0.2.1 -lp 2 -slh 127.0.0.1 -slp 3"


def test_m18_has_two_more_endpoints_to_keep_on_loopback():
    options = " ".join(M18.arguments(REST, COAP, [3, 4, 5]))
    assert options.endswith("-slp 3 -jh 127.0.0.1 -jp 4 -th 127.0.0.1 -tp 5")


@pytest.mark.parametrize("release", RELEASES.values(), ids=str)
def test_every_spare_port_is_used(release):
    spare = range(11, 11 + release.spare_ports)
    assert {str(port) for port in spare} <= set(release.arguments(REST, COAP, list(spare)))


def test_m4_needs_a_package_opened():
    assert "java.base/java.util=ALL-UNNAMED" in M4.jvm_options
    assert "--add-opens" not in M18.jvm_options


def test_the_timeout_in_each_release_s_words():
    assert M4.configuration(9.5) == Configuration(
        "Californium.properties", "MID_TACKER=NULL\nACK_TIMEOUT=9500\n"
    )
    assert M18.configuration(9.5) == Configuration(
        "Californium3.server.properties", "COAP.ACK_TIMEOUT=9500[ms]\n"
    )


def test_a_release_that_is_not_known_is_named_with_those_that_are():
    with pytest.raises(ServerUnavailable, match=r"1\.0\.0.*one of 2\.0\.0-M4, 2\.0\.0-M18"):
        start_server(ServerSettings(mode=Mode.JVM, version="1.0.0"))


def test_who_builds_the_image_by_hand_gets_the_same_as_the_harness():
    recipe = find_recipe(M4)
    of_harness = {
        "LESHAN_VERSION": M4.version,
        "LESHAN_ARTIFACT": M4.artifact,
        "LESHAN_SHA256": PINNED[M4.version],
        "LESHAN_JVM_OPTIONS": " ".join(M4.jvm_options),
    }
    service = Path(recipe.folder, "service.yml").read_text()
    for name, text in of_harness.items():
        assert recipe.environment[name] == text
        assert re.search(rf"\$\{{{name}:?-{re.escape(text)}\}}", service), name
    dockerfile = Path(recipe.folder, "Dockerfile").read_text()
    for name, text in of_harness.items():
        assert re.search(
            rf'^ARG {name.replace("LESHAN_JVM", "JVM")}="?{re.escape(text)}"?$', dockerfile, re.M
        ), name
