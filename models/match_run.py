"""Stored match runs: the ranked candidates with their explanation rows, and the receipt to recompute them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Base, utc_now
from models.company import Company
from models.gap import GapVersion


class MatchRun(Base):
    """One match of a gap version, or of a typed need, that somebody kept."""

    __tablename__ = "match_run"

    id: Mapped[int] = mapped_column(primary_key=True)
    gap_version_id: Mapped[int | None] = mapped_column(
        ForeignKey("gap_version.id", ondelete="RESTRICT"), index=True
    )
    need: Mapped[str] = mapped_column(Text)
    requirements: Mapped[list[Any]]
    filters: Mapped[dict[str, Any]]
    receipt: Mapped[dict[str, Any]]
    created_at: Mapped[datetime] = mapped_column(default=utc_now)
    created_by: Mapped[str] = mapped_column(String(100))

    gap_version: Mapped[GapVersion | None] = relationship()
    candidates: Mapped[list[MatchCandidate]] = relationship(
        back_populates="run", cascade="all, delete-orphan", order_by="MatchCandidate.rank"
    )


class MatchCandidate(Base):
    """One company of a run, as it was ranked and explained then."""

    __tablename__ = "match_candidate"
    __table_args__ = (UniqueConstraint("run_id", "rank"), UniqueConstraint("run_id", "company_external_id"))

    id: Mapped[int] = mapped_column(primary_key=True)
    run_id: Mapped[int] = mapped_column(ForeignKey("match_run.id", ondelete="CASCADE"), index=True)
    company_id: Mapped[int | None] = mapped_column(ForeignKey("company.id", ondelete="SET NULL"), index=True)
    company_external_id: Mapped[str] = mapped_column(String(64))
    rank: Mapped[int]
    score: Mapped[float]
    probability: Mapped[float]
    band: Mapped[str] = mapped_column(String(8))
    explanation: Mapped[dict[str, Any]]

    run: Mapped[MatchRun] = relationship(back_populates="candidates")
    company: Mapped[Company | None] = relationship()
