"""One gap: what it asks for, and the companies that could fill it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from flask import Response
from sqlalchemy.orm import Session

from matching.records import MatchResult
from models import Gap
from service.app import service
from service.match_inputs import gap_record
from service.operations.gaps import current_wording, get_gap
from service.operations.shown_lists import match_shown, shown_rank
from service.web.candidates import Asked, canonical, show_explanation, show_list
from service.web.conditions import PAGE_SIZE, read_conditions, read_rank
from service.web.verdicts import Verdict, look_at, verdict_of


def show_gap(code: str) -> Response:
    """The gap with its ranked candidates. Raises NotFound."""
    with service().database.reading() as session:
        gap = get_gap(session, code)
        asked = ask_gap(session, gap)
        return show_list(asked, session, "gap.html", **_gap_context(session, gap, asked))


def show_gap_candidate(code: str, company_id: str) -> Response:
    """Why one company stands where it stands. Raises NotFound, UnknownCompany."""
    with service().database.reading() as session:
        gap = get_gap(session, code)
        asked = ask_gap(session, gap)
        context = _gap_context(session, gap, asked)
        return show_explanation(asked, session, company_id, read_rank(), **context)


def _gap_context(session: Session, gap: Gap, asked: Asked) -> dict[str, Any]:
    def verdict_on(company_id: str, rank: int) -> Verdict:
        page = (rank - 1) // PAGE_SIZE + 1
        return verdict_of(session, gap.code, company_id, asked.list_url(page=page, open=company_id))

    return {
        "gap": gap,
        "wording": current_wording(gap),
        "chain": gap.chain,
        "verdict_on": verdict_on,
    }


def ask_gap(session: Session, gap: Gap) -> Asked:
    """What the address asks of `gap`."""
    original = gap_record(current_wording(gap), service().config.home_province).requirements
    conditions = canonical(read_conditions(), original)

    def match(limit: int, offset: int, *, count_facets: bool = False) -> MatchResult:
        look = replace(look_at(gap.code), requirements=conditions.requirements)
        engine = service().engines.engine(session)
        return match_shown(session, engine, look, limit=limit, offset=offset, count_facets=count_facets)

    def rank_of(company_id: str) -> int:
        look = replace(look_at(gap.code), requirements=conditions.requirements)
        return shown_rank(session, service().engines.engine(session), look, company_id)

    return Asked(
        match,
        rank_of,
        conditions,
        "pages.show_gap",
        "pages.show_gap_candidate",
        {"code": gap.code},
        {"gap": gap.code},
        original,
    )
