import socket
from socket import SOCK_DGRAM, SOCK_STREAM

import pytest

from leshan.errors import ServerUnavailable
from leshan.ports import choose, free_ports, why_not
from leshan.settings import Address, ServerSettings
from leshan.terms import Terms

LOOPBACK = "127.0.0.1"


@pytest.fixture
def taken():
    """A UDP port of loopback that is taken."""
    with socket.socket(socket.AF_INET, SOCK_DGRAM) as udp:
        udp.bind((LOOPBACK, 0))
        yield udp.getsockname()[1]


@pytest.mark.parametrize("host", [LOOPBACK, "::1"])
def test_free_ports_differ_and_are_free(host):
    ports = free_ports(20, host)
    assert len(set(ports)) == 20
    for port in ports:
        assert why_not(host, port, SOCK_STREAM) is None
        assert why_not(host, port, SOCK_DGRAM) is None


def test_why_not_says_why():
    host = "127.0.0.28"  # where no other process takes the TCP port of that number
    with socket.socket(socket.AF_INET, SOCK_DGRAM) as udp:
        udp.bind((host, 0))
        taken = udp.getsockname()[1]
        assert why_not(host, taken, SOCK_DGRAM) == "Address already in use"
        assert why_not(host, taken, SOCK_STREAM) is None
    assert why_not("192.0.2.1", 0, SOCK_DGRAM) == "Cannot assign requested address"


def test_loopback_and_free_ports_unless_told_otherwise():
    listens = choose(ServerSettings(), Terms(), 3)
    assert listens.rest.host == listens.coap.host == LOOPBACK
    assert len({listens.rest.port, listens.coap.port, *listens.spare}) == 5


def test_the_settings_are_done():
    (port,) = free_ports(1, "127.0.0.2")
    listens = choose(ServerSettings(coap_host="127.0.0.2", coap_port=port), Terms(), 1)
    assert listens.coap == Address("127.0.0.2", port)


def test_liked_ports_are_taken_if_free():
    rest, coap = free_ports(2)
    listens = choose(ServerSettings(), Terms(rest_port=rest, coap_port=coap), 1)
    assert (listens.rest.port, listens.coap.port) == (rest, coap)


def test_a_liked_port_that_is_taken_is_passed_over(taken):
    assert choose(ServerSettings(), Terms(coap_port=taken), 1).coap.port != taken


def test_a_port_that_was_asked_for_beats_a_liked_one():
    asked, liked = free_ports(2)
    assert choose(ServerSettings(coap_port=asked), Terms(coap_port=liked), 1).coap.port == asked


def test_a_taken_port_that_was_asked_for_is_an_error(taken):
    with pytest.raises(ServerUnavailable, match=rf"port {taken}: Address already in use.*ss -lunp"):
        choose(ServerSettings(coap_port=taken), Terms(), 1)


def test_an_address_elsewhere_forwards_a_port_that_must_be_named():
    with pytest.raises(ServerUnavailable, match=r"192\.0\.2\.1.*not said which port is forwarded"):
        choose(ServerSettings(coap_host="192.0.2.1"), Terms(), 1)


def test_behind_a_forwarded_port_the_server_listens_on_every_address():
    (port,) = free_ports(1)
    found = choose(ServerSettings(coap_host="192.0.2.1", coap_port=port), Terms(), 1)
    assert found.reached == Address("192.0.2.1", port)
    assert found.coap == Address("0.0.0.0", port)  # noqa: S104 - what is wanted here
    assert found.rest.host == "127.0.0.1"


def test_a_name_that_does_not_resolve_is_an_error():
    with pytest.raises(ServerUnavailable, match=r"no-such-host\.invalid"):
        choose(ServerSettings(coap_host="no-such-host.invalid", coap_port=5683), Terms(), 1)
