"""Meeting slots of an event: which company meets which office, and when; by the solver, never clashing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass

from sqlalchemy import delete, select
from sqlalchemy.orm import Session, selectinload

from matching.selection import Request, timetable
from models import Event, EventEntry, EventMeeting, EventSlot
from service.actors import Actor, require
from service.errors import Conflict, InvalidInput, NotFound
from service.operations.audit import record_audit
from service.operations.event_runs import field_of_run, get_run
from service.operations.events import get_event, lock_event

MAX_SLOTS = 60
MAX_TABLES = 20


@dataclass(frozen=True, slots=True)
class MeetingPlan:
    """What planning did: how many meetings stand, and who of the wanted ones found no slot."""

    meetings: int
    unmet: tuple[Request, ...]
    is_proven: bool


@dataclass(frozen=True, slots=True)
class MeetingBoard:
    """The slots in order and what stands in each: (slot, owner) → meetings by table."""

    slots: tuple[EventSlot, ...]
    owners: tuple[str, ...]
    meetings: dict[tuple[int, str], tuple[EventMeeting, ...]]

    @property
    def count(self) -> int:
        return sum(len(some) for some in self.meetings.values())


def plan_meetings(
    session: Session,
    actor: Actor,
    code: str,
    slots: Sequence[str],
    *,
    tables: int = 1,
    meetings_per_company: int = 3,
    confirmed_only: bool = False,
) -> MeetingPlan:
    """Plan all meetings of the event anew: `slots` are its times as the programme words them.

    A company on the list meets the offices of the chains whose gaps it could fill, its own gap first.
    `tables`: meetings that one office holds at a time. `confirmed_only`: only who said yes or came.
    Raises NotFound, PermissionDenied, Conflict, InvalidInput.
    """
    require(actor, "event.edit")
    labels = [label.strip() for label in slots if label.strip()]
    if not 1 <= len(labels) <= MAX_SLOTS or len(set(labels)) < len(labels):
        raise InvalidInput(f"slots: give 1 to {MAX_SLOTS} times, each once")
    if not 1 <= tables <= MAX_TABLES or not 1 <= meetings_per_company <= MAX_SLOTS:
        raise InvalidInput(f"tables: 1 to {MAX_TABLES}; meetings of a company: 1 to {MAX_SLOTS}")
    event = lock_event(session, actor, code)
    if event.state == "closed":
        raise Conflict(f"event {event.code}: is closed: open it again before anything is changed")
    entries = _who_meets(session, event, confirmed_only)
    if not entries:
        raise Conflict(f"event {event.code}: nobody to meet: select companies, or record who confirmed")
    found = timetable(
        _requests(session, event, entries),
        len(labels),
        tables=_tables(session, event, tables),
        meetings_per_company=meetings_per_company,
    )
    session.execute(delete(EventMeeting).where(EventMeeting.event_id == event.id))
    session.execute(delete(EventSlot).where(EventSlot.event_id == event.id))
    rows = [EventSlot(event_id=event.id, number=place, label=label) for place, label in enumerate(labels, 1)]
    session.add_all(rows)
    session.flush()
    for meeting in found.meetings:
        session.add(
            EventMeeting(
                event_id=event.id,
                slot_id=rows[meeting.slot - 1].id,
                entry_id=entries[meeting.company].id,
                owner=meeting.owner,
                table_number=meeting.table,
                gap_code=meeting.gap,
            )
        )
    session.flush()
    record_audit(session, actor, "event.meetings_planned", event, {"meetings": (None, len(found.meetings))})
    return MeetingPlan(len(found.meetings), found.unmet, found.is_proven)


def get_meetings(session: Session, actor: Actor, code: str) -> MeetingBoard:
    """The meetings of the event by slot and office. Raises NotFound, PermissionDenied."""
    require(actor, "event.view")
    event = get_event(session, code)
    slots = tuple(
        session.scalars(select(EventSlot).where(EventSlot.event_id == event.id).order_by(EventSlot.number))
    )
    found: dict[tuple[int, str], list[EventMeeting]] = {}
    for meeting in session.scalars(
        select(EventMeeting)
        .options(selectinload(EventMeeting.slot), selectinload(EventMeeting.entry))
        .where(EventMeeting.event_id == event.id)
        .order_by(EventMeeting.owner, EventMeeting.table_number)
    ):
        found.setdefault((meeting.slot.number, meeting.owner), []).append(meeting)
    owners = tuple(sorted({owner for _, owner in found}))
    return MeetingBoard(slots, owners, {key: tuple(some) for key, some in found.items()})


def _who_meets(session: Session, event: Event, confirmed_only: bool) -> dict[str, EventEntry]:
    wanted = ("confirmed", "attended") if confirmed_only else ("planned", "invited", "confirmed", "attended")
    return {
        row.company_external_id: row
        for row in session.scalars(
            select(EventEntry).where(
                EventEntry.event_id == event.id,
                EventEntry.status == "in",
                EventEntry.invite_status.in_(wanted),
                EventEntry.gap_code.is_not(None),
            )
        )
    }


def _requests(session: Session, event: Event, entries: Mapping[str, EventEntry]) -> list[Request]:
    """One request for each company and office: the gap that it fits best there; its own gap comes first."""
    best: dict[tuple[str, str], Request] = {}
    try:
        field = field_of_run(session, get_run(session, event.code))
        options = [option for option in field.problem.options if option.company in entries]
        chains = {code: gap.chain for code, gap in field.gaps.items()}
    except NotFound:  # a list made by hand
        options, chains = [], {}
    for option in options:
        if option.probability > 0:
            request = Request(
                option.company, chains[option.gap], option.gap, round(option.probability * 0.5, 6)
            )
            known = best.get((request.company, request.owner))
            if known is None or (request.worth, known.gap) > (known.worth, request.gap):
                best[request.company, request.owner] = request
    for company, row in entries.items():
        # Worth more than any other meeting: that is what it is invited for.
        worth = round(0.5 + 0.5 * (row.probability or 0.0), 6)
        owner = row.chain_code or ""
        best[company, owner] = Request(company, owner, row.gap_code or "", worth)
    return [request for request in best.values() if request.worth > 0]


def _tables(session: Session, event: Event, tables: int) -> dict[str, int]:
    owners = session.scalars(select(EventEntry.chain_code).where(EventEntry.event_id == event.id).distinct())
    field_owners = {owner for owner in owners if owner}
    with suppress(NotFound):
        field_owners |= {row.chain_code for row in get_run(session, event.code).gaps}
    return dict.fromkeys(sorted(field_owners), tables)
