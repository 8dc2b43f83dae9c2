"""The module's air side, message by message, against a server that follows a script."""

from __future__ import annotations

import random
import socket
from concurrent.futures import ThreadPoolExecutor

import pytest
from aiocoap import Message
from aiocoap.numbers import codes, types

TLV = 11542


@pytest.fixture
def registered(switch_on, server):
    """Registers a module with 3340/0 declared at the scripted server."""

    def register(**switches: str):
        modem = switch_on(switches=switches).bring_up()
        modem.configure(server=server.host, serverport=server.port, endpointname="air")
        with ThreadPoolExecutor(1) as pool:
            opening = pool.submit(modem.register)
            server.accept_registration()
            opening.result()
        assert modem.at("AT+LWADDOBJ=0,3340,0,3,5534,5750,5523") == ["OK"]
        update = server.receive()
        server.acknowledge(update, codes.CHANGED)
        return modem

    return register


def test_a_registration_and_its_update(switch_on, server) -> None:
    modem = switch_on().bring_up()
    modem.configure(server=server.host, serverport=server.port, endpointname="air", lifetime=60)
    assert modem.at("AT+LWOPEN") == ["OK"]
    registration = server.accept_registration()
    assert registration.mtype is types.CON
    assert registration.code is codes.POST
    assert registration.opt.uri_path == ("rd",)
    assert set(registration.opt.uri_query) == {"lwm2m=1.0", "ep=air", "b=U", "lt=60"}
    assert registration.opt.content_format == 40
    assert registration.payload == b'</>;rt="oma.lwm2m",</1/0>,</3/0>'
    assert modem.line() == "+LMOPEN: 0"
    assert modem.at("AT+LWADDOBJ=0,3340,0,1,5534") == ["OK"]
    update = server.receive()
    assert update.opt.uri_path == ("rd", "x")
    assert update.payload.endswith(b",</3340/0>")
    server.acknowledge(update, codes.CHANGED)


def test_an_answer_rides_on_the_ack_however_late(registered, server) -> None:
    modem = registered()
    request = server.ask(codes.GET, "/3340/0/5534")
    assert modem.line() == "+LWREAD: 0,3340,0,1,5534"
    server.send(request)  # the server's repeat
    assert modem.at('AT+LWREADRSP=0,3340,0,1,5534,"I",1,"7"') == ["OK"]
    answer = server.receive()
    assert (answer.mtype, answer.mid, answer.token) == (types.ACK, request.mid, request.token)
    assert answer.code is codes.CONTENT
    assert answer.opt.content_format == TLV
    assert answer.payload.hex() == "e1159e07"


def test_a_repeat_after_the_answer_is_answered_alike_and_told_to_nobody(registered, server) -> None:
    modem = registered()
    request = server.ask(codes.GET, "/3340/0/5534")
    modem.line()
    modem.at('AT+LWREADRSP=0,3340,0,1,5534,"I",1,"7"')
    first = server.receive()
    server.send(request)
    second = server.receive()
    assert (second.mid, second.payload) == (first.mid, first.payload)
    assert modem.at("AT") == ["OK"]


def test_an_ignored_write_gets_nothing_at_all(registered, server) -> None:
    modem = registered()
    request = server.ask(codes.PUT, "/3340/0/5750", payload=b"x", content_format=0)
    assert modem.line() == '+LWWRITE: 0,3340,0,1,5750,S,1,"x"'
    assert modem.at("AT+LWWRITERSP=0,1") == ["OK"]
    server.send(request)
    fence = server.ask(codes.GET, "/9")
    assert server.receive().mid == fence.mid
    assert modem.at("AT") == ["OK"]


def test_an_ignored_write_gets_an_empty_ack_where_the_profile_says_so(registered, server) -> None:
    modem = registered(ack_on_ignore="true")
    request = server.ask(codes.PUT, "/3340/0/5750", payload=b"x", content_format=0)
    modem.line()
    assert modem.at("AT+LWWRITERSP=0,1") == ["OK"]
    acknowledgement = server.receive()
    assert (acknowledgement.mtype, acknowledgement.mid) == (types.ACK, request.mid)
    assert acknowledgement.code is codes.EMPTY


