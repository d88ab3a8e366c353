"""People who use the service: accounts, their sessions and tokens, and attempts to sign in."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, false
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Base, Timestamped, utc_now

ROLES = ("viewer", "officer", "organiser", "curator", "admin")


class User(Timestamped, Base):
    """An account. Without a password hash nobody can sign in as it (accounts of the command line)."""

    __tablename__ = "user_account"  # `user` is reserved in PostgreSQL
    __table_args__ = (CheckConstraint(f"role IN {ROLES}", name="role"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    login: Mapped[str] = mapped_column(String(100), unique=True)
    display_name: Mapped[str] = mapped_column(String(100))
    role: Mapped[str] = mapped_column(String(16), default="viewer")
    # GB/T 2260; None: the whole base. See service/actors.py for what it limits.
    region_code: Mapped[str | None] = mapped_column(String(6))
    password_hash: Mapped[str | None] = mapped_column(String(300))
    password_changed_at: Mapped[datetime | None]
    must_change_password: Mapped[bool] = mapped_column(
        default=False, server_default=false()
    )  # it was set by somebody else
    is_active: Mapped[bool] = mapped_column(default=True)
    last_seen_at: Mapped[datetime | None]  # when the account last signed in


class UserSession(Base):
    """A browser that is signed in. Only the hash of its key is kept: who reads the table cannot sign in."""

    __tablename__ = "user_session"

    id: Mapped[int] = mapped_column(primary_key=True)
    key_hash: Mapped[str] = mapped_column(String(64), unique=True)  # sha256, hexadecimal
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id", ondelete="CASCADE"), index=True)
    started_at: Mapped[datetime]
    expires_at: Mapped[datetime] = mapped_column(index=True)
    address: Mapped[str] = mapped_column(String(64), default="")

    user: Mapped[User] = relationship()


class ApiToken(Base):
    """A key for programs. It may do what its role and its owner's role both allow."""

    __tablename__ = "api_token"
    __table_args__ = (CheckConstraint(f"role IN {ROLES}", name="role"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)  # sha256, hexadecimal
    start: Mapped[str] = mapped_column(String(12))  # its first characters, to tell tokens apart
    name: Mapped[str] = mapped_column(String(100))
    role: Mapped[str] = mapped_column(String(16))
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id", ondelete="CASCADE"), index=True)
    created_at: Mapped[datetime] = mapped_column(default=utc_now)
    expires_at: Mapped[datetime]
    last_used_at: Mapped[datetime | None]

    user: Mapped[User] = relationship()


class LoginAttempt(Base):
    """One try to sign in, kept for a day: from them follows how long the next one has to wait.

    `subject` is the login of an account. Of a login that is none only a hash is kept: people type passwords
    into the wrong box.
    """

    __tablename__ = "login_attempt"
    __table_args__ = (
        Index("ix_login_attempt_subject_at", "subject", "at"),
        Index("ix_login_attempt_address_at", "address", "at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    subject: Mapped[str] = mapped_column(String(100))
    address: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime]
    succeeded: Mapped[bool]
