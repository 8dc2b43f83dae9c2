"""Keywords about the server: what it is made to do, and what it should know."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from robot.api.deco import keyword

from leshan import Format, WriteMode
from lwm2m import Code, Kind, Path, Value
from sim7028 import OWN_OBJECTS
from sim7028_lab import answers
from Sim7028Lab.stage import Stage


class ServerKeywords:
    """The Leshan server behind its REST API."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage

    def _limit(self, limit: timedelta | None) -> float:
        return self._stage.scenario.server_limit if limit is None else limit.total_seconds()

    # Requests; each returns at once

    @keyword
    def server_starts_reading(
        self, path: Path, limit: timedelta | None = None, accept: Format | None = None
    ) -> None:
        """Asks for a resource, an instance or an object, waiting for the answer at most `limit`.

        Args:
            path: what to read.
            limit: how long the server waits; the bench's `[timing] server` when left out.
            accept: the format to ask for, `TLV`, `TEXT`, `OPAQUE` or `JSON`; the module's own
                choice when left out.
        """
        scenario = self._stage.scenario
        scenario.start(
            path, lambda: scenario.device.read(path, limit=self._limit(limit), accept=accept)
        )

    @keyword
    def server_starts_writing(
        self,
        path: Path,
        kind: Kind,
        value: str,
        limit: timedelta | None = None,
        form: Format | None = None,
    ) -> None:
        """Writes a value to a resource.

        Args:
            path: of the resource.
            kind: of the value.
            value: what to write.
            limit: how long the server waits.
            form: the format to write in, such as `TEXT`; the server's own choice when left out.
        """
        scenario = self._stage.scenario
        content = Value.parse(kind, value)
        scenario.start(
            path,
            lambda: scenario.device.write(path, content, limit=self._limit(limit), form=form),
        )

    @keyword
    def server_starts_executing(
        self, path: Path, arguments: str = "", limit: timedelta | None = None
    ) -> None:
        """Executes a resource, with or without arguments."""
        scenario = self._stage.scenario
        scenario.start(
            path, lambda: scenario.device.execute(path, arguments, limit=self._limit(limit))
        )

    @keyword
    def server_starts_writing_instance(
        self,
        path: Path,
        mode: WriteMode = WriteMode.UPDATE,
        limit: timedelta | None = None,
        **resources: Value,
    ) -> None:
        """Writes several resources of an instance in one request.

        Args:
            path: of the instance.
            mode: `UPDATE` leaves other resources as they are, `REPLACE` takes them away.
            limit: how long the server waits.
            resources: such as `5534=I 7    5750=S hall`.
        """
        scenario = self._stage.scenario
        values = {int(number): value for number, value in resources.items()}
        scenario.start(
            path,
            lambda: scenario.device.write_instance(
                path, values, mode=mode, limit=self._limit(limit)
            ),
        )

    @keyword
    def server_starts_discovering(self, path: Path, limit: timedelta | None = None) -> None:
        """Asks what is below an object, an instance or a resource."""
        scenario = self._stage.scenario
        scenario.start(path, lambda: scenario.device.discover(path, limit=self._limit(limit)))

    @keyword
    def server_starts_observing(self, path: Path, limit: timedelta | None = None) -> None:
        """Asks to be told when a value changes."""
        scenario = self._stage.scenario
        scenario.start(path, lambda: scenario.device.observe(path, limit=self._limit(limit)))

    @keyword
    def server_cancels_observation(self, path: Path) -> None:
        """The server forgets the observation; it resets what the module still sends of it."""
        self._stage.scenario.device.cancel(path).wait()

    @keyword
    def server_starts_creating(
        self, path: Path, limit: timedelta | None = None, **resources: Value
    ) -> None:
        """Asks for a new instance, `/object/instance`, or `/object` for the device to number it."""
        scenario = self._stage.scenario
        values = {int(number): value for number, value in resources.items()}
        scenario.start(
            path,
            lambda: scenario.device.create(
                Path(path.object), path.instance, values, limit=self._limit(limit)
            ),
        )

    @keyword
    def server_starts_deleting(self, path: Path, limit: timedelta | None = None) -> None:
        """Asks the device to delete an instance."""
        scenario = self._stage.scenario
        scenario.start(path, lambda: scenario.device.delete(path, limit=self._limit(limit)))

    @keyword
    def server_should_have_sent(self, path: Path) -> None:
        """The request for `path` that was started last has left the server."""
        self._stage.scenario.expect_on_air(path)

    # Answers to the oldest request that nobody has asked about yet

    @keyword
    def server_should_receive(self, kind: Kind, value: str, or_told: Code | None = None) -> None:
        """The answer holds this one value; floats are compared at 32 bits.

        Args:
            kind: of the value.
            value: what it should be.
            or_told: a code that will do as well, such as `Not Acceptable`.
        """
        answers.expect_value(self._stage.scenario.unawaited(), Value.parse(kind, value), or_told)

    @keyword
    def server_should_receive_nothing_but(self, kind: Kind, value: str) -> None:
        """The answer holds this value or none: an error, silence, or what the server rejects.

        For answers that the module may pass on or refuse: no wrong value may come of it.
        """
        self._stage.scenario.expect_nothing_but(Value.parse(kind, value))

    @keyword
    def server_should_receive_instance(self, path: Path, **resources: Value) -> None:
        """The answer holds exactly these resources, such as `/3303/0    5700=F 21.5`."""
        answers.expect_values(self._stage.scenario.unawaited(), _below(path, resources))

    @keyword
    def server_should_receive_instances(self, **values: Value) -> None:
        """The answer holds exactly these, such as `/3303/0/5700=F 21.5    /3303/1/5700=F 4`."""
        expected = {Path.parse(path): value for path, value in values.items()}
        answers.expect_values(self._stage.scenario.unawaited(), expected)

    @keyword
    def server_should_receive_the_same(self, path: Path, **changed: Value) -> None:
        """The answer holds what the answer before it held, but for these resources of `path`.

        `Server Should Receive The Same    /1/0    1=I 600` follows two reads of `/1/0`.
        """
        self._stage.scenario.expect_values_as_before(_below(path, changed))

    @keyword
    def server_should_recognise_module(self, or_told: Code | None = None) -> None:
        """Each name and number that the server read of the Device object is the module's own.

        Manufacturer, model, serial number and firmware, as `AT+CGMI`, `AT+CGMM`, `AT+CGSN` and
        `AT+CGMR` tell them.

        Args:
            or_told: an answer that will do as well, such as `Not Acceptable`.
        """
        self._stage.scenario.expect_identity(or_told)

    @keyword
    def server_should_get_some_answer(self, assumed: Code | None = None) -> None:
        """An answer came, whichever; nothing is promised here, so it is recorded.

        Args:
            assumed: what is thought to come; another answer goes on the timeline as a finding.
        """
        self._stage.scenario.expect_any_answer(assumed)

    @keyword
    def server_should_be_told(self, code: Code, or_told: Code | None = None) -> bool:
        """The answer is this response code.

        Args:
            code: the code.
            or_told: another that will do as well, such as `Unsupported Content Format`.

        Returns:
            Whether it was the first of the two.
        """
        return answers.expect_code(self._stage.scenario.unawaited(), code, or_told)

    @keyword
    def server_should_get_no_answer(self) -> None:
        """Nothing came until the server's limit."""
        self._stage.scenario.expect_no_answer()

    @keyword
    def server_should_discover(self, *paths: Path) -> None:
        """The answer lists at least these paths."""
        answers.expect_links(self._stage.scenario.unawaited(), paths)

    @keyword
    def server_should_reject_answer(self) -> None:
        """Something came that is no answer to the request; nothing of it was taken for a value."""
        answers.expect_invalid_answer(self._stage.scenario.unawaited())

    @keyword
    def server_should_refuse_request(self) -> None:
        """The server does not let the request through to the module."""
        answers.expect_refused_request(self._stage.scenario.unawaited())

    # Registrations

    @keyword
    def server_should_list_module(self) -> None:
        """The endpoint is registered."""
        self._stage.scenario.account.expect(
            lambda registration: registration is not None, "the module is registered"
        )

    @keyword
    def server_should_list_module_anew(self) -> None:
        """The endpoint is registered, and not by a registration that was listed before."""
        self._stage.scenario.account.expect_anew()

    @keyword
    def server_should_no_longer_list_module(self, within: timedelta | None = None) -> None:
        """The endpoint's registration is gone, or goes in this time."""
        self._stage.scenario.account.expect(
            lambda registration: registration is None,
            "the registration is gone",
            within.total_seconds() if within else None,
        )

    @keyword
    def server_should_not_list_module(self) -> None:
        """The endpoint is not registered, nor becomes so in the bench's quiet time."""
        self._stage.scenario.account.expect_to_stay(
            lambda registration: registration is None, "the module is not registered"
        )

    @keyword
    def server_should_see_update(self, within: timedelta | None = None) -> None:
        """The module renews its registration after what it was made to do last."""
        self._stage.scenario.expect_update(within.total_seconds() if within else None)

    @keyword
    def server_should_see_no_update(self) -> None:
        """The module does not renew its registration within the bench's quiet time."""
        self._stage.scenario.expect_no_update()

    @keyword
    def server_should_list_object(self, path: Path) -> None:
        """The registration names this object instance."""
        self._stage.scenario.account.expect(
            lambda registration: registration is not None and path in registration.objects,
            f"{path} is among the module's objects",
        )

    @keyword
    def server_should_list_objects_of(self, *resources: Path) -> None:
        """The registration names the object instance of each of these resources."""
        instances = {Path.of(resource.ids[:2]) for resource in resources}
        self._stage.scenario.account.expect(
            lambda registration: (
                registration is not None and instances.issubset(registration.objects)
            ),
            f"{', '.join(map(str, sorted(instances)))} are among the module's objects",
        )

    @keyword
    def server_should_list_only(self, *instances: Path) -> None:
        """The registration names these object instances, once each, beside the module's own."""
        expected = sorted(instances)
        self._stage.scenario.account.expect(
            lambda registration: (
                registration is not None
                and sorted(path for path in registration.objects if path.object not in OWN_OBJECTS)
                == expected
            ),
            f"only {', '.join(map(str, expected)) or 'its own'} are among the module's objects",
        )

    @keyword
    def server_should_list_lifetime(self, lifetime: int) -> None:
        """The registration ends after `lifetime` seconds without an update."""
        self._stage.scenario.account.expect(
            lambda registration: registration is not None and registration.lifetime == lifetime,
            f"the registration has a lifetime of {lifetime} s",
        )

    @keyword
    def server_should_not_list_object(self, path: Path) -> None:
        """The registration does not name this, nor does it in the bench's quiet time."""
        self._stage.scenario.account.expect_to_stay(
            lambda registration: (
                registration is not None
                and not any(listed in path or path in listed for listed in registration.objects)
            ),
            f"{path} is not among the module's objects",
        )

    @keyword
    def server_should_no_longer_list_object(self, path: Path) -> None:
        """The registration is there and does not name this object instance any more."""
        self._stage.scenario.account.expect(
            lambda registration: registration is not None and path not in registration.objects,
            f"{path} is no longer among the module's objects",
        )

    # The server's life

    @keyword
    def server_pauses(self) -> None:
        """The server stands still: it is there, but neither hears nor answers.

        Only a server that the run started can be told so: tag the scenario `local-server`.
        """
        self._stage.scenario.pause_server()

    @keyword
    def server_resumes(self) -> None:
        """The server goes on, with what came meanwhile."""
        self._stage.scenario.resume_server()


def _below(path: Path, resources: Mapping[str, Value]) -> dict[Path, Value]:
    return {path / int(number): value for number, value in resources.items()}
