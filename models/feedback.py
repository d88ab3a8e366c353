"""What people who know say of candidates, and the blind comparison of two rankings that they decide."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Base, utc_now
from models.company import Company
from models.gap import GapVersion

VERDICTS = ("suitable", "partly", "unsuitable")
TEAMS = ("a", "b")


class AbTest(Base):
    """Two rankings shown as one list. Which row came from which is told only when it is over."""

    __tablename__ = "ab_test"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(100), unique=True)
    seed: Mapped[int]
    side_a: Mapped[dict[str, Any]]  # {"weights": content of the file, "dictionary": whether it is used}
    side_b: Mapped[dict[str, Any]]
    started_at: Mapped[datetime] = mapped_column(default=utc_now)
    ended_at: Mapped[datetime | None] = mapped_column(index=True)
    created_by: Mapped[str] = mapped_column(String(100))


class AbAssignment(Base):
    """Which side brought which company into the list of one gap, kept from the first verdict on."""

    __tablename__ = "ab_assignment"
    __table_args__ = (UniqueConstraint("test_id", "gap_version_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    test_id: Mapped[int] = mapped_column(ForeignKey("ab_test.id", ondelete="CASCADE"), index=True)
    gap_version_id: Mapped[int] = mapped_column(ForeignKey("gap_version.id", ondelete="CASCADE"), index=True)
    teams: Mapped[dict[str, Any]]  # company → "a" or "b"
    created_at: Mapped[datetime] = mapped_column(default=utc_now)


class Feedback(Base):
    """One verdict. A changed or withdrawn one is ended and kept: `ended_at` is empty for the live one."""

    __tablename__ = "feedback"
    __table_args__ = (
        CheckConstraint(f"verdict IN {VERDICTS}", name="verdict"),
        CheckConstraint(f"ab_team IN {TEAMS}", name="ab_team"),
        Index(
            "uq_feedback_live",  # one live verdict for each person, wording of the gap and company
            "login",
            "gap_version_id",
            "company_external_id",
            unique=True,
            sqlite_where=text("ended_at IS NULL"),
            postgresql_where=text("ended_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    gap_version_id: Mapped[int] = mapped_column(ForeignKey("gap_version.id", ondelete="RESTRICT"), index=True)
    company_id: Mapped[int | None] = mapped_column(ForeignKey("company.id", ondelete="SET NULL"), index=True)
    company_external_id: Mapped[str] = mapped_column(String(64))
    company_name: Mapped[str] = mapped_column(String(200))
    login: Mapped[str] = mapped_column(String(100))
    verdict: Mapped[str] = mapped_column(String(16))
    reason: Mapped[str | None] = mapped_column(String(32))  # a code of data/feedback/reasons.yaml
    note: Mapped[str | None] = mapped_column(Text)
    rank: Mapped[int]  # as it was shown
    receipt: Mapped[dict[str, Any]]
    ab_test_id: Mapped[int | None] = mapped_column(ForeignKey("ab_test.id", ondelete="SET NULL"), index=True)
    ab_team: Mapped[str | None] = mapped_column(String(1))
    created_at: Mapped[datetime] = mapped_column(default=utc_now)
    ended_at: Mapped[datetime | None]

    gap_version: Mapped[GapVersion] = relationship()
    company: Mapped[Company | None] = relationship()
