"""Whether a candidate suits: the buttons beside its explanation, and what they do."""

from __future__ import annotations

from dataclasses import dataclass

from flask import flash, redirect, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from models import Feedback
from service.app import service
from service.i18n import mark
from service.labels import VERDICT_LABELS
from service.operations.feedback import (
    GIVE,
    MAX_NOTE_CHARS,
    FeedbackIncomplete,
    find_feedback,
    give_feedback,
    reasons,
    withdraw_feedback,
)
from service.operations.shown_lists import Look, shown_candidate
from service.readers.feedback_reasons import Reason
from service.web.access import current_actor, local_path, needs
from service.web.candidates import today
from service.web.conditions import read_conditions
from service.web.formats import say

_GIVEN = mark("Your verdict on {name} is kept: {verdict}.")
_WITHDRAWN = mark("Your verdict on {name} is withdrawn.")
_LACKING = {
    "verdict": mark("Nothing was kept: choose suitable, suits in part or unsuitable."),
    "reason": mark("Nothing was kept: choose a reason that goes with the verdict."),
    "note": mark("Nothing was kept: with the reason “other” say in a few words what it is."),
}


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the form shows: the own live verdict, if any, and what can be chosen."""

    given: Feedback | None
    may_give: bool
    is_visitor: bool
    action: str
    withdrawal: str
    here: str
    groups: tuple[tuple[str, tuple[Reason, ...]], ...]  # label of the verdicts → reasons
    max_note_chars: int = MAX_NOTE_CHARS


def look_at(code: str) -> Look:
    """Who looks at the list of the gap `code`, and under which conditions of the address."""
    home = service().config.home_province
    return Look(current_actor(), code, today(), read_conditions().filters(home), home)


def verdict_of(session: Session, code: str, company_id: str, here: str) -> Verdict:
    """The form for the company as a candidate for the gap `code`; it leads back to `here`."""
    actor = current_actor()
    may_give = actor.may(GIVE)
    conditions = read_conditions().address(page=1, open="")
    return Verdict(
        given=find_feedback(session, actor, code, company_id) if may_give else None,
        may_give=may_give,
        is_visitor=not actor.is_signed_in,
        action=url_for("pages.give_verdict", code=code, company_id=company_id, **conditions),
        withdrawal=url_for("pages.withdraw_verdict", code=code, company_id=company_id),
        here=here,
        groups=(
            (say(mark("Suitable because")), _with("suitable")),
            (say(mark("Not, or only in part, because")), _with("unsuitable")),
        ),
    )


@needs(GIVE)
def give_verdict(code: str, company_id: str) -> Response:
    """Keep the verdict of the form. Raises NotFound, UnknownCompany, InvalidInput."""
    form = request.form
    with service().database.reading() as session:
        engine = service().engines.engine(session)
        shown = shown_candidate(session, engine, look_at(code), company_id)
    try:
        with service().database.session() as writing:
            given = give_feedback(
                writing,
                current_actor(),
                code,
                company_id,
                form.get("verdict", ""),
                shown,
                reason=form.get("reason") or None,
                note=form.get("note", ""),
                now=service().clock(),
            )
            flash(say(_GIVEN, name=given.company_name, verdict=say(VERDICT_LABELS[given.verdict])))
    except FeedbackIncomplete as error:
        flash(say(_LACKING[error.lacks]))
    return _back(code)


@needs(GIVE)
def withdraw_verdict(code: str, company_id: str) -> Response:
    """Take the own verdict back. Raises NotFound."""
    with service().database.session() as writing:
        taken = withdraw_feedback(writing, current_actor(), code, company_id, now=service().clock())
        flash(say(_WITHDRAWN, name=taken.company_name))
    return _back(code)


def _with(verdict: str) -> tuple[Reason, ...]:
    return tuple(reason for reason in reasons().values() if verdict in reason.verdicts and not reason.retired)


def _back(code: str) -> Response:
    here = request.form.get("here", "")
    return redirect(local_path(here) if here else url_for("pages.show_gap", code=code), 303)
