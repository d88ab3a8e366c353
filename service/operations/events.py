"""Events: storing a plan as an event, reading it back, changing its facts and rules."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from sqlalchemy import func, select
from sqlalchemy.orm import Session, selectinload

from models import Event, EventEntry, EventGap, EventGroup, EventListVersion, EventRule, EventSession
from service.actors import Actor, require, require_region
from service.errors import Conflict, InvalidInput, NotFound
from service.operations.audit import record_audit
from service.operations.companies import get_company
from service.readers.event_plan import EventPlan, Limit, QuotaRule, parse_event_plan
from service.regions import region_of_place

_Row = TypeVar("_Row", EventSession, EventGroup, EventGap, EventRule)
_WHOLE = (
    selectinload(Event.sessions),
    selectinload(Event.groups),
    selectinload(Event.gaps),
    selectinload(Event.rules),
)
# What a plan and an event call alike and store alike.
_FACTS = (
    "name",
    "edition",
    "start_on",
    "end_on",
    "place",
    "seats",
    "sensitivity",
    "acceptance_rate",
    "candidates_per_gap",
    "min_probability",
    "private_only",
    "unknown_ownership",
    "unknowns",
    "exclude_home_province",
)


@dataclass(frozen=True, slots=True)
class EventSummary:
    """An event as a line of the list of events. `versions`: how many versions its list has."""

    event: Event
    selected: int
    waiting: int
    declined: int
    attended: int
    versions: int
    changed_at: datetime


def list_events(session: Session, actor: Actor) -> list[EventSummary]:
    """All events, the next or latest first, with what stands on their lists. Raises PermissionDenied."""
    require(actor, "event.view")
    counts: dict[int, dict[str, int]] = {}
    for event_id, status, invited, count in session.execute(
        select(EventEntry.event_id, EventEntry.status, EventEntry.invite_status, func.count()).group_by(
            EventEntry.event_id, EventEntry.status, EventEntry.invite_status
        )
    ):
        row = counts.setdefault(event_id, {})
        for name in (status, invited):
            row[name] = row.get(name, 0) + count
    versions = dict(
        session.execute(
            select(EventListVersion.event_id, func.max(EventListVersion.number)).group_by(
                EventListVersion.event_id
            )
        ).all()
    )
    events = session.scalars(select(Event).options(*_WHOLE).order_by(Event.start_on.desc(), Event.code))
    return [
        EventSummary(
            event,
            counts.get(event.id, {}).get("in", 0),
            counts.get(event.id, {}).get("waiting", 0),
            counts.get(event.id, {}).get("declined", 0),
            counts.get(event.id, {}).get("attended", 0),
            versions.get(event.id, 0),
            event.updated_at,
        )
        for event in events
    ]


def get_event(session: Session, code: str) -> Event:
    """The event `code` (in any case) with its programme, gaps and rules. Raises NotFound."""
    event = session.scalar(select(Event).options(*_WHOLE).where(Event.code == code.strip().upper()))
    if event is None:
        known = ", ".join(session.scalars(select(Event.code).order_by(Event.code).limit(10)))
        hint = f"there are {known}" if known else 'there are none yet: "lianzhao event add FILE" stores one'
        raise NotFound(f"event {code!r}: not found: {hint}")
    return event


def lock_event(session: Session, actor: Actor, code: str) -> Event:
    """The event, held until the transaction ends: who else wants to change it waits.

    Raises NotFound, PermissionDenied where `actor` acts for another region.
    """
    event_id = get_event(session, code).id
    event = session.scalars(
        select(Event)
        .options(*_WHOLE)
        .where(Event.id == event_id)
        .with_for_update(of=Event)
        .execution_options(populate_existing=True)
    ).one()
    require_region(actor, region_of_place(event.place))
    return event


def add_event(session: Session, actor: Actor, plan: EventPlan, *, code: str | None = None) -> Event:
    """Store `plan` as a new event under `code`, that of the plan, or the next free one of its year.

    Raises PermissionDenied, Conflict when the code is taken, NotFound for a locked company that is not there.
    """
    require(actor, "event.edit")
    require_region(actor, region_of_place(plan.place))
    wanted = (code or plan.code or _next_code(session, plan)).strip().upper()
    if session.scalar(select(Event.id).where(Event.code == wanted)):
        raise Conflict(f"event {wanted}: is there already: give another code, or change that event")
    event = Event(code=wanted, created_by=actor.login, updated_by=actor.login, state="draft", row_version=1)
    _write(event, plan)
    session.add(event)
    session.flush()
    _write_locks(session, event, plan)
    session.flush()
    record_audit(session, actor, "event.added", event, {"seats": (None, event.seats)})
    return event


def change_event(
    session: Session, actor: Actor, code: str, plan: EventPlan, *, expected_version: int
) -> Event:
    """Make the facts, rules and locks of the event those of `plan`. `expected_version`: what was seen.

    Raises NotFound, PermissionDenied, Conflict when somebody changed it since or its list is locked.
    """
    require(actor, "event.edit")
    event = lock_event(session, actor, code)
    if event.row_version != expected_version:
        raise Conflict(
            f"event {event.code}: {event.updated_by} changed its facts or rules at "
            f"{event.updated_at:%Y-%m-%d %H:%M} UTC, after you opened it (row version {expected_version}, "
            f"now {event.row_version}): nothing was stored: load it again and repeat your change"
        )
    if event.state != "draft":
        raise Conflict(f"event {event.code}: its list is locked ({event.state}): take it back to draft first")
    before = plan_of(session, event)
    event.row_version += 1
    event.updated_by = actor.login
    _write(event, plan)
    session.flush()
    _write_locks(session, event, plan)
    session.flush()
    after = plan_of(session, event)
    record_audit(
        session,
        actor,
        "event.changed",
        event,
        {name: (getattr(before, name), getattr(after, name)) for name in EventPlan.model_fields},
    )
    return event


def save_rule(session: Session, actor: Actor, code: str, rule: QuotaRule, *, expected_version: int) -> Event:
    """Store `rule` in the place of the one with its id, or as the last. Raises what `change_event` raises."""
    plan = plan_of(session, get_event(session, code))
    rules = [rule if old.id == rule.id else old for old in plan.quota_rules]
    if rule not in rules:
        rules.append(rule)
    return _with_rules(session, actor, code, plan, rules, expected_version)


def remove_rule(session: Session, actor: Actor, code: str, rule_id: str, *, expected_version: int) -> Event:
    """Take the rule away. Raises NotFound, and what `change_event` raises."""
    plan = plan_of(session, get_event(session, code))
    rules = [rule for rule in plan.quota_rules if rule.id != rule_id]
    if len(rules) == len(plan.quota_rules):
        raise NotFound(f"event {code}: rule {rule_id!r}: not found: load its page again")
    return _with_rules(session, actor, code, plan, rules, expected_version)


def _with_rules(
    session: Session, actor: Actor, code: str, plan: EventPlan, rules: list[QuotaRule], version: int
) -> Event:
    changed = parse_event_plan(plan.model_dump(mode="json") | {"quota_rules": rules}, code)
    return change_event(session, actor, code, changed, expected_version=version)


def plan_of(session: Session, event: Event, *, with_declined: bool = False) -> EventPlan:
    """The event as a plan, with the locks of its list; `with_declined`: who declined is locked out."""
    locked_in, locked_out = [], []
    for entry in session.scalars(
        select(EventEntry).where(EventEntry.event_id == event.id).order_by(EventEntry.company_external_id)
    ):
        if entry.lock == "out" or (with_declined and entry.invite_status == "declined"):
            reason = entry.lock_note if entry.lock == "out" else "declined"
            locked_out.append({"company": entry.company_external_id, "reason": reason})
        elif entry.lock == "in":
            locked_in.append(
                {"company": entry.company_external_id, "gap": entry.lock_gap, "note": entry.lock_note}
            )
    content = {name: getattr(event, name) for name in _FACTS}
    content |= {
        "format": 1,
        "code": event.code,
        "organiser": event.organiser,
        "deadlines": event.deadlines,
        "in_play": [
            {"chain": gap.chain_code or None, "gap": gap.gap_code or None, "weight": gap.weight}
            for gap in event.gaps
        ],
        "sessions": [{"code": row.code, "name": row.name, "kind": row.kind} for row in event.sessions],
        "groups": [
            {"code": row.code, "name": row.name, "chains": row.chains, "sessions": row.sessions}
            for row in event.groups
        ],
        "quota_rules": [rule_of(row) for row in event.rules],
        "locked_in": locked_in,
        "locked_out": locked_out,
    }
    return parse_event_plan(content, event.code)


def rule_of(row: EventRule) -> QuotaRule:
    """A stored rule as the plan has it."""
    return QuotaRule.model_validate(
        {
            "id": row.code,
            "name": row.name,
            "attribute": row.attribute,
            "values": row.values,
            row.bound: Limit(count=row.count, share_0_1=row.share_0_1),
            "unknowns": row.unknowns,
        }
    )


def _next_code(session: Session, plan: EventPlan) -> str:
    start = f"E{plan.start_on.year}-"
    taken = set(session.scalars(select(Event.code).where(Event.code.startswith(start))))
    number = next(n for n in range(1, len(taken) + 2) if f"{start}{n:02d}" not in taken)
    return f"{start}{number:02d}"


def _write(event: Event, plan: EventPlan) -> None:
    for name in _FACTS:
        setattr(event, name, getattr(plan, name))
    event.organiser = plan.organiser.model_dump()
    event.organisation = plan.organiser.hosts[0]
    event.deadlines = [row.model_dump(mode="json") for row in plan.deadlines]
    _replace(
        event.sessions,
        [
            EventSession(code=row.code, name=row.name, kind=row.kind, sort_order=place)
            for place, row in enumerate(plan.sessions)
        ],
        "code",
    )
    _replace(
        event.groups,
        [
            EventGroup(
                code=row.code,
                name=row.name,
                chains=[chain.upper() for chain in row.chains],
                sessions=list(row.sessions),
                sort_order=place,
            )
            for place, row in enumerate(plan.groups)
        ],
        "code",
    )
    _replace(
        event.gaps,
        [
            EventGap(
                chain_code=(row.chain or "").upper(),
                gap_code=(row.gap or "").upper(),
                weight=row.weight,
                sort_order=place,
            )
            for place, row in enumerate(plan.in_play)
        ],
        "chain_code",
        "gap_code",
    )
    _replace(event.rules, [_rule_row(rule, place) for place, rule in enumerate(plan.quota_rules)], "code")


def _rule_row(rule: QuotaRule, place: int) -> EventRule:
    limit = rule.at_least or rule.at_most or Limit(count=0)
    return EventRule(
        code=rule.id,
        name=rule.name,
        attribute=rule.attribute,
        values=list(rule.values),
        bound="at_least" if rule.at_least is not None else "at_most",
        count=limit.count,
        share_0_1=limit.share_0_1,
        unknowns=rule.unknowns,
        sort_order=place,
    )


def _replace(stored: list[_Row], wanted: Sequence[_Row], *key: str) -> None:
    """Make `stored` those of `wanted`; rows of the same key stay the same rows."""
    known = {tuple(getattr(row, name) for name in key): row for row in stored}
    kept: list[_Row] = []
    for new in wanted:
        old = known.get(tuple(getattr(new, name) for name in key))
        if old is None:
            kept.append(new)
            continue
        for name in set(new.__table__.columns.keys()) - {"id", "event_id"}:
            setattr(old, name, getattr(new, name))
        kept.append(old)
    stored[:] = kept


def _write_locks(session: Session, event: Event, plan: EventPlan) -> None:
    """Entries for the locked companies of the plan; locks that the plan no longer has are opened."""
    rows = {
        row.company_external_id: row
        for row in session.scalars(select(EventEntry).where(EventEntry.event_id == event.id))
    }
    wanted: dict[str, tuple[str, str | None, str | None]] = {}
    for lock in plan.locked_in:
        company = get_company(session, lock.company).external_id
        if company in wanted:
            raise InvalidInput(f"locked_in {lock.company!r}: stands twice under two names: give it once")
        wanted[company] = ("in", lock.gap and lock.gap.upper(), lock.note)
    for out in plan.locked_out:
        company = get_company(session, out.company).external_id
        if company in wanted:
            raise InvalidInput(f"{out.company}: stands twice in locked_in and locked_out: take one away")
        wanted[company] = ("out", None, out.reason)
    for company, row in rows.items():
        if row.lock is not None and company not in wanted:
            _set_lock(row, None, None, None)
    for company, lock_values in wanted.items():
        row = rows.get(company) or new_entry(session, event, company)
        _set_lock(row, *lock_values)


def new_entry(session: Session, event: Event, company_id: str, *, status: str = "out") -> EventEntry:
    """An entry for a company that is not on the list yet. Raises NotFound."""
    company = get_company(session, company_id)
    row = EventEntry(
        event_id=event.id,
        company_id=company.id,
        company_external_id=company.external_id,
        company_name=company.name,
        status=status,
        invite_status="planned",
        row_version=1,
        position=0,
        reasons=[],
        evidence=[],
        questions=[],
        cautions=[],
    )
    session.add(row)
    session.flush()
    return row


def _set_lock(row: EventEntry, lock: str | None, gap: str | None, note: str | None) -> None:
    if (row.lock, row.lock_gap, row.lock_note) != (lock, gap, note):
        row.lock, row.lock_gap, row.lock_note = lock, gap, note
        row.row_version += 1
