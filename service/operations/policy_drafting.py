"""From a policy text to draft gaps, one by one: what was drafted is kept until the curator has decided on it.

An accepted gap becomes a draft of the chain chosen, to be reviewed like any other; an accepted anchor or
chain is stored at once.
"""

from __future__ import annotations

from dataclasses import asdict, replace
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from matching.passages import normalise
from models import Chain, PolicyDraft, PolicyDraftItem
from service.actors import Actor, require
from service.errors import Conflict, InvalidInput, NotFound, ServiceError, check_text
from service.gap_content import GapContent, PolicyQuote, RequirementContent, content_from
from service.operations.audit import record_audit
from service.operations.chain_editing import create_chain, edit_chain, plain_head
from service.operations.chains import get_chain
from service.operations.drafts import DraftChain, DraftGap, draft_chains
from service.operations.gap_editing import create_gap

MAX_TEXT_CHARS = 300_000
MAX_NAME_CHARS = 200
# A chain of 千亿 aims at 100 billion yuan or more.
_LARGE_YI = 1000
_CHAIN_WORDS = ("产业链", "产业", "链")


def start_draft(session: Session, actor: Actor, name: str, text: str) -> PolicyDraft:
    """Draft what the policy `text` holds and keep it. Raises InvalidInput when nothing is found in it."""
    require(actor, "gap.edit")
    check_text("policy text", text)
    if len(text) > MAX_TEXT_CHARS:
        raise InvalidInput(
            f"text: {len(text):,} characters are too many: give the part that names the chains"
        )
    document = _document_of(text)
    draft = PolicyDraft(
        name=(name.strip() or document)[:MAX_NAME_CHARS], document=document, text=text, created_by=actor.login
    )
    draft.items = _items(text)
    if not draft.items:
        raise InvalidInput(
            "no chain and no gap found in this text: give the part that says what is to be developed, "
            "for example 重点发展…"
        )
    session.add(draft)
    session.flush()
    counts = {"items": (None, len(draft.items)), "characters": (None, len(text))}
    record_audit(session, actor, "policy_draft.started", ("policy_draft", draft.id, draft.name), counts)
    return draft


def list_drafts(session: Session) -> list[PolicyDraft]:
    """Policy texts at work, the newest first, with their items."""
    return list(
        session.scalars(
            select(PolicyDraft).options(selectinload(PolicyDraft.items)).order_by(PolicyDraft.id.desc())
        )
    )


def get_draft(session: Session, draft_id: int) -> PolicyDraft:
    """One policy text at work with its items and the chains they went to. Raises NotFound."""
    draft = session.scalar(
        select(PolicyDraft)
        .options(selectinload(PolicyDraft.items).selectinload(PolicyDraftItem.chain))
        .where(PolicyDraft.id == draft_id)
        .execution_options(populate_existing=True)
    )
    if draft is None:
        raise NotFound(f"policy draft {draft_id}: not found: it was deleted")
    return draft


def delete_draft(session: Session, actor: Actor, draft_id: int) -> None:
    """Put a policy text away; what was accepted from it stays. Raises NotFound, PermissionDenied."""
    require(actor, "gap.edit")
    draft = get_draft(session, draft_id)
    record_audit(
        session,
        actor,
        "policy_draft.deleted",
        ("policy_draft", draft.id, draft.name),
        {"open": (_count(draft, "open"), None), "accepted": (_count(draft, "accepted"), None)},
    )
    session.delete(draft)
    session.flush()


def suggest_chain(chains: list[Chain], name: str) -> Chain | None:
    """The stored chain that the draft chain `name` most likely is: the same words, or the most shared."""
    wanted = _core(name)
    if not wanted:
        return None
    for chain in chains:
        if _core(chain.name) == wanted:
            return chain
    pairs = {wanted[at : at + 2] for at in range(len(wanted) - 1)}
    shares = [
        (sum(pair in _core(chain.name) for pair in pairs) / max(len(pairs), 1), chain.code, chain)
        for chain in chains
    ]
    best = max(shares, key=lambda row: (row[0], row[1]), default=(0.0, "", None))
    return best[2] if best[0] >= 0.6 else None


def content_of_item(item: PolicyDraftItem) -> GapContent:
    """The wording of a drafted gap."""
    return content_from(item.content)