def test_an_answer_after_the_ack_is_a_message_of_its_own(registered, server) -> None:
    modem = registered(ack_delay="0.01")
    request = server.ask(codes.POST, "/3340/0/5523")
    assert modem.line() == "+LWEXECUTE: 0,3340,0,5523,0"
    acknowledgement = server.receive()
    assert (acknowledgement.code, acknowledgement.mid) == (codes.EMPTY, request.mid)
    assert modem.at("AT+LWEXECUTERSP=0,68") == ["OK"]
    answer = server.receive()
    assert (answer.mtype, answer.code) == (types.CON, codes.CHANGED)
    assert answer.token == request.token
    assert answer.mid != request.mid


@pytest.mark.parametrize(("dedup", "lines"), [("true", 1), ("false", 2)])
def test_repeats_and_urcs(registered, server, dedup: str, lines: int) -> None:
    modem = registered(dedup=dedup)
    request = server.ask(codes.GET, "/3340/0/5534")
    urc = modem.line()
    server.send(request)
    fence = server.ask(codes.GET, "/9")
    assert server.receive().mid == fence.mid  # so the repeat was heard, and not answered
    assert modem.at("AT") == [urc] * (lines - 1) + ["OK"]


def test_a_value_in_blocks_is_put_together(registered, server) -> None:
    modem = registered()
    value = bytes(range(0x20, 0x7F)) * 22
    blocks = [value[at : at + 1024] for at in range(0, len(value), 1024)]
    for number, block in enumerate(blocks):
        more = number < len(blocks) - 1
        request = server.ask(
            codes.PUT, "/3340/0/5750", payload=block, content_format=0, block1=(number, more, 6)
        )
        if more:
            answer = server.receive()
            assert (answer.mid, answer.code) == (request.mid, codes.CONTINUE)
    head = f"+LWWRITE: 0,3340,0,1,5750,S,{len(value)},"
    assert modem.line() == f'{head}"{value.decode()}"'
    assert modem.at("AT+LWWRITERSP=0,68") == ["OK"]
    assert server.receive().code is codes.CHANGED


def test_an_answer_longer_than_a_block_goes_out_in_blocks(registered, server) -> None:
    modem = registered()
    value = "0123456789" * 150
    server.ask(codes.GET, "/3340/0/5750")
    modem.line()
    assert modem.at(f'AT+LWREADRSP=0,3340,0,1,5750,"S",1500,"{value}"') == ["OK"]
    first = server.receive()
    assert (first.opt.block2.block_number, first.opt.block2.more) == (0, True)
    server.ask(codes.GET, "/3340/0/5750", block2=(1, False, 6))
    second = server.receive()
    assert (second.opt.block2.block_number, second.opt.block2.more) == (1, False)
    assert (first.payload + second.payload).endswith(value.encode())
    assert modem.at("AT") == ["OK"]


@pytest.mark.parametrize(
    "noise", [b"", b"\xff", b"GET / HTTP/1.1\r\n\r\n", b"\x40\x01\x00\x01\xff"]
)
def test_noise_on_the_air_is_no_message(registered, server, noise: bytes) -> None:
    modem = registered()
    server.send_bytes(noise)
    server.fence()
    assert modem.at("AT") == ["OK"]


def test_no_message_breaks_the_module(registered, server) -> None:
    modem = registered()
    chance = random.Random(7028)  # noqa: S311 - the same messages in each run
    for number in range(2000):
        message = Message(
            _mtype=chance.choice(list(types.Type)),
            _mid=10_000 + number,
            _token=chance.randbytes(chance.randrange(9)),
            code=codes.Code(chance.choice([*range(8), 31, 69, 132, 255])),
            uri_path=chance.choice(["3/0/1", "1/0/1", "3340/0", "rd", "9"]).split("/"),
            content_format=chance.choice([None, 0, 42, 11542]),
            observe=chance.choice([None, 0, 1]),
            payload=chance.randbytes(chance.randrange(9)),
        )
        datagram = bytearray(message.encode())
        if chance.random() < 0.5:
            datagram[chance.randrange(4, len(datagram) + 1) :] = chance.randbytes(3)
        server.send_bytes(bytes(datagram))
        if number % 50 == 0:
            server.fence()  # so that none is lost in a full buffer
    server.fence()
    while (line := modem.at("AT")[0]) != "OK":
        assert line.startswith(("+LWREAD", "+LWWRITE", "+LWEXECUTE"))


