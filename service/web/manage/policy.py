"""From a policy text to draft gaps: the drafts beside their sentences, to accept, change or reject."""

from __future__ import annotations

from dataclasses import dataclass, replace

from flask import flash, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from models import Chain, PolicyDraft, PolicyDraftItem
from service.app import service
from service.errors import InvalidInput, ServiceError, status_code
from service.gap_content import GapContent, RequirementContent
from service.i18n import mark
from service.operations.chains import list_chains
from service.operations.policy_drafting import (
    accept_item,
    accept_section,
    content_of_item,
    delete_draft,
    edit_item,
    get_draft,
    list_drafts,
    reject_item,
    reopen_item,
    start_draft,
    suggest_chain,
)
from service.readers.documents import read_document
from service.web.access import current_actor, needs
from service.web.formats import say
from service.web.manage.compliance import Piece, pieces_of
from service.web.manage.forms import names, text
from service.web.manage.messages import told

AROUND = 260  # characters of the text that are shown before and after the first and last draft of a section
_DONE = {
    "accept": mark("Accepted."),
    "reject": mark("Rejected."),
    "reopen": mark("Taken up again."),
    "edit": mark("The draft is changed."),
}


@dataclass(frozen=True, slots=True)
class Section:
    """The drafts of one part of the text, with the chain they most likely belong to."""

    label: str
    name: str
    items: tuple[PolicyDraftItem, ...]
    chain: Chain | None

    @property
    def open_count(self) -> int:
        return sum(item.decision == "open" for item in self.items)


@needs("gap.edit")
def show_policy_drafts() -> str:
    """The form for a text, and the texts at work."""
    return _start_page(None)


@needs("gap.edit")
def start_policy_draft() -> AnyResponse:
    """Draft what the text pasted or the file sent holds; keep it."""
    file, name = request.files.get("file"), text("name")
    try:
        if file and file.filename:
            document = read_document(file.filename, file.read())
            pasted, name = document.text, name or file.filename
        else:
            pasted = text("text")
        if not pasted:
            raise InvalidInput("text: empty: paste a policy text or choose a file")
        with service().database.session() as writing:
            draft_id = start_draft(writing, current_actor(), name, pasted).id
    except ServiceError as error:
        return make_response(_start_page(error), status_code(error))
    return redirect(url_for("pages.show_policy_draft", draft_id=draft_id), 303)


@needs("gap.edit")
def show_policy_draft(draft_id: int) -> str:
    """One text: a section's drafts beside their sentences. Raises NotFound."""
    return _page(draft_id, None)


@needs("gap.edit")
def decide_item(draft_id: int, item_id: int) -> AnyResponse:
    """Accept, change, reject or take up one draft again."""
    deed, actor = text("do"), current_actor()
    try:
        with service().database.session() as writing:
            if deed in ("accept", "edit"):
                draft = get_draft(writing, draft_id)
                item = next((row for row in draft.items if row.id == item_id), None)
                if item is not None and item.kind == "gap" and "title" in request.form:
                    edit_item(writing, actor, draft_id, item_id, _changed(item))
            if deed == "accept":
                accept_item(
                    writing,
                    actor,
                    draft_id,
                    item_id,
                    chain_code=text("chain"),
                    link=text("link"),
                    now=service().clock(),
                )
            elif deed == "reject":
                reject_item(writing, actor, draft_id, item_id)
            elif deed == "reopen":
                reopen_item(writing, actor, draft_id, item_id)
            elif deed != "edit":
                raise InvalidInput(f"deed {deed!r}: not known")
    except ServiceError as error:
        return make_response(_page(draft_id, error), status_code(error))
    flash(say(_DONE[deed]))
    return redirect(_address(draft_id) + f"#item-{item_id}", 303)


