"""What was changed or exported, by whom, when and from where."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Index, String
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, utc_now


class AuditEntry(Base):
    """One deed. Nothing points to it and it points to nothing: it outlives what it tells of."""

    __tablename__ = "audit_entry"
    __table_args__ = (Index("ix_audit_entry_object_type_object_id", "object_type", "object_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(default=utc_now, index=True)
    login: Mapped[str] = mapped_column(String(100), index=True)
    role: Mapped[str] = mapped_column(String(16))
    action: Mapped[str] = mapped_column(String(48), index=True)  # object.verb, e.g. user.added
    object_type: Mapped[str] = mapped_column(String(48))
    object_id: Mapped[str] = mapped_column(String(100))
    object_label: Mapped[str] = mapped_column(String(300), default="")
    changes: Mapped[dict[str, Any]]  # field → [old, new]
    address: Mapped[str] = mapped_column(String(64), default="")
