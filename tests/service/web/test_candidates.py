"""Ranked companies: conditions, pages of the list, the explanation, and that what is printed adds up."""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import replace
from html import unescape
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from flask.testing import FlaskClient

from matching.records import MatchResult
from service.operations import shown_lists
from tests.service.web.base import FOIL_ID, HOSTILE, HOSTILE_ID, LOCAL_ID, SHIPPED, Page
from tests.service.web.conftest import Shown, ask

GAP = "/gaps/C03-G13"  # 高档电解铜箔
Counted = Callable[[], AbstractContextManager[list[str]]]


def companies_in(page: Page) -> list[str]:
    """Ids of the companies listed, best first."""
    return [
        urlsplit(attributes["href"] or "").path.rpartition("/")[2]
        for tag, attributes in page.elements
        if tag == "a" and "data-panel" in attributes
    ]


def test_best_maker_stands_first_with_its_quote_marked(shown: Shown) -> None:
    page = shown(GAP)
    assert companies_in(page)[0] == FOIL_ID
    first = page.html[page.html.index("<tr data-row") :].partition("</tr>")[0]
    assert "“<mark>高档电解铜箔</mark>”" in first
    assert "80%" in first


def test_explanation_of_the_first_is_open_before_anything_is_clicked(shown: Shown) -> None:
    page = shown(GAP)
    panel = page.html[page.html.index('id="panel"') :]
    assert f"/companies/{FOIL_ID}" in panel
    assert "江陵铜箔生产“高档电解铜箔”（占营收80%），满足“高档电解铜箔”" in panel


def test_address_says_whose_explanation_is_open(shown: Shown) -> None:
    page = shown(f"{GAP}?open={HOSTILE_ID}")
    current = [a for _, a in page.elements if a.get("aria-current") == "true"]
    assert [urlsplit(a["href"] or "").path for a in current] == [f"{GAP}/candidates/{HOSTILE_ID}"]


def test_company_of_another_page_that_is_to_be_open_is_passed_over(shown: Shown) -> None:
    page = shown(f"{GAP}?page=2&open={FOIL_ID}")
    assert FOIL_ID not in companies_in(page)
    assert page.html.count('aria-current="true"') == 1


def test_companies_of_the_home_province_are_left_out_unless_asked_for(shown: Shown) -> None:
    assert LOCAL_ID not in companies_in(shown(GAP))
    page = shown(f"{GAP}?include_home_province=1")
    assert LOCAL_ID in companies_in(page)
    assert "已在省内" in page.text()


def test_naming_the_home_province_asks_for_it(shown: Shown) -> None:
    assert companies_in(shown(f"{GAP}?provinces=甘肃省"))[0] == LOCAL_ID


def test_provinces_narrow_the_list(shown: Shown) -> None:
    page = shown(f"{GAP}?provinces=江西&provinces=山东")
    places = set(re.findall(r"<span class=\"place\">([^\s<]+)", page.html))
    assert places == {"江西", "山东"}
    assert "省份：江西、山东" in page.text().replace(" ", "")


def test_listed_only_leaves_out_companies_without_a_listing(shown: Shown) -> None:
    # 江陵铜箔 has a stock code and no day of listing; what counts as listed is the engine's rule.
    page = shown(f"{GAP}?listed_only=1")
    assert HOSTILE_ID not in companies_in(page)
    assert companies_in(page) == companies_in(shown(f"{GAP}?listings=listed"))
    assert 'name="listings" value="listed" checked' in page.html


def test_least_employees_leaves_out_smaller_ones(shown: Shown) -> None:
    listed = companies_in(shown(f"{GAP}?min_employees=1000"))
    assert FOIL_ID in listed
    assert HOSTILE_ID not in listed


def test_conditions_stay_in_every_address_of_the_list(shown: Shown) -> None:
    page = shown(f"{GAP}?provinces=江西&provinces=山东&min_employees=10")
    links = [a["href"] or "" for tag, a in page.elements if tag == "a" and "data-panel" in a]
    assert links
    for link in links:
        query = parse_qs(urlsplit(link).query)
        assert query["provinces"] == ["江西", "山东"]
        assert query["min_employees"] == ["10"]


