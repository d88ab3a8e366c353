"""One gap: what it asks for, and the companies that could fill it."""

from __future__ import annotations

from typing import Any

from flask import Response
from sqlalchemy.orm import Session

from matching.records import MatchResult
from models import Gap
from service.app import service
from service.match_inputs import gap_record
from service.operations.gaps import current_wording, get_gap
from service.operations.match_runs import match_gap
from service.web.access import current_actor
from service.web.candidates import Asked, canonical, show_explanation, show_list, today
from service.web.conditions import read_conditions, read_rank


def show_gap(code: str) -> Response:
    """The gap with its ranked candidates. Raises NotFound."""
    with service().database.reading() as session:
        gap = get_gap(session, code)
        return show_list(ask_gap(session, gap), session, "gap.html", **_gap_context(gap))


def show_gap_candidate(code: str, company_id: str) -> Response:
    """Why one company stands where it stands. Raises NotFound, UnknownCompany."""
    with service().database.reading() as session:
        gap = get_gap(session, code)
        return show_explanation(ask_gap(session, gap), session, company_id, read_rank(), **_gap_context(gap))


def _gap_context(gap: Gap) -> dict[str, Any]:
    return {"gap": gap, "wording": current_wording(gap), "chain": gap.chain}


def ask_gap(session: Session, gap: Gap) -> Asked:
    """What the address asks of `gap`."""
    home = service().config.home_province
    original = gap_record(current_wording(gap), home).requirements
    conditions = canonical(read_conditions(), original)

    def match(limit: int, offset: int, *, count_facets: bool = False) -> MatchResult:
        return match_gap(
            session,
            current_actor(),
            service().engines.engine(session),
            gap.code,
            today=today(),
            limit=limit,
            offset=offset,
            filters=conditions.filters(home),
            home_province=home,
            requirements=conditions.requirements,
            count_facets=count_facets,
        )

    return Asked(
        match,
        conditions,
        "pages.show_gap",
        "pages.show_gap_candidate",
        {"code": gap.code},
        {"gap": gap.code},
        original,
    )
