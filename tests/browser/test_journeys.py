"""What an officer does, in a real browser."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import pytest
from selenium.common.exceptions import NoSuchElementException, StaleElementReferenceException
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.ui import Select, WebDriverWait

from tests.browser.conftest import Browser
from tests.service.web.base import FOIL_ID, HOSTILE, PASSWORD

pytestmark = pytest.mark.browser

PAGES = (
    "/",
    "/chains/C03",
    "/chains/C10?kind=fill",
    "/gaps/C03-G13",
    f"/gaps/C03-G13/candidates/{FOIL_ID}",
    "/find",
    "/find?need=高档电解铜箔、覆铜板",
    "/search?q=铜",
    "/chains/C03/sheet",
    "/companies?q=铜",
    f"/companies/{FOIL_ID}",
    "/nowhere",
)


def one(browser: Browser, css: str) -> WebElement:
    return browser.driver.find_element(By.CSS_SELECTOR, css)


def every(browser: Browser, css: str) -> list[WebElement]:
    return browser.driver.find_elements(By.CSS_SELECTOR, css)


def wait(browser: Browser, happened: Callable[[], Any]) -> Any:
    while_loading = [StaleElementReferenceException, NoSuchElementException]
    patient = WebDriverWait(browser.driver, 10, ignored_exceptions=while_loading)
    return patient.until(lambda _: happened())


def press(browser: Browser, *keys: str) -> None:
    browser.driver.switch_to.active_element.send_keys(*keys)


def address(browser: Browser) -> str:
    parts = urlsplit(browser.driver.current_url)
    return unquote(f"{parts.path}?{parts.query}" if parts.query else parts.path)


def test_officer_goes_from_a_chain_to_a_reason_and_narrows_the_list(browser: Browser) -> None:
    browser.go("/")
    one(browser, "a[href='/chains/C03']").click()
    wait(browser, lambda: one(browser, "a[href='/gaps/C03-G13']")).click()
    wait(browser, lambda: one(browser, "h1").text == "高档电解铜箔")
    assert "江陵铜箔" in one(browser, "#panel #why-title").text

    second = every(browser, "[data-panel]")[1]
    name = second.text
    scrolled = browser.driver.execute_script("return window.scrollY")
    second.click()
    wait(browser, lambda: one(browser, "#panel #why-title").text == name)
    assert address(browser).startswith("/gaps/C03-G13?open=")
    assert browser.driver.execute_script("return window.scrollY") == scrolled
    assert browser.driver.switch_to.active_element == second
    assert second.get_attribute("aria-current") == "true"
    assert one(browser, "#said").get_attribute("textContent").endswith(name)

    one(browser, "#facet-provinces summary").click()
    one(browser, "input[name=provinces][value='江西']").click()
    wait(browser, lambda: "江西" in one(browser, "#provinces-chosen").text)
    assert address(browser) == "/gaps/C03-G13?provinces=江西"
    places = {place.text.split()[0] for place in every(browser, ".candidates .place")}
    assert places == {"江西"}
    assert one(browser, "#facet-provinces").get_attribute("open")  # and can be narrowed further

    one(browser, "a[hreflang=en]").click()
    wait(browser, lambda: one(browser, "html").get_attribute("lang") == "en")
    assert parse_qs(urlsplit(browser.driver.current_url).query)["provinces"] == ["江西"]
    assert "High-grade" in one(browser, "h1").text or "copper" in one(browser, "h1").text.lower()


def test_back_undoes_a_condition(browser: Browser) -> None:
    browser.go("/gaps/C03-G13")
    one(browser, "#facet-listings summary").click()
    one(browser, "input[name=listings][value=listed]").click()
    wait(browser, lambda: address(browser) == "/gaps/C03-G13?listings=listed")
    browser.driver.back()
    wait(browser, lambda: address(browser) == "/gaps/C03-G13")
    wait(browser, lambda: not one(browser, "input[name=listings][value=listed]").is_selected())
    assert one(browser, "#panel #why-title").text == "江陵铜箔"


def test_condition_that_cannot_be_used_is_told_in_place(browser: Browser) -> None:
    browser.go("/gaps/C03-G13")
    box = one(browser, "input[name=min_employees]")
    browser.driver.execute_script(
        "arguments[0].max = ''; arguments[0].value = '99999999999';"
        "arguments[0].dispatchEvent(new Event('change', {bubbles: true}))",
        box,
    )
    wait(browser, lambda: "不是0至10000000之间的整数" in one(browser, "#result").text)
    assert one(browser, "h1").text == "高档电解铜箔"


def test_server_that_does_not_answer_is_told_in_place(browser: Browser) -> None:
    browser.go("/gaps/C03-G13")
    browser.driver.execute_cdp_cmd("Network.enable", {})
    browser.driver.execute_cdp_cmd(
        "Network.emulateNetworkConditions",
        {"offline": True, "latency": 0, "downloadThroughput": -1, "uploadThroughput": -1},
    )
    try:
        every(browser, "[data-panel]")[2].click()
        wait(browser, lambda: "服务器没有响应" in one(browser, "#panel").text)
        assert len(every(browser, "[data-panel]")) == 20
    finally:
        browser.driver.execute_cdp_cmd(
            "Network.emulateNetworkConditions",
            {"offline": False, "latency": 0, "downloadThroughput": -1, "uploadThroughput": -1},
        )
        browser.complaints()


def test_keys_move_open_search_and_help(browser: Browser) -> None:
    browser.go("/gaps/C03-G13")
    links = every(browser, "[data-panel]")
    press(browser, "j")
    assert browser.driver.switch_to.active_element == links[0]
    press(browser, "j")
    press(browser, "j")
    press(browser, "k")
    assert browser.driver.switch_to.active_element == links[1]
    press(browser, Keys.ENTER)
    wait(browser, lambda: one(browser, "#panel #why-title").text == links[1].text)

    press(browser, "?")
    assert one(browser, "#help").is_displayed()
    press(browser, Keys.ESCAPE)
    assert not one(browser, "#help").is_displayed()

    press(browser, "/")
    assert browser.driver.switch_to.active_element == one(browser, "#quick-need")
    press(browser, "铜箔j?")  # letters are letters in a box
    assert one(browser, "#quick-need").get_attribute("value") == "铜箔j?"


def test_skip_link_is_the_first_stop_and_leads_to_the_content(browser: Browser) -> None:
    browser.go("/chains/C03")
    press(browser, Keys.TAB)
    link = browser.driver.switch_to.active_element
    assert link.text == "跳到正文"
    assert link.location["y"] >= 0
    link.send_keys(Keys.ENTER)
    assert browser.driver.switch_to.active_element == one(browser, "main")


def test_focus_is_seen(browser: Browser) -> None:
    browser.go("/gaps/C03-G13")
    for _ in range(12):
        press(browser, Keys.TAB)
        focused = browser.driver.switch_to.active_element
        assert focused.value_of_css_property("outline-style") != "none"
        assert focused.value_of_css_property("outline-width") == "2px"


def test_narrow_screen_opens_the_explanation_as_a_page(browser: Browser) -> None:
    browser.resize(390, 844)
    browser.go("/gaps/C03-G13")
    assert not one(browser, "#panel").is_displayed()
    one(browser, "[data-panel]").click()
    wait(browser, lambda: f"/candidates/{FOIL_ID}" in browser.driver.current_url)
    assert one(browser, "#why-title").text == "江陵铜箔"


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("width", [390, 800, 1440])
def test_no_page_is_wider_than_the_screen(browser: Browser, width: int, language: str) -> None:
    browser.resize(width)
    for page in PAGES:
        browser.go(f"{page}{'&' if '?' in page else '?'}lang={language}")
        wide, room = browser.driver.execute_script(
            "return [document.documentElement.scrollWidth, document.documentElement.clientWidth]"
        )
        assert wide <= room, f"{page} is {wide} wide at {width}"


def test_nothing_is_asked_of_another_host_and_nothing_is_refused(browser: Browser) -> None:
    for page in PAGES:
        browser.go(page)
    browser.go("/gaps/C03-G13")
    every(browser, "[data-panel]")[1].click()
    wait(browser, lambda: "open=" in address(browser))
    asked = browser.requests()
    assert len(asked) > 20
    assert [url for url in asked if not url.startswith((browser.base, "data:"))] == []
    assert [told for told in browser.complaints() if "/nowhere" not in told] == []


def test_hostile_name_is_read_not_run(browser: Browser) -> None:
    browser.go(f"/companies?q={HOSTILE}")
    one(browser, "tr[data-row] a").click()
    wait(browser, lambda: one(browser, "h1").text.startswith(HOSTILE))
    assert (
        browser.driver.execute_script("return document.querySelectorAll('main script, main img').length") == 0
    )


def test_pages_work_without_scripts(browser: Browser) -> None:
    browser.driver.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": True})
    try:
        browser.go("/gaps/C03-G13")
        one(browser, "#facet-listings summary").click()
        one(browser, "input[name=listings][value=listed]").click()
        one(browser, ".conditions button").click()
        wait(browser, lambda: address(browser) == "/gaps/C03-G13?listings=listed")
        one(browser, "[data-panel]").click()
        wait(browser, lambda: "/candidates/" in browser.driver.current_url)
        assert one(browser, "#why-title").is_displayed()
    finally:
        browser.driver.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": False})


def test_lists_print_without_what_cannot_be_pressed(browser: Browser) -> None:
    browser.go("/gaps/C03-G13")
    browser.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "print"})
    try:
        for css in (".rail", ".conditions", ".topline", "#panel", ".pager"):
            assert not one(browser, css).is_displayed(), css
        assert one(browser, ".candidates").is_displayed()
    finally:
        browser.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": ""})


@pytest.mark.parametrize("language", ["zh", "en"])
def test_text_stands_out_from_its_ground(browser: Browser, language: str) -> None:
    """WCAG AA: 4.5 to 1 for every text that is seen, counted from the colours the browser draws."""
    script = Path(__file__).with_name("weak_texts.js").read_text(encoding="utf-8")
    for page in PAGES:
        browser.go(f"{page}{'&' if '?' in page else '?'}lang={language}")
        weak = browser.driver.execute_script(script)
        assert weak == [], page


# The workbench.


def test_officer_edits_requirements_and_the_list_follows(browser: Browser) -> None:
    browser.go("/gaps/C03-G13")
    one(browser, "#wish-0 summary").click()
    Select(one(browser, "#wish-0-level")).select_by_value("should")
    wait(browser, lambda: "r=s2:高档电解铜箔" in address(browser))
    assert one(browser, "#wish-0").get_attribute("open")  # and can be edited further
    assert one(browser, "#wish-0-level").get_attribute("value") == "should"

    one(browser, "#wish-new summary").click()
    one(browser, "#wish-new-text").send_keys("啤酒", Keys.ENTER)
    wait(browser, lambda: "r=m1:啤酒" in address(browser))
    wait(browser, lambda: len(every(browser, ".wish")) == 3)
    deep = browser.driver.current_url
    first = one(browser, "[data-panel]").text

    browser.driver.get(deep)
    assert one(browser, "[data-panel]").text == first
    assert every(browser, ".wish")[1].text.replace("\n", " ").startswith("核心 啤酒")

    one(browser, "#wish-1 summary").click()
    one(browser, "#wish-1 button[name=drop]").click()
    wait(browser, lambda: len(every(browser, ".wish")) == 2)
    one(browser, ".wish-back a").click()
    wait(browser, lambda: address(browser) == "/gaps/C03-G13")


def test_officer_finds_filters_and_saves(browser: Browser, officer: str) -> None:
    browser.go("/")
    one(browser, "#q").send_keys("铜箔", Keys.ENTER)
    wait(browser, lambda: one(browser, "h1").text.startswith("“铜箔”"))
    one(browser, "a[href='/gaps/C03-G13']").click()
    wait(browser, lambda: one(browser, "h1").text == "高档电解铜箔")
    one(browser, "#facet-sizes summary").click()
    one(browser, "input[name=sizes][value=large]").click()
    wait(browser, lambda: address(browser) == "/gaps/C03-G13?sizes=large")
    one(browser, "h1").click()  # closes what is open

    one(browser, "[data-save]").click()
    wait(browser, lambda: one(browser, "#login")).send_keys(officer)
    one(browser, "#password").send_keys(PASSWORD, Keys.ENTER)
    wait(browser, lambda: address(browser) == "/gaps/C03-G13?sizes=large")
    press(browser, "s")
    name = wait(browser, lambda: one(browser, "#save-name"))
    name.clear()
    name.send_keys("大型铜箔企业", Keys.ENTER)
    wait(browser, lambda: "已保存为“大型铜箔企业”" in one(browser, "main, .page").text)

    one(browser, "a[href='/saved']").click()
    wait(browser, lambda: one(browser, "h1").text == "已存查找")
    one(browser, "tbody [data-open]").click()
    wait(browser, lambda: address(browser) == "/gaps/C03-G13?sizes=large")


def test_first_page_is_light(browser: Browser) -> None:
    """All that a first visit loads, uncompressed: a list of companies with everything it needs."""
    browser.driver.execute_cdp_cmd("Network.enable", {})
    browser.driver.execute_cdp_cmd("Network.setCacheDisabled", {"cacheDisabled": True})
    try:
        browser.go("/gaps/C03-G13")
        loaded: dict[str, int] = browser.driver.execute_script(
            "return Object.fromEntries([...performance.getEntriesByType('navigation'), "
            "...performance.getEntriesByType('resource')].map((e) => [e.name, e.decodedBodySize]))"
        )
    finally:
        browser.driver.execute_cdp_cmd("Network.setCacheDisabled", {"cacheDisabled": False})
    assert any("htmx" in name for name in loaded)
    assert sum(loaded.values()) < 300_000


@pytest.mark.parametrize("language", ["zh", "en"])
def test_axe_finds_no_serious_fault(browser: Browser, language: str) -> None:
    """axe-core's rules for WCAG 2.1 A and AA."""
    axe = (Path(__file__).parent / "vendor" / "axe-4.14.1.min.js").read_text(encoding="utf-8")
    run = (
        "const done = arguments[0];"
        "axe.run({runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa']}).then((found) => done("
        "found.violations.filter((fault) => ['serious', 'critical'].includes(fault.impact))"
        ".map((fault) => [fault.id, fault.nodes.map((node) => node.html.slice(0, 160))])))"
    )
    browser.driver.set_script_timeout(60)
    for page in PAGES:
        browser.go(f"{page}{'&' if '?' in page else '?'}lang={language}")
        browser.driver.execute_script(axe)
        assert browser.driver.execute_async_script(run) == [], page
