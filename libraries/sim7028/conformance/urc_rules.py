"""Rules on what the module says on its own (note 2.2.4, chapter 3)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from lwm2m import Kind
from sim7028.conformance.bounds import COUNTS, OBJECTS, SESSIONS
from sim7028.conformance.rule import Severity, UrcRule
from sim7028.conformance.service import Service
from sim7028.conformance.written import Style, misfits, styles, wrong_lengths, wrong_types
from sim7028.dialect import Name
from sim7028.framing import Ending
from sim7028.syntax import HEX_DIGITS
from sim7028.transcript import is_final
from sim7028.urcs import (
    ExecuteRequest,
    ReadRequest,
    Registered,
    UnknownLine,
    Urc,
    WriteRequest,
)

_HEAD = re.compile(rb"([+*]?[A-Za-z0-9]{1,20}) *:( *)")
_SPELLINGS = {
    b"LMOPEN": "+LMOPEN",
    b"+LWOPEN": "+LMOPEN",
    b"+LMOPEN": "+LMOPEN",
    b"+LWREAD": "+LWREAD",
    b"+LWWRITE": "+LWWRITE",
    b"+LMWRITE": "+LWWRITE",
    b"+LWEXECUTE": "+LWEXECUTE",
}
_BLANKS = {"+LMOPEN": b"", "+LWREAD": b"", "+LWWRITE": b" ", "+LWEXECUTE": b" "}

# Told unasked by 3GPP 27.007 and 27.005, V.250 and the module's own manual, not by the note: what
# the network does to a module that is well, and what tells of a boot, a SIM or a sleep.
_OF_NETWORK = frozenset(
    b"+CREG +CGREG +CEREG +CGEV +CSCON +CTZV +CTZE +CTZEU +CMTI +CMT +CDS +CDSI +CBM +CRING +CLIP"
    b" +CCWA +COPS +CCIOTOPTI +CRTDCP +CEDRXP +NPSMR +CABTSRI *CGEV *CSCON".split()
)
_KNOWN_ELSEWHERE = _OF_NETWORK | frozenset(
    b"+CPIN +CFUN +CPSMS +QCPMUCFG *ATREADY *MATREADY".split()
)

_Request = ReadRequest | WriteRequest | ExecuteRequest


def urc_name(urc: Urc) -> str:
    """What findings call a URC: the note's spelling of it, else what it begins with."""
    head = _HEAD.match(urc.line.content)
    if head is not None:
        return _SPELLINGS.get(head[1], head[1].decode())
    return "the final result code" if is_final(urc.line.content) else "a line"


def is_of_network(urc: Urc) -> bool:
    """Whether it tells what the network does, which may be at any time (3GPP 27.007, 27.005)."""
    head = _HEAD.match(urc.line.content)
    return head is not None and head[1] in _OF_NETWORK


def _note_head(urc: Urc) -> re.Match[bytes] | None:
    """The head of one of the note's URCs, in any spelling."""
    head = _HEAD.match(urc.line.content)
    return head if head is not None and head[1] in _SPELLINGS else None


def _spelling(urc: Urc, _service: Service) -> Iterator[str]:
    head = _note_head(urc)
    if head is not None and head[1].decode() != _SPELLINGS[head[1]]:
        yield f"{head[1].decode()} stands for {_SPELLINGS[head[1]]}"


def _blank(urc: Urc, _service: Service) -> Iterator[str]:
    head = _note_head(urc)
    if head is not None and head[2] != (due := _BLANKS[_SPELLINGS[head[1]]]):
        yield f"{_blanks(head[2])} after the colon, the definition has {_blanks(due)}"


def _blanks(blanks: bytes) -> str:
    return {0: "no blank", 1: "a blank"}.get(len(blanks), f"{len(blanks)} blanks")


def _unreadable(urc: Urc, _service: Service) -> Iterator[str]:
    if isinstance(urc, UnknownLine) and _note_head(urc) is not None:
        yield urc.reason


def _unknown(urc: Urc, service: Service) -> Iterator[str]:
    head = _HEAD.match(urc.line.content)
    if (
        isinstance(urc, UnknownLine)
        and service.has_heard_command
        and head is not None
        and head[1][:1] in b"+*"
        and not is_final(urc.line.content)
        and head[1] not in _KNOWN_ELSEWHERE
        and head[1] != service.awaited
        and head[1] not in _SPELLINGS
    ):
        yield f"no command asked for {head[1].decode()}"


def _result_unasked(urc: Urc, service: Service) -> Iterator[str]:
    if service.has_heard_command and is_final(urc.line.content):
        yield "no command waits for it"


def _line_end(urc: Urc, _service: Service) -> Iterator[str]:
    match urc.line.ending:
        case Ending.QUIET:
            yield "nothing more came, and no CR LF either"
        case Ending.TOO_LONG:
            yield f"no CR LF within {len(urc.line.raw)} bytes"


