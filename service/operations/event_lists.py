"""The list of an event: reading it, as it stands or as it was frozen. Editing it is `apply_entry_changes`."""

from __future__ import annotations

from sqlalchemy import func, select
from sqlalchemy.orm import Session, selectinload

from models import Chain, Company, Event, EventListVersion, EventRun, Gap, GapVersion
from models import EventEntry as EntryRow
from service.actors import Actor, require
from service.errors import NotFound
from service.event_list_records import (
    EventEntry,
    EventList,
    Honour,
    ProductShare,
    Quote,
    Said,
    entry_as_json,
    entry_from_json,
)
from service.operations.event_changes import (
    AppliedChange,
    ApplyReport,
    EntryConflict,
    apply_entry_changes,
)
from service.operations.events import get_event

__all__ = [
    "AppliedChange",
    "ApplyReport",
    "EntryConflict",
    "EventEntry",
    "EventList",
    "Honour",
    "ProductShare",
    "Quote",
    "Said",
    "apply_entry_changes",
    "entry_as_json",
    "entry_from_json",
    "get_event_list",
]
STATUS_ORDER = {"in": 0, "waiting": 1, "out": 2}


def get_event_list(session: Session, actor: Actor, event_code: str, version: int | None = None) -> EventList:
    """The working list of the event, or its frozen `version`. Raises NotFound, PermissionDenied."""
    require(actor, "event.view")
    event = get_event(session, event_code)
    newest = session.scalar(
        select(func.max(EventListVersion.number)).where(EventListVersion.event_id == event.id)
    )
    if version is None and newest is None:
        return _list(session, event, None, working_entries(session, event))
    stored = session.scalar(
        select(EventListVersion)
        .options(selectinload(EventListVersion.run))
        .where(EventListVersion.event_id == event.id, EventListVersion.number == (version or newest))
    )
    if stored is None:
        there = f"there are 1 to {newest}" if newest else "there is none yet: select companies first"
        raise NotFound(f"event {event.code}: version {version} of its list: not found: {there}")
    if version is None:
        return _list(session, event, stored, working_entries(session, event))
    return _list(session, event, stored, tuple(entry_from_json(row) for row in stored.entries), frozen=True)


def working_entries(session: Session, event: Event) -> tuple[EventEntry, ...]:
    """The entries of the working list: who is in, who waits, who is out, each in order."""
    rows = session.scalars(
        select(EntryRow)
        .options(
            selectinload(EntryRow.company).selectinload(Company.products),
            selectinload(EntryRow.company).selectinload(Company.tags),
            selectinload(EntryRow.stages),
        )
        .where(EntryRow.event_id == event.id)
    )
    ordered = sorted(rows, key=lambda row: (STATUS_ORDER[row.status], row.position, row.id))
    gaps = _gap_names(session, {row.gap_code for row in ordered if row.gap_code})
    groups = {group.code: group.name for group in event.groups}
    places = {"in": 0, "waiting": 0, "out": 0}
    entries = []
    for row in ordered:
        places[row.status] += 1
        entries.append(_entry(row, places[row.status], gaps, groups))
    return tuple(entries)


def _list(
    session: Session,
    event: Event,
    stored: EventListVersion | None,
    entries: tuple[EventEntry, ...],
    *,
    frozen: bool = False,
) -> EventList:
    run = stored.run if stored else None
    if run is None and not frozen:
        run = session.scalar(
            select(EventRun)
            .where(EventRun.event_id == event.id, EventRun.state.in_(("optimal", "feasible")))
            .order_by(EventRun.number.desc())
            .limit(1)
        )
    return EventList(
        code=event.code,
        name=event.name,
        edition=event.edition,
        organisation=event.organisation,
        hosts=tuple(event.organiser.get("hosts", ())),
        undertakers=tuple(event.organiser.get("undertakers", ())),
        supporters=tuple(event.organiser.get("supporters", ())),
        start_on=event.start_on,
        end_on=event.end_on,
        place=event.place,
        seats=event.seats,
        sensitivity=event.sensitivity,
        state=stored.state if stored and frozen else event.state,
        version=stored.number if stored else 0,
        is_frozen=frozen,
        run_number=run.number if run else None,
        data_date=run.as_of if run else None,
        why=stored.why if stored else "",
        changed_by=stored.created_by if stored else event.updated_by,
        changed_at=stored.created_at if stored else event.updated_at,
        receipt=dict(stored.receipt) if stored else {},
        entries=entries,
    )


def _gap_names(session: Session, codes: set[str]) -> dict[str, tuple[str, str, str]]:
    """gap → (kind, name of its link, name of its chain)."""
    found = session.execute(
        select(Gap, Chain.name)
        .join(Chain, Gap.chain_id == Chain.id)
        .options(selectinload(Gap.current_version).selectinload(GapVersion.link))
        .where(Gap.code.in_(codes))
    )
    return {
        gap.code: (gap.current_version.kind, gap.current_version.link.name, chain)
        for gap, chain in found
        if gap.current_version is not None
    }


def _entry(
    row: EntryRow, place: int, gaps: dict[str, tuple[str, str, str]], groups: dict[str, str]
) -> EventEntry:
    company = row.company
    kind, link, chain = gaps.get(row.gap_code or "", (None, None, None))
    products = sorted(company.products if company else (), key=lambda p: -(p.revenue_share or 0.0))
    return EventEntry(
        entry_id=row.id,
        row_version=row.row_version,
        order=place,
        status=row.status,
        company_id=row.company_external_id,
        company_name=company.name if company else row.company_name,
        company_full_name=company.full_name if company else None,
        uscc=company.uscc if company else None,
        stock_code=company.stock_code if company else None,
        province=company.province if company else None,
        city=company.city if company else None,
        ownership=company.ownership if company else "unknown",
        industry=company.industry if company else None,
        employees=company.employees if company else None,
        products=tuple(ProductShare(product.name, product.revenue_share) for product in products),
        honours=tuple(Honour(tag.code, tag.valid_to) for tag in (company.tags if company else ())),
        gap_code=row.gap_code,
        gap_title=row.gap_title,
        gap_kind=kind,
        link_name=link,
        chain_code=row.chain_code,
        chain_name=chain,
        group_code=row.group_code,
        group_name=groups.get(row.group_code or ""),
        band=row.band,
        probability=row.probability,
        gap_rank=row.gap_rank,
        frozen_rank=row.frozen_rank,
        adds=row.adds,
        reasons=_said(row.reasons),
        evidence=tuple(Quote(**quote) for quote in row.evidence),
        questions=_said(row.questions),
        cautions=_said(row.cautions),
        lock=row.lock,
        lock_note=row.lock_note,
        note=row.note,
        invite_status=row.invite_status,
        stage=row.stage,
        stage_on=next((past.reached_on for past in reversed(row.stages) if past.stage == row.stage), None),
        cooperation=row.cooperation,
        channel=row.channel,
        lead_official=row.lead_official,
        duty_unit=row.duty_unit,
        duty_person=row.duty_person,
        next_action=row.next_action,
        due_on=row.due_on,
        amount_intended_wan=row.amount_intended_wan,
        amount_signed_wan=row.amount_signed_wan,
        amount_arrived_wan=row.amount_arrived_wan,
        first_listed_at=row.first_listed_at,
    )


def _said(stored: list[dict[str, str]]) -> tuple[Said, ...]:
    return tuple(Said(**row) for row in stored)
