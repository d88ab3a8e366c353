"""Events: the list of them, one with its facts and rules, and the forms that change these."""

from __future__ import annotations

from typing import Any

import yaml
from flask import flash, make_response, redirect, render_template, request, url_for
from pydantic import ValidationError
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse

from models import Event
from service.app import service
from service.errors import InvalidEventPlan, InvalidInput, ProfileProblem, ServiceError, status_code
from service.event_labels import ATTRIBUTE_LABELS, VALUE_LABELS
from service.i18n import mark
from service.operations.chains import list_chains, published_gaps
from service.operations.event_runs import list_event_runs
from service.operations.event_versions import change_state, next_states
from service.operations.events import (
    add_event,
    change_event,
    get_event,
    list_events,
    plan_of,
    remove_rule,
    save_rule,
)
from service.readers.event_plan import EventPlan, QuotaRule, parse_event_plan
from service.web.access import current_actor, needs
from service.web.event_words import EVENT_FORM_FIELDS
from service.web.formats import say

_STORED = mark("The event is stored.")
_CHANGED = mark("The facts of the event are changed.")
_RULE_SAVED = mark("The rule is stored. Select anew for the list to follow it.")
_RULE_GONE = mark("The rule is taken away. Select anew for the list to follow.")
_STATE = mark("The list has another state now; a version of it is kept.")


@needs("event.view")
def show_events() -> str:
    """All events with what stands on their lists."""
    with service().database.reading() as session:
        return render_template("events/events.html", rows=list_events(session, current_actor()))


@needs("event.edit")
def show_new_event() -> str:
    """The form for a new event: by hand, or from a file."""
    return _event_form(None, {}, None)


@needs("event.edit")
def add_new_event() -> AnyResponse:
    """Store a new event from the form or the uploaded file."""
    try:
        plan = _read_event_form()
        with service().database.session() as session:
            code = add_event(session, current_actor(), plan).code
    except (InvalidInput, ServiceError) as error:
        return make_response(_event_form(None, request.form.to_dict(flat=True), error), status_code(error))
    flash(say(_STORED))
    return redirect(url_for("pages.show_event", code=code), 303)


@needs("event.view")
def show_event(code: str) -> str:
    """One event: its facts, programme, gaps in play, and rules with how many companies each touches."""
    with service().database.reading() as session:
        return _event_page(session, get_event(session, code), {}, None)


@needs("event.edit")
def show_event_facts(code: str) -> str:
    """The form to change the facts of an event."""
    with service().database.reading() as session:
        event = get_event(session, code)
        return _event_form(event, _form_of(event), None)


@needs("event.edit")
def change_event_facts(code: str) -> AnyResponse:
    """Change the facts of an event; its rules, groups and locks stay."""
    try:
        with service().database.session() as session:
            event = get_event(session, code)
            plan = _read_event_form(plan_of(session, event))
            change_event(session, current_actor(), code, plan, expected_version=_version())
    except (InvalidInput, ServiceError) as error:
        with service().database.reading() as session:
            page = _event_form(get_event(session, code), request.form.to_dict(flat=True), error)
        return make_response(page, status_code(error))
    flash(say(_CHANGED))
    return redirect(url_for("pages.show_event", code=code), 303)


@needs("event.edit")
def save_event_rule(code: str) -> AnyResponse:
    """Store a rule of the event, new or changed."""
    try:
        rule = _read_rule()
        with service().database.session() as session:
            save_rule(session, current_actor(), code, rule, expected_version=_version())
    except (InvalidInput, ServiceError) as error:
        with service().database.reading() as session:
            event = get_event(session, code)
            page = _event_page(session, event, request.form.to_dict(flat=True), error)
        return make_response(page, status_code(error))
    flash(say(_RULE_SAVED))
    return redirect(url_for("pages.show_event", code=code, _anchor="rules"), 303)


@needs("event.edit")
def remove_event_rule(code: str, rule: str) -> AnyResponse:
    """Take a rule away."""
    with service().database.session() as session:
        remove_rule(session, current_actor(), code, rule, expected_version=_version())
    flash(say(_RULE_GONE))
    return redirect(url_for("pages.show_event", code=code, _anchor="rules"), 303)


@needs("event.edit")
def change_event_state(code: str) -> AnyResponse:
    """Take the list to another state."""
    form = request.form
    with service().database.session() as session:
        change_state(
            session,
            current_actor(),
            code,
            form.get("state", ""),
            expected_state=form.get("expected", ""),
            why=form.get("why", ""),
        )
    flash(say(_STATE))
    return redirect(url_for("pages.show_event_list", code=code), 303)


def event_context(event: Event, tab: str) -> dict[str, Any]:
    """What every page of an event shows on top."""
    actor = current_actor()
    return {
        "event": event,
        "tab": tab,
        "may_edit": actor.may("event.edit"),
        "next_states": next_states(actor, event.state),
        "is_draft": event.state == "draft",
    }


