"""The list of an event: entries, what changed in them and who did it, frozen versions."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Numeric, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Base, code_type, utc_now
from models.company import Company
from models.event import LIST_STATES, Event
from models.event_run import EventRun

ENTRY_STATUSES = ("in", "waiting", "out")
LOCKS = ("in", "out")
INVITE_STATUSES = ("planned", "invited", "confirmed", "declined", "attended")  # 拟邀 已邀 确认 婉拒 到会
STAGES = (  # 线索 对接 考察 洽谈 预审 签约 开工 投产 终止
    "lead",
    "contact",
    "visit",
    "negotiation",
    "precheck",
    "signed",
    "started",
    "producing",
    "ended",
)
VERSION_KINDS = ("solve", "edit", "state")


class EventEntry(Base):
    """One company on the list of an event. What it was ranked and explained with is kept as it was then.

    `row_version` rises with every change, so that two who edit at once notice each other.
    """

    __tablename__ = "event_entry"
    __table_args__ = (
        UniqueConstraint("event_id", "company_external_id"),
        CheckConstraint(f"status IN {ENTRY_STATUSES}", name="status"),
        CheckConstraint(f"lock IN {LOCKS}", name="lock"),
        CheckConstraint(f"invite_status IN {INVITE_STATUSES}", name="invite_status"),
        CheckConstraint(f"stage IN {STAGES}", name="stage"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"), index=True)
    company_id: Mapped[int | None] = mapped_column(ForeignKey("company.id", ondelete="SET NULL"), index=True)
    company_external_id: Mapped[str] = mapped_column(code_type(64), index=True)
    company_name: Mapped[str] = mapped_column(String(200))
    run_id: Mapped[int | None] = mapped_column(ForeignKey("event_run.id", ondelete="SET NULL"), index=True)
    gap_code: Mapped[str | None] = mapped_column(code_type(32))
    gap_title: Mapped[str | None] = mapped_column(String(200))
    chain_code: Mapped[str | None] = mapped_column(code_type(32))
    group_code: Mapped[str | None] = mapped_column(code_type(32))
    status: Mapped[str] = mapped_column(String(16))
    position: Mapped[int] = mapped_column(default=0)  # by hand, from 1 within its status
    probability: Mapped[float | None]
    band: Mapped[str | None] = mapped_column(String(8))
    gap_rank: Mapped[int | None]  # among the candidates of its gap
    frozen_rank: Mapped[int | None]  # by probability on the list of the run, from 1
    adds: Mapped[float | None]
    reasons: Mapped[list[Any]]  # [{code, zh, en}]
    evidence: Mapped[list[Any]]  # [{requirement, status, field, quote, start, end}]
    questions: Mapped[list[Any]]  # [{code, zh, en}]
    cautions: Mapped[list[Any]]  # [{code, zh, en}]
    lock: Mapped[str | None] = mapped_column(String(8))
    lock_gap: Mapped[str | None] = mapped_column(code_type(32))  # the gap it is locked in for
    lock_note: Mapped[str | None] = mapped_column(Text)
    note: Mapped[str | None] = mapped_column(Text)
    invite_status: Mapped[str] = mapped_column(String(16), default="planned")
    stage: Mapped[str | None] = mapped_column(String(16))
    cooperation: Mapped[str | None] = mapped_column(Text)  # 拟合作内容
    channel: Mapped[str | None] = mapped_column(String(200))  # 对接渠道, an organisation
    lead_official: Mapped[str | None] = mapped_column(String(200))  # 包抓领导
    duty_unit: Mapped[str | None] = mapped_column(String(200))
    duty_person: Mapped[str | None] = mapped_column(String(200))
    next_action: Mapped[str | None] = mapped_column(Text)
    due_on: Mapped[date | None]
    amount_intended_wan: Mapped[Decimal | None] = mapped_column(Numeric(16, 2))
    amount_signed_wan: Mapped[Decimal | None] = mapped_column(Numeric(16, 2))
    amount_arrived_wan: Mapped[Decimal | None] = mapped_column(Numeric(16, 2))
    row_version: Mapped[int] = mapped_column(default=1)
    first_listed_at: Mapped[datetime] = mapped_column(default=utc_now)

    event: Mapped[Event] = relationship()
    company: Mapped[Company | None] = relationship()
    changes: Mapped[list[EventEntryChange]] = relationship(
        back_populates="entry", cascade="all, delete-orphan", order_by="EventEntryChange.id"
    )
    stages: Mapped[list[EventEntryStage]] = relationship(
        back_populates="entry", cascade="all, delete-orphan", order_by="EventEntryStage.id"
    )


class EventEntryChange(Base):
    """One field of an entry that somebody changed. `row_version`: that of the entry afterwards."""

    __tablename__ = "event_entry_change"

    id: Mapped[int] = mapped_column(primary_key=True)
    entry_id: Mapped[int] = mapped_column(ForeignKey("event_entry.id", ondelete="CASCADE"), index=True)
    row_version: Mapped[int]
    field: Mapped[str] = mapped_column(String(32))
    old: Mapped[str | None] = mapped_column(Text)
    new: Mapped[str | None] = mapped_column(Text)
    why: Mapped[str] = mapped_column(Text, default="")
    changed_by: Mapped[str] = mapped_column(String(100))
    changed_at: Mapped[datetime] = mapped_column(default=utc_now)

    entry: Mapped[EventEntry] = relationship(back_populates="changes")


class EventEntryStage(Base):
    """A stage that a company reached, with its day: one row for each step of the follow-up."""

    __tablename__ = "event_entry_stage"
    __table_args__ = (CheckConstraint(f"stage IN {STAGES}", name="stage"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    entry_id: Mapped[int] = mapped_column(ForeignKey("event_entry.id", ondelete="CASCADE"), index=True)
    stage: Mapped[str] = mapped_column(String(16))
    reached_on: Mapped[date]
    note: Mapped[str] = mapped_column(Text, default="")
    recorded_by: Mapped[str] = mapped_column(String(100))
    recorded_at: Mapped[datetime] = mapped_column(default=utc_now)

    entry: Mapped[EventEntry] = relationship(back_populates="stages")


class EventListVersion(Base):
    """The list as it stood at one moment: never changed again. `entries` are those of the read model."""

    __tablename__ = "event_list_version"
    __table_args__ = (
        UniqueConstraint("event_id", "number"),
        CheckConstraint(f"kind IN {VERSION_KINDS}", name="kind"),
        CheckConstraint(f"state IN {LIST_STATES}", name="state"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"), index=True)
    number: Mapped[int]
    kind: Mapped[str] = mapped_column(String(16))
    state: Mapped[str] = mapped_column(String(16))
    run_id: Mapped[int | None] = mapped_column(ForeignKey("event_run.id", ondelete="RESTRICT"), index=True)
    receipt: Mapped[dict[str, Any]]
    entries: Mapped[list[Any]]
    changes: Mapped[list[Any]]  # what became of each company against the version before: [{kind, company, …}]
    why: Mapped[str] = mapped_column(Text, default="")
    created_by: Mapped[str] = mapped_column(String(100))
    created_at: Mapped[datetime] = mapped_column(default=utc_now)

    event: Mapped[Event] = relationship()
    run: Mapped[EventRun | None] = relationship()
