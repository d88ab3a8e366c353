"""Verdicts through the API: by a token, the same operation as the page."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from service.actors import COMMAND_LINE, Actor
from service.operations.accounts import add_user
from service.operations.api_tokens import make_token
from tests.service.web.base import FOIL_ID, NOW, PASSWORD, fill, make_app, service_of

ADDRESS = f"/api/v1/gaps/C03-G13/candidates/{FOIL_ID}/feedback"


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    folder: Path = tmp_path_factory.mktemp("feedback-api")
    app = make_app(folder / "home", clock)
    fill(app, folder)
    yield app
    service_of(app).database.close()


def clock() -> datetime:
    return NOW


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


def bearer(app: Flask, role: str) -> dict[str, str]:
    with service_of(app).database.session() as session:
        user = add_user(session, COMMAND_LINE, f"{role}-api", role=role, password=PASSWORD).user
        user.must_change_password = False
        actor = Actor(user.login, role, user.id)
        secret = make_token(session, actor, user.id, name="test", role=role, days=30, now=NOW).secret
    return {"Authorization": f"Bearer {secret}"}


def test_verdict_is_given_read_and_withdrawn(app: Flask, client: FlaskClient) -> None:
    by = bearer(app, "officer")
    given = client.post(ADDRESS, json={"verdict": "partly", "reason": "small_line"}, headers=by)
    assert given.status_code == 200, given.text
    assert given.json is not None
    assert given.json | {"given_at": None} == {
        "gap": "C03-G13",
        "gap_version": 1,
        "company": FOIL_ID,
        "verdict": "partly",
        "reason": "small_line",
        "note": None,
        "rank": 1,
        "login": "officer-api",
        "given_at": None,
        "ended_at": None,
    }
    assert client.get(ADDRESS, headers=by).json == given.json
    withdrawn = client.delete(ADDRESS, headers=by)
    assert withdrawn.json is not None
    assert withdrawn.json["ended_at"] is not None
    assert client.get(ADDRESS, headers=by).status_code == 404
    assert client.delete(ADDRESS, headers=by).status_code == 404


def test_without_a_token_or_with_a_reader_s_there_is_no_verdict(app: Flask, client: FlaskClient) -> None:
    for call in (client.get, client.delete):
        assert call(ADDRESS).status_code == 401
    assert client.post(ADDRESS, json={"verdict": "suitable"}).status_code == 401
    answer = client.post(ADDRESS, json={"verdict": "suitable"}, headers=bearer(app, "viewer"))
    assert answer.status_code == 403


def test_what_is_wrong_is_named(app: Flask, client: FlaskClient) -> None:
    by = bearer(app, "curator")
    for sent in ({"verdict": "great"}, {"verdict": "unsuitable"}, {"verdict": "suitable", "colour": 1}):
        answer = client.post(ADDRESS, json=sent, headers=by)
        assert answer.status_code == 422, answer.text
    nowhere = ADDRESS.replace(FOIL_ID, "X999")
    assert client.post(nowhere, json={"verdict": "suitable"}, headers=by).status_code == 404


def test_reasons_are_a_list_to_choose_from(client: FlaskClient) -> None:
    answer = client.get("/api/v1/feedback/reasons").json
    assert answer is not None
    assert {"code", "name", "name_en", "verdicts", "retired"} == answer["reasons"][0].keys()
