"""What the application is asked for, one thing at a time: the URC, and which answer fits it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections import deque
from enum import IntEnum

from lwm2m import Code, Kind, Path, Value
from virtual_sim7028.console import Console
from virtual_sim7028.effects import (
    Acknowledge,
    After,
    Cancel,
    Ignore,
    Respond,
    Response,
    Timer,
    Wakeup,
)
from virtual_sim7028.objects import ObjectTree, kind_of
from virtual_sim7028.profiles import Profile
from virtual_sim7028.requests import Execute, Read, Values, Write, content


class Result(IntEnum):
    """The results that AT+LWWRITERSP and AT+LWEXECUTERSP take (note 2.3).

    All but the first two are the CoAP code's own byte.
    """

    NO_ERROR = 0
    IGNORE = 1
    CREATED = 65
    DELETED = 66
    CHANGED = 68
    CONTENT = 69
    CONTINUE = 95
    BAD_REQUEST = 128
    UNAUTHORIZED = 129
    BAD_OPTION = 130
    NOT_FOUND = 132
    METHOD_NOT_ALLOWED = 133
    NOT_ACCEPTABLE = 134
    REQUEST_ENTITY_INCOMPLETE = 136
    PRECONDITION_FAILED = 140
    ENTITY_TOO_LARGE = 141
    INTERNAL_SERVER_ERROR = 160
    NOT_IMPLEMENTED = 161
    SERVICE_UNAVAILABLE = 163


class Unfit(Exception):
    """An answer is not one to what was asked; the errand stays."""


class Errand(ABC):
    """A request of the server's that the application has to answer.

    Attributes:
        session, exchange: what it came on.
        object: the object it is for.
    """

    def __init__(self, session: int, exchange: int, object_id: int) -> None:
        self.session = session
        self.exchange = exchange
        self.object = object_id

    @abstractmethod
    def urc(self, profile: Profile) -> bytes:
        """The line that asks the application."""

    def respond(self, response: Response) -> Respond:
        """The effect that answers the server."""
        return Respond(self.session, self.exchange, response)

    def read_answer(self, _instance: Path, _values: Values) -> Respond | None:
        """Take what AT+LWREADRSP tells.

        Returns:
            The answer to the server; None when there is more to ask for first.

        Raises:
            Unfit: that was not asked.
        """
        raise Unfit("no read waits")


class ReadErrand(Errand):
    """A read; an object with several instances is asked for instance by instance."""

    def __init__(self, session: int, exchange: int, read: Read, tree: ObjectTree) -> None:
        super().__init__(session, exchange, read.path.object)
        self._read = read
        self._tree = tree
        self._left = list(
            tree.instances(read.path.object)
            if read.path.instance is None
            else [Path(read.path.object, read.path.instance)]
        )
        self._values: dict[int, Values] = {}

    def urc(self, profile: Profile) -> bytes:
        """+LWREAD; a count of 0 asks for the whole instance (note 3.1, 4.1)."""
        asked = () if self._read.path.resource is None else (self._read.path.resource,)
        fields = (self.session, *self._left[0].ids, len(asked), *asked)
        return profile.read_urc.encode() + ",".join(map(str, fields)).encode()

    def read_answer(self, instance: Path, values: Values) -> Respond | None:
        """Take one instance's values: the resource asked for, or some of those declared."""
        if instance != self._left[0]:
            raise Unfit(f"{self._left[0]} was asked for, not {instance}")
        resource = self._read.path.resource
        fits = (
            values.keys() <= set(self._tree.resources(instance))
            if resource is None
            else values.keys() == {resource}
        )
        if not fits:
            raise Unfit(f"{self._read.path} was asked for")
        for number, value in values.items():
            kind = kind_of(instance / number)
            if kind not in (None, value.kind):
                raise Unfit(f"{instance / number} has another type than {value.kind.value}")
        self._values[instance.ids[1]] = values
        del self._left[0]
        return None if self._left else self.respond(content(self._read, self._values))


class ResultErrand(Errand):
    """A request that is answered by a result code."""

    def result_answer(self, result: Result, profile: Profile) -> Respond | Acknowledge | Ignore:
        """What a result code does on the air (note 2.3)."""
        match result:
            case Result.NO_ERROR:
                return self.respond(Response(profile.result0))
            case Result.IGNORE if profile.ack_on_ignore:
                return Acknowledge(self.session, self.exchange)
            case Result.IGNORE:
                return Ignore(self.session, self.exchange)
            case _:
                return self.respond(Response(Code(result)))