@needs("gap.edit")
def accept_all(draft_id: int) -> AnyResponse:
    """Accept all open anchors and gaps of a section."""
    try:
        with service().database.session() as writing:
            accepted, refused = accept_section(
                writing,
                current_actor(),
                draft_id,
                request.form.get("section", ""),
                chain_code=text("chain"),
                link=text("link"),
                now=service().clock(),
            )
    except ServiceError as error:
        return make_response(_page(draft_id, error), status_code(error))
    flash(say(mark("{accepted} accepted, {refused} not."), accepted=accepted, refused=len(refused)))
    for item, problem in refused[:5]:
        what = item.content.get("title") or item.content.get("name")
        flash(f"{what}：{told(problem).what} {' '.join(told(problem).lines)}")
    return redirect(_address(draft_id), 303)


@needs("gap.edit")
def delete_policy_draft(draft_id: int) -> AnyResponse:
    """Put a text away. Raises NotFound."""
    with service().database.session() as writing:
        delete_draft(writing, current_actor(), draft_id)
    flash(say(mark("The text is put away; what was accepted stays.")))
    return redirect(url_for("pages.show_policy_drafts"), 303)


def _changed(item: PolicyDraftItem) -> GapContent:
    """The drafted gap with what was typed: title, kind, and which requirements stay in which words."""
    content = content_of_item(item)
    kept = set(request.form.getlist("req_keep"))
    rows = [
        replace(row, text=words.strip())
        for row, words in zip(content.requirements, request.form.getlist("req_text"), strict=False)
        if row.id in kept and words.strip()
    ]
    first_free = len(content.requirements) + 1
    rows += [RequirementContent(f"R{first_free + at}", more) for at, more in enumerate(names(text("more")))]
    return replace(
        content,
        title=text("title") or content.title,
        kind=request.form.get("kind", content.kind),
        requirements=tuple(rows),
    )


def _address(draft_id: int) -> str:
    return url_for("pages.show_policy_draft", draft_id=draft_id, section=request.form.get("section", ""))


def _start_page(error: ServiceError | None) -> str:
    with service().database.reading() as session:
        return render_template(
            "manage/policy.html",
            drafts=list_drafts(session),
            text=text("text") if request.method == "POST" else "",
            name=text("name") if request.method == "POST" else "",
            told=told(error) if error else None,
        )


def _page(draft_id: int, error: ServiceError | None) -> str:
    asked = request.values.get("section")
    with service().database.reading() as session:
        draft = get_draft(session, draft_id)
        chains = list_chains(session)
        sections = _sections(draft, chains)
        shown = next((section for section in sections if section.label == asked), sections[0])
        chosen = next((c for c in chains if c.code == request.values.get("chain")), None) or shown.chain
        for item in shown.items:  # where earlier drafts of the section went is where the next ones go
            if chosen is None and item.chain is not None:
                chosen = next((c for c in chains if c.id == item.chain_id), None)
        return render_template(
            "manage/policy_draft.html",
            draft=draft,
            sections=sections,
            shown=shown,
            chains=chains,
            chosen=chosen,
            pieces=_pieces(draft, shown),
            contents={item.id: content_of_item(item) for item in shown.items if item.kind == "gap"},
            decided=sum(item.decision != "open" for item in draft.items),
            told=told(error) if error else None,
        )


def _sections(draft: PolicyDraft, chains: list[Chain]) -> list[Section]:
    grouped: dict[str, list[PolicyDraftItem]] = {}
    for item in draft.items:
        grouped.setdefault(item.section, []).append(item)
    return [
        Section(label, items[0].chain_name, tuple(items), suggest_chain(chains, items[0].chain_name))
        for label, items in grouped.items()
    ]


def _pieces(draft: PolicyDraft, section: Section) -> list[Piece]:
    """The part of the text that the section's drafts come from, cut where each starts and ends.

    The number of a piece is the place of its draft in the section.
    """
    rows = [item for item in section.items if item.kind != "chain"] or list(section.items)
    first = max(min(item.start for item in rows) - AROUND, 0)
    last = max(item.end for item in rows) + AROUND
    spans = [
        (max(item.start - first, 0), min(item.end, last) - first) if item in rows else (0, 0)
        for item in section.items
    ]
    return pieces_of(draft.text[first:last], spans)