def edit_item(
    session: Session, actor: Actor, draft_id: int, item_id: int, content: GapContent
) -> PolicyDraftItem:
    """Keep a drafted gap as the curator changed it. Raises NotFound, Conflict when it was decided on."""
    require(actor, "gap.edit")
    item = _open_item(session, draft_id, item_id)
    if item.kind != "gap":
        raise Conflict(f"draft {item.id}: is a {item.kind}; only gaps are changed here")
    item.content = asdict(content)
    session.flush()
    return item


def accept_item(
    session: Session,
    actor: Actor,
    draft_id: int,
    item_id: int,
    *,
    chain_code: str,
    link: str = "",
    now: datetime,
) -> PolicyDraftItem:
    """Take a draft over into chain `chain_code`: a gap as a draft at `link`, an anchor as one of the chain.

    A drafted chain becomes a new chain, whatever `chain_code` says. Raises NotFound, Conflict when it was
    decided on, InvalidProfile, PermissionDenied.
    """
    require(actor, "gap.edit")
    item = _open_item(session, draft_id, item_id)
    if item.kind == "chain":
        chain = create_chain(session, actor, item.content)
        made = chain.code
    elif item.kind == "anchor":
        chain = get_chain(session, chain_code)
        made = _add_anchor(session, actor, chain, item)
    else:
        chain = get_chain(session, chain_code)
        made = _add_gap(session, actor, chain, item, link, now)
    item.decision, item.decided_by = "accepted", actor.login
    item.chain_id, item.made = chain.id, made
    session.flush()
    return item


def reject_item(session: Session, actor: Actor, draft_id: int, item_id: int) -> PolicyDraftItem:
    """Put a draft aside. It can be taken up again. Raises NotFound, Conflict, PermissionDenied."""
    require(actor, "gap.edit")
    item = _open_item(session, draft_id, item_id)
    item.decision, item.decided_by = "rejected", actor.login
    session.flush()
    return item


def reopen_item(session: Session, actor: Actor, draft_id: int, item_id: int) -> PolicyDraftItem:
    """Take a rejected draft up again. Raises NotFound, Conflict when it was not rejected."""
    require(actor, "gap.edit")
    item = _item(session, draft_id, item_id)
    if item.decision != "rejected":
        raise Conflict(f"draft {item.id}: is {item.decision}: only what was rejected is taken up again")
    item.decision, item.decided_by = "open", None
    session.flush()
    return item


def accept_section(
    session: Session, actor: Actor, draft_id: int, section: str, *, chain_code: str, link: str, now: datetime
) -> tuple[int, list[tuple[PolicyDraftItem, ServiceError]]]:
    """Accept all open anchors and gaps of a section: how many, and what stood in the way of the others."""
    draft = get_draft(session, draft_id)
    accepted = 0
    refused: list[tuple[PolicyDraftItem, ServiceError]] = []
    for item in draft.items:
        if item.section != section or item.decision != "open" or item.kind == "chain":
            continue
        try:
            with session.begin_nested():
                accept_item(session, actor, draft_id, item.id, chain_code=chain_code, link=link, now=now)
            accepted += 1
        except ServiceError as err:
            refused.append((item, err))
    return accepted, refused


def _items(text: str) -> list[PolicyDraftItem]:
    items: list[PolicyDraftItem] = []

    def add(kind: str, chain: DraftChain, start: int, end: int, content: dict[str, Any]) -> None:
        items.append(
            PolicyDraftItem(
                sort_order=len(items),
                kind=kind,
                section=chain.section[:MAX_NAME_CHARS],
                chain_name=chain.name[:MAX_NAME_CHARS],
                start=start,
                end=end,
                content=content,
                decision="open",
            )
        )

    for chain in draft_chains(text):
        first = min([gap.start for gap in chain.gaps] + [anchor.start for anchor in chain.anchors], default=0)
        if chain.name:
            target = chain.target
            start, end = (target.start, target.end) if target else _place_of(text, chain.name, first)
            add("chain", chain, start, end, _chain_content(text, chain, start, end))
        for anchor in chain.anchors:
            content = {"name": anchor.name, "quote": text[anchor.start : anchor.end]}
            add("anchor", chain, anchor.start, anchor.end, content)
        for gap in chain.gaps:
            add("gap", chain, gap.start, gap.end, asdict(_gap_content(text, chain, gap)))
    return items


