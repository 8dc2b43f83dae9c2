"""`sim7028-lab doctor` on benches that are well, wrong, killed, and studied."""

import json
import os
import select
import signal
import subprocess
import sys
import threading
import tty
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jsonschema
import psutil
import pytest

import sim7028_lab.cli
from leshan import Server
from sim7028_lab.benchfile import load
from sim7028_lab.doctor import Subject, Verdict, examine, module, serial
from sim7028_lab.doctor.learning import Learnt, Seen, Study, study_all
from sim7028_lab.doctor.learning.lessons import LESSONS
from sim7028_lab.doctor.server import REST
from virtual_sim7028 import PROFILES, Settings, command_line

CLI = [sys.executable, "-m", "sim7028_lab.cli"]
SCHEMA = json.loads(
    (Path(sim7028_lab.cli.__file__).parent / "doctor.schema.json").read_text(encoding="utf-8")
)
TIMING = "[timing]\nattach = 10\nregistration = 5\nurc = 5\nserver = 8\nquiet = 0.1\n"
NOT_THE_SERVERS = [lesson for lesson in LESSONS if lesson.rows != ("close_limit",)]
"""What can be taught while others use the same server."""


def doctor(*arguments: str, limit: float = 100) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [*CLI, "doctor", *arguments], capture_output=True, text=True, timeout=limit, check=False
    )


@dataclass(frozen=True)
class Checked:
    """What came of a call with --json."""

    code: int
    verdicts: Mapping[str, str]
    told: Mapping[str, str]


@pytest.fixture
def checked(leshan_server: Server, tmp_path: Path) -> Callable[[str], Checked]:
    """Examines a bench with this port and a server that runs already."""

    def call(port: str) -> Checked:
        path = tmp_path / "bench.toml"
        path.write_text(
            f"[module]\nport = '{port}'\nsimulated = true\n{TIMING}[leshan]\nmode = 'remote'\n"
            f"rest_url = '{leshan_server.rest_url}'\ncoap_port = {leshan_server.coap.port}\n"
        )
        result = doctor("--bench", str(path), "--json")
        assert "Traceback" not in result.stderr
        report = json.loads(result.stdout)
        jsonschema.validate(report, SCHEMA)
        checks = report["checks"]
        return Checked(
            result.returncode,
            {check["name"]: check["verdict"] for check in checks},
            {check["name"]: f"{check['found']} {check['remedy']}" for check in checks},
        )

    return call


@contextmanager
def device(answer: Callable[[bytes], bytes]) -> Iterator[str]:
    """A pty with something behind it that is no module."""
    master, slave = os.openpty()
    tty.setraw(slave)
    stop_reading, stop = os.pipe()

    def run() -> None:
        while stop_reading not in (ready := select.select([master, stop_reading], [], [])[0]):
            if ready:
                os.write(master, answer(os.read(master, 4096)))

    thread = threading.Thread(target=run)
    thread.start()
    try:
        yield os.ttyname(slave)
    finally:
        os.close(stop)
        thread.join()
        for fd in (master, slave, stop_reading):
            os.close(fd)


def is_bad_with_all_behind_it(checked: Checked, name: str) -> None:
    assert checked.code == 1
    assert checked.verdicts[name] == "bad"
    for behind in ("module", "network", "registration", "conformance"):
        assert checked.verdicts[behind] == "not checked"
    for apart in ("results", "server", "REST", "CoAP"):
        assert checked.verdicts[apart] == "ok"


def test_a_port_that_is_not_there_is_named(checked: Callable[[str], Checked]) -> None:
    came = checked("socket://127.0.0.1:1")
    is_bad_with_all_behind_it(came, "port")
    assert "127.0.0.1:1" in came.told["port"]


def test_a_module_that_never_answers_is_said_so(checked: Callable[[str], Checked]) -> None:
    with device(lambda _: b"") as port:
        came = checked(port)
    is_bad_with_all_behind_it(came, "AT")
    assert "nothing came" in came.told["AT"]
    assert "baudrate" in came.told["AT"]


