"""Forms of an event in the browser and over the API: downloads, previews, taking over, refusals."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient
from openpyxl import load_workbook
from sqlalchemy import select

from models import AuditEntry, EventEntry, utc_now
from service.actors import COMMAND_LINE
from service.operations.api_tokens import make_token
from service.operations.event_lists import apply_entry_changes
from service.operations.event_solving import select_companies
from service.operations.events import add_event
from service.readers.event_plan import parse_event_plan
from tests.service.web.base import NOW, fill, make_app, send, service_of, sign_in
from tests.service.web.test_events import PLAN


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """An installation with one event whose list is selected."""
    folder = tmp_path_factory.mktemp("forms")
    app = make_app(folder / "home")
    fill(app, folder)
    room = service_of(app)
    with room.database.session() as session:
        add_event(session, COMMAND_LINE, parse_event_plan(PLAN, "x"))
        engine = room.engines.engine(session)
        select_companies(
            session, COMMAND_LINE, engine, "E1", today=NOW.date(), home_province="甘肃", relax=False
        )
    yield app
    room.database.close()


@pytest.fixture
def organiser(app: Flask) -> FlaskClient:
    client = app.test_client()
    sign_in(client, app, "organiser", display_name="王五")
    return client


def edited(content: bytes, title: str, value: str) -> bytes:
    """The form with `value` in the column `title` of its first row."""
    book = load_workbook(io.BytesIO(content))
    sheet = book.worksheets[0]
    columns = {cell.value: cell.column for cell in sheet[4]}
    sheet.cell(5, columns[title]).value = value
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


def test_every_form_is_a_download_with_its_name_and_a_line_in_the_audit_log(
    app: Flask, organiser: FlaskClient
) -> None:
    page = organiser.get("/events/E1/forms?lang=zh").text
    addresses = re.findall(r'href="(/events/E1/forms/[^"]+)" download', page)
    assert len(addresses) == 7
    for address in addresses:
        answer = organiser.get(address)
        assert answer.status_code == 200, answer.text
        assert "filename*=UTF-8''" in answer.headers["Content-Disposition"]
        assert answer.headers["Cache-Control"] == "no-store"
        assert answer.data[:2] == b"PK"
    with service_of(app).database.reading() as session:
        actions = session.scalars(select(AuditEntry.action).where(AuditEntry.object_id == "E1")).all()
    assert actions.count("event.exported") == 7


def test_edited_form_is_shown_and_then_taken_over(app: Flask, organiser: FlaskClient) -> None:
    content = organiser.get("/events/E1/forms/follow-up-ledger?lang=zh").data
    changed = edited(content, "责任单位", "市商务局")
    shown = send(organiser, "/events/E1/forms", file=(io.BytesIO(changed), "台账.xlsx"))
    assert shown.status_code == 200, shown.text
    assert "市商务局" in shown.text
    key = shown.text.split('name="key" value="')[1].split('"')[0]

    done = send(organiser, "/events/E1/forms/apply", key=key, name="台账.xlsx")

    assert done.status_code == 303
    with service_of(app).database.reading() as session:
        assert "市商务局" in session.scalars(select(EventEntry.duty_unit)).all()
    again = send(organiser, "/events/E1/forms/apply", key=key, name="台账.xlsx")
    assert again.status_code == 404


def test_file_that_is_no_form_is_refused_in_words(organiser: FlaskClient) -> None:
    answer = send(organiser, "/events/E1/forms", file=(io.BytesIO(b"x"), "a.xlsx"))
    assert answer.status_code == 422
    assert "不是xlsx工作簿" in answer.text
    assert send(organiser, "/events/E1/forms").status_code == 422


def test_visitor_gets_no_form(app: Flask) -> None:
    assert app.test_client().get("/events/E1/forms/target-list").status_code in (302, 303, 401)


def test_invitation_that_the_law_forbids_is_refused_with_the_clause(
    app: Flask, organiser: FlaskClient
) -> None:
    with service_of(app).database.session() as session:
        row = session.scalars(select(EventEntry).order_by(EventEntry.id)).first()
        assert row is not None
        company = row.company_external_id
        text = "项目投产后给予企业税收返还"
        apply_entry_changes(
            session, COMMAND_LINE, "E1", {row.id: {"cooperation": text}}, {row.id: row.row_version}
        )
        entry_id = row.id
    refused = organiser.get(f"/events/E1/invitations/{company}")
    assert refused.status_code == 422
    assert "第十条" in refused.text
    with service_of(app).database.session() as session:
        row = session.get(EventEntry, entry_id)
        assert row is not None
        apply_entry_changes(
            session, COMMAND_LINE, "E1", {row.id: {"cooperation": None}}, {row.id: row.row_version}
        )
    assert organiser.get(f"/events/E1/invitations/{company}").data[:2] == b"PK"


def test_api_exports_previews_applies_and_takes_answers(app: Flask) -> None:
    client, headers = app.test_client(), token_headers(app)
    assert len(client.get("/api/v1/forms").json["forms"]) == 7
    content = client.get("/api/v1/events/E1/forms/follow-up-ledger?lang=zh", headers=headers).data
    changed = edited(content, "备注", "已电话沟通")

    def post(part: str) -> dict[str, object]:
        answer = client.post(
            f"/api/v1/events/E1/forms/{part}",
            data={"file": (io.BytesIO(changed), "台账.xlsx")},
            headers=headers,
            content_type="multipart/form-data",
        )
        assert answer.status_code == 200, answer.text
        return answer.json

    preview = post("preview")
    assert [(row["field"], row["new"]) for row in preview["changes"]] == [("entry.note", "已电话沟通")]
    assert post("preview")["applied"] is False
    assert post("apply")["applied"] is True
    assert post("preview")["changes"] == []
    with service_of(app).database.reading() as session:
        company = session.scalars(select(EventEntry.company_external_id).order_by(EventEntry.id)).first()
    body = {"company": company, "question": "F1", "text": "民营", "said_by": "董事会办公室"}
    answer = client.post("/api/v1/events/E1/answers", json=body, headers=headers)
    assert (answer.status_code, answer.json["field"], answer.json["new"]) == (200, "ownership", "private")
    assert client.post("/api/v1/events/E1/forms/preview").status_code == 401


def token_headers(app: Flask) -> dict[str, str]:
    """The headers of a program with the token of a new organiser."""
    user = sign_in(app.test_client(), app, "organiser")
    with service_of(app).database.session() as session:
        made = make_token(
            session, COMMAND_LINE, user.id, name="forms", role="organiser", days=30, now=utc_now()
        )
    return {"Authorization": f"Bearer {made.secret}"}
