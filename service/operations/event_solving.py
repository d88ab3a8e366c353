"""From the answer of the solver to the list of an event: who comes on it, who leaves, and why."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from matching.engine import Engine
from matching.selection import Change, Option, Relaxation, changes_in, marginal_value
from models import Event, EventEntry, EventEntryChange, EventRun, utc_now
from service.actors import Actor, require
from service.errors import Conflict, InvalidInput
from service.event_labels import change_sentence, reason_sentences, verify_rows
from service.event_records import EventSelection, OutExplanation, to_verify
from service.operations.companies import get_company
from service.operations.event_candidates import StageProgress
from service.operations.event_runs import (
    SOLVED,
    continue_run,
    field_of_run,
    get_run,
    refuse_locked,
    selection_of_run,
    start_run,
)
from service.operations.event_selection import explain_out, relaxations_of, select_keeping
from service.operations.event_selection import select as select_best
from service.operations.event_versions import freeze_list
from service.operations.events import get_event, lock_event, new_entry
from service.operations.gaps import current_wording, get_gap
from service.stored_selection import LANGUAGES, selection_to_store

_STEP_S = 2.0


@dataclass(frozen=True, slots=True)
class WhyOut:
    """Why a company is not on the list. `removed_by`: who took it off by hand, with the reason, or None."""

    explained: OutExplanation
    event: EventSelection
    removed_by: str | None = None
    removed_why: str = ""


def select_companies(
    session: Session,
    actor: Actor,
    engine: Engine,
    code: str,
    *,
    today: date,
    home_province: str | None,
    keep_others: bool = False,
    why: str = "",
    relax: bool = True,
    progress: StageProgress | None = None,
) -> EventRun:
    """A whole run: matched, solved, and on the list. Raises what its parts raise."""
    state = start_run(
        session,
        actor,
        engine,
        code,
        today=today,
        home_province=home_province,
        keep_others=keep_others,
        why=why,
    )
    while not state.is_matched:
        if progress is not None:
            progress("match gaps", state.matched, state.gaps)
        state = continue_run(session, actor, engine, code, state.run.number, seconds=_STEP_S)
    if progress is not None:
        progress("match gaps", state.gaps, state.gaps)
    return finish_run(session, actor, code, state.run.number, relax=relax, progress=progress)


def finish_run(
    session: Session,
    actor: Actor,
    code: str,
    number: int,
    *,
    relax: bool = False,
    progress: StageProgress | None = None,
) -> EventRun:
    """Solve a run whose gaps are all matched, and put its selection on the list as a new version.

    Rules that contradict each other leave the list as it was; the run says which.
    Raises NotFound, PermissionDenied, Conflict.
    """
    require(actor, "event.edit")
    event = lock_event(session, actor, code)
    run = get_run(session, code, number)
    if run.state != "matching":
        return run
    refuse_locked(event)
    if any(row.candidates is None for row in run.gaps):
        raise Conflict(f"run {number} of {event.code}: not all gaps are matched yet: let it go on")
    field = field_of_run(session, run)
    entries = _entries(session, event)
    if run.keeps_others:
        stay = {row.company_external_id: row.gap_code or "" for row in entries if row.status == "in"}
        found = select_keeping(field, stay, relax=relax)
    else:
        found = select_best(field, progress=progress, relax=relax)
    run.result, run.state, run.finished_at = selection_to_store(found), found.selection.status, utc_now()
    session.flush()
    if run.state in SOLVED:
        changes = _put_on_list(session, actor, event, run, found, entries)
        freeze_list(session, actor, event, "solve", why=run.why, run=run, changes=changes)
    return run


def relaxations_of_run(session: Session, actor: Actor, code: str, number: int) -> EventSelection:
    """The selection of a run with what one more seat or a relaxed rule would add, computed if not kept.

    Only reads, for it solves once for each rule: nobody's writing waits for it. Raises NotFound, Conflict.
    """
    require(actor, "event.view")
    run = get_run(session, code, number)
    event = selection_of_run(session, run)
    if run.state not in SOLVED or event.relaxations:
        return event
    return replace(event, relaxations=relaxations_of(event.field, event.selection))


def keep_relaxations(session: Session, code: str, number: int, rows: Sequence[Relaxation]) -> None:
    """Keep with the run what `relaxations_of_run` computed of it. Raises NotFound."""
    run = get_run(session, code, number)
    if not run.result.get("relaxations"):
        kept = [[row.rule.kind, row.rule.id, row.gain, row.at_most] for row in rows]
        run.result = {**run.result, "relaxations": kept}
        session.flush()


def add_company(
    session: Session, actor: Actor, code: str, company: str, *, gap: str = "", why: str = ""
) -> EventEntry:
    """Put a company on the list by hand, for `gap`, or for the one that it fits best by the newest run.

    Raises NotFound, PermissionDenied, Conflict when it is on the list or the list is locked, InvalidInput.
    """
    require(actor, "event.edit")
    event = lock_event(session, actor, code)
    refuse_locked(event)
    wanted = get_company(session, company).external_id
    rows = {row.company_external_id: row for row in _entries(session, event)}
    row = rows.get(wanted)
    if row is not None and row.status == "in":
        raise Conflict(f"event {event.code}: {row.company_name} is on its list already")
    found = selection_of_run(session, get_run(session, code)) if _has_run(session, event) else None
    options = [o for o in found.problem.options if o.company == wanted] if found else []
    options = [o for o in options if gap.strip().upper() in ("", o.gap)]
    if row is None:
        row = new_entry(session, event, wanted)
    if found and options:
        best = max(options, key=lambda o: (o.probability, o.gap))
        row.gap_code = best.gap
        _describe(row, best, marginal_value(found.problem, found.selection.chosen, best), found)
    elif gap.strip():
        known = get_gap(session, gap)
        row.gap_code, row.gap_title = known.code, current_wording(known).title
        row.chain_code = known.chain.code
    else:
        raise InvalidInput(f"{company}: not a candidate of any gap in play: say for which gap it comes")
    row.position = len(rows) + 1
    _record(row, actor, {"status": "in"}, why)
    session.flush()
    return row


def _has_run(session: Session, event: Event) -> bool:
    asked = select(EventRun.id).where(EventRun.event_id == event.id, EventRun.state.in_(SOLVED)).limit(1)
    return session.scalar(asked) is not None


def why_out(session: Session, actor: Actor, code: str, company: str) -> WhyOut:
    """Why `company` is not on the list: by the newest run, and by whom it was taken off since.

    Raises NotFound for events without a run and companies that are not in the base.
    """
    require(actor, "event.view")
    event, run = get_event(session, code), get_run(session, code)
    found = selection_of_run(session, run)
    explained = explain_out(session, found, company)
    wanted = get_company(session, company).external_id
    last = _last_status(session, event, wanted, run.finished_at or run.created_at)
    if last is not None and last.new != "in" and last.old == "in":
        return WhyOut(explained, found, last.changed_by, last.why)
    return WhyOut(explained, found)


def _last_status(session: Session, event: Event, company: str, since: datetime) -> EventEntryChange | None:
    return session.scalar(
        select(EventEntryChange)
        .join(EventEntry)
        .where(
            EventEntry.event_id == event.id,
            EventEntry.company_external_id == company,
            EventEntryChange.field == "status",
            EventEntryChange.changed_at > since,
        )
        .order_by(EventEntryChange.id.desc())
        .limit(1)
    )


def _entries(session: Session, event: Event) -> list[EventEntry]:
    return list(
        session.scalars(
            select(EventEntry)
            .options(selectinload(EventEntry.changes))
            .where(EventEntry.event_id == event.id)
            .order_by(EventEntry.position, EventEntry.id)
            .with_for_update(of=EventEntry)
            .execution_options(populate_existing=True)
        )
    )


def _put_on_list(
    session: Session,
    actor: Actor,
    event: Event,
    run: EventRun,
    found: EventSelection,
    entries: Sequence[EventEntry],
) -> list[dict[str, Any]]:
    """Bring the entries to what was selected; what became of each company, against the list before."""
    rows = {row.company_external_id: row for row in entries}
    before = {row.company_external_id: row.gap_code or "" for row in entries if row.status == "in"}
    picks = sorted(found.selection.picks, key=lambda pick: (-pick.adds, pick.option.company))
    wanted = [("in", pick.option, pick.adds) for pick in picks]
    wanted += [("waiting", row.option, row.adds) for row in found.waiting]
    changes = changes_in(
        before,
        {option.company: option.gap for status, option, _ in wanted if status == "in"},
        {row.company_external_id for row in entries if row.invite_status == "declined"},
    )
    why = {change.company: _why(change, found) for change in changes}
    ranked = sorted((option for _, option, _ in wanted), key=lambda o: (-o.probability, o.company))
    ranks = {option.company: place for place, option in enumerate(ranked, start=1)}
    for status, option, adds in wanted:
        row = rows.get(option.company)
        if row is None:
            row = rows[option.company] = new_entry(session, event, option.company, status=status)
            row.position = len(rows) + 10_000  # behind those that stood on the list before
        _record(row, actor, {"status": status, "gap_code": option.gap}, why.get(option.company, run.why))
        row.run_id, row.frozen_rank = run.id, ranks[option.company]
        _describe(row, option, adds, found)
    named = {option.company for _, option, _ in wanted}
    for company, row in rows.items():
        if company not in named:
            _record(row, actor, {"status": "out"}, why.get(company, run.why))
    _number(
        list(rows.values()), {option.company: place for place, (_, option, _) in enumerate(wanted)}, before
    )
    session.flush()
    return [_change_as_json(change, rows) for change in changes]


def _record(row: EventEntry, actor: Actor, values: Mapping[str, str], why: str) -> None:
    """Set status and gap, with a new row version and a line of history where they differ."""
    changed = {name: value for name, value in values.items() if getattr(row, name) != value}
    if not changed:
        return
    row.row_version += 1
    for name, value in changed.items():
        row.changes.append(
            EventEntryChange(
                row_version=row.row_version,
                field=name,
                old=getattr(row, name),
                new=value,
                why=why,
                changed_by=actor.login,
            )
        )
        setattr(row, name, value)


def _describe(row: EventEntry, option: Option, adds: float, found: EventSelection) -> None:
    """What the line of the entry says: frozen with the run that it comes from."""
    field = found.field
    gap, known = field.gaps[option.gap], field.stored.get((option.company, option.gap), {})
    row.gap_title, row.chain_code, row.group_code = gap.title, gap.chain, gap.group
    row.probability, row.adds = option.probability, adds
    row.band, row.gap_rank = known.get("band"), known.get("rank")
    row.evidence = list(known.get("evidence", ()))
    row.cautions = list(known.get("cautions", ()))
    said = {word: reason_sentences(word, found, option, adds) for word in LANGUAGES}
    row.reasons = [
        {"code": zh["code"], "zh": zh["text"], "en": en["text"]}
        for zh, en in zip(said["zh"], said["en"], strict=True)
    ]
    asked = {word: verify_rows(word, to_verify(field, option)) for word in LANGUAGES}
    verify = [
        {"code": zh["attribute"], "zh": zh["question"], "en": en["question"]}
        for zh, en in zip(asked["zh"], asked["en"], strict=True)
    ]
    known_codes = {question["code"] for question in verify}
    row.questions = verify + [q for q in known.get("questions", ()) if q["code"] not in known_codes]


def _number(rows: list[EventEntry], by_worth: Mapping[str, int], before: Mapping[str, str]) -> None:
    """Places from 1 within each status: who was in keeps the order made by hand, new ones come behind."""
    for status in ("in", "waiting", "out"):
        some = [row for row in rows if row.status == status]
        if status == "waiting":
            some.sort(key=lambda row: (by_worth.get(row.company_external_id, len(rows)), row.id))
        else:
            some.sort(
                key=lambda row: (
                    row.company_external_id not in before,
                    row.position if row.company_external_id in before else 0,
                    by_worth.get(row.company_external_id, len(by_worth)),
                    row.id,
                )
            )
        for place, row in enumerate(some, start=1):
            row.position = place


def _why(change: Change, found: EventSelection) -> str:
    """The reason in the history of the entry, in Chinese: the language of the record."""
    return change_sentence("zh", change, found.field)


def _change_as_json(change: Change, rows: Mapping[str, EventEntry]) -> dict[str, Any]:
    def name(company: str) -> str:
        return rows[company].company_name if company in rows else company

    return {
        "kind": change.kind,
        "company": change.company,
        "name": name(change.company),
        "gap_before": change.gap_before,
        "gap_after": change.gap_after,
        "because": [{"company": company, "name": name(company)} for company in change.because],
    }
