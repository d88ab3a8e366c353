"""Files that were uploaded to be imported, and what an import changed, so that it can be undone."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, utc_now


class ImportUpload(Base):
    """A file on its way: columns chosen, tried, imported. The file itself lies in HOME/uploads/<folder>."""

    __tablename__ = "import_upload"

    id: Mapped[int] = mapped_column(primary_key=True)
    folder: Mapped[str] = mapped_column(String(40), unique=True)
    file_name: Mapped[str] = mapped_column(String(300))
    source: Mapped[str] = mapped_column(String(200))
    kind: Mapped[str] = mapped_column(String(16))
    column_mapping: Mapped[dict[str, Any]]  # header → field, "" for a column that is left out
    report: Mapped[dict[str, Any] | None]  # what the trial came to
    job_id: Mapped[int | None] = mapped_column(ForeignKey("job.id", ondelete="SET NULL"), index=True)
    batch_id: Mapped[int | None] = mapped_column(
        ForeignKey("import_batch.id", ondelete="SET NULL"), index=True
    )
    created_at: Mapped[datetime] = mapped_column(default=utc_now)
    created_by: Mapped[str] = mapped_column(String(100))


class ImportChange(Base):
    """What an import did to one company. Not a foreign key: it tells of a company that may be gone."""

    __tablename__ = "import_change"
    __table_args__ = (UniqueConstraint("batch_id", "company_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    batch_id: Mapped[int] = mapped_column(ForeignKey("import_batch.id", ondelete="CASCADE"), index=True)
    company_id: Mapped[int]
    before: Mapped[dict[str, Any] | None]  # facts and provenance before; None: the import added it
    hash_after: Mapped[str] = mapped_column(String(64))  # tells whether somebody changed it since
