"""Gaps of a chain. What a gap asks for lives in versions; a published version never changes."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Base, Timestamped, code_type, utc_now
from models.chain import Chain, ChainLink

GAP_KINDS = ("fill", "strengthen", "extend", "supporting", "talent")
GAP_STATUSES = ("draft", "in_review", "published", "archived")
FACETS = ("product", "process", "technology", "capability", "condition")
LEVELS = ("must", "should", "must_not")


class Gap(Timestamped, Base):
    """A gap (缺口): its identity. `current_version` is the one that is matched and shown: the one published
    last, also once it is archived. A gap that was never published has none.
    """

    __tablename__ = "gap"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(code_type(32), unique=True)
    chain_id: Mapped[int] = mapped_column(ForeignKey("chain.id", ondelete="CASCADE"), index=True)

    chain: Mapped[Chain] = relationship(back_populates="gaps")
    versions: Mapped[list[GapVersion]] = relationship(
        back_populates="gap", cascade="all, delete-orphan", order_by="GapVersion.version"
    )
    current_version: Mapped[GapVersion | None] = relationship(
        primaryjoin="and_(Gap.id == GapVersion.gap_id, GapVersion.is_current)",
        uselist=False,
        viewonly=True,
    )
    open_version: Mapped[GapVersion | None] = relationship(
        primaryjoin="and_(Gap.id == GapVersion.gap_id, GapVersion.status.in_(('draft', 'in_review')))",
        uselist=False,
        viewonly=True,
    )


class GapVersion(Base):
    """One wording of a gap. Only a draft changes; `revision` counts its changes, so that none is lost."""

    __tablename__ = "gap_version"
    __table_args__ = (
        UniqueConstraint("gap_id", "version"),
        CheckConstraint(f"kind IN {GAP_KINDS}", name="kind"),
        CheckConstraint(f"status IN {GAP_STATUSES}", name="status"),
        Index(
            "uq_gap_version_current",  # one current version a gap, whoever writes
            "gap_id",
            unique=True,
            sqlite_where=text("is_current"),
            postgresql_where=text("is_current"),
        ),
        Index(
            "uq_gap_version_open",  # one draft a gap: two curators work on the same, not past each other
            "gap_id",
            unique=True,
            sqlite_where=text("status IN ('draft', 'in_review')"),
            postgresql_where=text("status IN ('draft', 'in_review')"),
        ),
        CheckConstraint("NOT is_current OR status IN ('published', 'archived')", name="current_is_published"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    gap_id: Mapped[int] = mapped_column(ForeignKey("gap.id", ondelete="CASCADE"), index=True)
    version: Mapped[int]
    is_current: Mapped[bool] = mapped_column(default=True)
    status: Mapped[str] = mapped_column(String(16), default="published")
    link_id: Mapped[int] = mapped_column(ForeignKey("chain_link.id", ondelete="RESTRICT"), index=True)
    kind: Mapped[str] = mapped_column(String(16))
    severity: Mapped[str | None] = mapped_column(String(24))
    title: Mapped[str] = mapped_column(String(200))
    title_en: Mapped[str] = mapped_column(String(200))
    need: Mapped[str] = mapped_column(Text)
    note: Mapped[str | None] = mapped_column(Text)
    anchors: Mapped[list[Any]]  # names of anchors of the chain
    sites: Mapped[list[Any]]  # names of sites of the chain
    industry_codes: Mapped[list[Any]]  # GB/T 4754 prefixes
    policy_refs: Mapped[list[Any]]  # [{section, quote}]
    content_hash: Mapped[str] = mapped_column(
        String(64)
    )  # sha256 of the wording: same wording, no new version
    created_at: Mapped[datetime] = mapped_column(default=utc_now)
    created_by: Mapped[str] = mapped_column(String(100))
    based_on: Mapped[int | None]  # the published version that the draft was made from
    revision: Mapped[int] = mapped_column(default=1, server_default="1")
    changed_at: Mapped[datetime | None]
    changed_by: Mapped[str | None] = mapped_column(String(100))  # nobody: as its profile was seeded
    change_note: Mapped[str | None] = mapped_column(Text)
    submitted_at: Mapped[datetime | None]
    submitted_by: Mapped[str | None] = mapped_column(String(100))
    review_note: Mapped[str | None] = mapped_column(Text)  # why it was sent back
    published_at: Mapped[datetime | None]
    published_by: Mapped[str | None] = mapped_column(String(100))

    gap: Mapped[Gap] = relationship(back_populates="versions")
    link: Mapped[ChainLink] = relationship()
    requirements: Mapped[list[GapRequirement]] = relationship(
        back_populates="version", cascade="all, delete-orphan", order_by="GapRequirement.sort_order"
    )


class GapRequirement(Base):
    """One checkable line of a gap (要求)."""

    __tablename__ = "gap_requirement"
    __table_args__ = (
        UniqueConstraint("version_id", "req_id"),
        CheckConstraint(f"facet IN {FACETS}", name="facet"),
        CheckConstraint(f"level IN {LEVELS}", name="level"),
        CheckConstraint("weight > 0", name="weight_positive"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    version_id: Mapped[int] = mapped_column(ForeignKey("gap_version.id", ondelete="CASCADE"), index=True)
    req_id: Mapped[str] = mapped_column(String(8))
    text: Mapped[str] = mapped_column(String(200))
    facet: Mapped[str] = mapped_column(String(16))
    level: Mapped[str] = mapped_column(String(16))
    weight: Mapped[float]
    synonyms: Mapped[list[Any]]
    note: Mapped[str | None] = mapped_column(Text)
    sort_order: Mapped[int] = mapped_column(default=0)

    version: Mapped[GapVersion] = relationship(back_populates="requirements")
