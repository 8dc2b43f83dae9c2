from pathlib import Path

import pytest

from leshan.settings import Address, Mode, ServerSettings


def test_nothing_need_be_said():
    settings = ServerSettings()
    assert settings.mode is Mode.AUTO
    assert settings.version == "2.0.0-M4"


@pytest.mark.parametrize(("host", "text"), [("127.0.0.1", "127.0.0.1:5683"), ("::1", "[::1]:5683")])
def test_an_address_is_written_as_in_a_url(host, text):
    assert str(Address(host, 5683)) == text


@pytest.mark.parametrize(
    "url", ["http://leshan.example:8080", "https://leshan.example", "http://[::1]:8080/"]
)
def test_a_remote_server_has_an_address(url):
    assert ServerSettings(mode=Mode.REMOTE, rest_url=url).rest_url == url


@pytest.mark.parametrize(
    "url", ["leshan.example:8080", "ftp://leshan.example", "http://", "coap://leshan.example"]
)
def test_another_address_is_refused(url):
    with pytest.raises(ValueError, match=r"give one such as http://leshan\.example:8080"):
        ServerSettings(mode=Mode.REMOTE, rest_url=url)


def test_a_remote_server_without_address_is_refused():
    with pytest.raises(ValueError, match='"remote" needs rest_url'):
        ServerSettings(mode=Mode.REMOTE)


def test_the_timeout_of_a_remote_server_cannot_be_set():
    with pytest.raises(ValueError, match=r"own Californium\.properties"):
        ServerSettings(mode=Mode.REMOTE, rest_url="http://leshan.example", ack_timeout=9)


@pytest.mark.parametrize("mode", [Mode.AUTO, Mode.DOCKER, Mode.JVM])
@pytest.mark.parametrize(
    "setting",
    [
        {"rest_url": "http://leshan.example"},
        {"auth": ("user", "password")},
        {"ca": Path("ca.pem")},
    ],
)
def test_what_is_for_a_remote_server_is_refused_for_a_local_one(mode, setting):
    with pytest.raises(
        ValueError, match=f'set mode to "remote" or leave {next(iter(setting))} out'
    ):
        ServerSettings(mode=mode, **setting)


@pytest.mark.parametrize("host", ["0.0.0.0", "::"])  # noqa: S104 - refused, not bound
def test_every_address_is_no_address_for_a_module(host):
    with pytest.raises(ValueError, match="no address that a module can reach"):
        ServerSettings(coap_host=host)


@pytest.mark.parametrize("port", [0, -1, 65536])
def test_a_port_out_of_range_is_refused(port):
    with pytest.raises(ValueError, match=r"1\.\.65535"):
        ServerSettings(coap_port=port)


@pytest.mark.parametrize("seconds", [0, -1, float("nan"), float("inf"), 0.0001])
def test_a_timeout_that_is_no_time_is_refused(seconds):
    with pytest.raises(ValueError, match="give seconds"):
        ServerSettings(ack_timeout=seconds)
