"""People who use the service."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, String
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, Timestamped

ROLES = ("viewer", "officer", "organiser", "curator", "admin")


class User(Timestamped, Base):
    """An account. Without a password hash nobody can sign in as it (accounts of the command line)."""

    __tablename__ = "user_account"  # `user` is reserved in PostgreSQL
    __table_args__ = (CheckConstraint(f"role IN {ROLES}", name="role"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    login: Mapped[str] = mapped_column(String(100), unique=True)
    display_name: Mapped[str] = mapped_column(String(100))
    role: Mapped[str] = mapped_column(String(16), default="viewer")
    region_code: Mapped[str | None] = mapped_column(String(6))
    password_hash: Mapped[str | None] = mapped_column(String(300))
    is_active: Mapped[bool] = mapped_column(default=True)
    last_seen_at: Mapped[datetime | None]
