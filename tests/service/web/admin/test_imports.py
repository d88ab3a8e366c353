"""Importing by pages: upload, columns, trial, storing, mending, undoing; and the state of the data."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from models import ImportUpload
from service.operations.companies import get_company
from tests.service.web.base import Page, make_app, service_of, sign_in

BAD_CODE = "91350100M000100Y44"  # its check character is 3
LIST = (
    "企业名称,省份,人数,信用代码,老板电话,备注2\n"
    "江陵铜箔有限公司,江西,300,,139,甲\n"
    f"大江铜材有限公司,山东,20,{BAD_CODE},138,乙\n"
    ",山东,20,,137,丙\n"
)
Post = Callable[..., TestResponse]


@pytest.fixture
def own_app(tmp_path: Path) -> Iterator[Flask]:
    """An application of the test's own, whose jobs run when the test says so."""
    app = make_app(tmp_path / "own")
    service_of(app).jobs._starts = False
    yield app
    service_of(app).database.close()


@pytest.fixture
def client(own_app: Flask) -> FlaskClient:
    client = own_app.test_client()
    sign_in(client, own_app, "curator")
    return client


@pytest.fixture
def post(client: FlaskClient) -> Post:
    """Send a form as a page would."""

    def send(address: str, follow: bool = True, **fields: object) -> TestResponse:
        token = Page(client.get("/account").text).attribute("value", "input")[0]
        answer = client.post(
            address,
            data={"csrf_token": token, **fields},
            content_type="multipart/form-data",
            follow_redirects=follow,
        )
        close_what_was_sent(answer)
        return answer

    return send


def close_what_was_sent(answer: TestResponse) -> None:
    """The test client keeps a large form in a file and leaves it open."""
    answer.request.environ["wsgi.input"].close()


def upload(post: Post, text: str | bytes = LIST, name: str = "名单.csv") -> str:
    """The address of the page of an uploaded file."""
    content = text.encode() if isinstance(text, str) else text
    answer = post("/admin/imports", False, file=(io.BytesIO(content), name), source="测试名单", kind="press")
    assert answer.status_code == 303, Page(answer.text).text()
    assert answer.location
    return answer.location


def chosen(client: FlaskClient, address: str) -> dict[str, str]:
    """Header → field as the page has it."""
    page = Page(client.get(address).text)
    headers = [a["value"] or "" for t, a in page.elements if t == "input" and a.get("name") == "header"]
    fields: list[str] = []
    for tag, attributes in page.elements:
        if tag == "select" and attributes.get("name") == "field":
            fields.append("")
        elif tag == "option" and fields and "selected" in attributes:
            fields[-1] = attributes["value"] or ""
    return dict(zip(headers, fields, strict=True))


def try_it(client: FlaskClient, post: Post, app: Flask, address: str, **changes: str) -> Page:
    columns = {**chosen(client, address), **changes}
    post(f"{address}/try", header=list(columns), field=list(columns.values()))
    service_of(app).jobs.run_waiting()
    return Page(client.get(address).text)


def counts(page: Page) -> list[str]:
    return [text for text, _, around in page.texts if around[-1] == "dd"][:5]


def test_columns_are_guessed_with_values_beside_them(client: FlaskClient, post: Post) -> None:
    address = upload(post)
    assert chosen(client, address) == {
        "企业名称": "name",
        "省份": "province",
        "人数": "employees",
        "信用代码": "uscc",
        "老板电话": "",
        "备注2": "",
    }
    assert "江陵铜箔有限公司、大江铜材有限公司" in Page(client.get(address).text).text()


def test_trial_tells_what_would_happen_and_stores_nothing(
    client: FlaskClient, post: Post, own_app: Flask
) -> None:
    page = try_it(client, post, own_app, upload(post))
    assert counts(page) == ["3", "1", "0", "0", "2"]  # read, added, updated, unchanged, rejected
    text = page.text()
    assert f"“{BAD_CODE}”的校验码为“4”" in text
    assert "退回" in text
    assert "处理建议" in text
    with service_of(own_app).database.reading() as session:
        assert session.connection().exec_driver_sql("SELECT count(*) FROM company").scalar() == 0


def test_column_is_chosen_by_hand(client: FlaskClient, post: Post, own_app: Flask) -> None:
    address = upload(post)
    try_it(client, post, own_app, address, 备注2="industry")
    assert chosen(client, address)["备注2"] == "industry"
    post(f"{address}/store")
    service_of(own_app).jobs.run_waiting()
    with service_of(own_app).database.reading() as session:
        assert get_company(session, "江陵铜箔有限公司").industry == "甲"


