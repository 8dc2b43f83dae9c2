"""Lessons at the serial port alone, without a session."""

from __future__ import annotations

from collections.abc import Iterator

from leshan import Address
from sim7028 import AtRefused, Configure, Name, Open, Parameter, Raw, Start, Stop, SupportTest
from sim7028_lab.doctor.learning.habits import NO_DEFAULT_SERVER, STOP_UNSTARTED
from sim7028_lab.doctor.learning.observation import Observation, answered, by_answer
from sim7028_lab.doctor.learning.study import NotLearnt, Study

_NOWHERE = "sim7028-doctor.invalid"
"""A name that has no address, ever (RFC 2606, 2)."""


def restart(study: Study) -> Iterator[Observation]:
    """A restart, after which nothing is set."""
    yield Observation("boot_time", study.restart(), "from AT+QCRST to *ATREADY")


def service(study: Study) -> Iterator[Observation]:
    """The order of commands (note 2.2.1), and how an error is told."""
    early = study.accepts(Configure(Parameter.CONNECTION_TYPE, 4, study.module.dialect))
    yield by_answer("configure_before_start", early, "AT+LWCNF before AT+LWSTART")
    study.module.start()
    opened = study.accepts(Open())
    yield Observation(NO_DEFAULT_SERVER, not opened, answered("AT+LWOPEN", opened))
    yield by_answer("start_again", study.accepts(Start()), "AT+LWSTART while it runs")
    yield by_answer(
        "connecttype_accepted",
        study.accepts(Raw('AT+LWCNF="connecttype",4')),
        'AT+LWCNF="connecttype"',
    )
    study.module.release()
    try:
        study.channel.send(Stop())
    except AtRefused as error:
        told = error.came[-1].text
        is_plain = error.code is None and not error.reason
        yield Observation("plain_errors", is_plain, f"{told!r} came for an error")
        yield Observation(STOP_UNSTARTED, True, f"{told!r} came where nothing runs")
    else:
        yield Observation(STOP_UNSTARTED, False, "OK came where nothing runs")
        raise NotLearnt("nothing was refused that should have been")


def forms(study: Study) -> Iterator[Observation]:
    """What each command says of itself."""
    told = {name: study.channel.send(SupportTest(name)).parameters for name in Name}
    connection_type = "".join(p for p in told[Name.CONFIGURE] if "connect" in p)
    form: str | None = None
    match any(told.values()), bool(told[Name.EXECUTE_RESPONSE]), ",," in connection_type:
        case False, _, _:
            form = "bare"
        case True, True, False:
            form = "tables"
        case True, False, True:
            form = "examples"
    bare = [f"AT+{name.value}=?" for name in Name if not told[name]]
    yield Observation("test_forms", form, f"OK alone came to {', '.join(bare) or 'none'}")


def unresolved(study: Study) -> Iterator[Observation]:
    """A server that has no address."""
    study.module.start()
    study.point_at(Address(_NOWHERE, study.subject.server.coap.port), "sim7028-doctor")
    opened = study.accepts(Open())
    told = answered(f"AT+LWOPEN for {_NOWHERE}", opened)
    yield Observation("unresolved", "silence" if opened else "error", told)
