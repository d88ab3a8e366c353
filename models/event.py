"""Events with their programme, groups, gaps in play and rules. Who is on the list: models/event_list.py."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Base, Timestamped, code_type

LIST_STATES = ("draft", "review", "approved", "issued", "closed")
SESSION_KINDS = ("presentation", "forum", "signing", "visit")
RULE_BOUNDS = ("at_least", "at_most")
UNKNOWNS = ("careful", "count", "ignore", "leave_out")


class Event(Timestamped, Base):
    """An event (活动) and the state of its list. `row_version` rises with each change of facts or rules."""

    __tablename__ = "event"
    __table_args__ = (
        CheckConstraint(f"state IN {LIST_STATES}", name="state"),
        CheckConstraint(f"unknowns IN {UNKNOWNS}", name="unknowns"),
        CheckConstraint("seats > 0", name="seats_positive"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(code_type(32), unique=True)
    name: Mapped[str] = mapped_column(String(200))
    edition: Mapped[str] = mapped_column(String(200))
    organisation: Mapped[str] = mapped_column(String(200), index=True)  # whose list it is: the first host
    organiser: Mapped[dict[str, Any]]  # hosts, undertakers, supporters
    start_on: Mapped[date]
    end_on: Mapped[date | None]
    place: Mapped[str] = mapped_column(String(200))
    seats: Mapped[int]
    sensitivity: Mapped[str] = mapped_column(String(40), default="内部资料")
    acceptance_rate: Mapped[float]
    candidates_per_gap: Mapped[int]
    min_probability: Mapped[float]
    private_only: Mapped[bool]
    unknown_ownership: Mapped[str] = mapped_column(String(16))
    unknowns: Mapped[str] = mapped_column(String(16))
    exclude_home_province: Mapped[bool]
    deadlines: Mapped[list[Any]]
    state: Mapped[str] = mapped_column(String(16), default="draft")
    row_version: Mapped[int] = mapped_column(default=1)
    created_by: Mapped[str] = mapped_column(String(100))
    updated_by: Mapped[str] = mapped_column(String(100))

    sessions: Mapped[list[EventSession]] = relationship(
        back_populates="event", cascade="all, delete-orphan", order_by="EventSession.sort_order"
    )
    groups: Mapped[list[EventGroup]] = relationship(
        back_populates="event", cascade="all, delete-orphan", order_by="EventGroup.sort_order"
    )
    gaps: Mapped[list[EventGap]] = relationship(
        back_populates="event", cascade="all, delete-orphan", order_by="EventGap.sort_order"
    )
    rules: Mapped[list[EventRule]] = relationship(
        back_populates="event", cascade="all, delete-orphan", order_by="EventRule.sort_order"
    )


class EventSession(Base):
    """A part of the programme: 推介, 分论坛, 集中签约, 考察组."""

    __tablename__ = "event_session"
    __table_args__ = (
        UniqueConstraint("event_id", "code"),
        CheckConstraint(f"kind IN {SESSION_KINDS}", name="kind"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"), index=True)
    code: Mapped[str] = mapped_column(code_type(32))
    name: Mapped[str] = mapped_column(String(200))
    kind: Mapped[str] = mapped_column(String(16))
    sort_order: Mapped[int] = mapped_column(default=0)

    event: Mapped[Event] = relationship(back_populates="sessions")


class EventGroup(Base):
    """Companies that go together: those invited for gaps of `chains`; `sessions` are where they sit."""

    __tablename__ = "event_group"
    __table_args__ = (UniqueConstraint("event_id", "code"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"), index=True)
    code: Mapped[str] = mapped_column(code_type(32))
    name: Mapped[str] = mapped_column(String(200))
    chains: Mapped[list[Any]]
    sessions: Mapped[list[Any]]
    sort_order: Mapped[int] = mapped_column(default=0)

    event: Mapped[Event] = relationship(back_populates="groups")


class EventGap(Base):
    """What is in play: a chain with all its published gaps, or one gap. `weight`: its worth."""

    __tablename__ = "event_gap"
    __table_args__ = (
        UniqueConstraint("event_id", "chain_code", "gap_code"),
        CheckConstraint("(chain_code = '') <> (gap_code = '')", name="chain_or_gap"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"), index=True)
    chain_code: Mapped[str] = mapped_column(code_type(32), default="")  # one of the two is empty
    gap_code: Mapped[str] = mapped_column(code_type(32), default="")
    weight: Mapped[float] = mapped_column(default=1.0)
    sort_order: Mapped[int] = mapped_column(default=0)

    event: Mapped[Event] = relationship(back_populates="gaps")


class EventRule(Base):
    """A quota rule: at least or at most `count` companies, or `share_0_1` of them, with one of `values`."""

    __tablename__ = "event_rule"
    __table_args__ = (
        UniqueConstraint("event_id", "code"),
        CheckConstraint(f"bound IN {RULE_BOUNDS}", name="bound"),
        CheckConstraint("(count IS NULL) <> (share_0_1 IS NULL)", name="count_or_share"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"), index=True)
    code: Mapped[str] = mapped_column(code_type(32))
    name: Mapped[str | None] = mapped_column(String(200))
    attribute: Mapped[str] = mapped_column(String(16))
    values: Mapped[list[Any]]
    bound: Mapped[str] = mapped_column(String(16))
    count: Mapped[int | None]
    share_0_1: Mapped[float | None]
    unknowns: Mapped[str | None] = mapped_column(String(16))  # None: as the event says
    sort_order: Mapped[int] = mapped_column(default=0)

    event: Mapped[Event] = relationship(back_populates="rules")
