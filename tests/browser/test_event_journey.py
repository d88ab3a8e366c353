"""What an organiser does, in a real browser: an event built, selected, edited, issued and followed up."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

import pytest
from flask import Flask
from selenium import webdriver
from selenium.common.exceptions import NoSuchElementException, StaleElementReferenceException
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import Select, WebDriverWait
from werkzeug.serving import make_server

from service.actors import COMMAND_LINE
from service.operations.accounts import add_user
from service.operations.event_lists import get_event_list
from service.operations.event_solving import select_companies
from service.operations.event_versions import change_state
from service.operations.events import add_event
from service.readers.event_plan import parse_event_plan
from tests.browser.conftest import Browser
from tests.browser.test_journeys import every, one
from tests.service.web.base import PASSWORD, fill, make_app, service_of
from tests.service.web.test_events import PLAN

pytestmark = pytest.mark.browser

TODAY = date(2026, 11, 25)


@pytest.fixture(scope="module")
def own_app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """An installation of its own, for the journey writes."""
    folder = tmp_path_factory.mktemp("event-journey")
    app = make_app(folder / "home")
    fill(app, folder)
    with service_of(app).database.session() as session:
        user = add_user(session, COMMAND_LINE, "wangwu", role="organiser", password=PASSWORD).user
        user.must_change_password = False
    yield app
    service_of(app).database.close()


@pytest.fixture
def organiser(own_app: Flask, driver: webdriver.Chrome) -> Iterator[Browser]:
    """A browser that is signed in as an organiser."""
    running = make_server("127.0.0.1", 0, own_app, threaded=True)
    thread = threading.Thread(target=running.serve_forever, daemon=True)
    thread.start()
    browser = Browser(driver, f"http://127.0.0.1:{running.server_port}")
    browser.resize(1440)
    browser.go("/sign-in?next=/events&lang=en")
    driver.delete_all_cookies()
    browser.go("/sign-in?next=/events&lang=en")
    one(browser, "#login").send_keys("wangwu")
    one(browser, "#password").send_keys(PASSWORD, Keys.ENTER)
    wait(browser, lambda: browser.driver.current_url.endswith("/events"))
    browser.complaints()
    yield browser
    running.shutdown()
    thread.join()
    running.server_close()


def wait(browser: Browser, happened: Callable[[], Any]) -> Any:
    """As long as a whole selection may take on a machine that does other work besides."""
    while_loading = [StaleElementReferenceException, NoSuchElementException]
    return WebDriverWait(browser.driver, 240, ignored_exceptions=while_loading).until(lambda _: happened())


def fill_in(browser: Browser, **values: str) -> None:
    for name, value in values.items():
        field = one(browser, f"[name='{name}']")
        field.clear()
        field.send_keys(value)


def set_day(browser: Browser, name: str, day: str) -> None:
    browser.driver.execute_script("arguments[0].value = arguments[1]", one(browser, f"[name='{name}']"), day)


def names(browser: Browser) -> list[str]:
    return [link.text for link in every(browser, "[data-entries] [data-open]")]


def text(browser: Browser) -> str:
    return one(browser, "main").text


def test_organiser_builds_selects_edits_explains_issues_and_sees_the_ledger(
    organiser: Browser, own_app: Flask
) -> None:
    browser = organiser
    one(browser, "a.act-link").click()
    fill_in(browser, name="民企陇上行", edition="示例届", hosts="省商务厅", place="兰州市", seats="4")
    set_day(browser, "start_on", "2027-05-18")
    one(browser, "input[name='chains'][value='C05']").click()
    one(browser, "main .form button.act").click()
    wait(browser, lambda: "The event is stored." in text(browser))
    code = browser.driver.current_url.rsplit("/", 1)[1].split("?")[0]

    one(browser, "#rules details:last-of-type summary").click()
    form = one(browser, "#rules details:last-of-type form")
    for name, value in (("id", "gd"), ("name", "广东不超过三家"), ("values", "广东"), ("limit", "3")):
        form.find_element(By.NAME, name).send_keys(value)
    Select(form.find_element(By.NAME, "attribute")).select_by_value("province")
    Select(form.find_element(By.NAME, "bound")).select_by_value("at_most")
    form.find_element(By.CSS_SELECTOR, "button.act").click()
    wait(browser, lambda: "The rule is stored." in text(browser))

    browser.go(f"/events/{code}/runs")
    fill_in(browser, why="first round")
    one(browser, "main .form button.act").click()
    # The page carries the run on by itself until the answer stands there.
    wait(browser, lambda: every(browser, "table.compare"))
    assert "one by one" in text(browser)

    browser.go(f"/events/{code}/list")
    listed = names(browser)
    assert len(listed) == 4
    every(browser, "[data-panel]")[1].click()
    wait(browser, lambda: listed[1] in one(browser, "#panel").text)
    assert "Invited for" in one(browser, "#panel").text
    one(browser, "#panel [name='note']").send_keys("已致电")
    one(browser, "#panel .entry-form button.act").click()
    wait(browser, lambda: "已致电" in one(browser, "[data-entries]").text)

    every(browser, "[data-entries] [data-open]")[0].send_keys("]")
    wait(browser, lambda: names(browser)[:2] == [listed[1], listed[0]])
    browser.go(f"/events/{code}/list")
    wait(browser, lambda: names(browser)[:2] == [listed[1], listed[0]])

    one(browser, "#why-box").send_keys("江陵铜箔", Keys.ENTER)
    wait(browser, lambda: "江陵铜箔" in one(browser, "#why-answer").text)

    one(browser, ".state-form button.act").click()
    wait(browser, lambda: one(browser, ".steps [aria-current]").text == "in review")
    with service_of(own_app).database.session() as session:
        change_state(session, COMMAND_LINE, code, "approved", expected_state="review")
    browser.go(f"/events/{code}/list")
    one(browser, ".state-form button.act").click()
    wait(browser, lambda: one(browser, ".steps [aria-current]").text == "issued")
    assert not every(browser, "[data-orderable]")  # locked

    browser.go(f"/events/{code}/followup")
    Select(every(browser, "select[name^='invite_status-']")[0]).select_by_value("attended")
    Select(every(browser, "select[name^='stage-']")[0]).select_by_value("signed")
    Select(every(browser, "select[name^='invite_status-']")[1]).select_by_value("declined")
    one(browser, ".sticky-foot button").click()
    wait(browser, lambda: "3 changes are stored." in text(browser))

    browser.go(f"/events/{code}/ledger")
    assert "1 of 2" in text(browser)
    with service_of(own_app).database.reading() as session:
        first = get_event_list(session, COMMAND_LINE, code).with_status("in")[0]
    assert (first.company_name, first.stage) == (listed[1], "signed")
    assert browser.complaints() == []


@pytest.mark.parametrize("width", [1440, 390])
def test_no_page_of_an_event_is_wider_than_the_window(organiser: Browser, own_app: Flask, width: int) -> None:
    browser, code = organiser, f"W{width}"
    with service_of(own_app).database.session() as session:
        add_event(session, COMMAND_LINE, parse_event_plan({**PLAN, "code": code}, "x"))
        engine = service_of(own_app).engines.engine(session)
        select_companies(session, COMMAND_LINE, engine, code, today=TODAY, home_province="甘肃", relax=False)
    browser.resize(width)
    for language in ("zh", "en"):
        for part in ("", "/list", "/versions", "/runs", "/runs/1", "/followup", "/meetings", "/ledger"):
            browser.go(f"/events/{code}{part}?lang={language}")
            wide = browser.driver.execute_script(
                "return document.documentElement.scrollWidth - document.documentElement.clientWidth"
            )
            assert wide <= 0, (part, language)
    browser.resize(1440)
