"""Runs of an event's selection: what was chosen from, frozen, and what came of it."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Base, code_type, utc_now
from models.event import Event

RUN_STATES = ("matching", "optimal", "feasible", "infeasible", "unknown")


class EventRun(Base):
    """One selection. It is matched gap by gap, so that it can be stopped and goes on where it stopped.

    `plan` is the event as it was then, `receipt` what the ranks were computed with, `result` the answer.
    """

    __tablename__ = "event_run"
    __table_args__ = (
        UniqueConstraint("event_id", "number"),
        CheckConstraint(f"state IN {RUN_STATES}", name="state"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"), index=True)
    number: Mapped[int]
    state: Mapped[str] = mapped_column(String(16), default="matching")
    as_of: Mapped[date]
    home_province: Mapped[str | None] = mapped_column(String(32))
    plan: Mapped[dict[str, Any]]
    receipt: Mapped[dict[str, Any]]
    result: Mapped[dict[str, Any]]
    keeps_others: Mapped[bool] = mapped_column(default=False)  # who is on the list stays where rules allow
    why: Mapped[str] = mapped_column(Text, default="")
    created_by: Mapped[str] = mapped_column(String(100))
    created_at: Mapped[datetime] = mapped_column(default=utc_now)
    finished_at: Mapped[datetime | None]

    event: Mapped[Event] = relationship()
    gaps: Mapped[list[EventRunGap]] = relationship(
        back_populates="run", cascade="all, delete-orphan", order_by="EventRunGap.gap_code"
    )


class EventRunGap(Base):
    """The candidates of one gap of a run as they were ranked and explained; None while not matched yet."""

    __tablename__ = "event_run_gap"
    __table_args__ = (UniqueConstraint("run_id", "gap_code"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    run_id: Mapped[int] = mapped_column(ForeignKey("event_run.id", ondelete="CASCADE"), index=True)
    gap_code: Mapped[str] = mapped_column(code_type(32))
    gap_version: Mapped[int]
    title: Mapped[str] = mapped_column(String(200))
    chain_code: Mapped[str] = mapped_column(code_type(32))
    kind: Mapped[str] = mapped_column(String(16))
    weight: Mapped[float]
    group_code: Mapped[str | None] = mapped_column(code_type(32))
    candidates: Mapped[list[Any] | None]
    left_out: Mapped[dict[str, Any] | None]  # company → why it may not be invited

    run: Mapped[EventRun] = relationship(back_populates="gaps")