def _session(urc: Urc, _service: Service) -> Iterator[str]:
    if isinstance(urc, Registered | _Request) and urc.session not in SESSIONS:
        yield f"the session is {urc.session}"


def _object(urc: Urc, _service: Service) -> Iterator[str]:
    if isinstance(urc, _Request) and (number := _place(urc)[0]) not in OBJECTS:
        yield f"the object is {number}, one of the module's own"


def _place(urc: _Request) -> tuple[int, int]:
    object_id, instance, *_ = urc.path.ids
    return object_id, instance


def _resources(urc: _Request) -> tuple[int, ...]:
    match urc:
        case ReadRequest():
            return urc.resources
        case WriteRequest():
            return tuple(written.id for written in urc.values)
        case _:
            return urc.path.ids[2:]


def _count_range(urc: Urc, _service: Service) -> Iterator[str]:
    if isinstance(urc, ReadRequest | WriteRequest) and urc.count not in COUNTS:
        meaning = ", for the whole instance" if urc.count == 0 else ""
        yield f"the count is {urc.count}{meaning}"


def _count(urc: Urc, _service: Service) -> Iterator[str]:
    if isinstance(urc, ReadRequest | WriteRequest):
        named = len(_resources(urc))
        if urc.count != named and (urc.count or isinstance(urc, WriteRequest) or named):
            yield f"it counts {urc.count} and names {named}"


def _length(urc: Urc, _service: Service) -> Iterator[str]:
    if isinstance(urc, WriteRequest) and (wrong := wrong_lengths(urc.values)):
        yield from wrong
    elif isinstance(urc, ExecuteRequest) and urc.length != len(urc.arguments):
        yield f"the length is {urc.length}, the arguments have {len(urc.arguments)} bytes"
    elif urc.line.ending is Ending.WRONG_LENGTH:
        yield "the line ends where a value in it should still go on, or goes on behind it"


def _type(urc: Urc, _service: Service) -> Iterable[str]:
    return wrong_types(urc.values) if isinstance(urc, WriteRequest) else ()


def _value(urc: Urc, _service: Service) -> Iterable[str]:
    return misfits(urc.values) if isinstance(urc, WriteRequest) else ()


def _styles(urc: Urc) -> Iterator[tuple[int, Style]]:
    if isinstance(urc, WriteRequest):
        ids = (written.id for written in urc.values)
        yield from zip(ids, styles(urc), strict=False)


def _value_quotes(urc: Urc, _service: Service) -> Iterator[str]:
    for resource, style in _styles(urc):
        if not style.value_quoted:
            yield f"the value of {resource} stands without quotes"


def _type_quotes(urc: Urc, _service: Service) -> Iterator[str]:
    for resource, style in _styles(urc):
        if style.type_quoted:
            yield f"the type of {resource} stands in quotes"


def _comma(urc: Urc, _service: Service) -> Iterator[str]:
    for resource, style in _styles(urc):
        if not style.has_comma:
            yield f"a blank stands between {resource} and its type"


def _opaque(urc: Urc, _service: Service) -> Iterator[str]:
    for written in urc.values if isinstance(urc, WriteRequest) else ():
        if (
            written.type == Kind.OPAQUE.value
            and written.raw
            and len(written.raw) == written.length
            and HEX_DIGITS.fullmatch(written.raw)
        ):
            yield (
                f"the {written.length} bytes of {written.id} may be bytes, or"
                f" {written.length // 2} bytes as hex digits"
            )


def _undeclared(urc: Urc, service: Service) -> Iterator[str]:
    if not isinstance(urc, _Request) or urc.session not in service.sessions:
        return
    place = _place(urc)
    if place[0] not in OBJECTS:
        return
    declared = service.sessions[urc.session].declared.get(place)
    shown = "/{}/{}".format(*place)
    if declared is None:
        yield f"{shown} was not declared on session {urc.session}"
    elif missing := [str(each) for each in _resources(urc) if each not in declared]:
        yield f"{', '.join(missing)} of {shown} was not declared on session {urc.session}"


def _not_open(urc: Urc, service: Service) -> Iterator[str]:
    if (
        isinstance(urc, _Request)
        and service.started is not None
        and urc.session in SESSIONS
        and urc.session not in service.sessions
    ):
        yield f"session {urc.session} is not open"


def _before_ok(urc: Urc, service: Service) -> Iterator[str]:
    pending = service.pending
    if isinstance(urc, Registered) and pending is not None and pending.name is Name.OPEN:
        yield "it came before the OK of AT+LWOPEN"


def _open_unasked(urc: Urc, service: Service) -> Iterator[str]:
    if isinstance(urc, Registered) and service.started is not None and not service.opening:
        yield "no AT+LWOPEN waits for it"


_READER = "Let the application read both; for this firmware, accept it in the bench's baseline."
_REPORT = "Do not rely on it: report it to the module's maker with this line."

