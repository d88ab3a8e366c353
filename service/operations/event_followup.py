"""After the list is issued: what is overdue, how far each company is, and whether past lists were right."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import Event, EventListVersion
from models.event_list import INVITE_STATUSES, STAGES
from service.actors import Actor, require
from service.event_list_records import EventEntry, EventList, entry_from_json
from service.operations.event_lists import get_event_list, working_entries
from service.operations.events import get_event

PRECISION_AT = 20
# From which stage on a company counts as a hit: talks about a project, not a mere exchange of cards.
HIT_STAGES = ("negotiation", "precheck", "signed", "started", "producing")
_Z = 1.959964  # 95 %


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one company of a frozen list, beside the rank and probability that it had there.

    `label`: hit (negotiation or further), miss (declined, ended, or never came), open (still under way).
    """

    event_code: str
    company_id: str
    company_name: str
    gap_code: str | None
    run_number: int | None
    frozen_rank: int | None
    probability: float | None
    band: str | None
    invite_status: str
    stage: str | None
    stage_on: date | None
    label: str
    amount_signed_wan: Decimal | None


@dataclass(frozen=True, slots=True)
class PrecisionAt:
    """Of the first `k` of a frozen list by rank: `hits` of `judged`; `value` with its 95 % interval (Wilson).

    `still_open` companies are under way and not judged. `value` is None while nobody is judged.
    """

    k: int
    hits: int
    judged: int
    still_open: int
    value: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True)
class Ledger:
    """The outcomes of one event's issued list. Sums are in units of 10,000 yuan (万元)."""

    event: Event
    version: int | None
    issued_on: date | None
    outcomes: tuple[Outcome, ...]
    precision: PrecisionAt
    expected_hits: float  # of the judged ones, by the probabilities that the list stated
    intended_wan: Decimal
    signed_wan: Decimal
    arrived_wan: Decimal


@dataclass(frozen=True, slots=True)
class Board:
    """The follow-up of one list: how many at each invitation and stage, and what is overdue."""

    event_list: EventList
    invitations: dict[str, int]
    stages: dict[str, int]  # of who is in, "" for none yet
    overdue: tuple[EventEntry, ...]
    intended_wan: Decimal
    signed_wan: Decimal
    arrived_wan: Decimal


def get_board(session: Session, actor: Actor, code: str, *, today: date) -> Board:
    """The follow-up of the event's list. Raises NotFound, PermissionDenied."""
    found = get_event_list(session, actor, code)
    some = found.with_status("in")
    invitations = Counter(entry.invite_status for entry in found.entries if entry.status != "waiting")
    stages = Counter(entry.stage or "" for entry in some)
    return Board(
        found,
        {name: invitations.get(name, 0) for name in INVITE_STATUSES},
        {name: stages.get(name, 0) for name in ("", *STAGES)},
        tuple(
            sorted((e for e in some if e.is_overdue(today)), key=lambda e: (e.due_on or today, e.entry_id))
        ),
        _sum(entry.amount_intended_wan for entry in some),
        _sum(entry.amount_signed_wan for entry in some),
        _sum(entry.amount_arrived_wan for entry in some),
    )


def get_ledger(session: Session, actor: Actor, code: str, *, k: int = PRECISION_AT) -> Ledger:
    """The outcomes of the event's list joined to the ranks that were frozen when it was issued.

    Before that, to those of its newest selection. Raises NotFound, PermissionDenied.
    """
    require(actor, "event.view")
    event = get_event(session, code)
    version = _issued(session, event)
    now = {entry.company_id: entry for entry in working_entries(session, event)}
    frozen = [entry_from_json(row) for row in version.entries] if version else list(now.values())
    listed = sorted(
        (entry for entry in frozen if entry.status == "in" or entry.invite_status == "declined"),
        key=lambda entry: (entry.frozen_rank is None, entry.frozen_rank or 0, entry.order),
    )
    run = version.run.number if version and version.run else None
    outcomes = tuple(_outcome(event, run, entry, now.get(entry.company_id, entry)) for entry in listed)
    judged = [outcome for outcome in outcomes[:k] if outcome.label != "open"]
    ends = [now.get(entry.company_id, entry) for entry in listed]
    return Ledger(
        event,
        version.number if version else None,
        version.created_at.date() if version and version.state == "issued" else None,
        outcomes,
        precision_at(outcomes, k),
        math.fsum(outcome.probability or 0.0 for outcome in judged),
        _sum(entry.amount_intended_wan for entry in ends),
        _sum(entry.amount_signed_wan for entry in ends),
        _sum(entry.amount_arrived_wan for entry in ends),
    )


def list_ledgers(session: Session, actor: Actor, *, k: int = PRECISION_AT) -> list[Ledger]:
    """The ledgers of all events whose list was issued, the latest first. Raises PermissionDenied."""
    require(actor, "event.view")
    codes = session.scalars(
        select(Event.code)
        .where(Event.state.in_(("issued", "closed")))
        .order_by(Event.start_on.desc(), Event.code)
    )
    return [get_ledger(session, actor, code, k=k) for code in list(codes)]


def judged_outcomes(session: Session, actor: Actor, code: str) -> tuple[Outcome, ...]:
    """The outcomes of an event that say whether a company suited a gap: what feedback learns from."""
    found = get_ledger(session, actor, code).outcomes
    return tuple(outcome for outcome in found if outcome.label != "open" and outcome.gap_code)


def precision_at(outcomes: Sequence[Outcome], k: int) -> PrecisionAt:
    """The share of hits among those of the first `k` that are judged, with Wilson's interval."""
    first = outcomes[:k]
    hits = sum(outcome.label == "hit" for outcome in first)
    judged = sum(outcome.label != "open" for outcome in first)
    if not judged:
        return PrecisionAt(k, 0, 0, len(first), None, None, None)
    share, z2 = hits / judged, _Z * _Z
    middle = (share + z2 / (2 * judged)) / (1 + z2 / judged)
    half = _Z / (1 + z2 / judged) * math.sqrt(share * (1 - share) / judged + z2 / (4 * judged * judged))
    return PrecisionAt(
        k, hits, judged, len(first) - judged, share, max(0.0, middle - half), min(1.0, middle + half)
    )


def label_of(invite_status: str, stage: str | None) -> str:
    """hit, miss or open. A company that declined the event but negotiates is a hit all the same."""
    if stage in HIT_STAGES:
        return "hit"
    if stage == "ended" or (invite_status == "declined" and stage is None):
        return "miss"
    return "open"


def _outcome(event: Event, run: int | None, frozen: EventEntry, now: EventEntry) -> Outcome:
    return Outcome(
        event.code,
        frozen.company_id,
        frozen.company_name,
        frozen.gap_code,
        run,
        frozen.frozen_rank,
        frozen.probability,
        frozen.band,
        now.invite_status,
        now.stage,
        now.stage_on,
        label_of(now.invite_status, now.stage),
        now.amount_signed_wan,
    )


def _issued(session: Session, event: Event) -> EventListVersion | None:
    """The version that was issued last; the newest that there is before."""
    asked = (
        select(EventListVersion)
        .where(EventListVersion.event_id == event.id)
        .order_by(EventListVersion.number.desc())
    )
    issued = session.scalar(
        asked.where(EventListVersion.state == "issued", EventListVersion.kind == "state").limit(1)
    )
    return issued or session.scalar(asked.limit(1))


def _sum(amounts: object) -> Decimal:
    return sum((amount for amount in amounts if amount is not None), Decimal(0))  # type: ignore[attr-defined]
