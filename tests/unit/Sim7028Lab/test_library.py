import pytest

from Sim7028Lab import Sim7028Lab

LIBRARY = Sim7028Lab()
ACTORS = ("module", "server", "network", "evidence", "bench", "open_bench", "close_bench")


@pytest.mark.parametrize("name", sorted(LIBRARY.get_keyword_names()))
def test_a_keyword_says_who_acts_and_what_it_does(name: str) -> None:
    assert name.startswith((*ACTORS, "start_scenario", "end_scenario"))
    assert LIBRARY.get_keyword_documentation(name).strip().endswith((".", "`"))


@pytest.mark.parametrize("name", sorted(LIBRARY.get_keyword_names()))
def test_every_argument_has_a_type(name: str) -> None:
    types = LIBRARY.get_keyword_types(name)
    for argument in LIBRARY.get_keyword_arguments(name):
        text = argument if isinstance(argument, str) else argument[0]
        assert text.lstrip("*") in types or text == "*"