def test_pages_of_the_list_follow_each_other_without_gap_or_repeat(shown: Shown) -> None:
    first, second = shown(GAP), shown(f"{GAP}?page=2")
    assert len(companies_in(first)) == 20
    assert not set(companies_in(first)) & set(companies_in(second))
    ranks = [int(n) for n in re.findall(r'<td class="num rank">(\d+)</td>', first.html + second.html)]
    assert ranks == list(range(1, 41))
    follow = next(a for _, a in first.elements if a.get("rel") == "next")
    assert urlsplit(follow["href"] or "").query == "page=2"


def test_page_beyond_the_end_leads_back(shown: Shown) -> None:
    page = shown(f"{GAP}?page=400")
    assert "名单没有这一页" in page.text()
    assert GAP in page.attribute("href", "a")


def test_conditions_that_nobody_meets_can_be_cleared(shown: Shown) -> None:
    page = shown(f"{GAP}?provinces=澳门")
    assert "没有既符合条件、又与需求相近的企业" in page.text()
    assert "清除全部条件" in page.text()


@pytest.mark.parametrize(
    ("query", "told"),
    [
        ("min_employees=many", "最少员工人数“many”不是0至10000000之间的整数"),
        ("min_employees=-1", "最少员工人数“-1”不是"),
        ("page=0", "页码“0”不是1至500之间的整数"),
        ("page=²", "页码“²”不是"),
        ("provinces=桃花源", "省份“桃花源”无法识别"),
    ],
)
def test_condition_that_cannot_be_used_is_named(shown: Shown, query: str, told: str) -> None:
    assert told in shown(f"{GAP}?{query}", status=422).text()


