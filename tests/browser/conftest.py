"""A real browser on pages from disk, with the network off."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from selenium import webdriver
from selenium.webdriver.chrome.service import Service

_CHROMIUM = "chromium"
_DRIVER = "chromedriver"
_FLAGS = (
    "--headless=new",
    "--no-sandbox",  # CI is root, which Chromium's sandbox refuses
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--window-size=1200,1000",
)


@dataclass
class Browser:
    """Chromium, with what tests of pages ask of it.

    Attributes:
        driver: selenium's own.
    """

    driver: webdriver.Chrome

    def open(self, page: Path) -> None:
        """Open a page from disk; a place in it is named by `#` in the file's name."""
        file, _, place = str(page).partition("#")
        self.driver.get(Path(file).resolve().as_uri() + (f"#{place}" if place else ""))

    @property
    def errors(self) -> list[str]:
        """What the console was told as an error since it was asked last."""
        told = self.driver.get_log("browser")
        return [entry["message"] for entry in told if entry["level"] == "SEVERE"]

    @property
    def loaded(self) -> list[str]:
        """What the page loaded besides itself."""
        names: list[str] = self.run(
            "return performance.getEntriesByType('resource').map(r => r.name)"
        )
        return names

    def run(self, script: str, *arguments: object) -> Any:
        """Run a script in the page and give what it returns."""
        return self.driver.execute_script(script, *arguments)

    def find(self, selector: str) -> list[Any]:
        """The elements that a CSS selector finds."""
        return self.driver.find_elements("css selector", selector)

    def resize(self, width: int) -> None:
        """Be as wide as this, in CSS pixels, a phone's width too."""
        self.driver.execute_cdp_cmd(
            "Emulation.setDeviceMetricsOverride",
            {"width": width, "height": 1000, "deviceScaleFactor": 1, "mobile": width < 600},
        )

    def prefer(self, scheme: str) -> None:
        """Prefer "light" or "dark" pages."""
        features = [{"name": "prefers-color-scheme", "value": scheme}]
        self.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": features})


@pytest.fixture(scope="session")
def chromium() -> Iterator[webdriver.Chrome]:
    """One Chromium for all tests, which reaches no network."""
    program, driver = shutil.which(_CHROMIUM), shutil.which(_DRIVER)
    if program is None or driver is None:
        reason = f"{_CHROMIUM} and {_DRIVER} are not installed: apt-get install chromium-driver"
        if os.environ.get("REQUIRE_BROWSER") == "1":
            pytest.fail(f"REQUIRE_BROWSER=1, but {reason}", pytrace=False)
        pytest.skip(reason)
    options = webdriver.ChromeOptions()
    options.binary_location = program
    for flag in _FLAGS:
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    browser = webdriver.Chrome(options=options, service=Service(driver))
    try:
        browser.execute_cdp_cmd("Network.enable", {})
        browser.execute_cdp_cmd(
            "Network.emulateNetworkConditions",
            {"offline": True, "latency": 0, "downloadThroughput": 0, "uploadThroughput": 0},
        )
        yield browser
    finally:
        browser.quit()


@pytest.fixture
def browser(chromium: webdriver.Chrome) -> Browser:
    """The browser, on no page, at desktop width, with nothing on its console."""
    browser = Browser(chromium)
    browser.driver.get("about:blank")
    browser.resize(1200)
    browser.prefer("light")
    _ = browser.errors
    return browser
