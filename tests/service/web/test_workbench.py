"""The workbench: chains at a glance, one search box, edited requirements, facets, saved searches."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from urllib.parse import parse_qs, unquote, urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient

from service.web.visits import COOKIE
from tests.service.web.base import COVERED, FOIL_ID, HOSTILE_ID, LOCAL_ID, Page, send, sign_in
from tests.service.web.conftest import Shown, ask
from tests.service.web.test_candidates import GAP, companies_in


def options_of(page: Page, name: str) -> dict[str, int]:
    """Values of a facet with their numbers."""
    found = re.findall(
        rf'name="{name}" value="([^"]+)"[^>]*> .*?<span class="dim">(\d+)</span>', page.html, re.S
    )
    return {value: int(count) for value, count in found}


def bands_of(page: Page) -> dict[str, int]:
    """Companies of each band as counted above the list."""
    counted = page.html.partition('class="bands-counted"')[2].partition("</p>")[0]
    return {band: int(count) for band, count in re.findall(r">([ABC])</span> <b>(\d+)</b>", counted)}


# Home.


def test_chains_show_candidates_where_they_were_counted(shown: Shown) -> None:
    rows = re.findall(r"<tr data-row>.*?</tr>", shown("/").html, re.S)
    counted = [row for row in rows if 'class="fill-bar"' in row]
    assert [re.search(r">(C\d\d)<", row)[1] for row in counted] == [COVERED]  # type: ignore[index]
    bands = re.findall(r'class="num band-col"[^>]*>([^<]+)<', counted[0])
    assert len(bands) == 3
    assert sum(int(n.replace(",", "")) for n in bands) > 0


def test_numbers_that_are_missing_name_the_command(shown: Shown) -> None:
    assert "lianzhao index coverage" in shown("/").text()


def test_first_visit_has_no_news_and_a_later_one_has(client: FlaskClient) -> None:
    assert "上次访问" not in ask(client, "/").text
    client.set_cookie(COOKIE, str(int(datetime(2026, 1, 1, tzinfo=UTC).timestamp())))
    text = Page(ask(client, "/").text).text()
    assert "上次访问" in text
    assert "新增企业503家" in text.replace(" ", "")


@pytest.mark.parametrize("cookie", ["x", "", "1-2-3", "99999999999999", "-5"])
def test_cookie_of_someone_elses_making_is_passed_over(client: FlaskClient, cookie: str) -> None:
    client.set_cookie(COOKIE, cookie)
    assert ask(client, "/").status_code == 200


# One search box.


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("C03", "/chains/C03"),
        ("c03-g13", "/gaps/C03-G13"),
        ("999902", f"/companies/{FOIL_ID}"),
        ("江陵铜箔", f"/companies/{FOIL_ID}"),
        ("高温合金精密铸造叶片", "/find?need=高温合金精密铸造叶片"),
        ("", "/"),
    ],
)
def test_search_leads_on_where_there_is_one_answer(client: FlaskClient, text: str, address: str) -> None:
    response = client.get("/search", query_string={"q": text})
    assert response.status_code == 303
    assert unquote(response.headers["Location"]) == address


def test_search_shows_chains_gaps_and_companies_and_the_way_to_a_need(shown: Shown) -> None:
    page = shown("/search?q=铜")
    links = page.attribute("href", "a")
    assert {"/chains/C03", f"/companies/{FOIL_ID}"} <= set(links)
    assert any(link.startswith("/gaps/C03-") for link in links)
    assert any(unquote(link) == "/find?need=铜" for link in links)


def test_search_understands_initials(client: FlaskClient) -> None:
    page = Page(client.get("/search?q=jltb").text)
    assert f"/companies/{FOIL_ID}" in page.attribute("href", "a")


# Requirements as chips.


def test_requirements_stand_as_chips_and_the_form_says_them_back(shown: Shown) -> None:
    page = shown(GAP)
    texts = [a.get("value") for tag, a in page.elements if tag == "input" and a.get("name") == "text"]
    assert texts == ["高档电解铜箔", None]  # the last is the empty line to add one


def test_edited_requirements_rank_anew_and_stay_in_every_address(shown: Shown) -> None:
    page = shown(f"{GAP}?r=m1:啤酒&r=x1:电解铜箔")
    assert companies_in(page)[0] not in (FOIL_ID, HOSTILE_ID)
    assert "恢复原要求" in page.text()
    for link in [a["href"] or "" for tag, a in page.elements if "data-panel" in a]:
        assert parse_qs(urlsplit(link).query)["r"] == ["m1:啤酒", "x1:电解铜箔"]
    assert shown(f"{GAP}/candidates/{companies_in(page)[0]}?r=m1:啤酒&r=x1:电解铜箔").text()


def test_form_is_led_to_the_short_address(client: FlaskClient) -> None:
    line = "text=铜箔&level=should&weight=0.5&synonyms=&facet=product"
    whole = "text=高档电解铜箔&level=must&weight=2&synonyms=&facet=product"
    response = client.get(f"{GAP}?edited=1&{whole}&{line}&sizes=large")
    assert response.status_code == 303
    target = urlsplit(response.headers["Location"])
    assert parse_qs(target.query) == {"r": ["m2:高档电解铜箔", "s0.5:铜箔"], "sizes": ["large"]}


def test_requirements_sent_back_unchanged_are_not_edited(client: FlaskClient) -> None:
    page = Page(ask(client, GAP).text)
    fields = [
        (a["name"] or "", a.get("value") or "")
        for tag, a in page.elements
        if tag == "input" and a.get("name") in ("text", "weight", "synonyms", "facet")
    ]
    levels = re.findall(r'<option value="(\w+)" selected>', page.html)
    query = "&".join(
        [f"{name}={value}" for name, value in fields] + [f"level={v}" for v in [*levels, "must"]]
    )
    response = client.get(f"{GAP}?edited=1&{query}", headers={"HX-Request": "true", "HX-Target": "result"})
    assert response.headers["HX-Push-Url"] == GAP


def test_wrong_requirement_is_told_on_the_page(shown: Shown) -> None:
    assert "开头有误" in shown(f"{GAP}?r=zz", status=422).text()


# Facets.


def test_facets_count_what_choosing_them_brings(shown: Shown) -> None:
    whole = shown(GAP)
    assert set(options_of(whole, "bands")) >= {"A", "待核"}
    for name in ("provinces", "sizes", "listings", "bands"):
        for value, count in options_of(whole, name).items():
            if value == "待核":
                continue
            bands = bands_of(shown(f"{GAP}?{name}={value}"))
            assert count == (bands[value] if name == "bands" else sum(bands.values())), (name, value)


def test_chosen_band_is_the_whole_list(shown: Shown) -> None:
    page = shown(f"{GAP}?bands=待核")
    assert companies_in(page)
    assert FOIL_ID not in companies_in(page)
    assert re.findall(r'<span class="band band-(\w)">', page.html.partition('class="list"')[2])


@pytest.mark.parametrize("query", ["sizes=huge", "bands=D", "listings=maybe", "ownerships=mine"])
def test_value_that_is_none_of_the_facet_is_told(shown: Shown, query: str) -> None:
    assert "请从所列选项中选择" in shown(f"{GAP}?{query}", status=422).text()


# The page for the wall.


@pytest.mark.parametrize("language", ["zh", "en"])
def test_sheet_names_every_link_and_gap(shown: Shown, language: str) -> None:
    page = shown("/chains/C03/sheet", language)
    assert page.left_open == []
    assert page.html.count('class="sheet-gap"') == 30
    assert page.html.count("<article") == len(re.findall(r'<tr id="row-', shown("/chains/C03").html))


# Companies.


def test_old_facts_say_so(shown: Shown) -> None:
    page = shown("/companies/A000002")
    assert "资料较旧" in page.text()
    assert "kind-press" in page.html
    assert "资料较旧" not in shown(f"/companies/{LOCAL_ID}").text()


# Saved searches.


def test_visitor_is_led_to_sign_in(client: FlaskClient) -> None:
    assert "/sign-in" in client.get("/saved").headers["Location"]
    assert "登录后可保存" in ask(client, GAP).text


def test_officer_saves_opens_and_deletes(app: Flask) -> None:
    client = app.test_client()
    sign_in(client, app, "officer")
    page = Page(client.get(f"{GAP}?sizes=large&r=m1:铜箔").text)
    action = next(a for a in page.attribute("action", "form") if a.startswith("/saved?"))

    answer = send(client, action, name="大型铜箔企业")

    assert unquote(answer.headers["Location"]) == f"{GAP}?sizes=large&r=m1:铜箔"
    listed = Page(client.get("/saved").text)
    assert "大型铜箔企业" in listed.text()
    assert f"{GAP}?sizes=large&r=m1:铜箔" in [unquote(a) for a in listed.attribute("href", "a")]
    assert "无变化" in listed.text()
    delete = next(a for a in listed.attribute("action", "form") if a.endswith("/delete"))
    now = Page(client.get(delete.removesuffix("/delete")).text)
    assert "居前企业名次未变" in now.text()
    assert send(client, delete.replace("/delete", "/renew")).status_code == 303
    assert send(client, delete).status_code == 303
    assert "尚无已存查找" in client.get("/saved").text


def test_name_that_is_taken_is_told(app: Flask) -> None:
    client = app.test_client()
    sign_in(client, app, "officer")
    for told in ("已保存为“铜”", "已有名为“铜”的查找"):
        send(client, "/saved?need=铜箔", name="铜")
        assert told in client.get("/find").text
    send(client, "/saved?need=铜箔", name=" ")
    assert "请为此次查找取一个" in client.get("/find").text
