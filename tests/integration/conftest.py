from collections.abc import Iterator

import pytest

from leshan.server import Mode, Server, ServerSettings, start_server


@pytest.fixture(scope="session")
def leshan_server() -> Iterator[Server]:
    """A real server for the whole session. Leave it as it was found: no kill, no restart."""
    with start_server(ServerSettings(mode=Mode.JVM)) as server:
        yield server
