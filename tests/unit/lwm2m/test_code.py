import pytest

from lwm2m import Code


@pytest.mark.parametrize("code", Code)
def test_each_code_is_read_by_number_and_by_name(code: Code) -> None:
    assert Code.parse(code.dotted) is code
    assert Code.parse(code.name.replace("_", " ").lower()) is code
    assert str(code).startswith(code.dotted)


@pytest.mark.parametrize(
    ("number", "dotted"), [(65, "2.01"), (69, "2.05"), (132, "4.04"), (163, "5.03")]
)
def test_a_number_is_class_times_32_plus_detail(number: int, dotted: str) -> None:
    assert Code(number).dotted == dotted


def test_success_is_class_2() -> None:
    assert Code.CHANGED.is_success
    assert Code.CONTINUE.is_success
    assert not Code.BAD_REQUEST.is_success


@pytest.mark.parametrize("text", ["", "4.4", "9.99", "2.99", "4.33", "2.31x", "Fine"])
def test_other_texts_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        Code.parse(text)
