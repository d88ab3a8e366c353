"""What has changed since a moment: gaps, companies, the index, and how well gaps can be filled."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session, selectinload

from models import Chain, Company, Gap, GapCoverage, GapVersion, IndexRelease


@dataclass(frozen=True, slots=True)
class News:
    """What is new after `since`. Companies that are new are not counted as changed."""

    since: datetime
    gaps: tuple[GapVersion, ...]  # wordings published or archived since
    covered: tuple[GapCoverage, ...]  # gaps whose numbers of candidates changed
    companies_new: int
    companies_changed: int
    release: IndexRelease | None  # the index in use, where it was built since

    @property
    def is_empty(self) -> bool:
        return not (self.gaps or self.covered or self.companies_new or self.companies_changed or self.release)

    def count_of(self, chain: Chain) -> int:
        """How many gaps of `chain` were reworded or have other candidates."""
        codes = {version.gap.code for version in self.gaps} | {row.gap.code for row in self.covered}
        return sum(gap.code in codes for gap in chain.gaps)


def list_news(session: Session, since: datetime) -> News:
    """What changed after `since`."""
    versions = session.scalars(
        select(GapVersion)
        .options(selectinload(GapVersion.gap).selectinload(Gap.chain))
        .where(GapVersion.is_current, GapVersion.created_at > since)
        .order_by(GapVersion.id)
    ).all()
    covered = session.scalars(
        select(GapCoverage)
        .options(selectinload(GapCoverage.gap).selectinload(Gap.current_version))
        .where(GapCoverage.changed_at > since)
        .order_by(GapCoverage.id)
    ).all()
    touched = session.scalar(select(func.count()).where(Company.updated_at > since)) or 0
    made = (
        session.scalar(select(func.count()).where(Company.updated_at > since, Company.created_at > since))
        or 0
    )
    release = session.scalar(
        select(IndexRelease).where(IndexRelease.is_current, IndexRelease.built_at > since)
    )
    return News(since, tuple(versions), tuple(covered), made, touched - made, release)
