"""The curators' desk: what its pages hold, what its forms do, and what is told when they cannot."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from service.operations.gap_versions import get_gap_with_versions
from service.operations.gaps import current_wording, get_gap
from tests.service.web.base import Page, csrf_token, fill, make_app, service_of, sign_in

CODE = "C03-G13"
REBATE = "对新引进企业给予税收返还"
POLICY = (
    "关于培育铜产业链的意见\n二、重点任务\n（一）铜铝合金及深加工产业链。依托白银公司等骨干企业，"
    "重点发展高档电解铜箔、覆铜板。突破铜箔轧制、表面处理等关键技术。\n"
)
PAGES = (
    "/manage",
    "/manage/chains/C03",
    "/manage/chains/C03/edit",
    "/manage/chains/new",
    f"/manage/gaps/{CODE}",
    "/manage/gaps/new?chain=C03",
    f"/manage/gaps/{CODE}/versions",
    f"/manage/gaps/{CODE}/review",
    "/manage/review",
    "/manage/dictionary",
    "/manage/dictionary?q=铜箔",
    "/manage/dictionary/entry?term=电解铜箔",
    "/manage/policy",
    "/manage/compliance",
)


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """An installation of its own, for these pages write; the four-eyes rule is on."""
    folder = tmp_path_factory.mktemp("desk")
    app = make_app(folder / "home", four_eyes="on")
    fill(app, folder)
    yield app
    service_of(app).database.close()


@pytest.fixture
def wang(desk: Flask) -> FlaskClient:
    return signed_in(desk)


@pytest.fixture
def li(desk: Flask) -> FlaskClient:
    return signed_in(desk)


def signed_in(app: Flask, role: str = "curator") -> FlaskClient:
    client = app.test_client()
    sign_in(client, app, role)
    return client


def send(client: FlaskClient, address: str, fields: dict[str, Any], follow: bool = True) -> TestResponse:
    """The answer to a form; a list repeats its field, as browsers do."""
    # The token is that of the form itself: /sign-in leads whoever is signed in elsewhere.
    return client.post(address, data={**fields, "csrf_token": csrf_token(client)}, follow_redirects=follow)


def form_of(client: FlaskClient, address: str, form_id: str) -> dict[str, list[str]]:
    """The fields of a form as a browser would send it back untouched."""
    html = client.get(address).text
    inner = re.search(rf'<form id="{form_id}".*?</form>', html, re.S)
    assert inner, html
    fields: dict[str, list[str]] = {}
    pattern = re.compile(
        r"<input\b(?P<input>[^>]*)>|<textarea\b(?P<area>[^>]*)>(?P<text>.*?)</textarea>"
        r"|<select\b(?P<select>[^>]*)>(?P<options>.*?)</select>",
        re.S,
    )
    for found in pattern.finditer(inner[0]):
        head = found["input"] or found["area"] or found["select"] or ""
        name = re.search(r'name="([^"]*)"', head)
        if not name or ('type="checkbox"' in head and "checked" not in head):
            continue
        if found["select"]:
            chosen = re.search(r'<option value="([^"]*)" selected', found["options"] or "")
            first = re.search(r'<option value="([^"]*)"', found["options"] or "")
            value = (chosen or first or [None, ""])[1]
        elif found["area"]:
            value = found["text"]
        else:
            given = re.search(r'value="([^"]*)"', head)
            value = given[1] if given else ""
        fields.setdefault(name[1], []).append(value or "")
    fields.pop("csrf_token", None)
    return fields


def editor(client: FlaskClient, code: str = CODE) -> dict[str, list[str]]:
    return form_of(client, f"/manage/gaps/{code}", "gap-form")


def move(client: FlaskClient, app: Flask, code: str, deed: str, **fields: str) -> TestResponse:
    """A button of the review page, with version and revision as it holds them."""
    with service_of(app).database.reading() as session:
        gap = get_gap_with_versions(session, code)
        found = gap.open_version or gap.current_version
        assert found is not None
        read = {"version": str(found.version), "revision": str(found.revision)}
    return send(client, f"/manage/gaps/{code}/move", {"do": deed, **read, **fields})


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("address", PAGES)
def test_page_is_whole_and_labelled(wang: FlaskClient, address: str, language: str) -> None:
    joint = "&" if "?" in address else "?"
    answer = wang.get(f"{address}{joint}lang={language}")
    assert answer.status_code == 200
    page = Page(answer.text)
    assert page.left_open == []
    ids = page.attribute("id")
    assert len(ids) == len(set(ids))
    labels = set(page.attribute("for", "label"))
    for tag, given in page.elements:
        if tag in ("input", "select", "textarea") and given.get("type") not in ("hidden", "checkbox"):
            is_named = given.get("aria-label") or given.get("id") in labels
            assert is_named, (address, given)


@pytest.mark.parametrize("role", ["viewer", "officer", "organiser"])
def test_desk_is_for_curators(desk: Flask, role: str) -> None:
    client = signed_in(desk, role)
    for address in ("/manage", f"/manage/gaps/{CODE}", "/manage/dictionary", "/manage/policy"):
        assert client.get(address).status_code == 403
    assert "/manage" not in client.get("/").text


def test_visitor_is_led_to_sign_in(desk: Flask) -> None:
    answer = desk.test_client().get(f"/manage/gaps/{CODE}")
    assert answer.status_code == 303
    assert "/sign-in" in answer.location


def test_rows_are_added_moved_and_removed_without_a_script_and_nothing_is_stored(
    desk: Flask, wang: FlaskClient
) -> None:
    fields = editor(wang)
    fields["do"] = ["add"]
    page = Page(send(wang, f"/manage/gaps/{CODE}", fields).text)
    assert page.attribute("name").count("req_text") == len(fields["req_text"]) + 1
    fields["do"] = ["remove-0"]
    page = Page(send(wang, f"/manage/gaps/{CODE}", fields).text)
    assert page.attribute("name").count("req_text") == len(fields["req_text"]) - 1
    with service_of(desk).database.reading() as session:
        assert get_gap_with_versions(session, CODE).open_version is None


def test_wrong_requirement_is_told_beside_its_line_and_nothing_typed_is_lost(wang: FlaskClient) -> None:
    fields = editor(wang)
    fields["do"] = ["save"]
    fields["req_weight"][0] = "9"
    fields["need"] = ["改过的需求"]
    answer = send(wang, f"/manage/gaps/{CODE}", fields)
    assert answer.status_code == 422
    assert "权重应为大于 0、不超过 5 的数" in answer.text
    assert "改过的需求" in answer.text


def test_preview_ranks_the_unsaved_wording_and_tells_what_moved(wang: FlaskClient) -> None:
    fields = editor(wang)
    same = Page(send(wang, "/manage/gaps/preview", fields).text).text()
    assert "前十名与已发布版本相同" in same
    assert "江陵铜箔" in same
    fields["req_text"] = ["白酒"]
    fields["req_synonyms"] = [""]
    fields["title"], fields["need"] = ["白酒"], ["引进白酒企业"]
    other = Page(send(wang, "/manage/gaps/preview", fields).text).text()
    assert "个名次变动" in other
    fields["req_text"], fields["title"], fields["need"] = [""], [""], [""]
    assert "填写要求或需求后" in send(wang, "/manage/gaps/preview", fields).text


def test_gap_goes_from_editor_through_review_into_force(
    desk: Flask, wang: FlaskClient, li: FlaskClient
) -> None:
    code = "C03-G14"
    fields = editor(wang, code)
    fields["need"] = [f"{fields['need'][0]}优先引进龙头企业。"]
    fields["note"] = [f"{REBATE}。"]
    fields["do"] = ["submit"]
    page = send(wang, f"/manage/gaps/{code}", fields).text
    assert "已提交审核" in page
    assert "双人复核" in page  # the one who submitted is told so
    assert REBATE in page
    refused = move(wang, desk, code, "publish", reason="急")
    assert refused.status_code == 403
    assert "提交人不得自行发布" in refused.text
    blocked = move(li, desk, code, "publish")
    assert blocked.status_code == 409
    assert "公平竞争审查未通过" in blocked.text
    rule = re.search(r'name="rule" value="([^"]+)"', blocked.text)
    quote = re.search(r'name="quote" value="([^"]+)"', blocked.text)
    assert rule
    assert quote
    excused = send(
        li,
        f"/manage/gaps/{code}/excuse",
        {"rule": rule[1], "quote": quote[1], "reason": "依据国务院批准的专项政策"},
    ).text
    assert "依据国务院批准的专项政策" in excused
    published = move(li, desk, code, "publish", reason="已核对")
    assert "已发布：即日起按此版本匹配" in published.text
    with service_of(desk).database.reading() as session:
        assert current_wording(get_gap(session, code)).version == 2
    versions = li.get(f"/manage/gaps/{code}/versions").text
    assert "优先引进龙头企业" in versions
    assert "依据国务院批准的专项政策" in li.get("/manage/compliance").text


def test_second_editor_sees_both_wordings_and_may_save_over(
    desk: Flask, wang: FlaskClient, li: FlaskClient
) -> None:
    code = "C03-G15"
    mine, theirs = editor(wang, code), editor(li, code)
    theirs |= {"do": ["save"], "need": ["李的需求"]}
    mine |= {"do": ["save"], "need": ["王的需求"]}
    send(li, f"/manage/gaps/{code}", theirs)
    answer = send(wang, f"/manage/gaps/{code}", mine)
    assert answer.status_code == 409
    assert "对方的修改没有被覆盖" in answer.text
    assert "李的需求" in answer.text
    assert "王的需求" in answer.text
    held = re.search(
        r'<form id="gap-form".*?name="version" value="(\d+)".*?name="revision" value="(\d+)"',
        answer.text,
        re.S,
    )
    assert held
    mine |= {"version": [held[1]], "revision": [held[2]]}
    assert send(wang, f"/manage/gaps/{code}", mine).status_code == 200
    with service_of(desk).database.reading() as session:
        draft = get_gap_with_versions(session, code).open_version
        assert draft is not None
        assert draft.need == "王的需求"


def test_chain_editor_tells_all_that_is_wrong(wang: FlaskClient) -> None:
    answer = send(wang, "/manage/chains/C03/edit", {"do": "save", "revision": "1", "name": "铜"})
    assert answer.status_code == 422
    assert "没有保存" in answer.text


def test_dictionary_entry_is_previewed_saved_and_used(desk: Flask, wang: FlaskClient) -> None:
    fields = {"term": "高档电解铜箔", "mode": "add", "narrower": "陇原奇箔", "why": "试用", "revision": "0"}
    effect = Page(send(wang, "/manage/dictionary/preview", fields).text).text()
    assert "涉及缺口" in effect
    assert CODE in effect or "前十名均不变" in effect
    assert "下次匹配即生效" in send(wang, "/manage/dictionary/entry", fields).text
    room = service_of(desk)
    with room.database.reading() as session:
        terms = room.engines.engine(session).dictionary.expand(["高档电解铜箔"]).terms
    assert "陇原奇箔" in {term.text for term in terms}
    taken_back = {**fields, "do": "delete", "revision": "1"}
    assert "已撤销" in send(wang, "/manage/dictionary/entry", taken_back).text


def test_policy_text_is_drafted_and_accepted_one_by_one(desk: Flask, wang: FlaskClient) -> None:
    file = {"file": (io.BytesIO(POLICY.encode("gb18030")), "意见.txt"), "name": ""}
    answer = wang.post(
        "/manage/policy",
        data={**file, "csrf_token": csrf_token(wang)},
        content_type="multipart/form-data",
        follow_redirects=True,
    )
    assert answer.status_code == 200, answer.text
    page = answer.text
    assert "按名称推荐" in page
    assert "<mark>" in page
    gap = re.search(r'action="(/manage/policy/\d+/items/\d+)">(?:(?!</form>).)*?name="req_text"', page, re.S)
    assert gap
    given = {
        "do": "accept",
        "chain": "C03",
        "link": "C03-L07",
        "section": "",
        "title": "铜箔",
        "kind": "fill",
        "req_keep": ["R1"],
        "req_text": ["超薄铜箔", "覆铜板"],
        "more": "铜箔添加剂",
    }
    assert "已采纳" in send(wang, gap[1], given).text
    with service_of(desk).database.reading() as session:
        draft = get_gap_with_versions(session, "C03-G31").open_version
        assert draft is not None
        assert [row.text for row in draft.requirements] == ["超薄铜箔", "铜箔添加剂"]


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("a.doc", b"x", "另存为 docx"),
        ("a.txt", b"\xff\xff\xff\x80", "另存为 UTF-8"),
        ("a.txt", "会议结束。".encode(), "无法使用"),
        ("a.pdf", b"no pdf", "重新打印成 pdf"),
    ],
)
def test_file_that_cannot_be_drafted_says_why(
    wang: FlaskClient, name: str, content: bytes, words: str
) -> None:
    answer = wang.post(
        "/manage/policy",
        data={"file": (io.BytesIO(content), name), "csrf_token": csrf_token(wang)},
        content_type="multipart/form-data",
    )
    assert answer.status_code == 422
    assert words in answer.text


def test_compliance_page_marks_the_words_and_cites_the_clause(wang: FlaskClient) -> None:
    page = send(wang, "/manage/compliance", {"text": f"一、支持措施\n{REBATE}。"}).text
    assert "《公平竞争审查条例》第" in page
    assert f"<mark>{REBATE}</mark>" in page
    assert 'class="passed"' in send(wang, "/manage/compliance", {"text": "引进电解铜箔企业。"}).text


def test_hostile_title_is_shown_as_text(wang: FlaskClient) -> None:
    fields = editor(wang, "C03-G16")
    fields |= {"do": ["save"], "title": ["<script>alert(1)</script>"]}
    page = send(wang, "/manage/gaps/C03-G16", fields).text
    assert "<script>alert(1)" not in page
    assert "&lt;script&gt;alert(1)" in page
