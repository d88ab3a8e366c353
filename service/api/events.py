"""The API of events: the same operations as the pages and the command line."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask import Blueprint, Response, jsonify
from pydantic import BaseModel
from spectree import Response as Responses
from spectree import SpecTree

from service.api import event_schemas as shapes
from service.api import schemas
from service.api.event_rows import (
    board_as_json,
    difference_as_json,
    ledger_as_json,
    list_as_json,
    meetings_as_json,
    report_as_json,
    run_as_json,
    run_line_as_json,
    stored_event_as_json,
    summary_as_json,
    version_as_json,
    why_as_json,
)
from service.app import language_of_request, service
from service.errors import InvalidInput
from service.event_list_records import plain
from service.operations.event_followup import get_board, get_ledger
from service.operations.event_lists import apply_entry_changes, get_event_list
from service.operations.event_meetings import get_meetings, plan_meetings
from service.operations.event_notices import listed_elsewhere
from service.operations.event_runs import get_run, list_event_runs, selection_of_run
from service.operations.event_solving import add_company, select_companies, why_out
from service.operations.event_versions import change_state, compare_versions, list_versions, save_version
from service.operations.events import add_event, change_event, get_event, list_events, plan_of
from service.readers.event_plan import parse_event_plan
from service.web.access import current_actor, require_current

_NAMED: dict[str, Any] = {
    f"HTTP_{code}": schemas.Problem for code in ("401", "403", "404", "409", "422", "503")
}


def add_event_endpoints(api: Blueprint, spec: SpecTree) -> None:
    """Serve the endpoints of events under /events of `api`, described in `spec`."""
    for rule, method, model, view in _ENDPOINTS:
        answers = Responses(HTTP_200=model, **_NAMED)
        checked = spec.validate(resp=answers, tags=["events"])(view)
        api.add_url_rule(rule, view_func=checked, methods=[method])


def list_stored_events() -> Response:
    """All events with what stands on their lists."""
    require_current("event.view")
    with service().database.reading() as session:
        rows = list_events(session, current_actor())
        return jsonify({"events": [summary_as_json(row) for row in rows]})


def add_stored_event(json: shapes.PlanIn) -> Response:
    """Store an event plan as a new event."""
    require_current("event.edit")
    plan = parse_event_plan(json.plan, "plan")
    with service().database.session() as session:
        event = add_event(session, current_actor(), plan, code=json.code)
        return jsonify(stored_event_as_json(event, plan_of(session, event)))


def show_stored_event(code: str) -> Response:
    """One event with its plan."""
    require_current("event.view")
    with service().database.reading() as session:
        event = get_event(session, code)
        return jsonify(stored_event_as_json(event, plan_of(session, event)))


def change_stored_event(code: str, json: shapes.PlanIn) -> Response:
    """Make facts, rules and locks of an event those of the plan; 409 when somebody changed it since."""
    require_current("event.edit")
    if json.row_version is None:
        raise InvalidInput("row_version: say which row version you saw of the event")
    plan = parse_event_plan(json.plan, "plan")
    with service().database.session() as session:
        event = change_event(session, current_actor(), code, plan, expected_version=json.row_version)
        return jsonify(stored_event_as_json(event, plan_of(session, event)))


def show_stored_list(code: str, query: shapes.ListOptions) -> Response:
    """The working list of an event, or a frozen version of it."""
    require_current("event.view")
    with service().database.reading() as session:
        return jsonify(list_as_json(get_event_list(session, current_actor(), code, query.version)))


def change_entries(code: str, json: shapes.EntryChangesIn) -> Response:
    """Change fields of entries. What another changed since is told under `conflicts` and not overwritten."""
    require_current("event.edit")
    with service().database.session() as session:
        report = apply_entry_changes(
            session,
            current_actor(),
            code,
            {change.entry_id: change.fields for change in json.changes},
            {change.entry_id: change.row_version for change in json.changes},
            today=_today(),
            why=json.why,
            dry_run=json.dry_run,
        )
        return jsonify(report_as_json(report))


def add_entry(code: str, json: shapes.CompanyIn) -> Response:
    """Put a company on the list by hand."""
    require_current("event.edit")
    with service().database.session() as session:
        row = add_company(session, current_actor(), code, json.company, gap=json.gap, why=json.why)
        return jsonify({"entry_id": row.id, "row_version": row.row_version, "gap": row.gap_code})


def list_runs_of_event(code: str) -> Response:
    """The selections of an event, newest first."""
    require_current("event.view")
    with service().database.reading() as session:
        runs = list_event_runs(session, current_actor(), code)
        return jsonify({"runs": [run_line_as_json(run) for run in runs]})


def select_for_event(code: str, json: shapes.RunIn) -> Response:
    """Select companies and put them on the list. Answers when it is done: some minutes for many gaps."""
    require_current("event.edit")
    with service().database.session() as session:
        run = select_companies(
            session,
            current_actor(),
            service().engines.engine(session),
            code,
            today=_today(),
            home_province=service().config.home_province,
            keep_others=json.keep_others,
            relax=json.relax,
            why=json.why,
        )
        return jsonify(run_as_json(run, selection_of_run(session, run), language_of_request()))


def show_run_of_event(code: str, number: int, query: shapes.LanguageOption) -> Response:
    """One selection with its answer, bound, baselines and receipt."""
    require_current("event.view")
    with service().database.reading() as session:
        run = get_run(session, code, number)
        found = selection_of_run(session, run) if run.result else None
        return jsonify(run_as_json(run, found, query.lang or language_of_request()))


def explain_absence(code: str, query: shapes.WhyOptions) -> Response:
    """Why a company is not on the list."""
    require_current("event.view")
    with service().database.reading() as session:
        found = why_out(session, current_actor(), code, query.company)
        return jsonify(why_as_json(found, query.lang or language_of_request()))


def set_state(code: str, json: shapes.StateIn) -> Response:
    """Take the list to another state; a version of it is kept."""
    require_current("event.view")
    with service().database.session() as session:
        version = change_state(
            session,
            current_actor(),
            code,
            json.state,
            expected_state=json.expected_state,
            why=json.why,
        )
        return jsonify({"state": version.state, "version": version.number})


def list_stored_versions(code: str, query: shapes.LanguageOption) -> Response:
    """The versions of the list, newest first, without their entries."""
    require_current("event.view")
    with service().database.reading() as session:
        versions = list_versions(session, current_actor(), code)
        words = query.lang or language_of_request()
        return jsonify({"versions": [version_as_json(version, words) for version in versions]})


def keep_version(code: str, json: shapes.VersionIn) -> Response:
    """Keep the list as it stands."""
    require_current("event.edit")
    with service().database.session() as session:
        version = save_version(session, current_actor(), code, json.why)
        return jsonify({"state": version.state, "version": version.number})


def show_difference(code: str, query: shapes.DifferenceOptions) -> Response:
    """What differs between two versions, or a version and the working list; who did it and why."""
    require_current("event.view")
    with service().database.reading() as session:
        found = compare_versions(session, current_actor(), code, query.before, query.after)
        return jsonify(difference_as_json(found))


def show_notices(code: str) -> Response:
    """Companies that stand on another organisation's list too, with who was first; never its notes."""
    require_current("event.view")
    with service().database.reading() as session:
        return jsonify({"notices": plain(listed_elsewhere(session, current_actor(), code))})


