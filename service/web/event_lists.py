"""The list of an event: its table, one entry beside it, edits, manual order, versions and what differs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import Response, flash, make_response, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse

from models import Event, EventEntryChange
from service.app import language_of_request, service
from service.errors import NotFound, status_code
from service.event_json import out_as_json
from service.event_list_records import EventEntry, EventList
from service.i18n import mark
from service.operations.event_changes import ApplyReport, entry_history
from service.operations.event_lists import apply_entry_changes, get_event_list
from service.operations.event_notices import ListedElsewhere, listed_elsewhere
from service.operations.event_solving import WhyOut, add_company, why_out
from service.operations.event_versions import compare_versions, list_versions, save_version
from service.operations.events import get_event
from service.web.access import current_actor, needs
from service.web.candidates import today
from service.web.errors import explain_error
from service.web.events import event_context
from service.web.formats import say
from service.web.responses import wants_part

_SAVED = mark("{name}: stored.")
_SAME = mark("{name}: nothing was different.")
_KEPT = mark("Version {number} of the list is kept.")
_ADDED = mark("{name} is on the list now.")
FIELDS = (
    "status", "order", "lock", "lock_note", "note", "invite_status", "stage", "stage_on", "duty_unit",
    "next_action", "due_on", "amount_intended_wan", "amount_signed_wan", "amount_arrived_wan",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Choice:
    """What the table shows: state lives in the address."""

    status: str
    chain: str
    text: str
    version: int | None

    def shows(self, entry: EventEntry) -> bool:
        """Whether the table shows `entry`."""
        words = (entry.company_name, entry.company_id, entry.province, entry.city, entry.gap_code)
        told = " ".join(word for word in (*words, entry.gap_title, entry.note) if word)
        return (
            entry.status == self.status and self.chain in ("", entry.chain_code or "") and self.text in told
        )


@needs("event.view")
def show_event_list(code: str) -> AnyResponse:
    """The list as a table, in the working state or as it was frozen."""
    choice = _choice()
    with service().database.reading() as session:
        event = get_event(session, code)
        found = get_event_list(session, current_actor(), code, choice.version)
        notices = notices_by_company(session, code)
        context = event_context(event, "list")
        if found.is_frozen:
            context["is_draft"] = context["may_edit"] = False
        answered = _why_answer(session, code, request.args.get("why", "").strip())
        page = render_template(
            "events/list.html",
            **context,
            listed=found,
            choice=choice,
            rows=[entry for entry in found.entries if choice.shows(entry)],
            counts={name: len(found.with_status(name)) for name in ("in", "waiting", "out")},
            chains=sorted({(e.chain_code, e.chain_name) for e in found.entries if e.chain_code}),
            notices=notices,
            why=answered,
        )
    return make_response(page)


@needs("event.view")
def show_event_entry(code: str, entry_id: int) -> AnyResponse:
    """One entry: why it is on the list, what is to be asked, and the form to edit it."""
    with service().database.reading() as session:
        return make_response(_entry_page(session, code, entry_id, None))


@needs("event.edit")
def edit_event_entry(code: str, entry_id: int) -> AnyResponse:
    """Store the fields of the form that differ; what another changed meanwhile is shown beside."""
    form = request.form
    values = {name: form[name] for name in FIELDS if name in form}
    if not values.get("stage"):
        values.pop("stage_on", None)
    seen = int(form.get("row_version", "0") or 0)
    with service().database.session() as session:
        report = apply_entry_changes(
            session,
            current_actor(),
            code,
            {entry_id: values},
            {entry_id: seen},
            today=today(),
            why=form.get("why", ""),
        )
    if report.conflicts:
        with service().database.reading() as session:
            return make_response(_entry_page(session, code, entry_id, report), 409)
    name = report.applied[0].company_name if report.applied else form.get("name", "")
    flash(say(_SAVED if report.applied else _SAME, name=name))
    return redirect(_back(code, entry_id), 303)


@needs("event.edit")
def move_event_entry(code: str, entry_id: int) -> AnyResponse:
    """Put an entry at another place of its list; the row versions of the others stay."""
    with service().database.session() as session:
        entry = _entry(get_event_list(session, current_actor(), code), entry_id)
        apply_entry_changes(
            session,
            current_actor(),
            code,
            {entry_id: {"order": request.form.get("order", "")}},
            {entry_id: entry.row_version},
        )
    if request.headers.get("HX-Request") == "true":
        return Response(status=204)
    return redirect(_back(code, entry_id), 303)


@needs("event.edit")
def lock_event_entry(code: str, entry_id: int) -> AnyResponse:
    """Lock an entry in or open its lock."""
    with service().database.session() as session:
        entry = _entry(get_event_list(session, current_actor(), code), entry_id)
        lock = "" if entry.lock == "in" else "in"
        apply_entry_changes(
            session, current_actor(), code, {entry_id: {"lock": lock}}, {entry_id: entry.row_version}
        )
    return redirect(_back(code, entry_id), 303)


@needs("event.edit")
def add_event_entry(code: str) -> AnyResponse:
    """Put a company on the list by hand."""
    form = request.form
    with service().database.session() as session:
        row = add_company(
            session,
            current_actor(),
            code,
            form.get("company", ""),
            gap=form.get("gap", ""),
            why=form.get("why", ""),
        )
        entry_id, name = row.id, row.company_name
    flash(say(_ADDED, name=name))
    return redirect(_back(code, entry_id), 303)


@needs("event.view")
def show_why_out(code: str) -> AnyResponse:
    """Why a company is not on the list: the answer alone for htmx, else the list with it."""
    asked = request.args.get("why", "").strip()
    if not wants_part("why-answer"):
        return redirect(url_for("pages.show_event_list", code=code, why=asked or None), 303)
    with service().database.reading() as session:
        return make_response(
            render_template("events/_why.html", why=_why_answer(session, code, asked), code=code)
        )


@needs("event.view")
def show_event_versions(code: str) -> AnyResponse:
    """The versions of the list, and what differs between two of them."""
    with service().database.reading() as session:
        event = get_event(session, code)
        versions = list_versions(session, current_actor(), code)
        numbers = [version.number for version in versions]
        before = request.args.get("before", type=int) or (numbers[1] if len(numbers) > 1 else None)
        after = request.args.get("after", type=int)
        if after is None and "after" not in request.args and numbers:
            after = numbers[0]
        if before is None and numbers:
            before = numbers[0]
            after = None
        difference = (
            compare_versions(session, current_actor(), code, before, after or None) if before else None
        )
        return make_response(
            render_template(
                "events/versions.html",
                **event_context(event, "versions"),
                versions=versions,
                difference=difference,
                before=before,
                after=after,
            )
        )


@needs("event.edit")
def keep_event_version(code: str) -> AnyResponse:
    """Keep the list as it stands, with a reason."""
    with service().database.session() as session:
        number = save_version(session, current_actor(), code, request.form.get("why", "")).number
    flash(say(_KEPT, number=number))
    return redirect(url_for("pages.show_event_versions", code=code), 303)


def notices_by_company(session: Session, code: str) -> dict[str, list[ListedElsewhere]]:
    """company → on whose lists it stands too."""
    found: dict[str, list[ListedElsewhere]] = {}
    for notice in listed_elsewhere(session, current_actor(), code):
        found.setdefault(notice.company_id, []).append(notice)
    return found


def _choice() -> Choice:
    status = request.args.get("status", "in")
    return Choice(
        status if status in ("in", "waiting", "out") else "in",
        request.args.get("chain", ""),
        request.args.get("q", "").strip()[:100],
        request.args.get("version", type=int),
    )


def _entry(listed: EventList, entry_id: int) -> EventEntry:
    for entry in listed.entries:
        if entry.entry_id == entry_id:
            return entry
    raise NotFound(f"event {listed.code}: entry {entry_id}: not found: load its list again")


def _entry_page(session: Session, code: str, entry_id: int, report: ApplyReport | None) -> str:
    event: Event = get_event(session, code)
    found = get_event_list(session, current_actor(), code)
    entry = _entry(found, entry_id)
    history: list[EventEntryChange] = entry_history(session, current_actor(), code, entry_id)
    return render_template(
        "events/_entry.html" if wants_part("panel") else "events/entry.html",
        **event_context(event, "list"),
        listed=found,
        entry=entry,
        history=history,
        report=report,
        typed=request.form if report else {},
        notices=notices_by_company(session, code).get(entry.company_id, []),
    )


def _why_answer(session: Session, code: str, company: str) -> dict[str, Any] | None:
    """What the question box answers: sentences, or why there is no answer."""
    if not company:
        return None
    try:
        found: WhyOut = why_out(session, current_actor(), code, company)
    except Exception as error:
        if status_code(error) >= 500:
            raise
        return {"asked": company, "error": str(error), "told": explain_error(error)}
    language = language_of_request()
    return {
        "asked": company,
        "answer": out_as_json(found.explained, found.event, language),
        "removed_by": found.removed_by,
        "removed_why": found.removed_why,
    }


def _back(code: str, entry_id: int) -> str:
    """Where the form was: the page of the entry, or the list at its line."""
    if request.form.get("from") == "entry":
        return url_for("pages.show_event_entry", code=code, entry_id=entry_id)
    arguments: dict[str, Any] = {
        name: request.form[f"list-{name}"]
        for name in ("status", "chain", "q")
        if request.form.get(f"list-{name}")
    }
    return url_for("pages.show_event_list", code=code, open=entry_id, _anchor=f"e{entry_id}", **arguments)