class WriteErrand(ResultErrand):
    """A write, of one resource or several."""

    def __init__(self, session: int, exchange: int, write: Write) -> None:
        super().__init__(session, exchange, write.instance.object)
        self._write = write

    def urc(self, profile: Profile) -> bytes:
        """+LWWRITE; a value's length is that of its bytes, opaque ones are printed as hex."""
        head = (self.session, *self._write.instance.ids, len(self._write.values))
        values = [_field(number, value) for number, value in self._write.values.items()]
        return profile.write_urc.encode() + b",".join([*(b"%d" % n for n in head), *values])


def _field(resource_id: int, value: Value) -> bytes:
    text = value.text.encode()
    length = len(text) // 2 if value.kind is Kind.OPAQUE else len(text)
    return b'%d,%s,%d,"%s"' % (resource_id, value.kind.value.encode(), length, text)


class ExecuteErrand(ResultErrand):
    """An execute, with an argument or without."""

    def __init__(self, session: int, exchange: int, execute: Execute) -> None:
        super().__init__(session, exchange, execute.path.object)
        self._execute = execute

    def urc(self, profile: Profile) -> bytes:
        """+LWEXECUTE; the argument is printed as it came."""
        argument = self._execute.argument
        head = ",".join(map(str, (self.session, *self._execute.path.ids, len(argument))))
        buffer = b',"%s"' % argument if argument or profile.empty_buffer else b""
        return profile.execute_urc.encode() + head.encode() + buffer


class Errands:
    """What one session's application has to do: the first is asked for, the others wait.

    There is no number in a URC that would tell two requests apart, so one is outstanding.

    Args:
        session: the session's number.
        profile: what the note leaves open.
        console: where URCs and effects go.
    """

    def __init__(self, session: int, profile: Profile, console: Console) -> None:
        self._timer = Timer(Wakeup.ANSWER_OVERDUE, session)
        self._profile = profile
        self._console = console
        self._queue: deque[Errand] = deque()

    @property
    def first(self) -> Errand | None:
        """What the application was asked for; None when it has nothing to do."""
        return self._queue[0] if self._queue else None

    def add(self, errand: Errand) -> None:
        """Ask the application, now or when it has answered all before."""
        self._queue.append(errand)
        if errand is self.first:
            self._ask()

    def read_answer(self, instance: Path, values: Values) -> None:
        """Pass on what AT+LWREADRSP tells.

        Raises:
            Unfit: that was not asked for.
        """
        if self.first is None:
            raise Unfit("nothing was asked for")
        answer = self.first.read_answer(instance, values)
        if answer is None:
            self._ask()
        else:
            self._end(answer)

    def result_answer(self, kind: type[ResultErrand], result: Result) -> None:
        """Pass on what AT+LWWRITERSP or AT+LWEXECUTERSP tells.

        Args:
            kind: what the command answers.
            result: how it ended.

        Raises:
            Unfit: something else was asked for.
        """
        if not isinstance(self.first, kind):
            raise Unfit("something else was asked for, or nothing")
        self._end(self.first.result_answer(result, self._profile))

    def repeated(self, exchange: int) -> None:
        """The server repeats a message that has no answer yet."""
        if self.first is not None and self.first.exchange == exchange and not self._profile.dedup:
            self._console.urc(self.first.urc(self._profile))

    def overdue(self) -> None:
        """Give up waiting for the application; the server hears nothing."""
        if self.first is not None:
            self._end(Ignore(self.first.session, self.first.exchange))

    def object_deleted(self, object_id: int) -> None:
        """Answer 4.04 to all that is for an object."""
        first = self.first
        gone = [errand for errand in self._queue if errand.object == object_id]
        for errand in gone:
            self._console.emit(errand.respond(Response(Code.NOT_FOUND)))
            self._queue.remove(errand)
        if first in gone:
            self._ask()

    def ignore_all(self) -> None:
        """End everything; the server hears nothing."""
        for errand in self._queue:
            self._console.emit(Ignore(errand.session, errand.exchange))
        self._queue.clear()
        self._console.emit(Cancel(self._timer))

    def _end(self, effect: Respond | Acknowledge | Ignore) -> None:
        self._queue.popleft()
        self._console.emit(effect)
        self._ask()

    def _ask(self) -> None:
        if self.first is None:
            self._console.emit(Cancel(self._timer))
        else:
            self._console.urc(self.first.urc(self._profile))
            self._console.emit(After(self._profile.answer_limit, self._timer))
