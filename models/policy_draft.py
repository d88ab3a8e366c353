"""A policy text at work: what was drafted from it, and what the curator decided on each draft."""

from __future__ import annotations

from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Base, Timestamped
from models.chain import Chain

DRAFT_KINDS = ("chain", "anchor", "gap")
DECISIONS = ("open", "accepted", "rejected")


class PolicyDraft(Timestamped, Base):
    """One document with its drafts. `text` is what the offsets of the drafts count in."""

    __tablename__ = "policy_draft"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(200))
    document: Mapped[str] = mapped_column(String(200))
    text: Mapped[str] = mapped_column(Text)
    created_by: Mapped[str] = mapped_column(String(100))

    items: Mapped[list[PolicyDraftItem]] = relationship(
        back_populates="draft", cascade="all, delete-orphan", order_by="PolicyDraftItem.sort_order"
    )


class PolicyDraftItem(Base):
    """One drafted chain, anchor or gap: `draft.text[start:end]` is what it comes from.

    `section` and `chain_name` are those of the draft chain it stands in; `chain` is where it was accepted.
    """

    __tablename__ = "policy_draft_item"
    __table_args__ = (
        UniqueConstraint("draft_id", "sort_order"),
        CheckConstraint(f"kind IN {DRAFT_KINDS}", name="kind"),
        CheckConstraint(f"decision IN {DECISIONS}", name="decision"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    draft_id: Mapped[int] = mapped_column(ForeignKey("policy_draft.id", ondelete="CASCADE"), index=True)
    sort_order: Mapped[int]
    kind: Mapped[str] = mapped_column(String(8))
    section: Mapped[str] = mapped_column(String(200))
    chain_name: Mapped[str] = mapped_column(String(200))
    start: Mapped[int]
    end: Mapped[int]
    content: Mapped[dict[str, Any]]
    decision: Mapped[str] = mapped_column(String(8), default="open")
    decided_by: Mapped[str | None] = mapped_column(String(100))
    chain_id: Mapped[int | None] = mapped_column(ForeignKey("chain.id", ondelete="SET NULL"), index=True)
    made: Mapped[str | None] = mapped_column(String(200))  # code or name of what it became

    draft: Mapped[PolicyDraft] = relationship(back_populates="items")
    chain: Mapped[Chain | None] = relationship()