def test_column_chosen_twice_is_told_and_the_choice_kept(client: FlaskClient, post: Post) -> None:
    address = upload(post)
    columns = {**chosen(client, address), "备注2": "province"}
    answer = post(f"{address}/try", header=list(columns), field=list(columns.values()))
    assert answer.status_code == 422
    page = Page(answer.text)
    assert "“省份”对应了两列" in page.text()
    assert [a["value"] for t, a in page.elements if "selected" in a].count("province") == 2


def test_import_stores_the_usable_rows_and_gives_back_the_others(
    client: FlaskClient, post: Post, own_app: Flask
) -> None:
    address = upload(post)
    try_it(client, post, own_app, address)
    trial_file = client.get(f"{address}/rejected").data.decode("utf-8-sig")
    post(f"{address}/store")
    service_of(own_app).jobs.run_waiting()
    done = client.get(address)
    assert done.location
    assert done.location.startswith("/admin/imports/")
    page = Page(client.get(done.location).text)
    assert counts(page) == ["3", "1", "0", "0", "2"]
    rejected = client.get(f"{done.location}/rejected")
    assert "attachment" in rejected.headers["Content-Disposition"]
    text = rejected.data.decode("utf-8-sig")
    assert text == trial_file
    assert BAD_CODE in text
    assert "江陵铜箔" not in text
    mended = text.replace(BAD_CODE, BAD_CODE[:-1] + "3").replace(
        ",山东,20,,137", "小江铜业有限公司,山东,20,,137"
    )
    again = upload(post, mended, "名单-rejected.csv")
    assert counts(try_it(client, post, own_app, again)) == ["2", "2", "0", "0", "0"]


def test_import_is_undone(client: FlaskClient, post: Post, own_app: Flask) -> None:
    address = upload(post)
    try_it(client, post, own_app, address)
    post(f"{address}/store")
    service_of(own_app).jobs.run_waiting()
    batch = client.get(address).location or ""
    assert f"{batch}/undo" in Page(client.get(batch).text).attribute("action", "form")
    page = Page(post(f"{batch}/undo").text)
    assert "0 家企业恢复原信息，移除 1 家" in page.text()
    assert f"{batch}/undo" not in page.attribute("action", "form")
    assert "此前已撤回" in Page(post(f"{batch}/undo").text).text()


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("a.pdf", b"%PDF-1.4", "不能导入"),
        ("a.xlsx", b"no workbook", ""),
        ("a.csv", b"", ""),
        ("a.csv", "列一,列二\n1,2\n".encode(), "企业名称"),
    ],
)
def test_file_that_cannot_be_used_is_refused_at_its_field(
    client: FlaskClient, post: Post, own_app: Flask, name: str, content: bytes, told: str
) -> None:
    answer = post("/admin/imports", file=(io.BytesIO(content), name), source="", kind="self")
    page = Page(answer.text)
    assert answer.status_code == 422
    problem = [a for t, a in page.elements if a.get("id") == "file-problem"]
    assert problem
    assert problem[0]["role"] == "alert"
    assert told in page.text()
    folder = service_of(own_app).config.uploads_folder
    assert not folder.exists() or list(folder.iterdir()) == []


def test_nothing_chosen_is_said(post: Post) -> None:
    answer = post("/admin/imports", source="", kind="self")
    assert answer.status_code == 422
    assert "请先选择文件" in answer.text


def test_large_file_is_taken_from_who_may_import_and_from_nobody_else(
    client: FlaskClient, post: Post, own_app: Flask
) -> None:
    rows = "企业名称\n" + "".join(f"第{n}号铜业有限公司{'甲' * 40}\n" for n in range(20_000))
    assert len(rows.encode()) > 2 * 1024 * 1024
    upload(post, rows)
    stranger = own_app.test_client()
    answer = stranger.post("/admin/imports", data={"file": (io.BytesIO(rows.encode()), "a.csv")})
    close_what_was_sent(answer)
    assert answer.status_code == 401


def test_discarded_file_is_gone(client: FlaskClient, post: Post, own_app: Flask) -> None:
    address = upload(post)
    assert "已放弃" in Page(post(f"{address}/discard").text).text()
    assert client.get(address).status_code == 404
    assert list(service_of(own_app).config.uploads_folder.iterdir()) == []


