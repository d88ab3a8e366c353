"""Where a company of an event's list stands now for the gap that it is invited for."""

from __future__ import annotations

from datetime import date

from sqlalchemy.orm import Session

from matching.engine import Engine
from service.actors import Actor
from service.errors import NotFound
from service.match_inputs import filters_from
from service.operations.companies import get_company
from service.operations.event_lists import get_event_list
from service.operations.match_runs import match_gap

LOOKED_AT = 200


def rank_in_gap(
    session: Session,
    actor: Actor,
    engine: Engine,
    event_code: str,
    company_key: str,
    *,
    today: date,
    home_province: str | None,
) -> tuple[str, int | None]:
    """(gap, rank) by the index in use; the rank is None where it is not among the first LOOKED_AT.

    Raises NotFound where the company is not on the list, or has no gap there.
    """
    company = get_company(session, company_key)
    for entry in get_event_list(session, actor, event_code).entries:
        if entry.company_id == company.external_id and entry.gap_code:
            break
    else:
        raise NotFound(f"{company.name}: has no gap on the list of event {event_code}")
    result = match_gap(
        session,
        actor,
        engine,
        entry.gap_code,
        today=today,
        limit=LOOKED_AT,
        filters=filters_from({}, home_province),
        home_province=home_province,
    )
    found = (row.rank for row in result.candidates if row.company.id == company.external_id)
    return entry.gap_code, next(found, None)
