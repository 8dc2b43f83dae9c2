"""Lessons on a registration: how it is made, how it comes back, how it ends."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator

from leshan import EventMissing, Mode
from leshan import Registered as ServerRegistered
from sim7028 import Registered, UrcMissing
from sim7028_lab.doctor.learning.habits import BACK_BY_ITSELF, LOWEST_SESSION
from sim7028_lab.doctor.learning.observation import Observation, Untried, spelling
from sim7028_lab.doctor.learning.study import Study


def opening(study: Study) -> Iterator[Observation]:
    """A registration with nothing set but server and name."""
    with study.registered() as registration:
        yield spelling("open_urc", registration.session.registered.line)
        number = registration.session.id
        yield Observation(LOWEST_SESSION, number == 0, f"the first has the number {number}")
        lifetime = str(registration.lifetime)
        yield Observation("lifetime", lifetime, f"{lifetime} s were registered for, with none set")


def radio(study: Study) -> Iterator[Observation | Untried]:
    """Off the network and back, with a session open."""
    with study.registered() as registration:
        mark = study.channel.mark("the radio off and on")
        study.module.radio_off()
        began = time.monotonic()
        study.module.radio_on()
        study.module.await_network(study.timing.attach)
        yield Observation("attach_time", time.monotonic() - began, "from AT+CFUN=1 to an address")
        try:
            registration.events.wait(
                ServerRegistered, since=began, within=study.timing.registration
            )
        except EventMissing:
            yield Observation(BACK_BY_ITSELF, False, "it did not register anew by itself")
            return
        yield Observation(BACK_BY_ITSELF, True, "it registered anew by itself")
        try:
            again = mark.next(Registered, within=study.patience)
        except UrcMissing:
            yield Observation("reopen_urc", False, "it registered anew without a word")
        else:
            yield Observation("reopen_urc", True, f"{again.line.text!r} came again")


def closing(study: Study) -> Iterator[Observation | Untried]:
    """A session is closed while its server is deaf."""
    server = study.subject.server
    if server.mode is Mode.REMOTE:
        yield Untried("close_limit", "it needs a server of our own, that can be made deaf")
        return
    with study.registered() as registration, contextlib.ExitStack() as undo:
        server.pause()
        undo.callback(server.resume)
        began = time.monotonic()
        registration.session.close()
        yield Observation("close_limit", time.monotonic() - began, "to a server that is deaf")
