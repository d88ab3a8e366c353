"""A running server and a browser: Chromium with its driver, as Debian packages them."""

from __future__ import annotations

import json
import os
import shutil
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from selenium import webdriver
from selenium.common.exceptions import WebDriverException
from selenium.webdriver.chrome.options import Options
from selenium.webdriver.chrome.service import Service as Driver
from werkzeug.serving import make_server

from service.actors import COMMAND_LINE
from service.app import Service
from service.config import TEST_VARIABLES
from service.operations.accounts import add_user
from tests.service.web.base import PASSWORD, fill, make_app, service_of

OFFICER = "wanglin"
REQUIRE_VARIABLE = TEST_VARIABLES[1]
_FLAGS = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


class Browser:
    """A browser at one server: `go("/find")`, and what the tests ask again and again."""

    def __init__(self, driver: webdriver.Chrome, base: str) -> None:
        self.driver = driver
        self.base = base

    def go(self, address: str) -> None:
        self.driver.get(self.base + address)

    def resize(self, width: int, height: int = 900) -> None:
        """Make the page `width` pixels wide; windows themselves cannot be as narrow as a telephone."""
        self.driver.execute_cdp_cmd(
            "Emulation.setDeviceMetricsOverride",
            {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 500},
        )

    def requests(self) -> list[str]:
        """The addresses asked for since the last call."""
        rows = [json.loads(row["message"])["message"] for row in self.driver.get_log("performance")]
        return [
            row["params"]["request"]["url"] for row in rows if row["method"] == "Network.requestWillBeSent"
        ]

    def complaints(self) -> list[str]:
        """What the browser complained of since the last call: scripts, styles and answers it refused."""
        return [row["message"] for row in self.driver.get_log("browser") if row["level"] == "SEVERE"]


@pytest.fixture(scope="session")
def application(tmp_path_factory: pytest.TempPathFactory) -> Flask:
    """A filled installation."""
    folder = tmp_path_factory.mktemp("browser")
    app = make_app(folder / "home")
    fill(app, folder)
    with service_of(app).database.session() as session:
        made = add_user(session, COMMAND_LINE, OFFICER, role="officer", password=PASSWORD)
        made.user.must_change_password = False
    return app


@pytest.fixture(scope="session")
def installation(application: Flask) -> Service:
    """What the running server works with, for tests that prepare something in it."""
    return service_of(application)


@pytest.fixture(scope="session")
def server(application: Flask) -> Iterator[str]:
    """The address of a server over a filled installation."""
    app = application
    running = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=running.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{running.server_port}"
    running.shutdown()
    thread.join()
    running.server_close()
    service_of(app).database.close()


@pytest.fixture(scope="session")
def driver(tmp_path_factory: pytest.TempPathFactory) -> Iterator[webdriver.Chrome]:
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    chromedriver = shutil.which("chromedriver")
    if not (chromium and chromedriver):
        _without_browser("chromium and chromedriver are not installed (Debian: apt install chromium-driver)")
    options = Options()
    options.binary_location = str(chromium)
    profile: Path = tmp_path_factory.mktemp("profile")
    for flag in (*_FLAGS, f"--user-data-dir={profile}"):
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"performance": "ALL", "browser": "ALL"})
    try:
        driver = webdriver.Chrome(options=options, service=Driver(str(chromedriver)))
    except WebDriverException as err:
        _without_browser(f"chromium does not start: {err.msg}")
    yield driver
    driver.quit()


@pytest.fixture
def officer(server: str) -> str:
    """The login of an officer of the installation; the password is PASSWORD."""
    return OFFICER


@pytest.fixture
def browser(driver: webdriver.Chrome, server: str) -> Browser:
    """A browser 1440 pixels wide that has chosen no language and asked for nothing yet."""
    browser = Browser(driver, server)
    browser.resize(1440)
    browser.go("/find")
    driver.delete_all_cookies()
    browser.requests()
    browser.complaints()
    return browser


def _without_browser(reason: str) -> None:
    if os.environ.get(REQUIRE_VARIABLE) == "1":
        pytest.fail(f"{REQUIRE_VARIABLE} is set, but {reason}", pytrace=False)
    pytest.skip(reason)
