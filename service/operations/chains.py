"""Chains: listing, reading, and seeding from profiles."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from models import Anchor, Chain, ChainLink, Gap, GapRequirement, GapVersion, Site
from service.actors import Actor, require
from service.errors import NotFound
from service.operations.audit import record_audit
from service.readers.chain_profile import ChainHead, ChainProfile, GapProfile


@dataclass(frozen=True, slots=True)
class SeedReport:
    """What seeding did with one chain. `gaps_archived`: codes that the profile no longer has; `gaps_kept`:
    those that curators have changed here, which no profile overwrites.
    """

    chain: str
    added: bool
    gaps_added: tuple[str, ...]
    gaps_changed: tuple[str, ...]
    gaps_unchanged: int
    gaps_archived: tuple[str, ...]
    gaps_kept: tuple[str, ...] = ()


def list_chains(session: Session) -> list[Chain]:
    """All chains in the order of the plan, with links, anchors and gaps."""
    return list(session.scalars(select(Chain).options(*_WHOLE).order_by(Chain.sort_order, Chain.code)))


def get_chain(session: Session, code: str) -> Chain:
    """One chain with its links, anchors, sites and gaps. Raises NotFound."""
    chain = session.scalar(select(Chain).options(*_WHOLE).where(Chain.code == code.strip().upper()))
    if chain is None:
        known = ", ".join(session.scalars(select(Chain.code).order_by(Chain.code)))
        hint = f"known are {known}" if known else 'there are none yet: run "lianzhao seed"'
        raise NotFound(f"chain {code!r}: not found: {hint}")
    return chain


def published_gaps(chain: Chain) -> list[Gap]:
    """The gaps of `chain` that are matched, in the order of their codes."""
    return [gap for gap in chain.gaps if gap.current_version and gap.current_version.status == "published"]


def seed_chains(session: Session, actor: Actor, profiles: Sequence[ChainProfile]) -> list[SeedReport]:
    """Store `profiles`: what is there already is updated, a changed wording becomes a new version of its gap.

    Nothing is deleted that a stored match run may point to: links and gaps that a profile no longer has are
    archived. What curators have changed here is kept as they left it. Raises PermissionDenied.
    """
    require(actor, "chain.edit")
    reports = [_seed_chain(session, actor, profile, order) for order, profile in enumerate(profiles)]
    for report in reports:
        _write_down(session, actor, report)
    return reports


def _write_down(session: Session, actor: Actor, report: SeedReport) -> None:
    names = ("gaps_added", "gaps_changed", "gaps_archived")
    changes = {name: (None, found) for name in names if (found := getattr(report, name))}
    if report.added or changes:
        record_audit(session, actor, "chain.seeded", ("chain", report.chain), changes)


_VERSION = selectinload(Gap.current_version)
_WHOLE = (
    selectinload(Chain.links).selectinload(ChainLink.feeds),
    selectinload(Chain.anchors),
    selectinload(Chain.sites),
    selectinload(Chain.gaps).options(
        _VERSION.selectinload(GapVersion.requirements), _VERSION.selectinload(GapVersion.link)
    ),
)


def _seed_chain(session: Session, actor: Actor, profile: ChainProfile, order: int) -> SeedReport:
    chain = session.scalar(select(Chain).options(*_WHOLE).where(Chain.code == profile.code))
    added = chain is None
    if chain is None:
        chain = Chain(code=profile.code)
        session.add(chain)
    if chain.changed_by is None:
        write_head(chain, profile)
        chain.sort_order = order
        session.flush()
        links = write_links(session, chain, profile)
        write_anchors_and_sites(session, chain, profile)
    else:
        links = _add_missing_links(session, chain, profile)
    known = {gap.code: gap for gap in session.scalars(select(Gap).where(Gap.chain_id == chain.id))}
    states = {
        gap.code: _seed_gap(session, actor, chain, known.get(gap.code), gap, links[gap.link])
        for gap in profile.gaps
    }
    archived = _archive_gaps([gap for code, gap in known.items() if code not in states])
    session.flush()
    session.expire(chain)
    return SeedReport(
        chain=profile.code,
        added=added,
        gaps_added=tuple(code for code, state in states.items() if state == "added"),
        gaps_changed=tuple(code for code, state in states.items() if state == "changed"),
        gaps_unchanged=sum(state == "unchanged" for state in states.values()),
        gaps_archived=tuple(archived),
        gaps_kept=tuple(code for code, state in states.items() if state == "kept"),
    )


def write_head(chain: Chain, profile: ChainHead) -> None:
    """Name, summary, document and target of `profile` into the row."""
    chain.name, chain.name_en, chain.summary = profile.name, profile.name_en, profile.summary
    chain.document = profile.document
    chain.output_class, chain.output_yi = profile.target.output_class, profile.target.output_yi
    chain.target_year, chain.target_ref = profile.target.year, profile.target.ref.model_dump()


def _add_missing_links(session: Session, chain: Chain, profile: ChainProfile) -> dict[str, ChainLink]:
    """All links of a chain that curators have changed, with those of the profile that it never had."""
    links = {
        link.code: link for link in session.scalars(select(ChainLink).where(ChainLink.chain_id == chain.id))
    }
    for wanted in profile.links:
        if wanted.code not in links:
            links[wanted.code] = ChainLink(
                chain_id=chain.id,
                code=wanted.code,
                name=wanted.name,
                name_en=wanted.name_en,
                position=wanted.position,
                sort_order=len(links),
            )
            session.add(links[wanted.code])
    session.flush()
    return links


def write_links(session: Session, chain: Chain, profile: ChainHead) -> dict[str, ChainLink]:
    """The links of `profile` into rows, by code; those it lacks are archived, gaps may point to them."""
    known = {
        link.code: link for link in session.scalars(select(ChainLink).where(ChainLink.chain_id == chain.id))
    }
    links: dict[str, ChainLink] = {}
    for order, wanted in enumerate(profile.links):
        link = known.get(wanted.code) or ChainLink(chain_id=chain.id, code=wanted.code)
        link.name, link.name_en, link.position = wanted.name, wanted.name_en, wanted.position
        link.sort_order, link.is_archived = order, False
        session.add(link)
        links[wanted.code] = link
    session.flush()
    for wanted in profile.links:
        links[wanted.code].feeds = [links[code] for code in wanted.feeds]
    for code, link in known.items():
        if code not in links:
            link.is_archived, link.feeds = True, []
    session.flush()
    return links


def write_anchors_and_sites(session: Session, chain: Chain, profile: ChainHead) -> None:
    """Anchors and sites of `profile` into rows; those it lacks are deleted."""
    anchors = {row.name: row for row in session.scalars(select(Anchor).where(Anchor.chain_id == chain.id))}
    for order, wanted in enumerate(profile.anchors):
        anchor = anchors.pop(wanted.name, None) or Anchor(chain_id=chain.id, name=wanted.name)
        anchor.full_name, anchor.place, anchor.role = wanted.full_name, wanted.place, wanted.role
        anchor.link_codes, anchor.ref, anchor.sort_order = list(wanted.links), wanted.ref.model_dump(), order
        session.add(anchor)
    sites = {row.name: row for row in session.scalars(select(Site).where(Site.chain_id == chain.id))}
    for order, place in enumerate(profile.sites):
        site = sites.pop(place.name, None) or Site(chain_id=chain.id, name=place.name)
        site.place, site.role = place.place, place.role
        site.ref, site.sort_order = place.ref.model_dump(), order
        session.add(site)
    for left in (*anchors.values(), *sites.values()):
        session.delete(left)
    session.flush()


def _seed_gap(
    session: Session, actor: Actor, chain: Chain, gap: Gap | None, wanted: GapProfile, link: ChainLink
) -> str:
    wording = hashlib.sha256(
        json.dumps(wanted.model_dump(), ensure_ascii=False, sort_keys=True).encode()
    ).hexdigest()
    state = "changed"
    if gap is None:
        gap, state = Gap(code=wanted.code, chain_id=chain.id), "added"
        session.add(gap)
        session.flush()
    versions = list(session.scalars(select(GapVersion).where(GapVersion.gap_id == gap.id)))
    current = next((version for version in versions if version.is_current), None)
    if current is not None:
        if current.changed_by is not None:
            return "kept"
        if current.content_hash == wording and current.status == "published":
            return "unchanged"
        current.is_current = False
        session.flush()  # one current version at a time, also inside this transaction
    session.add(
        GapVersion(
            gap_id=gap.id,
            version=max((version.version for version in versions), default=0) + 1,
            is_current=True,
            status="published",
            link_id=link.id,
            kind=wanted.kind,
            severity=wanted.severity,
            title=wanted.title,
            title_en=wanted.title_en,
            need=wanted.need,
            note=wanted.note,
            anchors=list(wanted.anchors),
            sites=list(wanted.sites),
            industry_codes=list(wanted.industry_codes),
            policy_refs=[ref.model_dump() for ref in wanted.refs],
            content_hash=wording,
            created_by=actor.login,
            requirements=[
                GapRequirement(
                    req_id=requirement.id,
                    text=requirement.text,
                    facet=requirement.facet,
                    level=requirement.level,
                    weight=requirement.weight,
                    synonyms=list(requirement.synonyms),
                    note=requirement.note,
                    sort_order=place,
                )
                for place, requirement in enumerate(wanted.requirements)
            ],
        )
    )
    return state


def _archive_gaps(gaps: Sequence[Gap]) -> list[str]:
    archived = []
    for gap in gaps:
        current = gap.current_version
        if current is not None and current.status != "archived" and current.changed_by is None:
            current.status = "archived"
            archived.append(gap.code)
    return archived
