from typing import Any

import pytest

from leshan import DataType, Leshan, ObjectModel, ResourceModel, UnknownDialect
from leshan.models import Models
from lwm2m import Kind, Path


def model(number: int, type_: DataType = DataType.FLOAT) -> ObjectModel:
    resource = ResourceModel(5700, "Sensor Value", type_, "R", multiple=False)
    return ObjectModel(number, "Sensor", "1.0", {5700: resource})


class Server:
    """Knows some objects, and counts how often it is asked."""

    def __init__(self, *objects: int) -> None:
        self.known = {number: model(number) for number in objects}
        self.asked = 0

    def __call__(self, endpoint: str) -> dict[int, ObjectModel]:
        self.asked += 1
        return dict(self.known)


def test_models_are_fetched_once_for_each_endpoint() -> None:
    server = Server(3303)
    models = Models(server)
    assert models.of("a") == models.of("a") == {3303: model(3303)}
    assert server.asked == 1
    models.of("b")
    assert server.asked == 2


def test_an_object_that_a_device_added_is_fetched() -> None:
    server = Server(3303)
    type_of = Models(server).types_of("a")
    assert type_of(Path(3303, 0, 5700)) is DataType.FLOAT
    server.known[3300] = model(3300)
    assert type_of(Path(3300, 0, 5700)) is DataType.FLOAT
    assert type_of(Path(3300, 0, 5700, 1)) is DataType.FLOAT
    assert server.asked == 2


def test_a_forgotten_endpoint_is_fetched_anew() -> None:
    server = Server(3303)
    models = Models(server)
    models.of("a")
    server.known[3303] = model(3303, DataType.INTEGER)
    models.forget("a")
    assert models.types_of("a")(Path(3303, 0, 5700)) is DataType.INTEGER


@pytest.mark.parametrize("path", ["/9999/0/1", "/3303/0/1", "/3303/0", "/3303"])
def test_what_is_in_no_model_has_no_type(path: str) -> None:
    assert Models(Server(3303)).types_of("a")(Path.parse(path)) is None


def test_every_type_but_none_has_a_kind() -> None:
    assert {type_ for type_ in DataType if type_.kind is None} == {DataType.NONE}
    assert DataType.TIME.kind is Kind.INTEGER


def test_recorded_models_are_read(fake: Any) -> None:
    with Leshan(fake.url) as leshan:
        models = leshan.models("simcom-1")
    assert sorted(models) == [1, 3, 5, 19, 3200, 3303, 3340]
    timer = models[3340]
    assert (timer.name, timer.version) == ("Timer", "1.0")
    assert timer.resources[5521].type is DataType.FLOAT
    assert timer.resources[5521].operations == "RW"
    assert timer.resources[5523].operations == "E"
    assert timer.resources[5523].type is DataType.NONE
    assert models[3].resources[7].multiple
    assert models[3].resources[13].type is DataType.TIME


def test_models_that_are_no_models_are_named_as_such(fake: Any) -> None:
    fake.routes["GET", "/api/objectspecs/simcom-1"] = (200, '[{"id": 3}]')
    with Leshan(fake.url) as leshan, pytest.raises(UnknownDialect, match="object models of simcom"):
        leshan.models("simcom-1")
