"""Import batches and the issues of their rows."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Base, utc_now

SEVERITIES = ("error", "warning")


class ImportBatch(Base):
    """One imported file."""

    __tablename__ = "import_batch"

    id: Mapped[int] = mapped_column(primary_key=True)
    file_name: Mapped[str] = mapped_column(String(300))
    file_sha256: Mapped[str] = mapped_column(String(64))
    file_format: Mapped[str] = mapped_column(String(16))
    source: Mapped[str] = mapped_column(String(200))
    column_mapping: Mapped[dict[str, Any]]
    rows_read: Mapped[int] = mapped_column(default=0)
    rows_added: Mapped[int] = mapped_column(default=0)
    rows_updated: Mapped[int] = mapped_column(default=0)
    rows_unchanged: Mapped[int] = mapped_column(default=0)
    rows_rejected: Mapped[int] = mapped_column(default=0)
    imported_at: Mapped[datetime] = mapped_column(default=utc_now)
    imported_by: Mapped[str] = mapped_column(String(100))
    undone_at: Mapped[datetime | None]
    undone_by: Mapped[str | None] = mapped_column(String(100))

    issues: Mapped[list[ImportIssue]] = relationship(
        back_populates="batch", cascade="all, delete-orphan", order_by="ImportIssue.row_number"
    )


class ImportIssue(Base):
    """What was wrong with one row: column, value, what to do."""

    __tablename__ = "import_issue"
    __table_args__ = (CheckConstraint(f"severity IN {SEVERITIES}", name="severity"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    batch_id: Mapped[int] = mapped_column(ForeignKey("import_batch.id", ondelete="CASCADE"), index=True)
    row_number: Mapped[int]  # as a spreadsheet counts: the header is row 1
    column_name: Mapped[str] = mapped_column(String(200))
    value: Mapped[str] = mapped_column(Text)
    code: Mapped[str] = mapped_column(String(48))
    params: Mapped[dict[str, Any]] = mapped_column(default=dict)  # of the sentence that the code stands for
    message: Mapped[str] = mapped_column(Text, default="")
    severity: Mapped[str] = mapped_column(String(16))

    batch: Mapped[ImportBatch] = relationship(back_populates="issues")
