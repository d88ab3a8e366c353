"""After the list: invitations and attendance, stages, what is overdue, meetings, the ledger of outcomes."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from flask import flash, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from service.app import service
from service.i18n import mark
from service.operations.chains import list_chains
from service.operations.event_followup import get_board, get_ledger, list_ledgers
from service.operations.event_lists import apply_entry_changes
from service.operations.event_meetings import get_meetings, plan_meetings
from service.operations.events import get_event
from service.web.access import current_actor, needs
from service.web.candidates import today
from service.web.events import event_context
from service.web.formats import say

_DONE = mark("{count} changes are stored.")
_CLASH = mark("{name}: {field} was changed by {who} meanwhile and stays as it is now.")
_PLANNED = mark("{count} meetings are planned; {unmet} found no slot.")


@needs("event.view")
def show_followup(code: str) -> AnyResponse:
    """The board: invitations, stages, what is overdue, and a line for each company."""
    day = today()
    with service().database.reading() as session:
        event = get_event(session, code)
        board = get_board(session, current_actor(), code, today=day)
        wanted = request.args.get("invite", "")
        rows = [
            entry
            for entry in board.event_list.entries
            if (entry.status == "in" or entry.invite_status == "declined")
            and wanted in ("", entry.invite_status)
        ]
        return make_response(
            render_template(
                "events/followup.html",
                **event_context(event, "followup"),
                board=board,
                rows=rows,
                invite=wanted,
                today=day,
            )
        )


@needs("event.edit")
def save_followup(code: str) -> AnyResponse:
    """Store what differs in the lines of the board, whoever else edits at the same time."""
    changes: dict[int, dict[str, Any]] = defaultdict(dict)
    seen: dict[int, int] = {}
    for name, value in request.form.items():
        field, _, number = name.rpartition("-")
        if not number.isdigit():
            continue
        if field == "v" and value.isdigit():
            seen[int(number)] = int(value)
        elif field in ("invite_status", "stage", "next_action", "due_on", "duty_unit"):
            changes[int(number)][field] = value
    with service().database.session() as session:
        report = apply_entry_changes(session, current_actor(), code, changes, seen, today=today())
    flash(say(_DONE, count=len(report.applied)))
    for row in report.conflicts:
        flash(say(_CLASH, name=row.company_name, field=row.field, who=row.changed_by))
    return redirect(url_for("pages.show_followup", code=code, invite=request.form.get("invite") or None), 303)


@needs("event.view")
def show_meetings(code: str) -> AnyResponse:
    """The timetable of meetings by slot and office, and the form to plan it anew."""
    with service().database.reading() as session:
        event = get_event(session, code)
        return make_response(
            render_template(
                "events/meetings.html",
                **event_context(event, "meetings"),
                board=get_meetings(session, current_actor(), code),
                chains={chain.code: chain for chain in list_chains(session)},
            )
        )


@needs("event.edit")
def plan_event_meetings(code: str) -> AnyResponse:
    """Plan all meetings anew."""
    form = request.form
    with service().database.session() as session:
        done = plan_meetings(
            session,
            current_actor(),
            code,
            form.get("slots", "").splitlines(),
            tables=form.get("tables", 1, type=int),
            meetings_per_company=form.get("most", 3, type=int),
            confirmed_only="confirmed" in form,
        )
    flash(say(_PLANNED, count=done.meetings, unmet=len(done.unmet)))
    return redirect(url_for("pages.show_meetings", code=code), 303)


@needs("event.view")
def show_ledger(code: str) -> AnyResponse:
    """The outcomes of one list joined to the ranks that were frozen with it."""
    with service().database.reading() as session:
        event = get_event(session, code)
        found = get_ledger(session, current_actor(), code)
        return make_response(
            render_template("events/ledger.html", **event_context(event, "ledger"), ledger=found)
        )


@needs("event.view")
def show_ledgers() -> AnyResponse:
    """How right past lists were: one line for each event that was issued."""
    with service().database.reading() as session:
        return make_response(
            render_template("events/ledgers.html", ledgers=list_ledgers(session, current_actor()))
        )
