"""What the workbench keeps beside the facts: how well gaps can be filled, and the searches people saved."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Base, utc_now
from models.gap import Gap


class GapCoverage(Base):
    """How many outside companies of each band one gap has, as last computed. Rebuilt at will."""

    __tablename__ = "gap_coverage"

    id: Mapped[int] = mapped_column(primary_key=True)
    gap_id: Mapped[int] = mapped_column(ForeignKey("gap.id", ondelete="CASCADE"), unique=True)
    gap_version: Mapped[int]  # number of the wording that was matched
    basis: Mapped[str] = mapped_column(String(64))  # what it was computed from; equal basis, equal numbers
    index_release: Mapped[str] = mapped_column(String(100))
    considered: Mapped[int]
    count_a: Mapped[int]
    count_b: Mapped[int]
    count_c: Mapped[int]
    top: Mapped[list[Any]]  # the best three: [{id, name, province, band, probability}]
    provinces: Mapped[dict[str, Any]]  # province → companies in band A to C
    computed_at: Mapped[datetime] = mapped_column(default=utc_now)
    # The numbers before they last changed, {a, b, c}; None while they never did.
    before: Mapped[dict[str, Any] | None]
    changed_at: Mapped[datetime | None]

    gap: Mapped[Gap] = relationship()

    @property
    def suitable(self) -> int:
        """Companies in band A to C."""
        return self.count_a + self.count_b + self.count_c


class SavedSearch(Base):
    """A view of a list of candidates that somebody wants to come back to, with what stood on top of it."""

    __tablename__ = "saved_search"
    __table_args__ = (UniqueConstraint("owner", "name"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    owner: Mapped[str] = mapped_column(String(100), index=True)  # login
    name: Mapped[str] = mapped_column(String(200))
    gap_code: Mapped[str | None] = mapped_column(String(32))
    need: Mapped[str] = mapped_column(Text)
    requirements: Mapped[list[Any] | None]  # as edited; None where those of the gap or the need hold
    filters: Mapped[dict[str, Any]]
    address: Mapped[str] = mapped_column(Text)  # path and query that reproduce the view
    top: Mapped[list[Any]]  # [{id, name, rank, band, probability}], best first
    considered: Mapped[int]
    receipt: Mapped[dict[str, Any]]
    saved_at: Mapped[datetime] = mapped_column(default=utc_now)
