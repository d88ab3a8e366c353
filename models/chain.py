"""Industrial chains: links, what feeds what, anchors, sites."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import CheckConstraint, ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Base, Timestamped, code_type

if TYPE_CHECKING:
    from models.gap import Gap

POSITIONS = ("upstream", "midstream", "downstream", "supporting")


class Chain(Timestamped, Base):
    """One industrial chain (产业链) of the province's plan."""

    __tablename__ = "chain"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(code_type(32), unique=True)
    name: Mapped[str] = mapped_column(String(200), unique=True)
    name_en: Mapped[str] = mapped_column(String(200))
    summary: Mapped[str] = mapped_column(Text)
    document: Mapped[str] = mapped_column(String(200))
    output_class: Mapped[str] = mapped_column(String(16))
    output_yi: Mapped[int]  # 亿元, 100 million yuan
    target_year: Mapped[int]
    target_ref: Mapped[dict[str, Any]]  # {section, quote}
    sort_order: Mapped[int] = mapped_column(default=0)
    revision: Mapped[int] = mapped_column(default=1, server_default="1")
    changed_by: Mapped[str | None] = mapped_column(String(100))  # nobody yet: as its profile was seeded

    links: Mapped[list[ChainLink]] = relationship(
        primaryjoin="and_(Chain.id == ChainLink.chain_id, not_(ChainLink.is_archived))",
        back_populates="chain",
        cascade="all, delete-orphan",
        order_by="ChainLink.sort_order",
    )
    anchors: Mapped[list[Anchor]] = relationship(
        back_populates="chain", cascade="all, delete-orphan", order_by="Anchor.sort_order"
    )
    sites: Mapped[list[Site]] = relationship(
        back_populates="chain", cascade="all, delete-orphan", order_by="Site.sort_order"
    )
    gaps: Mapped[list[Gap]] = relationship(
        back_populates="chain", cascade="all, delete-orphan", order_by="Gap.code"
    )


class ChainLink(Base):
    """A link (环节) of a chain. An archived one is kept for the old wordings of gaps that stand at it."""

    __tablename__ = "chain_link"
    __table_args__ = (
        UniqueConstraint("chain_id", "code"),
        CheckConstraint(f"position IN {POSITIONS}", name="position"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    chain_id: Mapped[int] = mapped_column(ForeignKey("chain.id", ondelete="CASCADE"), index=True)
    code: Mapped[str] = mapped_column(code_type(32))
    name: Mapped[str] = mapped_column(String(200))
    name_en: Mapped[str] = mapped_column(String(200))
    position: Mapped[str] = mapped_column(String(16))
    sort_order: Mapped[int] = mapped_column(default=0)
    is_archived: Mapped[bool] = mapped_column(default=False)

    chain: Mapped[Chain] = relationship(back_populates="links")
    feeds: Mapped[list[ChainLink]] = relationship(
        secondary="chain_link_feed",
        primaryjoin="ChainLink.id == ChainLinkFeed.from_link_id",
        secondaryjoin="ChainLink.id == ChainLinkFeed.to_link_id",
        order_by="ChainLink.sort_order",
    )


class ChainLinkFeed(Base):
    """An edge between links: the output of one is the input of the other."""

    __tablename__ = "chain_link_feed"
    __table_args__ = (CheckConstraint("from_link_id <> to_link_id", name="no_loop"),)

    from_link_id: Mapped[int] = mapped_column(
        ForeignKey("chain_link.id", ondelete="CASCADE"), primary_key=True
    )
    to_link_id: Mapped[int] = mapped_column(
        ForeignKey("chain_link.id", ondelete="CASCADE"), primary_key=True, index=True
    )


class Anchor(Base):
    """A local enterprise that the chain leans on (链主/骨干企业)."""

    __tablename__ = "anchor"
    __table_args__ = (UniqueConstraint("chain_id", "name"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    chain_id: Mapped[int] = mapped_column(ForeignKey("chain.id", ondelete="CASCADE"), index=True)
    name: Mapped[str] = mapped_column(String(200))
    full_name: Mapped[str | None] = mapped_column(String(200))
    place: Mapped[str] = mapped_column(String(200))
    role: Mapped[str] = mapped_column(Text)
    link_codes: Mapped[list[Any]]
    ref: Mapped[dict[str, Any]]
    sort_order: Mapped[int] = mapped_column(default=0)

    chain: Mapped[Chain] = relationship(back_populates="anchors")


class Site(Base):
    """A park, base or region that is to carry the chain (承接载体)."""

    __tablename__ = "site"
    __table_args__ = (UniqueConstraint("chain_id", "name"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    chain_id: Mapped[int] = mapped_column(ForeignKey("chain.id", ondelete="CASCADE"), index=True)
    name: Mapped[str] = mapped_column(String(200))
    place: Mapped[str] = mapped_column(String(200))
    role: Mapped[str | None] = mapped_column(Text)
    ref: Mapped[dict[str, Any]]
    sort_order: Mapped[int] = mapped_column(default=0)

    chain: Mapped[Chain] = relationship(back_populates="sites")
