"""Edits of the entries of an event's list: merged field by field, so that two who edit at once lose nothing.

Whoever edits says which row version they saw. A field that somebody else changed since is a conflict, told
with who changed what and when; all other fields are taken over.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from models import Event, EventEntry, EventEntryChange, EventEntryStage
from models.event_list import ENTRY_STATUSES, INVITE_STATUSES, LOCKS, STAGES
from service.actors import Actor, require
from service.errors import Conflict, InvalidInput, NotFound, check_text
from service.operations.audit import record_audit
from service.operations.events import get_event, lock_event

MAX_NOTE = 2000
_MAX_AMOUNT = Decimal(10) ** 12


@dataclass(frozen=True, slots=True)
class AppliedChange:
    """One field that was changed, or with `dry_run` would be. Values as text, None is empty."""

    entry_id: int
    company_name: str
    field: str
    old: str | None
    new: str | None


@dataclass(frozen=True, slots=True)
class EntryConflict:
    """A field that was not changed, because `changed_by` changed it since: `theirs` stands, `mine` waits."""

    entry_id: int
    company_name: str
    field: str
    mine: str | None
    theirs: str | None
    changed_by: str
    changed_at: datetime


@dataclass(frozen=True, slots=True)
class ApplyReport:
    """What became of a set of edits. `row_versions`: entry → its row version now."""

    applied: tuple[AppliedChange, ...]
    conflicts: tuple[EntryConflict, ...]
    row_versions: dict[int, int]


def apply_entry_changes(
    session: Session,
    actor: Actor,
    event_code: str,
    changes: Mapping[int, Mapping[str, Any]],
    expected_versions: Mapping[int, int],
    *,
    today: date | None = None,
    why: str = "",
    dry_run: bool = False,
) -> ApplyReport:
    """Change fields of entries: entry id → {field: new value}; text as on a form, or typed values.

    Fields: status, order, lock, lock_note, note, invite_status, stage, stage_on (with stage), cooperation,
    channel, lead_official, duty_unit, duty_person, next_action, due_on, amount_intended_wan,
    amount_signed_wan, amount_arrived_wan. `expected_versions`: entry id → row version that the
    editor saw. What stands there already is no change. `today` is the day of a new stage that states none.
    Nothing is changed with `dry_run`.
    Raises NotFound, PermissionDenied, Conflict (the list is locked), InvalidInput with every bad value.
    """
    require(actor, "event.edit")
    check_text("why", why)
    event = lock_event(session, actor, event_code)
    wanted = _read_all(changes)
    rows = _lock_entries(session, event, changes)
    missing = sorted(set(rows) - set(expected_versions))
    if missing:
        raise InvalidInput(f"entries {missing}: say which row version you saw of each")
    applied: list[AppliedChange] = []
    conflicts: list[EntryConflict] = []
    for entry_id in sorted(rows):
        row, values = rows[entry_id], wanted[entry_id]
        mine, clashing = _sort_out(row, values, expected_versions[entry_id])
        conflicts += clashing
        _check_state(event, mine)
        applied += [
            AppliedChange(row.id, row.company_name, name, as_text(value_of(row, name)), as_text(value))
            for name, value in mine.items()
        ]
        if mine and not dry_run:
            was = {name: value_of(row, name) for name in mine}
            write_fields(session, actor, event, row, mine, why=why, today=today)
            record_audit(
                session,
                actor,
                "event.entry_changed",
                ("event_entry", f"{event.code}/{row.id}", row.company_name),
                {name: (was[name], value) for name, value in mine.items()},
            )
    session.flush()
    return ApplyReport(tuple(applied), tuple(conflicts), {row.id: row.row_version for row in rows.values()})


def entry_history(session: Session, actor: Actor, event_code: str, entry_id: int) -> list[EventEntryChange]:
    """Who changed what of an entry, the latest first. Raises NotFound, PermissionDenied."""
    require(actor, "event.view")
    event = get_event(session, event_code)
    row = session.scalar(
        select(EventEntry)
        .options(selectinload(EventEntry.changes))
        .where(EventEntry.event_id == event.id, EventEntry.id == entry_id)
    )
    if row is None:
        raise NotFound(f"event {event.code}: entry {entry_id}: not found: load its list again")
    return list(reversed(row.changes))


def write_fields(
    session: Session,
    actor: Actor,
    event: Event,
    row: EventEntry,
    values: Mapping[str, Any],
    *,
    why: str = "",
    today: date | None = None,
) -> None:
    """Set checked `values` on an entry that is locked in this transaction, with one new row version."""
    row.row_version += 1
    for name, value in values.items():
        old = value_of(row, name)
        if name == "order":
            _move(session, event, row, value)
        elif name == "stage_on":
            pass  # stored with the stage
        else:
            setattr(row, name, value)
        row.changes.append(
            EventEntryChange(
                row_version=row.row_version,
                field=name,
                old=as_text(old),
                new=as_text(value),
                why=why,
                changed_by=actor.login,
            )
        )
    if values.get("status"):
        _move(session, event, row, None)
    stage = values.get("stage", row.stage)
    if stage and ("stage" in values or "stage_on" in values):
        reached = values.get("stage_on") or today
        if reached is None:
            raise InvalidInput(f"stage of {row.company_name}: give the day on which it was reached")
        row.stages.append(EventEntryStage(stage=stage, reached_on=reached, note=why, recorded_by=actor.login))


def value_of(row: EventEntry, name: str) -> Any:
    """What stands in a field that can be edited."""
    if name == "order":
        return row.position
    if name == "stage_on":
        return next((past.reached_on for past in reversed(row.stages) if past.stage == row.stage), None)
    return getattr(row, name)


def as_text(value: Any) -> str | None:
    """A value as the history keeps it and a form shows it."""
    if value is None:
        return None
    if isinstance(value, Decimal):
        return f"{value:.2f}"
    return value.isoformat() if isinstance(value, date) else str(value)


def _sort_out(
    row: EventEntry, values: Mapping[str, Any], expected: int
) -> tuple[dict[str, Any], list[EntryConflict]]:
    """(what can be changed, what somebody else changed since `expected`)."""
    if expected > row.row_version:
        raise InvalidInput(
            f"{row.company_name}: row version {expected} is newer than {row.row_version}: load the list again"
        )
    since = {change.field: change for change in row.changes if change.row_version > expected}
    mine: dict[str, Any] = {}
    clashing: list[EntryConflict] = []
    for name, value in values.items():
        if as_text(value_of(row, name)) == as_text(value):
            continue
        theirs = since.get(name)
        if theirs is None:
            mine[name] = value
            continue
        clashing.append(
            EntryConflict(
                row.id,
                row.company_name,
                name,
                as_text(value),
                as_text(value_of(row, name)),
                theirs.changed_by,
                theirs.changed_at,
            )
        )
    return mine, clashing


def _lock_entries(session: Session, event: Event, ids: Iterable[int]) -> dict[int, EventEntry]:
    wanted = sorted(set(ids))
    rows = {
        row.id: row
        for row in session.scalars(
            select(EventEntry)
            .options(selectinload(EventEntry.changes), selectinload(EventEntry.stages))
            .where(EventEntry.event_id == event.id, EventEntry.id.in_(wanted))
            .order_by(EventEntry.id)
            .with_for_update()
            .execution_options(populate_existing=True)
        )
    }
    gone = [entry_id for entry_id in wanted if entry_id not in rows]
    if gone:
        raise NotFound(f"event {event.code}: entries {gone}: not found: load its list again")
    return rows


SELECTION_FIELDS = frozenset({"status", "order", "lock", "lock_note"})


def _check_state(event: Event, values: Mapping[str, Any]) -> None:
    if event.state == "closed" and values:
        raise Conflict(f"event {event.code}: is closed: open it again before anything is changed")
    selecting = sorted(SELECTION_FIELDS & values.keys())
    if event.state != "draft" and selecting:
        raise Conflict(
            f"event {event.code}: its list is locked ({event.state}), {', '.join(selecting)} cannot be "
            "changed: take it back to draft first"
        )


def _move(session: Session, event: Event, row: EventEntry, to: int | None) -> None:
    """Put `row` at place `to` of its status, or at the end; the others close up. Nobody's version rises."""
    session.flush()
    others = list(
        session.scalars(
            select(EventEntry)
            .where(EventEntry.event_id == event.id, EventEntry.status == row.status, EventEntry.id != row.id)
            .order_by(EventEntry.position, EventEntry.id)
        )
    )
    at = len(others) if to is None else max(0, min(to - 1, len(others)))
    for place, other in enumerate([*others[:at], row, *others[at:]], start=1):
        other.position = place


