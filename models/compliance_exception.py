"""Findings of the fair-competition check that a reviewer let pass: who, when and why."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, utc_now


class ComplianceException(Base):
    """One finding excused in one place. It holds for these very words: other words are looked at anew.

    `scope` names the place, such as gap:C03-G13 or export:12.
    """

    __tablename__ = "compliance_exception"
    __table_args__ = (UniqueConstraint("scope", "rule_id", "quote_hash"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    scope: Mapped[str] = mapped_column(String(100))
    rule_id: Mapped[str] = mapped_column(String(41))
    clause: Mapped[str] = mapped_column(String(200))
    quote: Mapped[str] = mapped_column(Text)
    quote_hash: Mapped[str] = mapped_column(String(64))  # sha256 of the quote: a text is too long for a key
    reason: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(default=utc_now)
    created_by: Mapped[str] = mapped_column(String(100))
