"""Saved searches: keep a view, come back to it, see what has moved since."""

from __future__ import annotations

from dataclasses import dataclass

from flask import flash, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from matching.records import MatchResult
from models import SavedSearch
from service.app import service
from service.errors import Conflict, InvalidInput
from service.i18n import mark
from service.operations import saved_searches
from service.operations.gaps import get_gap
from service.operations.saved_searches import (
    KEPT,
    Changes,
    View,
    compare_search,
    get_search,
    match_search,
)
from service.web.access import current_actor, needs
from service.web.candidates import Asked, today
from service.web.find import ask_need
from service.web.formats import say
from service.web.gaps import ask_gap

PERMISSION = "search.save"
_SAVED = mark("Saved as “{name}”. The list of saved searches says when it changes.")
_DELETED = mark("The saved search “{name}” is deleted.")
_RENEWED = mark("Changes of “{name}” are now counted from today's list.")
_NO_NAME = mark("Give the saved search a name of 1 to {most} characters.")
_TAKEN = mark(
    "You have a saved search called “{name}” already, or too many: choose another name or delete one."
)
# What an answer depends on, in words.
BASIS_LABELS = {
    "gap_version": mark("wording of the gap"),
    "index_release": mark("index"),
    "company_snapshot": mark("companies"),
    "weights": mark("weights"),
    "dictionary": mark("dictionaries"),
    "engine": mark("engine"),
}


@dataclass(frozen=True, slots=True)
class SavedRow:
    """A saved search in the list. `may_differ`: what it depends on has changed since."""

    search: SavedSearch
    may_differ: bool


@needs(PERMISSION)
def list_searches() -> str:
    """The own saved searches, and which of them may have changed."""
    with service().database.reading() as session:
        searches = saved_searches.list_searches(session, current_actor())
        rows = [SavedRow(search, _may_differ(session, search)) for search in searches]
        return render_template("saved.html", rows=rows)


@needs(PERMISSION)
def show_search_now(search_id: int) -> str:
    """What has entered, left and moved since a search was saved. Raises NotFound."""
    with service().database.reading() as session:
        search = get_search(session, current_actor(), search_id)
        changes = _changes(session, search)
        return render_template(
            "saved_search.html",
            search=search,
            changes=changes,
            basis=[say(BASIS_LABELS[name]) for name in changes.basis],
            kept=KEPT,
        )


@needs(PERMISSION)
def save_search() -> Response:
    """Keep the view that the address of the form describes, and go back to it."""
    name = " ".join(request.form.get("name", "").split())
    with service().database.session() as session:
        asked = _asked(session)
        back = asked.list_url()
        view = View(
            asked.list_url(page=1, open=""),
            asked.subject.get("gap"),
            asked.conditions.requirements,
            asked.conditions.filters(service().config.home_province),
        )
        try:
            saved_searches.save_search(
                session, current_actor(), name, view, asked.match(KEPT, 0), now=service().clock()
            )
        except Conflict:
            flash(say(_TAKEN, name=name))
        except InvalidInput:
            flash(say(_NO_NAME, most=saved_searches.MAX_NAME_CHARS))
        else:
            flash(say(_SAVED, name=name))
    return redirect(back, 303)


@needs(PERMISSION)
def renew_search(search_id: int) -> Response:
    """Count changes from now on. Raises NotFound."""
    with service().database.session() as session:
        search = get_search(session, current_actor(), search_id)
        result = _match(session, search)
        saved_searches.renew_search(session, current_actor(), search_id, result, now=service().clock())
        flash(say(_RENEWED, name=search.name))
    return redirect(url_for("pages.list_searches"), 303)


@needs(PERMISSION)
def delete_search(search_id: int) -> Response:
    """Delete a saved search. Raises NotFound."""
    with service().database.session() as session:
        name = saved_searches.delete_search(session, current_actor(), search_id)
    flash(say(_DELETED, name=name))
    return redirect(url_for("pages.list_searches"), 303)


def _asked(session: Session) -> Asked:
    code = request.args.get("gap", "")
    if code:
        return ask_gap(session, get_gap(session, code))
    return ask_need(session, request.args.get("need", "").strip())


def _match(session: Session, search: SavedSearch) -> MatchResult:
    return match_search(
        session,
        current_actor(),
        service().engines.engine(session),
        search,
        today=today(),
        home_province=service().config.home_province,
    )


def _changes(session: Session, search: SavedSearch) -> Changes:
    return compare_search(search, _match(session, search))


def _may_differ(session: Session, search: SavedSearch) -> bool:
    """Told from the receipt alone: no search is computed to list them."""
    engine = service().engines.engine(session)
    receipt = dict(search.receipt)
    now = {
        **receipt,
        "index_release": engine.release.name,
        "company_snapshot": engine.release.manifest["snapshot"],
        "weights": engine.weights.version,
        "dictionary": engine.dictionary.version,
    }
    if search.gap_code:
        version = get_gap(session, search.gap_code).current_version
        now["gap_version"] = version and version.version
    return bool(saved_searches.basis_changes(receipt, now))
