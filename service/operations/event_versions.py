"""Versions of an event's list: frozen, listed, compared; and the states that a list goes through."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session, defer, selectinload

from models import Event, EventEntryChange, EventListVersion, EventRun
from models import EventEntry as EntryRow
from service.actors import Actor, require
from service.errors import Conflict, InvalidInput
from service.event_list_records import EventEntry, EventList, entry_as_json
from service.operations.audit import record_audit
from service.operations.event_lists import get_event_list, working_entries
from service.operations.events import get_event, lock_event

# (from, to) → permission. Whoever takes back what was approved needs the right to approve.
TRANSITIONS: dict[tuple[str, str], str] = {
    ("draft", "review"): "event.edit",
    ("review", "draft"): "event.edit",
    ("review", "approved"): "event.approve",
    ("approved", "draft"): "event.approve",
    ("approved", "issued"): "event.edit",
    ("issued", "draft"): "event.approve",
    ("issued", "closed"): "event.edit",
    ("closed", "issued"): "event.approve",
}
_BACKWARDS = frozenset(
    {("review", "draft"), ("approved", "draft"), ("issued", "draft"), ("closed", "issued")}
)
# What of an entry a comparison speaks of, in this order.
COMPARED = (
    "status",
    "gap_code",
    "order",
    "lock",
    "note",
    "invite_status",
    "stage",
    "duty_unit",
    "next_action",
    "due_on",
    "amount_intended_wan",
    "amount_signed_wan",
    "amount_arrived_wan",
)


@dataclass(frozen=True, slots=True)
class FieldChange:
    """One field that differs; `by`, `at` and `why` where the history says who changed it last in between."""

    field: str
    old: Any
    new: Any
    by: str | None = None
    at: datetime | None = None
    why: str = ""


@dataclass(frozen=True, slots=True)
class EntryDifference:
    """One company that differs. `kind`: added, removed, moved (another gap), changed; of who is in."""

    kind: str
    company_id: str
    company_name: str
    before: EventEntry | None
    after: EventEntry | None
    changes: tuple[FieldChange, ...]


@dataclass(frozen=True, slots=True)
class ListDifference:
    """Two versions of a list, the later one possibly the working list, and what differs."""

    before: EventList
    after: EventList
    rows: tuple[EntryDifference, ...]

    def of_kind(self, kind: str) -> tuple[EntryDifference, ...]:
        """The rows of one kind."""
        return tuple(row for row in self.rows if row.kind == kind)


def freeze_list(
    session: Session,
    actor: Actor,
    event: Event,
    kind: str,
    *,
    why: str = "",
    run: EventRun | None = None,
    changes: Sequence[Mapping[str, Any]] = (),
) -> EventListVersion:
    """Keep the list as it stands as its next version. The event must be locked in this transaction."""
    session.flush()
    newest = session.scalar(
        select(EventListVersion)
        .options(defer(EventListVersion.entries))
        .where(EventListVersion.event_id == event.id)
        .order_by(EventListVersion.number.desc())
        .limit(1)
    )
    version = EventListVersion(
        event_id=event.id,
        number=newest.number + 1 if newest else 1,
        kind=kind,
        state=event.state,
        run_id=run.id if run else newest.run_id if newest else None,
        receipt={**run.receipt, "run": run.number, "as_of": run.as_of.isoformat()}
        if run
        else dict(newest.receipt)
        if newest
        else {},
        entries=[entry_as_json(entry) for entry in working_entries(session, event)],
        changes=list(changes),
        why=why,
        created_by=actor.login,
    )
    session.add(version)
    session.flush()
    record_audit(
        session,
        actor,
        f"event.version_kept_{kind}",
        event,
        {"version": (newest.number if newest else None, version.number), "why": (None, why or None)},
    )
    return version


def save_version(session: Session, actor: Actor, code: str, why: str) -> EventListVersion:
    """Keep the list as it stands, with the reason. Raises NotFound, PermissionDenied, InvalidInput."""
    require(actor, "event.edit")
    if not why.strip():
        raise InvalidInput("why: say why this version is kept")
    return freeze_list(session, actor, lock_event(session, actor, code), "edit", why=why.strip())


def change_state(
    session: Session, actor: Actor, code: str, state: str, *, expected_state: str, why: str = ""
) -> EventListVersion:
    """Take the list to another state: draft, review, approved, issued, closed. A version is kept each time.

    `expected_state` is what the actor saw. Raises NotFound, PermissionDenied, Conflict when it is another by
    now or cannot be left that way, InvalidInput for a step back without a reason.
    """
    event = lock_event(session, actor, code)
    if event.state != expected_state:
        raise Conflict(
            f"event {event.code}: {event.updated_by} took its list from {expected_state} to {event.state} "
            "meanwhile: load it again"
        )
    permission = TRANSITIONS.get((event.state, state))
    if permission is None:
        ways = [to for start, to in TRANSITIONS if start == event.state]
        raise Conflict(f"event {event.code}: from {event.state} its list goes to {', '.join(ways)} only")
    require(actor, permission)
    if (event.state, state) in _BACKWARDS and not why.strip():
        raise InvalidInput("why: say why the list is taken back")
    if state == "review" and not session.scalar(
        select(func.count()).where(EntryRow.event_id == event.id, EntryRow.status == "in")
    ):
        raise Conflict(f"event {event.code}: nobody is on its list: select companies first")
    record_audit(session, actor, "event.state_changed", event, {"state": (event.state, state)})
    event.state = state
    event.updated_by = actor.login
    event.row_version += 1
    return freeze_list(session, actor, event, "state", why=why.strip())


def next_states(actor: Actor, state: str) -> tuple[str, ...]:
    """The states that `actor` may take a list to from `state`."""
    return tuple(
        to for (start, to), permission in TRANSITIONS.items() if start == state and actor.may(permission)
    )


def list_versions(session: Session, actor: Actor, code: str) -> list[EventListVersion]:
    """The versions of the event's list, newest first, without their entries. Raises NotFound."""
    require(actor, "event.view")
    event = get_event(session, code)
    return list(
        session.scalars(
            select(EventListVersion)
            .options(defer(EventListVersion.entries), selectinload(EventListVersion.run))
            .where(EventListVersion.event_id == event.id)
            .order_by(EventListVersion.number.desc())
        )
    )


