"""The list of an event as everything reads it: pages, API, command line, exports. Frozen, and as JSON."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any


@dataclass(frozen=True, slots=True)
class Quote:
    """What a company says of itself for one requirement: `quote == company[field][start:end]`."""

    requirement: str
    status: str  # met, partial
    field: str
    quote: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Said:
    """One sentence in both languages, with the code it was made from."""

    code: str
    zh: str
    en: str

    def text(self, language: str) -> str:
        """The sentence in `language`."""
        return self.en if language == "en" else self.zh


@dataclass(frozen=True, slots=True)
class ProductShare:
    """A product with its share of revenue, None where it is not stated."""

    name: str
    share_0_1: float | None


@dataclass(frozen=True, slots=True)
class Honour:
    """A qualification or honour (资质荣誉) with its last day, None where it has none or is not known."""

    name: str
    valid_to: date | None


@dataclass(frozen=True, slots=True)
class EventEntry:
    """One company on the list. Amounts are in units of 10,000 yuan (万元).

    `entry_id` stays the same for a company of an event whatever happens to the list; `row_version` is what
    an edit must say that it saw. `order` counts from 1 within each status. `status`: in, waiting, out;
    `lock`: in, out or None; `invite_status` and `stage` are codes of models/event_list.py.
    """

    entry_id: int
    row_version: int
    order: int
    status: str
    company_id: str  # the imported id
    company_name: str
    company_full_name: str | None
    uscc: str | None
    stock_code: str | None
    province: str | None
    city: str | None
    ownership: str
    industry: str | None
    employees: int | None
    products: tuple[ProductShare, ...]  # largest share first
    honours: tuple[Honour, ...]
    gap_code: str | None
    gap_title: str | None
    gap_kind: str | None
    link_name: str | None
    chain_code: str | None
    chain_name: str | None
    group_code: str | None
    group_name: str | None
    band: str | None
    probability: float | None
    gap_rank: int | None  # among the candidates of its gap
    frozen_rank: int | None  # by probability among all of the run
    adds: float | None
    reasons: tuple[Said, ...]
    evidence: tuple[Quote, ...]
    questions: tuple[Said, ...]
    cautions: tuple[Said, ...]
    lock: str | None
    lock_note: str | None
    note: str | None
    invite_status: str
    stage: str | None
    stage_on: date | None  # when the stage was reached
    cooperation: str | None
    channel: str | None
    lead_official: str | None
    duty_unit: str | None
    duty_person: str | None
    next_action: str | None
    due_on: date | None
    amount_intended_wan: Decimal | None
    amount_signed_wan: Decimal | None
    amount_arrived_wan: Decimal | None
    first_listed_at: datetime

    def is_overdue(self, today: date) -> bool:
        """Whether its next action should have been done before `today`."""
        return self.due_on is not None and self.due_on < today and self.stage not in ("producing", "ended")


@dataclass(frozen=True, slots=True)
class EventList:
    """An event with its list: the working one, or a frozen version.

    `version`: the number of this version, or of the newest where this is the working list (0: none yet).
    `run_number`, `data_date`: of the selection it comes from, None before the first. `changed_by` and
    `changed_at`: of the version. `state`: draft, review, approved, issued, closed.
    """

    code: str
    name: str
    edition: str
    organisation: str  # whose list it is
    hosts: tuple[str, ...]
    undertakers: tuple[str, ...]
    supporters: tuple[str, ...]
    start_on: date
    end_on: date | None
    place: str
    seats: int
    sensitivity: str
    state: str
    version: int
    is_frozen: bool
    run_number: int | None
    data_date: date | None
    why: str
    changed_by: str
    changed_at: datetime
    receipt: dict[str, Any]
    entries: tuple[EventEntry, ...]

    def with_status(self, status: str) -> tuple[EventEntry, ...]:
        """The entries that are in, waiting or out, in their order."""
        return tuple(entry for entry in self.entries if entry.status == status)


def entry_as_json(entry: EventEntry) -> dict[str, Any]:
    """`entry` as JSON that loses nothing; amounts and days as text."""
    return {field.name: plain(getattr(entry, field.name)) for field in dataclasses.fields(entry)}


def entry_from_json(stored: dict[str, Any]) -> EventEntry:
    """The entry that `entry_as_json` wrote. Fields that a newer release added are None or empty."""
    values: dict[str, Any] = {field.name: stored.get(field.name) for field in dataclasses.fields(EventEntry)}
    for name in ("stage_on", "due_on"):
        values[name] = date.fromisoformat(values[name]) if values[name] else None
    for name in ("amount_intended_wan", "amount_signed_wan", "amount_arrived_wan"):
        values[name] = Decimal(values[name]) if values[name] is not None else None
    values["first_listed_at"] = datetime.fromisoformat(values["first_listed_at"])
    values["products"] = tuple(ProductShare(**row) for row in values["products"] or ())
    values["honours"] = tuple(
        Honour(row["name"], date.fromisoformat(row["valid_to"]) if row["valid_to"] else None)
        for row in values["honours"] or ()
    )
    values["evidence"] = tuple(Quote(**row) for row in values["evidence"] or ())
    for name in ("reasons", "questions", "cautions"):
        values[name] = tuple(Said(**row) for row in values[name] or ())
    return EventEntry(**values)


def plain(value: Any) -> Any:
    """`value` as JSON has it: records as objects, amounts and days as text."""
    if isinstance(value, (tuple, list)):
        return [plain(part) for part in value]
    if isinstance(value, dict):
        return {str(key): plain(part) for key, part in value.items()}
    if isinstance(value, (date, datetime)):
        return value.isoformat()
    if isinstance(value, Decimal):
        return str(value)
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {field.name: plain(getattr(value, field.name)) for field in dataclasses.fields(value)}
    return value
