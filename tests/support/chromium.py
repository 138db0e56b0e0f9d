"""Chromium without a window, as Debian packages it."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager

from selenium.webdriver import Chrome, ChromeOptions
from selenium.webdriver.chrome.service import Service

OTHER_SITE = "other-site.test"
"""A host name that the browser resolves to this machine, as the name of an attacker could be."""

FLAGS = (
    "--headless",
    "--no-sandbox",  # CI runs as root
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--hide-scrollbars",
    f"--host-resolver-rules=MAP {OTHER_SITE} 127.0.0.1, MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
)


def find_missing_program() -> str | None:
    """Return the name of a program of the browser that is not installed, None if all are."""
    return next((name for name in ("chromium", "chromedriver") if not shutil.which(name)), None)


@contextmanager
def start_chromium(*flags: str) -> Iterator[Chrome]:
    """Run Chromium, which reaches nothing but this machine."""
    options = ChromeOptions()
    options.binary_location = str(shutil.which("chromium"))
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    for flag in (*FLAGS, *flags):
        options.add_argument(flag)
    driver = Chrome(options, Service(shutil.which("chromedriver")))
    try:
        yield driver
    finally:
        driver.quit()
