"""What the server tells by itself comes later than what it answers: the account waits for it."""

import queue
import threading
from datetime import UTC, datetime

import pytest

from lab_evidence import Silent
from leshan import CoapMessage, Deregistered, EventMissing, EventStream, MessageType, Registration
from leshan import Registered as ServerRegistered
from leshan import Updated as ServerUpdated
from lwm2m import Code, Path
from sim7028_lab import account as module
from sim7028_lab.account import Account
from sim7028_lab.benchsections import TimingSection

NAME = "sim7028-1"
LATER = 0.05  # s
NOW = datetime(2026, 1, 1, tzinfo=UTC)


def registration(*objects):
    return Registration(NAME, "id", "127.0.0.1:9", 60, "1.0", "U", NOW, NOW, objects, "/")


class Told:
    """A stream that tells what a test says."""

    def __init__(self):
        self.queue = queue.SimpleQueue()

    def events(self):
        while (event := self.queue.get()) is not None:
            yield event

    def close(self):
        self.queue.put(None)

    def discard(self):
        pass


class Server:
    """As much of a server as an account asks."""

    def __init__(self, address):
        self.listed = None
        self.told = Told()
        self._address = address

    def registration(self, _endpoint):
        return self.listed

    def events(self, endpoint):
        return EventStream(
            f"events of {endpoint}",
            connect=lambda: self.told,
            decode=lambda kind, rest, t: kind(t, endpoint, **rest),
            settle=lambda: None,
            look_up=lambda: self._address,
            recorder=Silent(),
        )

    def tell(self, kind, after=0.0, **rest):
        threading.Timer(after, self.told.queue.put, [(kind, rest)]).start()

    def answers(self, code, after=0.0, incoming=True):
        self.tell(
            CoapMessage,
            after,
            incoming=incoming,
            type=MessageType.ACK,
            code=code,
            mid=1,
            token="",
            options="",
            payload="",
            server_time=NOW,
        )


@pytest.fixture(params=["127.0.0.1:9"])
def server(request):
    return Server(request.param)


@pytest.fixture
def account(server):
    account = Account(server, NAME, TimingSection(), Silent())
    yield account
    account.close()


def heard(account):
    return account._events.events_since(0)


def test_the_end_of_a_registration_is_told_before_anything_follows(server, account):
    server.tell(ServerRegistered, registration=registration())
    account._events.wait(ServerRegistered, since=0, within=5)
    server.tell(Deregistered, LATER, registration=registration())
    account.expect_gone()
    assert isinstance(heard(account)[-1], Deregistered)


def test_a_new_object_is_told_before_anything_follows(server, account):
    server.tell(ServerRegistered, registration=registration())
    account._events.wait(ServerRegistered, since=0, within=5)
    server.listed = registration(Path(3303, 0))
    server.tell(ServerUpdated, LATER, registration=server.listed)
    account.expect(lambda found: found is not None and Path(3303, 0) in found.objects, "it is")
    assert isinstance(heard(account)[-1], ServerUpdated)


def test_nothing_is_awaited_of_a_registration_that_was_never_told(account, monkeypatch):
    monkeypatch.setattr(EventStream, "wait", lambda *_, **__: pytest.fail("it waits"))
    account.expect_gone()


def test_an_answer_is_told_before_anything_follows(server, account):
    server.answers("4.04")
    server.answers("2.05", LATER / 2, incoming=False)
    server.answers("2.05", LATER)
    account.hear(Code.CONTENT, since=0)
    assert [(event.code, event.incoming) for event in heard(account)][-1] == ("2.05", True)


@pytest.mark.parametrize("server", [None], indirect=True)
def test_no_answer_is_awaited_of_a_device_whose_messages_are_not_shown(account, monkeypatch):
    monkeypatch.setattr(EventStream, "wait", lambda *_, **__: pytest.fail("it waits"))
    account.hear(Code.CONTENT, since=0)


def test_a_server_that_does_not_tell_is_waited_for_once(account, monkeypatch):
    waits = []

    def wait(*_, within, **__):
        waits.append(within)
        raise EventMissing("an event", "it did not come", within)

    monkeypatch.setattr(EventStream, "wait", wait)
    account.hear(Code.CONTENT, since=0)
    account.hear(Code.CONTENT, since=0)
    assert waits == [module._TELLING]
