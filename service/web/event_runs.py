"""Selecting companies for an event: started, carried on step by step with its progress, and its answer."""

from __future__ import annotations

from flask import Response, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from service.app import language_of_request, service
from service.event_json import event_as_json
from service.operations.event_runs import (
    RunProgress,
    continue_run,
    get_run,
    list_event_runs,
    selection_of_run,
    start_run,
)
from service.operations.event_solving import finish_run, keep_relaxations, relaxations_of_run
from service.operations.events import get_event
from service.web.access import current_actor, needs
from service.web.candidates import today
from service.web.events import event_context
from service.web.responses import is_partial

STEP_S = 1.5


@needs("event.view")
def show_event_runs(code: str) -> AnyResponse:
    """The runs of the event and the form to select anew."""
    with service().database.reading() as session:
        event = get_event(session, code)
        runs = list_event_runs(session, current_actor(), code)
        return make_response(render_template("events/runs.html", **event_context(event, "solve"), runs=runs))


@needs("event.edit")
def start_event_run(code: str) -> AnyResponse:
    """Start to select anew, or to fill free seats only."""
    config = service().config
    with service().database.session() as session:
        state = start_run(
            session,
            current_actor(),
            service().engines.engine(session),
            code,
            today=today(),
            home_province=config.home_province,
            keep_others=request.form.get("keep") == "others",
            why=request.form.get("why", "").strip(),
        )
        number = state.run.number
    return redirect(url_for("pages.show_event_run", code=code, number=number), 303)


@needs("event.view")
def show_event_run(code: str, number: int) -> AnyResponse:
    """One run: how far it is, or its answer with bound, rules, baselines and conflicting rules."""
    with service().database.reading() as session:
        event, run = get_event(session, code), get_run(session, code, number)
        context = event_context(event, "solve")
        if not run.result:
            page = render_template("events/run.html", **context, run=run, state=_state(run), found=None)
            return make_response(page)
        found = event_as_json(selection_of_run(session, run), language_of_request())
        gaps = {row.gap_code: row for row in run.gaps}
        return make_response(
            render_template("events/run.html", **context, run=run, state=None, found=found, gaps=gaps)
        )


@needs("event.edit")
def continue_event_run(code: str, number: int) -> AnyResponse:
    """Carry a run on for a moment; the last step solves it and puts the selection on the list."""
    actor = current_actor()
    with service().database.session() as session:
        engine = service().engines.engine(session)
        state = continue_run(session, actor, engine, code, number, seconds=STEP_S)
    if state.is_matched:
        with service().database.session() as session:
            finish_run(session, actor, code, number)
        target = url_for("pages.show_event_run", code=code, number=number)
        if is_partial():
            return Response(status=204, headers={"HX-Redirect": target})
        return redirect(target, 303)
    if not is_partial():
        return redirect(url_for("pages.show_event_run", code=code, number=number), 303)
    return make_response(render_template("events/_progress.html", code=code, number=number, state=state))


@needs("event.view")
def show_marginal(code: str, number: int) -> AnyResponse:
    """What one more seat, or a rule relaxed by one company, would add: computed when asked, then kept."""
    with service().database.reading() as session:
        found = relaxations_of_run(session, current_actor(), code, number)
    with service().database.session() as session:
        keep_relaxations(session, code, number, found.relaxations)
    rows = event_as_json(found, language_of_request())["marginal"]
    return make_response(render_template("events/_marginal.html", rows=rows))


def _state(run: object) -> RunProgress:
    rows = list(getattr(run, "gaps", ()))
    return RunProgress(run, sum(row.candidates is not None for row in rows), len(rows))  # type: ignore[arg-type]
