"""The audit log as a page and as csv."""

from __future__ import annotations

import csv
import io

import pytest
from flask import Flask
from flask.testing import FlaskClient

from service.actors import Actor
from service.operations.audit import record_audit
from tests.service.web.base import Page, service_of

WHO = Actor("sun", "curator", user_id=7, address="10.0.0.7")


@pytest.fixture(scope="module", autouse=True)
def _log(own_app: Flask) -> None:
    with service_of(own_app).database.session() as session:
        record_audit(
            session, WHO, "gap.changed", ("gap", "C03-G13", "高档<b>铜箔"), {"title": ("旧题", "新题")}
        )
        record_audit(session, WHO, "gap.strange_deed", ("thing", "=1+1"), {"n": (None, [1, 2])})
        for number in range(60):
            record_audit(session, WHO, "index.built", ("index_release", f"r{number}"))


def body(client: FlaskClient, query: str = "") -> Page:
    answer = client.get(f"/admin/audit{query}")
    assert answer.status_code == 200
    return Page(answer.text)


def test_entry_shows_old_and_new(admin: FlaskClient) -> None:
    text = body(admin, "?object=C03-G13").text()
    for told in ("sun", "缺口：修改", "高档<b>铜箔", "旧题", "新题", "10.0.0.7"):
        assert told in text


def test_deed_without_a_word_is_shown_as_it_is(admin: FlaskClient) -> None:
    assert "缺口：strange deed" in body(admin, "?action=gap.strange_deed").text()


def test_log_is_paged_and_keeps_the_question(admin: FlaskClient) -> None:
    first = body(admin, "?who=sun")
    assert "62 条记录" in first.text()
    older = [a["href"] for t, a in first.elements if t == "a" and a.get("rel") == "next"]
    assert older == ["/admin/audit?who=sun&page=2"]
    assert "C03-G13" in body(admin, "?who=sun&page=2").text()


@pytest.mark.parametrize("query", ["?page=0", "?page=x", "?since=yesterday", "?page=99", "?until=2000-01-01"])
def test_strange_question_is_answered(admin: FlaskClient, query: str) -> None:
    body(admin, query)


def test_days_are_inclusive(admin: FlaskClient) -> None:
    today = body(admin, "?who=sun&action=gap.changed")
    day = next(text for text, _, _ in today.texts if len(text) == 16 and text[4] == "-")[:10]
    assert "C03-G13" in body(admin, f"?object=C03-G13&since={day}&until={day}").text()


def test_export_is_csv_that_runs_no_formula_and_is_written_down(admin: FlaskClient, own_app: Flask) -> None:
    token = body(admin, "?who=sun").attribute("value", "input")
    csrf = next(value for value in token if len(value) > 60)
    answer = admin.post("/admin/audit/export", data={"csrf_token": csrf, "who": "sun"})
    assert answer.mimetype == "text/csv"
    assert "attachment" in answer.headers["Content-Disposition"]
    rows = list(csv.reader(io.StringIO(answer.data.decode("utf-8-sig"))))
    assert len(rows) == 63
    assert rows[1][1:4] == ["sun", "curator", "缺口：修改"]
    assert rows[1][7] == "标题: 旧题 → 新题"
    assert rows[2][5] == "'=1+1"
    assert "操作记录：导出" in body(admin, "?action=audit.exported").text()