def show_board(code: str) -> Response:
    """Invitations, stages, amounts and what is overdue."""
    require_current("event.view")
    with service().database.reading() as session:
        return jsonify(board_as_json(get_board(session, current_actor(), code, today=_today())))


def show_event_ledger(code: str) -> Response:
    """Outcomes joined to the frozen ranks, with the precision of the first 20."""
    require_current("event.view")
    with service().database.reading() as session:
        return jsonify(ledger_as_json(get_ledger(session, current_actor(), code)))


def show_event_meetings(code: str) -> Response:
    """The timetable of meetings."""
    require_current("event.view")
    with service().database.reading() as session:
        return jsonify(meetings_as_json(get_meetings(session, current_actor(), code)))


def plan_event_meetings(code: str, json: shapes.MeetingsIn) -> Response:
    """Plan all meetings anew."""
    require_current("event.edit")
    with service().database.session() as session:
        done = plan_meetings(
            session,
            current_actor(),
            code,
            json.slots,
            tables=json.tables,
            meetings_per_company=json.meetings_per_company,
            confirmed_only=json.confirmed_only,
        )
        session.flush()
        return jsonify(
            {"unmet": plain(done.unmet)} | meetings_as_json(get_meetings(session, current_actor(), code))
        )


def _today() -> date:
    return date.today()  # noqa: DTZ011  the day of the place where the server stands


_EVENT = "/events/<code>"
_ENDPOINTS: tuple[tuple[str, str, type[BaseModel], Any], ...] = (
    ("/events", "GET", shapes.EventsOut, list_stored_events),
    ("/events", "POST", shapes.EventOut, add_stored_event),
    (_EVENT, "GET", shapes.EventOut, show_stored_event),
    (_EVENT, "PUT", shapes.EventOut, change_stored_event),
    (f"{_EVENT}/list", "GET", shapes.EventListOut, show_stored_list),
    (f"{_EVENT}/entries", "PATCH", shapes.ReportOut, change_entries),
    (f"{_EVENT}/entries", "POST", shapes.AnswerOut, add_entry),
    (f"{_EVENT}/runs", "GET", shapes.EventRunsOut, list_runs_of_event),
    (f"{_EVENT}/runs", "POST", shapes.EventRunOut, select_for_event),
    (f"{_EVENT}/runs/<int:number>", "GET", shapes.EventRunOut, show_run_of_event),
    (f"{_EVENT}/why", "GET", shapes.AnswerOut, explain_absence),
    (f"{_EVENT}/state", "POST", shapes.AnswerOut, set_state),
    (f"{_EVENT}/versions", "GET", shapes.VersionsOut, list_stored_versions),
    (f"{_EVENT}/versions", "POST", shapes.AnswerOut, keep_version),
    (f"{_EVENT}/difference", "GET", shapes.AnswerOut, show_difference),
    (f"{_EVENT}/notices", "GET", shapes.AnswerOut, show_notices),
    (f"{_EVENT}/followup", "GET", shapes.AnswerOut, show_board),
    (f"{_EVENT}/ledger", "GET", shapes.AnswerOut, show_event_ledger),
    (f"{_EVENT}/meetings", "GET", shapes.AnswerOut, show_event_meetings),
    (f"{_EVENT}/meetings", "POST", shapes.AnswerOut, plan_event_meetings),
)
