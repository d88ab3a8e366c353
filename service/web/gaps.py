"""One gap: what it asks for, and the companies that could fill it."""

from __future__ import annotations

from typing import Any

from flask import Response
from sqlalchemy.orm import Session

from matching.records import MatchResult
from models import Gap
from service.actors import VISITOR
from service.app import service
from service.match_inputs import gap_record
from service.operations.explanations import rank_in_list
from service.operations.gaps import current_wording, get_gap
from service.operations.match_runs import match_gap
from service.web.candidates import Asked, show_explanation, show_list, today
from service.web.conditions import read_conditions, read_rank


def show_gap(code: str) -> Response:
    """The gap with its ranked candidates. Raises NotFound."""
    with service().database.reading() as session:
        gap = get_gap(session, code)
        return show_list(_asked(session, gap), session, "gap.html", **_gap_context(gap))


def show_gap_candidate(code: str, company_id: str) -> Response:
    """Why one company stands where it stands. Raises NotFound, UnknownCompany."""
    with service().database.reading() as session:
        gap = get_gap(session, code)
        return show_explanation(_asked(session, gap), session, company_id, read_rank(), **_gap_context(gap))


def _gap_context(gap: Gap) -> dict[str, Any]:
    return {"gap": gap, "wording": current_wording(gap), "chain": gap.chain}


def _asked(session: Session, gap: Gap) -> Asked:
    conditions = read_conditions()
    home = service().config.home_province

    def match(limit: int, offset: int) -> MatchResult:
        return match_gap(
            session,
            VISITOR,
            service().engines.engine(session),
            gap.code,
            today=today(),
            limit=limit,
            offset=offset,
            filters=conditions.filters(home),
            home_province=home,
        )

    def rank_of(company_id: str) -> int:
        return rank_in_list(
            VISITOR,
            service().engines.engine(session),
            gap_record(current_wording(gap), home),
            company_id,
            filters=conditions.filters(home),
        )

    return Asked(match, rank_of, conditions, "pages.show_gap", "pages.show_gap_candidate", {"code": gap.code})
