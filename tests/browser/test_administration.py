"""Journeys of administrators and importers in a real browser, over an installation of their own."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from selenium import webdriver
from selenium.webdriver.common.by import By
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.select import Select
from selenium.webdriver.support.wait import WebDriverWait
from werkzeug.serving import make_server

from service.actors import COMMAND_LINE
from service.operations.accounts import add_user
from tests.browser.conftest import Browser
from tests.service.web.base import PASSWORD, make_app, service_of

pytestmark = pytest.mark.browser
OTHER = "祁连山上的雪化了没有"
WEAK = (Path(__file__).parent / "weak_texts.js").read_text(encoding="utf-8")
ADDRESSES = (
    "/admin/imports",
    "/admin/data",
    "/admin/users",
    "/admin/audit",
    "/account",
    "/help/officer",
    "/help/score",
)
BAD_CODE = "91350100M000100Y44"
LIST = (
    "企业名称,省份,人数,信用代码,厂址电话\n"
    "江陵铜箔有限公司,江西,300,,139\n"
    f"大江铜材有限公司,山东,20,{BAD_CODE},138\n"
)


@pytest.fixture
def own_server(tmp_path: Path) -> Iterator[str]:
    """A service with one administrator and one curator, and no company."""
    app = make_app(tmp_path / "own")
    room = service_of(app)
    for login, role in (("zhao", "admin"), ("qian", "curator")):
        with room.database.session() as session:
            made = add_user(session, COMMAND_LINE, login, role=role, password=PASSWORD)
            made.user.must_change_password = False
    running = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=running.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{running.server_port}"
    running.shutdown()
    thread.join()
    running.server_close()
    room.database.close()


@pytest.fixture
def page(driver: webdriver.Chrome, own_server: str) -> Iterator[Browser]:
    browser = Browser(driver, own_server)
    browser.resize(1440)
    browser.go("/sign-in?lang=zh")
    driver.delete_all_cookies()
    browser.requests()
    browser.complaints()
    yield browser
    asked = [address for address in browser.requests() if not address.startswith((own_server, "data:"))]
    assert asked == []  # nothing leaves the host
    driver.delete_all_cookies()


def wait(browser: Browser, found: Callable[[webdriver.Chrome], object]) -> object:
    return WebDriverWait(browser.driver, 60, poll_frequency=0.1, ignored_exceptions=[Exception]).until(found)


def press(browser: Browser, words: str) -> None:
    """Press the button or link with these words."""

    def element(driver: webdriver.Chrome) -> WebElement:
        found = driver.find_elements(By.CSS_SELECTOR, "button, a")
        return next(one for one in found if words in one.text)

    pressed = wait(browser, element)
    assert isinstance(pressed, WebElement)
    pressed.click()


def fill(browser: Browser, **values: str) -> None:
    for name, value in values.items():
        box = browser.driver.find_element(By.ID, name)
        if box.tag_name == "select":
            Select(box).select_by_value(value)
        else:
            box.clear() if box.get_attribute("type") != "file" else None
            box.send_keys(value)


def says(browser: Browser, words: str) -> None:
    wait(browser, lambda driver: words in driver.find_element(By.ID, "main").text)


def enter(browser: Browser, login: str, password: str) -> None:
    browser.go("/sign-in?lang=zh")
    fill(browser, login=login, password=password)
    browser.driver.find_element(By.CSS_SELECTOR, ".form button").click()


def keep_picture(browser: Browser, name: str) -> None:
    """The page as a picture, where the one who runs the tests names a folder for them."""
    folder = os.environ.get("SHOTS_FOLDER")
    if folder:
        browser.driver.save_screenshot(str(Path(folder) / f"{name}.png"))


def unlabelled(browser: Browser) -> list[str]:
    """Fields without a name, and what has no name that a reader of screens could tell."""
    script = """
      return [...document.querySelectorAll('main input:not([type=hidden]), main select, main textarea')]
        .filter((e) => !e.labels.length && !e.ariaLabel && !e.getAttribute('aria-labelledby'))
        .map((e) => e.outerHTML.slice(0, 80));
    """
    found: list[str] = browser.driver.execute_script(script)
    return found


def test_administrator_adds_a_user_who_signs_in_and_reads_of_it_in_the_log(page: Browser) -> None:
    enter(page, "zhao", PASSWORD)
    press(page, "管理")
    press(page, "用户")
    fill(page, login="sunli", display_name="孙丽", role="officer")
    press(page, "新增并显示密码")
    says(page, "之后不再显示")
    given = page.driver.find_element(By.ID, "password").text
    press(page, "退出")
    says(page, "已退出登录")

    enter(page, "sunli", given)
    says(page, "管理员发放的密码")
    page.go("/companies")
    says(page, "管理员发放的密码")  # nothing else before that
    fill(page, old=given, new="short", again="short")
    press_form(page)
    says(page, "密码太短")
    focused = page.driver.switch_to.active_element
    assert focused.get_attribute("id") == "new"
    assert "new-problem" in (focused.get_attribute("aria-describedby") or "")
    fill(page, old=given, new=OTHER, again=OTHER)
    press_form(page)
    says(page, "密码已修改")
    assert not [a for a in page.driver.find_elements(By.CSS_SELECTOR, ".places a") if a.text == "管理"]
    press(page, "退出")

    enter(page, "zhao", PASSWORD)
    wait(page, lambda driver: driver.find_element(By.CSS_SELECTOR, ".who-name"))
    page.go("/admin/audit?object=sunli")
    for deed in ("用户：新增", "用户：本人修改密码", "登录"):
        says(page, deed)
    assert unlabelled(page) == []
    keep_picture(page, "audit")


def press_form(browser: Browser) -> None:
    browser.driver.find_element(By.CSS_SELECTOR, "main .form button").click()


def test_importer_mends_a_bad_file(page: Browser, tmp_path: Path) -> None:
    enter(page, "qian", PASSWORD)
    wait(page, lambda driver: driver.find_element(By.CSS_SELECTOR, ".who-name"))
    page.go("/admin/imports")
    bad = tmp_path / "名单.csv"
    bad.write_text(LIST, encoding="utf-8")
    fill(page, file=str(bad), source="测试名单")
    press(page, "上传并核对各列")
    says(page, "列中的值")
    assert unlabelled(page) == []
    press(page, "试导入（不保存）")
    says(page, "校验码")
    says(page, "退回")
    keep_picture(page, "trial")
    press(page, "导入可用的行")
    says(page, "撤回本次导入")

    mended = tmp_path / "改正.csv"
    mended.write_text(LIST.replace(BAD_CODE, BAD_CODE[:-1] + "3"), encoding="utf-8")
    page.go("/admin/imports")
    fill(page, file=str(mended), source="测试名单")
    press(page, "上传并核对各列")
    press(page, "试导入（不保存）")
    says(page, "各行均可直接使用")
    press(page, "正式导入")
    says(page, "撤回本次导入")
    page.go("/companies?q=大江铜材")
    says(page, "大江铜材")
    page.go("/admin/data")
    says(page, "尚未建立索引")
    press(page, "建立索引")
    says(page, "索引与企业库一致")
    keep_picture(page, "data")
    assert page.complaints() == []


@pytest.mark.parametrize("width", [1440, 390])
@pytest.mark.parametrize("language", ["zh", "en"])
def test_pages_fit_and_can_be_read(page: Browser, width: int, language: str) -> None:
    enter(page, "zhao", PASSWORD)
    wait(page, lambda driver: driver.find_element(By.CSS_SELECTOR, ".who-name"))
    page.resize(width)
    for address in (
        "/admin/imports",
        "/admin/data",
        "/admin/users",
        "/admin/audit",
        "/account",
        "/help/officer",
    ):
        page.go(f"{address}?lang={language}")
        over = page.driver.execute_script("return document.documentElement.scrollWidth - window.innerWidth")
        assert over <= 0, (address, over)
        assert unlabelled(page) == [], address
        assert page.driver.execute_script(WEAK) == [], address
    page.resize(1440)