def _read_all(changes: Mapping[int, Mapping[str, Any]]) -> dict[int, dict[str, Any]]:
    """Every value as its field wants it. Raises InvalidInput with all that cannot be read."""
    problems: list[str] = []
    read: dict[int, dict[str, Any]] = {}
    for entry_id, values in changes.items():
        read[entry_id] = {}
        for name, value in values.items():
            reader = READERS.get(name)
            if reader is None:
                problems.append(f"entry {entry_id}: {name}: is no field that can be edited")
                continue
            try:
                read[entry_id][name] = reader(value)
            except InvalidInput as err:
                problems.append(f"entry {entry_id}: {name}: {err}")
    if problems:
        raise InvalidInput("\n".join(problems))
    return read


def _text(value: Any) -> str | None:
    text = "" if value is None else str(value).strip()
    check_text("text", text)
    if len(text) > MAX_NOTE:
        raise InvalidInput(f"{text[:20]!r}…: has {len(text)} characters: at most {MAX_NOTE} fit")
    return text or None


def _unit(value: Any) -> str | None:
    text = _text(value)
    if text and len(text) > 200:
        raise InvalidInput(f"{text[:20]!r}…: has {len(text)} characters: at most 200 fit")
    return text


def _day(value: Any) -> date | None:
    if value is None or isinstance(value, date):
        return value.date() if isinstance(value, datetime) else value
    text = str(value).strip().replace("/", "-").replace(".", "-")
    if not text:
        return None
    try:
        year, month, day = (int(part) for part in text.split("-"))
        return date(year, month, day)
    except ValueError as err:
        raise InvalidInput(f"{value!r}: is no day: write it as 2027-05-18") from err


