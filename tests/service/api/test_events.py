"""The API of events: the same operations as the pages, by token, with errors as problems."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from matching.embedding import HashingEmbedder
from models import utc_now
from service.actors import COMMAND_LINE, Actor
from service.app import create_app
from service.config import read_config
from service.operations.accounts import add_user
from service.operations.api_tokens import make_token
from service.operations.index_releases import build_index, use_index
from tests.factories import make_chain, make_company, make_gap
from tests.service.conftest import CURATOR, NOW

PLAN: dict[str, Any] = {
    "format": 1,
    "name": "民企陇上行",
    "edition": "示例届",
    "organiser": {"hosts": ["省商务厅"]},
    "start_on": "2027-05-18",
    "place": "兰州市",
    "seats": 1,
    "min_probability": 0,
    "in_play": [{"chain": "CU"}],
}


class Api:
    """A program with a token."""

    def __init__(self, client: FlaskClient, token: str) -> None:
        self._client, self._headers = client, {"Authorization": f"Bearer {token}"} if token else {}

    def ask(self, method: str, path: str, status: int = 200, **json: Any) -> Any:
        answer: TestResponse = self._client.open(
            f"/api/v1{path}", method=method, headers=self._headers, json=json or None
        )
        assert answer.status_code == status, answer.text
        return answer.json


@pytest.fixture
def client(session: Session, database_url: str, tmp_path: Path) -> Iterator[FlaskClient]:
    config = read_config({}, home=tmp_path, database_url=database_url, embedder="hashing")
    make_gap(session, make_chain(session), "CU-01", requirements=["电解铜箔"])
    make_company(session, "嘉元科技", external_id="T1", products=[("电解铜箔", 0.98)], province="广东")
    make_company(session, "诺德股份", external_id="T2", products=[("铜箔", 0.4)], province="广东")
    use_index(
        session, CURATOR, build_index(session, CURATOR, HashingEmbedder(), config.index_folder, now=NOW)
    )
    session.commit()
    app = create_app(config)
    app.testing = True
    yield app.test_client()
    app.extensions["lianzhao"].database.close()


@pytest.fixture
def api(client: FlaskClient, session: Session) -> Api:
    """An organiser's program."""
    user = add_user(session, COMMAND_LINE, "wangwu", role="curator", password="河西走廊的风很大呀呀").user
    user.must_change_password = False
    actor = Actor(user.login, user.role, user.id)
    made = make_token(session, actor, user.id, name="测试", role="curator", days=30, now=utc_now())
    session.commit()
    return Api(client, made.secret)


def test_event_from_plan_to_ledger(api: Api) -> None:
    made = api.ask("POST", "/events", plan=PLAN, code="E1")
    assert made["row_version"] == 1
    changed = api.ask("PUT", "/events/E1", plan={**PLAN, "seats": 2}, row_version=1)
    assert changed["plan"]["seats"] == 2
    assert api.ask("PUT", "/events/E1", 409, plan=PLAN, row_version=1)["title"] == "Conflict"
    assert api.ask("PUT", "/events/E1", plan=PLAN, row_version=2)["row_version"] == 3
    run = api.ask("POST", "/events/E1/runs", why="首轮")
    assert (run["status"], [row["company"] for row in run["selected"]]) == ("optimal", ["T1"])
    listed = api.ask("GET", "/events/E1/list")
    entry = listed["entries"][0]
    assert (entry["company_id"], listed["version"], listed["run_number"]) == ("T1", 1, 1)
    change = {"entry_id": entry["entry_id"], "row_version": entry["row_version"], "fields": {"note": "甲"}}
    assert api.ask("PATCH", "/events/E1/entries", changes=[change], dry_run=True)["applied"]
    assert api.ask("PATCH", "/events/E1/entries", changes=[change])["conflicts"] == []
    change["fields"] = {"note": "乙"}
    clash = api.ask("PATCH", "/events/E1/entries", changes=[change])
    assert clash["applied"] == []
    assert (clash["conflicts"][0]["theirs"], clash["conflicts"][0]["mine"]) == ("甲", "乙")
    assert api.ask("GET", "/events/E1/why?company=T2&lang=en")["code"] == "displaced"
    api.ask("POST", "/events/E1/versions", why="存档")
    assert api.ask("GET", "/events/E1/difference?before=1")["rows"][0]["kind"] == "changed"
    for before, after in (("draft", "review"), ("review", "approved"), ("approved", "issued")):
        api.ask("POST", "/events/E1/state", state=after, expected_state=before)
    assert api.ask("GET", "/events/E1/ledger")["version"] == 5
    assert api.ask("GET", "/events/E1/followup")["invitations"]["planned"] == 1
    met = api.ask("POST", "/events/E1/meetings", slots=["09:00"])
    assert met["meetings"][0]["company"] == "T1"
    assert api.ask("GET", "/events/E1/notices") == {"notices": []}
    assert len(api.ask("GET", "/events/E1/versions")["versions"]) == 5
    assert api.ask("GET", "/events")["events"][0]["state"] == "issued"


def test_errors_are_problems(api: Api, client: FlaskClient) -> None:
    assert api.ask("GET", "/events/E9", 404)["title"] == "NotFound"
    wrong = api.ask("POST", "/events", 422, plan={**PLAN, "seats": 0})
    assert "seats" in wrong["detail"]
    assert api.ask("PATCH", "/events/E1/entries", 422, changes=[])["title"] == "RequestInvalid"
    assert Api(client, "").ask("GET", "/events", 401)["status"] == 401
