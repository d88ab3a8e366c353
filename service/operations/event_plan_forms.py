"""Forms of a plan that is not stored: solved on the fly, to be read, with nothing to import it back into.

There are no rows in the database that an edit could go to: such a form has no marks of rows, and an import
says so. Storing the event first gives a form that can be edited.
"""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from matching.engine import Engine
from models import Company
from service.actors import Actor
from service.errors import InvalidInput
from service.event_labels import reason_sentences, verify_rows
from service.event_list_records import EventEntry, EventList, Honour, ProductShare, Quote, Said
from service.event_records import EventSelection, to_verify
from service.form_records import Form, FormPreset
from service.i18n import LANGUAGES
from service.operations.event_candidates import StageProgress
from service.operations.event_forms import fill_form
from service.operations.event_selection import solve_event
from service.readers.event_plan import EventPlan
from service.stored_selection import candidate_to_store

UNSTORED = "未入库"


def solve_form(
    session: Session,
    actor: Actor,
    engine: Engine,
    plan: EventPlan,
    preset: FormPreset,
    *,
    today: date,
    home_province: str | None,
    language: str = "zh",
    progress: StageProgress | None = None,
) -> Form:
    """The form `preset` of what is selected for `plan`. The slow part: one match a gap.

    Raises InvalidInput where no selection keeps the rules; NotFound, PermissionDenied.
    """
    found = solve_event(
        session, actor, engine, plan,
        today=today, home_province=home_province, progress=progress, relax=False,
    )  # fmt: skip
    if not found.selection.picks:
        raise InvalidInput(
            f"{plan.name} {plan.edition}: {found.selection.status}: no company is selected, so there is "
            'nothing to export: "lianzhao event solve" says which rules contradict each other'
        )
    code = (plan.code or UNSTORED).upper()
    stated = json.dumps(plan.model_dump(mode="json"), sort_keys=True) + today.isoformat()
    listed = _list_of(session, found, code, today)
    return fill_form(
        session,
        preset,
        listed,
        [some.chain.upper() for some in plan.in_play if some.chain],
        [some.gap.upper() for some in plan.in_play if some.gap],
        today=today,
        language=language,
        run_code=f"{UNSTORED}-{hashlib.sha256(stated.encode()).hexdigest()[:8]}",
        is_stored=False,
    )


def _list_of(session: Session, found: EventSelection, code: str, today: date) -> EventList:
    plan = found.field.plan
    picks = sorted(found.selection.picks, key=lambda pick: (-pick.adds, pick.option.company))
    options = [("in", pick.option, pick.adds) for pick in picks]
    options += [("waiting", row.option, row.adds) for row in found.waiting]
    rows = _companies(session, [option.company for _, option, _ in options])
    places = {"in": 0, "waiting": 0}
    entries = []
    for status, option, adds in options:
        places[status] += 1
        entries.append(_entry(found, rows[option.company], status, places[status], option, adds))
    return EventList(
        code=code,
        name=plan.name,
        edition=plan.edition,
        organisation=plan.organiser.hosts[0],
        hosts=tuple(plan.organiser.hosts),
        undertakers=tuple(plan.organiser.undertakers),
        supporters=tuple(plan.organiser.supporters),
        start_on=plan.start_on,
        end_on=plan.end_on,
        place=plan.place,
        seats=plan.seats,
        sensitivity=plan.sensitivity,
        state="draft",
        version=0,
        is_frozen=False,
        run_number=None,
        data_date=today,
        why="",
        changed_by="",
        changed_at=datetime.combine(today, datetime.min.time(), UTC),
        receipt={},
        entries=tuple(entries),
    )


def _entry(
    found: EventSelection, company: Company, status: str, place: int, option: Any, adds: float
) -> EventEntry:
    field = found.field
    gap, candidate = field.gaps[option.gap], field.candidates.get((option.company, option.gap))
    known = candidate_to_store(candidate, option.attributes) if candidate else {}
    said = {word: reason_sentences(word, found, option, adds) for word in LANGUAGES}
    asked = {word: verify_rows(word, to_verify(field, option)) for word in LANGUAGES}
    verify = [
        Said(zh["attribute"], zh["question"], en["question"])
        for zh, en in zip(asked["zh"], asked["en"], strict=True)
    ]
    codes = {question.code for question in verify}
    groups = {group.code: group.name for group in field.plan.groups}
    products = sorted(company.products, key=lambda product: -(product.revenue_share or 0.0))
    return EventEntry(
        entry_id=0,
        row_version=0,
        order=place,
        status=status,
        company_id=company.external_id,
        company_name=company.name,
        company_full_name=company.full_name,
        uscc=company.uscc,
        stock_code=company.stock_code,
        province=company.province,
        city=company.city,
        ownership=company.ownership,
        industry=company.industry,
        employees=company.employees,
        products=tuple(ProductShare(product.name, product.revenue_share) for product in products),
        honours=tuple(Honour(tag.code, tag.valid_to) for tag in company.tags),
        gap_code=gap.code,
        gap_title=gap.title,
        gap_kind=gap.kind,
        link_name=None,
        chain_code=gap.chain,
        chain_name=None,
        group_code=gap.group,
        group_name=groups.get(gap.group or ""),
        band=known.get("band"),
        probability=option.probability,
        gap_rank=known.get("rank"),
        frozen_rank=None,
        adds=adds,
        reasons=tuple(
            Said(zh["code"], zh["text"], en["text"]) for zh, en in zip(said["zh"], said["en"], strict=True)
        ),
        evidence=tuple(Quote(**quote) for quote in known.get("evidence", ())),
        questions=(*verify, *(Said(**row) for row in known.get("questions", ()) if row["code"] not in codes)),
        cautions=tuple(Said(**row) for row in known.get("cautions", ())),
        lock=None,
        lock_note=None,
        note=None,
        invite_status="planned",
        stage=None,
        stage_on=None,
        cooperation=None,
        channel=None,
        lead_official=None,
        duty_unit=None,
        duty_person=None,
        next_action=None,
        due_on=None,
        amount_intended_wan=None,
        amount_signed_wan=None,
        amount_arrived_wan=None,
        first_listed_at=datetime.combine(found.field.plan.start_on, datetime.min.time(), UTC),
    )


def _companies(session: Session, ids: list[str]) -> dict[str, Company]:
    rows = session.scalars(
        select(Company)
        .options(selectinload(Company.products), selectinload(Company.tags))
        .where(Company.external_id.in_(ids))
    )
    return {row.external_id: row for row in rows}