def _document_of(text: str) -> str:
    """The first line of the text, which is its title."""
    return next(iter(text.strip().splitlines()), "—")[:MAX_NAME_CHARS]


def _place_of(text: str, words: str, before: int) -> tuple[int, int]:
    """Where `words` stand last before `before`, else at the start of the text."""
    at = max(text.rfind(words, 0, before or len(text)), 0)
    return at, at + len(words)


def _chain_content(text: str, chain: DraftChain, start: int, end: int) -> dict[str, Any]:
    target = chain.target
    output = int(target.output_yi) if target and target.output_yi else 100
    year = int(target.year) if target and target.year else 2030
    quote = text[start:end].strip() or chain.name
    return {
        "name": chain.name,
        "name_en": chain.name,
        "document": _document_of(text),
        "summary": quote,
        "target": {
            "output_class": "千亿" if output >= _LARGE_YI else "百亿",
            "output_yi": output,
            "year": year,
            "ref": {"section": chain.section or chain.name, "quote": quote},
        },
        # A chain has a link at least; the curator names the others in its editor.
        "links": [{"code": "L01", "name": chain.name, "name_en": chain.name, "position": "midstream"}],
    }


def _gap_content(text: str, chain: DraftChain, gap: DraftGap) -> GapContent:
    quote = text[gap.start : gap.end]
    return GapContent(
        title=gap.title[:MAX_NAME_CHARS],
        kind=gap.kind,
        need=quote[:2000],
        anchors=gap.anchors,
        refs=(PolicyQuote((chain.section or chain.name or "—")[:MAX_NAME_CHARS], quote[:2000]),),
        requirements=tuple(
            RequirementContent(
                id=f"R{place}",
                text=item.text[:80],
                facet=item.facet,
                level="should" if item.is_class or item.facet == "condition" else "must",
                weight=0.5 if item.is_class else 1.0,
            )
            for place, item in enumerate(gap.requirements, start=1)
        ),
    )


def _add_anchor(session: Session, actor: Actor, chain: Chain, item: PolicyDraftItem) -> str:
    name = str(item.content["name"])
    if any(anchor.name == name for anchor in chain.anchors):
        return name  # it is there already: the draft is settled
    content = plain_head(chain)
    ref = {"section": item.section or item.chain_name, "quote": str(item.content["quote"])}
    content["anchors"] = [
        *content["anchors"],
        {"name": name, "place": "—", "role": ref["quote"], "links": [], "ref": ref},
    ]
    edit_chain(session, actor, chain.code, content, revision=chain.revision)
    return name


def _add_gap(
    session: Session, actor: Actor, chain: Chain, item: PolicyDraftItem, link: str, now: datetime
) -> str:
    content = content_of_item(item)
    known = {anchor.name for anchor in chain.anchors}
    content = replace(
        content,
        link=link or content.link,
        anchors=tuple(name for name in content.anchors if name in known),
        requirements=tuple(replace(row, id="") for row in content.requirements),
    )
    note = f"policy text {item.draft.name}"[:200]
    return create_gap(session, actor, chain.code, content, now=now, note=note).code


def _open_item(session: Session, draft_id: int, item_id: int) -> PolicyDraftItem:
    item = _item(session, draft_id, item_id)
    if item.decision != "open":
        raise Conflict(f"draft {item.id}: {item.decided_by} has {item.decision} it already")
    return item


def _item(session: Session, draft_id: int, item_id: int) -> PolicyDraftItem:
    item = session.scalar(
        select(PolicyDraftItem)
        .options(selectinload(PolicyDraftItem.draft))
        .where(PolicyDraftItem.id == item_id, PolicyDraftItem.draft_id == draft_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if item is None:
        raise NotFound(f"draft {item_id}: not found in policy text {draft_id}")
    return item


def _core(name: str) -> str:
    """A chain's name without what all names share: 铜铝产业链 and 铜铝产业 are one."""
    core = normalise(name)
    for word in _CHAIN_WORDS:
        core = core.removesuffix(word)
    return core


def _count(draft: PolicyDraft, decision: str) -> int:
    return sum(item.decision == decision for item in draft.items)
