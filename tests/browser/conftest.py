"""Fixtures: one Chromium for all tests, and a user who looks at the page of an emulator."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, TypeVar

import pytest
from selenium.common.exceptions import NoSuchElementException, StaleElementReferenceException
from selenium.webdriver import Chrome
from selenium.webdriver.common.by import By
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.expected_conditions import staleness_of
from selenium.webdriver.support.wait import WebDriverWait

from bim360_provider.emulator import Emulator, RunningEmulator, serve
from tests.support.chromium import find_missing_program, start_chromium

T = TypeVar("T")

PATIENCE = 10.0
"""Seconds for an expected change of the page."""

POLL_INTERVAL = 0.05

LOG = {"type": "browser"}
"""The log of the console; Selenium's own function for it has no types."""


@dataclass(frozen=True)
class PageUser:
    """A user with a browser at the page of an emulator."""

    browser: Chrome
    hq: RunningEmulator

    def open(self, path: str) -> None:
        """Open a page by its path."""
        self.browser.get(f"{self.hq.url}{path}")

    def find(self, selector: str) -> WebElement:
        """Return the first element of a CSS selector."""
        return self.browser.find_element(By.CSS_SELECTOR, selector)

    def follow(self, text: str) -> None:
        """Click a link and wait for its page."""
        self._leave(By.PARTIAL_LINK_TEXT, text)

    def press(self, text: str) -> None:
        """Click a button and wait for the page that it leads to."""
        self._leave(By.XPATH, f"//button[text()='{text}']")

    def _leave(self, by: str, value: str) -> None:
        page = self.find("html")
        self._retry(lambda: self.browser.find_element(by, value).click())
        WebDriverWait(self.browser, PATIENCE, POLL_INTERVAL).until(staleness_of(page))

    def read_text(self, selector: str) -> str:
        """Return the text of an element."""
        return self._retry(lambda: self.find(selector).text)

    def _retry(self, action: Callable[[], T]) -> T:
        """Run an action again if a live update has just replaced its element."""
        wait = WebDriverWait(
            self.browser, PATIENCE, POLL_INTERVAL, [StaleElementReferenceException]
        )
        (result,) = wait.until(lambda _browser: [action()])
        return result

    def fill(self, name: str, text: str) -> None:
        """Replace the text of an input."""
        field = self.find(f"main input[name='{name}']")
        field.clear()
        field.send_keys(text)

    def set_date(self, name: str, day: str) -> None:
        """Set a date, whose input depends on the language of the browser."""
        self.browser.execute_script(
            "arguments[0].value = arguments[1]", self.find(f"input[name='{name}']"), day
        )

    @property
    def message(self) -> str:
        """The message after a form."""
        return self.read_text(".message")

    def wait_for_text(self, selector: str, text: str) -> None:
        """Wait until an element contains a text."""
        changing = [NoSuchElementException, StaleElementReferenceException]
        WebDriverWait(self.browser, PATIENCE, POLL_INTERVAL, changing).until(
            lambda _browser: text in self.find(selector).text
        )

    def read_projects(self) -> dict[str, dict[str, Any]]:
        """Return the projects of all accounts by name, as the emulator stores them."""
        accounts = self.hq.emulator.call_control_plane("GET", "/state")["accounts"]
        return {each["name"]: each for account in accounts for each in account["projects"]}

    def list_console_messages(self) -> list[str]:
        """Return what the browser complains about, such as a refused script."""
        return [entry["message"] for entry in self.browser.execute("getLog", LOG)["value"]]


@pytest.fixture(scope="session")
def browser() -> Iterator[Chrome]:
    """Return Chromium; skip the test if Chromium or its driver is not installed."""
    missing = find_missing_program()
    if missing:
        pytest.skip(f"{missing} is not on PATH: apt-get install chromium chromium-driver")
    with start_chromium() as chromium:
        yield chromium


@pytest.fixture
def user(browser: Chrome) -> Iterator[PageUser]:
    """Return a user at the page of a new emulator, which has no project."""
    with serve(Emulator()) as hq:
        user = PageUser(browser, hq)
        user.list_console_messages()  # those of the previous test
        yield user
        browser.get("about:blank")