def test_a_port_that_speaks_binary_is_said_so(checked: Callable[[str], Checked]) -> None:
    with device(lambda _: bytes(range(128, 256)) * 4) as port:
        came = checked(port)
    is_bad_with_all_behind_it(came, "AT")
    assert "bytes that are no text" in came.told["AT"]


def test_a_port_in_use_is_said_so_and_by_whom(checked: Callable[[str], Checked]) -> None:
    with device(lambda _: b"\r\nOK\r\n") as port:
        script = f"import serial; p = serial.Serial({port!r}, exclusive=True); print(); input()"
        with subprocess.Popen(
            [sys.executable, "-c", script],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        ) as holder:
            assert holder.stdout is not None
            holder.stdout.readline()
            came = checked(port)
            holder.kill()
    is_bad_with_all_behind_it(came, "port")
    assert f"{holder.pid}" in came.told["port"]


def test_a_virtual_bench_is_well() -> None:
    result = doctor("--leshan", "jvm")
    assert result.returncode == 0, result.stdout
    assert "SIMULATED MODULE" in result.stdout
    assert "BAD" not in result.stdout
    assert "warning" not in result.stdout
    assert result.stdout.splitlines()[-1].startswith("Fit for a run.")


def test_a_bench_file_that_is_wrong_is_2(tmp_path: Path) -> None:
    path = tmp_path / "wrong.toml"
    path.write_text("[module]\nbaud = 9600\n")
    result = doctor("--bench", str(path))
    assert result.returncode == 2
    assert "module.baud is not known" in result.stderr


# However it ends, nothing stays behind


@pytest.fixture
def running(tmp_path: Path) -> Iterator["subprocess.Popen[str]"]:
    """A doctor that has module and server open, with temporary files of its own."""
    with subprocess.Popen(
        [*CLI, "doctor", "--leshan", "jvm", "--learn", str(tmp_path / "never.toml")],
        env={**os.environ, "TMPDIR": str(tmp_path), "PYTHONUNBUFFERED": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        try:
            while "registration" not in process.stdout.readline().split()[1:2]:
                assert process.poll() is None
            yield process
        finally:
            process.kill()


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGKILL, -9)])
def test_nothing_stays_behind(
    running: "subprocess.Popen[str]",
    tmp_path: Path,
    watch: Callable[[int], Any],
    number: signal.Signals,
    code: int,
) -> None:
    children = [watch(child.pid) for child in psutil.Process(running.pid).children(recursive=True)]
    assert len(children) >= 3  # the virtual module, the server, and its guard
    running.send_signal(number)
    _, said = running.communicate(timeout=30)
    assert running.returncode == code
    assert "Traceback" not in said
    assert all(child.has_ended() for child in children)
    assert not list(tmp_path.glob("sim7028-lab-*"))
    assert not (tmp_path / "never.toml").exists()


# What is learnt of a module