def _amount(value: Any) -> Decimal | None:
    text = "" if value is None else str(value).strip().replace(",", "").replace("，", "")
    if not text:
        return None
    try:
        amount = Decimal(text)
    except InvalidOperation as err:
        raise InvalidInput(f"{value!r}: is no amount: write a number of 万元 such as 1200.50") from err
    if not amount.is_finite() or amount < 0 or amount > _MAX_AMOUNT:
        raise InvalidInput(f"{value!r}: is no amount from 0 to {_MAX_AMOUNT:,f} 万元")
    return amount.quantize(Decimal("0.01"))


def _place(value: Any) -> int:
    try:
        place = int(str(value).strip())
    except ValueError as err:
        raise InvalidInput(f"{value!r}: is no place: write a whole number from 1") from err
    if place < 1:
        raise InvalidInput(f"{place}: places count from 1")
    return place


def _one_of(known: tuple[str, ...], *, may_be_empty: bool) -> Callable[[Any], str | None]:
    def read(value: Any) -> str | None:
        text = "" if value is None else str(value).strip()
        if not text and may_be_empty:
            return None
        if text not in known:
            raise InvalidInput(f"{text!r}: is none of {', '.join(known)}")
        return text

    return read


READERS: dict[str, Callable[[Any], Any]] = {
    "status": _one_of(ENTRY_STATUSES, may_be_empty=False),
    "order": _place,
    "lock": _one_of(LOCKS, may_be_empty=True),
    "lock_note": _text,
    "note": _text,
    "invite_status": _one_of(INVITE_STATUSES, may_be_empty=False),
    "stage": _one_of(STAGES, may_be_empty=True),
    "stage_on": _day,
    "cooperation": _text,
    "channel": _unit,
    "lead_official": _unit,
    "duty_unit": _unit,
    "duty_person": _unit,
    "next_action": _text,
    "due_on": _day,
    "amount_intended_wan": _amount,
    "amount_signed_wan": _amount,
    "amount_arrived_wan": _amount,
}
