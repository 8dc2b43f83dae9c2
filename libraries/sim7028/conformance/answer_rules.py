"""Rules on how the module answers a command (note 2.2)."""

from __future__ import annotations

import re
from collections.abc import Iterator

from sim7028.conformance.bounds import CONNECTION_TYPES
from sim7028.conformance.exchange import Exchange
from sim7028.conformance.lw_command import TEST_FORM_KEYWORD, Form
from sim7028.conformance.rule import AnswerRule, Severity
from sim7028.conformance.service import Service
from sim7028.dialect import Name, Parameter

ANSWER_LIMIT = 9.0
"""How long the module may take to answer a command of the note's, in s."""

_VALUES = (
    "<lwm2mid>,<objectid>,<instanceid>,<resourcecnt>,"
    "<resourceid>,<valuetype>,<valuelen>,<value>[,<resourceid>,<valuetype>...]"
)
_TEST_FORMS = {
    Name.START: (),
    Name.STOP: (),
    Name.CONFIGURE: (
        '"server",<ipaddress>',
        '"serverport",<serverport>',
        '"endpointname",<endpointname>',
        f'"{TEST_FORM_KEYWORD}",(4,6)',
        '"lifetime",<lifetime>',
        '"localport",<localport>',
    ),
    Name.OPEN: (),
    Name.CLOSE: ("<lwm2mid>",),
    Name.ADD_OBJECT: (
        "<lwm2mid>,<objectid>,<instanceid>,<resourcecnt>,<resourceid>[,<resourceid>...]",
    ),
    Name.DELETE_OBJECT: ("<lwm2mid>,<objectid>",),
    Name.READ_RESPONSE: (_VALUES,),
    Name.WRITE_RESPONSE: ("<lwm2mid>,<result>",),
    Name.EXECUTE_RESPONSE: ("<lwm2mid>,<result>",),
}
_NEVER_WRONG = range(1, 65536)  # whether a 0 makes sense for a lifetime, the note does not say
# Blanks, capitals, line breaks and doubled commas change from one place of the note to the next.
_UNSTEADY = re.compile(r"\s+")
_COMMAS = re.compile(r",+")


def _late(exchange: Exchange, _service: Service) -> Iterator[str]:
    elapsed = exchange.elapsed
    if exchange.lw is not None and elapsed is not None and elapsed > ANSWER_LIMIT:
        yield f"the final result code came after {elapsed:.1f} s"


def _missing(exchange: Exchange, _service: Service) -> Iterator[str]:
    if exchange.lw is not None and exchange.final is None:
        yield "no final result code came before the next command"


def _echo(exchange: Exchange, service: Service) -> Iterator[str]:
    if exchange.echo is not None and service.echoes is False:
        yield "it was echoed after ATE0"


def _error(exchange: Exchange, _service: Service) -> Iterator[str]:
    if exchange.lw is not None and exchange.refused and exchange.final is not None:
        told = exchange.final.text.strip()
        if told != "ERROR":
            yield f"it was refused by {told.partition(':')[0]}"


def _test_form(exchange: Exchange, _service: Service) -> Iterator[str]:
    command = exchange.lw
    if command is None or command.form is not Form.TEST or exchange.final is None:
        return
    if exchange.refused:
        yield "it was refused"
        return
    told = "".join(entry.text for entry in exchange.replies)
    forms = [_plain(form) for form in told.split(f"+{command.name.value}:")[1:]]
    due = list(_TEST_FORMS[command.name])
    if forms != due:
        yield f"it tells {_told(forms)}, the definition has {_told(due)}"


def _plain(form: str) -> str:
    return _COMMAS.sub(",", _UNSTEADY.sub("", form).lower())


def _told(forms: list[str]) -> str:
    return " and ".join(forms) or "nothing"


def _configuration(exchange: Exchange, service: Service) -> Iterator[str]:
    command = exchange.lw
    if command is None or command.setting is None or not exchange.refused or not service.started:
        return
    number, keyword = command.setting.number, command.setting.keyword
    if number is None or keyword == TEST_FORM_KEYWORD:
        return
    is_connection_type = command.setting.parameter is Parameter.CONNECTION_TYPE
    if number in (CONNECTION_TYPES if is_connection_type else _NEVER_WRONG):
        quotes = "in quotes" if command.setting.value.quoted else "bare"
        yield f"the {keyword} {number}, {quotes}, was refused"


def _never_opened(exchange: Exchange, service: Service) -> Iterator[str]:
    command = exchange.lw
    if command is None or not exchange.accepted or not service.started or not service.opening:
        return
    ends_all = command.name is Name.STOP and command.form is Form.EXECUTE
    ends_it = command.name is Name.CLOSE and command.session not in (None, *service.sessions)
    if ends_all or ends_it:
        yield "it ends a registration that +LMOPEN never told"


ANSWER_RULES = (
    AnswerRule(
        "answer-late",
        "2.2",
        Severity.ERROR,
        "A command of the note is answered within 9,000 ms.",
        "Look at what the module and the network did just before; after it, resynchronise.",
        _late,
    ),
    AnswerRule(
        "answer-missing",
        "2.2",
        Severity.ERROR,
        "Every command is ended by OK or ERROR before the next is sent.",
        "Wait for the final result code; if it is lost, send AT until OK comes and nothing else.",
        _missing,
    ),
    AnswerRule(
        "answer-echo",
        "V.250 6.2.4",
        Severity.WARNING,
        "After ATE0 commands are not echoed.",
        "Send ATE0 again: did the module restart? Look for *ATREADY.",
        _echo,
    ),
    AnswerRule(
        "answer-error",
        "2.2",
        Severity.INFO,
        "The note's commands are refused by ERROR; 27.007 has +CME ERROR after AT+CMEE=1 or 2.",
        "Let the application take either for a refusal.",
        _error,
    ),
    AnswerRule(
        "answer-test",
        "2.2",
        Severity.WARNING,
        "A test form tells the fields of its command's definition.",
        "Do not tell from a test form what this firmware can.",
        _test_form,
    ),
    AnswerRule(
        "answer-configuration",
        "2.2.3",
        Severity.WARNING,
        "AT+LWCNF takes numbers in their range, in quotes (2.2.3) and without (4.1).",
        "Try the other form; set the dialect of this firmware to the one that works.",
        _configuration,
    ),
    AnswerRule(
        "open-missing",
        "2.2.4",
        Severity.WARNING,
        "+LMOPEN follows the OK of AT+LWOPEN; the note knows no registration that fails.",
        "Look whether network and server can be reached; let the application wait with a limit.",
        _never_opened,
    ),
)
"""Every rule on an answer."""