def test_nobody_but_the_server_is_heard(registered, server) -> None:
    modem = registered()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as stranger:
        stranger.sendto(bytes.fromhex("40010001b43333343001300435353334"), server.peer)
    fence = server.ask(codes.GET, "/9")
    assert server.receive().mid == fence.mid
    assert modem.at("AT") == ["OK"]


def test_off_the_network_and_back(registered, server) -> None:
    modem = registered()
    assert modem.at("AT+CFUN=0") == ["OK"]
    assert modem.line() == "+CEREG: 0"
    server.ask(codes.GET, "/3/0/1")  # falls on deaf ears
    assert modem.at("AT+CFUN=1") == ["OK"]
    assert [modem.line(), modem.line()] == ["+CEREG: 2", "+CEREG: 1"]
    again = server.accept_registration()
    assert again.opt.uri_path == ("rd",)
    assert again.payload.endswith(b",</3340/0>")


def test_ipv6(switch_on, server6) -> None:
    modem = switch_on().bring_up()
    modem.configure(server="::1", serverport=server6.port, endpointname="air", connectiontype=6)
    assert modem.at("AT+LWOPEN") == ["OK"]
    server6.accept_registration()
    assert modem.line() == "+LMOPEN: 0"


@pytest.mark.parametrize(("name", "family"), [("::1", 4), ("127.0.0.1", 6), ("no.invalid", 4)])
def test_a_name_without_an_address_of_the_family(switch_on, name: str, family: int) -> None:
    modem = switch_on().bring_up()
    modem.configure(server=name, endpointname="air", connectiontype=family)
    assert modem.at("AT+LWOPEN") == ["ERROR"]
    assert modem.at("AT+LWCLOSE=0") == ["ERROR"]


def test_a_local_port_is_used_and_not_shared(switch_on, server) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as taken:
        taken.bind(("", 0))
        port = taken.getsockname()[1]
        modem = switch_on().bring_up()
        modem.configure(
            server=server.host, serverport=server.port, endpointname="air", localport=port
        )
        assert modem.at("AT+LWOPEN") == ["ERROR"]
    assert modem.at("AT+LWOPEN") == ["OK"]
    server.accept_registration()
    assert server.peer[1] == port
    assert modem.line() == "+LMOPEN: 0"
    assert modem.at("AT+LWOPEN") == ["ERROR"]  # the same port again, for session 1


def test_nobody_listens(switch_on) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as closed:
        closed.bind(("127.0.0.1", 0))
        port = closed.getsockname()[1]
    modem = switch_on().bring_up()
    modem.configure(server="127.0.0.1", serverport=port, endpointname="air")
    assert modem.at("AT+LWOPEN") == ["OK"]
    sent = modem.events.get(timeout=15)
    assert sent["text"].startswith("CON POST /rd")
    assert modem.at("AT") == ["OK"]
    assert modem.at("AT+LWCLOSE=0") == ["OK"]


def test_a_session_is_closed_though_the_server_is_gone(switch_on, server) -> None:
    modem = switch_on(switches={"close_limit": "0.1"}).bring_up()
    modem.configure(server=server.host, serverport=server.port, endpointname="air")
    assert modem.at("AT+LWOPEN") == ["OK"]
    server.accept_registration()
    assert modem.line() == "+LMOPEN: 0"
    assert modem.at("AT+LWSTOP") == ["OK"]
    assert server.receive().code is codes.DELETE


def test_what_the_module_saw_is_told(registered, server) -> None:
    modem = registered()
    server.ask(codes.GET, "/3/0/1")
    server.receive()
    seen = [modem.events.get(timeout=15) for _ in range(6)]
    texts = [(event["direction"], event["text"].split(" ", 3)[:3]) for event in seen]
    assert texts[0] == ("sent", ["CON", "POST", "/rd"])
    assert texts[4] == ("received", ["CON", "GET", "/3/0/1"])
    assert texts[5] == ("sent", ["ACK", "2.05", "9"])
    data = seen[4]["data"]
    assert data["seen_by"] == "module"
    assert (data["type"], data["code"], data["path"]) == ("CON", "GET", "/3/0/1")
    assert data["mid"] == seen[5]["data"]["mid"]
    assert data["token"] == seen[5]["data"]["token"]
    assert bytes.fromhex(seen[5]["data"]["payload"]).endswith(b"SIM7028")
    assert all(event["source"] == "coap" for event in seen)
    assert seen == sorted(seen, key=lambda event: event["t"])
