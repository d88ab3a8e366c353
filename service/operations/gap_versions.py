"""The wordings of a gap as curators see them: the published one, the draft, and all before."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from models import Chain, Gap, GapVersion
from service.content_diff import ContentDiff, diff_contents
from service.errors import EditConflict, NotFound
from service.gap_content import ChainNames, GapContent
from service.operations.gap_wordings import content_of

OPEN = ("draft", "in_review")


def get_gap_with_versions(session: Session, code: str, *, lock: bool = False) -> Gap:
    """The gap `code` with its chain and all versions, also one that was never published. Raises NotFound.

    `lock` keeps other writers waiting until the transaction ends, and reads what they left.
    """
    statement = (
        select(Gap)
        .options(
            selectinload(Gap.chain),
            selectinload(Gap.current_version),
            selectinload(Gap.open_version),
            selectinload(Gap.versions).options(
                selectinload(GapVersion.requirements), selectinload(GapVersion.link)
            ),
        )
        .where(Gap.code == code.strip().upper())
        .execution_options(populate_existing=True)
    )
    gap = session.scalar(statement.with_for_update(of=Gap) if lock else statement)
    if gap is None:
        raise NotFound(f'gap {code!r}: not found: see "lianzhao show chains" for all')
    return gap


def get_version(gap: Gap, version: int) -> GapVersion:
    """One wording of `gap`. Raises NotFound."""
    found = next((row for row in gap.versions if row.version == version), None)
    if found is None:
        known = ", ".join(str(row.version) for row in gap.versions)
        raise NotFound(f"gap {gap.code}: has no version {version}; it has {known}")
    return found


def working_version(gap: Gap) -> GapVersion:
    """What an editor starts from: the draft, or else the wording in force. Raises NotFound."""
    found = gap.open_version or gap.current_version
    if found is None:
        raise NotFound(f"gap {gap.code}: has no wording: it was taken back; create it anew")
    return found


def compare_versions(gap: Gap, old: int, new: int) -> ContentDiff:
    """What changed from version `old` to version `new`. Raises NotFound."""
    return diff_contents(content_of(get_version(gap, old)), content_of(get_version(gap, new)))


def list_gaps_to_manage(session: Session, chain: Chain) -> list[Gap]:
    """All gaps of `chain` with the wording in force and the draft, by code."""
    return list(
        session.scalars(
            select(Gap)
            .options(
                selectinload(Gap.current_version).selectinload(GapVersion.link),
                selectinload(Gap.open_version).selectinload(GapVersion.link),
            )
            .where(Gap.chain_id == chain.id)
            .order_by(Gap.code)
        )
    )


def list_open_versions(session: Session, status: str) -> list[GapVersion]:
    """Drafts (or what is in review), the longest waiting first."""
    return list(
        session.scalars(
            select(GapVersion)
            .options(
                selectinload(GapVersion.gap).options(
                    selectinload(Gap.chain),
                    selectinload(Gap.current_version).options(
                        selectinload(GapVersion.requirements), selectinload(GapVersion.link)
                    ),
                ),
                selectinload(GapVersion.requirements),
                selectinload(GapVersion.link),
            )
            .where(GapVersion.status == status)
            .order_by(GapVersion.submitted_at, GapVersion.changed_at, GapVersion.id)
        )
    )


def names_of(chain: Chain) -> ChainNames:
    """What a gap of `chain` may point to."""
    return ChainNames(
        {link.code for link in chain.links},
        {anchor.name for anchor in chain.anchors},
        {site.name for site in chain.sites},
    )


def require_unchanged(gap: Gap, version: int, revision: int) -> GapVersion:
    """The version at work, if it still is what was read. Raises EditConflict, which says who changed it."""
    found = working_version(gap)
    if (found.version, found.revision) != (version, revision):
        raise EditConflict(f"gap {gap.code}", *last_touched(found))
    return found


def last_touched(version: GapVersion) -> tuple[str, datetime]:
    """Who did something to the wording last, and when."""
    deeds = (
        (version.created_at, version.created_by),
        (version.changed_at, version.changed_by),
        (version.submitted_at, version.submitted_by),
        (version.published_at, version.published_by),
    )
    at, who = max((at, who) for at, who in deeds if at and who)
    return who, at


def content_in_force(gap: Gap) -> GapContent | None:
    """The published wording, None for a gap that was never published."""
    return content_of(gap.current_version) if gap.current_version else None