def test_nothing_suitable_is_said_and_the_nearest_stand_apart(
    shown: Shown, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = shown_lists.match_gap

    def all_to_check(*arguments: Any, **options: Any) -> MatchResult:
        result = real(*arguments, **options)
        weak = tuple(replace(candidate, band="待核", probability=0.01) for candidate in result.candidates)
        return replace(result, candidates=weak, best_band="待核")

    monkeypatch.setattr(shown_lists, "match_gap", all_to_check)
    page = shown(GAP)
    said = page.text().index("本库中没有合适企业")
    assert said < page.text().index("以下未达 C 档，为最接近者") < page.text().index("江陵铜箔")
    # Later pages only go on: the first has said it.
    assert "本库中没有合适企业" not in shown(f"{GAP}?page=2").text()


def test_cautions_that_all_share_are_said_once(shown: Shown, monkeypatch: pytest.MonkeyPatch) -> None:
    real = shown_lists.match_gap

    def two_local(*arguments: Any, **options: Any) -> MatchResult:
        result = real(*arguments, **options)
        local = [candidate for candidate in result.candidates if candidate.cautions]
        return replace(result, candidates=(local[0], replace(local[0], rank=2)))

    monkeypatch.setattr(shown_lists, "match_gap", two_local)
    page = shown(f"{GAP}?provinces=甘肃")
    listed = page.html[page.html.index('class="list"') : page.html.index('id="panel"')]
    assert listed.count("已在省内") == 1
    assert "本页企业均为：" in listed


# The explanation.


def test_contributions_printed_add_up_to_the_score_printed(shown: Shown) -> None:
    for company in companies_in(shown(GAP))[:8]:
        html = shown(f"{GAP}/candidates/{company}").html
        prior = _cents(re.search(r"data-prior=[^>]*>([^<]+)", html))
        steps = [_cents(match) for match in re.finditer(r"data-contribution=[^>]*>([^<]+)", html)]
        score = _cents(re.search(r"data-score=[^>]*>([^<]+)", html))
        assert len(steps) >= 6
        assert prior + sum(steps) == score


def test_contributions_carried_add_up_exactly(shown: Shown) -> None:
    html = shown(f"{GAP}/candidates/{FOIL_ID}").html
    prior, score = (float(re.search(f'data-{name}="([^"]+)"', html)[1]) for name in ("prior", "score"))  # type: ignore[index]
    steps = [float(value) for value in re.findall(r'data-contribution="([^"]+)"', html)]
    assert prior + sum(steps) == pytest.approx(score, abs=1e-9)


def _cents(match: re.Match[str] | None) -> int:
    assert match is not None
    return round(float(match[1].replace("−", "-")) * 100)


def test_explanation_has_all_its_parts(shown: Shown) -> None:
    text = shown(f"{GAP}/candidates/{FOIL_ID}").text()
    parts = ("逐条对照", "得分构成", "待核实事项", "检索过程", "运行凭据")
    places = [text.index(part) for part in parts]
    assert places == sorted(places)
    assert "统一社会信用代码是多少？" in text
    assert "摘录来源：测试企业库，" in text.replace(" ", "")


@pytest.mark.parametrize("language", ["zh", "en"])
def test_explanation_reads_as_it_was_approved(
    shown: Shown, golden: Callable[[str, str], None], language: str
) -> None:
    html = shown(f"{GAP}/candidates/{FOIL_ID}", language).html
    article = html[html.index("<article") : html.index('<details class="receipt"')]
    golden(f"explanation.{language}.txt", as_read(article))


def as_read(html: str) -> str:
    """A line for each row, item and paragraph."""
    parted = re.sub(r"</(?:tr|li|p|h2|h3)>", "\n", " ".join(html.split()))
    lines = [unescape(re.sub(r"<[^>]+>", "", re.sub(r"</t[dh]>", " ", line))) for line in parted.split("\n")]
    return "".join(" ".join(line.split()) + "\n" for line in lines if line.strip())


def test_explanation_leads_to_its_neighbours_and_back(shown: Shown) -> None:
    first, second, third = companies_in(shown(GAP))[:3]
    page = shown(f"{GAP}/candidates/{second}?rank=2")
    assert [urlsplit(a["href"] or "").path for _, a in page.elements if a.get("rel") in ("prev", "next")] == [
        f"{GAP}/candidates/{first}",
        f"{GAP}/candidates/{third}",
    ]
    assert f"{GAP}?open={second}#candidates" in page.attribute("href", "a")


@pytest.mark.parametrize("rank", ["", "rank=2", "rank=900", "rank=x", "rank=0"])
def test_rank_in_the_address_is_only_a_hint(shown: Shown, rank: str) -> None:
    page = shown(f"{GAP}/candidates/{FOIL_ID}?{rank}")
    assert "第 1 名" in page.text()


def test_company_beyond_the_first_pages_is_found_too(shown: Shown) -> None:
    last = companies_in(shown(f"{GAP}?page=3"))[-1]
    assert "第 60 名" in shown(f"{GAP}/candidates/{last}").text()


def test_company_that_is_not_among_the_candidates_is_no_page(shown: Shown) -> None:
    text = shown(f"{GAP}/candidates/{LOCAL_ID}", status=404).text()
    assert "该企业不在候选企业之列" in text
    assert "第 1 名" in shown(f"{GAP}/candidates/{LOCAL_ID}?provinces=甘肃").text()


# Parts for htmx.


def test_htmx_gets_the_explanation_alone_and_the_address_to_show(client: FlaskClient) -> None:
    address = f"{GAP}/candidates/{FOIL_ID}?provinces=江西&rank=1"
    response = ask(client, address, HX_Request="true", HX_Target="panel")
    assert "<html" not in response.text
    assert response.text.count("<h2") == 1
    assert response.headers["HX-Replace-Url"] == f"{GAP}?provinces=%E6%B1%9F%E8%A5%BF&open={FOIL_ID}"


def test_htmx_gets_the_list_alone_and_the_address_to_show(client: FlaskClient) -> None:
    address = f"{GAP}?provinces=江西&min_employees=&listed_only=1"
    response = ask(client, address, HX_Request="true", HX_Target="result")
    assert "<html" not in response.text
    assert 'id="facets" class="conditions" hx-swap-oob="true"' in response.text
    assert 'id="provinces-chosen">江西' in response.text
    assert response.headers["HX-Push-Url"] == f"{GAP}?provinces=%E6%B1%9F%E8%A5%BF&listings=listed"


def test_going_back_gets_the_whole_page(client: FlaskClient) -> None:
    response = ask(client, GAP, HX_Request="true", HX_Target="result", HX_History_Restore_Request="true")
    assert "<html" in response.text


def test_errors_for_htmx_are_parts_too(client: FlaskClient) -> None:
    response = ask(client, f"{GAP}?page=0", HX_Request="true", HX_Target="result")
    assert response.status_code == 422
    assert "<html" not in response.text
    assert "页码“0”不是1至500之间的整数" in response.text


# A need in words.


def test_need_shows_how_it_was_understood(shown: Shown) -> None:
    page = shown("/find?need=引进高档电解铜箔、覆铜板等电子材料")
    understood = page.html[page.html.index('id="wishes"') : page.html.index('id="facets"')]
    for word in ("高档电解铜箔", "覆铜板", "电子材料"):
        assert word in understood
    assert companies_in(page)[0] == FOIL_ID


def test_need_stays_in_every_address(shown: Shown) -> None:
    page = shown("/find?need=高档电解铜箔&provinces=江西")
    for link in [a["href"] or "" for tag, a in page.elements if "data-panel" in a]:
        assert parse_qs(urlsplit(link).query)["need"] == ["高档电解铜箔"]
    assert '<input type="hidden" name="need" value="高档电解铜箔">' in page.html


def test_need_without_anything_to_match_says_what_to_write(shown: Shown) -> None:
    page = shown("/find?need=的", status=422)
    assert "“的”中没有可供匹配的产品、工艺或技术。" in page.text().replace(" ", "")
    assert "至少两个字" in page.text()
    assert page.attribute("value", "input") == ["的"]


def test_need_that_is_a_whole_document_is_refused_and_kept(shown: Shown) -> None:
    need = "铜箔、" * 700
    page = shown(f"/find?need={need}", status=422)
    assert "需求过长：2,100 字，最多 2,000 字。" in page.text()
    assert page.attribute("value", "input") == [need]


def test_empty_need_shows_the_form_and_examples(shown: Shown) -> None:
    page = shown("/find?need=%20")
    assert "高档电解铜箔" in page.text()
    assert companies_in(page) == []


# Text of others stays text.


@pytest.mark.parametrize(
    "address",
    [
        GAP,
        f"{GAP}?open={HOSTILE_ID}",
        f"{GAP}/candidates/{HOSTILE_ID}",
        f"/find?need={HOSTILE}",
        "/find?need=<b>的",
        f"/companies?q={HOSTILE}",
        "/companies?q=铜箔",
        f"/companies/{HOSTILE_ID}",
        "/companies/<script>alert(1)</script>",
        "/gaps/<script>alert(1)</script>",
        f"{GAP}?provinces=<script>alert(1)</script>",
    ],
)
@pytest.mark.parametrize("language", ["zh", "en"])
def test_names_never_become_markup(client: FlaskClient, address: str, language: str) -> None:
    response = ask(client, address, language)
    assert response.status_code in (200, 404, 422)
    page = Page(response.text)
    assert [a for tag, a in page.elements if tag == "script" and "src" not in a] == []
    assert [tag for tag, _ in page.elements if tag in ("b", "img") and "onerror" in str(_)] == []
    assert "<script>alert" not in response.text
    assert "onerror=alert" not in response.text.replace("&gt;", ">").partition("<img")[2]


# Costs.


def test_queries_do_not_grow_with_the_list(count_queries: Counted, client: FlaskClient) -> None:
    """A page of 20 companies, or a chain of 30 gaps, takes as many statements as a short one."""
    client.get(GAP)  # opens the engine
    allowed = {"/": 16, "/chains/C03": 15, GAP: 18, "/companies?q=股份": 3, f"/companies/{FOIL_ID}": 5}
    for address, most in allowed.items():
        with count_queries() as statements:
            assert client.get(address).status_code == 200
        assert len(statements) <= most, "\n".join([address, *statements])


def test_base_is_as_large_as_these_tests_assume(shown: Shown) -> None:
    assert f"企业库 {SHIPPED + 3} 家" in shown("/").text()
