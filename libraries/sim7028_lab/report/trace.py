"""The way of an exchange between server and module, and where two neighbours disagree.

What is told to one end goes over the serial line, the air and the REST API. Each place is watched,
so the cause is between the first two neighbouring places that disagree.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from lab_evidence import Event, Source
from sim7028_lab.failure import Side
from sim7028_lab.report.content import Content, differ
from sim7028_lab.report.exchange import Exchange, last_exchange
from sim7028_lab.report.rows import message_path


@dataclass(frozen=True, slots=True)
class Hop:
    """One place on the way.

    Attributes:
        place: where.
        shows: what was seen there.
        is_broken: whether it is the first that does not go with the place before it.
    """

    place: str
    shows: str
    is_broken: bool = False


@dataclass(frozen=True, slots=True)
class Trace:
    """The way of an exchange.

    Attributes:
        hops: the places in causal order.
        side: who stands between the two that disagree.
        certain: whether nobody else stands there.
        why: a sentence or two for it.
    """

    hops: tuple[Hop, ...]
    side: Side
    certain: bool
    why: str


@dataclass(frozen=True, slots=True)
class _Place:
    """What was seen at one place.

    Attributes:
        name: of the place.
        shows: what was seen; what is missing where nothing was.
        before: who stands between this place and the one before.
        content: what it is compared by.
        is_there: whether anything came.
        begins: whether something new sets out here, so that it is not compared with what came.
        doubt: why `before` may not be to blame if nothing came; empty where nobody else can be.
    """

    name: str
    shows: str
    before: Side
    content: Content = None
    is_there: bool = True
    begins: bool = False
    doubt: str = ""


def follow(events: Sequence[Event], about: str) -> Trace | None:
    """The way of what failed.

    Args:
        events: of one scenario up to its failure, in order of time.
        about: the words of the failure, which name the path of the server's request.

    Returns:
        None when it was neither about a request of the server nor about a registration, or when
        nothing is wrong with that.
    """
    exchange = last_exchange(events, about)
    if exchange is not None:
        places = list(_places_of_exchange(exchange))
        return _first_break(places) or _all_agree(exchange, places)
    if "registration" in about or "+LMOPEN" in about:
        return _first_break(list(_places_of_registration(events)))
    return None


def _places_of_exchange(exchange: Exchange) -> Iterator[_Place]:
    """As far as it got."""
    yield _Place("server asked", exchange.asked.shows, Side.HARNESS, exchange.asked.content)
    if exchange.request is None:
        yield _Place("air", "no request", Side.SERVER, is_there=False)
        return
    yield _Place("air", exchange.request.shows, Side.SERVER, exchange.request.content)
    if exchange.report is not None:
        yield _Place("UART", exchange.report.shows, Side.MODULE, exchange.report.content)
    elif exchange.answer is None and exchange.is_reported:
        doubt = "It may not have got the request" if not exchange.is_acknowledged else ""
        yield _Place("UART", "no report", Side.MODULE, is_there=False, doubt=doubt)
        return
    yield from _places_of_answer(exchange)


def _places_of_answer(exchange: Exchange) -> Iterator[_Place]:
    told = exchange.told
    if told is not None:
        yield _Place("told", told.shows, Side.HARNESS, told.content, begins=True)
    if exchange.answer is None:
        # Only a server that has given up shows that something is missing.
        if exchange.reply is not None and told is None:
            yield _Place("told", "nothing", Side.HARNESS, is_there=False)
        elif exchange.reply is not None:
            doubt = "" if exchange.told_is_accepted else "It refused what it was told"
            yield _Place("air", "no answer", Side.MODULE, is_there=False, doubt=doubt)
        return
    yield _Place(
        "air", exchange.answer.shows, Side.MODULE, exchange.answer.content, begins=told is None
    )
    if exchange.reply is not None:
        yield _Place("REST", exchange.reply.shows, Side.SERVER, exchange.reply.content)


_BETWEEN = {
    Side.MODULE: "The serial line and the air were watched, and only the module stands between.",
    Side.SERVER: "The air and the REST API were watched, and only the server stands between.",
    Side.HARNESS: "Only the harness stands between.",
}


def _first_break(places: Sequence[_Place]) -> Trace | None:
    before: _Place | None = None
    for number, place in enumerate(places):
        if not place.is_there:
            return _missing(places, number)
        if place.begins:
            before = None
        if before is not None and differ(before.content, place.content):
            why = (
                f"{before.name} has {before.shows}, {place.name} has {place.shows}."
                f" {_BETWEEN[place.before]}"
            )
            return Trace(_hops(places, number), place.before, True, why)
        if place.content is not None:
            before = place
    return None


def _missing(places: Sequence[_Place], number: int) -> Trace:
    place, before = places[number], places[number - 1]
    why = f"{before.name} has {before.shows}, and then there is {place.shows} ({place.name})."
    if place.name == "told":
        why = "The module reported the request, and the scenario did not have it answered."
    why += f" {place.doubt}." if place.doubt else f" {_BETWEEN[place.before]}"
    return Trace(_hops(places, number), place.before, not place.doubt, why)


def _all_agree(exchange: Exchange, places: Sequence[_Place]) -> Trace | None:
    hops = _hops(places, None)
    if exchange.told is not None:
        why = "Every place carries what the module was told: the scenario expects something else."
        return Trace(hops, Side.HARNESS, False, why)
    if exchange.answer is not None:
        why = "The answer is the module's own; air and server passed on what it said."
        return Trace(hops, Side.MODULE, False, why)
    if exchange.report is not None:
        why = "Every place carries what the server was asked: the scenario expects something else."
        return Trace(hops, Side.HARNESS, False, why)
    return None


def _hops(places: Sequence[_Place], broken: int | None) -> tuple[Hop, ...]:
    return tuple(
        Hop(place.name, place.shows, is_broken=number == broken)
        for number, place in enumerate(places)
    )


def _places_of_registration(events: Sequence[Event]) -> Iterator[_Place]:
    """From AT+LWOPEN to the server's word of it, as far as it got."""
    begun = [n for n, e in enumerate(events) if e.text == "AT+LWOPEN" and e.source is Source.AT]
    if not begun:
        return
    since = events[begun[-1] :]

    def first(source: Source, wanted: Callable[[Event], object]) -> Event | None:
        return next((e for e in since if e.source is source and wanted(e)), None)

    yield _Place("UART", "AT+LWOPEN", Side.HARNESS)
    final = first(Source.AT, lambda e: e.data.get("final") is True)
    if final is None or final.text != "OK":
        shows = final.text if final else "no final result code"
        doubt = "It may be right to refuse" if final else ""
        yield _Place("UART", shows, Side.MODULE, is_there=False, doubt=doubt)
        return
    yield _Place("UART", "OK", Side.MODULE)
    asked = first(Source.COAP, lambda e: message_path(e.data) == "/rd")
    if asked is not None:
        yield _Place("air", asked.text, Side.MODULE)
        answered = first(
            Source.COAP,
            lambda e: e.data.get("mid") == asked.data.get("mid") and e.data.get("type") == "ACK",
        )
        shows = answered.text if answered else "no answer"
        doubt = "It may not have got it: address and port are what the module was told"
        there = answered is not None
        yield _Place("air", shows, Side.SERVER, is_there=there, doubt=doubt)
    urc = first(Source.URC, lambda e: "OPEN" in e.text)
    # A real module's registration is not seen on the air before the server has it.
    doubt = "" if asked is not None else "Its request may not have reached the server"
    shows = urc.text if urc else "no +LMOPEN"
    yield _Place("UART", shows, Side.MODULE, is_there=urc is not None, doubt=doubt)
    listed = first(Source.SERVER, lambda e: e.data.get("type") == "Registered")
    shows = listed.text if listed else "no registration"
    yield _Place("server", shows, Side.SERVER, is_there=listed is not None)