def _version() -> int:
    text = request.form.get("row_version", "")
    if not text.isdigit():
        raise InvalidInput("row_version: load the page again")
    return int(text)


def _event_page(session: Session, event: Event, form: dict[str, str], error: Exception | None) -> str:
    runs = [run for run in list_event_runs(session, current_actor(), event.code) if run.result]
    counts = {row[0]: row for row in runs[0].result.get("rules", ())} if runs else {}
    names = {chain.code: chain for chain in list_chains(session)}
    return render_template(
        "events/event.html",
        **event_context(event, "event"),
        run=runs[0] if runs else None,
        counts=counts,
        chains=names,
        gap_counts={code: len(published_gaps(chain)) for code, chain in names.items()},
        attributes=ATTRIBUTE_LABELS,
        value_labels=VALUE_LABELS,
        form=form,
        error=error,
    )


def _event_form(event: Event | None, form: dict[str, str], error: Exception | None) -> str:
    with service().database.reading() as session:
        chains = list_chains(session)
        played = {gap.chain_code for gap in event.gaps} if event else set()
        return render_template(
            "events/event_form.html",
            event=event,
            form=form,
            error=error,
            chains=chains,
            played=set(request.form.getlist("chains")) if request.method == "POST" else played,
            gaps_kept=[gap.gap_code for gap in event.gaps if gap.gap_code] if event else [],
        )


def _form_of(event: Event) -> dict[str, str]:
    form = {name: str(getattr(event, name)) for name in EVENT_FORM_FIELDS if hasattr(event, name)}
    form |= {
        "end_on": event.end_on.isoformat() if event.end_on else "",
        "hosts": "、".join(event.organiser.get("hosts", ())),
        "undertakers": "、".join(event.organiser.get("undertakers", ())),
        "supporters": "、".join(event.organiser.get("supporters", ())),
        "acceptance_rate": f"{event.acceptance_rate * 100:g}",
        "private_only": "on" if event.private_only else "",
        "exclude_home_province": "on" if event.exclude_home_province else "",
        "row_version": str(event.row_version),
    }
    return form


def _read_event_form(known: EventPlan | None = None) -> EventPlan:
    """The plan that the form states, over `known` for what the form does not speak of."""
    upload = request.files.get("file")
    if upload is not None and upload.filename:
        return _read_upload(upload.read(), upload.filename)
    form = request.form
    content: dict[str, Any] = known.model_dump(mode="json") if known else {"format": 1}
    content |= {name: form.get(name, "").strip() for name in ("name", "edition", "place", "start_on")}
    content["end_on"] = form.get("end_on", "").strip() or None
    content["seats"] = form.get("seats", "").strip()
    content["sensitivity"] = form.get("sensitivity", "").strip() or "内部资料"
    content["organiser"] = {
        name: _names(form.get(name, "")) for name in ("hosts", "undertakers", "supporters")
    }
    content["acceptance_rate"] = _share(form.get("acceptance_rate", "30"))
    for name in ("private_only", "exclude_home_province"):
        content[name] = name in form
    weights = {row.chain: row.weight for row in known.in_play if row.chain} if known else {}
    single = [row.model_dump() for row in known.in_play if row.gap] if known else []
    chains = [{"chain": code, "weight": weights.get(code, 1.0)} for code in form.getlist("chains")]
    content["in_play"] = [*chains, *single]
    return parse_event_plan(content, say(mark("form")))


def _read_upload(content: bytes, name: str) -> EventPlan:
    try:
        read = yaml.safe_load(content)
    except (yaml.YAMLError, UnicodeDecodeError) as err:
        problem = ProfileProblem("", str(err).splitlines()[0], "correct the YAML; see data/events")
        raise InvalidEventPlan(name, [problem]) from err
    return parse_event_plan(read, name)


def _names(text: str) -> list[str]:
    for separator in (",", "，", ";", "；", "\n"):
        text = text.replace(separator, "、")
    return [name.strip() for name in text.split("、") if name.strip()]


def _share(text: str) -> float:
    try:
        return float(text.strip().rstrip("%％")) / 100
    except ValueError as err:
        raise InvalidInput(f"acceptance_rate: {text!r}: write a number of per cent from 1 to 100") from err


def _read_rule() -> QuotaRule:
    form = request.form
    limit: Any = form.get("limit", "").strip().replace("％", "%")
    content = {
        "id": form.get("id", "").strip(),
        "name": form.get("name", "").strip() or None,
        "attribute": form.get("attribute", ""),
        "values": _names(form.get("values", "")),
        form.get("bound", "at_least"): int(limit) if limit.isdigit() else limit,
        "unknowns": form.get("unknowns") or None,
    }
    try:
        return QuotaRule.model_validate(content)
    except ValueError as err:
        raise InvalidInput(_first_problem(err)) from err


def _first_problem(err: ValueError) -> str:
    details = err.errors(include_url=False) if isinstance(err, ValidationError) else []
    parts = [f"{'.'.join(str(part) for part in row['loc'])}: {row['msg']}" for row in details]
    return "; ".join(parts) or str(err)
