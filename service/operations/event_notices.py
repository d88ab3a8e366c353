"""Companies that stand on the lists of two organisations: each is told of the other, never of its notes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from models import Event, EventEntry
from service.actors import Actor, require
from service.operations.events import get_event


@dataclass(frozen=True, slots=True)
class ListedElsewhere:
    """A company of the event that another organisation has on a list that is not closed.

    `first_there`: when it came on that list; `first_here`: on this one. Nothing else of it is told.
    """

    company_id: str
    company_name: str
    organisation: str
    event_name: str
    edition: str
    start_on: date
    first_there: datetime
    first_here: datetime

    @property
    def they_were_first(self) -> bool:
        return self.first_there < self.first_here


def listed_elsewhere(session: Session, actor: Actor, code: str) -> list[ListedElsewhere]:
    """Who of the event's list is on another organisation's list too, in the order of names.

    Raises NotFound, PermissionDenied.
    """
    require(actor, "event.view")
    event = get_event(session, code)
    here, there = aliased(EventEntry), aliased(EventEntry)
    found = session.execute(
        select(
            here.company_external_id,
            here.company_name,
            Event.organisation,
            Event.name,
            Event.edition,
            Event.start_on,
            there.first_listed_at,
            here.first_listed_at,
        )
        .join(there, there.company_external_id == here.company_external_id)
        .join(Event, Event.id == there.event_id)
        .where(
            here.event_id == event.id,
            there.event_id != event.id,
            here.status == "in",
            there.status == "in",
            Event.organisation != event.organisation,
            Event.state != "closed",
        )
        .order_by(here.position, here.id, there.first_listed_at, Event.code)
    )
    return [ListedElsewhere(*row) for row in found]
