"""Every page, in both languages: it answers, is whole, and leads on."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import pytest
from flask.testing import FlaskClient

from tests.service.web.base import FOIL_ID, Page
from tests.service.web.conftest import Shown, ask

PAGES = (
    "/",
    "/chains/C03",
    "/chains/C08?kind=extend",
    "/search?q=铜",
    "/gaps/C03-G13",
    "/gaps/C03-G13?r=m1:铜箔|电解铜箔&sizes=large&bands=A",
    f"/gaps/C03-G13?open={FOIL_ID}&listed_only=1",
    f"/gaps/C03-G13/candidates/{FOIL_ID}",
    "/find",
    "/find?need=高档电解铜箔、覆铜板",
    f"/find/candidates/{FOIL_ID}?need=高档电解铜箔",
    "/companies",
    "/companies?q=铜",
    f"/companies/{FOIL_ID}",
    "/why-not",
    f"/why-not?gap=C03-G13&company={FOIL_ID}",
    "/why-not?need=高档电解铜箔&company=平安银行",
    "/compare",
    f"/compare?gap=C03-G13&company={FOIL_ID}&company=平安银行",
    "/reverse",
    "/reverse?text=生产高档电解铜箔",
    f"/similar?company={FOIL_ID}",
)
LANGUAGES = ("zh", "en")
CHINESE = re.compile(r"[\u3000-\u303f\u3400-\u9fff\uff00-\uffef]")
# Two words of Latin letters are a phrase of English; single ones are codes, names and units.
ENGLISH = re.compile(r"[A-Za-z]{2,}[ ,;:]+[A-Za-z]{2,}")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("address", PAGES)
def test_page_is_whole(shown: Shown, address: str, language: str) -> None:
    page = shown(address, language)

    assert page.left_open == []
    assert page.attribute("lang", "html") == [{"zh": "zh-CN", "en": "en"}[language]]
    assert sum(tag == "h1" for tag, _ in page.elements) == 1
    assert [name for name, count in Counter(page.attribute("id")).items() if count > 1] == []
    title = next(text for text, _, around in page.texts if around[-1] == "title")
    assert title.endswith("· 链招" if language == "zh" else "· LianZhao")


@pytest.mark.parametrize("address", PAGES)
def test_english_page_marks_everything_chinese_as_chinese(shown: Shown, address: str) -> None:
    page = shown(address, "en")
    unmarked = [
        text
        for text, language, around in page.texts
        if CHINESE.search(text) and language != "zh-CN" and around[-1] != "title"
    ]
    assert unmarked == []


@pytest.mark.parametrize("address", PAGES)
def test_chinese_page_says_nothing_in_english(shown: Shown, address: str) -> None:
    page = shown(address, "zh")
    left = [
        text
        for text, language, around in page.texts
        if ENGLISH.search(text) and language != "en" and around[-1] not in ("code", "style", "script")
    ]
    assert left == []


@pytest.mark.parametrize("address", PAGES)
def test_labels_that_are_not_text_follow_the_language_too(shown: Shown, address: str) -> None:
    page = shown(address, "zh")
    spoken = [*page.attribute("aria-label"), *page.attribute("data-label"), *page.attribute("placeholder")]
    assert spoken
    assert [label for label in spoken if not CHINESE.search(label)] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_pages_ask_no_other_host(shown: Shown, language: str) -> None:
    for address in PAGES:
        page = shown(address, language)
        for name in ("src", "href", "action", "hx-get", "srcset"):
            assert [value for value in page.attribute(name) if urlsplit(value).netloc] == []


def test_every_link_leads_somewhere(client: FlaskClient) -> None:
    waiting, seen = ["/"], {"/"}
    while waiting and len(seen) < 150:
        address = waiting.pop(0)
        with client.get(address) as response:
            if response.status_code == 303:  # lists of events are for those who sign in
                assert "/sign-in" in response.headers["Location"], address
                continue
            assert response.status_code == 200, address
            if "html" not in response.mimetype:
                continue
            page = Page(response.text)
        ids = set(page.attribute("id"))
        for link in (*page.attribute("href"), *page.attribute("src")):
            target, _, fragment = link.partition("#")
            assert target or fragment in ids, f"{address} links to #{fragment}, which is not there"
            # One gap of each chain is enough; companies and explanations by their thousands are not needed.
            if target and target not in seen and not _is_one_of_many(target, seen):
                seen.add(target)
                waiting.append(target)
    assert {"/find", "/companies", "/chains/C10"} <= seen


def _is_one_of_many(target: str, seen: set[str]) -> bool:
    kinds: tuple[Callable[[str], Any], ...] = (
        re.compile(r"/gaps/(C\d\d)-G\d\d$").match,
        re.compile(r"/(?:gaps/[^/]+|find)/candidates/").match,
        re.compile(r"/companies/").match,
        re.compile(r"/.*lang=").match,
    )
    for kind in kinds:
        found = kind(target)
        if found:
            alike = [other for other in seen if (met := kind(other)) and met.groups() == found.groups()]
            return len(alike) >= (1 if found.groups() else 12)
    return False


@pytest.mark.parametrize("address", PAGES)
def test_language_switch_keeps_the_page(client: FlaskClient, address: str) -> None:
    page = Page(client.get(address).text)
    switch = next(attributes for tag, attributes in page.elements if attributes.get("hreflang") == "en")

    response = client.get(switch["href"] or "")

    other = Page(response.text)
    assert other.attribute("lang", "html") == ["en"]
    assert urlsplit(switch["href"] or "").path == urlsplit(address).path
    # The choice is kept: the next page needs no argument.
    assert Page(client.get("/").text).attribute("lang", "html") == ["en"]


def test_language_of_the_installation_is_chinese(client: FlaskClient) -> None:
    assert "产业链与缺口" in client.get("/").text


def test_caches_are_told_that_language_and_part_make_the_page(client: FlaskClient) -> None:
    response = ask(client, "/gaps/C03-G13")
    assert {"Cookie", "HX-Request", "HX-Target"} <= set(response.vary)
    assert response.headers["Cache-Control"] == "private, no-cache"


def test_no_script_stands_in_a_page(shown: Shown) -> None:
    # The content security policy would refuse it, so it would silently not work.
    for address in PAGES:
        page = shown(address)
        assert [a for tag, a in page.elements if tag == "script" and "src" not in a] == []
        assert [name for _, a in page.elements for name in a if name.startswith("on")] == []


def test_chains_show_gaps_by_kind_with_their_sums(shown: Shown) -> None:
    page = shown("/")
    rows = re.findall(r"<tr data-row>.*?</tr>", page.html, re.S)
    assert len(rows) == 10
    for row in rows:
        *kinds, total = [int(n) for n in re.findall(r'class="num (?:kind-col|total)".*?>(\d+)<', row, re.S)]
        assert len(kinds) == 5
        assert sum(kinds) == total


def test_empty_installation_says_what_to_run(bare_app: Any) -> None:
    text = bare_app.test_client().get("/").text
    assert "lianzhao seed" in text
    assert "lianzhao import FILE" in text


def test_chain_shows_anchors_sites_and_what_the_policy_says(shown: Shown) -> None:
    text = shown("/chains/C04").text()
    assert "金昌鑫盛源金属材料公司" in text
    assert "金昌新材料国家高技术产业基地" in text
    assert "打造千亿元镍钴新材料及二次电池材料产业链" in text
    assert "回流" in text  # 废旧电池回收 feeds smelting, against the flow of the map


def test_kind_in_the_address_shows_gaps_of_that_kind_only(shown: Shown) -> None:
    page = shown("/chains/C05?kind=talent")
    rows = re.findall(r'<td class="kind"[^>]*>(.*?)</td>', page.html)
    assert rows
    assert set(rows) == {"引智"}


def test_unknown_kind_shows_all(shown: Shown) -> None:
    assert shown("/chains/C05?kind=xyz").html.count("<tr data-row>") == 20


def test_gap_shows_need_basis_and_requirements(shown: Shown) -> None:
    text = shown("/gaps/C03-G13").text()
    assert "高档电解铜箔" in text
    assert "政策原文" in text
    assert "核心" in text


def test_gap_is_found_in_any_case(shown: Shown) -> None:
    assert "C03-G13" in shown("/gaps/c03-g13").text()


def test_company_shows_where_its_facts_come_from(shown: Shown) -> None:
    text = shown(f"/companies/{FOIL_ID}").text()
    assert "江陵铜箔股份有限公司" in text
    assert "80%" in text
    assert "测试企业库，公开资料，采集于" in text


def test_company_is_found_by_stock_code(shown: Shown) -> None:
    page = shown("/companies?q=999902")
    assert f"/companies/{FOIL_ID}" in page.attribute("href", "a")


def test_search_without_a_hit_leads_to_the_other_search(shown: Shown) -> None:
    page = shown("/companies?q=查无此企")
    assert "企业库中没有名称包含“查无此企”" in page.text().replace(" ", "")
    assert any(href.startswith("/find?need=") for href in page.attribute("href", "a"))


def test_percent_in_a_search_is_no_wildcard(shown: Shown) -> None:
    assert "企业库中没有名称包含" in shown("/companies?q=%25").text()
