"""The API over a small base on both databases: shapes, errors, and that what it says can be checked."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from matching.embedding import HashingEmbedder
from service.api import schemas
from service.app import create_app
from service.config import read_config
from service.i18n import translate
from service.labels import STATUS_LABELS
from service.operations.index_releases import build_index, use_index
from tests.factories import make_chain, make_company, make_gap
from tests.service.conftest import CURATOR, NOW


@pytest.fixture
def client(session: Session, database_url: str, tmp_path: Path) -> Iterator[FlaskClient]:
    """The API over a chain with one gap and three companies, indexed."""
    config = read_config({}, home=tmp_path, database_url=database_url, embedder="hashing")
    make_gap(session, make_chain(session), "CU-01", requirements=["电解铜箔", ("铜箔贸易", "must_not")])
    make_company(
        session, "嘉元科技", external_id="T1", products=[("电解铜箔", 0.98), ("铜线", 0.01)], province="广东"
    )
    make_company(session, "白银铜箔", external_id="T2", products=["电解铜箔"], province="甘肃")
    make_company(
        session, "青岛啤酒", external_id="T3", products=["啤酒"], province="山东", stock_code="600600"
    )
    built = build_index(session, CURATOR, HashingEmbedder(), config.index_folder, now=NOW)
    use_index(session, CURATOR, built)
    session.commit()
    app = create_app(config)
    app.testing = True
    yield app.test_client()
    app.extensions["lianzhao"].database.close()


@pytest.fixture
def bare_client(database_url: str, tmp_path: Path) -> Iterator[FlaskClient]:
    """The API over tables without a row."""
    app = create_app(read_config({}, home=tmp_path, database_url=database_url, embedder="hashing"))
    app.testing = True
    yield app.test_client()
    app.extensions["lianzhao"].database.close()


def problem_of(response: Any, status: int) -> dict[str, Any]:
    assert response.status_code == status
    assert response.mimetype == "application/problem+json"
    body: dict[str, Any] = json.loads(response.data)
    schemas.Problem.model_validate(body)
    assert body["status"] == status
    return body


def test_gap_is_answered_with_its_makers_and_not_with_those_already_in_the_province(
    client: FlaskClient,
) -> None:
    body = client.get("/api/v1/gaps/CU-01/candidates").get_json()

    schemas.MatchOut.model_validate(body)
    assert body["candidates"][0]["company"]["id"] == "T1"
    assert "T2" not in [candidate["company"]["id"] for candidate in body["candidates"]]
    assert body["receipt"]["gap_version"] == 1


def test_every_quote_stands_in_the_company_and_the_terms_add_up(client: FlaskClient) -> None:
    body = client.post(
        "/api/v1/match", json={"need": "高档电解铜箔、啤酒", "include_home_province": True}
    ).get_json()

    assert len(body["candidates"]) == 3
    for candidate in body["candidates"]:
        terms = [row["contribution"] for row in candidate["contributions"]]
        assert candidate["prior"] + sum(terms) == pytest.approx(candidate["score"], abs=1e-9)
        for row in candidate["contributions"]:
            assert row["weight"] * row["value"] == pytest.approx(row["contribution"], abs=1e-12)
        for requirement in candidate["requirements"]:
            for evidence in requirement["evidence"]:
                text = candidate["company"][evidence["field"]]
                assert text[evidence["start"] : evidence["end"]] == evidence["quote"]


def test_requirements_of_the_request_replace_the_parsed_ones(client: FlaskClient) -> None:
    asked = {"need": "电解铜箔", "requirements": [{"id": "R1", "text": "啤酒", "synonyms": ["麦芽酒"]}]}
    body = client.post("/api/v1/match", json=asked).get_json()

    assert [(row["text"], row["synonyms"]) for row in body["parsed_requirements"]] == [("啤酒", ["麦芽酒"])]
    assert body["candidates"][0]["company"]["id"] == "T3"


def test_filters_and_pages_hold(client: FlaskClient) -> None:
    listed = client.get("/api/v1/gaps/CU-01/candidates?listed_only=true").get_json()
    second = client.get("/api/v1/gaps/CU-01/candidates?limit=1&offset=1").get_json()
    province = client.get("/api/v1/gaps/CU-01/candidates", query_string={"provinces": "甘肃省"}).get_json()

    assert {candidate["company"]["id"] for candidate in listed["candidates"]} <= {"T3"}
    assert [candidate["rank"] for candidate in second["candidates"]] == [2]
    assert [candidate["company"]["id"] for candidate in province["candidates"]] == ["T2"]


def test_language_is_asked_for_and_chinese_by_default(client: FlaskClient) -> None:
    chinese = client.get("/api/v1/gaps/CU-01/candidates").get_json()["candidates"][0]
    english = client.get("/api/v1/gaps/CU-01/candidates?lang=en").get_json()["candidates"][0]

    status = english["requirements"][0]["status"]
    assert english["requirements"][0]["status_label"] == STATUS_LABELS[status]
    assert chinese["requirements"][0]["status_label"] == translate("zh", STATUS_LABELS[status])
    assert chinese["requirements"][0]["status_label"] != english["requirements"][0]["status_label"]
    assert english["score"] == chinese["score"]


def test_chains_gaps_companies_and_state_fit_their_schemas(client: FlaskClient) -> None:
    schemas.ChainList.model_validate(client.get("/api/v1/chains").get_json())
    chain = schemas.ChainOut.model_validate(client.get("/api/v1/chains/cu").get_json())
    gap = schemas.GapOut.model_validate(client.get("/api/v1/gaps/cu-01").get_json())
    company = schemas.CompanyOut.model_validate(client.get("/api/v1/companies/600600").get_json())
    found = schemas.CompanyList.model_validate(client.get("/api/v1/companies?q=铜箔").get_json())
    state = schemas.StateOut.model_validate(client.get("/api/v1/state").get_json())

    assert [row.code for row in chain.gap_list] == ["CU-01"]
    assert [row.level for row in gap.requirements] == ["must", "must_not"]
    assert (company.id, company.products[0].name) == ("T3", "啤酒")
    assert [row.id for row in found.companies] == ["T2"]
    assert (state.companies, state.index_is_stale) == (3, False)


@pytest.mark.parametrize(
    ("address", "says"),
    [
        ("/api/v1/gaps/CU-9/candidates", "CU-01"),
        ("/api/v1/chains/XX", "known are CU"),
        ("/api/v1/companies/嘉元", "T1 嘉元科技"),
        ("/api/v1/runs/1", "match run 1"),
    ],
)
def test_what_is_not_there_is_a_problem_that_names_what_is_near(
    client: FlaskClient, address: str, says: str
) -> None:
    assert says in problem_of(client.get(address), 404)["detail"]


def test_address_without_endpoint_is_a_problem_too(client: FlaskClient) -> None:
    assert "openapi.json" in problem_of(client.get("/api/v1/nothing"), 404)["detail"]


@pytest.mark.parametrize(
    ("query", "place"),
    [("limit=0", "limit"), ("limit=x", "limit"), ("offset=-1", "offset"), ("colour=red", "colour")],
)
def test_wrong_query_names_the_place_and_the_value(client: FlaskClient, query: str, place: str) -> None:
    body = problem_of(client.get(f"/api/v1/gaps/CU-01/candidates?{query}"), 422)

    assert [error["place"] for error in body["errors"]] == [place]


@pytest.mark.parametrize(
    "sent",
    [
        {"data": "{broken", "content_type": "application/json"},
        {"data": "need=铜", "content_type": "application/x-www-form-urlencoded"},
        {"json": ["电解铜箔"]},
        {"json": {"need": ""}},
        {"json": {"need": "铜" * 2001}},
        {"json": {"need": "，。"}},
        {"json": {"need": "铜", "requirements": [{"id": "R1", "text": "铜", "weight": 0}]}},
    ],
)
def test_unusable_bodies_are_problems(client: FlaskClient, sent: dict[str, Any]) -> None:
    problem_of(client.post("/api/v1/match", **sent), 422)


def test_half_a_character_is_told_and_not_an_error_of_the_server(client: FlaskClient) -> None:
    sent = {"data": r'{"need": "铜箔\ud800"}'.encode(), "content_type": "application/json"}
    assert problem_of(client.post("/api/v1/match", **sent), 422)["errors"][0]["place"] == "need"


def test_without_an_index_the_answer_says_how_to_build_one(bare_client: FlaskClient) -> None:
    body = problem_of(bare_client.post("/api/v1/match", json={"need": "铜箔"}), 503)

    assert "lianzhao index build" in body["detail"]


def test_unforeseen_error_is_a_problem_without_its_inside(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*args: object, **named: object) -> None:
        raise RuntimeError("secret inside")

    monkeypatch.setattr("service.api.blueprint.list_chains", fail)
    body = problem_of(client.get("/api/v1/chains"), 500)

    assert "secret" not in json.dumps(body)
    assert "secret inside" in caplog.text


def test_openapi_is_as_it_was_reviewed(bare_client: FlaskClient, golden: Callable[[str, str], None]) -> None:
    document = bare_client.get("/api/v1/openapi.json").get_json()

    assert document["openapi"].startswith("3.1")
    golden("openapi.json", json.dumps(document, ensure_ascii=False, indent=1, sort_keys=True) + "\n")
