"""The dictionary: looking a term up, saying something of it, and what that would move."""

from __future__ import annotations

from dataclasses import replace

from flask import flash, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from matching.errors import MatchingError
from service.app import service
from service.errors import InvalidProfile, ServiceError, status_code
from service.i18n import mark
from service.operations.dictionary_editing import (
    EntryContent,
    check_entry,
    content_of,
    delete_entry,
    find_entries,
    get_entry,
    save_entry,
)
from service.operations.dictionary_effects import preview_effect
from service.web.access import current_actor, needs
from service.web.errors import explain_error
from service.web.formats import say
from service.web.manage.forms import number, read_entry, text
from service.web.manage.messages import problem_line, told

SHOWN = 60
_SAVED = mark("Saved. The next match uses it.")
_DELETED = mark("Taken back: what ships holds again.")


@needs("dictionary.edit")
def show_dictionary() -> str:
    """Terms by part of a name; without one, what curators have added here."""
    wanted = request.args.get("q", "").strip()[:60]
    with service().database.reading() as session:
        found = find_entries(session, wanted, limit=SHOWN + 1)
        return render_template(
            "manage/dictionary.html",
            wanted=wanted,
            rows=found[:SHOWN],
            has_more=len(found) > SHOWN,
            shown=SHOWN,
        )


@needs("dictionary.edit")
def show_entry() -> str:
    """The editor of one term, `?term=`."""
    return _editor(request.args.get("term", "").strip()[:60], None, None)


@needs("dictionary.edit")
def change_entry() -> AnyResponse | str:
    """Save or delete what is said of a term, or show the form again with what is wrong."""
    content, deed = read_entry(), text("do")
    try:
        with service().database.session() as writing:
            if deed == "delete":
                delete_entry(writing, current_actor(), content.term, revision=number("revision"))
            else:
                save_entry(writing, current_actor(), content, revision=number("revision"))
    except ServiceError as error:
        return make_response(_editor(content.term, content, error), status_code(error))
    flash(say(_DELETED if deed == "delete" else _SAVED))
    return redirect(url_for("pages.show_entry", term=content.term), 303)


@needs("dictionary.edit")
def preview_entry() -> str:
    """Which places of which gaps move with the entry as it stands in the form."""
    content = read_entry()
    try:
        check_entry(replace(content, why=content.why or "-"))
    except InvalidProfile as error:
        lines = [problem_line(problem) for problem in error.problems]
        return render_template("manage/_effect.html", effect=None, problem=None, lines=lines)
    with service().database.reading() as session:
        try:
            engine = service().engines.engine(session)
        except MatchingError as error:
            return render_template("manage/_effect.html", effect=None, problem=explain_error(error), lines=[])
        effect = preview_effect(session, engine, content.key, content, service().config.home_province)
    return render_template("manage/_effect.html", effect=effect, problem=None, lines=[])


def _editor(term: str, typed: EntryContent | None, error: ServiceError | None) -> str:
    with service().database.reading() as session:
        found = get_entry(session, term)
        content = typed or (content_of(found.own) if found.own else EntryContent(term))
        return render_template(
            "manage/entry.html", found=found, content=content, told=told(error) if error else None
        )
