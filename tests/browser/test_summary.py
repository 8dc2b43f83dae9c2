"""summary.html and catalogue.html in a real browser, from disk, the network off."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest

from sim7028_lab.report.catalogue import publish_catalogue
from sim7028_lab.report.publish import Attempt, Published, publish

pytestmark = pytest.mark.browser

ROOT = Path(__file__).parents[2]
NASTY = "<script>window.hacked = true</script>"


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Published:
    """The report of a real run, with a failure, a skip and text that would like to be markup."""
    folder = tmp_path_factory.mktemp("browser")
    suite = folder / "06__read" / "some.robot"
    suite.parent.mkdir()
    suite.write_text(f"""
*** Settings ***
Resource    {ROOT}/robot/resources/scenario.resource
Test Setup    Registered Module    /3303/0/5701
Test Teardown    End Scenario
*** Test Cases ***
A Text Reaches The Server
    [Documentation]    {NASTY} "quotes"
    [Tags]    LWREAD-ONE
    Server Starts Reading    /3303/0/5701
    Module Should Report Read    /3303/0/5701
    Module Answers Read    S    {NASTY}\u202e
    Server Should Receive    S    other
A Number Reaches The Server
    [Tags]    LWREADRSP-F
    Server Reads What Module Answers    /3303/0/5701    S    21.5
Not Here
    Skip    no second SIM
