import os
from pathlib import Path

import pytest

from leshan import Mode
from sim7028_lab.benchfile import SHIPPED, BenchFileError, find, load


@pytest.fixture
def bench(tmp_path: Path):
    def write(text: str) -> Path:
        path = tmp_path / "cellar.toml"
        path.write_text(text)
        return path

    return write


def complaints(path: Path) -> str:
    with pytest.raises(BenchFileError) as raised:
        load(path)
    return str(raised.value)


@pytest.mark.parametrize("path", sorted(SHIPPED.glob("*.toml")), ids=lambda path: path.stem)
def test_what_is_shipped_can_be_loaded(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SIM_PIN", "1234")
    assert load(path).name == path.stem


def test_an_empty_file_is_the_virtual_bench_with_all_defaults(bench) -> None:
    loaded = load(bench(""))
    assert loaded.module.is_virtual
    assert loaded.leshan.mode is Mode.AUTO
    assert loaded.name == "cellar"


def test_all_complaints_come_at_once_with_file_key_and_remedy(bench) -> None:
    path = bench("""
        [module]
        port = "virtual"
        baud = 9600
        baudrate = "fast"
        dtr = 1
        [timing]
        urc = 0
        [radio]
    """)
    said = complaints(path).splitlines()
    assert all(line.startswith(f"{path}: ") for line in said)
    assert [line.removeprefix(f"{path}: ") for line in said] == [
        (
            "module.baud is not known; [module] has port, simulated, baudrate, firmware, dtr, rts,"
            " rtscts, switches, faults, baseline"
        ),
        "module.baudrate = 'fast': write a number of bits a second, such as 115200",
        "module.dtr = 1: write true or false",
        "timing.urc = 0: write seconds, more than 0 and at most 3600",
        (
            "[radio] is not known; there are module, network, timing, leshan, power, recovery,"
            " labgrid"
        ),
    ]


@pytest.mark.parametrize(
    ("text", "remedy"),
    [
        ("[module]\nport = ''", "write a text in quotes"),
        ("[module]\nfirmware = 'x'", "write one of note-1.03"),
        ("[module]\nswitches = 'x'", "write a table"),
        ("[network]\npin = '12'", "write 4 to 8 digits"),
        ("[network]\npin = 'env:NO_SUCH_PIN'", "set the environment variable NO_SUCH_PIN"),
        ("[module]\nfaults = 'hang'", "write a list such as"),
        ("[module]\nfaults = ['sulk@AT']", "module.faults: "),
        ("[timing]\nattach = true", "write seconds"),
        ("[power]\noff = 'switch \"off'", "write a command as a shell would take it"),
        ("[power]\noff = 'switch off'", "power.off and power.on go together"),
        (
            "[power]\noff = 'a'\non = 'b'\nusb_hub = { location = '1-1', port = 2 }",
            "write one of the two ways",
        ),
        ("[power]\nusb_hub = { location = '1-1' }", "as uhubctl has it"),
        ("[module]\nfirmware = ['strict']", "write one of note-1.03"),
        ("[recovery]\nladder = [['atz']]", "write a list of resynchronise, atz, cfun, qcrst"),
        ("[leshan]\nca = '~nobody-here/ca.pem'", "~nobody-here/ca.pem is not there"),
        ("[recovery]\nladder = ['pray']", "write a list of resynchronise, atz, cfun, qcrst"),
        ("[recovery]\nladder = ['qcrst', 'atz']", "in this order"),
        ("[recovery]\nclimbs = -1", "write a number from 0 to 1000"),
        ("[labgrid]\nplace = 'cellar'", "labgrid.place and module.port"),
        ("[module]\nport = 'labgrid'", "labgrid.place and module.port"),
        ("[labgrid]\ncoordinator = 'lab'", "write host:port"),
        ("[timing]\nattach = nan", "write seconds"),
        ("[leshan]\nmode = 'cloud'", "write one of auto"),
        ("[leshan]\nrest_url = 'leshan:8080'", "write the address of the server's web page"),
        ("[leshan]\nrest_url = 'http://h:99999'", "write the address of the server's web page"),
        ("[leshan]\nrest_url = 'http://u:p@h'", "as leshan.auth"),
        ("[leshan]\ncoap_port = 0", "write a port from 1 to 65535"),
        ("[leshan]\nauth = 'x'", 'write "user:password"'),
        ("[leshan]\nca = '/no/such.pem'", "/no/such.pem is not there"),
        ("[leshan]\nmode = 'remote'", "leshan.rest_url is missing"),
        ("[leshan]\nmode = 'jvm'\ncoap_host = '0.0.0.0'", "leshan.coap_host = '0.0.0.0' is no"),
        ("[leshan]\ncoap_host = '::'", "give the one of this machine's addresses"),
        ("[module]\nswitches = {nope = 'x'}", "module.switches: no switch is called 'nope'"),
        ("[module]\nswitches = {result0 = '9.99'}", "module.switches: result0 is '9.99'"),
        ("module = 3", "write a table"),
        ("[module", "cannot be read as TOML"),
        ("[module]\nport = '/dev/x'\nswitches = {dedup = false}\n[leshan]\ncoap_host='1.2.3.4'",
         'for module.port = "virtual" only'),
    ],
)  # fmt: skip
def test_wrong_values_are_refused_with_a_remedy(bench, text: str, remedy: str) -> None:
    assert remedy in complaints(bench(text))


def test_secrets_are_not_in_complaints(bench) -> None:
    assert "hunter22" not in complaints(bench("[network]\npin = 'hunter22'"))


@pytest.mark.parametrize(
    "server",
    [
        "",
        "mode = 'jvm'",
        "mode = 'remote'\nrest_url = 'http://127.0.0.1:8080'",
        "mode = 'remote'\nrest_url = 'http://localhost:8080'",
        "mode = 'docker'\ncoap_host = '::1'",
    ],
)
def test_a_real_module_cannot_reach_loopback(bench, server: str) -> None:
    said = complaints(bench(f"[module]\nport = '/dev/ttyUSB0'\n[leshan]\n{server}"))
    assert "leshan.coap_host" in said


@pytest.mark.parametrize(
    "server",
    [
        "mode = 'remote'\nrest_url = 'http://leshan.example:8080'",
        "mode = 'docker'\ncoap_host = '203.0.113.7'",
    ],
)
def test_a_real_module_reaches_a_public_address(bench, server: str) -> None:
    load(bench(f"[module]\nport = '/dev/ttyUSB0'\n[leshan]\n{server}"))


@pytest.mark.parametrize("mode", ["jvm", "docker", "auto"])
def test_a_real_module_cannot_reach_the_server_of_another_mode_either(bench, mode: str) -> None:
    server = "mode = 'remote'\nrest_url = 'http://leshan.example:8080'"
    with pytest.raises(BenchFileError, match=r"leshan\.coap_host"):
        load(bench(f"[module]\nport = '/dev/ttyUSB0'\n[leshan]\n{server}"), mode)


def test_a_pty_or_socket_is_no_real_module(bench) -> None:
    master, slave = os.openpty()
    try:
        for port in (os.ttyname(slave), "socket://127.0.0.1:5000"):
            load(bench(f"[module]\nport = '{port}'"))
    finally:
        os.close(master)
        os.close(slave)


def test_the_server_can_be_overridden(bench) -> None:
    path = bench("[leshan]\nmode = 'docker'")
    assert load(path, "jvm").leshan.mode is Mode.JVM
    remote = load(path, "http://10.0.0.5:8080/").leshan
    assert (remote.mode, remote.rest_url) == (Mode.REMOTE, "http://10.0.0.5:8080")


def test_a_secret_can_come_from_the_environment(bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LAB_AUTH", "lab:hunter22")
    loaded = load(bench("[leshan]\nauth = 'env:LAB_AUTH'"))
    assert loaded.leshan.auth == ("lab", "hunter22")
    assert "hunter22" in loaded.secrets


def test_a_bench_is_found_by_name_or_path(bench) -> None:
    path = bench("")
    assert find(str(path)) == path
    assert find("virtual") == SHIPPED / "virtual.toml"
    with pytest.raises(BenchFileError, match=r"those shipped:.* virtual"):
        find("attic")


def test_the_baseline_is_the_firmware_s_unless_another_is_named(bench, tmp_path) -> None:
    shipped = load(bench('[module]\nfirmware = "strict"')).module.baseline_file
    assert shipped.name == "strict.toml"
    mine = tmp_path / "mine.toml"
    mine.write_text("")
    assert load(bench(f'[module]\nbaseline = "{mine}"')).module.baseline_file == mine


def test_a_baseline_that_cannot_be_used_is_a_complaint(bench, tmp_path) -> None:
    assert "module.baseline = 'none.toml': write the path" in complaints(
        bench('[module]\nbaseline = "none.toml"')
    )
    mine = tmp_path / "mine.toml"
    mine.write_text("accepted = 1")
    assert f"{mine}: entry 1: write rule, on, why" in complaints(
        bench(f'[module]\nbaseline = "{mine}"')
    )


def test_a_file_is_looked_for_beside_the_bench_file(bench) -> None:
    path = bench("[leshan]\nmode = 'remote'\nrest_url = 'https://leshan.example'\nca = 'ca.pem'")
    assert f"{path.parent / 'ca.pem'} is not there" in complaints(path)
    (path.parent / "ca.pem").touch()
    assert load(path).leshan.ca == path.parent / "ca.pem"
