"""Writing chains: their head, links, anchors and sites. Gaps have operations of their own."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pydantic import ValidationError
from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from models import Chain, Gap, GapVersion
from service.actors import Actor, require
from service.errors import Conflict, EditConflict, InvalidProfile, ProfileProblem
from service.i18n import mark
from service.operations.audit import record_audit
from service.operations.chains import (
    get_chain,
    write_anchors_and_sites,
    write_head,
    write_links,
)
from service.readers.chain_profile import ChainHead, problems_in


def plain_head(chain: Chain) -> dict[str, Any]:
    """A stored chain as plain values, as `ChainHead` takes them."""
    return {
        "name": chain.name,
        "name_en": chain.name_en,
        "document": chain.document,
        "target": {
            "output_class": chain.output_class,
            "output_yi": chain.output_yi,
            "year": chain.target_year,
            "ref": chain.target_ref,
        },
        "summary": chain.summary,
        "links": [
            {
                "code": link.code,
                "name": link.name,
                "name_en": link.name_en,
                "position": link.position,
                "feeds": [fed.code for fed in link.feeds],
            }
            for link in chain.links
        ],
        "anchors": [
            {
                "name": row.name,
                "full_name": row.full_name,
                "place": row.place,
                "role": row.role,
                "links": list(row.link_codes),
                "ref": row.ref,
            }
            for row in chain.anchors
        ],
        "sites": [
            {"name": row.name, "place": row.place, "role": row.role, "ref": row.ref} for row in chain.sites
        ],
    }


def parse_head(content: dict[str, Any], source: str) -> ChainHead:
    """The chain in `content`. Raises InvalidProfile with all problems."""
    try:
        return ChainHead.model_validate(content)
    except ValidationError as err:
        raise InvalidProfile(source, problems_in(err)) from err


def create_chain(session: Session, actor: Actor, content: dict[str, Any]) -> Chain:
    """A new chain under the next free code, after all others.

    Raises InvalidProfile, Conflict, PermissionDenied.
    """
    require(actor, "chain.edit")
    head = parse_head(content, "chain")
    chains = list(session.scalars(select(Chain)))
    _refuse_same_name(chains, head.name, None)
    numbers = [int(chain.code[1:]) for chain in chains if chain.code[1:].isdigit()]
    chain = Chain(
        code=f"C{max(numbers, default=0) + 1:02d}",
        sort_order=max((chain.sort_order for chain in chains), default=-1) + 1,
        changed_by=actor.login,
    )
    write_head(chain, head)
    session.add(chain)
    session.flush()
    write_links(session, chain, head)
    write_anchors_and_sites(session, chain, head)
    record_audit(session, actor, "chain.created", chain, {"name": (None, head.name)})
    session.expire(chain)
    return get_chain(session, chain.code)


def edit_chain(session: Session, actor: Actor, code: str, content: dict[str, Any], *, revision: int) -> Chain:
    """Write chain `code` as `content` says; `revision` is the one that was read.

    Raises NotFound, PermissionDenied, EditConflict, and InvalidProfile with everything that is wrong, such as
    a link that is gone while gaps stand at it.
    """
    require(actor, "chain.edit")
    chain = get_chain(session, code)
    session.refresh(chain, with_for_update=True)
    if chain.revision != revision:
        raise EditConflict(f"chain {chain.code}", chain.changed_by or "?", chain.updated_at)
    head = parse_head(content, chain.code)
    others = list(session.scalars(select(Chain).where(Chain.id != chain.id)))
    _refuse_same_name(others, head.name, chain.code)
    still_used = list(_still_used(session, chain, head))
    if still_used:
        raise InvalidProfile(chain.code, still_used)
    changes = _changes(plain_head(chain), head.model_dump())
    if not changes:
        return chain
    write_head(chain, head)
    write_links(session, chain, head)
    write_anchors_and_sites(session, chain, head)
    chain.revision, chain.changed_by = chain.revision + 1, actor.login
    session.flush()
    record_audit(session, actor, "chain.edited", chain, changes)
    session.expire(chain)
    return get_chain(session, code)


def _refuse_same_name(chains: list[Chain], name: str, code: str | None) -> None:
    same = next((chain for chain in chains if chain.name == name), None)
    if same is not None:
        what = f"chain {code}" if code else "new chain"
        raise Conflict(f"{what}: {same.code} has the name {name!r} already: choose another")


def _still_used(session: Session, chain: Chain, head: ChainHead) -> Iterator[ProfileProblem]:
    """What the gaps of the chain name and `head` no longer has."""
    links = {link.code for link in head.links}
    anchors, sites = {row.name for row in head.anchors}, {row.name for row in head.sites}
    for version in _versions_in_use(session, chain):
        code = version.gap.code
        if version.link.code not in links:
            advice = mark("gaps stand at this link: move or archive them first")
            yield ProfileProblem("links", f"{version.link.code} ({code})", advice)
        for path, named, known in (("anchors", version.anchors, anchors), ("sites", version.sites, sites)):
            for name in named:
                if name not in known:
                    yield ProfileProblem(path, f"{name} ({code})", mark("gaps name it: change them first"))


def _versions_in_use(session: Session, chain: Chain) -> list[GapVersion]:
    return list(
        session.scalars(
            select(GapVersion)
            .join(Gap)
            .options(selectinload(GapVersion.gap), selectinload(GapVersion.link))
            .where(Gap.chain_id == chain.id)
            .where(
                (GapVersion.is_current & (GapVersion.status == "published"))
                | GapVersion.status.in_(("draft", "in_review"))
            )
            .order_by(Gap.code)
        )
    )


def _changes(old: dict[str, Any], new: dict[str, Any]) -> dict[str, tuple[Any, Any]]:
    """What differs; of lists the rows that came, went or changed, by code or name."""
    changes: dict[str, tuple[Any, Any]] = {}
    for name in old:
        if not isinstance(old[name], list):
            if old[name] != new[name]:
                changes[name] = (old[name], new[name])
            continue
        key = "code" if name == "links" else "name"
        before, after = ({row[key]: row for row in rows} for rows in (old[name], new[name]))
        for row in dict.fromkeys([*before, *after]):
            if before.get(row) != after.get(row):
                changes[f"{name} {row}"] = (before.get(row), after.get(row))
        if [k for k in before if k in after] != [k for k in after if k in before]:
            changes[f"{name} order"] = (list(before), list(after))
    return changes