""")
    results = folder / "results"
    subprocess.run(
        [sys.executable, "-m", "robot", "-d", results, "-v", "LESHAN:jvm", suite.parent],
        cwd=ROOT,
        stdout=subprocess.DEVNULL,
        check=False,
    )
    publish_catalogue(ROOT / "robot", results)
    return publish([results], results)


@pytest.fixture(scope="module")
def merged(published: Published, tmp_path_factory: pytest.TempPathFactory) -> Published:
    """The same run as if it had been on two benches, and a third of which nothing is left."""
    results = published.page.parent
    benches = [Attempt(results, "desk"), Attempt(results, "attic")]
    nothing = Attempt(results / "nowhere", "cellar", ("robot was killed (signal 9)",))
    return publish([*benches, nothing], tmp_path_factory.mktemp("merged"))


@pytest.fixture
def page(browser, published: Published) -> Iterator[object]:
    """The summary, open."""
    browser.open(published.page)
    yield browser
    assert browser.errors == []
    assert browser.loaded == [], "it is one file"


def test_its_first_words_say_what_answered(page):
    assert page.driver.title.startswith("SIMULATED MODULE")
    assert page.run("return document.body.innerText").strip().startswith("SIMULATED MODULE")
    assert page.find("h1")[0].text == "1 of 3 scenarios fails."


def test_text_from_the_module_is_text(page):
    assert page.run("return window.hacked") is None
    failure = page.find("#failures .case")[0].text
    assert NASTY in failure
    assert "\u202e" not in page.run("return document.body.innerText")


def test_all_links_lead_somewhere(page):
    links = page.run("return [...document.querySelectorAll('a')].map(a => a.href)")
    assert len(links) > 10
    for link in links:
        parts = urlsplit(link)
        assert parts.scheme == "file"
        file = Path(unquote(parts.path))
        assert file.exists(), link
        if parts.fragment and file.name == "summary.html":
            assert page.run("return !!document.getElementById(arguments[0])", parts.fragment), link


def test_a_failure_leads_to_its_place_in_the_log(page, published):
    link = page.find("#failures .case a")[0].get_attribute("href")
    assert "log.html#s1-s1-t1" in link
    page.driver.get(link)
    assert "A Text Reaches The Server" in page.run("return document.body.innerText")
    page.open(published.page)


def test_a_pass_leads_to_its_diagram(page, published):
    page.run("document.querySelectorAll('#all details').forEach(each => each.open = true)")
    (row,) = [each for each in page.find("#all tr") if "A Number Reaches" in each.text]
    page.driver.get(row.find_element("link text", "Log").get_attribute("href"))
    assert page.find(".seq > summary")[0].is_displayed()
    page.open(published.page)


def test_the_filter_finds_a_word_and_what_is_not_covered(page):
    def rows():
        return page.run(
            "return [...document.querySelectorAll('#areas tbody tr')].filter(r => !r.hidden).length"
        )

    everything = rows()
    search, open_only = page.find("[data-for=areas] input")
    search.send_keys("LWREADRSP-F")
    found = rows()
    assert 0 < found < 10
    assert page.find("[data-for=areas] [role=status]")[0].text == f"{found} of {everything} shown"
    assert any(row.is_displayed() for row in page.find("#areas tbody tr")), "its area is open"
    search.clear()
    search.send_keys(" ")
    assert rows() == everything
    open_only.click()
    assert 0 < rows() < everything


def test_everything_can_be_reached_by_keyboard(page):
    page.run("document.body.focus()")
    names = []
    for _ in range(12):
        page.driver.switch_to.active_element.send_keys("\ue004")
        names.append(page.run("return document.activeElement.textContent.trim()"))
    assert names[0] == "Skip to what did not pass"
    assert {"What changed", "Coverage", "Scenarios"} <= set(names)
    shown = page.run("const s = getComputedStyle(document.activeElement); return s.outlineStyle")
    assert shown != "none", "one sees where one is"


@pytest.mark.parametrize("width", [390, 1200])
@pytest.mark.parametrize("opened", [False, True])
def test_nothing_hangs_over_the_edge(page, width, opened):
    page.resize(width)
    page.run("document.querySelectorAll('details').forEach(d => d.open = arguments[0])", opened)
    assert page.run("return document.documentElement.scrollWidth") <= width


def test_each_verdict_is_a_word_too(page):
    shown = [element.text for element in page.find(".tally dt")]
    assert shown == ["PASS", "FAIL", "FLAKY", "BENCH", "SERVER LIMIT", "NOT RUN"]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_can_be_read_in_light_and_dark(page, scheme):
    page.prefer(scheme)
    ratios = page.run("""
        const light = c => {
          const [r, g, b] = c.match(/[\\d.]+/g).map(Number).map(v => v / 255)
            .map(v => v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
          return 0.2126 * r + 0.7152 * g + 0.0722 * b;
        };
        const paper = light(getComputedStyle(document.body).backgroundColor);
        return [...document.querySelectorAll('h1, .lead, .soft, .v, a, .stamp, th, td')].map(e => {
          const ink = light(getComputedStyle(e).color);
          return (Math.max(ink, paper) + 0.05) / (Math.min(ink, paper) + 0.05);
        });
    """)
    assert min(ratios) >= 4.5, "the contrast that WCAG asks for"


def test_print_opens_what_is_folded(page):
    page.run("dispatchEvent(new Event('beforeprint'))")
    assert page.run("return document.querySelectorAll('details:not([open])').length") == 0
    page.run("dispatchEvent(new Event('afterprint'))")
    assert page.run("return document.querySelectorAll('details:not([open])').length") > 0


def test_it_can_be_read_without_script(browser, published):
    browser.driver.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": True})
    try:
        browser.open(published.page)
        assert browser.find("h1")[0].text == "1 of 3 scenarios fails."
        assert not browser.find(".tools")[0].is_displayed()
        assert browser.find("#areas summary")[0].is_displayed()
    finally:
        browser.driver.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": False})


@pytest.mark.parametrize("width", [390, 1200])
def test_several_benches_stand_side_by_side(browser, merged, width):
    browser.resize(width)
    browser.open(merged.page)
    browser.run("document.querySelectorAll('details').forEach(d => d.open = true)")
    benches = browser.find(".benches tbody tr")
    assert [row.text.split()[0] for row in benches] == ["FAIL", "FAIL", "NOT"]
    assert "robot was killed (signal 9)" in benches[2].text
    (failing,) = (row for row in browser.find(".beside tbody tr") if "FAIL" in row.text)
    assert failing.text.count("FAIL") == 2
    assert "no result" in failing.text
    assert browser.run("return document.documentElement.scrollWidth") <= width
    assert (browser.errors, browser.loaded) == ([], [])


def test_a_verdict_leads_to_what_happened(browser, merged):
    browser.open(merged.page)
    links = browser.run("return [...document.querySelectorAll('.beside a')].map(a => a.href)")
    assert len(links) >= 4
    for link in links:
        parts = urlsplit(link)
        assert Path(unquote(parts.path)).exists(), link
        if Path(unquote(parts.path)) == merged.page.resolve():
            assert browser.run("return !!document.getElementById(arguments[0])", parts.fragment)


def test_the_filter_finds_scenarios_side_by_side(browser, merged):
    browser.open(merged.page)

    def opened():
        return browser.run("return [...document.querySelectorAll('.alike')].map(d => d.open)")

    at_first = opened()
    search = browser.find("[data-for=side-by-side] input")[0]
    search.send_keys("A Number Reaches")
    assert browser.find("[data-for=side-by-side] [role=status]")[0].text == "1 of 3 shown"
    assert opened() != at_first
    search.clear()
    search.send_keys(" ")
    assert opened() == at_first


@pytest.mark.parametrize("width", [390, 1200])
def test_the_catalogue(browser, published, width):
    browser.resize(width)
    browser.open(published.page.with_name("catalogue.html"))
    browser.run("document.querySelectorAll('details').forEach(d => d.open = true)")
    assert "scenarios" in browser.find("h1")[0].text
    assert browser.run("return document.documentElement.scrollWidth") <= width
    search = browser.find("[data-for=all] input")[0]
    search.send_keys("no such word")
    assert browser.find("[data-for=all] [role=status]")[0].text.startswith("0 of ")
    assert (browser.errors, browser.loaded) == ([], [])


def test_the_keywords(browser, published):
    browser.open(published.page.with_name("keywords.html"))
    assert "Server Should Receive" in browser.run("return document.body.innerText")
    assert browser.errors == []
