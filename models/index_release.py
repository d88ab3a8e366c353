"""Index releases: which folders on disk hold what an engine can open."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, utc_now


class IndexRelease(Base):
    """One built index. `name` is the folder's name under the index folder of the installation."""

    __tablename__ = "index_release"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(100), unique=True)
    is_current: Mapped[bool] = mapped_column(default=False, index=True)
    manifest: Mapped[dict[str, Any]]
    company_count: Mapped[int]
    passage_count: Mapped[int]
    text_count: Mapped[int]  # distinct texts embedded
    built_at: Mapped[datetime] = mapped_column(default=utc_now)
    built_by: Mapped[str] = mapped_column(String(100))
    build_seconds: Mapped[float]
