"""Rules on what a command may be (note 2.2): the module should refuse what breaks them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from sim7028.commands import Result
from sim7028.conformance.bounds import CONNECTION_TYPES, COUNTS, IDS, OBJECTS, SESSIONS
from sim7028.conformance.lw_command import TEST_FORM_KEYWORD, Form, LwCommand
from sim7028.conformance.rule import CommandRule, Severity
from sim7028.conformance.service import Service, Session, is_response
from sim7028.conformance.written import misfits, styles, wrong_lengths, wrong_types
from sim7028.dialect import Name, Parameter

_SETTINGS = {
    Parameter.SERVER_PORT: IDS,
    Parameter.LOCAL_PORT: IDS,
    Parameter.LIFETIME: IDS,
    Parameter.CONNECTION_TYPE: CONNECTION_TYPES,
}


def _before_start(command: LwCommand, service: Service) -> Iterator[str]:
    if (
        service.started is False
        and command.form is not Form.TEST
        and not command.flaw
        and command.name is not Name.START
    ):
        yield "AT+LWSTART is not in effect"


def _session_closed(command: LwCommand, service: Service) -> Iterator[str]:
    session = command.session
    if not service.started or session not in SESSIONS or session in service.sessions:
        return
    if command.name is Name.CLOSE and service.opening:
        return  # it ends the registration that is under way
    yield f"session {session} is not open"


def _form(command: LwCommand, _service: Service) -> Iterator[str]:
    if command.flaw:
        yield command.flaw


def _blank(command: LwCommand, _service: Service) -> Iterator[str]:
    if command.has_blank:
        yield "a blank stands beside the equals sign"


def _keyword(command: LwCommand, _service: Service) -> Iterator[str]:
    if command.setting is not None and command.setting.keyword == TEST_FORM_KEYWORD:
        yield f"{TEST_FORM_KEYWORD} is set, as the test form calls it"


def _range(command: LwCommand, _service: Service) -> Iterator[str]:
    for name, number, allowed in _bounded(command):
        if number not in allowed:
            step = " or " if allowed.step > 1 else ".."
            yield f"the {name} is {number}, not in {allowed[0]}{step}{allowed[-1]}"


def _bounded(command: LwCommand) -> Iterator[tuple[str, int, range]]:
    """The numbers of a command that have bounds: what each is, and its range."""
    if command.session is not None:
        yield "session", command.session, SESSIONS
    match command.name:
        case Name.CONFIGURE if command.setting is not None:
            number, allowed = command.setting.number, _SETTINGS.get(command.setting.parameter)
            if number is not None and allowed is not None:
                yield command.setting.keyword, number, allowed
        case Name.ADD_OBJECT if command.numbers:
            _, object_id, instance, count, *resources = command.numbers
            yield "object", object_id, OBJECTS
            yield "instance", instance, IDS
            yield "count", count, COUNTS
            yield from (("resource", resource, IDS) for resource in resources)
        case Name.DELETE_OBJECT if command.numbers:
            yield "object", command.numbers[1], IDS
        case Name.READ_RESPONSE if command.values is not None:
            yield "count", command.values.count, COUNTS


def _count(command: LwCommand, _service: Service) -> Iterator[str]:
    if command.name is Name.ADD_OBJECT and command.numbers:
        counted, named = command.numbers[3], len(command.numbers) - 4
    elif command.values is not None:
        counted, named = command.values.count, len(command.values.values)
    else:
        return
    if counted != named:
        yield f"it counts {counted} and names {named}"


def _length(command: LwCommand, _service: Service) -> Iterable[str]:
    return wrong_lengths(command.values.values) if command.values else ()


def _type(command: LwCommand, _service: Service) -> Iterable[str]:
    return wrong_types(command.values.values) if command.values else ()


def _value(command: LwCommand, _service: Service) -> Iterable[str]:
    return misfits(command.values.values) if command.values else ()


def _type_quotes(command: LwCommand, _service: Service) -> Iterator[str]:
    if command.values is not None and not all(each.type_quoted for each in styles(command.values)):
        yield "a type stands without quotes"


def _result(command: LwCommand, _service: Service) -> Iterator[str]:
    if command.name in (Name.WRITE_RESPONSE, Name.EXECUTE_RESPONSE) and command.numbers:
        result = command.numbers[1]
        if result not in list(Result):
            yield f"the result is {result}"


def _answered_session(command: LwCommand, service: Service) -> Session | None:
    """The open session that a response command is on."""
    if not is_response(command) or command.session is None:
        return None
    return service.sessions.get(command.session)


def _unasked(command: LwCommand, service: Service) -> Iterator[str]:
    session = _answered_session(command, service)
    if session is not None and not any(session.asked(command)):
        yield "the module reported nothing that it answers"


def _misfit(command: LwCommand, service: Service) -> Iterator[str]:
    session = _answered_session(command, service)
    if session is not None and any(session.asked(command)) and session.fitting(command) is None:
        asked = " and ".join(request.line.text.strip() for request in session.asked(command))
        yield f"the module reported {asked}"


COMMAND_RULES = (
    CommandRule(
        "command-before-start",
        "2.2.1",
        Severity.ERROR,
        "AT+LWSTART comes before every other LwM2M command.",
        "Send AT+LWSTART first, also after AT+LWSTOP and after a restart.",
        _before_start,
    ),
    CommandRule(
        "command-session",
        "2.2.4, 2.2.5",
        Severity.ERROR,
        "A session is open from +LMOPEN to AT+LWCLOSE or AT+LWSTOP.",
        "Wait for +LMOPEN and use the id that it tells.",
        _session_closed,
    ),
    CommandRule(
        "command-form",
        "2.2",
        Severity.ERROR,
        "A command has its documented forms and fields.",
        "Write it as its definition has it; AT+<name>=? tells the fields on most firmwares.",
        _form,
    ),
    CommandRule(
        "command-blank",
        "2.2.8, 2.2.9",
        Severity.INFO,
        "Definitions have no blank beside the equals sign, two examples have one.",
        "Send no blanks.",
        _blank,
    ),
    CommandRule(
        "command-keyword",
        "2.2.3",
        Severity.INFO,
        "AT+LWCNF sets connectiontype; its test form tells connecttype.",
        "Send connectiontype.",
        _keyword,
    ),
    CommandRule(
        "command-range",
        "2.2",
        Severity.ERROR,
        "Each number has its bounds.",
        "Keep to the bounds; they stand below each command's definition.",
        _range,
    ),
    CommandRule(
        "command-count",
        "2.2.6, 2.2.8",
        Severity.ERROR,
        "As many resources follow as are counted.",
        "Send the number of resources that follow as the count.",
        _count,
    ),
    CommandRule(
        "command-length",
        "2.2.8",
        Severity.ERROR,
        "A value's length counts its bytes.",
        "Count the bytes between the quotes, in UTF-8; for hex digits, the bytes they stand for.",
        _length,
    ),
    CommandRule(
        "command-type",
        "2.2.8",
        Severity.ERROR,
        "A value's type is I, F, B, D or S.",
        "Send the letter of the resource's type.",
        _type,
    ),
    CommandRule(
        "command-value",
        "2.2.8",
        Severity.ERROR,
        "A value is one of its type.",
        "Send decimal digits for I and F, 0 or 1 for B, pairs of hex digits for D.",
        _value,
    ),
    CommandRule(
        "command-type-quotes",
        "2.2.8",
        Severity.INFO,
        "A type stands in quotes in AT+LWREADRSP, other than in +LWWRITE.",
        "Send the type in quotes.",
        _type_quotes,
    ),
    CommandRule(
        "command-result",
        "2.3",
        Severity.ERROR,
        "A result is one of the table's.",
        "Send 68 for what worked, 128 and up for what did not.",
        _result,
    ),
    CommandRule(
        "command-unasked",
        "2.2.8 to 2.2.10",
        Severity.ERROR,
        "A response follows the URC that it answers, once.",
        "Send it after +LWREAD, +LWWRITE or +LWEXECUTE, and only one for each.",
        _unasked,
    ),
    CommandRule(
        "command-misfit",
        "2.2.8",
        Severity.ERROR,
        "AT+LWREADRSP has the object, instance and resources of the +LWREAD that it answers.",
        "Take them over from the URC.",
        _misfit,
    ),
)
"""Every rule on a command, those of order first."""
