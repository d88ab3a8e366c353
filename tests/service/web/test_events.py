"""The pages of events: from the form for a new one to the ledger, and who may do what."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient

from service.actors import COMMAND_LINE
from service.operations.event_lists import apply_entry_changes, get_event_list
from service.operations.event_solving import select_companies
from service.operations.events import add_event
from service.readers.event_plan import parse_event_plan
from tests.service.web.base import NOW, Page, fill, make_app, send, service_of, sign_in

PLAN = {
    "format": 1,
    "code": "E1",
    "name": "民企陇上行",
    "edition": "示例届",
    "organiser": {"hosts": ["省商务厅"]},
    "start_on": "2027-05-18",
    "place": "兰州市",
    "seats": 6,
    "min_probability": 0.0,
    "candidates_per_gap": 3,
    "in_play": [{"gap": "C03-G13"}, {"gap": "C03-G12"}, {"gap": "C04-G01"}],
    "quota_rules": [
        {"id": "jx", "name": "江西企业不超过3家", "attribute": "province", "values": "江西", "at_most": 3}
    ],
}


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """An installation with one event whose list is selected."""
    folder = tmp_path_factory.mktemp("events")
    app = make_app(folder / "home")
    fill(app, folder)
    room = service_of(app)
    with room.database.session() as session:
        add_event(session, COMMAND_LINE, parse_event_plan(PLAN, "x"))
        select_companies(
            session,
            COMMAND_LINE,
            room.engines.engine(session),
            "E1",
            today=NOW.date(),
            home_province="甘肃",
            relax=False,
        )
    yield app
    room.database.close()


@pytest.fixture
def organiser(app: Flask) -> FlaskClient:
    client = app.test_client()
    sign_in(client, app, "organiser", display_name="王五")
    return client


@pytest.fixture
def curator(app: Flask) -> FlaskClient:
    client = app.test_client()
    sign_in(client, app, "curator")
    return client


def first_entry(app: Flask, place: int = 0) -> tuple[int, int, str]:
    with service_of(app).database.reading() as session:
        entry = get_event_list(session, COMMAND_LINE, "E1").with_status("in")[place]
    return entry.entry_id, entry.row_version, entry.company_name


ADDRESSES = (
    "/events",
    "/events/new",
    "/events/ledger",
    "/events/E1",
    "/events/E1/facts",
    "/events/E1/list",
    "/events/E1/list?status=waiting",
    "/events/E1/list?version=1",
    "/events/E1/entries/1",
    "/events/E1/versions",
    "/events/E1/runs",
    "/events/E1/runs/1",
    "/events/E1/followup",
    "/events/E1/meetings",
    "/events/E1/ledger",
)


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("address", ADDRESSES)
def test_page_is_whole_html_in_both_languages(organiser: FlaskClient, address: str, language: str) -> None:
    joint = "&" if "?" in address else "?"
    answer = organiser.get(f"{address}{joint}lang={language}")
    assert answer.status_code == 200, answer.text
    page = Page(answer.text)
    assert page.left_open == []
    assert "None" not in page.text()


def test_visitors_are_sent_to_sign_in(app: Flask) -> None:
    answer = app.test_client().get("/events/E1/list")
    assert answer.status_code == 303
    assert "/sign-in?next=" in answer.location


def test_viewers_see_the_list_without_forms(app: Flask) -> None:
    client = app.test_client()
    sign_in(client, app, "viewer")
    page = client.get("/events/E1/list?lang=en").text
    assert "To be verified" in page
    assert "data-orderable" not in page
    assert send(client, "/events/E1/entries/1", note="x").status_code == 403


def test_list_shows_gap_chance_reason_and_questions(organiser: FlaskClient, app: Flask) -> None:
    _, _, name = first_entry(app)
    text = Page(organiser.get("/events/E1/list?lang=en").text).text()
    assert name in text
    assert "C03-G1" in text
    assert "question" in text


def test_new_event_by_form_and_by_file(organiser: FlaskClient, app: Flask) -> None:
    fields = {"name": "链博会", "edition": "一", "hosts": "市招商局、市商务局", "start_on": "2027-06-01"}
    bad = send(organiser, "/events/new?lang=en", **fields, place="", seats="0", chains="C03")
    assert bad.status_code == 422
    assert "seats" in bad.text
    done = send(organiser, "/events/new", **fields, place="兰州市", seats="30", chains=["C03", "C04"])
    assert done.status_code == 303, done.text
    page = organiser.get(done.location + "?lang=en").text
    assert "市招商局" in page
    assert "C04" in page


def test_facts_changed_meanwhile_are_not_overwritten(organiser: FlaskClient, curator: FlaskClient) -> None:
    fields = {"name": "甲", "edition": "一", "hosts": "省商务厅", "start_on": "2027-06-01", "place": "兰州市"}
    made = send(organiser, "/events/new", **fields, seats="30", chains="C03")
    facts = made.location + "/facts"
    assert send(curator, facts, **fields, seats="31", chains="C03", row_version="1").status_code == 303
    late = send(organiser, facts, **fields, seats="32", chains="C03", row_version="1")
    assert late.status_code == 409
    assert "curator" in late.text
    assert 'value="32"' in late.text  # what was typed is not lost


def test_rules_are_added_changed_and_taken_away(organiser: FlaskClient) -> None:
    def version() -> str:
        found = re.search(r'name="row_version" value="(\d+)"', organiser.get("/events/E1").text)
        assert found
        return found[1]

    rule = {"id": "fill", "name": "补链", "attribute": "gap_kind", "values": "fill", "bound": "at_least"}
    bad = send(organiser, "/events/E1/rules?lang=en", **rule, limit="many", row_version=version())
    assert bad.status_code == 422
    assert send(organiser, "/events/E1/rules", **rule, limit="10%", row_version=version()).status_code == 303
    assert "no fewer than 10%" in Page(organiser.get("/events/E1?lang=en").text).text()
    gone = send(organiser, "/events/E1/rules/fill/remove", row_version=version())
    assert gone.status_code == 303
    assert "补链" not in organiser.get("/events/E1?lang=en").text.split('id="rules"')[1].split("</table>")[0]


def test_edit_is_stored_and_a_clash_is_shown_with_three_values(organiser: FlaskClient, app: Flask) -> None:
    entry, seen, name = first_entry(app)
    with service_of(app).database.session() as session:
        apply_entry_changes(session, COMMAND_LINE, "E1", {entry: {"note": "甲的备注"}}, {entry: seen})
    answer = send(
        organiser,
        f"/events/E1/entries/{entry}?lang=en",
        note="乙的备注",
        duty_unit="市招商局",
        row_version=str(seen),
    )
    assert answer.status_code == 409
    text = Page(answer.text).text()
    assert "甲的备注" in text
    assert "乙的备注" in answer.text
    assert "command-line" in text
    with service_of(app).database.reading() as session:
        now = get_event_list(session, COMMAND_LINE, "E1").entries[0]
    assert (now.note, now.duty_unit, now.company_name) == ("甲的备注", "市招商局", name)


def test_line_is_moved(organiser: FlaskClient, app: Flask) -> None:
    entry, _, name = first_entry(app, 1)
    assert send(organiser, f"/events/E1/entries/{entry}/move", order="1").status_code == 303
    assert first_entry(app)[2] == name


def test_question_box_answers(organiser: FlaskClient) -> None:
    answer = organiser.get(
        "/events/E1/why?why=X000003&lang=en", headers={"HX-Request": "true", "HX-Target": "why-answer"}
    )
    assert "already in 甘肃" in Page(answer.text).text()
    page = organiser.get("/events/E1/list?why=nobody&lang=en")
    assert page.status_code == 200
    assert "not found" in page.text


def test_run_is_carried_on_step_by_step(organiser: FlaskClient) -> None:
    started = send(organiser, "/events/E1/runs", why="再选", keep="others")
    assert started.status_code == 303
    done = send(organiser, started.location)
    assert done.status_code == 303
    text = Page(organiser.get(started.location + "?lang=en").text).text()
    assert "Against the solver" in text
    assert "one by one" in text
    assert "再选" in Page(organiser.get("/events/E1/versions?lang=en").text).text()
    marginal = organiser.get(started.location + "/marginal?lang=en")
    assert "One more seat would add" in marginal.text


def test_list_goes_through_its_states_and_outcomes_reach_the_ledger(
    organiser: FlaskClient, curator: FlaskClient, app: Flask
) -> None:
    with service_of(app).database.session() as session:
        add_event(session, COMMAND_LINE, parse_event_plan({**PLAN, "code": "E2"}, "x"))
        engine = service_of(app).engines.engine(session)
        select_companies(
            session, COMMAND_LINE, engine, "E2", today=NOW.date(), home_province="甘肃", relax=False
        )
        entries = get_event_list(session, COMMAND_LINE, "E2").with_status("in")
    assert send(organiser, "/events/E2/state", state="review", expected="draft").status_code == 303
    assert send(organiser, "/events/E2/state", state="approved", expected="review").status_code == 403
    assert send(curator, "/events/E2/state", state="approved", expected="review").status_code == 303
    assert send(organiser, "/events/E2/state", state="issued", expected="approved").status_code == 303
    locked = send(organiser, f"/events/E2/entries/{entries[0].entry_id}/move", order="2")
    assert locked.status_code == 409
    fields = {}
    for entry in entries:
        fields |= {f"v-{entry.entry_id}": str(entry.row_version)}
    first, second = entries[0].entry_id, entries[1].entry_id
    fields |= {f"invite_status-{first}": "attended", f"stage-{first}": "signed"}
    fields |= {f"invite_status-{second}": "declined", f"next_action-{second}": "改期拜访"}
    assert send(organiser, "/events/E2/followup?lang=en", **fields).status_code == 303
    text = Page(organiser.get("/events/E2/followup?lang=en").text).text()
    assert "改期拜访" in organiser.get("/events/E2/followup?lang=en").text
    assert "4 changes are stored" in text
    ledger = Page(organiser.get("/events/E2/ledger?lang=en").text).text()
    assert "1 of 2" in ledger
    assert "1 of 2" in Page(organiser.get("/events/ledger?lang=en").text).text()


def test_meetings_are_planned(organiser: FlaskClient) -> None:
    done = send(organiser, "/events/E1/meetings", slots="05-19 09:00\n05-19 09:30", tables="2", most="2")
    assert done.status_code == 303
    text = Page(organiser.get("/events/E1/meetings?lang=en").text).text()
    assert "05-19 09:30" in text
    assert "meetings" in text
