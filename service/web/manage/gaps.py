"""The gap editor with its preview, versions, and the way of a wording through review."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import Response, flash, make_response, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse

from matching.errors import EmptyNeed, MatchingError
from models import Chain, Gap
from service.app import language_of_request, service
from service.content_diff import diff_contents
from service.errors import EditConflict, InvalidInput, ServiceError, status_code
from service.gap_content import GapContent, RequirementContent
from service.i18n import mark
from service.match_json import match_as_json
from service.operations import gap_publishing as life
from service.operations.chains import get_chain
from service.operations.compliance_review import excuse_finding
from service.operations.dictionary_editing import whole_dictionary
from service.operations.gap_checks import CompanyWords, ReleaseWords
from service.operations.gap_editing import (
    create_gap,
    discard_draft,
    edit_gap,
    rebase_draft,
    restore_version,
)
from service.operations.gap_previews import preview_ranking
from service.operations.gap_versions import (
    content_in_force,
    get_gap_with_versions,
    get_version,
    last_touched,
    list_open_versions,
    working_version,
)
from service.operations.gap_wordings import content_of
from service.web.access import current_actor, needs
from service.web.candidates import main_product, strongest_reason
from service.web.errors import explain_error
from service.web.formats import say
from service.web.manage.forms import number, read_gap, rearranged, text
from service.web.manage.messages import by_field, told

_SAVED = mark("Saved as a draft. The published wording is matched until the draft is published.")
_UNCHANGED = mark("Nothing was changed.")
_DONE = {
    "submit": mark("Submitted for review."),
    "withdraw": mark("Taken back to draft."),
    "return": mark("Sent back to its writer."),
    "publish": mark("Published: from now on this wording is matched."),
    "archive": mark("Archived: it is no longer matched."),
    "restore": mark("Restored as a draft: have it reviewed."),
    "discard": mark("The draft is discarded."),
    "rebase": mark("The draft now follows the wording in force."),
}
EMPTY = GapContent(title="", requirements=(RequirementContent("", ""),))


@dataclass(frozen=True, slots=True)
class Opened:
    """What an editor page holds: the chain, the gap if there is one yet, and what was read of it."""

    chain: Chain
    gap: Gap | None
    version: int = 0
    revision: int = 0


@needs("gap.edit")
def show_new_gap() -> str:
    """The editor for a gap of `?chain=`. Raises NotFound."""
    with service().database.reading() as session:
        opened = Opened(get_chain(session, request.args.get("chain", "")), None)
        return _editor(opened, EMPTY)


@needs("gap.edit")
def create_new_gap() -> AnyResponse | str:
    """Store a new gap as a draft, or show the form again with what is wrong."""
    content, deed = read_gap(), text("do") or "save"
    with service().database.reading() as session:
        opened = Opened(get_chain(session, text("chain")), None)
    if deed != "save":
        return _editor(opened, rearranged(content, deed))
    try:
        with service().database.session() as writing:
            gap = create_gap(
                writing,
                current_actor(),
                opened.chain.code,
                content,
                now=service().clock(),
                code=text("code"),
                note=text("change_note"),
            )
            code = gap.code
    except ServiceError as error:
        return _failed(opened, content, error)
    flash(say(_SAVED))
    return redirect(url_for("pages.show_gap_editor", code=code), 303)


@needs("gap.edit")
def show_gap_editor(code: str) -> str:
    """The draft of the gap, or its published wording to begin one from. Raises NotFound."""
    with service().database.reading() as session:
        opened = _opened(session, code)
        return _editor(opened, content_of(working_version(_gap(opened))))


@needs("gap.edit")
def save_gap(code: str) -> AnyResponse | str:
    """Save the draft; add, move or remove rows; or show the form again with what is wrong."""
    content, deed = read_gap(), text("do") or "save"
    with service().database.reading() as session:
        stored = _opened(session, code)
    opened = Opened(stored.chain, stored.gap, number("version"), number("revision"))
    if deed not in ("save", "submit"):
        return _editor(opened, rearranged(content, deed))
    try:
        with service().database.session() as writing:
            saved = edit_gap(
                writing,
                current_actor(),
                code,
                content,
                version=opened.version,
                revision=opened.revision,
                now=service().clock(),
                note=text("change_note"),
            )
            is_draft = saved.status == "draft"
            if deed == "submit" and is_draft:
                life.submit_gap(
                    writing,
                    current_actor(),
                    code,
                    version=saved.version,
                    revision=saved.revision,
                    now=service().clock(),
                )
    except ServiceError as error:
        return _failed(stored if isinstance(error, EditConflict) else opened, content, error)
    flash(say(_DONE["submit"] if deed == "submit" and is_draft else _SAVED if is_draft else _UNCHANGED))
    page = "pages.show_gap_review" if deed == "submit" and is_draft else "pages.show_gap_editor"
    return redirect(url_for(page, code=code), 303)


@needs("gap.edit")
def preview_gap() -> Response | str:
    """The first places by the wording in the form, and what moved against the published one."""
    content = read_gap()
    code, chain = text("preview_code"), text("chain")
    with service().database.reading() as session:
        published = None
        if code:
            published = content_in_force(get_gap_with_versions(session, code))
        try:
            preview = preview_ranking(
                current_actor(),
                service().engines.engine(session),
                (code, chain),
                content,
                published,
                today=date.today(),  # noqa: DTZ011  the day of the place
                home_province=service().config.home_province,
            )
        except EmptyNeed:
            return render_template("manage/_preview.html", preview=None, problem=None)
        except MatchingError as error:
            return render_template("manage/_preview.html", preview=None, problem=explain_error(error))
        found = match_as_json(preview.result, language_of_request())
    rows = [
        {
            "candidate": row,
            "product": main_product(row["company"]["products"]),
            "reason": strongest_reason(row),
            "move": preview.moves.get(row["company"]["id"]),
        }
        for row in (found["candidates"] or found["nearest_misses"])
    ]
    return render_template("manage/_preview.html", preview=preview, found=found, rows=rows, problem=None)


@needs("gap.edit")
def show_gap_versions(code: str) -> str:
    """All wordings of a gap, and what changed from `?old=` to `?new=`. Raises NotFound."""
    with service().database.reading() as session:
        gap = get_gap_with_versions(session, code)
        newest = gap.versions[-1].version
        new = request.args.get("new", type=int) or newest
        before = [row.version for row in gap.versions if row.version < new]
        old = request.args.get("old", type=int) or (before[-1] if before else new)
        first, second = get_version(gap, old), get_version(gap, new)
        return render_template(
            "manage/versions.html",
            gap=gap,
            chain=gap.chain,
            first=first,
            second=second,
            diff=diff_contents(content_of(first), content_of(second)),
            working=working_version(gap),
        )


@needs("gap.edit")
def show_gap_review(code: str) -> str:
    """The draft beside the published wording, both checks, the buttons of its life. Raises NotFound."""
    return _review(code, None)


def _review(code: str, error: ServiceError | None) -> str:
    with service().database.reading() as session:
        gap = get_gap_with_versions(session, code)
        working = working_version(gap)
        content = content_of(working)
        base, index_problem = _words(session)
        check = life.check_before_publishing(
            session,
            gap.code,
            content,
            known_terms=whole_dictionary(session).names,
            base=base,
        )
        published = content_in_force(gap)
        return render_template(
            "manage/review_gap.html",
            gap=gap,
            chain=gap.chain,
            working=working,
            content=content,
            is_open=working.status in ("draft", "in_review"),
            diff=diff_contents(published, content)
            if published and working is not gap.current_version
            else None,
            check=check,
            has_base=base is not None,
            index_problem=index_problem,
            is_outdated=_is_outdated(gap),
            four_eyes=service().config.four_eyes,
            may_review=current_actor().may("gap.review"),
            told=told(error) if error else None,
        )


@needs("gap.edit")
def show_review_queue() -> str:
    """What waits for a reviewer, and the drafts that are being written."""
    with service().database.reading() as session:
        return render_template(
            "manage/queue.html",
            waiting=list_open_versions(session, "in_review"),
            drafts=list_open_versions(session, "draft"),
            four_eyes=service().config.four_eyes,
        )


@needs("gap.edit")
def move_gap(code: str) -> AnyResponse | tuple[str, int]:
    """Submit, withdraw, return, publish, archive, restore, discard or rebase, as the button says."""
    deed = text("do")
    try:
        if deed not in _DEEDS:
            raise InvalidInput(f"deed {deed!r}: not known")
        with service().database.session() as writing:
            is_gone = _DEEDS[deed](writing, code)
    except ServiceError as error:
        return _review(code, error), status_code(error)
    flash(say(_DONE[deed]))
    if is_gone:
        return redirect(url_for("pages.show_review_queue"), 303)
    page = "pages.show_gap_editor" if deed in ("restore", "withdraw", "rebase") else "pages.show_gap_review"
    return redirect(url_for(page, code=code), 303)


@needs("gap.review")
def excuse_gap(code: str) -> AnyResponse | tuple[str, int]:
    """Record why a finding of the fair-competition check is lawful."""
    try:
        with service().database.session() as writing:
            content = content_of(working_version(get_gap_with_versions(writing, code)))
            excuse_finding(
                writing,
                current_actor(),
                life.scope_of(code),
                life.checked_text(content),
                text("rule"),
                request.form.get("quote", "").replace("\r\n", "\n"),
                text("reason"),
                now=service().clock(),
            )
    except ServiceError as error:
        return _review(code, error), status_code(error)
    flash(say(mark("Recorded: it no longer blocks these words in this gap.")))
    return redirect(url_for("pages.show_gap_review", code=code), 303)


def _read() -> dict[str, int]:
    return {"version": number("version"), "revision": number("revision")}


def _submit(session: Session, code: str) -> bool:
    life.submit_gap(
        session, current_actor(), code, **_read(), now=service().clock(), note=text("change_note")
    )
    return False


def _withdraw(session: Session, code: str) -> bool:
    life.withdraw_gap(session, current_actor(), code, **_read())
    return False


def _return(session: Session, code: str) -> bool:
    life.return_gap(session, current_actor(), code, **_read(), reason=text("reason"))
    return False


def _publish(session: Session, code: str) -> bool:
    base, _ = _words(session)
    life.publish_gap(
        session,
        current_actor(),
        code,
        **_read(),
        now=service().clock(),
        four_eyes=service().config.four_eyes,
        known_terms=whole_dictionary(session).names,
        base=base,
        reason=text("reason"),
    )
    return False


def _archive(session: Session, code: str) -> bool:
    life.archive_gap(
        session,
        current_actor(),
        code,
        version=number("version"),
        now=service().clock(),
        reason=text("reason"),
    )
    return False


def _restore(session: Session, code: str) -> bool:
    restore_version(session, current_actor(), code, number("old"), **_read(), now=service().clock())
    return False


def _discard(session: Session, code: str) -> bool:
    gap = get_gap_with_versions(session, code)
    is_gone = gap.current_version is None
    discard_draft(session, current_actor(), code, **_read())
    return is_gone


def _rebase(session: Session, code: str) -> bool:
    rebase_draft(session, current_actor(), code, **_read(), now=service().clock())
    return False


_DEEDS: dict[str, Callable[[Session, str], bool]] = {
    "submit": _submit,
    "withdraw": _withdraw,
    "return": _return,
    "publish": _publish,
    "archive": _archive,
    "restore": _restore,
    "discard": _discard,
    "rebase": _rebase,
}


def _words(session: Session) -> tuple[CompanyWords | None, str]:
    """The companies' words as the gap check asks for them, or why there are none."""
    try:
        return ReleaseWords(service().engines.engine(session).release), ""
    except MatchingError as error:
        return None, explain_error(error).what


