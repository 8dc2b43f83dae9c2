"""Lessons on what the server asks: how it reaches the application, and how it is answered."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator
from math import inf

from leshan import (
    Answer,
    CoapMessage,
    Format,
    InvalidAnswer,
    Mode,
    NoAnswer,
    Operation,
    ServerRefused,
)
from lwm2m import Code, Kind, Path, Value
from sim7028 import (
    AddObject,
    Configure,
    ExecuteRequest,
    Mark,
    Parameter,
    Raw,
    ReadRequest,
    Result,
    UrcMissing,
    WriteRequest,
)
from sim7028_lab.doctor.learning.habits import (
    CONFIGURED_WHILE_OPEN,
    DOUBLE_INSTANCE,
    NEVER_ADDED,
    OWN_OBJECTS,
    WRONG_ANSWER,
    WRONG_TYPE,
)
from sim7028_lab.doctor.learning.observation import (
    Observation,
    Untried,
    answered,
    by_answer,
    spelling,
)
from sim7028_lab.doctor.learning.study import (
    EXECUTABLE,
    OBJECT,
    READABLE,
    WRITABLE,
    Registration,
    Study,
)

_ACK_TIMEOUT = 2.0
_REPEATED_AFTER = 1.6
"""A request is repeated after 1 to 1.5 times the ACK_TIMEOUT (RFC 7252, 4.8)."""
_IGNORED_FOR = 3
"""How long the server waits for what will not come, in s."""
_LONGER = 60
"""What is added to the lifetime, in s, so that a write changes it."""


def requests(study: Study) -> Iterator[Observation | Untried]:
    """Every kind of request, in one registration."""
    resources = [path.ids[2] for path in (READABLE, EXECUTABLE, WRITABLE)]
    with study.registered(resources) as registration:
        yield from _while_open(study, registration, resources)
        yield from _read(study, registration)
        yield from _write(study, registration)
        yield from _execute(study, registration)
        yield from _by_itself(study, registration)


def _while_open(
    study: Study, registration: Registration, resources: list[int]
) -> Iterator[Observation]:
    configured = study.accepts(Configure(Parameter.CONNECTION_TYPE, 4, study.module.dialect))
    yield by_answer(CONFIGURED_WHILE_OPEN, configured, "AT+LWCNF with an open session")
    again = study.accepts(AddObject(registration.session.id, OBJECT, 0, resources))
    yield Observation(DOUBLE_INSTANCE, not again, answered("the same AT+LWADDOBJ again", again))


def _read(study: Study, registration: Registration) -> Iterator[Observation]:
    session, limit = registration.session.id, study.timing.server
    mark = study.channel.mark("the server's read")
    operation = registration.device.read(READABLE, limit=limit)
    request = mark.next(ReadRequest, within=study.timing.urc)
    yield spelling("read_urc", request.line)
    head = f"{session},{OBJECT},0,1,{READABLE.ids[2]}"
    mistyped = study.accepts(Raw(f'AT+LWREADRSP={head},"S",1,"x"'))
    yield Observation(WRONG_TYPE, not mistyped, answered("a text for a float", mistyped))
    if not mistyped:
        blank = study.accepts(Raw(f'AT+LWREADRSP= {head},"F",3,"1.5"'))
        yield by_answer("blanks_accepted", blank, "AT+LWREADRSP= with a blank")
        if not blank:
            study.channel.send(request.answer(Value(Kind.FLOAT, 1.5)))
    _over(operation)


def _write(study: Study, registration: Registration) -> Iterator[Observation | Untried]:
    """A write that is left waiting, until the server has repeated it for certain."""
    hold = _REPEATED_AFTER * (study.subject.file.leshan.ack_timeout or _ACK_TIMEOUT)
    mark = study.channel.mark("the server's write")
    operation = registration.device.write(
        WRITABLE, Value(Kind.STRING, "x"), limit=hold + study.timing.server
    )
    request = mark.next(WriteRequest, within=study.timing.urc)
    yield spelling("write_urc", request.line)
    wrong = study.accepts(Raw(f"AT+LWEXECUTERSP={registration.session.id},68"))
    yield Observation(WRONG_ANSWER, not wrong, answered("AT+LWEXECUTERSP to a write", wrong))
    again = _comes_again(mark, operation.started + hold - time.monotonic())
    acknowledged = registration.empty_ack(operation.started, 0)
    if acknowledged is None:
        yield Observation("ack_delay", inf, f"no empty ACK came in {hold:.1f} s without an answer")
    else:
        yield Observation("ack_delay", acknowledged, "from the request to an empty ACK")
    if again:
        yield Observation("dedup", False, "+LWWRITE came again for one request")
    elif acknowledged is not None:
        yield Untried("dedup", "an empty ACK keeps the server from repeating its request")
    elif study.subject.server.mode is Mode.REMOTE:
        yield Untried("dedup", "whether this server repeated its request is not known")
    else:
        yield Observation("dedup", True, f"+LWWRITE came once in {hold:.1f} s of repeats")
    study.channel.send(request.answer(Result.NO_ERROR))
    yield _code("result0", registration, operation)


def _comes_again(mark: Mark, within: float) -> bool:
    try:
        mark.next(WriteRequest, within=within)
    except UrcMissing:
        return False
    return True


def _execute(study: Study, registration: Registration) -> Iterator[Observation | Untried]:
    mark = study.channel.mark("the server's execute")
    operation = registration.device.execute(EXECUTABLE, limit=_IGNORED_FOR)
    request = mark.next(ExecuteRequest, within=study.timing.urc)
    yield spelling("execute_urc", request.line)
    with_quotes = request.line.content.endswith(b'""')
    yield Observation("empty_buffer", with_quotes, f"{request.line.text!r} came")
    early = registration.empty_ack(operation.started, 0)
    study.channel.send(request.answer(Result.IGNORE))
    _over(operation)
    if early is not None:
        yield Untried("ack_on_ignore", "the empty ACK came before the application's result")
        return
    acknowledged = registration.empty_ack(operation.started, 0) is not None
    came = "an empty ACK" if acknowledged else "nothing"
    yield Observation("ack_on_ignore", acknowledged, f"AT+LWEXECUTERSP with 1 sent {came}")


def _by_itself(study: Study, registration: Registration) -> Iterator[Observation | Untried]:
    """What the module answers without its application."""
    device, limit = registration.device, study.timing.server
    never_added = _told(registration, device.read(Path(OBJECT + 1, 0, 0), limit=limit))
    if never_added is not None:
        is_not_found = never_added.code == Code.NOT_FOUND.dotted
        yield Observation(NEVER_ADDED, is_not_found, f"a read was answered by {never_added.code}")
    updating = device.execute(Path(1, 0, 8), limit=limit)
    executed = _told(registration, updating)
    if executed is not None:
        updates = executed.code == Code.CHANGED.dotted and registration.is_updated(
            updating.started, study.patience
        )
        told = f"1/0/8 was answered by {executed.code}, {'an' if updates else 'no'} update came"
        yield Observation(OWN_OBJECTS, updates, told)
    first = _told(registration, device.observe(Path(3, 0, 1), limit=limit))
    if first is not None:
        observing: str | None = None
        match first.code, "Observe" in first.options:
            case Code.CONTENT.dotted, True:
                observing = "accepted"
            case Code.CONTENT.dotted, False:
                observing = "ignored"
            case Code.METHOD_NOT_ALLOWED.dotted, _:
                observing = "refused"
        yield Observation("observing", observing, f"it was answered by {first}")
    as_text = _told(registration, device.read(Path(3, 0, 1), limit=limit, accept=Format.TEXT))
    if as_text is not None:
        offered: bool | None = None
        if as_text.code == Code.CONTENT.dotted and "text/plain" in as_text.options:
            offered = True
        elif as_text.code == Code.NOT_ACCEPTABLE.dotted:
            offered = False
        yield Observation("plain_formats", offered, f"3/0/1 as text was answered by {as_text}")
    yield from _lifetime_write(study, registration)
    text = {WRITABLE.ids[2]: Value(Kind.STRING, "x")}
    yield _code("create_code", registration, device.create(Path(OBJECT), 1, text, limit=limit))
    yield _code("delete_code", registration, device.delete(Path(OBJECT, 0), limit=limit))


def _lifetime_write(study: Study, registration: Registration) -> Iterator[Observation | Untried]:
    row = "update_on_lifetime_write"
    value = Value(Kind.INTEGER, registration.lifetime + _LONGER)
    writing = registration.device.write(Path(1, 0, 1), value, limit=study.timing.server)
    written = _told(registration, writing)
    if written is None or written.code != Code.CHANGED.dotted:
        yield Untried(
            row, f"writing 1/0/1 was answered by {written.code if written else 'nothing'}"
        )
        return
    updates = registration.is_updated(writing.started, study.patience)
    came = "an update came" if updates else f"no update came in {study.patience:g} s"
    yield Observation(row, updates, came)


def _told(registration: Registration, operation: Operation[Answer]) -> CoapMessage | None:
    """The module's response to an operation that needs no application, or has had its answer."""
    _over(operation)
    return registration.response(operation.started)


def _over(operation: Operation[Answer]) -> None:
    """Wait for the end of an operation; what the server made of the response does not matter."""
    with contextlib.suppress(NoAnswer, InvalidAnswer, ServerRefused):
        operation.wait()


def _code(
    row: str, registration: Registration, operation: Operation[Answer]
) -> Observation | Untried:
    told = _told(registration, operation)
    if told is None:
        return Untried(row, "the module did not answer")
    return Observation(row, told.code, f"the server was told {told.code}")
