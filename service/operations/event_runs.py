"""Runs of an event's selection: matched gap by gap, so that a run can be stopped and goes on, then solved.

What was chosen from is kept with the run. So why somebody is out, and who comes in for one who declined, is
answered later from the same candidates, whatever became of the company base.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session, defer, selectinload

from matching.engine import ENGINE_VERSION, Engine
from matching.records import CompanyProfile
from matching.selection import Option
from models import Event, EventRun, EventRunGap
from service.actors import Actor, require
from service.errors import Conflict, NotFound
from service.event_records import EventSelection, Field, GapInPlay
from service.operations.event_candidates import (
    attributes_of,
    candidates_of_gap,
    gaps_in_play,
    locks_of,
    problem_of,
)
from service.operations.events import get_event, lock_event, plan_of
from service.readers.event_plan import EventPlan, parse_event_plan
from service.stored_selection import candidate_to_store, company_of_stored, options_of, selection_from_store

# Where these agree, the candidates of a gap are the same and need not be matched again.
_SAME_ENGINE = ("index_release", "company_snapshot", "embedder", "weights", "dictionary", "engine")
_SAME_PLAN = (
    "candidates_per_gap",
    "min_probability",
    "private_only",
    "unknown_ownership",
    "exclude_home_province",
)
SOLVED = ("optimal", "feasible")


@dataclass(frozen=True, slots=True)
class RunProgress:
    """How far a run is."""

    run: EventRun
    matched: int
    gaps: int

    @property
    def is_matched(self) -> bool:
        return self.matched == self.gaps


def start_run(
    session: Session,
    actor: Actor,
    engine: Engine,
    code: str,
    *,
    today: date,
    home_province: str | None,
    keep_others: bool = False,
    why: str = "",
) -> RunProgress:
    """A new run over the event as it is now. Candidates that nothing changed for come from the run before.

    `keep_others`: who is on the list stays there where the rules allow it, only free seats are filled.
    Raises NotFound, PermissionDenied, Conflict when the list is locked.
    """
    require(actor, "event.edit")
    event = lock_event(session, actor, code)
    refuse_locked(event)
    plan = plan_of(session, event, with_declined=True)
    locks_of(session, plan)  # contradictions are told before anything is matched
    number = session.scalar(select(func.max(EventRun.number)).where(EventRun.event_id == event.id)) or 0
    run = EventRun(
        event_id=event.id,
        number=number + 1,
        as_of=today,
        home_province=home_province,
        plan=plan.model_dump(mode="json"),
        receipt=_engine_receipt(engine),
        result={},
        keeps_others=keep_others,
        why=why,
        created_by=actor.login,
        state="matching",
    )
    before = _candidates_before(session, event, run, plan)
    run.gaps = [_run_gap(gap, before) for gap in gaps_in_play(session, plan).values()]
    session.add(run)
    session.flush()
    return _progress(run)


def continue_run(
    session: Session, actor: Actor, engine: Engine, code: str, number: int, *, seconds: float | None = None
) -> RunProgress:
    """Match further gaps of the run, for about `seconds`, or all.

    A run is computed by one index: when another came into use meanwhile, it has to be started anew.
    Raises NotFound, PermissionDenied, Conflict.
    """
    require(actor, "event.edit")
    run = get_run(session, code, number)
    if run.state != "matching":
        return _progress(run)
    if any(run.receipt[name] != _engine_receipt(engine)[name] for name in _SAME_ENGINE):
        raise Conflict(
            f"run {number} of {code}: another index or other weights came into use since it began: start anew"
        )
    plan = parse_event_plan(run.plan, f"run {number}")
    locks, gaps = locks_of(session, plan), gaps_in_play(session, plan)
    until = None if seconds is None else time.monotonic() + seconds
    for row in run.gaps:
        if row.candidates is not None:
            continue
        if row.gap_code not in gaps:  # archived since the run began
            row.candidates, row.left_out = [], {}
            continue
        found = candidates_of_gap(
            session,
            actor,
            engine,
            plan,
            row.gap_code,
            locks,
            today=run.as_of,
            home_province=run.home_province,
        )
        row.candidates = [
            candidate_to_store(one, attributes_of(one.company, gaps[row.gap_code]))
            for one in found.candidates
        ]
        row.left_out = dict(found.left_out)
        if until is not None and time.monotonic() >= until:
            break
    session.flush()
    return _progress(run)


def get_run(session: Session, code: str, number: int | None = None) -> EventRun:
    """Run `number` of the event with its candidates; the newest that found a selection. Raises NotFound."""
    event = get_event(session, code)
    asked = (
        select(EventRun)
        .options(selectinload(EventRun.gaps))
        .where(EventRun.event_id == event.id)
        .order_by(EventRun.number.desc())
        .limit(1)
    )
    asked = (
        asked.where(EventRun.state.in_(SOLVED)) if number is None else asked.where(EventRun.number == number)
    )
    run = session.scalar(asked)
    if run is None:
        which = f"run {number}" if number else "a run"
        raise NotFound(
            f'event {event.code}: {which}: not found: "lianzhao event select {event.code}" selects'
        )
    return run


def list_event_runs(session: Session, actor: Actor, code: str) -> list[EventRun]:
    """The runs of the event, newest first, without their candidates. Raises NotFound, PermissionDenied."""
    require(actor, "event.view")
    event = get_event(session, code)
    return list(
        session.scalars(
            select(EventRun)
            .options(defer(EventRun.plan))
            .where(EventRun.event_id == event.id)
            .order_by(EventRun.number.desc())
        )
    )


def field_of_run(session: Session, run: EventRun) -> Field:
    """What the run chose from. Raises NotFound for a company that is locked and no longer there."""
    plan = parse_event_plan(run.plan, f"run {run.number}")
    gaps = {
        row.gap_code: GapInPlay(
            row.gap_code, row.title, row.chain_code, row.kind, row.weight, row.group_code, row.gap_version
        )
        for row in run.gaps
    }
    options: list[Option] = []
    stored: dict[tuple[str, str], Mapping[str, Any]] = {}
    companies: dict[str, CompanyProfile] = {}
    left_out: dict[str, str] = {}
    for row in run.gaps:
        for key, (option, known) in options_of(gaps[row.gap_code], row.candidates or ()).items():
            options.append(option)
            stored[key] = known
            companies.setdefault(key[0], company_of_stored(known))
        left_out |= row.left_out or {}
    problem = problem_of(session, plan, gaps, options, locks_of(session, plan), companies)
    return Field(plan, run.home_province, gaps, problem, {}, companies, left_out, stored)


def selection_of_run(session: Session, run: EventRun) -> EventSelection:
    """The answer of a run that was solved. Raises Conflict for one that was not."""
    if not run.result:
        raise Conflict(f"run {run.number}: is not solved yet: let it go on, or start anew")
    return selection_from_store(field_of_run(session, run), run.result)


def refuse_locked(event: Event) -> None:
    """Raise Conflict unless the list of the event may be changed."""
    if event.state != "draft":
        raise Conflict(f"event {event.code}: its list is locked ({event.state}): take it back to draft first")


def _progress(run: EventRun) -> RunProgress:
    return RunProgress(run, sum(row.candidates is not None for row in run.gaps), len(run.gaps))


def _engine_receipt(engine: Engine) -> dict[str, Any]:
    manifest = engine.release.manifest
    return {
        "index_release": manifest["name"],
        "company_snapshot": manifest["snapshot"],
        "embedder": manifest["embedder"],
        "weights": engine.weights.version,
        "dictionary": engine.dictionary.version,
        "engine": ENGINE_VERSION,
        "code_version": manifest["code_version"],
    }


def _run_gap(gap: GapInPlay, before: Mapping[tuple[str, int], EventRunGap]) -> EventRunGap:
    known = before.get((gap.code, gap.version))
    return EventRunGap(
        gap_code=gap.code,
        gap_version=gap.version,
        title=gap.title,
        chain_code=gap.chain,
        kind=gap.kind,
        weight=gap.weight,
        group_code=gap.group,
        candidates=known.candidates if known else None,
        left_out=known.left_out if known else None,
    )


def _candidates_before(
    session: Session, event: Event, run: EventRun, plan: EventPlan
) -> dict[tuple[str, int], EventRunGap]:
    """(gap, version) → what the newest run found, where this one would find the same."""
    newest = session.scalar(
        select(EventRun)
        .options(selectinload(EventRun.gaps))
        .where(EventRun.event_id == event.id)
        .order_by(EventRun.number.desc())
        .limit(1)
    )
    if newest is None or newest.as_of != run.as_of or newest.home_province != run.home_province:
        return {}
    if any(newest.receipt.get(name) != run.receipt[name] for name in _SAME_ENGINE):
        return {}
    if any(newest.plan.get(name) != run.plan[name] for name in _SAME_PLAN):
        return {}
    # A company locked in for a gap is its candidate however unlikely: that gap is matched again.
    fresh = {lock.gap.upper() for lock in plan.locked_in if lock.gap}
    known = {(lock["gap"] or "").upper() for lock in newest.plan["locked_in"]}
    return {
        (row.gap_code, row.gap_version): row
        for row in newest.gaps
        if row.candidates is not None and row.gap_code not in fresh - known
    }
