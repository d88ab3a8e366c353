"""Companies with their products, tags, passages and the provenance of each field."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, Numeric, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Base, Timestamped, code_type

OWNERSHIPS = ("private", "state", "foreign", "mixed", "unknown")
SEARCH_KEY_KINDS = ("initials", "former_name")
PROVENANCE_KINDS = ("official", "self", "press", "inferred", "manual", "stated")  # stated: told in a meeting


class Company(Timestamped, Base):
    """A company as imported. Text columns are kept letter by letter: quotes point into them."""

    __tablename__ = "company"
    __table_args__ = (
        CheckConstraint(f"ownership IN {OWNERSHIPS}", name="ownership"),
        Index("ix_company_updated_at", "updated_at"),  # what changed since …, and whether an index is fresh
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    external_id: Mapped[str] = mapped_column(code_type(64), unique=True)  # the id in the imported file
    name: Mapped[str] = mapped_column(String(200), index=True)
    full_name: Mapped[str | None] = mapped_column(String(300))
    name_key: Mapped[str] = mapped_column(String(300), index=True)  # normalised full name, to find duplicates
    uscc: Mapped[str | None] = mapped_column(String(18), unique=True)
    stock_code: Mapped[str | None] = mapped_column(String(16), index=True)
    exchange: Mapped[str | None] = mapped_column(String(16))
    listed_on: Mapped[date | None]
    founded_on: Mapped[date | None]
    status: Mapped[str | None] = mapped_column(String(32))  # e.g. delisted; None: nothing known against it
    ownership: Mapped[str] = mapped_column(String(16), default="unknown")
    province: Mapped[str | None] = mapped_column(String(64), index=True)
    city: Mapped[str | None] = mapped_column(String(64))
    region_code: Mapped[str | None] = mapped_column(String(6), index=True)  # GB/T 2260
    industry: Mapped[str | None] = mapped_column(String(200))
    employees: Mapped[int | None]
    reg_capital_wan: Mapped[Decimal | None] = mapped_column(Numeric(16, 2))  # 万元
    main_business: Mapped[str | None] = mapped_column(Text)
    business_scope: Mapped[str | None] = mapped_column(Text)
    description: Mapped[str | None] = mapped_column(Text)
    technologies: Mapped[str | None] = mapped_column(Text)
    products_text: Mapped[str | None] = mapped_column(Text)  # products as one free text, as imported
    product_names: Mapped[str | None] = mapped_column(
        Text
    )  # names of `products`, joined by 、, in their order
    data_year: Mapped[int | None]  # the year the facts speak of
    content_hash: Mapped[str] = mapped_column(
        String(64)
    )  # sha256 of all matched facts: tells what an index lacks

    products: Mapped[list[CompanyProduct]] = relationship(
        back_populates="company", cascade="all, delete-orphan", order_by="CompanyProduct.sort_order"
    )
    tags: Mapped[list[CompanyTag]] = relationship(back_populates="company", cascade="all, delete-orphan")
    passages: Mapped[list[CompanyPassage]] = relationship(
        back_populates="company", cascade="all, delete-orphan", order_by="CompanyPassage.sort_order"
    )
    provenance: Mapped[list[CompanyProvenance]] = relationship(
        back_populates="company", cascade="all, delete-orphan"
    )


class CompanyProduct(Base):
    """A product or business line. `revenue_share` is a share of revenue in (0, 1], None when not stated."""

    __tablename__ = "company_product"
    __table_args__ = (CheckConstraint("revenue_share > 0 AND revenue_share <= 1", name="revenue_share_0_1"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    company_id: Mapped[int] = mapped_column(ForeignKey("company.id", ondelete="CASCADE"), index=True)
    name: Mapped[str] = mapped_column(String(300))
    revenue_share: Mapped[float | None]
    year: Mapped[int | None]
    sort_order: Mapped[int] = mapped_column(default=0)

    company: Mapped[Company] = relationship(back_populates="products")


class CompanyTag(Base):
    """A qualification or honour (资质荣誉), e.g. 专精特新小巨人; not held after `valid_to`."""

    __tablename__ = "company_tag"
    __table_args__ = (UniqueConstraint("company_id", "code"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    company_id: Mapped[int] = mapped_column(ForeignKey("company.id", ondelete="CASCADE"), index=True)
    code: Mapped[str] = mapped_column(String(100))
    level: Mapped[str | None] = mapped_column(String(32))
    batch: Mapped[str | None] = mapped_column(String(64))
    valid_from: Mapped[date | None]
    valid_to: Mapped[date | None]
    source: Mapped[str | None] = mapped_column(String(200))

    company: Mapped[Company] = relationship(back_populates="tags")


class CompanyPassage(Base):
    """A phrase of one text column: `column[start_at:end_at]`, with the key of its normalised text."""

    __tablename__ = "company_passage"
    __table_args__ = (CheckConstraint("start_at >= 0 AND end_at > start_at", name="span"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    company_id: Mapped[int] = mapped_column(ForeignKey("company.id", ondelete="CASCADE"), index=True)
    field: Mapped[str] = mapped_column(String(32))
    start_at: Mapped[int]
    end_at: Mapped[int]
    text_key: Mapped[str] = mapped_column(String(32), index=True)
    sort_order: Mapped[int] = mapped_column(default=0)

    company: Mapped[Company] = relationship(back_populates="passages")


class CompanyProvenance(Base):
    """Where one field of a company comes from."""

    __tablename__ = "company_provenance"
    __table_args__ = (
        UniqueConstraint("company_id", "field"),
        CheckConstraint(f"kind IN {PROVENANCE_KINDS}", name="kind"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    company_id: Mapped[int] = mapped_column(ForeignKey("company.id", ondelete="CASCADE"), index=True)
    field: Mapped[str] = mapped_column(String(32))
    source: Mapped[str] = mapped_column(String(200))
    kind: Mapped[str] = mapped_column(String(16))
    fetched_on: Mapped[date | None]
    batch_id: Mapped[int | None] = mapped_column(
        ForeignKey("import_batch.id", ondelete="SET NULL"), index=True
    )
    details: Mapped[dict[str, Any] | None]

    company: Mapped[Company] = relationship(back_populates="provenance")


class CompanySearchKey(Base):
    """Another word that a company is looked up by: the initials of its name's pinyin, a former name."""

    __tablename__ = "company_search_key"
    __table_args__ = (
        UniqueConstraint("company_id", "kind", "key"),
        CheckConstraint(f"kind IN {SEARCH_KEY_KINDS}", name="kind"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    company_id: Mapped[int] = mapped_column(ForeignKey("company.id", ondelete="CASCADE"), index=True)
    kind: Mapped[str] = mapped_column(String(16))
    key: Mapped[str] = mapped_column(code_type(200), index=True)