def compare_versions(
    session: Session, actor: Actor, code: str, before: int, after: int | None = None
) -> ListDifference:
    """What differs between version `before` and version `after`, or the working list. Raises NotFound."""
    old = get_event_list(session, actor, code, before)
    new = get_event_list(session, actor, code, after)
    history = _history(session, code, old.changed_at, new.changed_at if new.is_frozen else None)
    first = {entry.company_id: entry for entry in old.entries}
    second = {entry.company_id: entry for entry in new.entries}
    rows = []
    for company in sorted(first.keys() | second.keys()):
        row = _difference(first.get(company), second.get(company), history)
        if row is not None:
            rows.append(row)
    order = {"added": 0, "removed": 1, "moved": 2, "changed": 3}
    rows.sort(key=lambda row: (order[row.kind], (row.after or row.before).order if row.after else 0))  # type: ignore[union-attr]
    return ListDifference(old, new, tuple(rows))


def _history(
    session: Session, code: str, since: datetime, until: datetime | None
) -> dict[tuple[int, str], EventEntryChange]:
    """(entry, field) → its last change in between."""
    asked = (
        select(EventEntryChange)
        .join(EntryRow)
        .join(Event)
        .where(Event.code == code.strip().upper(), EventEntryChange.changed_at > since)
        .order_by(EventEntryChange.id)
    )
    if until is not None:
        asked = asked.where(EventEntryChange.changed_at <= until)
    return {(change.entry_id, change.field): change for change in session.scalars(asked)}


def _difference(
    before: EventEntry | None, after: EventEntry | None, history: Mapping[tuple[int, str], EventEntryChange]
) -> EntryDifference | None:
    one = after or before
    if one is None:
        return None
    changes = []
    for name in COMPARED:
        old, new = getattr(before, name, None), getattr(after, name, None)
        past = history.get((one.entry_id, name))
        if old == new or (name == "order" and past is None):  # places shift when others come and go
            continue
        changes.append(
            FieldChange(
                name,
                old,
                new,
                past.changed_by if past else None,
                past.changed_at if past else None,
                past.why if past else "",
            )
        )
    was_in, is_in = before is not None and before.status == "in", after is not None and after.status == "in"
    if is_in != was_in:
        kind = "added" if is_in else "removed"
    elif is_in and before and after and before.gap_code != after.gap_code:
        kind = "moved"
    elif changes and before is not None:
        kind = "changed"
    else:
        return None
    return EntryDifference(kind, one.company_id, one.company_name, before, after, tuple(changes))
