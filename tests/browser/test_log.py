"""log.html of a real run in a real browser, from disk, the network off."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
from robot.api import ExecutionResult

pytestmark = pytest.mark.browser

ROOT = Path(__file__).parents[2]
NASTY = "<script>window.hacked = true</script>"


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The log of a run with a scenario that passes, one that fails, and one at level DEBUG."""
    folder = tmp_path_factory.mktemp("log")
    suite = folder / "some.robot"
    suite.write_text(f"""
*** Settings ***
Resource    {ROOT}/robot/resources/scenario.resource
Test Setup    Registered Module    /3303/0/5701
Test Teardown    End Scenario
*** Test Cases ***
Passes
    Server Reads What Module Answers    /3303/0/5701    S    {NASTY}\u202e 'quotes' &amp;
Fails
    Server Starts Reading    /3303/0/5701
    Module Should Report Read    /3303/0/5701
    Module Answers Read    S    {NASTY}\u202e
    Server Should Receive    S    another
Is Debugged
    [Setup]    Run Keywords    Set Log Level    DEBUG
    ...    AND    Registered Module    /3303/0/5701
    Server Reads What Module Answers    /3303/0/5701    S    closer
""")
    subprocess.run(
        [sys.executable, "-m", "robot", "-d", folder / "results", "-v", "LESHAN:jvm", suite],
        cwd=ROOT,
        stdout=subprocess.DEVNULL,
        check=False,
    )
    return folder / "results" / "log.html"


@pytest.fixture
def failing(browser, log: Path):
    """The failing scenario, unfolded as its link unfolds it."""
    browser.open(Path(f"{log}#s1-t2"))
    assert browser.find(".seq"), "no diagram is shown with the failing keyword"
    return browser


@pytest.fixture
def passing(browser, log: Path):
    """The scenario that passed, with its teardown unfolded."""
    browser.open(Path(f"{log}#s1-t1-k3"))
    assert browser.find(".seq")
    return browser


def test_nothing_is_wrong_on_the_console(failing) -> None:
    assert failing.errors == []


def test_a_failure_shows_its_paragraph_first(failing) -> None:
    message = failing.find("#s1-t2 .metadata .message")[0].text
    first = message.splitlines()
    assert "expected S 'another'; the server received" in first[0]
    assert any(line.startswith("Likely side: harness, not certain.") for line in first), message
    assert "Last lines:" in first
    shown = failing.find(".seq .why")[0]
    assert shown.is_displayed()
    terms = [term.text for term in shown.find_elements("tag name", "dt")]
    assert terms == ["Expected", "Came", "Likely side", "Its way", "Last lines"]


def test_the_failing_step_is_marked_and_in_view_of_the_fold(failing) -> None:
    (mark,) = failing.find(".seq .failing")
    assert mark.is_displayed()
    assert "Failing step" in mark.text
    (step,) = failing.find(".seq .st.bad")
    assert "Server Should Receive" in step.text
    folded = failing.find(".seq .st:not([open])")
    assert any("Module Points At Server" in each.text for each in folded)


def test_every_lane_is_there_and_arrows_point_from_lane_to_lane(failing) -> None:
    lanes = [each.text.splitlines()[0] for each in failing.find(".seq .lanes span")]
    assert lanes == ["Harness", "Module", "Air", "Server", "REST"]
    arrows = failing.run(
        "return [...document.querySelectorAll('.seq .st[open] li.af > div, .seq .st[open] li.uu"
        " > div')].map(e => getComputedStyle(e, '::after').clipPath.slice(0, 7))"
    )
    assert len(arrows) >= 2
    assert set(arrows) == {"polygon"}


def test_what_the_module_says_is_text(failing) -> None:
    assert failing.run("return window.hacked") is None
    assert any(NASTY in each.text for each in failing.find(".seq code"))
    assert any("⟨U+202E⟩" in each.text for each in failing.find(".seq code"))


def test_what_passed_is_folded_until_asked_for(passing) -> None:
    (diagram,) = passing.find("#s1-t1 details.seq")
    assert diagram.get_attribute("open") is None
    assert not passing.find("#s1-t1 .seq .failing")
    passing.find("#s1-t1 .seq > summary")[0].click()
    rows = passing.find("#s1-t1 .seq li code")
    assert any("AT+LWREADRSP" in row.text for row in rows)
    assert passing.errors == []


def test_links_to_evidence_resolve(passing, log: Path) -> None:
    (link,) = passing.find("#s1-t1 .seq .file a")
    assert Path(unquote(urlsplit(link.get_attribute("href")).path)).is_file()


def test_what_the_diagram_shows_is_not_said_by_each_step_too(log: Path) -> None:
    test, *_ = ExecutionResult(log.with_name("output.xml")).suite.tests
    steps = test.body[0].body
    assert [step.name for step in steps][-2:] == ["Module Answers Read", "Server Should Receive"]
    assert not any(step.messages for step in steps)
    legend, diagram = test.teardown.messages
    assert legend.message.startswith("<style>")
    assert "AT+LWREADRSP" in diagram.message


def test_a_step_tells_what_was_said_to_those_who_debug(log: Path) -> None:
    *_, test = ExecutionResult(log.with_name("output.xml")).suite.tests
    steps = {step.name: step for step in test.body[0].body}
    (said,) = steps["Module Answers Read"].messages
    assert said.level == "DEBUG"
    assert re.search(r"(?s)UART +→ AT\+LWREADRSP=.* UART +← OK", said.message)


@pytest.mark.parametrize("width", [390, 1200])
def test_the_diagram_is_as_wide_as_the_page(failing, width: int) -> None:
    failing.driver.execute_cdp_cmd(
        "Emulation.setDeviceMetricsOverride",
        {"width": width, "height": 1000, "deviceScaleFactor": 1, "mobile": False},
    )
    right = failing.run(
        "return Math.max(...[...document.querySelectorAll('.seq, .seq *')]"
        ".map(e => e.getBoundingClientRect().right))"
    )
    assert right <= width
    assert failing.run("return document.querySelector('.seq').clientWidth") > width * 0.7


@pytest.mark.parametrize("width", [600, 720])
def test_on_paper_nothing_is_folded_and_nothing_hangs_over(failing, width: int) -> None:
    failing.resize(width)
    failing.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "print"})
    try:
        pieces = failing.run(
            "return [...document.querySelectorAll('#s1-t2 .seq pre')]"
            ".map(e => e.getBoundingClientRect()).map(r => [r.left, r.right, r.height])"
        )
    finally:
        failing.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": ""})
    assert len(pieces) >= 2
    assert [piece for piece in pieces if not 0 <= piece[0] < piece[1] <= width] == []
    assert all(height > 0 for _, _, height in pieces)


def test_the_colours_follow_robots_own_switch(failing) -> None:
    script = "return getComputedStyle(document.querySelector('.seq')).color"
    light = failing.run(script)
    failing.run("document.documentElement.setAttribute('data-theme', 'dark')")
    assert failing.run(script) != light


def test_it_opens_without_the_network(failing) -> None:
    assert [name for name in failing.loaded if not name.startswith(("data:", "file:"))] == []