def test_old_file_is_deleted_with_the_next_upload(client: FlaskClient, post: Post, own_app: Flask) -> None:
    upload(post)
    with service_of(own_app).database.session() as session:
        session.scalars(select(ImportUpload)).one().created_at -= timedelta(days=31)
    second = upload(post, name="新名单.csv")
    assert "新名单.csv" in Page(client.get(second).text).text()
    with service_of(own_app).database.reading() as session:
        assert session.scalars(select(ImportUpload.file_name)).all() == ["新名单.csv"]
    assert len(list(service_of(own_app).config.uploads_folder.iterdir())) == 1


def test_progress_is_a_part_that_asks_again_until_it_is_over(
    client: FlaskClient, post: Post, own_app: Flask
) -> None:
    address = upload(post)
    columns = chosen(client, address)
    page = Page(post(f"{address}/try", header=list(columns), field=list(columns.values())).text)
    assert "排队中" in page.text()
    job = page.attribute("hx-get")[0]
    part = client.get(job, headers={"HX-Request": "true"})
    assert "HX-Refresh" not in part.headers
    service_of(own_app).jobs.run_waiting()
    part = client.get(job, headers={"HX-Request": "true"})
    assert part.headers["HX-Refresh"] == "true"
    assert "hx-get" not in part.text


def test_job_in_line_is_stopped(client: FlaskClient, post: Post, own_app: Flask) -> None:
    address = upload(post)
    columns = chosen(client, address)
    page = Page(post(f"{address}/try", header=list(columns), field=list(columns.values())).text)
    stop = next(action for action in page.attribute("action", "form") if action.endswith("/stop"))
    post(stop)
    assert service_of(own_app).jobs.run_waiting() == 0
    assert "任务已停止" in Page(client.get(address).text).text()


@pytest.mark.parametrize("kind", ["xlsx", "csv"])
def test_template_is_a_file(client: FlaskClient, kind: str) -> None:
    with client.get(f"/admin/imports/template.{kind}") as answer:
        assert answer.status_code == 200
        assert f"lianzhao-companies.{kind}" in answer.headers["Content-Disposition"]
        assert len(answer.data) > 500


def test_issues_are_paged_and_errors_alone_can_be_seen(
    client: FlaskClient, post: Post, own_app: Flask
) -> None:
    rows = "企业名称,人数,信用代码\n" + "".join(f"第{n}号铜业有限公司,许多,\n" for n in range(60))
    address = upload(post, f"{rows}大江铜材有限公司,1,{BAD_CODE}\n")
    page = try_it(client, post, own_app, address)
    more = [a["href"] or "" for t, a in page.elements if a.get("rel") == "next"]
    assert more == [f"{address}?page=2#issues"]
    assert "第 2 页，共 2 页" in Page(client.get(more[0].split("#")[0]).text).text()
    errors = Page(client.get(f"{address}?issues=errors").text)
    assert BAD_CODE in errors.text()
    assert errors.html.count('data-label="处理建议"') == 1


def test_index_is_built_behind_the_page(client: FlaskClient, post: Post, own_app: Flask) -> None:
    assert "企业库还是空的" in Page(client.get("/admin/data").text).text()
    address = upload(post)
    try_it(client, post, own_app, address)
    post(f"{address}/store")
    service_of(own_app).jobs.run_waiting()
    assert "尚未建立索引" in Page(client.get("/admin/data").text).text()
    assert "排队中" in Page(post("/admin/index/build").text).text()
    assert "索引正在建立" in Page(post("/admin/index/build").text).text()
    service_of(own_app).jobs.run_waiting()
    text = Page(client.get("/admin/data").text).text()
    assert "索引与企业库一致" in text
    assert "测试名单" in text
    again = upload(post, LIST.replace("300", "301"))
    try_it(client, post, own_app, again)
    post(f"{again}/store")
    service_of(own_app).jobs.run_waiting()
    assert "有 1 家企业在索引建立后新增或修改" in Page(client.get("/admin/data").text).text()


@pytest.mark.parametrize("language", ["zh", "en"])
def test_pages_are_whole(client: FlaskClient, post: Post, own_app: Flask, language: str) -> None:
    address = upload(post)
    try_it(client, post, own_app, address)
    for target in ("/admin/imports", address, "/admin/data"):
        page = Page(client.get(f"{target}?lang={language}").text)
        assert page.left_open == []
        ids = page.attribute("id")
        assert len(ids) == len(set(ids))
        assert set(page.attribute("for", "label")) <= set(ids)
        assert set(page.attribute("aria-labelledby")) <= set(ids)
