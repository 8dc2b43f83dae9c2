"""No secret is in any file of a run, in any file's name, or on the console."""

from __future__ import annotations

import base64
import os
import re
import subprocess
import sys
import zlib
from pathlib import Path

import pytest
from robot.api import ExecutionResult

ROOT = Path(__file__).parents[2]
SECRETS = {
    "PIN": "4711",
    "password": "hunter2-of-the-lab",
    "IMEI": "001010280702810",  # the virtual module's own, as are IMSI and ICCID
    "IMSI": "001010123456789",
    "ICCID": "89882390000012345678",
    "phone number": "+491711234567",
    "phone number in national form": "01711234567",
}
BENCH = """
[network]
pin = "env:SIM_PIN"
[leshan]
auth = "lab:hunter2-of-the-lab"
[timing]
attach = 5
registration = 5
urc = 1
server = 3
quiet = 0.1
"""


def _suite() -> str:
    pin, password, imei, imsi, iccid, phone, _ = SECRETS.values()
    return f"""
*** Settings ***
Documentation    pin {pin}, {imei}
Metadata         Card    {iccid}
Resource         {ROOT}/robot/resources/scenario.resource
Test Setup       Registered Module    /3303/0/5700    /3303/0/5750
Test Teardown    End Scenario

*** Test Cases ***
Named {pin} With {password} And {imei}
    [Documentation]    {imsi}
    [Tags]    pin {pin}    {password}
    The Card {iccid} Is Unlocked With {pin}
    Log    {imei}    DEBUG
    Log    called from {phone}    console=True
    Log To Console    {password} {imei}.
    Log To Console    PIN {pin}    stream=STDERR
    Log    {password}    WARN
    Set Test Message    it was {iccid}
In Conditions
    IF    '{pin}' == 'another'
        No Operation
    ELSE IF    '{imsi}' != '{password}'
        Log    the card is {imsi}
    END
    WHILE    '{imei}' == 'another'    limit=1    on_limit_message={password}
        No Operation
    END
    TRY
        Fail    {password}
    EXCEPT    {password}    {phone}    AS    ${{error}}
        VAR    ${{pin}}    {pin}
    END
    GROUP    {iccid}
        FOR    ${{each}}    IN    {imei}    {password}
            Should Not Be Equal    ${{each}}    {imsi}
        END
    END
Told By The Module
    Module Should Accept    AT+CGSN
    Module Should Accept    AT+CIMI
    Module Should Accept    AT+CCID
    Server Starts Reading    /3/0/2
    Server Should Receive    S    another than {imei}
Told By The Server
    Server Starts Reading    /3303/0/5750
    Module Should Report Read    /3303/0/5750
    Module Answers Read    S    call {phone} or {iccid}
    Server Should Receive    S    {password}
Printed By A Library
    Evaluate    print("{password}, {imsi}")
    Evaluate    __import__('sys').stderr.write("{imei}")
    Evaluate    __import__('logging').warning("{pin}, {phone}")
    Evaluate    f"{{1}}" + 1 + "{password}"
In A Failing Message
    Fail    {pin} {imei} {iccid} {imsi}
    [Teardown]    Fail    {password}

*** Keywords ***
The Card ${{card}} Is Unlocked With ${{number}}
    [Documentation]    The pin is {pin}.
    [Tags]    {password}
    Log    ${{card}}, ${{number}}
    RETURN    ${{card}}
"""


@pytest.fixture(scope="module", params=["TRACE", "WARN"])
def run(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Path, str]:
    """The files of a run that meets the secrets everywhere, and what it printed."""
    folder = tmp_path_factory.mktemp("secrets")
    suites, bench = folder / "suites", folder / "bench.toml"
    suites.mkdir()
    (suites / f"suite_{SECRETS['PIN']}.robot").write_text(_suite(), encoding="utf-8")
    bench.write_text(BENCH, encoding="utf-8")
    done = subprocess.run(
        [
            *(sys.executable, "-m", "robot", "-d", "results", "--loglevel", request.param),
            *("--debugfile", "debug.txt", "--xunit", "xunit.xml"),
            # Of a suite that does not import the library itself; its documentation is on the
            # console before any library is there.
            *("--metadata", f"Device:{SECRETS['IMEI']}", "--metadata", f"Card:{SECRETS['ICCID']}"),
            *("-v", "LESHAN:jvm", "-v", f"BENCH:{bench}", suites.name),
        ],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
        timeout=110,
        env=os.environ | {"SIM_PIN": SECRETS["PIN"]},
    )
    said = done.stdout + done.stderr
    assert done.returncode == 4, said
    return folder / "results", said


def test_the_run_was_what_it_is_meant_to_be(run: tuple[Path, str]) -> None:
    results, said = run
    tests = list(ExecutionResult(results / "output.xml").suite.all_tests)
    assert [test.passed for test in tests] == [True, True, False, False, False, False], said
    assert {"debug.txt", "xunit.xml", "log.html", "report.html", "summary.html", "run.jsonl"} <= {
        path.name for path in results.iterdir()
    }
    assert found("Told By The Server", readable((results / "log.html").read_text()))


@pytest.mark.parametrize("name", SECRETS)
def test_a_secret_is_not_on_the_console(run: tuple[Path, str], name: str) -> None:
    assert not found(SECRETS[name], run[1])


@pytest.mark.parametrize("name", SECRETS)
def test_a_secret_is_in_no_file_and_no_files_name(run: tuple[Path, str], name: str) -> None:
    secret, (results, _) = SECRETS[name], run
    for path in results.rglob("*"):
        assert not found(secret, str(path.relative_to(results)).replace("_", " "))
        if path.is_file():
            where = found(secret, readable(path.read_bytes().decode("utf-8", "replace")))
            assert not where, f"the {name} is in {path}: {where}"


def found(secret: str, text: str) -> str:
    """Where the secret stands, as it is or in hex digits; empty if nowhere.

    Four digits stand by chance in many a time and many a hash, so they count as a word only.
    """
    for form in (secret, secret.encode().hex()):
        number = rf"(?<![\w.:]){form}(?![\w:])" if len(secret) == 4 else re.escape(form)
        if match := re.search(number, text, re.IGNORECASE):
            return text[max(0, match.start() - 80) : match.end() + 20]
    return ""


def readable(text: str) -> str:
    """The text, followed by the strings that Robot's log.html has compressed."""
    packed = re.findall(r'"((?:[A-Za-z0-9+/]{4})+={0,2})"', text)
    unpacked = [text]
    for data in packed:
        raw = base64.b64decode(data)
        if raw[:1] == b"\x78":  # zlib's first byte
            unpacked.append(zlib.decompress(raw).decode())
    return "\n".join(unpacked)