def _opened(session: Session, code: str) -> Opened:
    gap = get_gap_with_versions(session, code)
    working = working_version(gap)
    return Opened(get_chain(session, gap.chain.code), gap, working.version, working.revision)


def _gap(opened: Opened) -> Gap:
    if opened.gap is None:
        raise InvalidInput("gap: none is open")
    return opened.gap


def _is_outdated(gap: Gap) -> bool:
    draft, current = gap.open_version, gap.current_version
    return draft is not None and current is not None and draft.based_on != current.version


def _failed(opened: Opened, content: GapContent, error: ServiceError) -> Response:
    return make_response(_editor(opened, content, error), status_code(error))


def _editor(opened: Opened, content: GapContent, error: ServiceError | None = None) -> str:
    gap = opened.gap
    theirs: dict[str, Any] = {}
    if gap is not None and isinstance(error, EditConflict):
        working = working_version(gap)
        theirs = {"diff": diff_contents(content_of(working), content), "last": last_touched(working)}
    return render_template(
        "manage/gap.html",
        opened=opened,
        chain=opened.chain,
        gap=gap,
        working=working_version(gap) if gap else None,
        content=content,
        told=told(error) if error else None,
        problems=by_field(error),
        is_outdated=_is_outdated(gap) if gap else False,
        added=text("do") == "add" if request.method == "POST" else False,
        **theirs,
    )