URC_RULES = (
    UrcRule(
        "urc-spelling",
        "2.2.4, 3.1",
        Severity.WARNING,
        "The URCs are +LMOPEN, +LWREAD, +LWWRITE and +LWEXECUTE.",
        _READER,
        _spelling,
    ),
    UrcRule(
        "urc-blank",
        "2.2.4, 3.1",
        Severity.INFO,
        "+LMOPEN and +LWREAD are defined without a blank after the colon, the others with one.",
        _READER,
        _blank,
    ),
    UrcRule(
        "urc-unreadable",
        "2.2.4, 3.1",
        Severity.ERROR,
        "A URC has its fields in their order, each a number, a type or a value.",
        "Look for lost or merged bytes on the UART first; if it repeats, report the line.",
        _unreadable,
    ),
    UrcRule(
        "urc-unknown",
        "3",
        Severity.WARNING,
        "The note knows four URCs; 27.007 and the module's AT manual know the rest.",
        "Look it up in the AT manual of this firmware; let the application pass it over.",
        _unknown,
    ),
    UrcRule(
        "urc-line-end",
        "V.250 5.7.1",
        Severity.WARNING,
        "A line ends with CR LF.",
        "Look for lost bytes on the UART, then for a restart of the module.",
        _line_end,
    ),
    UrcRule(
        "urc-session",
        "2.2.4, 3.1",
        Severity.ERROR,
        "A session's id is 0 or 1.",
        _REPORT,
        _session,
    ),
    UrcRule(
        "urc-object",
        "3.1",
        Severity.ERROR,
        "The application is asked about objects from 8 on; 0 to 7 are the module's own.",
        _REPORT,
        _object,
    ),
    UrcRule(
        "urc-count-range",
        "3.1",
        Severity.WARNING,
        "The count of resources is in 1..15; chapter 4 shows a 0, for a whole instance.",
        "Let the application take 0 for the whole instance; answer with the resources declared.",
        _count_range,
    ),
    UrcRule(
        "urc-count",
        "3.1",
        Severity.ERROR,
        "As many resources are named as are counted.",
        "Go by the resources that are named, and report the line.",
        _count,
    ),
    UrcRule(
        "urc-length",
        "3.1",
        Severity.ERROR,
        "A value's length counts its bytes.",
        "Compare with what the server sent: bytes were lost, or the module counts otherwise.",
        _length,
    ),
    UrcRule(
        "urc-type",
        "3.1",
        Severity.ERROR,
        "A value's type is I, F, B, D or S.",
        "Keep the bytes and take the type from the object's definition.",
        _type,
    ),
    UrcRule(
        "urc-value",
        "3.1",
        Severity.ERROR,
        "A value is one of its type.",
        "Refuse the write with result 128; compare with what the server sent.",
        _value,
    ),
    UrcRule(
        "urc-value-quotes",
        "3.1, 4.1",
        Severity.WARNING,
        "A value stands in quotes.",
        _READER,
        _value_quotes,
    ),
    UrcRule(
        "urc-type-quotes",
        "2.2.9, 3.1",
        Severity.INFO,
        "A type in a URC stands without quotes, other than in AT+LWREADRSP.",
        _READER,
        _type_quotes,
    ),
    UrcRule(
        "urc-comma",
        "3.1",
        Severity.WARNING,
        "A comma stands between all fields; the definition lost the one before the type.",
        _READER,
        _comma,
    ),
    UrcRule(
        "urc-opaque",
        "3.1",
        Severity.INFO,
        "How the bytes of an opaque value are written is not defined.",
        "Write bytes that are no hex digits once, to learn how this firmware does it.",
        _opaque,
    ),
    UrcRule(
        "urc-undeclared",
        "2.2.6, 3.1",
        Severity.ERROR,
        "The application is asked about what it declared by AT+LWADDOBJ.",
        "Declare it first, or answer a write or execute with result 132.",
        _undeclared,
    ),
    UrcRule(
        "urc-session-closed",
        "2.2.4, 3.1",
        Severity.ERROR,
        "A request comes on a session that +LMOPEN told and AT+LWCLOSE has not closed.",
        _REPORT,
        _not_open,
    ),
    UrcRule(
        "open-before-ok",
        "2.2.4",
        Severity.WARNING,
        "+LMOPEN follows the OK of AT+LWOPEN.",
        "Wait for both, in either order.",
        _before_ok,
    ),
    UrcRule(
        "open-unasked",
        "2.2.4",
        Severity.WARNING,
        "+LMOPEN answers AT+LWOPEN, once.",
        "Take it for the same session registering anew, not for a second one.",
        _open_unasked,
    ),
    UrcRule(
        "result-unasked",
        "V.250 5.7",
        Severity.WARNING,
        "A final result code ends a command; none comes without one.",
        "It may be a late answer: after a time out send AT until only one OK comes back.",
        _result_unasked,
    ),
)
"""Every rule on a URC, in the order of a line's parts."""
