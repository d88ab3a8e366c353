"""Errors as pages: the right status, in the reader's language, with what to do."""

from __future__ import annotations

import shutil
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.exc import OperationalError

from matching.errors import IndexMismatch
from service.errors import DatabaseBusy, SchemaMismatch
from service.web import chains, companies
from tests.service.web.base import Page, fill, service_of
from tests.service.web.conftest import Shown, ask
from tests.service.web.test_pages import CHINESE, ENGLISH


def raising(error: Exception) -> Any:
    def view(*arguments: Any, **options: Any) -> Any:
        raise error

    return view


@pytest.mark.parametrize(
    ("address", "zh", "en"),
    [
        ("/nowhere", "该网址没有对应的页面。", "There is no page at this address."),
        ("/chains/C99", "没有编号为 C99 的产业链。", "There is no chain C99."),
        ("/gaps/C99-G01", "没有编号为 C99-G01 的缺口。", "There is no gap C99-G01."),
        ("/gaps/C99-G01/candidates/X", "没有编号为 C99-G01 的缺口。", "There is no gap C99-G01."),
        ("/companies/Q1", "企业库中没有“Q1”。", "There is no company Q1 in the base."),
    ],
)
def test_what_is_not_there_is_named(shown: Shown, address: str, zh: str, en: str) -> None:
    assert zh in shown(address, "zh", status=404).text()
    page = shown(address, "en", status=404)
    assert en in page.text()
    assert "Nothing was changed" in page.text()


@pytest.mark.parametrize(
    "address", ["/nowhere", "/gaps/C99-G01", "/companies/铜", "/find?need=的", "/?page=x"]
)
def test_errors_keep_to_one_language(client: FlaskClient, address: str) -> None:
    english = Page(ask(client, address, "en").text)
    assert [
        text
        for text, language, around in english.texts
        if CHINESE.search(text) and language != "zh-CN" and around[-1] != "title"
    ] == []
    chinese = Page(ask(client, address, "zh").text)
    assert [
        text
        for text, language, around in chinese.texts
        if ENGLISH.search(text) and language != "en" and around[-1] != "code"
    ] == []


def test_company_that_is_not_there_can_be_searched_for(shown: Shown) -> None:
    assert "/companies?q=Q1" in shown("/companies/Q1", status=404).attribute("href", "a")


def test_failure_tells_nothing_of_its_inside(
    app: Flask, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(chains, "list_chains", raising(RuntimeError("secret thing")))
    response = ask(client, "/")
    assert response.status_code == 500
    assert "服务器处理本页时出错" in response.text
    assert "secret thing" not in response.text
    assert "服务器处理本页时出错" not in ask(client, "/", "en").text


def test_failure_for_htmx_is_a_part(client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(companies, "get_company", raising(RuntimeError("x")))
    response = ask(client, "/companies/A", HX_Request="true", HX_Target="panel")
    assert response.status_code == 500
    assert "<html" not in response.text


@pytest.mark.parametrize(
    ("error", "zh", "command"),
    [
        (DatabaseBusy("database: busy"), "数据库正忙", ""),
        (SchemaMismatch("database has version 1"), "数据库表结构与当前版本不一致", "lianzhao db upgrade"),
        (
            IndexMismatch("index x was built with y"),
            "索引所用模型与当前运行的模型不一致",
            "lianzhao index build",
        ),
    ],
)
def test_what_the_operator_has_to_mend_comes_with_the_command(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch, error: Exception, zh: str, command: str
) -> None:
    monkeypatch.setattr(chains, "list_chains", raising(error))
    response = ask(client, "/")
    assert response.status_code == 503
    page = Page(response.text)
    assert zh in page.text()
    assert str(error) in page.text()  # for the administrator, folded away
    assert {text for text, _, around in page.texts if around[-1] == "code"} == (
        {command} if command else set()
    )


def test_missing_tables_are_a_matter_for_the_operator(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_table(session: Any) -> Any:
        raise OperationalError("SELECT", {}, Exception("no such table: chain"))

    monkeypatch.setattr(chains, "list_chains", no_table)
    response = ask(client, "/")
    assert response.status_code == 503
    assert "lianzhao db upgrade" in response.text


def test_without_an_index_a_gap_is_shown_and_says_how_to_build_one(bare_app: Flask, tmp_path: Any) -> None:
    fill(bare_app, tmp_path)
    shared = service_of(bare_app)
    shutil.rmtree(shared.engines.index_folder)

    response = bare_app.test_client().get("/gaps/C03-G13")

    page = Page(response.text)
    assert response.status_code == 503
    assert "高档电解铜箔" in page.text()
    assert "lianzhao index build" in page.text()
    assert "<tr data-row" not in response.text
    english = ask(bare_app.test_client(), "/find?need=电解铜箔", "en")
    assert english.status_code == 503
    assert "lianzhao index build" in english.text


def test_pages_can_only_be_read(client: FlaskClient) -> None:
    response = client.post("/find", data={"need": "x"})
    assert response.status_code == 405
    assert "GET" in response.headers["Allow"]
    assert "此页面仅供查阅" in response.text


def test_errors_are_not_kept_by_caches(client: FlaskClient) -> None:
    assert ask(client, "/nowhere").headers["Cache-Control"] == "no-store"


def test_unknown_address_of_the_api_is_answered_as_the_api_does(client: FlaskClient) -> None:
    response = client.get("/api/v1/nowhere")
    assert response.status_code == 404
    assert response.mimetype == "application/problem+json"
