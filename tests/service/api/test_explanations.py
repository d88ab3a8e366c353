"""The API's answers about a match: shapes, sums, quotes, errors."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient

from service.api import schemas
from tests.service.api.test_api import client, problem_of

__all__ = ["client"]

NEED = "need=CU-01"


def got(response: Any, model: type[schemas.BaseModel]) -> dict[str, Any]:
    assert response.status_code == 200, response.data
    body: dict[str, Any] = json.loads(response.data)
    model.model_validate(body)
    return body


def test_why_not(client: FlaskClient) -> None:
    body = got(client.get(f"/api/v1/why-not?{NEED}&company=青岛啤酒&lang=en"), schemas.WhyNotOut)
    assert (body["gap"], body["candidate"]["company"]["id"]) == ("CU-01", "T3")
    assert body["top"] == 20
    beside = body["beside"]
    total = sum(row["difference"] for row in beside["contributions"])
    assert total == pytest.approx(beside["score_difference"], abs=1e-9)
    stated = [o for o in body["counterfactuals"] if o["changes"][0]["kind"] == "stated"]
    assert stated[0]["score"] > body["score"]
    assert "电解铜箔" in stated[0]["text"]


def test_the_rule_that_leaves_a_company_out_is_named(client: FlaskClient) -> None:
    body = got(client.get(f"/api/v1/why-not?{NEED}&company=T2"), schemas.WhyNotOut)
    assert [rule["code"] for rule in body["excluded_by"]] == ["home_province"]
    free = got(client.get(f"/api/v1/why-not?{NEED}&company=T2&include_home_province=true"), schemas.WhyNotOut)
    assert (free["excluded_by"], free["rank_in"]) == ([], "list")


def test_compare(client: FlaskClient) -> None:
    body = got(client.get(f"/api/v1/compare?{NEED}&company=T1&company=T3"), schemas.CompareOut)
    (comparison,) = body["comparisons"]
    total = sum(row["difference"] for row in comparison["contributions"])
    assert total == pytest.approx(comparison["score_difference"], abs=1e-9)
    first, other = (one["score"] for one in body["companies"])
    assert comparison["score_difference"] == pytest.approx(first - other, abs=1e-9)


def test_reverse(client: FlaskClient) -> None:
    body = got(client.post("/api/v1/reverse", json={"text": "生产电解铜箔"}), schemas.ReverseOut)
    assert [fit["gap"] for fit in body["gaps"]] == ["CU-01"]
    listed = json.loads(client.get("/api/v1/gaps/CU-01/candidates").data)
    score = next(c["score"] for c in listed["candidates"] if c["company"]["id"] == "T1")
    fits = got(client.get("/api/v1/companies/T1/gaps"), schemas.ReverseOut)
    assert fits["gaps"][0]["candidate"]["score"] == pytest.approx(score, abs=1e-6)


def test_similar(client: FlaskClient) -> None:
    body = got(client.get("/api/v1/companies/T1/similar"), schemas.SimilarOut)
    assert body["companies"][0]["company"]["id"] == "T2"
    assert [passage["quote"] for passage in body["passages"]] == ["电解铜箔", "铜线"]


@pytest.mark.parametrize(
    ("ask", "status"),
    [
        (lambda c: c.get("/api/v1/why-not?need=CU-99&company=T1"), 404),
        (lambda c: c.get(f"/api/v1/why-not?{NEED}&company=nobody"), 404),
        (lambda c: c.get(f"/api/v1/why-not?{NEED}"), 422),
        (lambda c: c.get("/api/v1/why-not?need=，&company=T1"), 422),
        (lambda c: c.get(f"/api/v1/why-not?{NEED}&company=铜箔股份&offset=3"), 422),
        (lambda c: c.get(f"/api/v1/compare?{NEED}&company=T1"), 422),
        (lambda c: c.get(f"/api/v1/compare?{NEED}&company=T1&company=T1"), 422),
        (lambda c: c.get(f"/api/v1/why-not?{NEED}&company=股份有限公司"), 409),
        (lambda c: c.post("/api/v1/reverse", json={"text": "。"}), 422),
        (lambda c: c.post("/api/v1/reverse", json={}), 422),
        (lambda c: c.get("/api/v1/companies/nobody/similar"), 404),
    ],
)
def test_what_cannot_be_answered_is_a_problem(
    client: FlaskClient, ask: Callable[[FlaskClient], Any], status: int
) -> None:
    assert problem_of(ask(client), status)["detail"]
