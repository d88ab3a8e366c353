"""What curators do, in a real browser: from a policy text to a published gap."""

from __future__ import annotations

from pathlib import Path

import pytest
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import Select

from service.actors import COMMAND_LINE
from service.app import Service
from service.operations.accounts import add_user
from tests.browser.conftest import Browser
from tests.browser.test_journeys import address, every, one, wait
from tests.service.web.base import PASSWORD

pytestmark = pytest.mark.browser

SEED = Path(__file__).resolve().parents[3] / "shared" / "seeds" / "gansu-industrial-chain-opinion.txt"
# The same shapes in words of our own, for where the seed text is not beside the repository.
OWN_TEXT = (
    "关于培育铜产业链的意见\n二、重点任务\n（三）铜铝合金及深加工产业链。依托白银公司等骨干企业，"
    "重点发展高档电解铜箔、覆铜板、压延铜箔。突破铜箔轧制、表面处理等关键技术。\n"
)


@pytest.fixture(scope="module")
def people(installation: Service) -> tuple[str, str]:
    """Two curators of the running server."""
    with installation.database.session() as session:
        for login in ("wang-jianguo", "li-xiuying"):
            made = add_user(session, COMMAND_LINE, login, role="curator", password=PASSWORD)
            made.user.must_change_password = False
    return "wang-jianguo", "li-xiuying"


def sign_in(browser: Browser, login: str) -> None:
    browser.driver.delete_all_cookies()
    browser.go("/sign-in?lang=zh")
    one(browser, "[name=login]").send_keys(login)
    one(browser, "[name=password]").send_keys(PASSWORD)
    one(browser, "main form button").click()
    wait(browser, lambda: "/sign-in" not in address(browser))


def test_curator_drafts_from_the_policy_text_and_a_second_one_publishes(
    browser: Browser, people: tuple[str, str], tmp_path: Path
) -> None:
    wang, li = people
    text = SEED.read_text(encoding="utf-8") if SEED.exists() else OWN_TEXT
    document = tmp_path / "意见.txt"
    document.write_text(text, encoding="utf-8")

    sign_in(browser, wang)
    browser.go("/manage/policy")
    one(browser, "#file").send_keys(str(document))
    one(browser, ".editor button.act").click()
    wait(browser, lambda: every(browser, ".draft-item"))
    section = next(link for link in every(browser, ".sections a") if "铜铝合金" in link.text)
    section.click()
    wait(browser, lambda: "铜铝合金" in one(browser, ".sections [aria-current]").text)
    assert Select(one(browser, "select[name=chain]")).first_selected_option.text.startswith("C03")

    # The draft that names 高档电解铜箔, with its sentence highlighted in the text beside it.
    item = next(
        article
        for article in every(browser, ".draft-item")
        if any(
            "铜箔" in (box.get_attribute("value") or "") for box in article.find_elements(By.NAME, "req_text")
        )
    )
    number = item.find_element(By.CSS_SELECTOR, ".draft-number").text
    assert one(browser, f"#source-{number}").is_displayed()
    title = item.find_element(By.NAME, "title")
    title.clear()
    title.send_keys("超薄电解铜箔")
    Select(item.find_element(By.NAME, "link")).select_by_index(1)
    item.find_element(By.CSS_SELECTOR, "button[value=accept]").click()
    made = wait(browser, lambda: one(browser, ".draft-item.is-accepted .draft-head a[href*='/manage/gaps/']"))
    code = made.text
    made.click()

    # In the editor: the ranking follows what is typed, a row is added and removed without losing the rest.
    wait(browser, lambda: every(browser, "#preview table.preview"))
    assert "没有可比较的版本" in one(browser, "#preview").text
    before = len(every(browser, "[name=req_text]"))
    one(browser, "button[value=add]").click()
    wait(browser, lambda: len(every(browser, "[name=req_text]")) == before + 1)
    added = every(browser, "[name=req_text]")[-1]
    wait(browser, lambda: browser.driver.switch_to.active_element == every(browser, "[name=req_text]")[-1])
    added = every(browser, "[name=req_text]")[-1]
    added.send_keys("覆铜板专用箔")
    one(browser, "#title_en").send_keys("Ultra-thin electrolytic copper foil")
    note = one(browser, "#note")
    if not note.is_displayed():
        one(browser, ".more summary").click()
    note.send_keys("对新引进企业给予税收返还。")
    one(browser, "button[value=submit]:not([tabindex])").click()
    wait(browser, lambda: address(browser).endswith(f"/manage/gaps/{code}/review"))
    assert "税收返还" in one(browser, ".finding.blocks").text
    assert not one(browser, "button[value=publish]").is_enabled()

    # The finding is not excused but mended: back to draft, the note goes, and it is submitted again.
    one(browser, "button[value=withdraw]").click()
    wait(browser, lambda: every(browser, "#gap-form"))
    one(browser, "#note").clear()
    one(browser, "button[value=submit]:not([tabindex])").click()
    wait(browser, lambda: address(browser).endswith("/review") and not every(browser, ".finding.blocks"))

    sign_in(browser, li)
    browser.go("/manage/review")
    wait(browser, lambda: code in one(browser, "main").text)
    next(link for link in every(browser, "tr [data-open]") if "超薄电解铜箔" in link.text).click()
    wait(browser, lambda: every(browser, "button[value=publish]"))
    one(browser, "#reason").send_keys("已核对政策原文")
    one(browser, "button[value=publish]").click()
    wait(browser, lambda: "已发布" in one(browser, ".said-above").text)
    browser.go(f"/gaps/{code}")
    assert "超薄电解铜箔" in one(browser, "h1").text
    assert every(browser, "table.candidates")
    # A preview that was on its way when the page was left is broken off, which htmx writes to the console.
    broken_off = ("htmx:sendAbort", "htmx:afterRequest")
    assert [said for said in browser.complaints() if not any(name in said for name in broken_off)] == []
