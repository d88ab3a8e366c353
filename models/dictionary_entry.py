"""The curators' own dictionary entries, beside those that ship with the service."""

from __future__ import annotations

from typing import Any

from sqlalchemy import CheckConstraint, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, Timestamped

# What an entry does to the shipped one of the same term: adds names to it, stands in its place, or takes it
# out. A term that ships with none is simply added.
ENTRY_MODES = ("add", "replace", "off")


class DictionaryEntry(Timestamped, Base):
    """What a curator says of one term. `term_key` is the term as it is compared (folded)."""

    __tablename__ = "dictionary_entry"
    __table_args__ = (CheckConstraint(f"mode IN {ENTRY_MODES}", name="mode"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    term: Mapped[str] = mapped_column(String(60))
    term_key: Mapped[str] = mapped_column(String(60), unique=True)
    mode: Mapped[str] = mapped_column(String(8), default="add")
    same: Mapped[list[Any]]
    narrower: Mapped[list[Any]]
    parts: Mapped[list[Any]]
    unlike: Mapped[list[Any]]
    why: Mapped[str] = mapped_column(Text)
    revision: Mapped[int] = mapped_column(default=1)
    changed_by: Mapped[str] = mapped_column(String(100))
