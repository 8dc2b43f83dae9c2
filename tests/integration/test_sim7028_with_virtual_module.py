"""The driver against the virtual module, which has its own reading of the note."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from ipaddress import IPv4Address
from pathlib import Path

import pytest

from sim7028 import (
    DIALECTS,
    AtRefused,
    BringUp,
    Channel,
    Configuration,
    Module,
    Name,
    PortLost,
    Raw,
    Ready,
    Registered,
    SupportTest,
    UrcMissing,
    is_real_port,
    open_port,
)


@dataclass
class Running:
    """A virtual module's process, and the URL of its port."""

    process: subprocess.Popen[bytes]
    url: str


Start = Callable[..., Running]


@pytest.fixture
def start() -> Iterator[Start]:
    """Starts virtual modules with these options."""
    program = Path(sys.executable).with_name("sim7028-lab")
    with ExitStack() as stack:

        def begin(*options: str) -> Running:
            command = [str(program), "virtual-module", "--quiet-events", *options]
            process = stack.enter_context(subprocess.Popen(command, stdout=subprocess.PIPE))
            stack.callback(process.terminate)
            assert process.stdout is not None
            return Running(process, json.loads(process.stdout.readline())["port"])

        yield begin


@pytest.mark.parametrize("profile", DIALECTS)
def test_the_driver_copes_with_every_profile(profile: str, start: Start) -> None:
    with Channel(open_port(start("--profile", profile).url)) as channel:
        module = Module(channel, DIALECTS[profile])
        assert module.bring_up(BringUp(apn="iot")).model == "SIM7028"
        assert module.signal().is_known
        assert module.network_status().is_registered
        assert isinstance(module.address().address, IPv4Address)
        bare = {name for name in Name if not channel.send(SupportTest(name)).parameters}
        assert bare == module.dialect.bare_tests
        module.start()
        module.configure(Configuration("127.0.0.1", 9, "nobody", 300, 4, 0))
        with pytest.raises(UrcMissing, match=r"\+LMOPEN"):
            module.open(within=0.1)
        with pytest.raises(AtRefused):
            channel.send(Raw("AT+LWADDOBJ=0"))
        module.release()
        module.radio_off()
        assert not module.network_status().is_registered
        module.radio_on()
        module.await_network(60)


@pytest.mark.parametrize("where", ["pty", "tcp:127.0.0.1:0"])
def test_a_simulated_port_is_a_port(where: str, start: Start) -> None:
    url = start("--at", where, "--pin", "1234").url
    assert not is_real_port(url)
    with Channel(open_port(url)) as channel:
        module = Module(channel)
        module.bring_up(BringUp(pin="1234"))
        assert isinstance(module.reset(), Ready)
        module.bring_up(BringUp(pin="1234"))


@pytest.mark.parametrize("where", ["pty", "tcp:127.0.0.1:0"])
def test_a_module_that_is_gone_is_a_lost_port(where: str, start: Start) -> None:
    module = start("--at", where)
    with Channel(open_port(module.url)) as channel:
        mark = channel.mark()
        module.process.kill()
        with pytest.raises(PortLost):
            mark.next(Registered, within=60)
