import pytest

from lwm2m import Code, Kind, Path, Value
from Sim7028Lab.converters import code, kind, path, resource_value


def test_words_of_a_scenario_become_types() -> None:
    assert path("/3303/0/5700") == Path(3303, 0, 5700)
    assert kind("F") is Kind.FLOAT
    assert code("Not Found") is code("4.04") is Code.NOT_FOUND
    assert resource_value("F 21.5") == Value(Kind.FLOAT, 21.5)
    assert resource_value("S two words") == Value(Kind.STRING, "two words")
    assert resource_value("S") == Value(Kind.STRING, "")


@pytest.mark.parametrize("text", ["f", "", "Float", "X"])
def test_another_letter_is_refused_with_those_there_are(text: str) -> None:
    with pytest.raises(ValueError, match=r"write one of I \(integer\), F \(float\)"):
        kind(text)