@contextmanager
def virtual_module(link: Path, profile: str, switches: Mapping[str, str]) -> Iterator[None]:
    settings = Settings(
        link=link, profile=profile, switches=switches, events=False, watch_stdin=True
    )
    with subprocess.Popen(
        command_line(settings), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert json.loads(process.stdout.readline())["port"]
        yield
        assert process.stdin is not None
        process.stdin.close()


UNSWITCHED: Mapping[str, str] = {}
SERIAL_SIDE = {
    "open_urc": "LMOPEN:",
    "read_urc": "+LWREAD:",
    "write_urc": "+LMWRITE:",
    "execute_urc": "+LWEXECUTE:",
    "empty_buffer": "true",
    "test_forms": "bare",
    "blanks_accepted": "false",
    "connecttype_accepted": "false",
    "configure_before_start": "true",
    "start_again": "true",
    "plain_errors": "false",
    "unresolved": "silence",
}
AIR_SIDE = {
    "lifetime": "500",
    "reopen_urc": "true",
    "update_on_lifetime_write": "false",
    "result0": "2.05",
    "ack_on_ignore": "true",
    "dedup": "false",
    "observing": "refused",
    "plain_formats": "false",
    "create_code": "4.04",
    "delete_code": "5.01",
    "boot_time": "1",
    "attach_time": "1.5",
}
ROUGH = ("boot_time", "attach_time", "ack_delay")
VARIANTS = [
    ("note-1.03", UNSWITCHED),
    ("strict", UNSWITCHED),
    ("a76xx", UNSWITCHED),
    ("note-1.03", SERIAL_SIDE),
    ("note-1.03", AIR_SIDE),
    ("strict", {"ack_delay": "1.5", "observing": "ignored"}),
    ("a76xx", {"ack_delay": "inf", "ack_on_ignore": "false", "result0": "2.05"}),
]


def study(server: Server, folder: Path, profile: str, switches: Mapping[str, str]) -> Learnt:
    """What is learnt of a virtual module behind a plain port, by all lessons but the last."""
    folder.mkdir()
    path = folder / "bench.toml"
    path.write_text(
        f"[module]\nport = '{folder / 'link'}'\nsimulated = true\n{TIMING}"
        "[leshan]\ncoap_host = '127.0.0.1'\n"
    )
    with ExitStack() as stack:
        stack.enter_context(virtual_module(folder / "link", profile, switches))
        subject = stack.enter_context(Subject(load(path), folder, lambda _: None))
        subject.server = server
        checks = (serial.PORT, serial.ANSWER, module.SIM, module.NETWORK, REST)
        verdicts = [result.outcome.verdict for result in examine(subject, checks)]
        assert set(verdicts) == {Verdict.GOOD}
        return Learnt.of(list(study_all(Study(subject), NOT_THE_SERVERS)), "note-1.03")


def test_exactly_what_was_changed_is_learnt(leshan_server: Server, tmp_path: Path) -> None:
    with ThreadPoolExecutor(len(VARIANTS)) as pool:
        learnt = list(
            pool.map(
                lambda numbered: study(leshan_server, tmp_path / f"{numbered[0]}", *numbered[1]),
                enumerate(VARIANTS),
            )
        )
    for (name, switches), came in zip(VARIANTS, learnt, strict=True):
        actual = PROFILES[name].switched(switches)
        again = came.profile.switched(came.switches)
        tried = [row for row in came.rows if row.seen is not Seen.NOT_TRIED]
        assert len(tried) > 30
        for row in tried:
            if hasattr(actual, row.name):
                there = getattr(actual, row.name)
                expected = pytest.approx(there, abs=0.5) if row.name in ROUGH else there
                assert getattr(again, row.name) == expected, (name, switches, row)
            else:  # a row without a switch, which no switch changes
                assert row.seen is Seen.AS_ASSUMED, (name, switches, row)
        if not switches:
            assert (came.profile.name, came.switches) == (name, {})
        if switches is AIR_SIDE:
            assert came.switches.keys() == AIR_SIDE.keys()


def test_a_learnt_bench_file_runs_scenarios(tmp_path: Path) -> None:
    bench, learnt = tmp_path / "desk.toml", tmp_path / "learnt.toml"
    link = tmp_path / "link"
    bench.write_text(
        f"[module]\nport = '{link}'\nsimulated = true\nfirmware = 'note-1.03'\n{TIMING}"
        "[leshan]\nmode = 'jvm'\n"
    )
    with virtual_module(link, "a76xx", {"close_limit": "1", "reopen_urc": "true"}):
        result = doctor("--bench", str(bench), "--learn", str(learnt), "--json")
    assert result.returncode == 0, result.stdout + result.stderr
    report = json.loads(result.stdout)
    jsonschema.validate(report, SCHEMA)
    switches = {row["name"]: row["switch"] for row in report["learnt"]["rows"] if row["switch"]}
    assert report["learnt"]["profile"] == "a76xx"
    assert switches == {"close_limit": "1", "reopen_urc": "true"}
    reads = Path(__file__).parents[2] / "robot"
    run = subprocess.run(
        [
            *(sys.executable, "-m", "robot", "-v", f"BENCH:{learnt}", "-v", "LESHAN:jvm"),
            *("-d", str(tmp_path / "results"), "--suite", "Identifiers", "--suite", "Executes"),
            str(reads),
        ],
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )
    assert run.returncode == 0, run.stdout
