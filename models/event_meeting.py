"""Meetings at an event: who meets whom in which slot."""

from __future__ import annotations

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Base, code_type
from models.event_list import EventEntry


class EventSlot(Base):
    """A time at which one meeting each table can be held; `label` is how the programme words it."""

    __tablename__ = "event_slot"
    __table_args__ = (UniqueConstraint("event_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"), index=True)
    number: Mapped[int]
    label: Mapped[str] = mapped_column(String(100))


class EventMeeting(Base):
    """A company and the owner of a gap, at one table in one slot. Nobody sits at two tables at once."""

    __tablename__ = "event_meeting"
    __table_args__ = (
        UniqueConstraint("slot_id", "entry_id"),
        UniqueConstraint("slot_id", "owner", "table_number"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"), index=True)
    slot_id: Mapped[int] = mapped_column(ForeignKey("event_slot.id", ondelete="CASCADE"), index=True)
    entry_id: Mapped[int] = mapped_column(ForeignKey("event_entry.id", ondelete="CASCADE"), index=True)
    owner: Mapped[str] = mapped_column(code_type(32))  # code of the chain whose office receives
    table_number: Mapped[int] = mapped_column(default=1)
    gap_code: Mapped[str] = mapped_column(code_type(32))

    slot: Mapped[EventSlot] = relationship()
    entry: Mapped[EventEntry] = relationship()
